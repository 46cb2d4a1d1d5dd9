//! One socket's place in the hub: a bounded queue that never makes the others wait.

use super::{Hub, Parcel, lock};
use myna_protocol::{ByeReason, Feed, Rev, SessionId, UserId};
use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock};
use tokio::sync::{Notify, mpsc};

/// Parcels that may wait for a socket. One more, and the socket is ended as lagging. A parcel is shared by all who get it: a
/// long queue costs little, and a short one ends whoever reads well but was kept from it for a moment.
const QUEUE_PARCELS: usize = 1_024;
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
    dismissed: HashMap<Feed, Rev>,
    /// The connection is gone: nothing may be added any more.
    pub(super) dropped: bool,
}

impl Feeds {
    /// The feed is the person's to hear since `rev`; whether it was not, and is now.
    pub(super) fn join(&mut self, feed: Feed, rev: Rev) -> bool {
        if self.dropped || self.dismissed.get(&feed).is_some_and(|left| *left >= rev) {
            return false;
        }
        self.dismissed.remove(&feed);
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
        let left = self.dismissed.entry(feed).or_insert(rev);
        *left = rev.max(*left);
        self.joined.remove(&feed).is_some()
    }
}

/// The hub's end of a connection.
pub(super) struct Outlet {
    pub(super) id: u64,
    pub(super) user: UserId,
    pub(super) session: SessionId,
    feeds: Mutex<Feeds>,
    queue: mpsc::Sender<Arc<Parcel>>,
    queued_bytes: AtomicUsize,
    ended: OnceLock<ByeReason>,
    ending: Notify,
}

impl Outlet {
    pub(super) fn feeds(&self) -> MutexGuard<'_, Feeds> {
        lock(&self.feeds)
    }

    pub(super) fn push(&self, parcel: Arc<Parcel>) {
        if self.ended.get().is_some() {
            return;
        }
        let weight = parcel.weight();
        let queued = self.queued_bytes.fetch_add(weight, Ordering::Relaxed);
        // A single parcel above the limit still goes to a socket with an empty queue.
        let too_much = queued > 0 && queued + weight > QUEUE_BYTES;
        if too_much || self.queue.try_send(parcel).is_err() {
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
    Parcel(Arc<Parcel>),
    /// The connection is over; nothing follows.
    Bye(ByeReason),
}

/// A socket's end of its place in the hub.
pub struct Connection {
    hub: Arc<Hub>,
    outlet: Arc<Outlet>,
    queue: mpsc::Receiver<Arc<Parcel>>,
}

impl Connection {
    pub(super) fn new(hub: Arc<Hub>, id: u64, user: UserId, session: SessionId) -> (Arc<Outlet>, Self) {
        let (sender, queue) = mpsc::channel(QUEUE_PARCELS);
        let outlet = Arc::new(Outlet {
            id,
            user,
            session,
            feeds: Mutex::default(),
            queue: sender,
            queued_bytes: AtomicUsize::new(0),
            ended: OnceLock::new(),
            ending: Notify::new(),
        });
        (outlet.clone(), Self { hub, outlet, queue })
    }

    pub fn user(&self) -> UserId {
        self.outlet.user
    }

    pub fn session(&self) -> SessionId {
        self.outlet.session
    }

    pub(super) fn outlet(&self) -> &Arc<Outlet> {
        &self.outlet
    }

    /// The next thing to tell the socket. An end that was ordered comes before what still waits. Cancel safe.
    pub async fn next(&mut self) -> Outgoing {
        if let Some(reason) = self.outlet.ended.get() {
            return Outgoing::Bye(*reason);
        }
        tokio::select! {
            biased;
            () = self.outlet.ending.notified() => {
                Outgoing::Bye(self.outlet.ended.get().copied().unwrap_or(ByeReason::Stopping))
            }
            Some(parcel) = self.queue.recv() => Outgoing::Parcel(self.taken(parcel)),
        }
    }

    /// What waits already, without waiting.
    pub fn waiting(&mut self) -> Option<Arc<Parcel>> {
        let parcel = self.queue.try_recv().ok()?;
        Some(self.taken(parcel))
    }

    fn taken(&self, parcel: Arc<Parcel>) -> Arc<Parcel> {
        self.outlet.queued_bytes.fetch_sub(parcel.weight(), Ordering::Relaxed);
        parcel
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.hub.disconnect(&self.outlet);
    }
}
