//! Who is online, here or on another node, and who is shown that.
//!
//! Nothing of it is stored. An update between nodes may be lost: a node sends a snapshot of its people before the others
//! stop believing the last one.

mod local;
mod notifier;
mod publisher;
mod queue;
mod remote;

pub(crate) use local::LocalPresence;
pub(crate) use notifier::PresenceNotifier;
pub(crate) use publisher::PresencePublisher;
pub(crate) use queue::PresenceQueue;
pub(crate) use remote::RemotePresence;

use crate::{Chat, Connection};
use myna_protocol::UserId;

impl Chat {
    /// The people online whom this connection's person sees.
    pub async fn online_for(&self, connection: &Connection) -> Vec<UserId> {
        let mut users = self.hub().online_for(connection);
        let remote_presence = &self.inner().remote_presence;
        if remote_presence.is_empty() {
            return users;
        }
        match self.inner().store.presence_peers(connection.user()).await {
            Ok(presence_peers) => {
                users.extend(presence_peers.into_iter().filter(|user| remote_presence.is_online(*user)))
            }
            // Presence is sent again when it changes; the rest of the `hello` is complete.
            Err(error) => tracing::warn!(%error, "the presence_peers of a person could not be read"),
        }
        users.sort();
        users.dedup();
        users
    }

    /// The connection's person has said hello: tells those who see them, on every node.
    pub fn arrived(&self, connection: &Connection) {
        self.hub().announce(connection);
        self.inner().local_presence.connected(connection.user());
    }

    /// A connection of this person ended some time ago: if none is left here, tells the other nodes, and, if the person is on
    /// none of those either, the people here who see them.
    pub fn departed(&self, user: UserId) {
        if !self.hub().is_online(user) && self.inner().local_presence.disconnected(user) {
            self.inner().presence_queue.changed([user]);
        }
    }
}
