//! Finds the sessions in use that have ended while no notice could say so.

use super::{FIRST_PAUSE, LAST_PAUSE, POLL, until};
use crate::bus::BusState;
use crate::store::{Store, StoreError};
use crate::{Backoff, ChangeNotices, Hub};
use std::sync::Arc;
use tokio::time::{Instant, MissedTickBehavior, interval};

/// Sessions in one question.
const CHUNK: usize = 1_000;

/// Asks the store. One runs in each process that has other nodes; no feed is read here, so that it waits for none.
pub(crate) struct Revocations {
    pub(super) store: Arc<dyn Store>,
    pub(super) hub: Arc<Hub>,
    pub(super) notices: Arc<ChangeNotices>,
}

impl Revocations {
    /// Runs until it is dropped.
    pub(crate) async fn run(self: Arc<Self>) {
        let mut poll = interval(POLL);
        poll.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut backoff = Backoff::new(FIRST_PAUSE, LAST_PAUSE);
        let mut again_at = None;
        loop {
            let missed = tokio::select! {
                () = self.notices.sessions_missed() => true,
                () = until(again_at) => true,
                _ = poll.tick() => self.store.bus_state() == BusState::Polling,
            };
            if !missed {
                continue;
            }
            again_at = match self.revoke_ended().await {
                Ok(()) => {
                    backoff.reset();
                    None
                }
                Err(error) => {
                    tracing::warn!(%error, "the sessions that ended at other nodes could not be read");
                    Some(Instant::now() + backoff.wait())
                }
            };
        }
    }

    async fn revoke_ended(&self) -> Result<(), StoreError> {
        for sessions in self.hub.sessions().chunks(CHUNK) {
            let ended = self.store.ended_sessions(sessions).await?;
            self.hub.revoke(&ended.into_iter().collect());
        }
        Ok(())
    }
}
