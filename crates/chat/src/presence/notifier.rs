//! Signals to the people here which of those they see went offline, or came online at another node.

use super::queue::Waiting;
use super::{LocalPresence, PresenceQueue, RemotePresence};
use crate::each::each;
use crate::store::{Store, StoreError};
use crate::{Backoff, Hub};
use myna_protocol::{Signal, UserId};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;
use std::time::Duration;
use tokio::time::{Instant, sleep_until};

/// People whose changes are sent together: when thousands drop at once, each of their peers gets a few signals. Thousands
/// would not fit into the queue of its socket.
const BATCH: usize = 256;
/// The wait before the notifier tries those again whose peers could not be read.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// Drains the presence queue. One runs in each process.
pub(crate) struct PresenceNotifier {
    store: Arc<dyn Store>,
    hub: Arc<Hub>,
    local: Arc<LocalPresence>,
    remote: Arc<RemotePresence>,
    queue: Arc<PresenceQueue>,
}

impl PresenceNotifier {
    pub(crate) fn new(
        store: Arc<dyn Store>,
        hub: Arc<Hub>,
        local: Arc<LocalPresence>,
        remote: Arc<RemotePresence>,
        queue: Arc<PresenceQueue>,
    ) -> Self {
        Self { store, hub, local, remote, queue }
    }

    /// Runs until it is dropped.
    pub(crate) async fn run(self: Arc<Self>) {
        let mut backoff = Backoff::new(FIRST_PAUSE, LONGEST_PAUSE);
        let mut again_at = None;
        loop {
            tokio::select! {
                () = self.queue.filled() => {}
                () = until(self.remote.next_expiry()) => {
                    self.queue.put_back(self.remote.expire(Instant::now()));
                }
                () = until(again_at) => {}
            }
            let Waiting { changed, newcomers } = self.queue.take();
            let failed = self.announce(&changed).await;
            self.introduce(newcomers).await;
            again_at = if failed.is_empty() {
                backoff.reset();
                None
            } else {
                Some(Instant::now() + backoff.wait())
            };
            self.queue.put_back(failed);
        }
    }

    /// Signals to the presence peers of these people whether they are online by now. Returns those whose peers could not be
    /// read.
    async fn announce(&self, users: &BTreeSet<UserId>) -> Vec<UserId> {
        // No connection could receive it.
        if self.hub.is_deserted() {
            return Vec::new();
        }
        let mut failed = Vec::new();
        // Whoever is here again was announced when they came.
        let gone: Vec<UserId> = users.iter().copied().filter(|user| !self.local.is_here(*user)).collect();
        for batch in gone.chunks(BATCH) {
            let mut peers = self.presence_peers(batch).await;
            failed.extend(batch.iter().filter(|user| !peers.contains_key(user)));
            peers.retain(|user, _| !self.local.is_here(*user));
            let (online, offline): (BTreeMap<_, _>, _) =
                peers.into_iter().partition(|(user, _)| self.remote.is_online(*user));
            self.signal(online, true);
            self.signal(offline, false);
        }
        failed
    }

    /// Sends each peer who is here one signal for all of these people that it sees. Peers of the same people share a signal.
    fn signal(&self, peers: BTreeMap<UserId, Vec<UserId>>, online: bool) {
        let mut seen: HashMap<UserId, Vec<UserId>> = HashMap::new();
        for (user, peers) in peers {
            for peer in peers.into_iter().filter(|peer| self.hub.is_online(*peer)) {
                seen.entry(peer).or_default().push(user);
            }
        }
        let mut signals: HashMap<Vec<UserId>, Vec<UserId>> = HashMap::new();
        for (peer, users) in seen {
            signals.entry(users).or_default().push(peer);
        }
        for (users, peers) in signals {
            self.hub.send_to(peers, Signal::Presence { users, online });
        }
    }

    /// Signals to these people, if they are here, which of those they see are on another node.
    async fn introduce(&self, newcomers: BTreeSet<UserId>) {
        if self.remote.is_empty() {
            return;
        }
        let here: Vec<UserId> = newcomers.into_iter().filter(|user| self.hub.is_online(*user)).collect();
        for batch in here.chunks(BATCH) {
            for (user, mut peers) in self.presence_peers(batch).await {
                peers.retain(|other| self.remote.is_online(*other));
                if !peers.is_empty() {
                    self.hub.send_to([user], Signal::Presence { users: peers, online: true });
                }
            }
        }
    }

    /// The presence peers of each of these people, without those people whose peers could not be read.
    async fn presence_peers(&self, users: &[UserId]) -> BTreeMap<UserId, Vec<UserId>> {
        let work: Vec<_> = users.iter().map(|user| read_peers(self.store.clone(), *user)).collect();
        let mut found = BTreeMap::new();
        for (user, peers) in each(work).await {
            match peers {
                Ok(peers) => {
                    found.insert(user, peers);
                }
                Err(error) => tracing::debug!(%error, "the presence peers of a person could not be read"),
            }
        }
        found
    }
}

async fn read_peers(store: Arc<dyn Store>, user: UserId) -> (UserId, Result<Vec<UserId>, StoreError>) {
    (user, store.presence_peers(user).await)
}

/// Waits until this time, or for ever.
async fn until(at: Option<Instant>) {
    match at {
        Some(at) => sleep_until(at).await,
        None => std::future::pending().await,
    }
}
