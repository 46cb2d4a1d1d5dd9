//! Copying.

use super::content::told;
use super::{archive, copied, cut_off, filled, goes_on, places, refused, served};
use crate::contract::verbs::{a_session_id, ann_and_bob, direct, done, join, person, read, said, said_many};
use myna_chat::store::NewSession;
use myna_protocol::Timestamp;
use myna_store::archive::{CopyError, Progress, Step, copy};
use myna_store::{OpenError, Purpose, StoreUrl, open_archive};
use rusqlite::Connection;
use std::time::Duration;

#[tokio::test]
async fn everything_arrives_and_the_other_store_goes_on() {
    let (_folder, from, to) = places();
    let (content, before) = filled(&from).await;
    let done = copied(&from, &to).await.expect("it is copied");
    assert_eq!((done.counts.users, done.counts.sessions, done.counts.conversations), (1_053, 1_020, 8));
    assert_eq!(done.counts.messages, 2_300 + 3 + 1 + 1 + 50 + 1);
    assert_eq!(done.written, done.counts.total());
    goes_on(&to, &content, &before).await;
    goes_on(&from, &content, &before).await;
}

#[tokio::test]
async fn an_empty_store_is_copied_too() {
    let (_folder, from, to) = places();
    drop(served(&from).await.expect("the store opens"));
    assert_eq!(copied(&from, &to).await.expect("it is copied").written, 0);
    served(&to).await.expect("a finished copy opens");
}

#[tokio::test]
async fn a_copy_that_was_cut_off_is_refused_until_it_was_gone_on_with() {
    let (_folder, from, to) = places();
    let (content, before) = filled(&from).await;
    // Among the people, the sessions, the conversations, and while both are compared.
    for after in [1, 2, 5, 9, 14, 25] {
        cut_off(&from, &to, after).await;
        let error = refused(&to).await;
        let (from, to) = (from.display(), to.canonicalize().expect("it is there"));
        let command = format!("`myna store copy --from sqlite:{from} --to sqlite:{}`", to.display());
        assert!(matches!(error, OpenError::Unfinished { .. }) && error.to_string().contains(&command), "{error}");
        assert!(archive(&to, Purpose::Source).await.is_err(), "it is not copied further either");
    }
    let done = copied(&from, &to).await.expect("it is finished");
    // How much that is depends on which of the conversations that are copied at once came how far.
    assert!(done.written < done.counts.total(), "what was there was not written again: {done:?}");
    goes_on(&to, &content, &before).await;
}

#[tokio::test]
async fn what_happened_at_the_source_meanwhile_arrives_too() {
    let (_folder, from, to) = places();
    let (content, _) = filled(&from).await;
    cut_off(&from, &to, 20).await;
    let store = served(&from).await.expect("the store opens");
    let [notes, talk, .., update, busy, silent] = content.talks[..] else { panic!("there are some") };
    said_many(&*store, talk, content.people[0], 1_200).await;
    said(&*store, notes, content.people[0], "bread").await;
    // Where no receipts are told, this touches the person's own feed alone.
    done(&*store, read(update, content.people[9], 1)).await;
    for talk in [busy, silent] {
        done(&*store, join(talk, content.people[1])).await;
    }
    store.delete_session(content.sessions[0]).await.expect("the store writes");
    person(&*store, "Late").await;
    let before = told(&*store, &content).await;
    drop(store);
    copied(&from, &to).await.expect("it is finished");
    goes_on(&to, &content, &before).await;
}

#[tokio::test]
async fn a_store_with_something_in_it_is_not_copied_into() {
    let (_folder, from, to) = places();
    for path in [&from, &to] {
        person(&*served(path).await.expect("the store opens"), "Ann").await;
    }
    let error = copied(&from, &to).await.expect_err("it holds somebody");
    assert!(matches!(error, CopyError::Occupied), "{error:?}");
    served(&to).await.expect("it is as it was");
}

