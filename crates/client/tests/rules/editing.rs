//! Changes of sent messages: shown at once, written down until they are acknowledged, given back when they are refused.

use crate::driver::{World, texts};
use crate::model::{conversation_id, user};
use myna_client::{Editing, Line, State};
use myna_protocol::{ConversationId, Kind, Seq, Text};

/// Ann (1) and Bob (2), and two messages of Ann's.
fn world() -> (World, ConversationId) {
    let mut world = World::default();
    let id = conversation_id(1);
    world.server.create(id, Kind::Direct, None, &[1, 2], true);
    (1..=2).for_each(|n| world.add(n));
    world.settle();
    for _ in 0..2 {
        world.write(1, id);
        world.settle();
    }
    (world, id)
}

fn text(text: &str) -> Text {
    Text::parse(text).expect("it is a text")
}

fn editing(seq: Seq, text: &str) -> Editing {
    Editing { seq, text: text.to_owned() }
}

/// The newest message as this person's client shows it.
fn newest(world: &mut World, n: u8, id: ConversationId) -> (String, State) {
    let lines = world.peer(n).client.transcript(id);
    let newest = lines.iter().rev().find_map(|line| if let Line::Bubble(bubble) = line { Some(bubble) } else { None });
    newest.map(|bubble| (bubble.text.clone(), bubble.state)).expect("there is one")
}

#[test]
fn an_edit_shows_at_once_and_is_written_down_until_it_is_acknowledged() {
    let (mut world, id) = world();
    world.cut(1);
    world.act(1, |client, _| client.start_editing(id, 2));
    world.act(1, |client, _| client.write_edit(id, Some(editing(2, "new"))));
    world.with(1, |client, now| client.edit(id, 2, text("new"), now));
    assert_eq!(newest(&mut world, 1, id), ("new".to_owned(), State::Pending));
    assert_eq!(world.peer(1).client.written(id), ("", 0), "the composer is free");
    assert_eq!(world.peer(1).edits.get(&(id, 2)).map(String::as_str), Some("new"));
    assert!(world.peer(1).client.has_drafts(), "who signs out now would lose it");
    world.settle();
    for n in [1, 2] {
        assert_eq!(newest(&mut world, n, id), ("new".to_owned(), State::Sent));
    }
    assert!(world.peer(1).edits.is_empty() && !world.peer(1).client.has_drafts());
}

#[test]
fn refused_words_come_back_into_the_composer_unless_others_are_there() {
    for writes_another in [false, true] {
        let (mut world, id) = world();
        world.with(1, |client, now| client.edit(id, 2, text("new"), now));
        if writes_another {
            world.act(1, |client, _| client.write_edit(id, Some(editing(1, "another"))));
        }
        world.refuse(1);
        world.settle();
        let written = if writes_another { ("another", 1) } else { ("new", 2) };
        assert_eq!(world.peer(1).client.written(id), written);
        assert_eq!(world.peer(1).edits.get(&(id, 2)).map(String::as_str), Some("new"), "they are not lost");
        assert_ne!(newest(&mut world, 1, id).0, "new");
    }
}

#[test]
fn nothing_is_written_for_a_message_that_was_unsent_elsewhere() {
    let (mut world, id) = world();
    world.act(1, |client, _| client.write_edit(id, Some(editing(2, "new"))));
    let told = world.server.change_newest(user(1).id, id, 0, None);
    world.tell(told);
    world.settle();
    assert_eq!(world.peer(1).client.written(id), ("", 0));
    assert!(world.peer(1).edits.is_empty(), "no words of it are left on the device");
    let lines = world.peer(1).client.transcript(id);
    assert_eq!(texts(&lines).last().map(String::as_str), Some(""));
    // Nor when it was unsent while the page was closed.
    let actions = world.peer(1).client.restore_edit(id, editing(2, "new"));
    assert_eq!(actions, [myna_client::Action::KeepEdit(id, 2, None)]);
}

#[test]
fn what_is_written_for_a_message_stays_when_it_is_edited_again_and_one_edit_gives_way_to_another() {
    let (mut world, id) = world();
    world.act(1, |client, _| client.write_edit(id, Some(editing(2, "half of"))));
    world.act(1, |client, _| client.start_editing(id, 2));
    assert_eq!(world.peer(1).client.written(id), ("half of", 2));
    world.act(1, |client, _| client.start_editing(id, 1));
    assert_eq!(world.peer(1).client.written(id).1, 1);
    assert_eq!(world.peer(1).edits.keys().map(|(_, seq)| *seq).collect::<Vec<_>>(), [1]);
    world.act(1, |client, _| client.write_edit(id, None));
    assert!(world.peer(1).edits.is_empty());
}
