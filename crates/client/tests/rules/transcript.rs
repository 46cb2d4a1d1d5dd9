//! How a conversation looks: runs, separators, notices, names and statuses.

use crate::driver::{World, members, named};
use crate::model::{client_id, conversation_id, user};
use myna_client::{Bubble, Client, Line, LineKey, Receipt, SidebarRow, SystemEvent, Title};
use myna_protocol::{ConversationId, Kind, Text, Timestamp, UserId};

fn world(kind: Kind, people: &[u8]) -> World {
    let mut world = World::default();
    let name = (kind == Kind::Channel).then_some("general");
    world.server.create(conversation_id(1), kind, name, people, kind != Kind::Channel);
    world.add(people[0]);
    world.act(people[0], Client::connect);
    world.settle();
    world
}

/// Somebody says something, so many milliseconds after what was said before.
fn say(world: &mut World, n: u8, after: i64, text: &str) {
    world.pass(after);
    let id = client_id(5_000 + world.server.rooms[&conversation_id(1)].messages.len() as u64);
    let (_, told) = world.server.send(user(n).id, conversation_id(1), id, text).expect("they are in it");
    world.tell(told);
    while world.deliver(1, 0) {}
}

fn lines(world: &mut World) -> Vec<Line> {
    world.peer(1).client.transcript(conversation_id(1))
}

fn bubbles(world: &mut World) -> Vec<Bubble> {
    lines(world)
        .into_iter()
        .filter_map(|line| if let Line::Bubble(bubble) = line { Some(bubble) } else { None })
        .collect()
}

/// A line as a word: `-` a separator, `+Name` joined, `~Name` left, `(a)` a bubble where its sender begins and that ends a
/// run, `_a` one that goes on after a pause.
fn sketch(world: &mut World) -> String {
    let word = |line: &Line| match line {
        Line::Separator { .. } => "-".to_owned(),
        Line::Unread => "unread".to_owned(),
        Line::Notice(notice) => format!("{}{}", if notice.what == SystemEvent::Joined { '+' } else { '~' }, notice.who),
        Line::Bubble(bubble) => {
            let start = match (bubble.first, bubble.resumed) {
                (true, _) => "(",
                (false, true) => "_",
                (false, false) => "",
            };
            format!("{start}{}{}", bubble.text, if bubble.last { ")" } else { "" })
        }
    };
    lines(world).iter().map(word).collect::<Vec<_>>().join(" ")
}

#[test]
fn a_tail_follows_a_minutes_pause_and_a_new_beginning_five() {
    let mut world = world(Kind::Direct, &[1, 2]);
    say(&mut world, 2, 1, "a");
    say(&mut world, 2, 60_000, "b");
    say(&mut world, 2, 60_001, "c");
    say(&mut world, 2, 300_000, "d");
    say(&mut world, 2, 300_001, "e");
    say(&mut world, 1, 1, "f");
    say(&mut world, 2, 1, "g");
    assert_eq!(sketch(&mut world), "- (a b) _c) _d) (e) (f) (g)");
}

#[test]
fn a_time_stands_at_the_start_and_after_an_hours_silence() {
    let mut world = world(Kind::Direct, &[1, 2]);
    say(&mut world, 2, 1, "a");
    say(&mut world, 2, 3_600_000, "b");
    say(&mut world, 2, 3_600_001, "c");
    assert_eq!(sketch(&mut world), "- (a) (b) - (c)");
}

#[test]
fn who_comes_and_goes_is_told_between_the_messages() {
    let mut world = world(Kind::Channel, &[1, 2]);
    say(&mut world, 2, 1, "a");
    for told in [world.server.join(&user(3), conversation_id(1)), world.server.leave(user(2).id, conversation_id(1))] {
        world.tell(told.expect("they may"));
    }
    say(&mut world, 3, 1, "b");
    let told = world.server.leave(user(3).id, conversation_id(1)).expect("they are in it");
    world.tell(told);
    world.settle();
    assert_eq!(sketch(&mut world), "- (a) +Chidi ~Bea (b) ~Chidi");
    world.write(1, conversation_id(1));
    assert_eq!(sketch(&mut world), "- (a) +Chidi ~Bea (b) ~Chidi (text 1)");
    let view = world.peer(1).client.conversation(conversation_id(1)).expect("one is in it");
    assert_eq!((view.members, view.people.len(), view.title), (1, 1, named("general")));
}

