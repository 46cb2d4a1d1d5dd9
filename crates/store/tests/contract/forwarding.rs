//! Rules of `Verb::Forward`.

use super::verbs::{
    a_client_id, ann_and_bob, commit, direct, done, edit, forward, leave, messages, new_group, one, people, react,
    reply, said, send, texts, unsend,
};
use myna_chat::store::{Choice, Store};
use myna_protocol::{ConversationId, Message, MessageRef, Origin, Rejection, Seq};

async fn message_at(store: &dyn Store, talk: ConversationId, seq: Seq) -> Message {
    let rows = store.chosen_messages(talk, Choice::At(vec![seq])).await.expect("the store answers");
    messages(&rows).first().map(|message| (*message).clone()).expect("it is there")
}

fn first_of(conversation: ConversationId) -> MessageRef {
    MessageRef { conversation, seq: 1 }
}

pub(crate) async fn a_forwarded_message_has_the_text_and_says_where_it_comes_from(store: &dyn Store) {
    let crowd = people(store, 3).await;
    let (ann, bob, cid) = (crowd[0], crowd[1], crowd[2]);
    let (first, second, third) =
        (direct(store, ann, bob).await, direct(store, bob, cid).await, direct(store, cid, cid).await);
    said(store, first, ann, "old").await;
    done(store, edit(first, ann, 1, "new")).await;
    let committed = done(store, forward(second, bob, a_client_id(), first_of(first))).await;
    assert_eq!((committed.conversation, committed.seq, committed.events.len()), (Some(second), Some(1), 1));
    let copy = message_at(store, second, 1).await;
    let origin = Origin { conversation: first, seq: 1, sender: ann };
    assert_eq!((copy.text.as_str(), copy.sender, copy.forwarded()), ("new", bob, Some(origin)));
    assert_eq!(copy.earlier().len(), 0, "what it said before is not forwarded");
    // A copy of a copy names the first message.
    done(store, forward(third, cid, a_client_id(), first_of(second))).await;
    assert_eq!(message_at(store, third, 1).await.forwarded(), Some(origin));
}

pub(crate) async fn nobody_forwards_what_they_may_not_read_nor_to_where_they_are_not(store: &dyn Store) {
    let crowd = people(store, 3).await;
    let (ann, bob, cid) = (crowd[0], crowd[1], crowd[2]);
    let (theirs, own) = (direct(store, ann, bob).await, direct(store, cid, cid).await);
    said(store, theirs, ann, "secret").await;
    said(store, own, cid, "mine").await;
    for (to, message) in [
        (own, first_of(theirs)),
        (theirs, first_of(own)),
        (own, MessageRef { conversation: own, seq: 2 }),
        (own, MessageRef { conversation: own, seq: 0 }),
        (own, MessageRef { conversation: own, seq: u64::MAX }),
    ] {
        assert_eq!(one(store, forward(to, cid, a_client_id(), message)).await, Err(Rejection::NotFound), "{message:?}");
    }
}

pub(crate) async fn nobody_forwards_from_where_they_have_left(store: &dyn Store) {
    let (ann, bob) = ann_and_bob(store).await;
    let group = super::verbs::begun(store, new_group(ann, &[bob])).await;
    let own = direct(store, bob, bob).await;
    said(store, group, ann, "for us").await;
    said(store, group, ann, "and more").await;
    let client_id = a_client_id();
    assert_eq!(done(store, forward(own, bob, client_id, first_of(group))).await.seq, Some(1));
    done(store, leave(group, bob)).await;
    assert_eq!(one(store, forward(own, bob, a_client_id(), first_of(group))).await, Err(Rejection::NotFound));
    // What was forwarded before keeps its answer, which does not tell whether this was the message.
    for seq in [1, 2, 3] {
        let message = MessageRef { conversation: group, seq };
        assert_eq!(done(store, forward(own, bob, client_id, message)).await.seq, Some(1));
    }
}

