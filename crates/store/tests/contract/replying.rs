//! Rules of `Verb::Send` in reply to a message, and of `chosen_messages`.

use super::verbs::{
    a_client_id, a_conversation_id, ann_and_bob, channel, commit, direct, done, edit, join, members, messages, now,
    people, react, reply, said, said_many, say, seqs, text, unsend,
};
use myna_chat::rules::Verb;
use myna_chat::store::{Choice, Store};
use myna_protocol::{ConversationId, Message, Rejection, Replies, Reply, Row, Seq, Thread};

async fn chosen(store: &dyn Store, talk: ConversationId, choice: Choice) -> Vec<Row> {
    store.chosen_messages(talk, choice).await.expect("the store answers")
}

async fn message_at(store: &dyn Store, talk: ConversationId, seq: Seq) -> Message {
    let rows = chosen(store, talk, Choice::At(vec![seq])).await;
    messages(&rows).first().map(|message| (*message).clone()).expect("it is there")
}

fn replies(thread: Seq, before: Seq, limit: u32) -> Choice {
    Choice::Replies { thread, before, limit }
}

pub(crate) async fn a_reply_is_one_event_and_is_counted(store: &dyn Store) {
    let (ann, bob) = ann_and_bob(store).await;
    let talk = direct(store, ann, bob).await;
    said(store, talk, ann, "one").await;
    let committed = done(store, reply(talk, bob, "two", 1)).await;
    let [event] = &committed.events[..] else { panic!("{committed:?}") };
    let [Row::Message(message), thread] = &event.rows[..] else { panic!("{event:?}") };
    assert_eq!((message.seq, message.reply()), (2, Some(Reply { to: 1, thread: 1 })));
    assert_eq!(*thread, Row::Thread(Thread { conversation: talk, seq: 1, replies: 1, rev: event.rev }));
    let original = message_at(store, talk, 1).await;
    assert_eq!(
        original.extra.as_ref().and_then(|extra| extra.replies),
        Some(Replies { count: 1, since: event.rev - 1 })
    );
    assert_eq!((original.text.as_str(), original.rev), ("one", event.rev));
}

pub(crate) async fn a_reply_to_a_reply_belongs_to_the_same_thread(store: &dyn Store) {
    let (ann, bob) = ann_and_bob(store).await;
    let talk = direct(store, ann, bob).await;
    said(store, talk, ann, "one").await;
    done(store, reply(talk, bob, "two", 1)).await;
    done(store, reply(talk, ann, "three", 2)).await;
    assert_eq!(message_at(store, talk, 3).await.reply(), Some(Reply { to: 2, thread: 1 }));
    assert_eq!([message_at(store, talk, 1).await.replies(), message_at(store, talk, 2).await.replies()], [2, 0]);
}

pub(crate) async fn nobody_replies_to_what_is_not_there(store: &dyn Store) {
    let crowd = people(store, 3).await;
    let talk = direct(store, crowd[0], crowd[1]).await;
    said(store, talk, crowd[0], "one").await;
    for (user, to) in [(crowd[1], 2), (crowd[1], 0), (crowd[1], u64::MAX), (crowd[2], 1)] {
        let refused = commit(store, vec![reply(talk, user, "no", to)]).await;
        assert!(matches!(refused[..], [Err(Rejection::NotFound)]), "{refused:?}");
    }
    assert_eq!(message_at(store, talk, 1).await.replies(), 0);
}

pub(crate) async fn a_reply_sent_again_is_the_same_and_to_another_message_is_refused(store: &dyn Store) {
    let (ann, bob) = ann_and_bob(store).await;
    let talk = direct(store, ann, bob).await;
    said_many(store, talk, ann, 2).await;
    let client_id = a_client_id();
    let send = |reply_to| Verb::Send { conversation: talk, client_id, text: text("yes"), reply_to }.by(bob, now());
    assert_eq!(done(store, send(Some(1))).await.seq, Some(3));
    let again = done(store, send(Some(1))).await;
    assert_eq!((again.seq, again.events.len()), (Some(3), 0));
    for other in [Some(2), None] {
        assert!(matches!(commit(store, vec![send(other)]).await[..], [Err(Rejection::ClientIdReused)]));
    }
    assert_eq!(message_at(store, talk, 1).await.replies(), 1);
}

pub(crate) async fn a_reply_that_is_unsent_counts_no_more(store: &dyn Store) {
    let (ann, bob) = ann_and_bob(store).await;
    let talk = direct(store, ann, bob).await;
    said(store, talk, ann, "one").await;
    done(store, reply(talk, bob, "two", 1)).await;
    done(store, reply(talk, ann, "three", 1)).await;
    let committed = done(store, unsend(talk, bob, 2)).await;
    let thread = Row::Thread(Thread { conversation: talk, seq: 1, replies: 1, rev: committed.events[0].rev });
    assert!(committed.events[0].rows.contains(&thread), "{committed:?}");
    assert!(done(store, unsend(talk, bob, 2)).await.events.is_empty());
    assert_eq!(message_at(store, talk, 1).await.replies(), 1);
    assert_eq!(seqs(&chosen(store, talk, replies(1, Seq::MAX, 9)).await), [2, 3], "its place in the thread stays");
}

