//! Scroll position: a conversation opens again where the reader left it.

use crate::driver::World;
use crate::model::{client_id, conversation_id, user};
use myna_client::{Client, Line};
use myna_protocol::{ConversationId, Kind};

/// Three conversations with so many messages of the other each, all read; the first is the newest.
fn world(count: u64) -> World {
    let mut world = World::default();
    for n in (1..=3).rev() {
        world.server.create(conversation_id(n), Kind::Direct, None, &[1, n + 1], true);
    }
    world.add(1);
    world.act(1, Client::connect);
    world.settle();
    for n in (1..=3).rev() {
        for at in 0..count {
            hear(&mut world, n, at);
        }
        world.act(1, |client, now| client.open(conversation_id(n), now));
        world.settle();
        world.act(1, |client, now| client.read(conversation_id(n), now));
        world.settle();
        world.act(1, |client, _| {
            client.close(conversation_id(n));
            Vec::new()
        });
    }
    world.peer(1).client.take_changes();
    world
}

fn hear(world: &mut World, n: u8, at: u64) {
    world.pass(1_000);
    let id = client_id(u64::from(n) * 1_000 + at);
    let sent = world.server.send(user(n + 1).id, conversation_id(n), id, &format!("{at}"));
    world.tell(sent.expect("they are in it").1);
    world.settle();
    world.peer(1).client.take_changes();
}

fn beside(world: &mut World, here: Option<u8>, forwards: bool, only_unread: bool) -> Option<ConversationId> {
    world.peer(1).client.beside_in_list(here.map(conversation_id), forwards, only_unread)
}

#[test]
fn the_conversations_beside_one_are_those_of_the_list_and_end_with_it() {
    let mut world = world(1);
    let id = |n: u8| Some(conversation_id(n));
    assert_eq!(beside(&mut world, None, true, false), id(1), "from nowhere to the first");
    assert_eq!(beside(&mut world, Some(1), true, false), id(2));
    assert_eq!(beside(&mut world, Some(3), true, false), None);
    assert_eq!(beside(&mut world, Some(2), false, false), id(1));
    assert_eq!(beside(&mut world, Some(1), false, false), None);
    assert_eq!(beside(&mut world, None, false, false), id(3), "from nowhere upwards to the last");
    assert_eq!(beside(&mut world, Some(9), true, false), id(1), "a conversation that is not in the list is nowhere");
}

#[test]
fn what_is_unread_is_found_from_the_other_end_too() {
    let mut world = world(1);
    assert_eq!(beside(&mut world, Some(1), true, true), None, "all is read");
    hear(&mut world, 3, 7);
    // It is the first of the list now: 3, 1, 2.
    assert_eq!(beside(&mut world, Some(2), true, true), Some(conversation_id(3)));
    assert_eq!(beside(&mut world, Some(1), false, true), Some(conversation_id(3)));
    assert_eq!(beside(&mut world, Some(3), true, true), None, "that conversation is open already");
}

#[test]
fn a_conversation_opens_where_it_was_left_unless_something_is_unread() {
    let mut world = world(90);
    let id = conversation_id(1);
    let first = |world: &mut World| {
        let lines = world.peer(1).client.lines(id);
        lines.iter().find_map(|line| if let Line::Bubble(bubble) = line { bubble.seq } else { None })
    };
    let go = |world: &mut World, to: u8| {
        world.act(1, |client, now| client.open(conversation_id(to), now));
        world.settle();
    };
    go(&mut world, 1);
    let at_end = first(&mut world).expect("there are messages");
    assert!(at_end > 20, "it begins with the newest");
    world.act(1, |client, _| {
        client.leave_at(id, Some((20, 5)));
        client.close(id);
        Vec::new()
    });
    go(&mut world, 2);
    world.load_all(1);
    let view = |world: &mut World| world.peer(1).client.conversation(id).expect("the person is a member");
    let place = |world: &mut World| view(world).arrival.map(|arrival| (arrival.seq, arrival.below));
    go(&mut world, 1);
    assert_eq!(place(&mut world), Some((20, Some(5))));
    let begins = first(&mut world).expect("there are messages");
    assert!(begins <= 20, "message 20 is on the page that begins with {begins}");

    world.act(1, |client, _| {
        client.close(id);
        Vec::new()
    });
    hear(&mut world, 1, 95);
    go(&mut world, 1);
    assert!(view(&mut world).starts_unread);
    assert_eq!(place(&mut world), None, "news come first");
}

#[test]
fn the_places_of_the_last_fifty_conversations_are_kept() {
    let mut client = Client::new(1);
    for n in 0..=255 {
        client.leave_at(conversation_id(n), Some((1, 0)));
        client.leave_at(conversation_id(n), Some((2, 0)));
    }
    let kept = format!("{client:?}");
    let places = kept.split("places: [").nth(1).and_then(|rest| rest.split(']').next()).expect("they are in it");
    assert_eq!(places.matches(", 2, 0)").count(), 50);
}
