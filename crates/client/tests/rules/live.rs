//! What holds for a moment, and what is asked: typing, presence, reading, loading, requests.

use crate::driver::{World, texts};
use crate::model::{PAGE, client_id, conversation_id, rejected, user};
use myna_client::{Action, Answer, Client, Line};
use myna_protocol::{Command, Event, Feed, FeedRows, Kind, Rejection, Signal};

/// A direct conversation with `count` messages of the other; the client is live.
fn world(count: u64) -> World {
    let mut world = World::default();
    world.server.create(conversation_id(1), Kind::Direct, None, &[1, 2], true);
    for n in 0..count {
        hear_text(&mut world, n);
    }
    world.add(1);
    world.act(1, Client::connect);
    world.settle();
    world
}

fn hear_text(world: &mut World, n: u64) {
    let sent = world.server.send(user(2).id, conversation_id(1), client_id(5_000 + n), &format!("{n}"));
    world.tell(sent.expect("they are in it").1);
}

fn signal(world: &mut World, signal: Signal) {
    world.act(1, |client, now| client.event(Event::Signal(signal), now));
}

fn typing(typing: bool) -> Signal {
    Signal::Typing { conversation: conversation_id(1), user: user(2).id, typing, ttl: 6_000 }
}

fn typists(world: &mut World) -> Vec<String> {
    world.peer(1).client.typing(conversation_id(1)).into_iter().map(|(_, name)| name).collect()
}

#[test]
fn typing_lapses_and_ends_with_the_message() {
    let mut world = world(0);
    signal(&mut world, typing(true));
    assert_eq!(typists(&mut world), ["Bea"]);
    assert!(world.peer(1).client.sidebar()[0].typing);
    let wake = world.peer(1).wake.expect("it is to be woken");
    assert!(wake <= world.now().plus(6_000));
    world.pass(6_000);
    world.act(1, Client::tick);
    assert!(typists(&mut world).is_empty());
    signal(&mut world, typing(true));
    hear_text(&mut world, 1);
    world.deliver(1, 0);
    assert!(typists(&mut world).is_empty());
    signal(&mut world, typing(true));
    world.cut(1);
    assert!(typists(&mut world).is_empty());
}

#[test]
fn what_another_says_is_news_while_one_is_live_and_not_what_one_missed() {
    let mut world = world(1);
    assert!(!world.peer(1).client.take_changes().news, "it was there when one came");
    hear_text(&mut world, 1);
    world.settle();
    assert!(world.peer(1).client.take_changes().news);
    world.write(1, conversation_id(1));
    world.settle();
    assert!(!world.peer(1).client.take_changes().news, "one's own words are none");
    world.cut(1);
    hear_text(&mut world, 2);
    world.act(1, Client::connect);
    world.settle();
    assert!(!world.peer(1).client.take_changes().news, "it was said while one was away");
}

#[test]
fn ones_own_typing_is_told_while_live_and_not_too_often() {
    let mut world = world(0);
    for _ in 0..10 {
        world.act(1, |client, now| client.type_in(conversation_id(1), false, now));
        world.pass(1_000);
    }
    world.act(1, |client, now| client.type_in(conversation_id(1), true, now));
    let said: Vec<bool> = world
        .peer(1)
        .said
        .iter()
        .filter_map(|said| if let Command::Typing { typing, .. } = said { Some(*typing) } else { None })
        .collect();
    assert_eq!(said, [true, true, true, false]);
    world.cut(1);
    world.act(1, |client, now| client.type_in(conversation_id(1), false, now));
    assert!(world.peer(1).said.is_empty());
}

#[test]
fn presence_ends_with_the_socket() {
    let mut world = world(0);
    world.peer(1).client.take_changes();
    signal(&mut world, Signal::Presence { users: vec![user(2).id, user(4).id], online: true });
    assert!(world.peer(1).client.sidebar()[0].online);
    assert!(world.peer(1).client.take_changes().conversations.contains(&conversation_id(1)));
    world.cut(1);
    assert!(!world.peer(1).client.sidebar()[0].online);
}

#[test]
fn reading_is_told_once_and_counts_at_once() {
    let mut world = world(3);
    assert_eq!(world.peer(1).client.sidebar()[0].unread, 3);
    world.act(1, |client, now| client.read(conversation_id(1), now));
    world.act(1, |client, now| client.read(conversation_id(1), now));
    assert_eq!(world.peer(1).client.sidebar()[0].unread, 0);
    assert!(matches!(world.peer(1).said.make_contiguous(), [Command::Read { seq: 3, .. }]));
    world.settle();
    assert_eq!(world.server.rooms[&conversation_id(1)].reads[&user(1).id].0, 3);
    world.act(1, |client, now| client.read(conversation_id(1), now));
    assert!(world.peer(1).said.is_empty());
}

