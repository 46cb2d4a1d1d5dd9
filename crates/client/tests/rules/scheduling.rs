//! Scheduled messages: the draft stays until the server has it, and each message is on the page once.

use crate::driver::{World, texts};
use crate::model::{client_id, conversation_id, user};
use myna_client::{Answer, Client, Line, Words};
use myna_protocol::{ConversationId, Kind, Rejection, Text, Timestamp};

fn world() -> (World, ConversationId) {
    let mut world = World::default();
    let id = conversation_id(1);
    world.server.create(id, Kind::Group, None, &[1, 2], true);
    (1..=2).for_each(|n| world.add(n));
    world.settle();
    (world, id)
}

fn text(text: &str) -> Text {
    Text::parse(text).expect("it is a text")
}

fn waiting(client: &Client, id: ConversationId) -> Vec<String> {
    client.scheduled_in(id).into_iter().map(|(item, _)| item.text).collect()
}

#[test]
fn the_draft_goes_when_the_server_has_it_unless_it_has_changed() {
    for (written, is_left) in [("later ", ""), ("later and more", "later and more")] {
        let (mut world, id) = world();
        world.act(1, |client, now| client.write(id, "later ".to_owned(), now));
        world.with(1, |client, now| client.schedule(id, client_id(1), text("later"), Timestamp(9), now));
        assert!(waiting(&world.peer(1).client, id).is_empty());
        world.act(1, |client, now| client.write(id, written.to_owned(), now));
        world.settle();
        assert_eq!(world.peer(1).client.draft(id), written);
        let place = world.peer(1).client.draft_place(id);
        world.act(1, |client, _| client.scheduled_draft(place, "later "));
        assert_eq!(world.peer(1).client.draft(id), is_left);
        assert_eq!(waiting(&world.peer(1).client, id), ["later"]);
        assert!(world.peer(2).client.all_scheduled().is_empty());
    }
}

#[test]
fn a_refusal_leaves_the_draft_and_says_why() {
    let (mut world, id) = world();
    let told = world.server.leave(user(1).id, id).expect("they can leave");
    world.act(1, |client, now| client.write(id, "later".to_owned(), now));
    let request = world.with(1, |client, now| client.schedule(id, client_id(1), text("later"), Timestamp(9), now));
    world.settle();
    let answer = world.peer(1).answers.get(&request);
    assert!(matches!(answer, Some(Answer::Rejected(Rejection::NotFound, _))), "{answer:?}");
    assert_eq!(world.peer(1).client.draft(id), "later");
    world.tell(told);
}

#[test]
fn scheduling_waits_for_the_connection_and_is_asked_once_more_after_a_lost_answer() {
    let (mut world, id) = world();
    world.cut(1);
    world.act(1, |client, now| client.write(id, "later".to_owned(), now));
    world.with(1, |client, now| client.schedule(id, client_id(1), text("later"), Timestamp(9), now));
    world.settle();
    assert_eq!(waiting(&world.peer(1).client, id), ["later"]);
    world.with(1, |client, now| client.delete_scheduled(client_id(1), now));
    world.hear(1);
    world.cut(1);
    world.settle();
    assert!(waiting(&world.peer(1).client, id).is_empty());
}

#[test]
fn what_is_sent_is_on_the_page_once_whichever_row_comes_first() {
    for is_message_first in [true, false] {
        let (mut world, id) = world();
        world.with(1, |client, now| client.schedule(id, client_id(1), text("later"), Timestamp(9), now));
        world.settle();
        let (_, mut told) = world.server.end_scheduled(user(1).id, client_id(1), true).expect("it waits");
        if !is_message_first {
            told.reverse();
        }
        for told in told {
            world.tell(vec![told]);
            while world.deliver(1, 0) {}
            let client = &world.peer(1).client;
            let shown = waiting(client, id).len() + texts(&client.transcript(id)).len();
            assert!(shown <= 1, "it is there {shown} times");
        }
        world.settle();
        let client = &world.peer(1).client;
        assert_eq!((waiting(client, id).len(), texts(&client.transcript(id))), (0, vec!["later".to_owned()]));
    }
}

#[test]
fn a_message_sent_while_its_sender_was_away_reads_nothing_for_them() {
    let (mut world, id) = world();
    world.with(1, |client, now| client.schedule(id, client_id(1), text("later"), Timestamp(9), now));
    world.settle();
    for n in 0..2 {
        let (_, told) = world.server.send(user(2).id, id, client_id(10 + n), "hello").expect("they are in it");
        world.tell(told);
    }
    let (_, told) = world.server.end_scheduled(user(1).id, client_id(1), true).expect("it waits");
    world.tell(told);
    world.settle();
    assert_eq!(world.peer(1).client.conversation(id).map(|view| view.unread), Some(3));
    // Nor do the others see that they have read it.
    let receipts = world.peer(2).client.transcript(id);
    let is_read = |line: &Line| matches!(line, Line::Bubble(bubble) if matches!(bubble.status, Some(myna_client::Receipt::Read(_))));
    assert!(!receipts.iter().any(is_read));
}

#[test]
fn a_scheduled_reply_shows_what_it_answers() {
    let (mut world, id) = world();
    let (_, told) = world.server.send(user(2).id, id, client_id(10), "question").expect("they are in it");
    world.tell(told);
    world.settle();
    world.act(1, |client, now| client.open(id, now));
    world.act(1, |client, now| client.reply_to(id, Some(1), now));
    world.with(1, |client, now| client.schedule(id, client_id(1), text("answer"), Timestamp(9), now));
    world.settle();
    let all = world.peer(1).client.scheduled_in(id);
    let [(item, Some(quote))] = &all[..] else { panic!("{all:?}") };
    assert_eq!((item.reply_to, quote.seq, &quote.words), (Some(1), 1, &Words::Text("question".to_owned())));
}

#[test]
fn a_thread_shows_what_is_scheduled_in_it() {
    let (mut world, id) = world();
    for n in 0..2 {
        let (_, told) = world.server.send(user(2).id, id, client_id(10 + n), "hello").expect("they are in it");
        world.tell(told);
    }
    world.settle();
    world.act(1, |client, now| client.open(id, now));
    world.with(1, |client, now| client.schedule(id, client_id(1), text("outside"), Timestamp(9), now));
    world.settle();
    world.act(1, |client, now| client.open_thread(id, 1, now));
    world.settle();
    assert!(waiting(&world.peer(1).client, id).is_empty());
    world.act(1, |client, _| {
        client.close_thread();
        Vec::new()
    });
    assert_eq!(waiting(&world.peer(1).client, id), ["outside"]);
}
