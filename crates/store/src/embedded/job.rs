//! Work for a thread that owns a connection, and the answer that comes back when it is safe to give.

use super::failure::failure;
use myna_chat::store::StoreError;
use rusqlite::Connection;
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
        match self.outcome.insert(work(connection).map_err(failure)) {
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
