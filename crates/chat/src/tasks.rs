//! What runs beside the questions that are asked: committing, hearing the other nodes, telling them.

use crate::committer::Committer;
use crate::presence::{PresenceNotifier, PresencePublisher};
use crate::relay::Relay;
use tokio::task::JoinSet;

/// The work of a process. Somebody has to run it, once.
#[must_use]
pub struct Tasks {
    pub(crate) committer: Committer,
    pub(crate) relay: Relay,
    pub(crate) presence_publisher: PresencePublisher,
    pub(crate) presence_notifier: PresenceNotifier,
}

impl Tasks {
    /// Works until nobody is left who could hand in a change. Dropping it ends the work at once.
    pub async fn run(self) {
        let mut beside = JoinSet::new();
        beside.spawn(self.relay.run());
        beside.spawn(self.presence_publisher.run());
        beside.spawn(self.presence_notifier.run());
        self.committer.run().await;
    }
}
