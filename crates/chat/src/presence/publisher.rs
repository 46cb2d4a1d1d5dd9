//! Publishes the presence and the typing of this node's people to the other nodes, a few times a second at most.

use super::LocalPresence;
use crate::bus::BusState;
use crate::store::Store;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::{Instant, sleep, sleep_until};

/// The least time between two updates.
const PACE: Duration = Duration::from_millis(250);
/// How often a snapshot of everybody here is published: well within the time after which the others forget a silent node.
const SNAPSHOT_INTERVAL: Duration = Duration::from_secs(30);
/// When the snapshot is due after an update that could not be published.
const RETRY_AFTER: Duration = Duration::from_secs(1);

/// Publishes. One runs in each process.
pub(crate) struct PresencePublisher {
    store: Arc<dyn Store>,
    local: Arc<LocalPresence>,
}

impl PresencePublisher {
    pub(crate) fn new(store: Arc<dyn Store>, local: Arc<LocalPresence>) -> Self {
        Self { store, local }
    }

    /// Runs until it is dropped.
    pub(crate) async fn run(self: Arc<Self>) {
        // A node that starts publishes a snapshot, though nobody is here yet: the others may still believe what an earlier
        // run of it published.
        self.local.require_snapshot();
        let mut snapshot_at = Instant::now();
        loop {
            tokio::select! {
                () = self.local.changed() => {}
                () = sleep_until(snapshot_at) => {}
            }
            let now = Instant::now();
            let snapshot = now >= snapshot_at;
            if snapshot {
                snapshot_at = now + SNAPSHOT_INTERVAL;
            }
            let Some(update) = self.local.take(snapshot) else { continue };
            if self.store.bus_state() == BusState::Alone {
                continue;
            }
            if let Err(error) = self.store.publish(update).await {
                tracing::debug!(%error, "an update for the other nodes could not be published");
                self.local.require_snapshot();
                snapshot_at = Instant::now() + RETRY_AFTER;
            }
            sleep(PACE).await;
        }
    }
}
