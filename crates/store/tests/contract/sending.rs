//! Rules of `Verb::Send`.

use super::verbs::{
    a_client_id, a_conversation_id, ann_and_bob, channel, commit, direct, done, feeds, group, join, leave, load,
    member_of, membership, messages, now, one, people, person, said, said_many, say, send, seqs, texts,
};
use futures_util::future::join_all;
use myna_chat::rules::Verb;
use myna_chat::store::Store;
use myna_protocol::limits::TEXT_CHARS;
use myna_protocol::{Feed, Rejection, Row};

pub(crate) async fn messages_take_the_next_seq_and_rev(store: &dyn Store) {
    let (ann, bob) = ann_and_bob(store).await;
    let talk = direct(store, ann, bob).await;
    for (number, sender) in (1_u64..).zip([ann, bob, bob, ann]) {
        let sent = done(store, say(talk, sender, "hello")).await;
        assert_eq!(sent.seq, Some(number));
        assert_eq!(sent.events[0].rev, number + 1, "the conversation's creation took the first rev");
    }
    assert_eq!(seqs(&load(store, talk).await.rows), [1, 2, 3, 4]);
}

pub(crate) async fn a_sent_message_is_one_event_with_its_row(store: &dyn Store) {
    let (ann, bob) = ann_and_bob(store).await;
    let talk = direct(store, ann, bob).await;
    let (client_id, at) = (a_client_id(), now());
    let change =
        Verb::Send { conversation: talk, client_id, text: super::verbs::text("hello"), reply_to: None }.by(ann, at);
    let sent = done(store, change).await;
    assert_eq!(feeds(&sent.events), [Feed::Conversation(talk)]);
    let event = &sent.events[0];
    assert_eq!((event.from, event.rev, event.rows.len()), (1, 2, 1));
    let Row::Message(message) = &event.rows[0] else { panic!("not a message: {event:?}") };
    assert_eq!((message.conversation, message.seq, message.sender), (talk, 1, ann));
    assert_eq!((message.client_id, message.text.as_str(), message.sent_at, message.rev), (client_id, "hello", at, 2));
    assert!(sent.joined.is_empty() && sent.left.is_empty());
    assert_eq!(messages(&load(store, talk).await.rows), [message], "what is stored is what was told");
}

pub(crate) async fn a_retry_gets_the_first_seq_and_no_events(store: &dyn Store) {
    let (ann, bob) = ann_and_bob(store).await;
    let talk = direct(store, ann, bob).await;
    let client_id = a_client_id();
    let first = done(store, send(talk, ann, client_id, "hello")).await;
    said_many(store, talk, bob, 300).await;
    let again = done(store, send(talk, ann, client_id, "hello")).await;
    assert_eq!(again.seq, first.seq);
    assert_eq!(again.conversation, Some(talk));
    assert!(again.events.is_empty());
    assert_eq!(said(store, talk, ann, "next").await, 302);
}

pub(crate) async fn a_retry_in_the_same_batch_is_stored_once(store: &dyn Store) {
    let (ann, bob) = ann_and_bob(store).await;
    let talk = direct(store, ann, bob).await;
    let client_id = a_client_id();
    let hello = send(talk, ann, client_id, "hello");
    let batch =
        vec![hello.clone(), say(talk, bob, "hi"), hello, send(talk, ann, client_id, "other"), say(talk, bob, "ho")];
    let outcomes = commit(store, batch).await;
    let seqs: Vec<_> = outcomes.iter().map(|outcome| outcome.as_ref().map(|sent| sent.seq)).collect();
    let reused = &Rejection::ClientIdReused;
    assert_eq!(seqs, [Ok(Some(1)), Ok(Some(2)), Ok(Some(1)), Err(reused), Ok(Some(3))]);
    assert_eq!(texts(&load(store, talk).await.rows), ["hello", "hi", "ho"]);
}

pub(crate) async fn a_client_id_with_another_text_is_refused(store: &dyn Store) {
    let (ann, bob) = ann_and_bob(store).await;
    let talk = direct(store, ann, bob).await;
    let client_id = a_client_id();
    done(store, send(talk, ann, client_id, "hello")).await;
    let before = load(store, talk).await;
    assert_eq!(one(store, send(talk, ann, client_id, "hello!")).await, Err(Rejection::ClientIdReused));
    assert_eq!(load(store, talk).await, before);
}

pub(crate) async fn a_client_id_counts_for_its_sender_in_its_conversation(store: &dyn Store) {
    let (ann, bob) = ann_and_bob(store).await;
    let (talk, other) = (direct(store, ann, bob).await, group(store, ann, &[bob]).await);
    let client_id = a_client_id();
    assert_eq!(done(store, send(talk, ann, client_id, "one")).await.seq, Some(1));
    assert_eq!(done(store, send(talk, bob, client_id, "two")).await.seq, Some(2));
    assert_eq!(done(store, send(other, ann, client_id, "three")).await.seq, Some(1));
}

pub(crate) async fn who_is_not_in_a_conversation_cannot_send(store: &dyn Store) {
    let (ann, bob) = ann_and_bob(store).await;
    let eve = person(store, "Eve").await;
    for talk in [direct(store, ann, bob).await, group(store, ann, &[bob]).await, channel(store, ann).await] {
        said(store, talk, ann, "hello").await;
        let before = load(store, talk).await;
        assert_eq!(one(store, say(talk, eve, "hi")).await, Err(Rejection::NotFound));
        assert_eq!(load(store, talk).await, before);
    }
    assert_eq!(one(store, say(a_conversation_id(), ann, "hi")).await, Err(Rejection::NotFound));
}

