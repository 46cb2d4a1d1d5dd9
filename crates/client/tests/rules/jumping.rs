//! Going to a message, wherever it is.

use crate::driver::{World, texts};
use crate::model::{client_id, conversation_id, user};
use myna_client::{Client, Line, View};
use myna_protocol::{Command, Kind, Seq, Target, Timestamp};

/// A group with a hundred messages, a minute apart and all read, that client 1 has open.
fn world() -> World {
    let mut world = World::default();
    world.server.create(conversation_id(1), Kind::Group, None, &[1, 2], true);
    for n in 1..=100 {
        world.pass(60_000);
        world.server.send(user(2).id, conversation_id(1), client_id(n), &format!("text {n}")).expect("they are in it");
    }
    // It opens at its end, and only what is there is loaded.
    world.server.read(user(1).id, conversation_id(1), 100).expect("they are in it");
    world.add(1);
    world.act(1, Client::connect);
    world.settle();
    world.act(1, |client, now| client.open(conversation_id(1), now));
    world.settle();
    world
}

fn go(world: &mut World, target: Target) {
    world.act(1, |client, now| client.go_to(conversation_id(1), target, now));
    world.settle();
}

/// The places of the messages on the page.
fn page(world: &mut World) -> Vec<Seq> {
    let lines = world.peer(1).client.lines(conversation_id(1));
    lines.iter().filter_map(|line| if let Line::Bubble(bubble) = line { bubble.seq } else { None }).collect()
}

fn arrived(world: &mut World) -> Option<Seq> {
    let view = view(world);
    assert!(!view.jumping);
    view.arrival.map(|arrival| arrival.seq)
}

fn view(world: &mut World) -> View {
    world.peer(1).client.conversation(conversation_id(1)).expect("they are in it")
}

fn sent_at(world: &World, seq: Seq) -> Timestamp {
    world.server.rooms[&conversation_id(1)].messages[seq as usize - 1].sent_at
}

#[test]
fn a_message_far_back_is_brought_with_those_around_it_and_nothing_between() {
    let mut world = world();
    let before = page(&mut world);
    assert!(!before.contains(&40), "{before:?}");
    go(&mut world, Target::Seq(40));
    assert_eq!(arrived(&mut world), Some(40));
    assert_eq!(page(&mut world), [38, 39, 40, 41]);
    let view = view(&mut world);
    assert!(view.has_older && view.hides_newer);
    assert_eq!(view.last_seq, 100);
}

#[test]
fn from_there_the_reader_goes_on_in_both_directions_up_to_the_newest() {
    let mut world = world();
    go(&mut world, Target::Seq(40));
    world.act(1, |client, now| client.older(conversation_id(1), now));
    world.settle();
    assert_eq!(page(&mut world).first(), Some(&34));
    for _ in 0..60 {
        world.act(1, |client, now| client.newer(conversation_id(1), now));
        world.settle();
    }
    let shown = page(&mut world);
    assert_eq!(shown, (34..=100).collect::<Vec<_>>());
    assert!(!view(&mut world).hides_newer);
    let asked = world.peer(1).said.len();
    world.act(1, |client, now| client.newer(conversation_id(1), now));
    assert_eq!(world.peer(1).said.len(), asked, "there is nothing more to ask for");
}

#[test]
fn a_time_is_the_first_message_since_then() {
    let mut world = world();
    for (at, seq) in [
        (sent_at(&world, 30), 30),
        (Timestamp(sent_at(&world, 30).0 + 1), 31),
        (Timestamp(0), 1),
        (sent_at(&world, 99), 99),
        (Timestamp(i64::MAX), 100),
    ] {
        go(&mut world, Target::SentAt(at));
        assert_eq!(arrived(&mut world), Some(seq), "{at:?}");
        assert!(page(&mut world).contains(&seq), "{at:?}");
    }
}

#[test]
fn a_loaded_message_needs_no_request() {
    let mut world = world();
    let last = *page(&mut world).last().expect("there are messages");
    world.peer(1).said.clear();
    world.act(1, |client, now| client.go_to(conversation_id(1), Target::Seq(last), now));
    assert_eq!(arrived(&mut world), Some(last));
    assert!(world.peer(1).said.is_empty());
}

#[test]
fn sending_and_going_to_the_newest_lead_back_to_the_end() {
    for writes in [false, true] {
        let mut world = world();
        go(&mut world, Target::Seq(20));
        if writes {
            world.write(1, conversation_id(1));
        } else {
            world.peer(1).client.newest(conversation_id(1));
        }
        world.settle();
        assert_eq!(page(&mut world).last(), Some(&if writes { 101 } else { 100 }));
        let lines = world.peer(1).client.lines(conversation_id(1));
        assert!(texts(&lines).contains(&"text 100".to_owned()));
    }
}

#[test]
fn new_messages_do_not_move_the_page() {
    let mut world = world();
    go(&mut world, Target::Seq(20));
    let before = page(&mut world);
    let (_, told) = world.server.send(user(2).id, conversation_id(1), client_id(500), "new").expect("they are in it");
    world.tell(told);
    world.settle();
    assert_eq!(page(&mut world), before);
    assert_eq!(view(&mut world).last_seq, 101);
}

