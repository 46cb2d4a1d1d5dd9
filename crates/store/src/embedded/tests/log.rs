//! The write-ahead log: copied when it has grown, never by the writer, gone at the end.

use super::{file, names, person};
use crate::embedded::checkpoints::{Bell, Checkpoints, copy};
use crate::embedded::connection;
use myna_chat::store::UserStore;
use rusqlite::wal::CheckpointMode;
use rusqlite::{Connection, DEFAULT_NAME};
use std::fs;
use std::path::Path;
use std::sync::mpsc::sync_channel;

/// Pages in the log, and how many of them the file has.
fn pages(connection: &Connection) -> (i32, i32) {
    connection.wal_checkpoint_v2(DEFAULT_NAME, CheckpointMode::NOOP).unwrap()
}

fn write(connection: &Connection, megabytes: usize) {
    connection.execute_batch("CREATE TABLE IF NOT EXISTS noise (bytes)").unwrap();
    for _ in 0..megabytes {
        connection.execute("INSERT INTO noise VALUES (randomblob(1000000))", []).unwrap();
    }
}

fn fresh(path: &Path) -> Connection {
    fs::File::create(path).unwrap();
    connection::writing(path).unwrap()
}

#[test]
fn the_bell_rings_once_the_log_has_grown() {
    let folder = tempfile::tempdir().unwrap();
    let connection = fresh(&folder.path().join("myna.db"));
    let (bell, notices) = sync_channel(1);
    let bell = Bell::from(bell);
    write(&connection, 1);
    bell.ring_if_grown(&connection);
    assert!(notices.try_recv().is_err());
    write(&connection, 5);
    bell.ring_if_grown(&connection);
    bell.ring_if_grown(&connection);
    notices.try_recv().expect("the log has grown");
}

#[test]
fn the_writer_never_copies_the_log_by_itself() {
    let folder = tempfile::tempdir().unwrap();
    let connection = fresh(&folder.path().join("myna.db"));
    write(&connection, 20);
    let (log, copied) = pages(&connection);
    assert!(log > 4_000 && copied == 0, "{log} {copied}");
}

#[test]
fn a_rung_bell_has_the_log_copied_and_the_end_empties_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("myna.db");
    let writer = fresh(&path);
    write(&writer, 5);
    let (bell, notices) = sync_channel(1);
    bell.send(()).unwrap();
    drop(bell);
    copy(&connection::checkpointing(&path).unwrap(), &notices);
    assert_eq!(pages(&writer), (0, 0));
    assert!(fs::metadata(&path).unwrap().len() > 5_000_000);
}

#[test]
fn the_log_stays_short_while_commits_never_pause() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("myna.db");
    let writer = fresh(&path);
    let (checkpoints, bell) = Checkpoints::start(connection::checkpointing(&path).unwrap()).unwrap();
    let mut longest = 0;
    for _ in 0..80 {
        write(&writer, 1);
        bell.ring_if_grown(&writer);
        longest = longest.max(pages(&writer).0);
    }
    assert!(longest < 12_000, "{longest} pages");
    drop((writer, bell, checkpoints));
}

#[tokio::test]
async fn a_closed_store_is_in_its_file_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("myna.db");
    let store = file(&path);
    store.create_user(person(1)).await.unwrap();
    drop(store);
    let mut files: Vec<_> = fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    files.sort();
    assert_eq!(files, ["myna.db", "myna.db.lock"]);
    assert_eq!(names(&file(&path)).await, ["Person 1"]);
}
