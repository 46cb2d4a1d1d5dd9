//! What is written and not sent: kept at every keystroke, shown in the list, the same in every tab of the device.

use crate::driver::World;
use crate::model::{client_id, conversation_id, user};
use myna_client::{Action, Client, DraftPlace};
use myna_protocol::{ConversationId, Kind, Text, Timestamp};

const NOW: Timestamp = Timestamp(1_700_000_000_000);

fn world() -> (World, ConversationId) {
    let mut world = World::default();
    let id = conversation_id(1);
    world.server.create(id, Kind::Direct, None, &[1, 2], true);
    world.server.create(conversation_id(2), Kind::Group, None, &[1, 2], true);
    (1..=2).for_each(|n| world.add(n));
    world.settle();
    (world, id)
}

fn write(client: &mut Client, id: ConversationId, text: &str) -> Vec<Action> {
    let kept = |action: &Action| matches!(action, Action::KeepDraft(..));
    client.write(id, text.to_owned(), NOW).into_iter().filter(kept).collect()
}

fn in_list(client: &Client, id: ConversationId) -> Option<String> {
    client.sidebar_row(id).and_then(|row| row.draft)
}

#[test]
fn a_draft_is_kept_when_it_changes_and_shown_in_the_list_while_one_is_elsewhere() {
    let (mut world, id) = world();
    let client = &mut world.peers.values_mut().next().expect("there is somebody").client;
    client.start_writing(id);
    assert_eq!(write(client, id, "he\nllo"), [Action::KeepDraft(id.into(), "he\nllo".to_owned())]);
    assert_eq!(write(client, id, "he\nllo"), [], "nothing has changed");
    assert_eq!((client.draft(id), in_list(client, id)), ("he\nllo", None), "one sees it in the composer");
    client.stop_writing(id);
    assert_eq!(in_list(client, id).as_deref(), Some("he llo"));
    assert_eq!(in_list(client, conversation_id(2)), None);
    client.start_writing(id);
    assert_eq!(in_list(client, id), None);
}

#[test]
fn blanks_are_kept_and_not_shown_and_what_is_emptied_is_struck() {
    let (mut world, id) = world();
    let client = &mut world.peers.values_mut().next().expect("there is somebody").client;
    write(client, id, " \n");
    client.stop_writing(id);
    assert_eq!((client.draft(id), in_list(client, id)), (" \n", None));
    assert_eq!(write(client, id, ""), [Action::KeepDraft(id.into(), String::new())]);
}

#[test]
fn what_is_sent_is_no_draft_any_more() {
    let (mut world, id) = world();
    let client = &mut world.peers.values_mut().next().expect("there is somebody").client;
    write(client, id, "hello");
    let actions = client.send(id, client_id(1), Text::parse("hello").expect("it is a text"), NOW);
    assert!(actions.contains(&Action::KeepDraft(id.into(), String::new())), "{actions:?}");
    assert_eq!(client.draft(id), "");
}

#[test]
fn two_tabs_of_a_device_have_one_draft_and_one_outbox() {
    let (mut world, id) = world();
    let client = &mut world.peers.values_mut().next().expect("there is somebody").client;
    client.take_changes();
    client.draft_from_other_tab(id.into(), "from the other tab".to_owned());
    assert!(client.take_changes().conversations.contains(&id), "the composer shows it");
    assert_eq!(client.draft(id), "from the other tab");
    client.draft_from_other_tab(id.into(), "from the other tab".to_owned());
    assert!(client.take_changes().is_empty(), "nothing has changed");
    client.draft_from_other_tab(id.into(), String::new());
    assert_eq!(client.draft(id), "");

    client.offline(NOW);
    client.send(id, client_id(1), Text::parse("hello").expect("it is a text"), NOW);
    assert_eq!(client.transcript(id).len(), 2, "the time and the message");
    client.settled_in_other_tab(client_id(1));
    assert!(client.transcript(id).is_empty(), "it was deleted in the other tab, and does not go out from this one");
    assert!(!client.has_unsent());
}

#[test]
fn a_thread_has_a_draft_of_its_own() {
    let (mut world, id) = world();
    let (_, told) = world.server.send(user(2).id, id, client_id(7), "the question").expect("they are in it");
    world.tell(told);
    world.settle();
    let client = &mut world.peers.values_mut().next().expect("there is one").client;
    client.open(id, NOW);
    write(client, id, "for all");
    client.reply_to(id, Some(1), NOW);
    client.open_thread(id, 1, NOW);
    assert_eq!((client.draft(id), client.replying(id)), ("", None));
    let place = DraftPlace { conversation: id, thread: Some(1) };
    assert_eq!(write(client, id, "for the thread"), [Action::KeepDraft(place, "for the thread".to_owned())]);
    client.close_thread();
    assert_eq!((client.draft(id), client.replying(id).map(|quote| quote.seq)), ("for all", Some(1)));
    client.stop_writing(id);
    assert_eq!(in_list(client, id).as_deref(), Some("for all"));
    client.open_thread(id, 1, NOW);
    let actions = client.send(id, client_id(8), Text::parse("for the thread").expect("it is a text"), NOW);
    assert!(actions.contains(&Action::KeepDraft(place, String::new())), "{actions:?}");
    client.close_thread();
    assert_eq!(client.draft(id), "for all");
}
