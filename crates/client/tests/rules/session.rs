//! The connection: attempts, waits, silence, and the end of a session.

use crate::model::{START, user};
use myna_client::{Action, Client, Status};
use myna_protocol::{ByeReason, Command, Event, Timestamp, close};

/// A client whose socket is open and caught up.
fn live(now: Timestamp) -> Client {
    let mut client = Client::new(5);
    open(&mut client, now);
    client
}

fn open(client: &mut Client, now: Timestamp) {
    client.connect(now);
    client.opened(now);
    client.event(welcome(1), now);
    client.event(Event::CaughtUp { request: None, next: None }, now);
    assert_eq!(client.status(), Status::Live);
}

fn welcome(n: u8) -> Event {
    Event::Welcome { user: user(n), server_time: START, limits: Default::default() }
}

fn wait(client: &Client, now: Timestamp) -> (i64, u32) {
    match client.status() {
        Status::Waiting { until, attempt } => (until.since(now), attempt),
        other => panic!("it does not wait: {other:?}"),
    }
}

#[test]
fn hello_is_the_first_word_and_tells_how_far_each_feed_is_held() {
    let mut client = Client::new(1);
    assert_eq!(client.connect(START), [Action::Connect, Action::WakeAt(START.plus(10_000))]);
    let said = client.opened(START);
    assert_eq!(said, [Action::Send(Command::Hello { cursors: Default::default() })]);
    assert_eq!(client.connect(START), [], "there is one socket at a time");
}

#[test]
fn an_attempt_that_takes_too_long_is_given_up_and_made_again() {
    let mut client = Client::new(1);
    client.connect(START);
    assert_eq!(client.tick(START.plus(9_999)), [Action::WakeAt(START.plus(10_000))]);
    let now = START.plus(10_000);
    let given_up = client.tick(now);
    assert_eq!(given_up[0], Action::Close(1_000));
    let (millis, _) = wait(&client, now);
    assert_eq!(given_up[1], Action::WakeAt(now.plus(millis)));
    assert_eq!(client.tick(now.plus(millis))[0], Action::Connect);
}

#[test]
fn waits_grow_and_attempts_never_end() {
    let mut client = Client::new(1);
    let mut now = START;
    client.connect(now);
    for attempt in 1..200 {
        assert_eq!(client.status(), Status::Connecting);
        client.closed((attempt % 2 == 0).then_some(1_006), now);
        let (millis, told) = wait(&client, now);
        assert_eq!(told, attempt);
        assert!(millis <= 30_000.min(500 << attempt.min(16)), "{millis}");
        now = now.plus(millis);
        assert!(client.tick(now).contains(&Action::Connect));
    }
}

#[test]
fn a_few_seconds_of_health_make_the_next_failure_the_first() {
    let mut client = Client::new(1);
    for attempt in 1..=5 {
        client.connect(START);
        client.closed(None, START);
        assert_eq!(wait(&client, START).1, attempt);
    }
    open(&mut client, START);
    client.closed(None, START.plus(3_999));
    assert_eq!(wait(&client, START.plus(3_999)).1, 6);
    open(&mut client, START);
    client.closed(None, START.plus(4_000));
    assert_eq!(wait(&client, START.plus(4_000)).1, 1);
}

#[test]
fn silence_is_met_with_a_ping_and_then_with_a_new_connection() {
    let mut client = live(START);
    assert_eq!(client.tick(START.plus(24_999)), [Action::WakeAt(START.plus(25_000))]);
    let pinged = client.tick(START.plus(25_000));
    assert_eq!(pinged, [Action::Send(Command::Ping {}), Action::WakeAt(START.plus(45_000))]);
    client.event(Event::Pong { server_time: START }, START.plus(26_000));
    assert_eq!(client.tick(START.plus(45_000)), [Action::WakeAt(START.plus(51_000))]);
    client.tick(START.plus(51_000));
    let given_up = client.tick(START.plus(71_000));
    assert_eq!(given_up[0], Action::Close(1_000));
    assert!(wait(&client, START.plus(71_000)).0 <= 1_000);
}

#[test]
fn a_network_or_a_glance_ends_the_waiting() {
    for nudge in [Client::online, Client::visible] {
        let mut client = live(START);
        client.closed(Some(1_006), START);
        wait(&client, START);
        assert_eq!(nudge(&mut client, START)[0], Action::Connect);
        assert_eq!(client.status(), Status::Connecting);
        assert!(!nudge(&mut client, START).contains(&Action::Connect));
    }
}

#[test]
fn a_device_without_a_network_keeps_a_socket_on_which_the_server_answers() {
    let mut client = live(START);
    assert_eq!(client.offline(START), [Action::Send(Command::Ping {}), Action::WakeAt(START.plus(5_000))]);
    client.event(Event::Pong { server_time: START }, START.plus(100));
    client.tick(START.plus(5_000));
    assert_eq!(client.status(), Status::Live);
}

