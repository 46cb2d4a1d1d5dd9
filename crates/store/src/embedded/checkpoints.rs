//! Copying the write-ahead log into the file, off the writing thread.

use crate::OpenError;
use rusqlite::wal::CheckpointMode;
use rusqlite::{Connection, DEFAULT_NAME, ErrorCode};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::{self, JoinHandle};

/// Pages (of 4 KB) in the log that are not yet in the file, past which they are copied.
const GROWN: i32 = 1_000;
/// Pages in the log past which the writer lends a hand.
///
/// The log can only begin anew when the file has all of it. While commits never pause, the copying thread is always a
/// little behind, and without this the log would grow for ever.
const TOO_LONG: i32 = 8_000;

/// Tells the thread that there is something to copy.
pub(super) struct Bell(SyncSender<()>);

impl From<SyncSender<()>> for Bell {
    fn from(bell: SyncSender<()>) -> Self {
        Self(bell)
    }
}

impl Bell {
    /// Notices when the log has grown enough since the last copy. `connection` is the writer's, between two commits.
    pub(super) fn ring_if_grown(&self, connection: &Connection) {
        let Some((log, copied)) = checkpoint(connection, CheckpointMode::NOOP) else { return };
        if log > TOO_LONG {
            // Nobody commits now, so the little that the thread has not copied yet is all there is; while the thread is
            // at it, or somebody reads an older state, this waits for neither and the next commit tries again.
            checkpoint(connection, CheckpointMode::PASSIVE);
        } else if log - copied > GROWN {
            // A bell that is still ringing needs no second pull.
            let _ = self.0.try_send(());
        }
    }
}

/// The copying thread. It ends when its bell goes, which the writer holds; dropping this waits for it.
pub(super) struct Checkpoints(Option<JoinHandle<()>>);

impl Checkpoints {
    pub(super) fn start(connection: Connection) -> Result<(Self, Bell), OpenError> {
        let (bell, notices) = sync_channel(1);
        let thread = thread::Builder::new()
            .name("myna-checkpoints".to_owned())
            .spawn(move || copy(&connection, &notices))
            .map_err(|error| OpenError::Threads(error.to_string()))?;
        // What an earlier run left in the log is copied at once.
        let _ = bell.try_send(());
        Ok((Self(Some(thread)), bell.into()))
    }
}

impl Drop for Checkpoints {
    fn drop(&mut self) {
        if let Some(thread) = self.0.take() {
            let _ = thread.join();
        }
    }
}

pub(super) fn copy(connection: &Connection, notices: &Receiver<()>) {
    while notices.recv().is_ok() {
        checkpoint(connection, CheckpointMode::PASSIVE);
    }
    // Nobody writes any more: what is committed goes into the file, and the log is emptied.
    checkpoint(connection, CheckpointMode::TRUNCATE);
}

/// The pages in the log, and how many of them the file has; `None` when somebody else is copying.
fn checkpoint(connection: &Connection, mode: CheckpointMode) -> Option<(i32, i32)> {
    match connection.wal_checkpoint_v2(DEFAULT_NAME, mode) {
        Ok(pages) => Some(pages),
        Err(error) if error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy) => None,
        Err(error) => {
            // Nothing is lost: the log keeps what the file lacks, and the next bell tries again.
            tracing::warn!(%error, "the store's log could not be copied into its file");
            None
        }
    }
}
