//! Who listens to one feed, and how far it has been told to them.

use super::{Outlet, Parcel, lock};
use crate::Content;
use myna_protocol::{ByeReason, FeedRows, Rev};
use std::sync::{Arc, Mutex, MutexGuard};

/// One feed's listeners. It exists as long as there are any.
pub(super) struct Topic(Mutex<Listeners>);

pub(super) struct Listeners {
    /// Shared with deliveries of signals, which do not hold the lock.
    pub(super) outlets: Arc<Vec<Arc<Outlet>>>,
    /// Whether they see each other come and go.
    pub(super) presence: bool,
    /// The feed has been told to all of them up to here, or they learn it in their answer to `hello`; `None` while
    /// nobody has asked the store yet.
    pub(super) told: Option<Rev>,
    /// The last one has gone, and so has the topic: another may have taken its place.
    pub(super) closed: bool,
}

/// What became of rows that were to be told.
pub(super) enum Telling {
    Told,
    /// All of them had been told before.
    Double,
    /// Something before them has not been told.
    Gap,
}

impl Topic {
    pub(super) fn new(presence: bool, told: Option<Rev>) -> Self {
        Self(Mutex::new(Listeners { outlets: Arc::default(), presence, told, closed: false }))
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, Listeners> {
        lock(&self.0)
    }

    /// Takes one more listener in; false when the topic has gone.
    pub(super) fn add(&self, outlet: &Arc<Outlet>, presence: bool) -> bool {
        let mut listeners = self.lock();
        if !listeners.closed {
            listeners.presence = presence;
            Arc::make_mut(&mut listeners.outlets).push(outlet.clone());
        }
        !listeners.closed
    }

    /// The store said that the feed has come so far: what is known better stays.
    pub(super) fn start(&self, rev: Rev) {
        self.lock().told.get_or_insert(rev);
    }

    /// Tells rows that continue what was told.
    ///
    /// The lock is held while they are put into the queues: the committer and the relay may publish to one feed at the
    /// same moment, and rows that overtook those before them would be a gap to a client, which it has to ask about.
    /// Putting them there waits for nothing, and only those wait for the lock who want something of this very feed.
    pub(super) fn tell(&self, rows: FeedRows) -> Telling {
        let mut listeners = self.lock();
        if let Some(told) = listeners.told {
            if rows.rev <= told {
                return Telling::Double;
            }
            if rows.from > told {
                return Telling::Gap;
            }
            listeners.told = Some(rows.rev);
        }
        let parcel = Arc::new(Parcel::new(Content::Rows(rows)));
        for outlet in listeners.outlets.iter() {
            outlet.push(parcel.clone());
        }
        Telling::Told
    }

    /// Tells one listener rows that the others have been told already; when they have not, `tell` reaches all.
    pub(super) fn tell_late(&self, outlet: &Outlet, rows: &FeedRows) {
        let listeners = self.lock();
        if listeners.told.is_some_and(|told| rows.rev <= told) {
            outlet.push(Arc::new(Parcel::new(Content::Rows(rows.clone()))));
        }
    }

    /// What lies before this rev is not told any more: the listeners are ended, and ask for it when they come back.
    pub(super) fn skip(&self, rev: Rev) {
        let mut listeners = self.lock();
        listeners.told = listeners.told.map(|told| told.max(rev));
        for outlet in listeners.outlets.iter() {
            outlet.end(ByeReason::Lagging);
        }
    }
}
