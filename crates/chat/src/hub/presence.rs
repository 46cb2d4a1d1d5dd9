//! Who is there, as far as the others may see it. Derived from who listens: nothing is kept or stored.

use super::{Connection, Content, Hub, Outlet, Parcel};
use myna_protocol::{ConversationId, Feed, Signal, UserId};
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

impl Hub {
    /// Whether the person has any connection.
    pub fn is_online(&self, user: UserId) -> bool {
        !self.listeners(Feed::User(user)).is_empty()
    }

    /// The people online whom this connection's person sees.
    pub fn online_for(&self, connection: &Connection) -> Vec<UserId> {
        let feeds: Vec<Feed> = connection.outlet().feeds().subscribed.iter().copied().collect();
        let mut users = BTreeSet::new();
        for feed in feeds {
            if let Some(listeners) = self.presence_listeners(feed) {
                users.extend(listeners.iter().map(|outlet| outlet.user));
            }
        }
        users.remove(&connection.user());
        users.into_iter().collect()
    }

    /// Tells those who see the connection's person that they came or went: once each, however many conversations they share.
    pub fn announce(&self, connection: &Connection, online: bool) {
        let feeds: Vec<Feed> = connection.outlet().feeds().subscribed.iter().copied().collect();
        self.announce_in(&feeds, connection.user(), online);
    }

    /// The conversations through which others see this connection's person.
    pub fn seen_in(&self, connection: &Connection) -> Vec<Feed> {
        let feeds: Vec<Feed> = connection.outlet().feeds().subscribed.iter().copied().collect();
        feeds.into_iter().filter(|feed| self.presence_listeners(*feed).is_some()).collect()
    }

    /// Tells the listeners of these conversations that the person came or went.
    pub fn announce_in(&self, feeds: &[Feed], user: UserId, online: bool) {
        let mut others: HashMap<u64, Arc<Outlet>> = HashMap::new();
        for feed in feeds {
            if let Some(listeners) = self.presence_listeners(*feed) {
                others.extend(listeners.iter().filter(|o| o.user != user).map(|o| (o.id, o.clone())));
            }
        }
        let parcel = Arc::new(Parcel::new(Content::Signal(Signal::Presence { users: vec![user], online })));
        for outlet in others.values() {
            outlet.push(parcel.clone());
        }
    }

    /// Tells the people of a new conversation who of them is there.
    pub fn introduce(&self, conversation: ConversationId) {
        let Some(listeners) = self.presence_listeners(Feed::Conversation(conversation)) else { return };
        let users: BTreeSet<UserId> = listeners.iter().map(|outlet| outlet.user).collect();
        let signal = Signal::Presence { users: users.into_iter().collect(), online: true };
        let parcel = Arc::new(Parcel::new(Content::Signal(signal)));
        for outlet in listeners.iter() {
            outlet.push(parcel.clone());
        }
    }

    /// The listeners of a conversation whose people see each other come and go; `None` for any other feed.
    fn presence_listeners(&self, feed: Feed) -> Option<Arc<Vec<Arc<Outlet>>>> {
        let shard = self.shard(feed);
        let topic = shard.get(&feed)?;
        topic.presence.then(|| topic.outlets.clone())
    }
}
