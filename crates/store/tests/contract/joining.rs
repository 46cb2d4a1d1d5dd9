//! Rules of `Verb::Join`, `Verb::Add` and `Verb::Leave`, and of who is in a conversation.

use super::verbs::{
    a_conversation_id, a_user_id, add, ann_and_bob, channel, conversation_row, direct, done, event_of, group, join,
    leave, load, member_of, membership, one, people, person, said, said_many,
};
use futures_util::future::join_all;
use myna_chat::rules::Committed;
use myna_chat::store::{Access, Store};
use myna_protocol::limits::GROUP_MEMBERS;
use myna_protocol::{ConversationId, Feed, Member, Membership, Rejection, Row, UserId};

/// What joining and leaving tell: the conversation's row, the member's, and in the person's own feed their membership.
fn told(committed: &Committed, talk: ConversationId, user: UserId) -> (u32, &Member, &Membership) {
    assert_eq!((committed.conversation, committed.seq, committed.events.len()), (Some(talk), None, 2));
    let event = event_of(&committed.events, Feed::Conversation(talk));
    assert_eq!(event.rev, event.from + 1);
    assert_eq!(event.rows.len(), 3, "and who the member is");
    assert!(event.rows[..2].iter().all(|row| row.rev() == event.rev));
    let own = event_of(&committed.events, Feed::User(user));
    assert_eq!(own.rev, own.from + 1);
    let [Row::Membership(membership)] = own.rows.as_slice() else { panic!("not a membership: {own:?}") };
    assert_eq!((membership.conversation, membership.rev), (talk, own.rev));
    (conversation_row(&event.rows).members, member_of(&event.rows, user), membership)
}

pub(crate) async fn who_joins_a_channel_is_told_and_has_read_it(store: &dyn Store) {
    let (ann, bob) = ann_and_bob(store).await;
    let talk = channel(store, ann).await;
    said_many(store, talk, ann, 3).await;
    let joined = done(store, join(talk, bob)).await;
    assert_eq!((joined.joined.as_slice(), joined.left.as_slice()), ([bob].as_slice(), [].as_slice()));
    let (members, member, own) = told(&joined, talk, bob);
    assert_eq!((members, member.joined_seq, member.left_seq, member.rev), (2, 3, None, 5));
    assert_eq!((own.joined, own.read_seq), (true, 3));
    let loaded = load(store, talk).await;
    assert_eq!(member_of(&loaded.rows, bob), member, "what is stored is what was told");
    assert_eq!((loaded.rev, conversation_row(&loaded.rows).members), (5, 2));
    assert_eq!(membership(store, bob, talk).await.as_ref(), Some(own));
    assert_eq!(said(store, talk, bob, "hello").await, 4);
}

pub(crate) async fn joining_twice_changes_nothing(store: &dyn Store) {
    let (ann, bob) = ann_and_bob(store).await;
    let talk = channel(store, ann).await;
    done(store, join(talk, bob)).await;
    said(store, talk, ann, "hello").await;
    let before = (load(store, talk).await, store.load_user(bob).await.expect("the store answers"));
    for user in [ann, bob] {
        let again = done(store, join(talk, user)).await;
        assert_eq!(again.conversation, Some(talk));
        assert!(again.events.is_empty() && again.joined.is_empty());
    }
    assert_eq!((load(store, talk).await, store.load_user(bob).await.expect("the store answers")), before);
}

pub(crate) async fn many_who_join_at_once_are_all_counted(store: &dyn Store) {
    let crowd = people(store, 20).await;
    let talk = channel(store, crowd[0]).await;
    join_all(crowd.iter().chain(&crowd).map(|user| done(store, join(talk, *user)))).await;
    let loaded = load(store, talk).await;
    assert_eq!((loaded.rev, conversation_row(&loaded.rows).members), (20, 20));
}

pub(crate) async fn only_channels_can_be_joined(store: &dyn Store) {
    let (ann, bob) = ann_and_bob(store).await;
    let eve = person(store, "Eve").await;
    for talk in [direct(store, ann, bob).await, group(store, ann, &[bob]).await, a_conversation_id()] {
        for user in [eve, ann] {
            assert_eq!(one(store, join(talk, user)).await, Err(Rejection::NotFound));
        }
    }
    let talk = channel(store, ann).await;
    assert_eq!(one(store, join(talk, a_user_id())).await, Err(Rejection::NotFound));
}

pub(crate) async fn who_leaves_is_told_last_and_is_out(store: &dyn Store) {
    let (ann, bob) = ann_and_bob(store).await;
    for talk in [channel(store, ann).await, group(store, ann, &[bob]).await] {
        if store.access(bob, talk).await.expect("the store answers").is_none() {
            done(store, join(talk, bob)).await;
        }
        said_many(store, talk, ann, 2).await;
        let left = done(store, leave(talk, bob)).await;
        assert_eq!((left.joined.as_slice(), left.left.as_slice()), ([].as_slice(), [bob].as_slice()));
        let (members, member, own) = told(&left, talk, bob);
        assert_eq!((members, member.left_seq, own.joined), (1, Some(2), false));
        assert_eq!(store.access(bob, talk).await.expect("the store answers"), None);
        assert_eq!(membership(store, bob, talk).await, None);
        let loaded = load(store, talk).await;
        assert_eq!(member_of(&loaded.rows, bob), member, "a member who left still has a row");
        assert_eq!(conversation_row(&loaded.rows).members, 1);
    }
}

