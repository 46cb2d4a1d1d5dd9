//! The notifier: tells the sockets of this process what changed, and who types and who is there.
//!
//! The store is the truth. A socket that misses a broadcast finds the gap by its rev and reads the store. The hub knows how
//! far each feed has been delivered here, so that a change that is heard of twice (from the committer, and as a notice of the
//! store) is delivered once, and one that comes too early waits for what lies before it.

mod behind;
mod broadcast;
mod connection;
mod presence;
mod sessions;
mod topic;

pub use broadcast::{Broadcast, Content};
#[cfg(test)]
pub(crate) use connection::QUEUE_BYTES;
pub use connection::{Connection, Outgoing};

use crate::lock;
use crate::store::Head;
use behind::Behind;
use connection::Subscriber;
use myna_protocol::{ByeReason, ConversationId, Feed, FeedRows, Rev, SessionId, Signal, UserId};
use sessions::EndedSessions;
use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;
use tokio::time::{Instant, timeout};
use topic::{Delivery, Topic};

/// Feeds are spread over this many locks, so that busy conversations do not wait for each other.
const SHARDS: usize = 16;

type Shard = HashMap<Feed, Arc<Topic>>;

/// The listeners of every feed in this process.
///
/// Locks are taken in this order: an subscriber's feeds, a topic, a shard. No shard is locked while anything is delivered.
pub struct Hub {
    shards: [Mutex<Shard>; SHARDS],
    hasher: RandomState,
    next_subscriber: AtomicU64,
    stopping: AtomicBool,
    behind: Behind,
    ended_sessions: EndedSessions,
    /// Held while a group of changes is committed and published.
    committing: tokio::sync::Mutex<()>,
}

impl Default for Hub {
    fn default() -> Self {
        Self {
            shards: std::array::from_fn(|_| Mutex::default()),
            hasher: RandomState::new(),
            next_subscriber: AtomicU64::new(1),
            stopping: AtomicBool::new(false),
            behind: Behind::default(),
            ended_sessions: EndedSessions::default(),
            committing: tokio::sync::Mutex::default(),
        }
    }
}

/// How far a feed has been delivered to its listeners here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Delivered {
    /// Nobody listens.
    ToNobody,
    /// Somebody listens, and has not said hello yet.
    Unknown,
    UpTo(Rev),
}

/// How long a notice waits for the commit that it may be of.
const SETTLE: Duration = Duration::from_millis(50);

