//! Handles the notices that need no reading of the store: sessions that ended, and updates of other nodes. They wait for
//! nothing, so that an ended session receives nothing more within a second, however slow the store is.

use crate::bus::{EphemeralUpdate, NodeId};
use crate::presence::{PresenceQueue, RemotePresence};
use crate::{ChangeNotices, Hub};
use myna_protocol::Signal;
use myna_protocol::limits::TYPING_TTL_MILLIS;
use std::sync::Arc;
use tokio::time::Instant;

/// Listens. One runs in each process that has other nodes.
pub(crate) struct Listener {
    /// This node.
    pub(super) node: Option<NodeId>,
    pub(super) hub: Arc<Hub>,
    pub(super) remote: Arc<RemotePresence>,
    pub(super) presence_queue: Arc<PresenceQueue>,
    pub(super) notices: Arc<ChangeNotices>,
}

impl Listener {
    /// Runs until it is dropped.
    pub(crate) async fn run(self: Arc<Self>) {
        loop {
            let immediate = self.notices.immediate().await;
            self.hub.revoke(&immediate.ended_sessions);
            for (node, update) in immediate.updates {
                self.apply(node, &update);
            }
        }
    }

    fn apply(&self, from: NodeId, update: &EphemeralUpdate) {
        // What this node published is known here.
        if self.node == Some(from) {
            return;
        }
        for (conversation, user, typing) in &update.typing {
            let (conversation, user, typing) = (*conversation, *user, *typing);
            let signal = Signal::Typing { conversation, user, typing, ttl: TYPING_TTL_MILLIS };
            self.hub.signal(conversation, signal, user);
        }
        self.presence_queue.changed(self.remote.apply(from, update, Instant::now()));
    }
}
