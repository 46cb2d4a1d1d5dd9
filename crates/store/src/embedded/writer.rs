//! The one thread that writes, with group commit.

use super::checkpoints::CheckpointTrigger;
use super::job::{Job, Jobs, stopped};
use crate::OpenError;
use myna_chat::Supervisor;
use myna_chat::store::StoreError;
use rusqlite::{Connection, Error, ffi};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use tokio::sync::mpsc;

/// Jobs that may wait; past it, callers wait to be let in.
const WAITING: usize = 1_024;
/// Jobs in one transaction, at most: it bounds how long the first of them waits for the last.
const GROUP: usize = 256;

/// The answer to everybody once a flush has failed.
const UNFLUSHED: &str = "the disk did not keep a commit: nothing is written any more until Myna is started again";

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
    has_lost: Arc<AtomicBool>,
    has_erased: Arc<AtomicBool>,
}

/// Why a group was not committed.
enum Failure {
    /// None of it has happened; the next one may succeed.
    Undone(String),
    /// Its flush has failed. Of what that was to keep nobody knows what is on the disk, and the next flush may well succeed
    /// without writing it again.
    Unflushed(String),
}

impl From<String> for Failure {
    fn from(words: String) -> Self {
        Self::Undone(words)
    }
}

impl Writer {
    /// Starts the thread. It triggers a checkpoint when the log has grown.
    pub(super) fn start(
        connection: Connection,
        checkpoints: Option<CheckpointTrigger>,
        supervisor: Supervisor,
    ) -> Result<Self, OpenError> {
        let (sender, receiver) = mpsc::channel(WAITING);
        let has_lost = Arc::new(AtomicBool::new(false));
        let has_erased = Arc::new(AtomicBool::new(false));
        let (lost, erased) = (has_lost.clone(), has_erased.clone());
        let thread = thread::Builder::new()
            .name("myna-writer".to_owned())
            .spawn(move || {
                let work = || write(&connection, receiver, checkpoints.as_ref(), &lost, &erased);
                supervisor.fail_thread_on_panic("SQLite writer", work);
            })
            .map_err(|error| OpenError::Threads(error.to_string()))?;
        Ok(Self { jobs: Some(sender), thread: Some(thread), has_lost, has_erased })
    }

    /// An error once a flush has failed: from then on nothing is written.
    pub(super) fn expect_kept(&self) -> Result<(), StoreError> {
        let has_lost = self.has_lost.load(Ordering::Relaxed);
        if has_lost { Err(StoreError::Unavailable(UNFLUSHED.to_owned())) } else { Ok(()) }
    }

    /// To be set by a job that has erased words.
    pub(super) fn has_erased(&self) -> Arc<AtomicBool> {
        self.has_erased.clone()
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
            // The supervisor has caught a panic there.
            let _ = thread.join();
        }
    }
}

fn write(
    connection: &Connection,
    mut jobs: Jobs,
    checkpoints: Option<&CheckpointTrigger>,
    has_lost: &AtomicBool,
    has_erased: &AtomicBool,
) {
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
        let failure = if has_lost.load(Ordering::Relaxed) {
            Some(UNFLUSHED.to_owned())
        } else {
            match commit(connection, &mut group) {
                Ok(()) => None,
                Err(Failure::Undone(words)) => Some(words),
                Err(Failure::Unflushed(words)) => {
                    has_lost.store(true, Ordering::Relaxed);
                    tracing::error!(error = words, "{UNFLUSHED}");
                    Some(UNFLUSHED.to_owned())
                }
            }
        };
        for job in group.drain(..) {
            job.answer(failure.as_deref());
        }
        if let Some(checkpoints) = checkpoints {
            checkpoints.fire_if_grown(connection);
            if has_erased.swap(false, Ordering::Relaxed) {
                checkpoints.empty_soon();
            }
        }
    }
}

/// Runs the jobs in one transaction. After an error none of them may be acknowledged.
fn commit(connection: &Connection, group: &mut [Box<dyn Job>]) -> Result<(), Failure> {
    let done = in_transaction(connection, group);
    if done.is_err() && !connection.is_autocommit() {
        let undone = execute(connection, ROLLBACK);
        // That a flush has failed matters more than what followed from it.
        if !matches!(done, Err(Failure::Unflushed(_))) {
            undone?;
        }
    }
    done
}

fn in_transaction(connection: &Connection, group: &mut [Box<dyn Job>]) -> Result<(), Failure> {
    execute(connection, BEGIN)?;
    for job in group {
        execute(connection, BEGIN_JOB)?;
        if let Err(failure) = job.run(connection) {
            // After some errors (a full disk) SQLite has undone the whole transaction: nobody's work is there any more.
            if connection.is_autocommit() {
                return Err(failure.into());
            }
            execute(connection, UNDO_JOB)?;
        }
        execute(connection, KEEP_JOB)?;
    }
    run(connection, COMMIT).map_err(|error| {
        let words = error.to_string();
        if is_flush(&error) { Failure::Unflushed(words) } else { Failure::Undone(words) }
    })
}

/// Whether it was a flush that failed.
fn is_flush(error: &Error) -> bool {
    let code = error.sqlite_error().map(|cause| cause.extended_code);
    matches!(code, Some(ffi::SQLITE_IOERR_FSYNC | ffi::SQLITE_IOERR_DIR_FSYNC))
}

fn execute(connection: &Connection, sql: &str) -> Result<(), String> {
    run(connection, sql).map_err(|error| error.to_string())
}

fn run(connection: &Connection, sql: &str) -> rusqlite::Result<()> {
    connection.prepare_cached(sql).and_then(|mut statement| statement.execute([])).map(|_| ())
}

#[cfg(test)]
mod tests {
    use super::is_flush;
    use rusqlite::{Error, ffi};

    #[test]
    fn a_flush_that_failed_is_told_from_what_may_pass() {
        let failed = |code| is_flush(&Error::SqliteFailure(ffi::Error::new(code), None));
        assert!(failed(ffi::SQLITE_IOERR_FSYNC) && failed(ffi::SQLITE_IOERR_DIR_FSYNC));
        for code in [ffi::SQLITE_FULL, ffi::SQLITE_IOERR_WRITE, ffi::SQLITE_BUSY] {
            assert!(!failed(code), "{code}");
        }
    }
}
