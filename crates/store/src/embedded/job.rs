//! Work for a thread that owns a connection, and the answer that comes back when it is safe to give.

use super::failure::failure;
use myna_chat::panic_text;
use myna_chat::store::StoreError;
use rusqlite::Connection;
use std::panic::{AssertUnwindSafe, catch_unwind};
use tokio::sync::oneshot;

/// Work that is done first and answered later: between the two lies the commit.
pub(super) trait Job: Send {
    /// Does the work. When it fails, with these words, what it wrote must be undone.
    fn run(&mut self, connection: &Connection) -> Result<(), String>;

    /// Gives the answer; with a `failure`, that instead: the work was undone with everything else.
    fn answer(self: Box<Self>, failure: Option<&str>);
}

/// Jobs that wait for a thread.
pub(super) type Jobs = tokio::sync::mpsc::Receiver<Box<dyn Job>>;

/// What a caller waits for.
pub(super) struct Reply<T>(oneshot::Receiver<Result<T, StoreError>>);

impl<T: Send + 'static> Reply<T> {
    /// A job for this work, and the place where its answer comes.
    pub(super) fn to<F>(work: F) -> (Box<dyn Job>, Self)
    where
        F: FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    {
        let (reply, answer) = oneshot::channel();
        (Box::new(Work { work: Some(work), outcome: None, reply }), Self(answer))
    }

    pub(super) async fn wait(self) -> Result<T, StoreError> {
        self.0.await.unwrap_or_else(|_| Err(stopped()))
    }
}

/// The thread that should have answered is gone.
pub(super) fn stopped() -> StoreError {
    StoreError::Unavailable("it has stopped".to_owned())
}

/// The work has panicked, and was undone.
fn panicked(why: &str) -> StoreError {
    tracing::error!(why, "a job of the store panicked");
    StoreError::Backend(format!("a job panicked: {why}").into())
}

struct Work<F, T> {
    work: Option<F>,
    outcome: Option<Result<T, StoreError>>,
    reply: oneshot::Sender<Result<T, StoreError>>,
}

impl<F, T> Job for Work<F, T>
where
    T: Send,
    F: FnOnce(&Connection) -> rusqlite::Result<T> + Send,
{
    fn run(&mut self, connection: &Connection) -> Result<(), String> {
        let work = self.work.take().ok_or("a job can run once")?;
        // A panic in one job must not end the thread, on which all others depend. What the job wrote is undone as after any
        // other failure, and nothing else of it outlives the panic.
        let outcome = match catch_unwind(AssertUnwindSafe(|| work(connection))) {
            Ok(outcome) => outcome.map_err(failure),
            Err(panic) => Err(panicked(panic_text(&*panic))),
        };
        match self.outcome.insert(outcome) {
            Ok(_) => Ok(()),
            Err(error) => Err(error.to_string()),
        }
    }

    fn answer(self: Box<Self>, failure: Option<&str>) {
        let answer = match (failure, self.outcome) {
            (Some(failure), _) => Err(StoreError::Unavailable(failure.to_owned())),
            (None, Some(outcome)) => outcome,
            (None, None) => Err(stopped()),
        };
        // Nobody waits any more when the caller was cancelled: what was done stays done.
        let _ = self.reply.send(answer);
    }
}
