//! Rules of the change log.

use super::verbs::{ann_and_bob, begun, commit, done, fresh, new_direct, read, rename_user, say};
use myna_chat::store::{LogEntry, LogError, Position, Store};
use myna_protocol::{Feed, Rev, Timestamp};
use std::collections::BTreeMap;
use std::time::Duration;

const ONE: [u8; 16] = [1; 16];
const OTHER: [u8; 16] = [2; 16];
const NOW: Timestamp = Timestamp(1_000);

fn a_consumer() -> String {
    format!("consumer {}", fresh())
}

/// Takes the lease for a long time.
async fn leased(store: &dyn Store, name: &str) {
    store.register(name).await.expect("the store writes");
    assert!(store.lease(name, ONE, NOW, Timestamp(i64::MAX / 2)).await.expect("the store writes"));
}

/// Everything that comes until each feed has come as far as this.
async fn until(store: &dyn Store, name: &str, expected: &BTreeMap<Feed, Rev>) -> Vec<LogEntry> {
    let mut all: Vec<LogEntry> = Vec::new();
    let reached = |all: &[LogEntry]| {
        expected.iter().all(|(feed, rev)| all.iter().any(|entry| entry.feed == *feed && entry.rev >= *rev))
    };
    while !reached(&all) {
        let entries = store.entries(name, 3, Duration::from_secs(10)).await.expect("the log answers");
        let last = entries.last().expect("what was committed comes").position.clone();
        assert!(entries.len() <= 3);
        assert!(store.advance(name, ONE, &last).await.expect("the store writes"));
        all.extend(entries);
    }
    all
}

pub(crate) async fn a_consumer_sees_every_feed_move_in_order(store: &dyn Store) {
    let (ann, bob) = ann_and_bob(store).await;
    let talk = begun(store, new_direct(ann, bob)).await;
    let name = a_consumer();
    leased(store, &name).await;
    done(store, say(talk, ann, "one")).await;
    let batch = vec![say(talk, bob, "two"), say(talk, ann, "three"), read(talk, bob, 3)];
    commit(store, batch).await.into_iter().for_each(|outcome| assert!(outcome.is_ok()));
    let renamed = done(store, rename_user(ann, "Anna")).await.events[0].rev;
    let expected = BTreeMap::from([(Feed::Conversation(talk), 5), (Feed::User(bob), 2), (Feed::Server, renamed)]);
    let all = until(store, &name, &expected).await;
    for (feed, rev) in expected {
        let revs: Vec<Rev> = all.iter().filter(|entry| entry.feed == feed).map(|entry| entry.rev).collect();
        assert!(revs.is_sorted() && revs.last() == Some(&rev), "{feed}: {revs:?}");
    }
    assert!(all.iter().all(|entry| entry.feed != Feed::Conversation(talk) || entry.rev > 1), "from then on: {all:?}");
    store.unregister(&name).await.expect("the store writes");
}

pub(crate) async fn what_was_not_consumed_comes_again(store: &dyn Store) {
    let (ann, bob) = ann_and_bob(store).await;
    let talk = begun(store, new_direct(ann, bob)).await;
    let name = a_consumer();
    leased(store, &name).await;
    done(store, say(talk, ann, "one")).await;
    let first = store.entries(&name, 10, Duration::from_secs(10)).await.expect("the log answers");
    let again = store.entries(&name, 10, Duration::from_secs(10)).await.expect("the log answers");
    assert!(!first.is_empty());
    assert_eq!(first[0], again[0]);
    assert!(store.advance(&name, ONE, &first[0].position).await.expect("the store writes"));
    done(store, say(talk, ann, "two")).await;
    let next = store.entries(&name, 10, Duration::from_secs(10)).await.expect("the log answers");
    assert_ne!(next[0], first[0]);
    store.unregister(&name).await.expect("the store writes");
}

pub(crate) async fn consumers_go_on_by_themselves(store: &dyn Store) {
    let (ann, bob) = ann_and_bob(store).await;
    let talk = begun(store, new_direct(ann, bob)).await;
    let (quick, slow) = (a_consumer(), a_consumer());
    leased(store, &quick).await;
    leased(store, &slow).await;
    for rev in 2..6 {
        done(store, say(talk, ann, "hello")).await;
        until(store, &quick, &BTreeMap::from([(Feed::Conversation(talk), rev)])).await;
    }
    let all = until(store, &slow, &BTreeMap::from([(Feed::Conversation(talk), 5)])).await;
    assert_eq!(all.iter().filter(|entry| entry.feed == Feed::Conversation(talk)).count(), 4);
    let names: Vec<_> = store.consumers().await.expect("the store answers").into_iter().map(|it| it.name).collect();
    assert!(names.contains(&quick) && names.contains(&slow) && names.is_sorted());
    for name in [quick, slow] {
        store.unregister(&name).await.expect("the store writes");
        assert!(store.consumers().await.expect("the store answers").iter().all(|it| it.name != name));
    }
}

pub(crate) async fn a_lease_is_one_holders_until_it_ends(store: &dyn Store) {
    let name = a_consumer();
    store.register(&name).await.expect("the store writes");
    store.register(&name).await.expect("a second time changes nothing");
    let lease = async |holder, now, until| {
        store.lease(&name, holder, Timestamp(now), Timestamp(until)).await.expect("the store writes")
    };
    assert!(lease(ONE, 0, 100).await);
    assert!(!lease(OTHER, 50, 150).await);
    assert!(lease(ONE, 60, 160).await, "its holder renews it");
    assert!(!lease(OTHER, 159, 300).await);
    assert!(lease(OTHER, 160, 300).await, "it has ended");
    let end = store.log_end().await.expect("the store answers");
    assert!(!store.advance(&name, ONE, &end).await.expect("the store writes"), "who has lost it moves nothing");
    assert!(store.advance(&name, OTHER, &end).await.expect("the store writes"));
    store.unregister(&name).await.expect("the store writes");
    assert!(!lease(ONE, 400, 500).await, "there is no such consumer");
}

pub(crate) async fn a_position_that_is_not_in_the_log_is_too_old(store: &dyn Store) {
    let (ann, bob) = ann_and_bob(store).await;
    let (slow, quick) = (a_consumer(), a_consumer());
    let unknown = store.entries(&slow, 1, Duration::ZERO).await;
    assert!(matches!(unknown, Err(LogError::TooOld)), "{unknown:?}");
    leased(store, &quick).await;
    let talk = begun(store, new_direct(ann, bob)).await;
    until(store, &quick, &BTreeMap::from([(Feed::Conversation(talk), 1)])).await;
    store.unregister(&quick).await.expect("the store writes");
    // A position that this store never gave, as after a copy or a restore.
    leased(store, &slow).await;
    let strange = Position(vec![0; 8]);
    assert!(store.advance(&slow, ONE, &strange).await.expect("the store writes"));
    let gone = store.entries(&slow, 1, Duration::ZERO).await;
    assert!(matches!(gone, Err(LogError::TooOld)), "{gone:?}");
    let end = store.log_end().await.expect("the store answers");
    assert!(store.advance(&slow, ONE, &end).await.expect("the store writes"));
    done(store, say(talk, ann, "from here on")).await;
    until(store, &slow, &BTreeMap::from([(Feed::Conversation(talk), 2)])).await;
    store.unregister(&slow).await.expect("the store writes");
}
