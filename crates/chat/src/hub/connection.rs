//! One socket's place in the hub: a bounded queue that never makes the others wait.

use super::{Hub, Parcel, lock};
use myna_protocol::{ByeReason, Feed, SessionId, UserId};
use std::collections::HashSet;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock};
use tokio::sync::{Notify, mpsc};

/// Parcels that may wait for a socket. One more, and the socket is ended as lagging.
const QUEUE_PARCELS: usize = 256;
/// Bytes that may wait for a socket, about.
const QUEUE_BYTES: usize = 256 * 1024;

/// The feeds of one connection.
#[derive(Default)]
pub(super) struct Feeds {
    pub(super) subscribed: HashSet<Feed>,
    /// Conversations that the person left since the connection was opened: an older answer of the store, still on its
    /// way, must not open them again.
    pub(super) dismissed: HashSet<Feed>,
    /// The connection is gone: nothing may be added any more.
    pub(super) dropped: bool,
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
