//! Rules of `Verb::Read`.

use super::verbs::{
    a_conversation_id, ann_and_bob, channel, direct, done, event_of, feeds, group, join, leave, load, member_of,
    membership, now, one, people, person, read, said, said_many,
};
use myna_chat::rules::Verb;
use myna_chat::store::Store;
use myna_protocol::limits::RECEIPT_MEMBERS;
use myna_protocol::{Feed, Rejection, Row};

pub(crate) async fn a_read_place_is_told_in_both_feeds(store: &dyn Store) {
    let (ann, bob) = ann_and_bob(store).await;
    let talk = direct(store, ann, bob).await;
    said_many(store, talk, ann, 3).await;
    let at = now();
    let was_read = done(store, Verb::Read { conversation: talk, seq: 2 }.by(bob, at)).await;
    assert_eq!(was_read.seq, None);
    assert_eq!(was_read.events.len(), 2);
    let event = event_of(&was_read.events, Feed::Conversation(talk));
    assert_eq!((event.from, event.rev), (4, 5));
    let [Row::Member(member)] = event.rows.as_slice() else { panic!("not a member: {event:?}") };
    assert_eq!((member.user, member.read_seq, member.read_at, member.rev), (bob, 2, Some(at), 5));
    assert_eq!((member.joined_seq, member.left_seq), (0, None));
    let event = event_of(&was_read.events, Feed::User(bob));
    assert_eq!((event.from, event.rev), (1, 2));
    let [Row::Membership(own)] = event.rows.as_slice() else { panic!("not a membership: {event:?}") };
    assert_eq!((own.conversation, own.joined, own.read_seq, own.rev), (talk, true, 2, 2));
    assert_eq!(member_of(&load(store, talk).await.rows, bob), member, "what is stored is what was told");
    assert_eq!(membership(store, bob, talk).await.as_ref(), Some(own));
}

pub(crate) async fn a_read_place_without_receipts_is_told_to_oneself_alone(store: &dyn Store) {
    let (ann, bob) = ann_and_bob(store).await;
    let talk = channel(store, ann).await;
    done(store, join(talk, bob)).await;
    said_many(store, talk, ann, 3).await;
    let before = load(store, talk).await;
    let was_read = done(store, read(talk, bob, 3)).await;
    assert_eq!(feeds(&was_read.events), [Feed::User(bob)]);
    assert_eq!(membership(store, bob, talk).await.expect("he is in it").read_seq, 3);
    let loaded = load(store, talk).await;
    assert_eq!(loaded, before);
    for user in [ann, bob] {
        let row = member_of(&loaded.rows, user);
        assert_eq!((row.read_seq, row.read_at), (0, None), "not even senders show how far they have read");
    }
}

pub(crate) async fn a_read_place_is_cut_to_the_last_message(store: &dyn Store) {
    let (ann, bob) = ann_and_bob(store).await;
    let talk = direct(store, ann, bob).await;
    assert!(done(store, read(talk, bob, u64::MAX)).await.events.is_empty(), "there is nothing to read yet");
    said_many(store, talk, ann, 3).await;
    done(store, read(talk, bob, u64::MAX)).await;
    assert_eq!(membership(store, bob, talk).await.expect("he is in it").read_seq, 3);
    assert_eq!(said(store, talk, ann, "next").await, 4);
    assert_eq!(membership(store, bob, talk).await.expect("he is in it").read_seq, 3);
}

pub(crate) async fn a_read_place_never_falls(store: &dyn Store) {
    let (ann, bob) = ann_and_bob(store).await;
    let talk = direct(store, ann, bob).await;
    said_many(store, talk, ann, 5).await;
    done(store, read(talk, bob, 3)).await;
    let before = (load(store, talk).await, store.load_user(bob).await.expect("the store answers"));
    for seq in [3, 2, 0] {
        let unchanged = done(store, read(talk, bob, seq)).await;
        assert_eq!((unchanged.conversation, unchanged.events.len()), (Some(talk), 0));
    }
    assert!(done(store, read(talk, ann, 5)).await.events.is_empty(), "senders have read what they said");
    assert_eq!((load(store, talk).await, store.load_user(bob).await.expect("the store answers")), before);
}

pub(crate) async fn who_is_not_in_a_conversation_cannot_read(store: &dyn Store) {
    let (ann, bob) = ann_and_bob(store).await;
    let eve = person(store, "Eve").await;
    let talk = channel(store, ann).await;
    done(store, join(talk, bob)).await;
    said(store, talk, ann, "hello").await;
    done(store, leave(talk, bob)).await;
    for user in [bob, eve] {
        assert_eq!(one(store, read(talk, user, 1)).await, Err(Rejection::NotFound));
    }
    assert_eq!(one(store, read(a_conversation_id(), ann, 1)).await, Err(Rejection::NotFound));
}

pub(crate) async fn groups_tell_receipts_up_to_their_limit(store: &dyn Store) {
    let crowd = people(store, RECEIPT_MEMBERS + 1).await;
    for (size, told) in [(RECEIPT_MEMBERS, true), (RECEIPT_MEMBERS + 1, false)] {
        let talk = group(store, crowd[0], &crowd[1..size]).await;
        said(store, talk, crowd[0], "hello").await;
        let was_read = done(store, read(talk, crowd[1], 1)).await;
        assert_eq!(was_read.events.len(), if told { 2 } else { 1 });
        let access = store.access(crowd[1], talk).await.expect("the store answers").expect("they are in it");
        assert_eq!(access.receipts, told);
        let loaded = load(store, talk).await;
        assert_eq!(member_of(&loaded.rows, crowd[1]).read_seq, u64::from(told));
        assert_eq!(super::verbs::conversation_row(&loaded.rows).receipts, told);
    }
}

pub(crate) async fn a_group_that_shrinks_keeps_its_receipts_as_they_were(store: &dyn Store) {
    let crowd = people(store, RECEIPT_MEMBERS + 1).await;
    let talk = group(store, crowd[0], &crowd[1..]).await;
    said(store, talk, crowd[0], "hello").await;
    done(store, leave(talk, crowd[2])).await;
    done(store, read(talk, crowd[1], 1)).await;
    assert_eq!(member_of(&load(store, talk).await.rows, crowd[1]).read_seq, 0);
}