pub(crate) async fn who_is_not_in_a_conversation_cannot_leave(store: &dyn Store) {
    let (ann, bob) = ann_and_bob(store).await;
    let eve = person(store, "Eve").await;
    let (a_channel, a_group, a_direct) =
        (channel(store, ann).await, group(store, ann, &[bob]).await, direct(store, ann, bob).await);
    for talk in [a_channel, a_group, a_direct, a_conversation_id()] {
        assert_eq!(one(store, leave(talk, eve)).await, Err(Rejection::NotFound));
    }
    done(store, leave(a_group, bob)).await;
    let again = done(store, leave(a_group, bob)).await;
    assert!(again.events.is_empty() && again.left.is_empty(), "a second time changes nothing");
    assert_eq!(conversation_row(&load(store, a_group).await.rows).members, 1);
}

pub(crate) async fn a_direct_conversation_stays(store: &dyn Store) {
    let (ann, bob) = ann_and_bob(store).await;
    for talk in [direct(store, ann, bob).await, direct(store, ann, ann).await] {
        let before = load(store, talk).await;
        assert_eq!(one(store, leave(talk, ann)).await, Err(Rejection::DirectStays));
        assert_eq!(load(store, talk).await, before);
    }
}

pub(crate) async fn who_comes_back_has_read_what_was_said_meanwhile(store: &dyn Store) {
    let (ann, bob) = ann_and_bob(store).await;
    let talk = channel(store, ann).await;
    done(store, join(talk, bob)).await;
    said_many(store, talk, ann, 2).await;
    done(store, leave(talk, bob)).await;
    said_many(store, talk, ann, 3).await;
    let back = done(store, join(talk, bob)).await;
    assert_eq!(back.joined, [bob]);
    let (members, member, own) = told(&back, talk, bob);
    assert_eq!((members, member.joined_seq, member.left_seq), (2, 5, None));
    assert_eq!((own.joined, own.read_seq), (true, 5));
}

pub(crate) async fn access_is_for_those_who_are_in_it(store: &dyn Store) {
    let (ann, bob) = ann_and_bob(store).await;
    let eve = person(store, "Eve").await;
    let talks = [
        (direct(store, ann, bob).await, true),
        (group(store, ann, &[bob]).await, true),
        (channel(store, ann).await, false),
    ];
    for (talk, receipts) in talks {
        let access = store.access(ann, talk).await.expect("the store answers");
        assert_eq!(access, Some(Access { receipts }));
        assert_eq!(store.access(eve, talk).await.expect("the store answers"), None);
    }
    assert_eq!(store.access(ann, a_conversation_id()).await.expect("the store answers"), None);
}

pub(crate) async fn who_is_added_is_told_and_has_read_it(store: &dyn Store) {
    let (ann, bob) = ann_and_bob(store).await;
    let (cy, dee) = (person(store, "Cy").await, person(store, "Dee").await);
    let talk = group(store, ann, &[bob]).await;
    said_many(store, talk, ann, 3).await;
    let added = done(store, add(talk, bob, &[ann, cy, dee])).await;
    assert_eq!((added.joined.len(), added.events.len()), (2, 3), "who is in it stays");
    let event = event_of(&added.events, Feed::Conversation(talk));
    assert_eq!(conversation_row(&event.rows).members, 4);
    for user in [cy, dee] {
        let member = member_of(&event.rows, user);
        assert_eq!((member.joined_seq, member.left_seq, member.read_seq, member.rev), (3, None, 3, event.rev));
        assert_eq!(membership(store, user, talk).await.map(|own| (own.joined, own.read_seq)), Some((true, 3)));
    }
    assert_eq!(load(store, talk).await.rev, event.rev);
    assert!(done(store, add(talk, bob, &[cy])).await.events.is_empty(), "again it changes nothing");
    assert_eq!(said(store, talk, cy, "hello").await, 4);
    // Who has left comes back, and has read what was said meanwhile.
    done(store, leave(talk, dee)).await;
    said(store, talk, ann, "without Dee").await;
    done(store, add(talk, ann, &[dee])).await;
    assert_eq!(membership(store, dee, talk).await.map(|own| own.read_seq), Some(5));
}

pub(crate) async fn nobody_is_added_where_that_is_not_possible(store: &dyn Store) {
    let (ann, bob) = ann_and_bob(store).await;
    let cy = person(store, "Cy").await;
    let (talk, pair) = (group(store, ann, &[bob]).await, direct(store, ann, bob).await);
    assert_eq!(one(store, add(pair, ann, &[cy])).await, Err(Rejection::NotAllowed));
    assert_eq!(one(store, add(talk, cy, &[cy])).await, Err(Rejection::NotFound), "a stranger lets nobody in");
    assert_eq!(one(store, add(talk, ann, &[a_user_id()])).await, Err(Rejection::NotFound));
    let crowd = people(store, GROUP_MEMBERS - 1).await;
    assert_eq!(one(store, add(talk, ann, &crowd)).await, Err(Rejection::TooManyMembers));
    done(store, add(talk, ann, &crowd[1..])).await;
    assert_eq!(one(store, add(talk, ann, &crowd[..1])).await, Err(Rejection::TooManyMembers));
}
