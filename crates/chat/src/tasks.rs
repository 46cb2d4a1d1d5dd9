//! The long-lived tasks of the rules: committing, hearing the other nodes, and publishing presence to them.

use crate::Supervisor;
use crate::committer::Committer;
use crate::jobs::DueJobs;
use crate::presence::{PresenceNotifier, PresencePublisher};
use crate::relay::{Relay, Remote};
use std::sync::Arc;
use tokio::task::JoinSet;

/// The tasks of a process, to be run once.
#[must_use]
pub struct Tasks {
    pub(crate) supervisor: Supervisor,
    pub(crate) committer: Committer,
    pub(crate) relay: Arc<Relay>,
    pub(crate) remote: Option<Remote>,
    pub(crate) presence_publisher: Arc<PresencePublisher>,
    pub(crate) presence_notifier: Arc<PresenceNotifier>,
    pub(crate) jobs: Arc<DueJobs>,
}

impl Tasks {
    /// The worker of due jobs: tests let it work when their time has passed.
    pub fn due_jobs(&self) -> Arc<DueJobs> {
        self.jobs.clone()
    }

    /// Runs until no handle is left through which a change could come, or until the committer has failed. Dropping it ends
    /// all tasks at once.
    pub async fn run(self) {
        let Self { supervisor, committer, relay, remote, presence_publisher, presence_notifier, jobs } = self;
        let mut beside = JoinSet::new();
        let supervise = || supervisor.clone();
        beside.spawn(supervise().restart_on_panic("relay", move || relay.clone().run()));
        if let Some(Remote { listener, revocations }) = remote {
            beside.spawn(supervise().restart_on_panic("notice listener", move || listener.clone().run()));
            beside.spawn(supervise().restart_on_panic("revocations", move || revocations.clone().run()));
        }
        beside.spawn(supervise().restart_on_panic("presence publisher", move || presence_publisher.clone().run()));
        beside.spawn(supervise().restart_on_panic("presence notifier", move || presence_notifier.clone().run()));
        beside.spawn(supervise().restart_on_panic("due jobs", move || jobs.clone().run()));
        supervisor.fail_on_panic("committer", committer.run()).await;
    }
}
