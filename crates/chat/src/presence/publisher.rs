//! Tells the other nodes what happens among the people of this one, a few times a second at most.

use super::LocalPresence;
use crate::store::{BusState, Store};
use std::sync::Arc;
use std::time::Duration;
use tokio::time::{Instant, sleep, sleep_until};

/// The least time between two words.
const PACE: Duration = Duration::from_millis(250);
/// How often everybody here is told: well within the time after which a silent node's people lapse.
const SNAPSHOT_INTERVAL: Duration = Duration::from_secs(30);
/// When the snapshot is due after a word that did not go out.
const AGAIN: Duration = Duration::from_secs(1);

/// Tells. One runs in each process.
pub(crate) struct PresencePublisher {
    store: Arc<dyn Store>,
    local_presence: Arc<LocalPresence>,
}

impl PresencePublisher {
    pub(crate) fn new(store: Arc<dyn Store>, local_presence: Arc<LocalPresence>) -> Self {
        Self { store, local_presence }
    }

    pub(crate) async fn run(self) {
        // A node that begins says so, though nobody is here: what a lost one of its place said may still be believed.
        self.local_presence.unheard();
        let mut snapshot_at = Instant::now();
        loop {
            tokio::select! {
                () = self.local_presence.notice() => {}
                () = sleep_until(snapshot_at) => {}
            }
            let now = Instant::now();
            let snapshot = now >= snapshot_at;
            if snapshot {
                snapshot_at = now + SNAPSHOT_INTERVAL;
            }
            let Some(update) = self.local_presence.take(snapshot) else { continue };
            if self.store.health().bus == BusState::Alone {
                continue;
            }
            if let Err(error) = self.store.tell(update).await {
                tracing::debug!(%error, "the other nodes were not told");
                self.local_presence.unheard();
                snapshot_at = Instant::now() + AGAIN;
            }
            sleep(PACE).await;
        }
    }
}
