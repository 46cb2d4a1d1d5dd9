//! Group commit: what a group is, what a failure undoes, what a reader sees.

use super::{file, hold, memory, names, person};
use crate::embedded::users;
use futures_util::future::join_all;
use myna_chat::health::Monitor;
use myna_chat::store::{FeedStore, StoreError, UserStore};
use rusqlite::Connection;
use std::sync::mpsc;

fn count_users(connection: &Connection) -> rusqlite::Result<i64> {
    connection.query_row("SELECT count(*) FROM users", [], |row| row.get(0))
}

#[tokio::test]
async fn what_waits_is_committed_together() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("myna.db");
    let store = file(&path);
    let (release, held) = hold(&store).await;
    let first = store.create_user(person(1));
    let second = store.write(move |writer| {
        let others = Connection::open(path)?;
        Ok((count_users(writer)?, count_users(&others)?))
    });
    let both = async { tokio::join!(first, second) };
    let (_, (first, second)) = tokio::join!(
        async {
            tokio::task::yield_now().await;
            drop(release);
            held.await;
        },
        both
    );
    first.unwrap();
    assert_eq!(second.unwrap(), (1, 0), "the second job saw the first one's row, and nobody else did");
    assert_eq!(names(&store).await, ["Person 1"]);
}

#[tokio::test]
async fn a_failed_job_is_undone_alone() {
    let store = memory();
    let (release, held) = hold(&store).await;
    let jobs = async {
        tokio::join!(
            store.create_user(person(1)),
            store.write(|connection| {
                users::create(connection, &person(2))?;
                connection.execute("INSERT INTO no_table VALUES (1)", []).map(|_| ())
            }),
            store.create_user(person(1)),
            store.create_user(person(3)),
        )
    };
    let release = async {
        tokio::task::yield_now().await;
        drop(release);
    };
    let ((), (), (first, second, third, fourth)) = tokio::join!(release, held, jobs);
    first.unwrap();
    assert!(matches!(second, Err(StoreError::Backend(_))), "{second:?}");
    assert!(matches!(third, Err(StoreError::Conflict)), "{third:?}");
    fourth.unwrap();
    assert_eq!(names(&store).await, ["Person 1", "Person 3"]);
}

#[tokio::test]
async fn a_job_that_panics_is_undone_alone_and_the_writer_goes_on() {
    let store = memory();
    let (release, held) = hold(&store).await;
    let jobs = async {
        tokio::join!(
            store.create_user(person(1)),
            store.write(|connection| -> rusqlite::Result<()> {
                users::create(connection, &person(2))?;
                panic!("a test");
            }),
            store.create_user(person(3)),
        )
    };
    let release = async {
        tokio::task::yield_now().await;
        drop(release);
    };
    let ((), (), (first, second, third)) = tokio::join!(release, held, jobs);
    first.unwrap();
    assert!(matches!(&second, Err(StoreError::Backend(why)) if why.to_string().contains("a test")), "{second:?}");
    third.unwrap();
    assert_eq!(names(&store).await, ["Person 1", "Person 3"]);
    assert_eq!(store.supervisor().down(), Vec::<&str>::new());
}

#[tokio::test]
async fn a_read_that_panics_is_an_error_and_the_readers_go_on() {
    let folder = tempfile::tempdir().unwrap();
    let store = file(&folder.path().join("myna.db"));
    store.create_user(person(1)).await.unwrap();
    for _ in 0..10 {
        let read = store.read(|connection| -> rusqlite::Result<()> {
            let mut statement = connection.prepare_cached("SELECT name FROM users")?;
            let _rows = statement.query([])?;
            panic!("a test");
        });
        assert!(matches!(read.await, Err(StoreError::Backend(_))));
    }
    assert_eq!(names(&store).await, ["Person 1"]);
    store.create_user(person(2)).await.unwrap();
    assert_eq!(names(&store).await, ["Person 1", "Person 2"]);
}

