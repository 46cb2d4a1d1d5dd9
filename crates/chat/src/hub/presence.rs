//! Who is there, as far as the others may see it. Derived from who listens: nothing is kept or stored.

use super::{Broadcast, Connection, Content, Hub, Subscriber};
use crate::lock;
use myna_protocol::{ConversationId, Feed, Signal, UserId};
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

impl Hub {
    /// Whether the person has any connection here.
    pub fn is_online(&self, user: UserId) -> bool {
        !self.listeners(Feed::User(user)).is_empty()
    }

    /// The people with a connection here whom this connection's person sees.
    pub fn online_for(&self, connection: &Connection) -> Vec<UserId> {
        let feeds: Vec<Feed> = connection.subscriber().feeds().joined.keys().copied().collect();
        let mut users = BTreeSet::new();
        for feed in feeds {
            if let Some(listeners) = self.presence_listeners(feed) {
                users.extend(listeners.iter().map(|subscriber| subscriber.user));
            }
        }
        users.remove(&connection.user());
        users.into_iter().collect()
    }

    /// Tells those who see the connection's person that they are there: once each, however many conversations they share.
    pub fn announce(&self, connection: &Connection) {
        let (feeds, user) =
            (connection.subscriber().feeds().joined.keys().copied().collect::<Vec<_>>(), connection.user());
        let mut others: HashMap<u64, Arc<Subscriber>> = HashMap::new();
        for feed in feeds {
            if let Some(listeners) = self.presence_listeners(feed) {
                others.extend(listeners.iter().filter(|o| o.user != user).map(|o| (o.id, o.clone())));
            }
        }
        let broadcast = Arc::new(Broadcast::new(Content::Signal(Signal::Presence { users: vec![user], online: true })));
        for subscriber in others.values() {
            subscriber.push(broadcast.clone());
        }
    }

    /// Tells the people of a new conversation who of them is there.
    pub fn send_presence(&self, conversation: ConversationId) {
        let Some(listeners) = self.presence_listeners(Feed::Conversation(conversation)) else { return };
        let users: BTreeSet<UserId> = listeners.iter().map(|subscriber| subscriber.user).collect();
        let signal = Signal::Presence { users: users.into_iter().collect(), online: true };
        let broadcast = Arc::new(Broadcast::new(Content::Signal(signal)));
        for subscriber in listeners.iter() {
            subscriber.push(broadcast.clone());
        }
    }

    /// Sends a signal to all connections of these people.
    pub(crate) fn send_to(&self, people: impl IntoIterator<Item = UserId>, signal: Signal) {
        let broadcast = Arc::new(Broadcast::new(Content::Signal(signal)));
        for user in people {
            for subscriber in self.listeners(Feed::User(user)).iter() {
                subscriber.push(broadcast.clone());
            }
        }
    }

    /// Whether there is no connection at all.
    pub(crate) fn is_deserted(&self) -> bool {
        self.shards.iter().all(|shard| lock(shard).is_empty())
    }

    /// The listeners of a conversation whose people see each other come and go; `None` for any other feed.
    fn presence_listeners(&self, feed: Feed) -> Option<Arc<Vec<Arc<Subscriber>>>> {
        let topic = self.topic(feed)?;
        let listeners = topic.lock();
        listeners.presence.then(|| listeners.subscribers.clone())
    }
}
