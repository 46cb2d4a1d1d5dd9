//! The whole of the rules, behind one handle.

use crate::accounts::Limits;
use crate::committer::{Commits, Committer};
use crate::nodes::{LocalPresence, PresenceNotifier, PresencePublisher, RemotePresence, Words};
use crate::relay::Relay;
use crate::store::{Health, Store, StoreError};
use crate::{Clock, Hub, Ids, Passwords, Tasks};
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
    pub(crate) limits: Limits,
    pub(crate) commits: Commits,
    pub(crate) local_presence: Arc<LocalPresence>,
    pub(crate) remote_presence: Arc<RemotePresence>,
    pub(crate) words: Words,
}

impl Chat {
    /// The rules, and the work that somebody has to run.
    pub fn new(parts: Parts) -> (Self, Tasks) {
        let Parts { store, clock, ids, passwords } = parts;
        let hub = Arc::new(Hub::default());
        let (local_presence, remote_presence) =
            (Arc::new(LocalPresence::default()), Arc::new(RemotePresence::default()));
        let (presence_notifier, words) =
            PresenceNotifier::new(store.clone(), hub.clone(), local_presence.clone(), remote_presence.clone());
        let relay = Relay::new(store.clone(), hub.clone(), words.clone());
        let (committer, commits) = Committer::new(store.clone(), hub.clone(), words.clone());
        let presence_publisher = PresencePublisher::new(store.clone(), local_presence.clone());
        let limits = Limits::new(&clock);
        let inner =
            Inner { store, hub, clock, ids, passwords, limits, commits, local_presence, remote_presence, words };
        (Self(Arc::new(inner)), Tasks { committer, relay, presence_publisher, presence_notifier })
    }

    /// The notifier of this process.
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

    /// How the store is, without asking it.
    pub fn health(&self) -> Health {
        self.0.store.health()
    }

    /// Ends what the store does by itself. Nothing can be asked or changed afterwards.
    pub async fn close(&self) {
        self.0.store.close().await;
    }

    pub(crate) fn inner(&self) -> &Inner {
        &self.0
    }
}
