//! The one thread that writes, with group commit.

use super::checkpoints::Bell;
use super::job::{Job, Jobs, stopped};
use crate::OpenError;
use myna_chat::store::StoreError;
use rusqlite::Connection;
use std::thread::{self, JoinHandle};
use tokio::sync::mpsc;

/// Jobs that may wait; past it, callers wait to be let in.
const WAITING: usize = 1_024;
/// Jobs in one transaction, at most: it bounds how long the first of them waits for the last.
const GROUP: usize = 256;

queries! {
    BEGIN = "BEGIN IMMEDIATE";
    COMMIT = "COMMIT";
    ROLLBACK = "ROLLBACK";
    BEGIN_JOB = "SAVEPOINT job";
    KEEP_JOB = "RELEASE job";
    UNDO_JOB = "ROLLBACK TO job";
}

/// The way to the writing thread. Dropping it waits until everything sent is done.
pub(super) struct Writer {
    jobs: Option<mpsc::Sender<Box<dyn Job>>>,
    thread: Option<JoinHandle<()>>,
}

impl Writer {
    /// Starts the thread. The bell is rung when the log has grown.
    pub(super) fn start(connection: Connection, bell: Option<Bell>) -> Result<Self, OpenError> {
        let (sender, receiver) = mpsc::channel(WAITING);
        let thread = thread::Builder::new()
            .name("myna-writer".to_owned())
            .spawn(move || write(&connection, receiver, bell.as_ref()))
            .map_err(|error| OpenError::Threads(error.to_string()))?;
        Ok(Self { jobs: Some(sender), thread: Some(thread) })
    }

    pub(super) async fn send(&self, job: Box<dyn Job>) -> Result<(), StoreError> {
        let jobs = self.jobs.as_ref().ok_or_else(stopped)?;
        jobs.send(job).await.map_err(|_| stopped())
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        drop(self.jobs.take());
        if let Some(thread) = self.thread.take() {
            // A panic there has already answered everybody who waited, and was printed.
            let _ = thread.join();
        }
    }
}

fn write(connection: &Connection, mut jobs: Jobs, bell: Option<&Bell>) {
    let mut group = Vec::new();
    while let Some(job) = jobs.blocking_recv() {
        group.push(job);
        // What came while the last group was being flushed shares the next flush.
        while group.len() < GROUP {
            match jobs.try_recv() {
                Ok(job) => group.push(job),
                Err(_) => break,
            }
        }
        let failure = commit(connection, &mut group).err();
        for job in group.drain(..) {
            job.answer(failure.as_deref());
        }
        if let Some(bell) = bell {
            bell.ring_if_grown(connection);
        }
    }
}

/// Runs the jobs in one transaction. An error: none of them has happened.
fn commit(connection: &Connection, group: &mut [Box<dyn Job>]) -> Result<(), String> {
    let done = in_transaction(connection, group);
    if done.is_err() && !connection.is_autocommit() {
        execute(connection, ROLLBACK)?;
    }
    done
}

fn in_transaction(connection: &Connection, group: &mut [Box<dyn Job>]) -> Result<(), String> {
    execute(connection, BEGIN)?;
    for job in group {
        execute(connection, BEGIN_JOB)?;
        if let Err(failure) = job.run(connection) {
            // After some errors (a full disk) SQLite has undone the whole transaction: nobody's work is there any more.
            if connection.is_autocommit() {
                return Err(failure);
            }
            execute(connection, UNDO_JOB)?;
        }
        execute(connection, KEEP_JOB)?;
    }
    execute(connection, COMMIT)
}

fn execute(connection: &Connection, sql: &str) -> Result<(), String> {
    let executed = connection.prepare_cached(sql).and_then(|mut statement| statement.execute([]));
    executed.map(|_| ()).map_err(|error| error.to_string())
}
