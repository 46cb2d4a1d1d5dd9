//! The session in which a node commits.
//!
//! A node that dies in the middle of a transaction leaves what it was changing locked until the server gives the
//! transaction up, after a minute: nobody could speak in that conversation for so long. So each node names its session
//! before it commits in it, beside its heartbeat, and whoever is held up ends the sessions of the nodes that are gone.

use crate::mongo::Mongo;
use crate::mongo::bus;
use crate::mongo::failure::{Failure, said};
use mongodb::ClientSession;
use mongodb::bson::{Document, doc};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// How long others may be quicker, again and again, before it is asked whether one of them is gone.
pub(in crate::mongo) const HELD_UP: Duration = Duration::from_millis(500);

/// The session of the last commit, for the next one. There is none after a failure: what became of it is not known.
#[derive(Default)]
pub(in crate::mongo) struct Sessions(Mutex<Last>);

#[derive(Default)]
struct Last {
    kept: Option<ClientSession>,
    /// As the server knows it, kept or not.
    named: Option<Document>,
}

impl Sessions {
    /// Its transaction has ended, one way or the other.
    pub(super) fn keep(&self, session: ClientSession) {
        self.lock().kept = Some(session);
    }

    /// Lets go of what is kept.
    pub(in crate::mongo) fn forget(&self) {
        self.lock().kept = None;
    }

    fn lock(&self) -> MutexGuard<'_, Last> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Mongo {
    /// A session that the other nodes know.
    pub(super) async fn session(&self) -> Result<ClientSession, Failure> {
        let (kept, failed) = {
            let mut last = self.sessions.lock();
            (last.kept.take(), last.named.clone())
        };
        if let Some(session) = kept {
            return Ok(session);
        }
        if let Some(failed) = failed {
            // Its transaction may still be open, and hold what it was changing.
            if let Err(error) = self.database.run_command(doc! { "killSessions": [failed] }).await {
                tracing::debug!(why = said(&error), "the last session could not be ended");
            }
        }
        // Nothing is read in it: a transaction of writes alone has no use for the time of the last one.
        let session = self.client.start_session().causal_consistency(false).await?;
        bus::name_session(&self.node, session.id()).await?;
        self.sessions.lock().named = Some(session.id().clone());
        Ok(session)
    }
}

#[cfg(test)]
mod tests;