#[test]
fn a_jump_survives_a_lost_connection_and_the_later_of_two_wins() {
    let mut world = world();
    world.act(1, |client, now| client.go_to(conversation_id(1), Target::Seq(20), now));
    world.act(1, |client, now| client.go_to(conversation_id(1), Target::Seq(60), now));
    world.cut(1);
    world.settle();
    assert_eq!(arrived(&mut world), Some(60));
    assert!(page(&mut world).contains(&60));
}

#[test]
fn a_conversation_that_is_not_open_loads_nothing_for_a_jump() {
    let mut world = world();
    world.peer(1).said.clear();
    world.act(1, |client, now| client.go_to(conversation_id(2), Target::Seq(3), now));
    world.act(1, |client, now| client.open(conversation_id(2), now));
    world.act(1, |client, now| client.go_to(conversation_id(1), Target::Seq(3), now));
    let jumps = world.peer(1).said.iter().filter(|said| matches!(said, Command::LoadAround { .. }));
    assert_eq!(jumps.count(), 0);
}

#[test]
fn a_conversation_opens_again_at_a_place_that_is_not_loaded_any_more() {
    let mut world = world();
    go(&mut world, Target::Seq(5));
    world.act(1, |client, _| {
        client.leave_at(conversation_id(1), Some((4, 12)));
        client.close(conversation_id(1));
        Vec::new()
    });
    assert!(!page(&mut world).contains(&4));
    world.act(1, |client, now| client.open(conversation_id(1), now));
    assert!(view(&mut world).jumping);
    world.settle();
    assert_eq!(view(&mut world).arrival.map(|arrival| (arrival.seq, arrival.below)), Some((4, Some(12))));
    assert!(page(&mut world).contains(&4));
}

/// Left at message 4 and opened again; the page with it is under way.
fn returning() -> World {
    let mut world = world();
    go(&mut world, Target::Seq(5));
    world.act(1, |client, _| {
        client.leave_at(conversation_id(1), Some((4, 12)));
        client.close(conversation_id(1));
        Vec::new()
    });
    world.act(1, |client, now| client.open(conversation_id(1), now));
    assert!(view(&mut world).jumping);
    world
}

#[test]
fn who_writes_or_scrolls_or_goes_elsewhere_is_not_taken_back_to_where_they_were() {
    for what in 0..3 {
        let mut world = returning();
        match what {
            0 => {
                world.write(1, conversation_id(1));
            }
            1 => world.act(1, |client, _| {
                client.follow(conversation_id(1), false);
                Vec::new()
            }),
            _ => world.peer(1).client.newest(conversation_id(1)),
        }
        assert!(!view(&mut world).jumping);
        world.settle();
        assert_eq!(arrived(&mut world), None);
        assert!(page(&mut world).contains(&100));
    }
}

fn leave_at_its_end(world: &mut World) {
    world.peer(1).client.leave_at(conversation_id(1), None);
}

#[test]
fn who_leaves_before_the_page_is_where_it_was_left_keeps_their_place() {
    let mut world = returning();
    world.act(1, |client, now| client.open(conversation_id(2), now));
    leave_at_its_end(&mut world);
    world.settle();
    world.act(1, |client, now| client.open(conversation_id(1), now));
    world.settle();
    assert_eq!(arrived(&mut world), Some(4));
    leave_at_its_end(&mut world);
    world.act(1, |client, now| client.open(conversation_id(2), now));
    world.act(1, |client, now| client.open(conversation_id(1), now));
    world.settle();
    assert_eq!(arrived(&mut world), None, "it was left at its end");
}

#[test]
fn the_first_unread_message_is_offered_where_it_is_too_far_back_to_begin_there() {
    for (unread, is_far) in [(400, false), (401, true)] {
        let mut world = World::default();
        world.server.create(conversation_id(1), Kind::Group, None, &[1, 2], true);
        for n in 1..=410 {
            world
                .server
                .send(user(2).id, conversation_id(1), client_id(n), &format!("text {n}"))
                .expect("they are in it");
        }
        let read = 410 - unread;
        world.server.read(user(1).id, conversation_id(1), read).expect("they are in it");
        world.add(1);
        world.act(1, Client::connect);
        world.settle();
        world.act(1, |client, now| client.open(conversation_id(1), now));
        world.settle();
        assert_eq!(
            (view(&mut world).first_unread, view(&mut world).starts_unread),
            (is_far.then_some(read + 1), !is_far)
        );
        if !is_far {
            continue;
        }
        assert_eq!(page(&mut world).last(), Some(&410), "it begins at its end");
        world.act(1, |client, now| client.read(conversation_id(1), now));
        world.settle();
        assert_eq!(view(&mut world).first_unread, Some(read + 1), "it stays until the conversation is closed");
        go(&mut world, Target::Seq(read + 1));
        assert_eq!((arrived(&mut world), view(&mut world).first_unread), (Some(read + 1), None));
        let lines = world.peer(1).client.lines(conversation_id(1));
        let mark = lines.iter().position(|line| matches!(line, Line::Unread)).expect("the line is on the page");
        assert!(matches!(&lines[mark + 1], Line::Bubble(bubble) if bubble.seq == Some(read + 1)));
        world.peer(1).client.newest(conversation_id(1));
        assert_eq!(view(&mut world).first_unread, Some(read + 1));
        world.peer(1).client.close(conversation_id(1));
        assert_eq!(view(&mut world).first_unread, None);
    }
}
