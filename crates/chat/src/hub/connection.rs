//! One socket's place in the hub: a bounded queue that never makes the others wait.

use super::{Broadcast, Hub};
use crate::lock;
use myna_protocol::{ByeReason, ConversationId, Feed, Rev, SessionId, UserId};
use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock};
use tokio::sync::{Notify, mpsc};

/// Broadcasts that may wait for a socket. One more, and the socket is ended as lagging. A broadcast is shared by all who get it: a
/// long queue costs little, and a short one ends whoever reads well but was kept from it for a moment.
const QUEUE_BROADCASTS: usize = 1_024;
/// Bytes that may wait for a socket, about.
pub(crate) const QUEUE_BYTES: usize = 1024 * 1024;

/// The feeds of one connection, each with the rev of its person's own feed that said so: of two words on one conversation,
/// in whatever order they come, the later one holds.
#[derive(Default)]
pub(super) struct Feeds {
    /// What it listens to.
    pub(super) joined: HashMap<Feed, Rev>,
    /// Conversations that the person left since the connection was opened: an older answer of the store, still on its
    /// way, must not open them again.
    unsubscribed: HashMap<Feed, Rev>,
    /// The connection is gone: nothing may be added any more.
    pub(super) dropped: bool,
}

impl Feeds {
    /// The feed is the person's to hear since `rev`; whether it was not, and is now.
    pub(super) fn join(&mut self, feed: Feed, rev: Rev) -> bool {
        if self.dropped || self.unsubscribed.get(&feed).is_some_and(|left| *left >= rev) {
            return false;
        }
        self.unsubscribed.remove(&feed);
        let joined = self.joined.insert(feed, rev);
        if let Some(before) = joined.filter(|before| *before > rev) {
            self.joined.insert(feed, before);
        }
        joined.is_none()
    }

    /// The feed is not the person's to hear since `rev`; whether it was until now.
    pub(super) fn leave(&mut self, feed: Feed, rev: Rev) -> bool {
        if self.joined.get(&feed).is_some_and(|joined| *joined > rev) {
            return false;
        }
        let left = self.unsubscribed.entry(feed).or_insert(rev);
        *left = rev.max(*left);
        self.joined.remove(&feed).is_some()
    }
}

/// The hub's end of a connection.
pub(super) struct Subscriber {
    pub(super) id: u64,
    pub(super) user: UserId,
    pub(super) session: SessionId,
    feeds: Mutex<Feeds>,
    queue: mpsc::Sender<Arc<Broadcast>>,
    queued_bytes: AtomicUsize,
    ended: OnceLock<ByeReason>,
    ending: Notify,
}

impl Subscriber {
    pub(super) fn feeds(&self) -> MutexGuard<'_, Feeds> {
        lock(&self.feeds)
    }

    pub(super) fn push(&self, broadcast: Arc<Broadcast>) {
        if self.ended.get().is_some() {
            return;
        }
        let weight = broadcast.weight();
        let queued = self.queued_bytes.fetch_add(weight, Ordering::Relaxed);
        // A single broadcast above the limit still goes to a socket with an empty queue.
        let too_much = queued > 0 && queued + weight > QUEUE_BYTES;
        if too_much || self.queue.try_send(broadcast).is_err() {
            self.end(ByeReason::Lagging);
        }
    }

    pub(super) fn end(&self, reason: ByeReason) {
        // The first reason stays.
        if self.ended.set(reason).is_ok() {
            self.ending.notify_one();
        }
    }
}

/// What comes out of a connection.
#[derive(Debug)]
pub enum Outgoing {
    Broadcast(Arc<Broadcast>),
    /// The connection is over; nothing follows.
    Bye(ByeReason),
}

/// A socket's end of its place in the hub.
pub struct Connection {
    hub: Arc<Hub>,
    subscriber: Arc<Subscriber>,
    queue: mpsc::Receiver<Arc<Broadcast>>,
}

impl Connection {
    pub(super) fn new(hub: Arc<Hub>, id: u64, user: UserId, session: SessionId) -> (Arc<Subscriber>, Self) {
        let (sender, queue) = mpsc::channel(QUEUE_BROADCASTS);
        let subscriber = Arc::new(Subscriber {
            id,
            user,
            session,
            feeds: Mutex::default(),
            queue: sender,
            queued_bytes: AtomicUsize::new(0),
            ended: OnceLock::new(),
            ending: Notify::new(),
        });
        (subscriber.clone(), Self { hub, subscriber, queue })
    }

    pub fn user(&self) -> UserId {
        self.subscriber.user
    }

    pub fn session(&self) -> SessionId {
        self.subscriber.session
    }

    /// Whether this connection gets what happens in the conversation.
    pub fn listens(&self, conversation: ConversationId) -> bool {
        self.subscriber.feeds().joined.contains_key(&Feed::Conversation(conversation))
    }

    pub(super) fn subscriber(&self) -> &Arc<Subscriber> {
        &self.subscriber
    }

    /// The next thing to tell the socket. An end that was ordered comes before what still waits. Cancel safe.
    pub async fn next(&mut self) -> Outgoing {
        if let Some(reason) = self.subscriber.ended.get() {
            return Outgoing::Bye(*reason);
        }
        tokio::select! {
            biased;
            () = self.subscriber.ending.notified() => {
                Outgoing::Bye(self.subscriber.ended.get().copied().unwrap_or(ByeReason::Stopping))
            }
            Some(broadcast) = self.queue.recv() => Outgoing::Broadcast(self.taken(broadcast)),
        }
    }

    /// What waits already, without waiting.
    pub fn waiting(&mut self) -> Option<Arc<Broadcast>> {
        let broadcast = self.queue.try_recv().ok()?;
        Some(self.taken(broadcast))
    }

    fn taken(&self, broadcast: Arc<Broadcast>) -> Arc<Broadcast> {
        self.subscriber.queued_bytes.fetch_sub(broadcast.weight(), Ordering::Relaxed);
        broadcast
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.hub.disconnect(&self.subscriber);
    }
}
