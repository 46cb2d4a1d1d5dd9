//! Names: they follow the rows of people, wherever those come, and conversations follow theirs.

use crate::driver::{World, members, named, texts};
use crate::model::{client_id, conversation_id, user};
use myna_client::{Answer, Client, Line, View};
use myna_protocol::{Command, Event, Feed, FeedRows, Kind, Person, Rejection, ResetReason, Row, UserId};

/// A group without a name of these people, in which the last of them has written; the first is live.
fn world(people: &[u8]) -> World {
    let mut world = World::default();
    world.server.create(conversation_id(1), Kind::Group, None, people, true);
    let last = people[people.len() - 1];
    world.server.send(user(last).id, conversation_id(1), client_id(1), "hi").expect("they are in it");
    world.add(people[0]);
    world.act(people[0], Client::connect);
    world.settle();
    world
}

fn view(world: &mut World) -> View {
    world.peer(1).client.conversation(conversation_id(1)).expect("one is in it")
}

fn sender(world: &mut World) -> Option<String> {
    let lines = world.peer(1).client.transcript(conversation_id(1));
    lines.into_iter().find_map(|line| if let Line::Bubble(bubble) = line { bubble.sender } else { None })
}

fn rename(world: &mut World, n: u8, name: &str) {
    let told = world.server.set_name(user(n).id, name).expect("the name is free");
    world.tell(told);
}

fn asked_for(command: &Command) -> Option<Vec<UserId>> {
    if let Command::People { users, .. } = command { Some(users.clone()) } else { None }
}

#[test]
fn a_new_name_is_in_the_list_the_header_the_people_and_the_bubbles_at_once() {
    let mut world = world(&[1, 2]);
    assert_eq!(view(&mut world).title, members(&["Bea"]));
    world.peer(1).client.take_changes();
    rename(&mut world, 2, "Beatrice");
    world.settle();
    assert_eq!(view(&mut world).title, members(&["Beatrice"]));
    assert_eq!(sender(&mut world).as_deref(), Some("Beatrice"));
    let row = world.peer(1).client.sidebar().remove(0);
    assert_eq!(
        (row.title, row.preview_sender.as_deref(), row.preview.as_str()),
        (members(&["Beatrice"]), Some("Beatrice"), "hi")
    );
    let changes = world.peer(1).client.take_changes();
    assert!(changes.list && !changes.status && changes.conversations.contains(&conversation_id(1)));
}

#[test]
fn ones_own_name_follows_ones_own_row() {
    let mut world = world(&[1, 2]);
    let request = world.with(1, |client, now| client.set_name("Ada L".to_owned(), now));
    world.settle();
    assert_eq!(world.peer(1).answers[&request], Answer::Done { conversation: None });
    assert_eq!(world.peer(1).client.me().map(|me| me.name.as_str()), Some("Ada L"));
    assert!(world.peer(1).client.take_changes().status);
    // The same from another device, and after a reload.
    rename(&mut world, 1, "Ada M");
    world.settle();
    assert_eq!(world.peer(1).client.me().map(|me| me.name.as_str()), Some("Ada M"));
    world.reload(1);
    assert_eq!(world.peer(1).client.me().map(|me| me.name.as_str()), Some("Ada M"));
}

#[test]
fn a_taken_name_is_refused_and_changes_nothing() {
    let mut world = world(&[1, 2]);
    let request = world.with(1, |client, now| client.set_name("Bea".to_owned(), now));
    world.settle();
    let refusal = Answer::Rejected(Rejection::NameTaken, Rejection::NameTaken.to_string());
    assert_eq!(world.peer(1).answers[&request], refusal);
    assert_eq!(world.peer(1).client.me().map(|me| me.name.as_str()), Some("Ada"));
}

