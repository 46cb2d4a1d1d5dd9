//! Tells the other nodes what happens among the people of this one, a few times a second at most.

use super::Tidings;
use crate::store::{BusState, Store};
use std::sync::Arc;
use std::time::Duration;
use tokio::time::{Instant, sleep, sleep_until};

/// The least time between two words.
const PACE: Duration = Duration::from_millis(250);
/// How often everybody here is told: well within the time after which a silent node's people lapse.
const ROLL_CALL: Duration = Duration::from_secs(30);
/// When the roll is called after a word that did not go out.
const AGAIN: Duration = Duration::from_secs(1);

/// Tells. One runs in each process.
pub(crate) struct Herald {
    store: Arc<dyn Store>,
    tidings: Arc<Tidings>,
}

impl Herald {
    pub(crate) fn new(store: Arc<dyn Store>, tidings: Arc<Tidings>) -> Self {
        Self { store, tidings }
    }

    pub(crate) async fn run(self) {
        // A node that begins says so, though nobody is here: what a lost one of its place said may still be believed.
        self.tidings.unheard();
        let mut roll_call_at = Instant::now();
        loop {
            tokio::select! {
                () = self.tidings.ring() => {}
                () = sleep_until(roll_call_at) => {}
            }
            let now = Instant::now();
            let roll_call = now >= roll_call_at;
            if roll_call {
                roll_call_at = now + ROLL_CALL;
            }
            let Some(news) = self.tidings.take(roll_call) else { continue };
            if self.store.health().bus == BusState::Alone {
                continue;
            }
            if let Err(error) = self.store.tell(news).await {
                tracing::debug!(%error, "the other nodes were not told");
                self.tidings.unheard();
                roll_call_at = Instant::now() + AGAIN;
            }
            sleep(PACE).await;
        }
    }
}