#[tokio::test]
async fn every_thread_of_a_file_is_supervised() {
    let folder = tempfile::tempdir().unwrap();
    let store = file(&folder.path().join("myna.db"));
    // A job is done by a thread that has said so before.
    store.create_user(person(1)).await.unwrap();
    let tasks = async {
        while store.supervisor().tasks().len() < 5 {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(20), tasks).await.unwrap();
    let tasks: Vec<_> = store.supervisor().tasks().into_keys().collect();
    assert_eq!(tasks, ["SQLite checkpoints", "SQLite reader 1", "SQLite reader 2", "SQLite reader 3", "SQLite writer"]);
}

#[tokio::test]
async fn a_full_disk_fails_all_that_wait_and_the_store_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let store = file(&folder.path().join("myna.db"));
    store.create_user(person(1)).await.unwrap();
    let limit = |pages: i64| {
        store.write(move |connection| {
            connection.query_row(&format!("PRAGMA max_page_count = {pages}"), [], |row| row.get::<_, i64>(0))
        })
    };
    // SQLite takes the smallest limit that the file still fits into.
    limit(1).await.unwrap();
    let (release, held) = hold(&store).await;
    let crowd = join_all((2..=200).map(|number| store.create_user(person(number))));
    let release = async {
        tokio::task::yield_now().await;
        drop(release);
    };
    let ((), (), answers) = tokio::join!(release, held, crowd);
    let acknowledged = answers.iter().filter(|answer| answer.is_ok()).count();
    let unavailable = answers.iter().filter(|answer| matches!(answer, Err(StoreError::Unavailable(_)))).count();
    assert!(unavailable > 0, "the disk was not full");
    assert_eq!(acknowledged + unavailable, answers.len(), "every answer says that it may pass");
    assert_eq!(names(&store).await.len(), 1 + acknowledged, "what is there is what was acknowledged");

    limit(1_000_000).await.unwrap();
    store.create_user(person(201)).await.unwrap();
    assert_eq!(names(&store).await.len(), 2 + acknowledged);
}

#[tokio::test]
async fn a_reader_sees_one_snapshot() {
    let folder = tempfile::tempdir().unwrap();
    let store = file(&folder.path().join("myna.db"));
    let (started, has_started) = tokio::sync::oneshot::channel();
    let (go_on, may_go_on) = mpsc::channel::<()>();
    let reader = store.read(move |connection| {
        let before = count_users(connection)?;
        let _ = started.send(());
        let _ = may_go_on.recv();
        Ok((before, count_users(connection)?))
    });
    let writer = async {
        has_started.await.unwrap();
        store.create_user(person(1)).await.unwrap();
        drop(go_on);
    };
    let (seen, ()) = tokio::join!(reader, writer);
    assert_eq!(seen.unwrap(), (0, 0));
    assert_eq!(names(&store).await, ["Person 1"]);
}

#[tokio::test]
async fn readers_cannot_write() {
    let folder = tempfile::tempdir().unwrap();
    let store = file(&folder.path().join("myna.db"));
    let written = store.read(|connection| users::create(connection, &person(1))).await;
    assert!(matches!(written, Err(StoreError::Unavailable(_))), "{written:?}");
}

#[tokio::test]
async fn what_was_sent_before_the_end_is_done() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("myna.db");
    let store = file(&path);
    let (release, held) = hold(&store).await;
    for number in 1..=9 {
        let (job, _) = super::super::Reply::to(move |connection| users::create(connection, &person(number)));
        store.writer.send(job).await.unwrap();
    }
    drop((release, held));
    drop(store);
    assert_eq!(names(&file(&path)).await.len(), 9);
}

#[tokio::test]
async fn a_stored_row_that_breaks_the_rules_is_told_as_corrupt() {
    let store = memory();
    store.create_user(person(1)).await.unwrap();
    store.write(|connection| connection.execute("UPDATE users SET rev = -1", [])).await.unwrap();
    let heads = store.heads(person(1).id).await;
    assert!(matches!(heads, Err(StoreError::Corrupt(_))), "{heads:?}");
}
