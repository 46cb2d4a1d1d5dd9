//! The whole of the rules, behind one handle.

use crate::accounts::Limits as AttemptLimits;
use crate::bus::BusState;
use crate::committer::{Commits, Committer};
use crate::health::Circuit;
use crate::jobs::DueJobs;
use crate::presence::{LocalPresence, PresenceNotifier, PresencePublisher, PresenceQueue, RemotePresence};
use crate::relay::Relay;
use crate::store::{Store, StoreError};
use crate::{Clock, Hub, Ids, Passwords, Supervisor, Tasks};
use myna_protocol::limits::{EDIT_MILLIS, Limits, REACTIONS, SCHEDULED, UNSEND_MILLIS};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Notify;

/// What the rules are built from.
pub struct Parts {
    pub store: Arc<dyn Store>,
    pub clock: Arc<dyn Clock>,
    pub ids: Arc<dyn Ids>,
    pub passwords: Passwords,
    pub policy: MessagePolicy,
}

/// What can become of a message after it was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MessagePolicy {
    /// How long it can be edited.
    pub edit: Duration,
    /// How long it can be unsent.
    pub unsend: Duration,
    /// How many people can react to it, at most `REACTIONS`; 0 turns reactions off.
    pub reactions: u32,
    /// Whether it can be answered by a reply.
    pub replies: bool,
    /// Whether its text can be sent again, with where it comes from.
    pub forwards: bool,
    /// How many messages a person can have scheduled, at most `SCHEDULED`; 0 turns scheduling off.
    pub scheduled: u32,
}

impl Default for MessagePolicy {
    fn default() -> Self {
        Self {
            edit: Duration::from_millis(EDIT_MILLIS),
            unsend: Duration::from_millis(UNSEND_MILLIS),
            reactions: REACTIONS,
            replies: true,
            forwards: true,
            scheduled: SCHEDULED,
        }
    }
}

impl MessagePolicy {
    /// The limits that `welcome` announces.
    pub(crate) fn limits(self) -> Limits {
        Limits {
            edit_millis: millis(self.edit),
            unsend_millis: millis(self.unsend),
            reactions: self.reactions.min(REACTIONS),
            replies: self.replies,
            forwards: self.forwards,
            scheduled: self.scheduled.min(SCHEDULED),
            ..Limits::default()
        }
    }
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

/// How a process and its store are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Health {
    pub circuit: Circuit,
    pub bus: BusState,
    /// The long-lived tasks that do not run now, by name.
    pub down: Vec<&'static str>,
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
    pub(crate) limits: AttemptLimits,
    pub(crate) policy: MessagePolicy,
    pub(crate) commits: Commits,
    pub(crate) local_presence: Arc<LocalPresence>,
    pub(crate) remote_presence: Arc<RemotePresence>,
    pub(crate) presence_queue: Arc<PresenceQueue>,
    supervisor: Supervisor,
}

impl Chat {
    /// The rules, and their tasks, which the caller has to run.
    pub fn new(parts: Parts) -> (Self, Tasks) {
        let Parts { store, clock, ids, passwords, policy } = parts;
        let (hub, supervisor) = (Arc::new(Hub::default()), store.supervisor());
        let local_presence = Arc::new(LocalPresence::default());
        let remote_presence = Arc::new(RemotePresence::default());
        let presence_queue = Arc::new(PresenceQueue::default());
        let presence_notifier = Arc::new(PresenceNotifier::new(
            store.clone(),
            hub.clone(),
            local_presence.clone(),
            remote_presence.clone(),
            presence_queue.clone(),
        ));
        let (relay, remote) = Relay::new(&store, &hub, &remote_presence, &presence_queue);
        let stored_job = Arc::new(Notify::new());
        let (committer, commits) =
            Committer::new(store.clone(), hub.clone(), presence_queue.clone(), stored_job.clone());
        let presence_publisher = Arc::new(PresencePublisher::new(store.clone(), local_presence.clone()));
        let jobs = Arc::new(DueJobs::new(store.clone(), commits.clone(), clock.clone(), stored_job));
        let tasks = Tasks {
            supervisor: supervisor.clone(),
            committer,
            relay,
            remote,
            presence_publisher,
            presence_notifier,
            jobs,
        };
        let limits = AttemptLimits::new(&clock);
        let inner = Inner {
            store,
            hub,
            clock,
            ids,
            passwords,
            limits,
            policy,
            commits,
            local_presence,
            remote_presence,
            presence_queue,
            supervisor,
        };
        (Self(Arc::new(inner)), tasks)
    }

    /// The notifier of this process.
    pub fn hub(&self) -> &Arc<Hub> {
        &self.0.hub
    }

    /// The time, as the rules see it.
    pub fn clock(&self) -> &dyn Clock {
        &*self.0.clock
    }

    /// The limits that `welcome` announces.
    pub fn limits(&self) -> Limits {
        self.0.policy.limits()
    }

    /// Whether the store answers.
    pub async fn ping(&self) -> Result<(), StoreError> {
        self.0.store.ping().await
    }

    /// How the process and its store are, without asking the store.
    pub fn health(&self) -> Health {
        Health { circuit: self.0.store.circuit(), bus: self.0.store.bus_state(), down: self.0.supervisor.down() }
    }

    /// Watches over the long-lived tasks of the process, those of its store among them.
    pub fn supervisor(&self) -> &Supervisor {
        &self.0.supervisor
    }

    /// Ends what the store does by itself. Nothing can be asked or changed afterwards.
    pub async fn close(&self) {
        self.0.store.close().await;
    }

    pub(crate) fn inner(&self) -> &Inner {
        &self.0
    }
}
