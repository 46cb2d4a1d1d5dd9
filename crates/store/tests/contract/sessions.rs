//! Rules of `SessionStore`.

use super::verbs::{a_session_id, ann_and_bob, fresh};
use myna_chat::store::{NewSession, Store};
use myna_protocol::{SessionId, Timestamp, UserId};

fn a_token_hash() -> [u8; 32] {
    let mut hash = [0; 32];
    hash[..8].copy_from_slice(&fresh().to_be_bytes());
    hash
}

async fn session(store: &dyn Store, user: UserId, expires_at: i64) -> (SessionId, [u8; 32]) {
    let (id, token_hash) = (a_session_id(), a_token_hash());
    let expires_at = Timestamp(expires_at);
    let session = NewSession { id, token_hash, user, created_at: Timestamp(0), expires_at };
    store.create_session(session).await.expect("the store writes");
    (id, token_hash)
}

pub(crate) async fn a_session_is_found_by_the_hash_of_its_token(store: &dyn Store) {
    let (ann, bob) = ann_and_bob(store).await;
    let (_, of_ann) = session(store, ann, 100).await;
    let (id, of_bob) = session(store, bob, 200).await;
    let found = store.session_by_token_hash(&of_bob).await.expect("the store answers").expect("it is there");
    assert_eq!((found.id, found.user.id, found.expires_at), (id, bob, Timestamp(200)));
    assert_eq!(found.user.name, "Bob");
    let found = store.session_by_token_hash(&of_ann).await.expect("the store answers").expect("it is there");
    assert_eq!(found.user.name, "Ann");
}

pub(crate) async fn an_expired_session_is_found_all_the_same(store: &dyn Store) {
    let (ann, _) = ann_and_bob(store).await;
    let (_, token_hash) = session(store, ann, -1).await;
    let found = store.session_by_token_hash(&token_hash).await.expect("the store answers").expect("it is there");
    assert_eq!(found.expires_at, Timestamp(-1));
}

pub(crate) async fn an_unknown_token_has_no_session(store: &dyn Store) {
    let (ann, _) = ann_and_bob(store).await;
    session(store, ann, 100).await;
    assert!(store.session_by_token_hash(&a_token_hash()).await.expect("the store answers").is_none());
}

pub(crate) async fn a_session_tells_when_it_expires(store: &dyn Store) {
    let (ann, _) = ann_and_bob(store).await;
    let (id, _) = session(store, ann, 123).await;
    assert_eq!(store.session_expiry(id).await.expect("the store answers"), Some(Timestamp(123)));
    assert_eq!(store.session_expiry(a_session_id()).await.expect("the store answers"), None);
}

pub(crate) async fn an_ended_session_is_gone_and_may_be_ended_again(store: &dyn Store) {
    let (ann, _) = ann_and_bob(store).await;
    let (id, token_hash) = session(store, ann, 100).await;
    let (other, _) = session(store, ann, 100).await;
    store.delete_session(id).await.expect("the store writes");
    store.delete_session(id).await.expect("the store writes");
    assert_eq!(store.session_expiry(id).await.expect("the store answers"), None);
    assert!(store.session_by_token_hash(&token_hash).await.expect("the store answers").is_none());
    assert!(store.session_expiry(other).await.expect("the store answers").is_some());
}

async fn ended(store: &dyn Store, ids: &[SessionId]) -> Vec<SessionId> {
    let mut ended = store.ended_sessions(ids).await.expect("the store answers");
    ended.sort_unstable();
    ended
}

pub(crate) async fn sessions_that_ended_are_told(store: &dyn Store) {
    let (ann, bob) = ann_and_bob(store).await;
    let (first, _) = session(store, ann, 100).await;
    let (second, _) = session(store, bob, 100).await;
    let never = a_session_id();
    assert_eq!(ended(store, &[first, second]).await, []);
    store.delete_session(first).await.expect("the store writes");
    assert_eq!(ended(store, &[first, second]).await, [first]);
    let mut both = [first, never];
    both.sort_unstable();
    assert_eq!(ended(store, &[second, never, first]).await, both, "one that never was is stored no more either");
    assert_eq!(ended(store, &[]).await, []);
}

pub(crate) async fn an_expired_session_has_ended_when_it_is_removed(store: &dyn Store) {
    let (ann, _) = ann_and_bob(store).await;
    let (old, _) = session(store, ann, 99).await;
    let (young, _) = session(store, ann, 100).await;
    assert_eq!(ended(store, &[old, young]).await, [], "it is still stored");
    store.delete_expired_sessions(Timestamp(100)).await.expect("the store writes");
    assert_eq!(ended(store, &[old, young]).await, [old]);
}

pub(crate) async fn only_expired_sessions_are_removed_and_they_are_counted(store: &dyn Store) {
    let (ann, bob) = ann_and_bob(store).await;
    let mut kept = Vec::new();
    for (user, expires_at) in [(ann, 99), (bob, 100), (ann, 101), (bob, 5)] {
        let (id, _) = session(store, user, expires_at).await;
        kept.extend((expires_at >= 100).then_some(id));
    }
    assert_eq!(store.delete_expired_sessions(Timestamp(100)).await.expect("the store writes"), 2);
    assert_eq!(store.delete_expired_sessions(Timestamp(100)).await.expect("the store writes"), 0);
    for id in kept {
        assert!(store.session_expiry(id).await.expect("the store answers").is_some());
    }
}