#[test]
fn what_was_read_without_a_connection_is_told_with_the_next() {
    let mut world = world(3);
    world.cut(1);
    world.act(1, |client, now| client.read(conversation_id(1), now));
    world.settle();
    assert_eq!(world.server.rooms[&conversation_id(1)].reads[&user(1).id].0, 3);
}

#[test]
fn an_open_conversation_gets_a_first_page_and_then_older_ones_until_the_start() {
    let mut world = world(60);
    assert_eq!(texts(&world.peer(1).client.transcript(conversation_id(1))), ["59"]);
    world.act(1, |client, now| client.read(conversation_id(1), now));
    world.settle();
    world.act(1, |client, now| client.open(conversation_id(1), now));
    assert!(world.peer(1).client.conversation(conversation_id(1)).is_some_and(|view| view.loading));
    world.act(1, |client, now| client.older(conversation_id(1), now));
    assert_eq!(world.peer(1).said.len(), 1, "one page at a time");
    world.settle();
    // The server's pages are small here: it asks until there is a page of its own size.
    let shown = world.peer(1).client.transcript(conversation_id(1)).len();
    assert!(shown > 50 && shown <= 52 + PAGE as usize, "{shown}");
    world.load_all(1);
    let view = world.peer(1).client.conversation(conversation_id(1)).expect("one is in it");
    assert!(!view.has_older && !view.loading);
    assert_eq!(texts(&world.peer(1).client.transcript(conversation_id(1))).len(), 60);
}

#[test]
fn an_open_conversation_gets_all_that_is_unread() {
    let mut world = world(300);
    world.act(1, |client, now| client.read_to(conversation_id(1), 40, now));
    world.settle();
    world.act(1, |client, now| client.open(conversation_id(1), now));
    world.settle();
    let lines = world.peer(1).client.lines(conversation_id(1));
    let mark = lines.iter().position(|line| *line == Line::Unread).expect("it has a mark");
    assert_eq!(texts(&lines[..mark]).last().map(String::as_str), Some("39"), "what was read comes before it");
    assert_eq!(texts(&lines[mark..]).first().map(String::as_str), Some("40"));
    let view = world.peer(1).client.conversation(conversation_id(1)).expect("one is in it");
    assert!(view.starts_unread && view.hides_newer && view.unread == 260, "{view:?}");
}

#[test]
fn a_gap_is_asked_for_once() {
    let mut world = world(1);
    for n in 10..14 {
        hear_text(&mut world, n);
    }
    world.peer(1).inbox.pop_front();
    while world.deliver(1, 0) {}
    assert!(matches!(world.peer(1).said.make_contiguous(), [Command::Resync { feed: Feed::Conversation(_), .. }]));
    world.settle();
    assert_eq!(texts(&world.peer(1).client.transcript(conversation_id(1))), ["0", "10", "11", "12", "13"]);
}

#[test]
fn a_lie_about_a_gap_makes_no_storm() {
    let mut world = world(1);
    let rows =
        FeedRows { feed: Feed::Conversation(conversation_id(1)), from: u64::MAX, rev: u64::MAX, rows: Vec::new() };
    world.act(1, |client, now| client.event(Event::Rows(rows), now));
    let mut asked = 0;
    while !world.peer(1).said.is_empty() {
        asked += 1;
        world.hear(1);
        while world.deliver(1, 0) {}
    }
    assert_eq!(asked, 1);
}

#[test]
fn who_leaves_sees_nothing_more_of_it() {
    let mut world = World::default();
    world.server.create(conversation_id(1), Kind::Group, None, &[1, 2, 3], true);
    world.add(1);
    world.act(1, Client::connect);
    world.settle();
    let conversation = conversation_id(1);
    let request = world.with(1, |client, now| client.ask(|request| Command::Leave { request, conversation }, now));
    world.settle();
    assert_eq!(world.peer(1).answers[&request], Answer::Done { conversation: Some(conversation) });
    let client = &world.peer(1).client;
    assert!(client.sidebar().is_empty() && client.conversation(conversation).is_none());
    assert!(client.transcript(conversation).is_empty());
    let late = world.server.load(conversation, 3);
    world.act(1, |client, now| client.event(Event::Rows(late), now));
    assert!(world.peer(1).client.sidebar().is_empty());
}