impl Hub {
    /// The committer's turn: until the guard goes, what is notified may be what it is about to publish.
    pub(crate) async fn turn(&self) -> tokio::sync::MutexGuard<'_, ()> {
        self.committing.lock().await
    }

    /// Waits until the commit under way, if there is one, is published. A store notices a commit as soon as it acknowledges
    /// it: without this wait most own notices would be looked up in the store a moment before they are delivered anyway.
    pub(crate) async fn settled(&self) {
        let _ = timeout(SETTLE, self.committing.lock()).await;
    }

    /// Opens a connection that listens to the person's own feed from now on. Dropping it ends all its listening. Where the
    /// session has ended within the last minute, the connection is over at once.
    pub fn connect(self: &Arc<Self>, user: UserId, session: SessionId) -> Connection {
        let id = self.next_subscriber.fetch_add(1, Ordering::Relaxed);
        let (subscriber, connection) = Connection::new(self.clone(), id, user, session);
        self.add(&subscriber, Feed::User(user), 0, false, None);
        // After it was added: whoever ends the session from now on finds it.
        if self.ended_sessions.contains(session, Instant::now()) {
            subscriber.end(ByeReason::Revoked);
        }
        if self.stopping.load(Ordering::SeqCst) {
            subscriber.end(ByeReason::Stopping);
        }
        connection
    }

    /// Lets a connection listen to every conversation of its person, as the store delivered the heads a moment ago. What they
    /// were unsubscribed from since then stays closed.
    pub fn follow(&self, connection: &Connection, heads: &[Head]) {
        let own = Feed::User(connection.user());
        let own_rev = heads.iter().find(|head| head.feed == own).map_or(0, |head| head.rev);
        if let Some(topic) = self.topic(own) {
            topic.start(own_rev);
        }
        for head in heads.iter().filter(|head| head.feed != own) {
            self.add(connection.subscriber(), head.feed, own_rev, head.presence, Some(head.rev));
        }
    }

    /// Lets every connection of a person listen to a conversation they have come into, as their own feed says at `rev`;
    /// if it said later that they left, nothing happens. `first` are rows of the conversation from then or later, to be
    /// published next: who comes in hears them even where they were delivered before.
    pub fn subscribe(&self, user: UserId, conversation: ConversationId, rev: Rev, presence: bool, first: &FeedRows) {
        for subscriber in self.listeners(Feed::User(user)).iter() {
            let feed = Feed::Conversation(conversation);
            if let Some(topic) = self.add(subscriber, feed, rev, presence, Some(first.from)) {
                topic.tell_late(subscriber, first);
            }
        }
    }

    /// Stops every connection of a person from listening to a conversation, which they have left, as their own feed says
    /// at `rev`; if it said later that they came back, nothing happens. Nothing published afterwards reaches them.
    pub fn unsubscribe(&self, user: UserId, conversation: ConversationId, rev: Rev) {
        let feed = Feed::Conversation(conversation);
        for subscriber in self.listeners(Feed::User(user)).iter() {
            let mut feeds = subscriber.feeds();
            if feeds.leave(feed, rev) {
                self.remove(subscriber, feed);
            }
        }
    }

    /// Delivers rows to all who listen to their feed: once, and not before what lies before them. Where that is missing,
    /// the relay is asked to read it.
    pub fn publish(&self, rows: FeedRows) {
        let Some(topic) = self.topic(rows.feed) else { return };
        let (feed, rev) = (rows.feed, rows.rev);
        match topic.tell(rows) {
            Delivery::Delivered | Delivery::Double => {}
            Delivery::Gap => self.behind.add(feed, rev),
        }
    }

    /// Delivers a signal to all who listen to a conversation, but to nobody of `except`'s connections.
    pub fn signal(&self, conversation: ConversationId, signal: Signal, except: UserId) {
        let listeners = self.listeners(Feed::Conversation(conversation));
        let broadcast = Arc::new(Broadcast::new(Content::Signal(signal)));
        for subscriber in listeners.iter().filter(|subscriber| subscriber.user != except) {
            subscriber.push(broadcast.clone());
        }
    }

    /// Ends every connection, those of the future too: the process is stopping.
    pub fn stop(&self) {
        self.stopping.store(true, Ordering::SeqCst);
        for subscriber in self.subscribers() {
            subscriber.end(ByeReason::Stopping);
        }
    }

    /// How many connections are open.
    pub fn connections(&self) -> usize {
        let topics = self.topics();
        topics.iter().filter(|(feed, _)| matches!(feed, Feed::User(_))).map(|(_, t)| t.lock().subscribers.len()).sum()
    }

    /// How far a feed has been delivered here.
    pub(crate) fn delivered(&self, feed: Feed) -> Delivered {
        match self.topic(feed).map(|topic| topic.lock().delivered_rev) {
            None => Delivered::ToNobody,
            Some(None) => Delivered::Unknown,
            Some(Some(rev)) => Delivered::UpTo(rev),
        }
    }

    /// Whether somebody here lacks what this feed delivered up to `rev`.
    pub(crate) fn lacks(&self, feed: Feed, rev: Rev) -> bool {
        match self.delivered(feed) {
            Delivered::ToNobody => false,
            Delivered::Unknown => true,
            Delivered::UpTo(delivered_rev) => delivered_rev < rev,
        }
    }

    /// The feeds that somebody listens to.
    pub(crate) fn feeds(&self) -> Vec<Feed> {
        self.topics().into_iter().map(|(feed, _)| feed).collect()
    }

    /// Gives up telling what this feed lacks up to `rev`: its listeners are ended as lagging, and resume.
    pub(crate) fn skip(&self, feed: Feed, rev: Rev) {
        if let Some(topic) = self.topic(feed) {
            topic.skip(rev);
        }
    }

    /// Waits until a feed has fallen behind. For the relay alone.
    pub(crate) async fn fallen_behind(&self) {
        self.behind.waiting().await;
    }

    /// The feeds that have fallen behind since the last time, each with a rev it has come to at least.
    pub(crate) fn take_behind(&self) -> HashMap<Feed, Rev> {
        self.behind.take()
    }

    /// Whether any connection of the person listens to the conversation.
    pub(crate) fn listens(&self, user: UserId, conversation: ConversationId) -> bool {
        let feed = Feed::Conversation(conversation);
        self.listeners(Feed::User(user)).iter().any(|subscriber| subscriber.feeds().joined.contains_key(&feed))
    }

    /// Whether every connection of the person listens to the conversation.
    pub(crate) fn listens_everywhere(&self, user: UserId, conversation: ConversationId) -> bool {
        let feed = Feed::Conversation(conversation);
        self.listeners(Feed::User(user)).iter().all(|subscriber| subscriber.feeds().joined.contains_key(&feed))
    }

    fn shard(&self, feed: Feed) -> MutexGuard<'_, Shard> {
        let hash = self.hasher.hash_one(feed);
        lock(&self.shards[(hash % SHARDS as u64) as usize])
    }

    fn topic(&self, feed: Feed) -> Option<Arc<Topic>> {
        self.shard(feed).get(&feed).cloned()
    }

    fn topics(&self) -> Vec<(Feed, Arc<Topic>)> {
        let mut all = Vec::new();
        for shard in &self.shards {
            all.extend(lock(shard).iter().map(|(feed, topic)| (*feed, topic.clone())));
        }
        all
    }

    /// Every connection's end: each listens to its person's own feed.
    fn subscribers(&self) -> Vec<Arc<Subscriber>> {
        let own = self.topics().into_iter().filter(|(feed, _)| matches!(feed, Feed::User(_)));
        own.flat_map(|(_, topic)| topic.lock().subscribers.iter().cloned().collect::<Vec<_>>()).collect()
    }

    fn listeners(&self, feed: Feed) -> Arc<Vec<Arc<Subscriber>>> {
        self.topic(feed).map(|topic| topic.lock().subscribers.clone()).unwrap_or_default()
    }

    /// Lets an subscriber listen to a feed that is its person's to hear, as their own feed said at `rev`; the topic where it
    /// did not before and may. A new topic has been delivered up to `delivered`.
    fn add(
        &self,
        subscriber: &Arc<Subscriber>,
        feed: Feed,
        rev: Rev,
        presence: bool,
        delivered_rev: Option<Rev>,
    ) -> Option<Arc<Topic>> {
        // Held until it listens: coming, leaving and going of one subscriber happen one after the other.
        let mut feeds = subscriber.feeds();
        if !feeds.join(feed, rev) {
            return None;
        }
        loop {
            let topic =
                self.shard(feed).entry(feed).or_insert_with(|| Arc::new(Topic::new(presence, delivered_rev))).clone();
            if topic.add(subscriber, presence) {
                return Some(topic);
            }
        }
    }

    /// Takes an subscriber out of a topic, whose deliveries under way end before. The caller holds the subscriber's feeds.
    fn remove(&self, subscriber: &Subscriber, feed: Feed) {
        let Some(topic) = self.topic(feed) else { return };
        let mut listeners = topic.lock();
        // Everybody listens to the server's feed: when all go at once, each is looked for by its address, and none is moved.
        let subscribers = Arc::make_mut(&mut listeners.subscribers);
        if let Some(place) = subscribers.iter().position(|other| std::ptr::eq(Arc::as_ptr(other), subscriber)) {
            subscribers.swap_remove(place);
        }
        if listeners.subscribers.is_empty() && !listeners.closed {
            listeners.closed = true;
            self.shard(feed).remove(&feed);
        }
    }

    fn disconnect(&self, subscriber: &Subscriber) {
        let mut feeds = subscriber.feeds();
        feeds.dropped = true;
        for (feed, _) in std::mem::take(&mut feeds.joined) {
            self.remove(subscriber, feed);
        }
    }
}

#[cfg(test)]
mod tests;