#[test]
fn any_member_renames_a_group_and_an_empty_name_gives_it_back_to_its_people() {
    let mut world = world(&[1, 2]);
    assert!(view(&mut world).may_rename);
    world.with(1, |client, now| client.rename(conversation_id(1), Some("Walks".to_owned()), now));
    world.settle();
    assert_eq!((view(&mut world).title, view(&mut world).name.as_deref()), (named("Walks"), Some("Walks")));
    world.with(1, |client, now| client.rename(conversation_id(1), None, now));
    world.settle();
    assert_eq!((view(&mut world).title, view(&mut world).name), (members(&["Bea"]), None));
}

#[test]
fn a_channel_is_renamed_by_its_creator_only_and_a_direct_conversation_by_nobody() {
    let mut world = World::default();
    world.server.create(conversation_id(1), Kind::Channel, Some("general"), &[1, 2], false);
    world.server.create(conversation_id(2), Kind::Direct, None, &[1, 2], true);
    for n in 1..=2 {
        world.add(n);
        world.act(n, Client::connect);
    }
    world.settle();
    let may = |world: &mut World, n: u8, id: u8| {
        world.peer(n).client.conversation(conversation_id(id)).expect("they are in it").may_rename
    };
    assert!(may(&mut world, 1, 1) && !may(&mut world, 2, 1) && !may(&mut world, 1, 2));
    let request = world.with(2, |client, now| client.rename(conversation_id(1), Some("mine".to_owned()), now));
    world.settle();
    assert!(matches!(world.peer(2).answers[&request], Answer::Rejected(Rejection::NotAllowed, _)));
}

#[test]
fn a_gap_in_the_servers_feed_is_filled() {
    let mut world = world(&[1, 2, 3]);
    rename(&mut world, 4, "Daria");
    world.settle();
    rename(&mut world, 2, "Beatrice");
    world.peer(1).inbox.clear();
    rename(&mut world, 4, "Dee");
    world.deliver(1, 0);
    assert!(matches!(world.peer(1).said.make_contiguous(), [Command::Resync { feed: Feed::Server, rev: 1, .. }]));
    world.settle();
    assert_eq!(view(&mut world).title, members(&["Beatrice", "Chidi"]));
}

#[test]
fn what_was_renamed_without_a_connection_is_known_with_the_next() {
    let mut world = world(&[1, 2]);
    rename(&mut world, 3, "Chris");
    world.settle();
    world.cut(1);
    rename(&mut world, 2, "Beatrice");
    world.settle();
    assert_eq!(view(&mut world).title, members(&["Beatrice"]));
}

#[test]
fn after_a_reset_of_the_servers_feed_everybody_held_is_asked_for_again() {
    let mut world = world(&[1, 2, 3]);
    rename(&mut world, 2, "Beatrice");
    // All that is told of it is that too much has changed.
    world.peer(1).inbox.clear();
    let rev = world.server.rev;
    for event in [
        Event::Reset { feed: Feed::Server, reason: ResetReason::TooFarBehind },
        Event::Rows(FeedRows { feed: Feed::Server, from: 0, rev, rows: Vec::new() }),
    ] {
        world.act(1, |client, now| client.event(event, now));
    }
    assert_eq!(view(&mut world).title, members(&["Bea", "Chidi"]), "what is held stays in sight");
    let asked: Vec<_> = world.peer(1).said.iter().filter_map(asked_for).collect();
    assert_eq!(asked, [vec![user(1).id, user(2).id, user(3).id]]);
    world.settle();
    assert_eq!(view(&mut world).title, members(&["Beatrice", "Chidi"]));
}

