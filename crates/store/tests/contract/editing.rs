//! Rules of `Verb::Edit` and `Verb::Unsend`.

use super::verbs::{
    a_client_id, ann_and_bob, channel, commit, direct, done, edit, join, load, messages, now, one, said, send, text,
    texts, unsend,
};
use futures_util::future::join_all;
use myna_chat::rules::Verb;
use myna_chat::store::Store;
use myna_protocol::{Message, Rejection, Row, Seq};

/// The messages before `seq`, as a page brings them.
async fn page(store: &dyn Store, talk: myna_protocol::ConversationId, before: Seq) -> Vec<Message> {
    let rows = store.messages_before(talk, before, 10).await.expect("the store answers");
    messages(&rows).into_iter().cloned().collect()
}

pub(crate) async fn an_edited_message_keeps_its_place_and_its_earlier_texts(store: &dyn Store) {
    let (ann, bob) = ann_and_bob(store).await;
    let talk = direct(store, ann, bob).await;
    said(store, talk, ann, "first").await;
    said(store, talk, bob, "second").await;
    let (one_edit, other_edit) = (edit(talk, ann, 1, "first!"), edit(talk, ann, 1, "FIRST 😀"));
    let times = [one_edit.at, other_edit.at];
    done(store, one_edit).await;
    let committed = done(store, other_edit).await;
    let Row::Message(told) = &committed.events[0].rows[0] else { panic!("not a message: {committed:?}") };
    assert_eq!((told.seq, told.rev, told.text.as_str()), (1, 5, "FIRST 😀"));
    let earlier: Vec<_> = told.earlier().iter().map(|earlier| (earlier.text.as_str(), earlier.until)).collect();
    assert_eq!(earlier, [("first", times[0]), ("first!", times[1])]);
    assert_eq!(&page(store, talk, 2).await, std::slice::from_ref(told), "what is stored is what was told");
    assert_eq!(texts(&load(store, talk).await.rows), ["FIRST 😀", "second"]);
}

pub(crate) async fn an_unsent_message_has_no_words_left(store: &dyn Store) {
    let (ann, bob) = ann_and_bob(store).await;
    let talk = direct(store, ann, bob).await;
    said(store, talk, ann, "a secret").await;
    done(store, edit(talk, ann, 1, "a better kept secret")).await;
    done(store, unsend(talk, ann, 1)).await;
    let message = page(store, talk, 2).await.remove(0);
    assert_eq!((message.text.as_str(), message.earlier().len()), ("", 0));
    assert_eq!(message.unsent().map(|unsent| unsent.by), Some(ann));
    assert!(done(store, unsend(talk, ann, 1)).await.events.is_empty(), "again it changes nothing");
    assert_eq!(one(store, edit(talk, ann, 1, "back")).await, Err(Rejection::MessageUnsent));
}

pub(crate) async fn a_message_sent_again_after_it_changed_is_the_same(store: &dyn Store) {
    let (ann, bob) = ann_and_bob(store).await;
    let talk = direct(store, ann, bob).await;
    let client_id = a_client_id();
    done(store, send(talk, ann, client_id, "hello")).await;
    for change in [edit(talk, ann, 1, "hello there"), unsend(talk, ann, 1)] {
        done(store, change).await;
        let again = done(store, send(talk, ann, client_id, "hello")).await;
        assert_eq!((again.seq, again.events.len()), (Some(1), 0));
    }
}

pub(crate) async fn a_message_is_sent_and_changed_in_one_batch(store: &dyn Store) {
    let (ann, bob) = ann_and_bob(store).await;
    let talk = direct(store, ann, bob).await;
    let hello = send(talk, ann, a_client_id(), "hello");
    let batch = vec![hello, edit(talk, ann, 1, "hallo"), edit(talk, bob, 1, "not mine"), edit(talk, ann, 2, "none")];
    let outcomes = commit(store, batch).await;
    assert!(outcomes[0].is_ok() && outcomes[1].is_ok());
    assert_eq!(outcomes[2], Err(Rejection::NotAllowed));
    assert_eq!(outcomes[3], Err(Rejection::NotFound));
    assert_eq!(page(store, talk, 2).await[0].text, "hallo");
}

pub(crate) async fn of_edits_at_once_the_last_one_stays_and_none_is_lost(store: &dyn Store) {
    let (ann, bob) = ann_and_bob(store).await;
    let talk = direct(store, ann, bob).await;
    said(store, talk, ann, "0").await;
    let edits = (1..=5).map(|number| one(store, edit(talk, ann, 1, &number.to_string())));
    for outcome in join_all(edits).await {
        outcome.expect("five edits are allowed");
    }
    assert_eq!(one(store, edit(talk, ann, 1, "6")).await, Err(Rejection::EditTooOften));
    let message = page(store, talk, 2).await.remove(0);
    let mut seen: Vec<&str> =
        message.earlier().iter().map(|earlier| earlier.text.as_str()).chain([&*message.text]).collect();
    assert_eq!(seen[0], "0");
    seen.sort_unstable();
    assert_eq!(seen, ["0", "1", "2", "3", "4", "5"]);
}

pub(crate) async fn who_created_a_channel_deletes_what_others_said(store: &dyn Store) {
    let (ann, bob) = ann_and_bob(store).await;
    let talk = channel(store, ann).await;
    done(store, join(talk, bob)).await;
    said(store, talk, bob, "spam").await;
    said(store, talk, ann, "welcome").await;
    assert_eq!(one(store, unsend(talk, bob, 2)).await, Err(Rejection::NotAllowed));
    let late = Verb::Unsend { conversation: talk, seq: 1, window: 0 }.by(ann, now());
    done(store, late).await;
    let rows = page(store, talk, 3).await;
    assert_eq!(rows[0].unsent().map(|unsent| unsent.by), Some(ann));
    assert_eq!(rows[1].text, "welcome");
}

pub(crate) async fn windows_close(store: &dyn Store) {
    let (ann, bob) = ann_and_bob(store).await;
    let talk = direct(store, ann, bob).await;
    said(store, talk, ann, "hello").await;
    let late = |verb: Verb| verb.by(ann, now().plus(60_000));
    let edit = |said: &str, window| late(Verb::Edit { conversation: talk, seq: 1, text: text(said), window });
    assert_eq!(one(store, edit("hullo", 60_000)).await, Err(Rejection::EditTooLate));
    assert!(done(store, edit("hello", 60_000)).await.events.is_empty(), "the same text changes nothing, at any time");
    done(store, edit("hullo", 10_000_000)).await;
    let unsend = |window| late(Verb::Unsend { conversation: talk, seq: 1, window });
    assert_eq!(one(store, unsend(60_000)).await, Err(Rejection::UnsendTooLate));
    done(store, unsend(10_000_000)).await;
    assert!(done(store, unsend(0)).await.events.is_empty(), "again it changes nothing, at any time");
}
