//! What the nodes on one store tell each other: what changed, and what holds for a moment.

use crate::ChangeNotices;
use crate::store::StoreError;
use async_trait::async_trait;
use myna_protocol::{ConversationId, Feed, Rev, SessionId, UserId};
use std::sync::Arc;

/// One process on a store, for as long as it runs.
pub type NodeId = [u8; 16];

/// That something changed, never what: the store holds the truth. Notices may be late, repeated, reordered or lost.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ChangeNotice {
    /// This feed has come to this rev; it may have come further. A node gets notices of its own commits too.
    Feed(Feed, Rev),
    /// This session is no longer stored.
    SessionEnded(SessionId),
    /// Another node sends this.
    EphemeralUpdate(NodeId, EphemeralUpdate),
    /// Notices may have been lost: look at every feed and session in use.
    Missed,
}

/// What one node sends the others: it holds for a moment and may be lost.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EphemeralUpdate {
    /// Who types where, or stopped.
    pub typing: Vec<(ConversationId, UserId, bool)>,
    /// People who have their first connection to the node.
    pub connected: Vec<UserId>,
    /// People who no longer have one.
    pub disconnected: Vec<UserId>,
    /// Everybody with a connection to the node. It replaces what the node sent before, and comes well within its time to live.
    pub online: Option<Vec<UserId>>,
}

/// Whether this node hears the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BusState {
    /// There can be no other node.
    Alone,
    /// Changes elsewhere arrive at once.
    Live,
    /// They do not: the node polls the store.
    Polling,
}

/// The nodes on a store. The defaults are those of a store with one process.
#[async_trait]
pub trait Bus: Send + Sync {
    /// This node's id on the others; `None` where there can be no other.
    fn node(&self) -> Option<NodeId> {
        None
    }

    /// The notices from now on, for the one relay of the process; `None` where no other process can change the store.
    fn listen(&self) -> Option<Arc<ChangeNotices>> {
        None
    }

    /// Sends an update to the other nodes. It may be lost.
    async fn publish(&self, _update: EphemeralUpdate) -> Result<(), StoreError> {
        Ok(())
    }

    /// Whether this node hears the others.
    fn bus_state(&self) -> BusState {
        BusState::Alone
    }
}