#[test]
fn names_and_avatars_are_shown_once_a_run_and_never_for_oneself() {
    let mut world = world(Kind::Group, &[1, 2, 3]);
    say(&mut world, 2, 1, "a");
    say(&mut world, 2, 1, "b");
    say(&mut world, 1, 1, "c");
    let shown: Vec<_> =
        bubbles(&mut world).into_iter().map(|bubble| (bubble.sender, bubble.avatar.map(|(_, name)| name))).collect();
    let bea = || Some("Bea".to_owned());
    assert_eq!(shown, [(bea(), None), (None, bea()), (None, None)]);
    assert!(bubbles(&mut world).iter().all(|bubble| bubble.status.is_none()), "a group has no statuses");
}

#[test]
fn statuses_stand_under_the_last_message_of_each_tier() {
    let mut world = world(Kind::Direct, &[1, 2]);
    say(&mut world, 1, 1, "a");
    say(&mut world, 1, 1, "b");
    let statuses = |world: &mut World| bubbles(world).into_iter().map(|bubble| bubble.status).collect::<Vec<_>>();
    assert_eq!(statuses(&mut world), [None, Some(Receipt::Delivered)]);
    world.pass(1_000);
    let read_at = world.now();
    let told = world.server.read(user(2).id, conversation_id(1), 1).expect("they are in it");
    world.tell(told);
    world.settle();
    assert_eq!(statuses(&mut world), [Some(Receipt::Read(read_at)), Some(Receipt::Delivered)]);
    say(&mut world, 2, 1_000, "c");
    let answered_at = world.now();
    assert_eq!(statuses(&mut world), [None, Some(Receipt::Read(answered_at)), None], "who answers has read");
    world.write(1, conversation_id(1));
    assert_eq!(statuses(&mut world), [None, Some(Receipt::Read(answered_at)), None, None], "what is pending has none");
}

#[test]
fn a_note_to_self_is_read_and_has_no_statuses() {
    let mut world = world(Kind::Direct, &[1]);
    say(&mut world, 1, 1, "a");
    let row = world.peer(1).client.sidebar().remove(0);
    assert_eq!((row.title, row.unread), (Title::NoteToSelf, 0));
    assert!(world.peer(1).client.conversation(row.id).is_some_and(|view| view.note_to_self));
    assert_eq!(bubbles(&mut world)[0].status, None);
}

#[test]
fn a_few_emoji_are_drawn_large() {
    let mut world = world(Kind::Direct, &[1, 2]);
    say(&mut world, 2, 1, "👋🏽");
    say(&mut world, 2, 1, "👋🏽 hi");
    assert_eq!(bubbles(&mut world).iter().map(|bubble| bubble.emoji).collect::<Vec<_>>(), [true, false]);
}

#[test]
fn keys_are_unique_and_survive_older_pages() {
    let mut world = world(Kind::Channel, &[1, 2]);
    for n in 0..20 {
        say(&mut world, 2, 4_000_000 * (n % 2), &format!("{n}"));
    }
    world.add(1);
    world.settle();
    let some: Vec<LineKey> = lines(&mut world).iter().map(Line::key).collect();
    world.load_all(1);
    let mut all: Vec<LineKey> = lines(&mut world).iter().map(Line::key).collect();
    assert!(some.iter().filter(|key| !matches!(key, LineKey::Separator(..))).all(|key| all.contains(key)));
    let count = all.len();
    all.sort();
    all.dedup();
    assert_eq!(all.len(), count);
}

#[test]
fn a_group_without_a_name_is_called_after_the_others_in_it() {
    let title = |people: &[u8]| world(Kind::Group, people).peer(1).client.sidebar()[0].title.clone();
    assert_eq!(title(&[1]), Title::JustYou);
    assert_eq!(title(&[1, 2]), members(&["Bea"]));
    assert_eq!(title(&[1, 3, 2]), members(&["Bea", "Chidi"]));
    assert_eq!(title(&[1, 3, 2, 4]), members(&["Bea", "Chidi", "Dee"]));
}

