//! Rules of `messages_before` and `messages_after`.

use super::verbs::{
    a_conversation_id, ann_and_bob, channel, direct, done, join, leave, member_of, members, messages, people, read,
    said, said_many, seqs,
};
use myna_chat::store::Store;
use myna_protocol::{ConversationId, Row, Seq};

async fn before(store: &dyn Store, talk: ConversationId, seq: Seq, limit: u32) -> Vec<Row> {
    store.messages_before(talk, seq, limit).await.expect("the store answers")
}

async fn after(store: &dyn Store, talk: ConversationId, seq: Seq, limit: u32) -> Vec<Row> {
    store.messages_after(talk, seq, limit).await.expect("the store answers")
}

pub(crate) async fn pages_go_back_and_forth_oldest_first(store: &dyn Store) {
    let (ann, bob) = ann_and_bob(store).await;
    let talk = direct(store, ann, bob).await;
    said_many(store, talk, ann, 10).await;
    assert_eq!(seqs(&before(store, talk, 8, 3).await), [5, 6, 7]);
    assert_eq!(seqs(&before(store, talk, 3, 5).await), [1, 2]);
    assert_eq!(seqs(&before(store, talk, u64::MAX, 2).await), [9, 10]);
    assert_eq!(seqs(&after(store, talk, 3, 3).await), [4, 5, 6]);
    assert_eq!(seqs(&after(store, talk, 0, 2).await), [1, 2]);
    assert_eq!(seqs(&after(store, talk, 8, 5).await), [9, 10]);
}

pub(crate) async fn a_page_past_the_end_is_empty(store: &dyn Store) {
    let (ann, bob) = ann_and_bob(store).await;
    let talk = direct(store, ann, bob).await;
    said_many(store, talk, ann, 3).await;
    for rows in [
        before(store, talk, 1, 5).await,
        before(store, talk, 0, 5).await,
        before(store, talk, 3, 0).await,
        after(store, talk, 3, 5).await,
        after(store, talk, u64::MAX, 5).await,
        after(store, talk, 0, 0).await,
        before(store, a_conversation_id(), 5, 5).await,
        after(store, a_conversation_id(), 0, 5).await,
    ] {
        assert_eq!(rows, []);
    }
}

pub(crate) async fn pages_in_either_direction_meet_every_message_once(store: &dyn Store) {
    let (ann, bob) = ann_and_bob(store).await;
    let (talk, other) = (direct(store, ann, bob).await, direct(store, ann, ann).await);
    // Another conversation's messages lie between these in time, never in a page.
    for _ in 0..5 {
        said_many(store, talk, bob, 8).await;
        said_many(store, other, ann, 7).await;
    }
    for limit in [1, 7, 20, 40, 80] {
        let (mut back, mut place) = (Vec::new(), u64::MAX);
        loop {
            let page = seqs(&before(store, talk, place, limit).await);
            let Some(first) = page.first() else { break };
            place = *first;
            back.splice(0..0, page);
        }
        let (mut forth, mut place) = (Vec::new(), 0);
        loop {
            let page = seqs(&after(store, talk, place, limit).await);
            let Some(last) = page.last() else { break };
            place = *last;
            forth.extend(page);
        }
        assert_eq!(back, (1..=40).collect::<Vec<_>>());
        assert_eq!(forth, back);
    }
}

pub(crate) async fn a_page_ends_with_the_rows_of_its_senders(store: &dyn Store) {
    let crowd = people(store, 5).await;
    let talk = channel(store, crowd[0]).await;
    for user in &crowd[1..] {
        done(store, join(talk, *user)).await;
    }
    for sender in [0, 1, 2, 2, 1, 3] {
        said(store, talk, crowd[sender], "hello").await;
    }
    done(store, leave(talk, crowd[2])).await;
    for page in [before(store, talk, 6, 4).await, after(store, talk, 1, 4).await] {
        assert_eq!(messages(&page).len(), 4);
        assert!(page[..4].iter().all(|row| matches!(row, Row::Message(_))), "messages come first");
        let mut senders: Vec<_> = members(&page).iter().map(|member| member.user).collect();
        senders.sort_unstable();
        let mut expected = [crowd[1], crowd[2]];
        expected.sort_unstable();
        assert_eq!(senders, expected, "each sender once, nobody else");
        assert_eq!(member_of(&page, crowd[2]).left_seq, Some(6), "who left still has a name");
        assert_eq!(member_of(&page, crowd[1]).read_seq, 0, "a channel tells no receipts, in pages either");
    }
}

pub(crate) async fn a_page_tells_receipts_where_they_are_told(store: &dyn Store) {
    let (ann, bob) = ann_and_bob(store).await;
    let talk = direct(store, ann, bob).await;
    said(store, talk, bob, "hello").await;
    said_many(store, talk, ann, 3).await;
    done(store, read(talk, bob, 3)).await;
    for page in [before(store, talk, 2, 10).await, after(store, talk, 0, 1).await] {
        assert_eq!(seqs(&page), [1]);
        assert_eq!(member_of(&page, bob).read_seq, 3);
    }
}
