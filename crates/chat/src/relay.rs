//! Delivers what other nodes commit, and repairs what was missed: reads from the store what a notice points at, and publishes
//! it to the hub.
//!
//! A notice says that something changed, never what: late, doubled and reordered ones are harmless. A node's own commits come
//! back as notices too, and have been delivered by then; one that failed here and landed all the same is delivered by its notice.
//!
//! Three tasks share the notices, so that none waits behind another: the [`Relay`] reads feeds, the [`Listener`] handles what
//! needs no reading, and [`Revocations`] looks for ended sessions.

mod listener;
mod reader;
mod revocations;

pub(crate) use listener::Listener;
pub(crate) use revocations::Revocations;

use crate::bus::BusState;
use crate::each::each;
use crate::hub::Delivered;
use crate::notices::FeedNotices;
use crate::presence::{PresenceQueue, RemotePresence};
use crate::store::{Store, StoreError};
use crate::{Backoff, ChangeNotices, Hub};
use myna_protocol::{Feed, Rev};
use reader::Reader;
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::{Instant, MissedTickBehavior, interval, sleep_until};

/// Feeds in one question.
const CHUNK: usize = 1_000;
/// How often the store is asked what is new while no notice can come.
const POLL: Duration = Duration::from_millis(500);
/// How long to wait before what failed is tried again: this, doubled with each failure, up to the last.
const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LAST_PAUSE: Duration = Duration::from_secs(5);

/// Reads and publishes the feeds that changed. One runs in each process.
pub(crate) struct Relay {
    store: Arc<dyn Store>,
    hub: Arc<Hub>,
    presence_queue: Arc<PresenceQueue>,
    reader: Reader,
    notices: Option<Arc<ChangeNotices>>,
}

/// The parts of the relay that only a process with other nodes has.
pub(crate) struct Remote {
    pub(crate) listener: Arc<Listener>,
    pub(crate) revocations: Arc<Revocations>,
}

/// What failed, and when it is tried again.
struct Retry {
    feeds: FeedNotices,
    at: Option<Instant>,
    backoff: Backoff,
}

impl Relay {
    /// Receives the notices from now on.
    pub(crate) fn new(
        store: &Arc<dyn Store>,
        hub: &Arc<Hub>,
        remote: &Arc<RemotePresence>,
        presence_queue: &Arc<PresenceQueue>,
    ) -> (Arc<Self>, Option<Remote>) {
        let notices = store.listen();
        let others = notices.clone().map(|notices| Remote {
            listener: Arc::new(Listener {
                node: store.node(),
                hub: hub.clone(),
                remote: remote.clone(),
                presence_queue: presence_queue.clone(),
                notices: notices.clone(),
            }),
            revocations: Arc::new(Revocations { store: store.clone(), hub: hub.clone(), notices }),
        });
        let reader = Reader::new(store.clone(), hub.clone());
        let relay =
            Self { store: store.clone(), hub: hub.clone(), presence_queue: presence_queue.clone(), reader, notices };
        (Arc::new(relay), others)
    }

    /// Runs until it is dropped.
    pub(crate) async fn run(self: Arc<Self>) {
        let mut poll = interval(POLL);
        poll.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut retry = Retry::default();
        // What an earlier run took and did not finish is found by a look at everything.
        let mut pending = FeedNotices { missed: true, ..FeedNotices::default() };
        loop {
            self.hub.take_behind().into_iter().for_each(|(feed, rev)| pending.add(feed, rev));
            if !pending.is_empty() {
                retry.add(self.bring(pending).await);
            }
            pending = tokio::select! {
                feeds = self.feeds() => feeds,
                () = self.hub.fallen_behind() => FeedNotices::default(),
                () = until(retry.at) => retry.take(),
                _ = poll.tick(), if self.notices.is_some() => {
                    FeedNotices { missed: self.store.bus_state() == BusState::Polling, ..FeedNotices::default() }
                }
            };
        }
    }

    /// The next feeds that another node changed; never, where there are no other nodes.
    async fn feeds(&self) -> FeedNotices {
        match &self.notices {
            Some(notices) => notices.feeds().await,
            None => std::future::pending().await,
        }
    }

    /// Brings what is pending; what failed.
    async fn bring(self: &Arc<Self>, mut pending: FeedNotices) -> FeedNotices {
        let mut failed = FeedNotices::default();
        if pending.revs.keys().any(|feed| self.hub.delivered(*feed) != Delivered::ToNobody) {
            self.hub.settled().await;
        }
        if pending.missed
            && let Err(error) = self.look_everywhere(&mut pending).await
        {
            tracing::warn!(%error, "the changes of other nodes could not be looked for");
            failed.missed = true;
        }
        // People's own feeds first: they say who may hear the others.
        let is_own = |(feed, _): &(Feed, Rev)| matches!(feed, Feed::User(_));
        let (own, shared): (Vec<_>, Vec<_>) = pending.revs.into_iter().partition(is_own);
        for feeds in [own, shared] {
            for (feed, rev) in self.bring_all(feeds).await {
                failed.add(feed, rev);
            }
            for (conversation, users) in self.reader.take_came() {
                self.hub.send_presence(conversation);
                self.presence_queue.send_presence(users);
            }
        }
        failed
    }

    /// Brings these feeds; those that have to be tried again.
    async fn bring_all(self: &Arc<Self>, feeds: Vec<(Feed, Rev)>) -> HashMap<Feed, Rev> {
        let mut left: HashMap<Feed, Rev> =
            feeds.into_iter().filter(|(feed, rev)| self.hub.lacks(*feed, *rev)).collect();
        let work: Vec<_> = left.iter().map(|(feed, rev)| self.clone().bring_one(*feed, *rev)).collect();
        for (feed, brought) in each(work).await {
            match brought {
                Ok(true) => {
                    left.remove(&feed);
                }
                Ok(false) => tracing::debug!(%feed, "the store answers with less than a notice said"),
                Err(error) => tracing::warn!(%error, %feed, "a change of another node could not be read"),
            }
        }
        left
    }

    async fn bring_one(self: Arc<Self>, feed: Feed, rev: Rev) -> (Feed, Result<bool, StoreError>) {
        (feed, self.reader.bring(feed, rev).await)
    }

    /// Notices may have been lost: every feed in use counts as changed.
    async fn look_everywhere(&self, pending: &mut FeedNotices) -> Result<(), StoreError> {
        for feeds in self.hub.feeds().chunks(CHUNK) {
            for (feed, rev) in self.store.revs(feeds).await? {
                // No bound: these are the feeds that sockets here listen to.
                let known = pending.revs.entry(feed).or_insert(rev);
                *known = rev.max(*known);
            }
        }
        Ok(())
    }
}

impl Default for Retry {
    fn default() -> Self {
        Self { feeds: FeedNotices::default(), at: None, backoff: Backoff::new(FIRST_PAUSE, LAST_PAUSE) }
    }
}

impl Retry {
    fn add(&mut self, failed: FeedNotices) {
        if failed.is_empty() {
            // What was tried worked: the store answers.
            self.backoff.reset();
            return;
        }
        self.feeds.absorb(failed);
        if self.at.is_none() {
            self.at = Some(Instant::now() + self.backoff.wait());
        }
    }

    fn take(&mut self) -> FeedNotices {
        self.at = None;
        std::mem::take(&mut self.feeds)
    }
}

/// Waits until this time, or for ever.
async fn until(at: Option<Instant>) {
    match at {
        Some(at) => sleep_until(at).await,
        None => std::future::pending().await,
    }
}
