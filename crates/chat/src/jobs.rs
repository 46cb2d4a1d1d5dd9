//! The worker of due jobs: performs stored changes when their time has come.

use crate::committer::Commits;
use crate::rules::{Actor, Change, Verb};
use crate::store::Store;
use crate::{Clock, Error};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Notify;
use tokio::time::timeout;

/// Jobs that are handed in together.
const AT_ONCE: u32 = 64;
/// How long the worker waits at most: another node may have stored a job and died.
const LONGEST_WAIT: Duration = Duration::from_secs(30);
/// The wait after the store could not be asked.
const AFTER_FAILURE: Duration = Duration::from_secs(1);

/// The worker. One runs in each process, and several nodes may find the same job: performing it and deleting it is one
/// commit, so only one of them does.
pub struct DueJobs {
    store: Arc<dyn Store>,
    commits: Commits,
    clock: Arc<dyn Clock>,
    /// Wakes the worker when this process has stored a job.
    stored: Arc<Notify>,
}

impl DueJobs {
    pub(crate) fn new(store: Arc<dyn Store>, commits: Commits, clock: Arc<dyn Clock>, stored: Arc<Notify>) -> Self {
        Self { store, commits, clock, stored }
    }

    pub(crate) async fn run(self: Arc<Self>) {
        loop {
            let wait = match self.perform_due().await {
                Ok(()) => self.wait().await,
                Err(Error::Stopping) => return,
                Err(error) => {
                    tracing::warn!(%error, "due jobs could not be performed and are tried again");
                    AFTER_FAILURE
                }
            };
            // Woken or not, it looks again.
            let _ = timeout(wait, self.stored.notified()).await;
        }
    }

    /// Performs every job that is due by now.
    pub async fn perform_due(&self) -> Result<(), Error> {
        loop {
            let now = self.clock.now();
            let due = self.store.due_jobs(now, AT_ONCE).await?;
            if due.is_empty() {
                return Ok(());
            }
            let mut pending = Vec::with_capacity(due.len());
            for id in due {
                let change = Change { actor: Actor::System, at: now, verb: Verb::RunJob { id } };
                pending.push(self.commits.hand_in(change).await?);
            }
            for pending in pending {
                if let Some(rejection) = pending.committed().await?.refused {
                    tracing::info!(%rejection, "what was due was refused");
                }
            }
        }
    }

    async fn wait(&self) -> Duration {
        let next = self.store.next_due().await.ok().flatten();
        let millis = next.map_or(i64::MAX, |due_at| due_at.since(self.clock.now()).max(0));
        Duration::from_millis(millis.unsigned_abs()).min(LONGEST_WAIT)
    }
}
