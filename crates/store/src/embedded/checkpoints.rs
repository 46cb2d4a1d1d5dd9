//! Copying the write-ahead log into the file, off the writing thread, and keeping the log short.

mod log_watch;

use crate::OpenError;
use log_watch::Action;
pub(super) use log_watch::LogWatch;
use myna_chat::Supervisor;
use rusqlite::wal::CheckpointMode;
use rusqlite::{Connection, DEFAULT_NAME, ErrorCode};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::thread::{self, JoinHandle};
use std::time::Duration;
use tokio::time::Instant;

/// Pages (of 4 KB) in the log that are not yet in the file, past which they are copied.
const GROWN: i32 = 1_000;
/// Pages in the log past which the writer lends a hand.
///
/// The log can only begin anew when the file has all of it. While commits never pause, the copying thread is always a
/// little behind, and without this the log would grow for ever.
const TOO_LONG: i32 = 8_000;
/// How long emptying the log may wait for readers to end. Commits wait meanwhile.
const TRUNCATE_PATIENCE: Duration = Duration::from_millis(100);
/// How often the thread looks at a long log when nobody commits: whoever held the log may be gone.
const LOOK_INTERVAL: Duration = Duration::from_secs(10);

/// Tells the thread that there is something to copy.
pub(super) struct CheckpointTrigger {
    calls: SyncSender<()>,
    must_empty: Arc<AtomicBool>,
}

impl CheckpointTrigger {
    pub(super) fn new(calls: SyncSender<()>, must_empty: Arc<AtomicBool>) -> Self {
        Self { calls, must_empty }
    }

    /// Asks the thread to empty the log as soon as the file has all of it and no reader needs it: the log still contains deleted
    /// text.
    pub(super) fn empty_soon(&self) {
        self.must_empty.store(true, Ordering::Relaxed);
        let _ = self.calls.try_send(());
    }

    /// Wakes the thread when the log has grown enough since the last copy. `connection` is the writer's, between two commits.
    pub(super) fn fire_if_grown(&self, connection: &Connection) {
        let Some((log, copied)) = checkpoint(connection, CheckpointMode::NOOP) else { return };
        if log > TOO_LONG {
            // Nobody commits now, so the little that the thread has not copied yet is all there is; while the thread is
            // at it, or somebody reads an older state, this waits for neither and the next commit tries again.
            checkpoint(connection, CheckpointMode::PASSIVE);
        }
        // A thread that is already awake needs no second call.
        if log - copied > GROWN {
            let _ = self.calls.try_send(());
        }
    }
}

/// The copying thread. It ends when its trigger is dropped, which the writer holds; dropping this waits for it.
pub(super) struct Checkpoints(Option<JoinHandle<()>>);

impl Checkpoints {
    pub(super) fn start(
        connection: Connection,
        supervisor: Supervisor,
    ) -> Result<(Self, CheckpointTrigger), OpenError> {
        let (sender, calls) = sync_channel(1);
        // Whoever ran before may have erased words and not have come to it.
        let must_empty = Arc::new(AtomicBool::new(true));
        let trigger = CheckpointTrigger::new(sender.clone(), must_empty.clone());
        let thread = thread::Builder::new()
            .name("myna-checkpoints".to_owned())
            .spawn(move || {
                supervisor.restart_thread_on_panic("SQLite checkpoints", || copy(&connection, &calls, &must_empty))
            })
            .map_err(|error| OpenError::Threads(error.to_string()))?;
        // What an earlier run left in the log is copied at once.
        let _ = sender.try_send(());
        Ok((Self(Some(thread)), trigger))
    }
}

impl Drop for Checkpoints {
    fn drop(&mut self) {
        if let Some(thread) = self.0.take() {
            let _ = thread.join();
        }
    }
}

pub(super) fn copy(connection: &Connection, calls: &Receiver<()>, must_empty: &AtomicBool) {
    let mut watch = LogWatch::default();
    loop {
        let called = if watch.is_long() || must_empty.load(Ordering::Relaxed) {
            calls.recv_timeout(LOOK_INTERVAL)
        } else {
            calls.recv().map_err(|_| RecvTimeoutError::Disconnected)
        };
        if called == Err(RecvTimeoutError::Disconnected) {
            break;
        }
        pass(connection, &mut watch, must_empty, Instant::now());
    }
    // Nobody writes any more: what is committed goes into the file, and the log is emptied.
    checkpoint(connection, CheckpointMode::TRUNCATE);
}

/// Copies what can be copied, and does what a long log needs.
pub(super) fn pass(connection: &Connection, watch: &mut LogWatch, must_empty: &AtomicBool, now: Instant) {
    let Some((log, copied)) = checkpoint(connection, CheckpointMode::PASSIVE) else { return };
    match watch.look(log, copied, must_empty.load(Ordering::Relaxed), now) {
        Action::Nothing => {}
        // What is erased from now on has to be waited for again.
        Action::Truncate => {
            must_empty.store(false, Ordering::Relaxed);
            if !truncate(connection) {
                must_empty.store(true, Ordering::Relaxed);
            }
        }
        Action::Warn { megabytes } => tracing::warn!(
            megabytes,
            "the store's log cannot shrink: something has been reading the file for long, perhaps another program"
        ),
    }
}

/// Empties the log if all who read from it end soon, and gives up otherwise. Whether it is empty.
fn truncate(connection: &Connection) -> bool {
    let mut is_empty = false;
    let patience = connection.pragma_query_value(None, "busy_timeout", |row| row.get::<_, u32>(0));
    let patience = patience.and_then(|millis| {
        connection.busy_timeout(TRUNCATE_PATIENCE)?;
        is_empty = checkpoint(connection, CheckpointMode::TRUNCATE).is_some();
        connection.busy_timeout(Duration::from_millis(millis.into()))
    });
    if let Err(error) = patience {
        tracing::warn!(%error, "the store's log could not be emptied");
    }
    is_empty
}

/// The pages in the log, and how many of them the file has; `None` when somebody else is copying, or reads for too long.
fn checkpoint(connection: &Connection, mode: CheckpointMode) -> Option<(i32, i32)> {
    match connection.wal_checkpoint_v2(DEFAULT_NAME, mode) {
        Ok(pages) => Some(pages),
        Err(error) if error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy) => None,
        Err(error) => {
            // Nothing is lost: the log keeps what the file lacks, and the next call tries again.
            tracing::warn!(%error, "the store's log could not be copied into its file");
            None
        }
    }
}
