//! Messages on their way: none lost, none doubled, in order, whatever becomes of the connection or the page.

use crate::driver::{World, texts};
use crate::model::{conversation_id, user};
use myna_client::{Client, Failure, Line, State, Status};
use myna_protocol::{Command, Kind};
use proptest::prelude::*;

#[derive(Debug, Clone)]
enum Step {
    Write(u8),
    Hear(u8, usize),
    Deliver(u8, usize),
    Cut(u8),
    Reload(u8),
    Connect(u8),
    Tick(i64),
}

fn step() -> impl Strategy<Value = Step> {
    let someone = 1u8..=3;
    prop_oneof![
        8 => someone.clone().prop_map(Step::Write),
        6 => (someone.clone(), 1usize..6).prop_map(|(n, count)| Step::Hear(n, count)),
        6 => (someone.clone(), 1usize..6).prop_map(|(n, count)| Step::Deliver(n, count)),
        2 => someone.clone().prop_map(Step::Cut),
        1 => someone.clone().prop_map(Step::Reload),
        4 => someone.prop_map(Step::Connect),
        2 => (1i64..20_000).prop_map(Step::Tick),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn nothing_is_lost_or_doubled_and_the_order_is_kept(steps in prop::collection::vec(step(), 1..250)) {
        let mut world = World::default();
        let id = conversation_id(1);
        world.server.create(id, Kind::Group, None, &[1, 2, 3], true);
        (1..=3).for_each(|n| world.add(n));
        let mut written = [(); 4].map(|()| Vec::new());
        for step in steps {
            match step {
                Step::Write(n) => written[usize::from(n)].push(world.write(n, id).1),
                Step::Hear(n, count) => (0..count).for_each(|_| { world.hear(n); }),
                Step::Deliver(n, count) => (0..count).for_each(|_| { world.deliver(n, 0); }),
                Step::Cut(n) => world.cut(n),
                Step::Reload(n) => world.reload(n),
                Step::Connect(n) => {
                    world.act(n, Client::connect);
                    world.open(n);
                }
                Step::Tick(millis) => {
                    world.pass(millis);
                    (1..=3).for_each(|n| world.act(n, Client::tick));
                }
            }
            // What has been written is in sight from then on, once.
            for n in 1..=3u8 {
                let shown = texts(&world.peer(n).client.transcript(id));
                for text in &written[usize::from(n)] {
                    let times = shown.iter().filter(|other| *other == text).count();
                    let has_older = world.peer(n).client.conversation(id).is_some_and(|view| view.has_older);
                    prop_assert!(times == 1 || (times == 0 && has_older), "{text} is shown {times} times");
                }
            }
        }
        world.settle();
        let log: Vec<_> = world.server.rooms[&id].messages.iter().map(|row| (row.sender, row.text.clone())).collect();
        for n in 1..=3u8 {
            let sent: Vec<_> = log.iter().filter(|(sender, _)| *sender == user(n).id).map(|(_, text)| text.clone()).collect();
            prop_assert_eq!(&sent, &written[usize::from(n)]);
            world.load_all(n);
            prop_assert_eq!(texts(&world.peer(n).client.transcript(id)), log.iter().map(|(_, text)| text.clone()).collect::<Vec<_>>());
            prop_assert!(world.peer(n).kept.is_empty());
        }
    }
}

/// Two people with a conversation, both live.
fn pair() -> World {
    let mut world = World::default();
    world.server.create(conversation_id(1), Kind::Direct, None, &[1, 2], true);
    (1..=2).for_each(|n| {
        world.add(n);
        world.act(n, Client::connect);
    });
    world.settle();
    world
}

fn states(world: &mut World, n: u8) -> Vec<State> {
    let lines = world.peer(n).client.transcript(conversation_id(1));
    lines.iter().filter_map(|line| if let Line::Bubble(bubble) = line { Some(bubble.state) } else { None }).collect()
}

#[test]
fn a_message_keeps_its_key_and_is_shown_once_from_pending_to_sent() {
    let mut world = pair();
    let key = |world: &mut World| world.peer(1).client.transcript(conversation_id(1))[1].key();
    world.write(1, conversation_id(1));
    let pending = key(&mut world);
    assert_eq!(states(&mut world, 1), [State::Pending]);
    world.hear(1);
    // The row comes before the ack here; then the ack before the row.
    assert!(world.deliver(1, 0));
    assert_eq!((states(&mut world, 1), key(&mut world)), (vec![State::Sent], pending));
    world.settle();
    world.write(1, conversation_id(1));
    world.hear(1);
    assert!(world.deliver(1, 1));
    assert_eq!(states(&mut world, 1), [State::Sent; 2]);
    assert!(world.peer(1).kept.is_empty());
    world.settle();
    assert_eq!(states(&mut world, 1), [State::Sent; 2]);
}

#[test]
fn only_so_many_are_unanswered_at_a_time() {
    let mut world = pair();
    (0..100).for_each(|_| {
        world.write(1, conversation_id(1));
    });
    assert_eq!(world.peer(1).said.len(), 32);
    world.settle();
    assert_eq!(states(&mut world, 2), [State::Sent; 100]);
}

#[test]
fn a_busy_server_is_asked_again_after_a_pause() {
    let mut world = pair();
    world.write(1, conversation_id(1));
    world.refuse(1);
    world.deliver(1, 0);
    assert_eq!(states(&mut world, 1), [State::Pending]);
    assert!(world.peer(1).said.is_empty());
    world.settle();
    assert_eq!(states(&mut world, 1), [State::Sent]);
}

#[test]
fn while_the_server_cannot_take_a_message_it_is_said_again_and_after_an_hour_the_person_is_asked() {
    let mut world = pair();
    let began = world.now();
    let (message, _) = world.write(1, conversation_id(1));
    let (mut tries, mut longest) = (0, 0);
    while states(&mut world, 1) == [State::Pending] {
        while let Some(said) = world.peer(1).said.front() {
            if matches!(said, Command::Send { .. }) {
                tries += 1;
                world.refuse(1);
            } else {
                world.hear(1);
            }
        }
        while world.deliver(1, 0) {}
        assert_eq!(world.peer(1).kept.len(), 1, "it outlives the page");
        let now = world.now();
        let pause = world.peer(1).wake.take().map_or(0, |wake| wake.since(now));
        assert!((0..=30_000).contains(&pause), "{pause}");
        longest = pause.max(longest);
        world.pass(pause.max(1));
        world.act(1, Client::tick);
    }
    assert_eq!(states(&mut world, 1), [State::Failed(Failure::Expired)]);
    let waited = world.now().since(began);
    assert!((3_600_000..3_660_000).contains(&waited), "{waited}");
    assert!((120..1_000).contains(&tries) && longest > 20_000, "{tries} tries, {longest} ms between two at most");
    world.act(1, |client, now| client.retry(message, now));
    world.settle();
    assert_eq!(states(&mut world, 1), [State::Sent]);
}

#[test]
fn what_the_server_refuses_has_failed_until_it_is_tried_again_or_given_up() {
    let mut world = pair();
    let (first, _) = world.write(1, conversation_id(1));
    let request = world.peer(1).said.pop_front().and_then(|command| command.request()).expect("it was said");
    let refusal = crate::model::rejected(request, myna_protocol::Rejection::TextInvalid);
    world.act(1, |client, now| client.event(refusal, now));
    let failure = Failure::Rejected(myna_protocol::Rejection::TextInvalid);
    assert_eq!(states(&mut world, 1), [State::Failed(failure)]);
    assert_eq!(world.peer(1).kept[0].failed, Some(failure));
    assert!(world.peer(1).client.sidebar()[0].failed);
    world.write(1, conversation_id(1));
    world.act(1, |client, now| client.retry(first, now));
    world.settle();
    assert_eq!(texts(&world.peer(2).client.transcript(conversation_id(1))), ["text 2", "text 1"]);
    world.act(1, |client, _| client.discard(first));
    assert_eq!(states(&mut world, 1).len(), 2, "what is sent cannot be given up");
}

#[test]
fn what_waited_for_an_hour_is_not_sent_before_the_person_says_so() {
    let mut world = pair();
    world.cut(1);
    let (late, _) = world.write(1, conversation_id(1));
    world.pass(3_600_001);
    let (soon, _) = world.write(1, conversation_id(1));
    world.reload(1);
    world.settle();
    assert_eq!(states(&mut world, 1), [State::Sent, State::Failed(Failure::Expired)]);
    assert_eq!(texts(&world.peer(2).client.transcript(conversation_id(1))), ["text 2"]);
    world.act(1, |client, now| client.retry(soon, now));
    world.act(1, |client, now| client.retry(late, now));
    world.settle();
    assert_eq!(states(&mut world, 1), [State::Sent, State::Sent]);
}

#[test]
fn a_message_is_said_only_when_everything_missed_has_come_in() {
    let mut world = pair();
    world.write(1, conversation_id(1));
    world.hear(1);
    world.cut(1);
    world.act(1, Client::online);
    world.open(1);
    assert_eq!(world.peer(1).client.status(), Status::CatchingUp);
    world.hear(1);
    while world.deliver(1, 0) {}
    assert!(world.peer(1).said.is_empty(), "the row has settled it: nothing is said again");
    assert_eq!(states(&mut world, 1), [State::Sent]);
}

#[test]
fn a_message_given_up_is_forgotten() {
    let mut world = pair();
    world.cut(1);
    let (client_id, _) = world.write(1, conversation_id(1));
    world.act(1, |client, _| client.discard(client_id));
    assert!(world.peer(1).kept.is_empty());
    world.settle();
    assert_eq!(states(&mut world, 1), []);
}