#[test]
fn a_conversation_opens_with_a_mark_before_the_first_unread_message() {
    let mut world = world(Kind::Direct, &[1, 2]);
    for text in ["a", "b"] {
        say(&mut world, 2, 1, text);
    }
    world.act(1, |client, now| client.read(conversation_id(1), now));
    world.settle();
    say(&mut world, 2, 1, "c");
    say(&mut world, 2, 1, "d");
    assert_eq!(sketch(&mut world), "- (a b) _c d)", "it is not open");
    world.act(1, |client, now| client.open(conversation_id(1), now));
    assert_eq!(sketch(&mut world), "- (a b) unread (c d)");
    world.act(1, |client, now| client.read_to(conversation_id(1), 3, now));
    assert_eq!(world.peer(1).client.sidebar()[0].unread, 1, "only what was in sight is read");
    world.act(1, |client, now| client.read(conversation_id(1), now));
    say(&mut world, 2, 1, "e");
    assert_eq!(sketch(&mut world), "- (a b) unread (c d e)", "the mark stays while it is open");
    world.act(1, |client, now| client.read(conversation_id(1), now));
    world.settle();
    world.act(1, |client, now| client.open(conversation_id(2), now));
    world.act(1, |client, now| client.open(conversation_id(1), now));
    assert_eq!(sketch(&mut world), "- (a b) _c d e)");
}

fn previews(rows: &[SidebarRow]) -> Vec<(Option<&str>, &str)> {
    rows.iter().map(|row| (row.preview_sender.as_deref(), row.preview.as_str())).collect()
}

#[test]
fn the_list_says_who_spoke_last_and_orders_by_that() {
    let mut world = world(Kind::Group, &[1, 2, 3]);
    world.server.create(conversation_id(2), Kind::Direct, None, &[1, 3], true);
    world.add(1);
    world.settle();
    say(&mut world, 2, 5_000, "one\ntwo");
    let rows = world.peer(1).client.sidebar();
    assert_eq!(previews(&rows), [(Some("Bea"), "one two"), (None, "")]);
    assert_eq!(rows.iter().map(|row| row.unread).collect::<Vec<_>>(), [1, 0]);
    assert_eq!(rows[1].avatar, user(3).id.to_string());
    world.pass(5_000);
    let text = Text::parse("mine").expect("it is a plain text");
    world.act(1, |client, now| client.send(conversation_id(2), client_id(1), text, now));
    let rows = world.peer(1).client.sidebar();
    assert_eq!(previews(&rows), [(None, "mine"), (Some("Bea"), "one two")]);
}

#[test]
fn a_bubble_says_whose_it_is() {
    let mut world = world(Kind::Direct, &[1, 2]);
    say(&mut world, 2, 1, "a");
    say(&mut world, 1, 1, "b");
    assert_eq!(bubbles(&mut world).iter().map(|bubble| bubble.mine).collect::<Vec<_>>(), [false, true]);
    let ids: Vec<UserId> = world
        .peer(1)
        .client
        .conversation(conversation_id(1))
        .expect("one is in it")
        .people
        .iter()
        .map(|p| p.id)
        .collect();
    assert_eq!(ids, [user(1).id, user(2).id]);
}

#[test]
fn the_page_shows_a_part_of_the_transcript_as_it_stands_there() {
    let mut world = world(Kind::Channel, &[1, 2, 3]);
    for n in 0..400_i64 {
        let (who, after) = ([1, 2, 2, 3][n as usize % 4], [1, 1, 70_000, 4_000_000][n as usize % 13 % 4]);
        say(&mut world, who, after, &format!("text {n}"));
        if n % 50 == 7 {
            let told = world.server.leave(user(3).id, conversation_id(1)).expect("they are in it");
            world.tell(told);
            let told = world.server.join(&user(3), conversation_id(1)).expect("it is a channel");
            world.tell(told);
            while world.deliver(1, 0) {}
        }
    }
    world.act(1, |client, now| client.open(conversation_id(1), now));
    world.settle();
    world.load_all(1);
    let check = |world: &mut World, move_on: fn(&mut Client, ConversationId)| {
        let mut places = Vec::new();
        loop {
            let client = &mut world.peer(1).client;
            let (all, part) = (client.transcript(conversation_id(1)), client.lines(conversation_id(1)));
            let place = all.windows(part.len()).position(|lines| lines == part).expect("it is a part of the whole");
            if places.last() == Some(&(place, part.len())) {
                return (places.len(), place, all.len() - part.len());
            }
            places.push((place, part.len()));
            move_on(client, conversation_id(1));
        }
    };
    let (steps, place, _) = check(&mut world, |client, id| drop(client.older(id, Timestamp(0))));
    assert!(steps > 1 && place == 0, "{steps} steps to {place}");
    let (steps, place, last) = check(&mut world, |client, id| drop(client.newer(id, Timestamp(0))));
    assert!(steps > 5 && place == last, "{steps} steps to {place} of {last}");
}