#[test]
fn a_device_without_a_network_gives_up_a_silent_socket_soon_and_goes_on_trying() {
    let mut client = live(START);
    client.offline(START);
    let mut now = START.plus(5_000);
    assert_eq!(client.tick(now)[0], Action::Close(1_000));
    for _ in 0..20 {
        let Status::Offline { until } = client.status() else { panic!("{:?}", client.status()) };
        now = until;
        assert_eq!(client.tick(now)[0], Action::Connect);
        client.closed(None, now);
    }
    assert!(matches!(client.status(), Status::Offline { until } if until.since(now) <= 31_000));
    assert_eq!(client.online(now)[0], Action::Connect);
    client.closed(None, now);
    wait(&client, now);
    client.offline(now);
    assert!(matches!(client.status(), Status::Offline { .. }));
}

#[test]
fn with_another_network_an_attempt_begins_anew_and_failures_without_one_do_not_count() {
    let mut client = Client::new(1);
    client.connect(START);
    client.offline(START);
    for _ in 0..20 {
        client.closed(None, START);
        client.connect(START);
    }
    let again = client.online(START.plus(3_000));
    assert_eq!(again[..2], [Action::Close(1_000), Action::Connect]);
    assert_eq!(client.status(), Status::Connecting);
    assert!(!client.tick(START.plus(10_000)).contains(&Action::Close(1_000)), "it has its own 10 seconds");
    client.closed(None, START.plus(10_000));
    assert_eq!(wait(&client, START.plus(10_000)).1, 1);
}

#[test]
fn after_sleep_or_with_another_network_a_dead_socket_is_found_within_5_seconds() {
    for nudge in [Client::online, Client::visible] {
        let mut client = live(START);
        assert_eq!(
            nudge(&mut client, START.plus(4_000)),
            [Action::WakeAt(START.plus(25_000))],
            "it was heard just now"
        );
        // In this silence, or after a question that was asked before the sleep.
        for seconds in [30, 300] {
            let now = START.plus(seconds * 1_000);
            let said = nudge(&mut client, now);
            assert!(said.contains(&Action::Send(Command::Ping {})), "{said:?}");
            assert!(!said.contains(&Action::Close(1_000)), "its answer may be on its way");
            assert!(
                !nudge(&mut client, now.plus(4_000)).contains(&Action::Send(Command::Ping {})),
                "it is asked already"
            );
            assert_eq!(client.status(), Status::Live);
            if seconds == 30 {
                client.event(Event::Pong { server_time: START }, now.plus(4_500));
                client.tick(now.plus(60_000));
            } else {
                assert!(client.tick(now.plus(5_000)).contains(&Action::Close(1_000)));
            }
        }
    }
}

#[test]
fn a_stopping_server_says_how_far_its_clients_should_spread() {
    let mut waits = Vec::new();
    for seed in 0..200 {
        let mut client = Client::new(seed);
        open(&mut client, START);
        client.event(Event::Bye { reason: ByeReason::Stopping, retry_after: 20_000 }, START);
        client.closed(Some(close::STOPPING), START);
        waits.push(wait(&client, START).0);
    }
    assert!(waits.iter().all(|millis| *millis <= 20_000));
    assert!(waits.iter().any(|millis| *millis > 15_000) && waits.iter().any(|millis| *millis < 5_000));
}

#[test]
fn a_session_that_is_over_stays_over() {
    for code in [close::SIGNED_OUT, close::REVOKED] {
        let mut client = live(START);
        assert_eq!(client.closed(Some(code), START), [Action::SignedOut]);
        assert_eq!(client.status(), Status::SignedOut);
        let now = START.plus(100_000);
        let after =
            [client.online(now), client.visible(now), client.connect(now), client.tick(now), client.closed(None, now)];
        assert_eq!(after, [const { Vec::new() }; 5]);
    }
}

#[test]
fn other_codes_are_no_end() {
    for code in [close::LAGGING, close::TOO_MANY_FRAMES, 1_011] {
        let mut client = live(START);
        client.closed(Some(code), START);
        assert!(wait(&client, START).0 <= 1_000);
    }
}

#[test]
fn somebody_elses_session_ends_this_one() {
    let mut client = live(START);
    client.closed(None, START);
    client.connect(START);
    client.opened(START);
    assert_eq!(client.event(welcome(2), START), [Action::Close(1_000), Action::SignedOut]);
    assert_eq!(client.me().map(|me| me.id), Some(user(1).id));
}

#[test]
fn a_clock_that_is_set_back_stops_nothing() {
    let mut client = live(START);
    assert_eq!(client.tick(START.plus(-10_000_000))[0], Action::Send(Command::Ping {}));
    client.closed(None, START);
    assert_eq!(client.tick(START.plus(-10_000_000))[0], Action::Connect);
}

#[test]
fn frames_of_a_connection_given_up_are_not_heard() {
    let mut client = live(START);
    client.closed(None, START);
    assert_eq!(client.event(Event::CaughtUp { request: None, next: None }, START), []);
    wait(&client, START);
}