#[test]
fn unknown_senders_and_members_are_asked_for_together_and_once() {
    let mut world = World::default();
    world.server.few = true;
    world.server.create(conversation_id(1), Kind::Group, None, &[1, 2, 3, 4], true);
    world.add(1);
    world.act(1, Client::connect);
    world.settle();
    for n in [3, 4, 3] {
        let id = client_id(100 + world.server.rooms[&conversation_id(1)].messages.len() as u64);
        let (_, told) = world.server.send(user(n).id, conversation_id(1), id, "hi").expect("they are in it");
        world.tell(told);
    }
    let groups: Vec<_> = world.peer(1).inbox.drain(..).flatten().collect();
    let Some(Event::Rows(mut all)) = groups.first().cloned() else { panic!("rows were told") };
    for event in &groups[1..] {
        if let Event::Rows(rows) = event {
            (all.rev, all.rows) = (rows.rev, [all.rows, rows.rows.clone()].concat());
        }
    }
    world.act(1, |client, now| client.event(Event::Rows(all), now));
    let asked: Vec<_> = world.peer(1).said.iter().filter_map(asked_for).collect();
    assert_eq!(asked, [vec![user(3).id, user(4).id]]);
    assert_eq!(sender(&mut world).as_deref(), Some(""));
    world.settle();
    assert_eq!(sender(&mut world).as_deref(), Some("Chidi"));
    let (_, told) = world.server.send(user(4).id, conversation_id(1), client_id(200), "ho").expect("they are in it");
    world.tell(told);
    world.deliver(1, 0);
    assert!(world.peer(1).said.is_empty());
    assert_eq!(texts(&world.peer(1).client.transcript(conversation_id(1))).len(), 4);
}

#[test]
fn a_person_whom_the_server_does_not_know_is_not_asked_for_again() {
    let mut world = world(&[1, 2]);
    let ghost = UserId::from_bytes([9; 16]);
    let typing = myna_protocol::Signal::Typing { conversation: conversation_id(1), user: ghost, typing: true, ttl: 1 };
    world.act(1, |client, now| client.event(Event::Signal(typing.clone()), now));
    let request = world.peer(1).said.pop_front().and_then(|said| said.request()).expect("it asks who that is");
    world.act(1, |client, now| client.event(Event::People { request, people: Vec::new() }, now));
    world.pass(1);
    world.act(1, Client::tick);
    world.act(1, |client, now| client.event(Event::Signal(typing), now));
    assert!(world.peer(1).said.is_empty());
}

#[test]
fn people_found_by_a_search_are_known_from_then_on() {
    let mut world = world(&[1, 2]);
    let beatrice = Person { id: user(2).id, name: "Beatrice".to_owned(), rev: 3 };
    let search = |request| Command::Search { request, text: "b".to_owned() };
    let request = world.with(1, |client, now| client.ask(search, now));
    let found = Event::Found { request, people: vec![beatrice.clone()], channels: Vec::new() };
    world.act(1, |client, now| client.event(found, now));
    assert_eq!(view(&mut world).title, members(&["Beatrice"]));
    // An older row that is late changes nothing.
    let late = Row::Person(Person { name: "Bea".to_owned(), rev: 2, ..beatrice });
    let late = FeedRows { feed: Feed::Server, from: 0, rev: 2, rows: vec![late] };
    world.act(1, |client, now| client.event(Event::Rows(late), now));
    assert_eq!(view(&mut world).title, members(&["Beatrice"]));
}

#[test]
fn who_reacts_and_is_not_held_is_asked_for_and_named() {
    let mut world = World::default();
    world.server.few = true;
    world.server.create(conversation_id(1), Kind::Group, None, &[1, 2, 3, 4], true);
    world.server.send(user(1).id, conversation_id(1), client_id(1), "hi").expect("they are in it");
    world.add(1);
    world.act(1, Client::connect);
    world.settle();
    let names = |world: &mut World| {
        let lines = world.peer(1).client.transcript(conversation_id(1));
        let bubble =
            lines.into_iter().find_map(|line| if let Line::Bubble(bubble) = line { Some(bubble) } else { None });
        bubble.expect("there is one").reactions.iter().flat_map(|tally| tally.names.clone()).collect::<Vec<_>>()
    };
    let told = world.server.react(user(4).id, conversation_id(1), 1, Some("👍".to_owned())).expect("they are in it");
    world.tell(told);
    world.deliver(1, 0);
    assert_eq!(names(&mut world), [""]);
    world.settle();
    assert_eq!(names(&mut world), ["Dee"]);
    let preview = world.peer(1).client.sidebar()[0].preview_reaction.clone();
    assert_eq!(preview, Some((Some("Dee".to_owned()), "👍".to_owned())));
}
