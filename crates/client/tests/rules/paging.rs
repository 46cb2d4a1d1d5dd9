//! The list of conversations and the members of one, in pages.

use crate::driver::{World, named, texts};
use crate::model::{client_id, conversation_id, user};
use myna_client::{Client, Title};
use myna_protocol::{Command, Event, Feed, FeedRows, Kind, Rejection, Row};

/// Five groups, the last the newest; a page of the list has two, and a conversation comes with two members.
fn world() -> World {
    let mut world = World::default();
    world.server.few = true;
    for n in 1..=5 {
        world.pass(1_000);
        world.server.create(conversation_id(n), Kind::Group, Some(&format!("group {n}")), &[1, 2, 3, 4], true);
    }
    world.add(1);
    world.act(1, Client::connect);
    world.settle();
    world
}

fn titles(world: &mut World) -> Vec<Title> {
    world.peer(1).client.sidebar().into_iter().map(|row| row.title).collect()
}

fn loads(world: &mut World) -> usize {
    world.peer(1).said.iter().filter(|said| matches!(said, Command::Load { before: None, .. })).count()
}

#[test]
fn the_list_comes_in_pages_until_it_is_complete() {
    let mut world = world();
    assert_eq!(titles(&mut world), ["group 5", "group 4"].map(named));
    assert!(world.peer(1).client.has_more_list());
    world.act(1, Client::more_list);
    world.act(1, Client::more_list);
    assert!(world.peer(1).client.is_list_loading());
    assert!(matches!(world.peer(1).said.make_contiguous(), [Command::List { after: Some(_), limit: 50, .. }]));
    world.settle();
    assert_eq!(titles(&mut world), ["group 5", "group 4", "group 3", "group 2"].map(named));
    assert!(!world.peer(1).client.is_list_loading());
    world.act(1, Client::more_list);
    world.settle();
    assert_eq!(titles(&mut world).len(), 5);
    assert!(!world.peer(1).client.has_more_list());
    world.act(1, Client::more_list);
    assert!(world.peer(1).said.is_empty());
}

#[test]
fn what_the_list_has_not_brought_yet_is_not_loaded_by_itself() {
    let mut world = world();
    assert_eq!(loads(&mut world), 0);
    assert!(world.peer(1).client.is_loading(conversation_id(1)));
    assert!(world.peer(1).client.conversation(conversation_id(1)).is_none());
}

#[test]
fn a_conversation_that_is_opened_is_loaded_wherever_the_list_is() {
    let mut world = world();
    world.act(1, |client, now| client.open(conversation_id(1), now));
    assert_eq!(loads(&mut world), 1);
    world.settle();
    assert_eq!(titles(&mut world), ["group 5", "group 4", "group 1"].map(named));
    assert!(!world.peer(1).client.is_loading(conversation_id(1)));
}

#[test]
fn a_conversation_in_which_something_happens_is_loaded_wherever_the_list_is() {
    let mut world = world();
    world.pass(1_000);
    let (_, told) = world.server.send(user(2).id, conversation_id(1), client_id(1), "hi").expect("they are in it");
    world.tell(told);
    world.settle();
    assert_eq!(titles(&mut world), ["group 1", "group 5", "group 4"].map(named));
    assert_eq!(texts(&world.peer(1).client.transcript(conversation_id(1))), ["hi"]);
}

#[test]
fn after_reconnecting_the_list_goes_on_where_hello_says() {
    let mut world = world();
    world.act(1, Client::more_list);
    world.settle();
    world.cut(1);
    // Meanwhile there is a newer one.
    world.server.create(conversation_id(6), Kind::Group, Some("group 6"), &[1, 2], true);
    world.settle();
    assert_eq!(titles(&mut world), ["group 6", "group 5", "group 4", "group 3", "group 2"].map(named));
    while world.peer(1).client.has_more_list() {
        world.act(1, Client::more_list);
        world.settle();
    }
    assert_eq!(titles(&mut world).len(), 6);
}

#[test]
fn a_page_of_the_list_that_is_lost_is_asked_for_again() {
    let mut world = world();
    world.act(1, Client::more_list);
    world.cut(1);
    assert!(world.peer(1).client.is_list_loading());
    world.settle();
    assert_eq!(titles(&mut world).len(), 4);
}

#[test]
fn a_page_that_leads_nowhere_ends_the_list() {
    for answer in ["the same place", "a refusal"] {
        let mut world = world();
        world.act(1, Client::more_list);
        let Some(Command::List { request, after, .. }) = world.peer(1).said.pop_front() else { panic!("it asks") };
        let event = match answer {
            "a refusal" => crate::model::rejected(request, Rejection::Malformed),
            _ => Event::CaughtUp { request: Some(request), next: after },
        };
        world.act(1, |client, now| client.event(event, now));
        assert!(!world.peer(1).client.has_more_list(), "{answer}");
    }
}

