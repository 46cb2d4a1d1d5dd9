//! Rules of `messages_before` and `members_after`.

use super::verbs::{
    a_conversation_id, ann_and_bob, channel, direct, done, group, join, leave, member_of, members, messages, people,
    read, said, said_many, seqs,
};
use myna_chat::store::Store;
use myna_protocol::{ConversationId, Row, Seq};

async fn before(store: &dyn Store, talk: ConversationId, seq: Seq, limit: u32) -> Vec<Row> {
    store.messages_before(talk, seq, limit).await.expect("the store answers")
}

pub(crate) async fn pages_go_back_oldest_first(store: &dyn Store) {
    let (ann, bob) = ann_and_bob(store).await;
    let talk = direct(store, ann, bob).await;
    said_many(store, talk, ann, 10).await;
    assert_eq!(seqs(&before(store, talk, 8, 3).await), [5, 6, 7]);
    assert_eq!(seqs(&before(store, talk, 3, 5).await), [1, 2]);
    assert_eq!(seqs(&before(store, talk, u64::MAX, 2).await), [9, 10]);
}

pub(crate) async fn a_page_past_the_end_is_empty(store: &dyn Store) {
    let (ann, bob) = ann_and_bob(store).await;
    let talk = direct(store, ann, bob).await;
    said_many(store, talk, ann, 3).await;
    for rows in [
        before(store, talk, 1, 5).await,
        before(store, talk, 0, 5).await,
        before(store, talk, 3, 0).await,
        before(store, a_conversation_id(), 5, 5).await,
    ] {
        assert_eq!(rows, []);
    }
}

pub(crate) async fn pages_meet_every_message_once(store: &dyn Store) {
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
        assert_eq!(back, (1..=40).collect::<Vec<_>>());
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
    let page = before(store, talk, 6, 4).await;
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

pub(crate) async fn a_page_tells_receipts_where_they_are_told(store: &dyn Store) {
    let (ann, bob) = ann_and_bob(store).await;
    let talk = direct(store, ann, bob).await;
    said(store, talk, bob, "hello").await;
    said_many(store, talk, ann, 3).await;
    done(store, read(talk, bob, 3)).await;
    let page = before(store, talk, 2, 10).await;
    assert_eq!(seqs(&page), [1]);
    assert_eq!(member_of(&page, bob).read_seq, 3);
}

pub(crate) async fn pages_of_members_meet_everybody_in_the_order_of_joining(store: &dyn Store) {
    let crowd = people(store, 23).await;
    let talk = group(store, crowd[0], &crowd[1..5]).await;
    let open = channel(store, crowd[0]).await;
    for user in &crowd[1..] {
        done(store, join(open, *user)).await;
    }
    done(store, leave(open, crowd[3])).await;
    let everybody = async |talk, limit| {
        let (mut found, mut after) = (Vec::new(), None);
        loop {
            let rows = store.members_after(talk, after, limit).await.expect("the store answers");
            let page: Vec<_> = members(&rows).iter().map(|member| member.user).collect();
            assert!(page.len() <= limit as usize);
            assert_eq!(rows.len(), 2 * page.len(), "each member with who they are");
            let Some(last) = page.last() else { return found };
            after = Some(*last);
            found.extend(page);
        }
    };
    for limit in [1, 7, 23, 50] {
        assert_eq!(everybody(open, limit).await, crowd, "also who left");
        let mut first = crowd[..5].to_vec();
        first.sort_unstable();
        assert_eq!(everybody(talk, limit).await, first, "by id where they joined together");
    }
    let strange = store.members_after(talk, Some(crowd[9]), 5).await.expect("the store answers");
    assert_eq!(strange, [], "after a stranger comes nobody");
    assert_eq!(store.members_after(a_conversation_id(), None, 5).await.expect("the store answers"), []);
}
