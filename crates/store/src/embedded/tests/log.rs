//! The write-ahead log: copied when it has grown, never by the writer, gone at the end.

use super::{file, names, person};
use crate::embedded::checkpoints::{CheckpointTrigger, Checkpoints, LogWatch, copy, pass};
use crate::embedded::connection;
use myna_chat::Supervisor;
use myna_chat::store::UserStore;
use rusqlite::wal::CheckpointMode;
use rusqlite::{Connection, DEFAULT_NAME};
use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::mpsc::sync_channel;
use tokio::time::Instant;

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
fn a_checkpoint_is_triggered_once_the_log_has_grown() {
    let folder = tempfile::tempdir().unwrap();
    let connection = fresh(&folder.path().join("myna.db"));
    let (trigger, calls) = sync_channel(1);
    let trigger = CheckpointTrigger::new(trigger, Arc::default());
    write(&connection, 1);
    trigger.fire_if_grown(&connection);
    assert!(calls.try_recv().is_err());
    write(&connection, 5);
    trigger.fire_if_grown(&connection);
    trigger.fire_if_grown(&connection);
    calls.try_recv().expect("the log has grown");
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
fn a_trigger_has_the_log_copied_and_the_end_empties_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("myna.db");
    let writer = fresh(&path);
    write(&writer, 5);
    let (trigger, calls) = sync_channel(1);
    trigger.send(()).unwrap();
    drop(trigger);
    copy(&connection::checkpointing(&path).unwrap(), &calls, &AtomicBool::new(false));
    assert_eq!(pages(&writer), (0, 0));
    assert!(fs::metadata(&path).unwrap().len() > 5_000_000);
}

#[test]
fn the_log_stays_short_while_commits_never_pause() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("myna.db");
    let writer = fresh(&path);
    let (checkpoints, trigger) =
        Checkpoints::start(connection::checkpointing(&path).unwrap(), Supervisor::default()).unwrap();
    let mut longest = 0;
    for _ in 0..80 {
        write(&writer, 1);
        trigger.fire_if_grown(&writer);
        longest = longest.max(pages(&writer).0);
    }
    assert!(longest < 12_000, "{longest} pages");
    drop((writer, trigger, checkpoints));
}

#[test]
fn the_log_of_an_idle_store_is_emptied_once_an_outside_reader_is_gone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("myna.db");
    let (writer, copier) = (fresh(&path), connection::checkpointing(&path).unwrap());
    let (mut watch, now) = (LogWatch::default(), Instant::now());
    let log = || fs::metadata(folder.path().join("myna.db-wal")).unwrap().len();
    write(&writer, 1);
    let outside = Connection::open(&path).unwrap();
    outside.execute_batch("BEGIN; SELECT count(*) FROM noise").unwrap();
    write(&writer, 80);
    pass(&copier, &mut watch, &AtomicBool::new(false), now);
    assert!(log() > 80_000_000, "the reader holds it");
    outside.execute_batch("COMMIT").unwrap();
    pass(&copier, &mut watch, &AtomicBool::new(false), now);
    assert_eq!(log(), 0);
    let patience: i64 = copier.query_row("PRAGMA busy_timeout", [], |row| row.get(0)).unwrap();
    assert_eq!(patience, 10_000, "it is as patient as before");
}

#[test]
fn the_log_begins_anew_with_64_megabytes_at_most() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("myna.db");
    let writer = fresh(&path);
    write(&writer, 80);
    writer.wal_checkpoint_v2(DEFAULT_NAME, CheckpointMode::PASSIVE).unwrap();
    write(&writer, 1);
    assert_eq!(fs::metadata(folder.path().join("myna.db-wal")).unwrap().len(), 64 * 1_024 * 1_024);
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