#[test]
fn a_membership_that_only_a_fresh_feed_tells_of_is_loaded() {
    let mut world = world();
    let told = world.server.create(conversation_id(7), Kind::Group, Some("group 7"), &[1, 2], true);
    // Its events are lost, and one's own feed is too far behind for anything but a reset.
    drop(told);
    let own = world.server.load_own(user(1).id);
    let reset = Event::Reset { feed: Feed::User(user(1).id), reason: myna_protocol::ResetReason::TooFarBehind };
    world.act(1, |client, now| client.event(reset, now));
    world.act(1, |client, now| client.event(Event::Rows(own), now));
    assert_eq!(loads(&mut world), 1, "this one, and not those that the list will bring");
    world.settle();
    assert!(titles(&mut world).contains(&named("group 7")));
}

#[test]
fn members_come_in_pages_until_all_are_known() {
    let mut world = world();
    let id = conversation_id(5);
    let view = |world: &mut World| world.peer(1).client.conversation(id).expect("one is in it");
    let names = |world: &mut World| view(world).people.into_iter().map(|person| person.name).collect::<Vec<_>>();
    assert_eq!((view(&mut world).members, names(&mut world)), (4, vec!["Ada".to_owned(), "Bea".to_owned()]));
    assert!(view(&mut world).has_more_people);
    world.act(1, |client, now| client.more_members(id, now));
    assert!(view(&mut world).loading_people);
    world.settle();
    world.act(1, |client, now| client.more_members(id, now));
    world.settle();
    assert_eq!(names(&mut world), ["Ada", "Bea", "Chidi", "Dee"]);
    assert!(!view(&mut world).has_more_people && !view(&mut world).loading_people);
    world.act(1, |client, now| client.more_members(id, now));
    assert!(world.peer(1).said.is_empty());
}

#[test]
fn a_page_of_members_that_a_fresh_load_has_overtaken_is_asked_for_again() {
    let mut world = world();
    let id = conversation_id(5);
    world.act(1, |client, now| client.more_members(id, now));
    world.hear(1);
    let told = world.server.leave(user(2).id, id).expect("they are in it");
    drop(told);
    let Some(Row::Conversation(row)) = world.server.load(id, 1).rows.first().cloned() else { panic!("it is there") };
    let fresh = FeedRows { rows: vec![Row::Conversation(row)], ..world.server.load(id, 1) };
    world.act(1, |client, now| client.event(Event::Rows(fresh), now));
    world.settle();
    world.load_all(1);
    let view = world.peer(1).client.conversation(id).expect("one is in it");
    assert_eq!(view.people.into_iter().map(|person| person.name).collect::<Vec<_>>(), ["Ada", "Chidi", "Dee"]);
}

#[test]
fn members_that_are_refused_are_not_asked_for_again() {
    let mut world = world();
    let id = conversation_id(5);
    world.act(1, |client, now| client.more_members(id, now));
    let request = world.peer(1).said.pop_front().and_then(|said| said.request()).expect("it asks");
    world.act(1, |client, now| client.event(crate::model::rejected(request, Rejection::NotFound), now));
    assert!(!world.peer(1).client.conversation(id).expect("one is in it").has_more_people);
}

#[test]
fn of_many_reads_the_first_is_told_at_once_and_the_others_together_a_second_later() {
    let mut world = World::default();
    world.server.create(conversation_id(1), Kind::Direct, None, &[1, 2], true);
    world.add(1);
    world.act(1, Client::connect);
    world.settle();
    let began = world.now();
    let mut said = Vec::new();
    for n in 0..5 {
        let (_, told) = world.server.send(user(2).id, conversation_id(1), client_id(n), "hi").expect("they are in it");
        world.tell(told);
        while world.deliver(1, 0) {}
        world.act(1, |client, now| client.read(conversation_id(1), now));
        said.extend(world.peer(1).said.iter().cloned());
        while world.hear(1) {}
        while world.deliver(1, 0) {}
        assert_eq!(world.peer(1).client.sidebar()[0].unread, 0, "it counts at once");
        world.pass(100);
    }
    assert!(matches!(said[..], [Command::Read { seq: 1, .. }]), "{said:?}");
    assert_eq!(world.peer(1).wake, Some(began.plus(1_000)));
    world.pass(500);
    world.act(1, Client::tick);
    assert!(matches!(world.peer(1).said.make_contiguous(), [Command::Read { seq: 5, .. }]));
    world.settle();
    assert_eq!(world.server.rooms[&conversation_id(1)].reads[&user(1).id].0, 5);
}