#[test]
fn who_joins_gets_the_conversation_whatever_comes_first() {
    for membership_first in [false, true] {
        let mut world = World::default();
        world.server.create(conversation_id(1), Kind::Channel, Some("general"), &[2], false);
        hear_text(&mut world, 1);
        world.add(1);
        world.act(1, Client::connect);
        world.settle();
        let mut told = world.server.join(&user(1), conversation_id(1)).expect("it is public");
        if membership_first {
            told.reverse();
        }
        world.tell(told);
        world.settle();
        assert_eq!(world.peer(1).client.sidebar().len(), 1);
        assert_eq!(texts(&world.peer(1).client.transcript(conversation_id(1))), ["1"]);
    }
}

#[test]
fn what_is_asked_is_answered_after_however_many_connections() {
    let mut world = world(0);
    world.cut(1);
    let ask = |request| Command::Search { request, text: "b".to_owned() };
    let request = world.with(1, |client, now| client.ask(ask, now));
    for _ in 0..3 {
        world.act(1, Client::online);
        world.open(1);
        world.hear(1);
        while world.deliver(1, 0) {}
        assert!(world.peer(1).said.iter().any(|said| said.request() == Some(request)));
        world.cut(1);
    }
    world.settle();
    let bea = world.server.person(user(2).id);
    assert_eq!(world.peer(1).answers[&request], Answer::Found { people: vec![bea], channels: Vec::new() });
}

#[test]
fn a_refusal_is_an_answer() {
    let mut world = world(0);
    let leave = |request| Command::Leave { request, conversation: conversation_id(1) };
    let request = world.with(1, |client, now| client.ask(leave, now));
    world.settle();
    let answer = Answer::Rejected(Rejection::DirectStays, Rejection::DirectStays.to_string());
    assert_eq!(world.peer(1).answers[&request], answer);
}

#[test]
fn only_what_has_changed_is_drawn_again() {
    let mut world = world(1);
    world.peer(1).client.take_changes();
    world.act(1, |client, now| client.event(Event::Pong { server_time: now }, now));
    assert!(world.peer(1).client.take_changes().is_empty());
    hear_text(&mut world, 2);
    world.deliver(1, 0);
    let changes = world.peer(1).client.take_changes();
    assert!(changes.list && !changes.status && changes.conversations.len() == 1);
    world.cut(1);
    assert!(world.peer(1).client.take_changes().status);
}

#[test]
fn odd_answers_do_no_harm() {
    let mut world = world(3);
    let (request, conversation) = (7_777, conversation_id(1));
    for event in [
        Event::Ack { request, conversation: None, seq: None },
        Event::Page { request, conversation, rows: Vec::new() },
        Event::Found { request, people: Vec::new(), channels: Vec::new() },
        Event::CaughtUp { request: Some(request), next: None },
        Event::CaughtUp { request: None, next: None },
        rejected(request, Rejection::Unknown),
        Event::Rejected { request: None, code: Rejection::Malformed, text: String::new() },
        Event::Reset { feed: Feed::User(user(3).id), reason: myna_protocol::ResetReason::UnknownCursor },
        Event::Rows(FeedRows { feed: Feed::User(user(3).id), from: 0, rev: 1, rows: Vec::new() }),
    ] {
        world.act(1, |client, now| {
            let actions = client.event(event, now);
            assert!(
                !actions.iter().any(|action| matches!(action, Action::Answered(..) | Action::Send(_))),
                "{actions:?}"
            );
            actions
        });
    }
    assert_eq!(texts(&world.peer(1).client.transcript(conversation)), ["2"]);
}

#[test]
fn a_reset_keeps_what_is_in_sight_until_its_rows_are_here() {
    let mut world = world(3);
    world.load_all(1);
    let feed = Feed::Conversation(conversation_id(1));
    let reset = Event::Reset { feed, reason: myna_protocol::ResetReason::TooFarBehind };
    world.act(1, |client, now| client.event(reset, now));
    assert_eq!(texts(&world.peer(1).client.transcript(conversation_id(1))).len(), 3);
    let fresh = world.server.load(conversation_id(1), 1);
    world.act(1, |client, now| client.event(Event::Rows(fresh), now));
    assert_eq!(texts(&world.peer(1).client.transcript(conversation_id(1))), ["2"]);
}