pub(crate) async fn who_left_cannot_send_until_they_come_back(store: &dyn Store) {
    let (ann, bob) = ann_and_bob(store).await;
    let talk = channel(store, ann).await;
    done(store, join(talk, bob)).await;
    let hello = say(talk, bob, "hello");
    done(store, hello.clone()).await;
    done(store, leave(talk, bob)).await;
    assert_eq!(one(store, say(talk, bob, "again")).await, Err(Rejection::NotFound));
    done(store, join(talk, bob)).await;
    assert_eq!(done(store, hello).await.seq, Some(1));
    assert_eq!(said(store, talk, bob, "again").await, 2);
}

pub(crate) async fn what_was_sent_before_its_sender_left_keeps_its_answer(store: &dyn Store) {
    let (ann, bob) = ann_and_bob(store).await;
    let talk = channel(store, ann).await;
    done(store, join(talk, bob)).await;
    let hello = say(talk, bob, "hello");
    let first = done(store, hello.clone()).await;
    done(store, leave(talk, bob)).await;
    let before = load(store, talk).await;
    let again = done(store, hello).await;
    assert_eq!((again.seq, again.events), (first.seq, Vec::new()));
    assert_eq!(load(store, talk).await, before);
}

pub(crate) async fn a_sender_has_read_what_they_said_with_no_event(store: &dyn Store) {
    let (ann, bob) = ann_and_bob(store).await;
    let talk = direct(store, ann, bob).await;
    said(store, talk, bob, "one").await;
    let own = store.load_user(ann).await.expect("the store answers");
    let sent = done(store, say(talk, ann, "two")).await;
    let Row::Message(message) = &sent.events[0].rows[0] else { panic!("not a message: {sent:?}") };
    assert_eq!(store.load_user(ann).await.expect("the store answers").rev, own.rev);
    assert_eq!(membership(store, ann, talk).await.expect("she is in it").read_seq, 2);
    assert_eq!(membership(store, bob, talk).await.expect("he is in it").read_seq, 1);
    let loaded = load(store, talk).await;
    let row = member_of(&loaded.rows, ann);
    assert_eq!((row.read_seq, row.read_at, row.rev), (2, Some(message.sent_at), 1));
}

pub(crate) async fn texts_come_back_as_they_were(store: &dyn Store) {
    let (ann, bob) = ann_and_bob(store).await;
    let talk = direct(store, ann, bob).await;
    let long = "\u{1f986}".repeat(TEXT_CHARS);
    let said =
        [long.as_str(), "two\nlines\tand a tab", "'; DROP TABLE messages; --", "{\"$gt\":\"\"}", "\u{202e}abc", "é"];
    commit(store, said.iter().map(|said| say(talk, ann, said)).collect()).await;
    assert_eq!(texts(&load(store, talk).await.rows), said);
}

pub(crate) async fn many_senders_at_once_leave_no_gap(store: &dyn Store) {
    let senders = people(store, 16).await;
    let talk = group(store, senders[0], &senders[1..]).await;
    let sent = join_all(senders.iter().map(|sender| async {
        let mut sent = Vec::new();
        for number in 0..20 {
            sent.push((said(store, talk, *sender, &number.to_string()).await, *sender, number));
        }
        sent
    }));
    let mut sent: Vec<_> = sent.await.into_iter().flatten().collect();
    sent.sort_unstable();
    let loaded = load(store, talk).await;
    let stored: Vec<_> = messages(&loaded.rows).iter().map(|row| (row.seq, row.sender, row.text.clone())).collect();
    assert_eq!(seqs(&loaded.rows), (1..=320).collect::<Vec<_>>());
    // Each answer named the place where the message is, and a sender's later message is after the earlier one.
    let sent: Vec<_> = sent.into_iter().map(|(seq, sender, number)| (seq, sender, number.to_string())).collect();
    assert_eq!(stored, sent);
    for sender in senders {
        let own: Vec<u32> =
            stored.iter().filter(|row| row.1 == sender).map(|row| row.2.parse().expect("it is a number")).collect();
        assert_eq!(own, (0..20).collect::<Vec<_>>());
    }
    assert_eq!(loaded.rev, 321);
}

pub(crate) async fn the_same_message_sent_many_times_at_once_is_stored_once(store: &dyn Store) {
    let (ann, bob) = ann_and_bob(store).await;
    let talk = direct(store, ann, bob).await;
    let messages: Vec<_> = (0..10).map(|number| say(talk, ann, &number.to_string())).collect();
    let sends = (0..8).flat_map(|_| messages.iter().map(|message| done(store, message.clone())));
    let sent = join_all(sends).await;
    for tries in (0..10).map(|number| sent.iter().skip(number).step_by(10).collect::<Vec<_>>()) {
        assert!(tries.iter().all(|again| again.seq == tries[0].seq), "every try got the same seq");
        assert_eq!(tries.iter().filter(|again| !again.events.is_empty()).count(), 1, "one try told it");
    }
    assert_eq!(seqs(&load(store, talk).await.rows), (1..=10).collect::<Vec<_>>());
}

pub(crate) async fn the_messages_of_a_batch_keep_their_order(store: &dyn Store) {
    let (ann, bob) = ann_and_bob(store).await;
    let talk = direct(store, ann, bob).await;
    join_all((0..10).map(|_| said_many(store, talk, ann, 30))).await;
    let loaded = load(store, talk).await;
    let expected: Vec<String> = (0..10).flat_map(|_| (1..=30).map(|number| number.to_string())).collect();
    assert_eq!(texts(&loaded.rows), expected, "nothing comes between the changes of a batch");
}
