//! The whole of the rules, behind one handle.

use crate::accounts::Attempts;
use crate::committer::Commits;
use crate::store::{Store, StoreError};
use crate::{Clock, Committer, Hub, Ids, Passwords};
use std::sync::Arc;

/// What the rules are built from.
pub struct Parts {
    pub store: Arc<dyn Store>,
    pub clock: Arc<dyn Clock>,
    pub ids: Arc<dyn Ids>,
    pub passwords: Passwords,
}

/// The rules of Myna over a store. Cheap to clone.
#[derive(Clone)]
pub struct Chat(Arc<Inner>);

pub(crate) struct Inner {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) hub: Arc<Hub>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) ids: Arc<dyn Ids>,
    pub(crate) passwords: Passwords,
    pub(crate) attempts: Attempts,
    pub(crate) commits: Commits,
}

impl Chat {
    /// The rules, and the committer that somebody has to run.
    pub fn new(parts: Parts) -> (Self, Committer) {
        let hub = Arc::new(Hub::default());
        let (committer, commits) = Committer::new(parts.store.clone(), hub.clone());
        let Parts { store, clock, ids, passwords } = parts;
        let attempts = Attempts::default();
        (Self(Arc::new(Inner { store, hub, clock, ids, passwords, attempts, commits })), committer)
    }

    /// The doorbell of this process.
    pub fn hub(&self) -> &Arc<Hub> {
        &self.0.hub
    }

    /// The time, as the rules see it.
    pub fn clock(&self) -> &dyn Clock {
        &*self.0.clock
    }

    /// Whether the store answers.
    pub async fn ping(&self) -> Result<(), StoreError> {
        self.0.store.ping().await
    }

    pub(crate) fn inner(&self) -> &Inner {
        &self.0
    }
}