pub(crate) async fn what_a_thread_begins_with_is_edited_and_unsent(store: &dyn Store) {
    let (ann, bob) = ann_and_bob(store).await;
    let talk = direct(store, ann, bob).await;
    said(store, talk, ann, "one").await;
    done(store, reply(talk, bob, "two", 1)).await;
    let edited = done(store, edit(talk, ann, 1, "uno")).await;
    let extra = message_at(store, talk, 1).await.extra.expect("it has replies");
    assert_eq!(extra.replies, Some(Replies { count: 1, since: edited.events[0].rev }));
    done(store, unsend(talk, ann, 1)).await;
    let original = message_at(store, talk, 1).await;
    assert_eq!((original.text.as_str(), original.replies(), original.earlier().len()), ("", 1, 0));
    done(store, reply(talk, bob, "three", 1)).await;
    assert_eq!(message_at(store, talk, 1).await.replies(), 2, "who replies need not know that it was unsent");
}

pub(crate) async fn a_batch_sends_and_replies(store: &dyn Store) {
    let (ann, bob) = ann_and_bob(store).await;
    let talk = direct(store, ann, bob).await;
    let changes = vec![
        say(talk, ann, "one"),
        reply(talk, bob, "two", 1),
        reply(talk, ann, "three", 2),
        unsend(talk, bob, 2),
        reply(talk, bob, "four", 3),
    ];
    for outcome in commit(store, changes).await {
        outcome.expect("each of them may be done");
    }
    assert_eq!(message_at(store, talk, 1).await.replies(), 2);
    assert_eq!(seqs(&chosen(store, talk, replies(1, Seq::MAX, 9)).await), [2, 3, 4]);
}

pub(crate) async fn a_threads_replies_come_in_pages(store: &dyn Store) {
    let (ann, bob) = ann_and_bob(store).await;
    let (talk, other) = (direct(store, ann, bob).await, direct(store, ann, ann).await);
    said_many(store, other, ann, 2).await;
    said_many(store, talk, ann, 2).await;
    done(store, reply(other, ann, "elsewhere", 1)).await;
    for turn in 0..6 {
        done(store, reply(talk, bob, "a reply", 1 + turn % 2)).await;
    }
    assert_eq!(seqs(&chosen(store, talk, replies(1, Seq::MAX, 2)).await), [5, 7]);
    assert_eq!(seqs(&chosen(store, talk, replies(1, 5, 2)).await), [3]);
    assert_eq!(seqs(&chosen(store, talk, replies(2, Seq::MAX, 9)).await), [4, 6, 8]);
    for (thread, before) in [(3, Seq::MAX), (1, 3), (1, 0), (Seq::MAX, Seq::MAX), (0, 9)] {
        assert_eq!(chosen(store, talk, replies(thread, before, 9)).await, []);
    }
}

pub(crate) async fn messages_are_found_by_their_places(store: &dyn Store) {
    let crowd = people(store, 3).await;
    let talk = channel(store, crowd[0]).await;
    for user in &crowd[1..] {
        done(store, join(talk, *user)).await;
    }
    for sender in [0, 1, 2, 1] {
        said(store, talk, crowd[sender], "hello").await;
    }
    done(store, react(talk, crowd[2], 2, "\u{1f44d}")).await;
    done(store, react(talk, crowd[2], 3, "\u{1f389}")).await;
    let rows = chosen(store, talk, Choice::At(vec![1, 2, 4, 9, Seq::MAX])).await;
    assert_eq!(seqs(&rows), [1, 2, 4]);
    let reactions: Vec<_> = rows.iter().filter(|row| matches!(row, Row::Reaction(_))).collect();
    assert!(matches!(reactions[..], [Row::Reaction(row)] if row.seq == 2), "{reactions:?}");
    let senders: Vec<_> = members(&rows).iter().map(|member| member.user).collect();
    assert_eq!(senders, [crowd[0], crowd[1]]);
    assert_eq!(chosen(store, talk, Choice::At(Vec::new())).await, []);
    assert_eq!(chosen(store, a_conversation_id(), Choice::At(vec![1])).await, []);
}

pub(crate) async fn chosen_messages_hold_no_more_bytes_than_an_answer(store: &dyn Store) {
    let (ann, bob) = ann_and_bob(store).await;
    let talk = direct(store, ann, bob).await;
    let long = "\u{1f986}".repeat(8_000);
    said(store, talk, ann, "one").await;
    for _ in 0..18 {
        done(store, reply(talk, bob, &long, 1)).await;
    }
    let page = chosen(store, talk, replies(1, Seq::MAX, 50)).await;
    let first = 20 - messages(&page).len() as Seq;
    assert_eq!(seqs(&page), (first..20).collect::<Vec<_>>());
    assert!((3..15).contains(&first), "{first}");
    let at = chosen(store, talk, Choice::At((1..=19).collect())).await;
    assert_eq!(seqs(&at), seqs(&page), "the newest");
}