pub(crate) async fn a_message_forwarded_again_is_the_same_and_another_one_is_refused(store: &dyn Store) {
    let (ann, bob) = ann_and_bob(store).await;
    let (talk, notes) = (direct(store, ann, bob).await, direct(store, bob, bob).await);
    said(store, talk, ann, "one").await;
    said(store, talk, ann, "two").await;
    let client_id = a_client_id();
    let second = MessageRef { conversation: talk, seq: 2 };
    assert_eq!(done(store, forward(notes, bob, client_id, first_of(talk))).await.seq, Some(1));
    let again = done(store, forward(notes, bob, client_id, first_of(talk))).await;
    assert_eq!((again.seq, again.events.len()), (Some(1), 0));
    let reused = Err(Rejection::ClientIdReused);
    assert_eq!(one(store, forward(notes, bob, client_id, second)).await, reused);
    assert_eq!(one(store, send(notes, bob, client_id, "one")).await, reused, "a message that is no forward");
    let plain = a_client_id();
    done(store, send(notes, bob, plain, "one")).await;
    assert_eq!(one(store, forward(notes, bob, plain, first_of(talk))).await, reused, "a forward of one that is none");
    // The original and the copy may be unsent meanwhile.
    done(store, unsend(talk, ann, 1)).await;
    assert_eq!(done(store, forward(notes, bob, client_id, first_of(talk))).await.seq, Some(1));
    done(store, unsend(notes, bob, 1)).await;
    assert_eq!(done(store, forward(notes, bob, client_id, first_of(talk))).await.seq, Some(1));
}

pub(crate) async fn what_was_unsent_is_not_forwarded_and_copies_stay(store: &dyn Store) {
    let (ann, bob) = ann_and_bob(store).await;
    let (talk, notes) = (direct(store, ann, bob).await, direct(store, bob, bob).await);
    said(store, talk, ann, "one").await;
    done(store, forward(notes, bob, a_client_id(), first_of(talk))).await;
    done(store, unsend(talk, ann, 1)).await;
    assert_eq!(one(store, forward(notes, bob, a_client_id(), first_of(talk))).await, Err(Rejection::MessageUnsent));
    assert_eq!(message_at(store, notes, 1).await.text, "one");
}

pub(crate) async fn a_forwarded_message_cannot_be_edited_but_unsent_answered_and_reacted_to(store: &dyn Store) {
    let (ann, bob) = ann_and_bob(store).await;
    let talk = direct(store, ann, bob).await;
    said(store, talk, ann, "one").await;
    done(store, forward(talk, bob, a_client_id(), first_of(talk))).await;
    for said in ["two", "one"] {
        assert_eq!(one(store, edit(talk, bob, 2, said)).await, Err(Rejection::MessageForwarded));
    }
    done(store, reply(talk, ann, "an answer", 2)).await;
    done(store, react(talk, ann, 2, "\u{1f44d}")).await;
    let copy = message_at(store, talk, 2).await;
    assert_eq!((copy.replies(), copy.forwarded().map(|origin| origin.sender)), (1, Some(ann)));
    done(store, unsend(talk, bob, 2)).await;
    assert_eq!(message_at(store, talk, 2).await.text, "");
}

pub(crate) async fn a_batch_sends_and_forwards(store: &dyn Store) {
    let (ann, bob) = ann_and_bob(store).await;
    let (talk, notes) = (direct(store, ann, bob).await, direct(store, bob, bob).await);
    let changes = vec![
        send(talk, ann, a_client_id(), "one"),
        forward(notes, bob, a_client_id(), first_of(talk)),
        unsend(talk, ann, 1),
        forward(notes, bob, a_client_id(), first_of(talk)),
        forward(talk, bob, a_client_id(), first_of(notes)),
    ];
    let seqs: Vec<_> = commit(store, changes).await.into_iter().map(|outcome| outcome.map(|done| done.seq)).collect();
    assert_eq!(seqs, [Ok(Some(1)), Ok(Some(1)), Ok(Some(1)), Err(Rejection::MessageUnsent), Ok(Some(2))]);
    assert_eq!(texts(&super::verbs::load(store, talk).await.rows), ["", "one"]);
}