#[tokio::test]
async fn the_unfinished_copy_of_another_store_is_not_gone_on_with() {
    let (folder, from, to) = places();
    filled(&from).await;
    cut_off(&from, &to, 3).await;
    let other = folder.path().join("other.db");
    drop(served(&other).await.expect("the store opens"));
    let error = copied(&other, &to).await.expect_err("that is not where it comes from");
    assert!(matches!(&error, CopyError::OtherOrigin(url) if url.ends_with("from.db")), "{error:?}");
}

#[tokio::test]
async fn what_differs_after_copying_is_named_and_not_served() {
    for (damage, expected) in [
        ("UPDATE messages SET text = 'other' WHERE seq = 2", "conversation "),
        ("UPDATE members SET read_at = 7", "conversation "),
        ("UPDATE conversations SET created_at = 7", "conversation "),
        ("UPDATE users SET password_hash = 'other'", "the people are not the same"),
        ("UPDATE sessions SET expires_at = 7", "the sessions are not the same"),
        ("DELETE FROM sessions", "the sessions are not the same"),
        ("DELETE FROM messages WHERE seq = 3", "one store has 3 messages and the other 2"),
    ] {
        let (_folder, from, to) = places();
        let store = served(&from).await.expect("the store opens");
        let (ann, bob) = ann_and_bob(&*store).await;
        let talk = direct(&*store, ann, bob).await;
        said_many(&*store, talk, ann, 3).await;
        let session = NewSession {
            id: a_session_id(),
            token_hash: [7; 32],
            user: ann,
            created_at: Timestamp(1),
            expires_at: Timestamp(2),
        };
        store.create_session(session).await.expect("the store writes");
        drop(store);
        let source = archive(&from, Purpose::Source).await.expect("the source opens");
        let target = archive(&to, Purpose::Target).await.expect("the target opens");
        let tell = |progress: Progress| {
            if (progress.step, progress.rows) == (Step::Comparing, 0) {
                Connection::open(&to).and_then(|other| other.execute(damage, [])).expect("the damage is done");
            }
        };
        let error =
            copy(&*source, "here", &*target, Timestamp(i64::MIN), &tell).await.expect_err("it differs").to_string();
        assert!(error.contains(expected), "{damage}: {error}");
        assert_eq!(error.contains(&talk.to_string()), expected == "conversation ", "{error}");
        drop(target);
        assert!(matches!(refused(&to).await, OpenError::Unfinished { .. }));
    }
}

#[tokio::test]
async fn there_is_nothing_to_copy_from_where_there_is_no_store() {
    let (_folder, from, to) = places();
    let error = archive(&from, Purpose::Source).await.err().expect("it is not there");
    assert!(matches!(error, OpenError::Missing { .. }) && !from.exists(), "{error}");
    let error = open_archive(&StoreUrl::Memory, Purpose::Target, Duration::ZERO).await.err().expect("it forgets");
    assert!(matches!(error, OpenError::Forgetful), "{error}");
    let store = served(&to).await.expect("the store opens");
    let error = archive(&to, Purpose::Source).await.err().expect("it is in use");
    assert!(matches!(error, OpenError::Locked { .. }), "{error}");
    drop(store);
}

#[tokio::test]
async fn a_store_is_measured() {
    let (_folder, from, _) = places();
    filled(&from).await;
    let stats = archive(&from, Purpose::Source).await.expect("it opens").stats().await.expect("it answers");
    assert!(stats.bytes > 300_000 && stats.bytes < 10_000_000, "{stats:?}");
    let rows = |name: &str| stats.tables.iter().find(|table| table.name == name).map(|table| table.rows);
    assert_eq!((rows("users"), rows("sessions"), rows("messages")), (Some(1_053), Some(1_020), Some(2_356)));
    let messages = stats.tables.iter().find(|table| table.name == "messages").expect("there are messages");
    assert!(messages.indexes.iter().any(|index| index == "messages_by_rev"), "{messages:?}");
}
