//! Who listens to one feed, and how far it has been delivered to them.

use super::{Broadcast, Subscriber};
use crate::Content;
use crate::lock;
use myna_protocol::{ByeReason, FeedRows, Rev};
use std::sync::{Arc, Mutex, MutexGuard};

/// One feed's listeners. It exists as long as there are any.
pub(super) struct Topic(Mutex<Listeners>);

pub(super) struct Listeners {
    /// Shared with deliveries of signals, which do not hold the lock.
    pub(super) subscribers: Arc<Vec<Arc<Subscriber>>>,
    /// Whether they see each other come and go.
    pub(super) presence: bool,
    /// The feed has been delivered to all of them up to here, or they learn it in their answer to `hello`; `None` while
    /// nobody has asked the store yet.
    pub(super) delivered_rev: Option<Rev>,
    /// The last one has gone, and so has the topic: another may have taken its place.
    pub(super) closed: bool,
}

/// What became of rows that were to be delivered.
pub(super) enum Delivery {
    Delivered,
    /// All of them had been delivered before.
    Double,
    /// Something before them has not been delivered.
    Gap,
}

impl Topic {
    pub(super) fn new(presence: bool, delivered_rev: Option<Rev>) -> Self {
        Self(Mutex::new(Listeners { subscribers: Arc::default(), presence, delivered_rev, closed: false }))
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, Listeners> {
        lock(&self.0)
    }

    /// Takes one more listener in; false when the topic has gone.
    pub(super) fn add(&self, subscriber: &Arc<Subscriber>, presence: bool) -> bool {
        let mut listeners = self.lock();
        if !listeners.closed {
            listeners.presence = presence;
            Arc::make_mut(&mut listeners.subscribers).push(subscriber.clone());
        }
        !listeners.closed
    }

    /// The store said that the feed has come so far: what is known better stays.
    pub(super) fn start(&self, rev: Rev) {
        self.lock().delivered_rev.get_or_insert(rev);
    }

    /// Tells rows that continue what was delivered.
    ///
    /// The lock is held while they are put into the queues: the committer and the relay may publish to one feed at the
    /// same moment, and rows that overtook those before them would be a gap to a client, which it has to ask about.
    /// Putting them there waits for nothing, and only those wait for the lock who want something of this very feed.
    pub(super) fn tell(&self, rows: FeedRows) -> Delivery {
        let mut listeners = self.lock();
        if let Some(delivered_rev) = listeners.delivered_rev {
            if rows.rev <= delivered_rev {
                return Delivery::Double;
            }
            if rows.from > delivered_rev {
                return Delivery::Gap;
            }
            listeners.delivered_rev = Some(rows.rev);
        }
        let broadcast = Arc::new(Broadcast::new(Content::Rows(rows)));
        for subscriber in listeners.subscribers.iter() {
            subscriber.push(broadcast.clone());
        }
        Delivery::Delivered
    }

    /// Tells one listener rows that the others have been delivered already; when they have not, `tell` reaches all.
    pub(super) fn tell_late(&self, subscriber: &Subscriber, rows: &FeedRows) {
        let listeners = self.lock();
        if listeners.delivered_rev.is_some_and(|delivered_rev| rows.rev <= delivered_rev) {
            subscriber.push(Arc::new(Broadcast::new(Content::Rows(rows.clone()))));
        }
    }

    /// What lies before this rev is not delivered any more: the listeners are ended, and ask for it when they come back.
    pub(super) fn skip(&self, rev: Rev) {
        let mut listeners = self.lock();
        listeners.delivered_rev = listeners.delivered_rev.map(|delivered_rev| delivered_rev.max(rev));
        for subscriber in listeners.subscribers.iter() {
            subscriber.end(ByeReason::Lagging);
        }
    }
}
