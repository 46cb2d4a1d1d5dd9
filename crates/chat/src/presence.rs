//! Who is there: here or on another node, for the others to see.

use crate::{Chat, Connection};
use myna_protocol::UserId;

impl Chat {
    /// The people online whom this connection's person sees.
    pub async fn online_for(&self, connection: &Connection) -> Vec<UserId> {
        let mut users = self.hub().online_for(connection);
        let elsewhere = &self.inner().elsewhere;
        if elsewhere.is_empty() {
            return users;
        }
        match self.inner().store.acquaintances(connection.user()).await {
            Ok(acquaintances) => users.extend(acquaintances.into_iter().filter(|user| elsewhere.is_online(*user))),
            // Who is there is told again when it changes; everything else of a `hello` stands.
            Err(error) => tracing::warn!(%error, "the acquaintances of a person could not be read"),
        }
        users.sort();
        users.dedup();
        users
    }

    /// The connection's person has said hello: those who see them are told, on every node.
    pub fn arrived(&self, connection: &Connection) {
        self.hub().announce(connection);
        self.inner().tidings.came(connection.user());
    }

    /// A connection of this person ended some time ago: if none is left here, the other nodes are told, and, if they are
    /// on none of those either, who sees them here.
    pub fn departed(&self, user: UserId) {
        if !self.hub().is_online(user) && self.inner().tidings.went(user) {
            self.inner().words.moved(user);
        }
    }
}
