//! The doorbell: tells the sockets of this process what changed, and who types and who is there.
//!
//! The store is the truth. A socket that misses a parcel finds the gap by its rev and reads the store.

mod connection;
mod parcel;
mod presence;

pub use connection::{Connection, Outgoing};
pub use parcel::{Content, Parcel};

use connection::Outlet;
use myna_protocol::{ByeReason, ConversationId, Feed, FeedRows, SessionId, Signal, UserId};
use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasher, RandomState};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Feeds are spread over this many locks, so that busy conversations do not wait for each other.
const SHARDS: usize = 16;

/// Who listens to one feed.
#[derive(Default)]
struct Topic {
    /// Shared with deliveries under way: they never hold the lock.
    outlets: Arc<Vec<Arc<Outlet>>>,
    /// Whether its listeners see each other come and go.
    presence: bool,
}

type Shard = HashMap<Feed, Topic>;

/// The listeners of every feed in this process.
pub struct Hub {
    shards: [Mutex<Shard>; SHARDS],
    hasher: RandomState,
    next_outlet: AtomicU64,
    stopping: AtomicBool,
}

impl Default for Hub {
    fn default() -> Self {
        Self {
            shards: std::array::from_fn(|_| Mutex::default()),
            hasher: RandomState::new(),
            next_outlet: AtomicU64::new(1),
            stopping: AtomicBool::new(false),
        }
    }
}

impl Hub {
    /// Opens a connection that listens to the person's own feed from now on. Dropping it ends all its listening.
    pub fn connect(self: &Arc<Self>, user: UserId, session: SessionId) -> Connection {
        let id = self.next_outlet.fetch_add(1, Ordering::Relaxed);
        let (outlet, connection) = Connection::new(self.clone(), id, user, session);
        self.add(&outlet, Feed::User(user), false);
        if self.stopping.load(Ordering::SeqCst) {
            outlet.end(ByeReason::Stopping);
        }
        connection
    }

    /// Lets a connection listen to a conversation that its person is in, as the store said a moment ago. If they were
    /// dismissed from it since the connection was opened, nothing happens.
    pub fn subscribe(&self, connection: &Connection, conversation: ConversationId, presence: bool) {
        let outlet = connection.outlet();
        let feed = Feed::Conversation(conversation);
        if !outlet.feeds().dismissed.contains(&feed) {
            self.add(outlet, feed, presence);
        }
        // A dismissal between the two lines above found nothing to remove: it is made up for here.
        if outlet.feeds().dismissed.contains(&feed) {
            self.remove(outlet, feed);
        }
    }

    /// Lets every connection of a person listen to a conversation they have just come into.
    pub fn admit(&self, user: UserId, conversation: ConversationId, presence: bool) {
        let feed = Feed::Conversation(conversation);
        for outlet in self.listeners(Feed::User(user)).iter() {
            outlet.feeds().dismissed.remove(&feed);
            self.add(outlet, feed, presence);
        }
    }

    /// Stops every connection of a person from listening to a conversation. Nothing published afterwards reaches them.
    pub fn dismiss(&self, user: UserId, conversation: ConversationId) {
        let feed = Feed::Conversation(conversation);
        for outlet in self.listeners(Feed::User(user)).iter() {
            outlet.feeds().dismissed.insert(feed);
            self.remove(outlet, feed);
        }
    }

    /// Delivers rows to all who listen to their feed.
    pub fn publish(&self, rows: FeedRows) {
        let listeners = self.listeners(rows.feed);
        if listeners.is_empty() {
            return;
        }
        let parcel = Arc::new(Parcel::new(Content::Rows(rows)));
        for outlet in listeners.iter() {
            outlet.push(parcel.clone());
        }
    }

    /// Delivers a signal to all who listen to a conversation, but to nobody of `except`'s connections.
    pub fn signal(&self, conversation: ConversationId, signal: Signal, except: UserId) {
        let listeners = self.listeners(Feed::Conversation(conversation));
        let parcel = Arc::new(Parcel::new(Content::Signal(signal)));
        for outlet in listeners.iter().filter(|outlet| outlet.user != except) {
            outlet.push(parcel.clone());
        }
    }

    /// Ends the connections of one session.
    pub fn end_session(&self, user: UserId, session: SessionId, reason: ByeReason) {
        for outlet in self.listeners(Feed::User(user)).iter().filter(|outlet| outlet.session == session) {
            outlet.end(reason);
        }
    }

    /// Ends every connection, those of the future too: the process is stopping.
    pub fn stop(&self) {
        self.stopping.store(true, Ordering::SeqCst);
        let mut all: HashMap<u64, Arc<Outlet>> = HashMap::new();
        for shard in &self.shards {
            for topic in lock(shard).values() {
                all.extend(topic.outlets.iter().map(|outlet| (outlet.id, outlet.clone())));
            }
        }
        for outlet in all.values() {
            outlet.end(ByeReason::Stopping);
        }
    }

    /// How many connections are open.
    pub fn connections(&self) -> usize {
        let mut ids = HashSet::new();
        for shard in &self.shards {
            for (feed, topic) in lock(shard).iter() {
                if matches!(feed, Feed::User(_)) {
                    ids.extend(topic.outlets.iter().map(|outlet| outlet.id));
                }
            }
        }
        ids.len()
    }

    fn shard(&self, feed: Feed) -> MutexGuard<'_, Shard> {
        let hash = self.hasher.hash_one(feed);
        lock(&self.shards[(hash % SHARDS as u64) as usize])
    }

    fn listeners(&self, feed: Feed) -> Arc<Vec<Arc<Outlet>>> {
        self.shard(feed).get(&feed).map(|topic| topic.outlets.clone()).unwrap_or_default()
    }

    fn add(&self, outlet: &Arc<Outlet>, feed: Feed, presence: bool) {
        if !outlet.feeds().subscribed.insert(feed) {
            return;
        }
        {
            let mut shard = self.shard(feed);
            let topic = shard.entry(feed).or_default();
            topic.presence = presence;
            Arc::make_mut(&mut topic.outlets).push(outlet.clone());
        }
        // Its connection may have been dropped meanwhile, and would not look here again.
        if outlet.feeds().dropped {
            self.remove(outlet, feed);
        }
    }

    fn remove(&self, outlet: &Outlet, feed: Feed) {
        outlet.feeds().subscribed.remove(&feed);
        let mut shard = self.shard(feed);
        if let Some(topic) = shard.get_mut(&feed) {
            Arc::make_mut(&mut topic.outlets).retain(|other| other.id != outlet.id);
            if topic.outlets.is_empty() {
                shard.remove(&feed);
            }
        }
    }

    fn disconnect(&self, outlet: &Outlet) {
        let feeds: Vec<Feed> = {
            let mut feeds = outlet.feeds();
            feeds.dropped = true;
            feeds.subscribed.iter().copied().collect()
        };
        for feed in feeds {
            self.remove(outlet, feed);
        }
    }
}

/// Locks; a panic of another holder left nothing half done, as every section here is a plain map operation.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests;
