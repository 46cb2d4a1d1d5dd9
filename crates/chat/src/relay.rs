//! Hears the store's other nodes, and mends what was missed: asks the store for what a notice tells of, and publishes it.
//!
//! A notice says that something changed, never what: late, doubled and reordered ones are harmless. An own commit notices too,
//! and has been delivered by then; one that failed here and landed all the same is delivered by its notice.

mod pending_notices;
mod reader;

use crate::Hub;
use crate::each::each;
use crate::hub::Delivered;
use crate::presence::Words;
use crate::store::{BusState, ChangeNotice, EphemeralUpdate, NodeId, Store, StoreError};
use myna_protocol::limits::TYPING_TTL_MILLIS;
use myna_protocol::{Feed, Rev, Signal};
use pending_notices::PendingNotices;
use reader::Reader;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::time::{Instant, MissedTickBehavior, interval, sleep_until};

/// Notices that are drawn together at once.
const NOTICES: usize = 1_024;
/// Feeds or sessions in one question.
const CHUNK: usize = 1_000;
/// How often the store is asked what is new while no notice can be pending.
const POLL: Duration = Duration::from_millis(500);
/// How long to wait before what failed is tried again: this, doubled with each failure, up to the last.
const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LAST_PAUSE: Duration = Duration::from_secs(5);

/// Listens, and brings what was notified. One runs in each process.
pub(crate) struct Relay {
    store: Arc<dyn Store>,
    hub: Arc<Hub>,
    words: Words,
    reader: Arc<Reader>,
    notices: Option<mpsc::Receiver<ChangeNotice>>,
}

/// What failed, and when it is tried again.
#[derive(Default)]
struct Again {
    pending: PendingNotices,
    at: Option<Instant>,
    failures: u32,
}

impl Relay {
    /// Hears the notices from now on.
    pub(crate) fn new(store: Arc<dyn Store>, hub: Arc<Hub>, words: Words) -> Self {
        let reader = Arc::new(Reader::new(store.clone(), hub.clone()));
        let notices = store.listen();
        Self { store, hub, words, reader, notices }
    }

    pub(crate) async fn run(mut self) {
        let has_other_nodes = self.notices.is_some();
        let mut poll = interval(POLL);
        poll.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut again = Again::default();
        let mut notified = Vec::new();
        loop {
            let mut pending = PendingNotices::default();
            tokio::select! {
                count = next(&mut self.notices, &mut notified) => {
                    if count == 0 {
                        self.notices = None;
                    }
                }
                () = self.hub.fallen_behind() => {}
                () = again.due() => pending = again.take(),
                _ = poll.tick(), if has_other_nodes => pending.missed = self.store.health().bus == BusState::Polling,
            }
            notified.drain(..).for_each(|notice| pending.notice(notice));
            self.hub.take_behind().into_iter().for_each(|(feed, rev)| pending.feed(feed, rev));
            if !pending.is_empty() {
                let failed = self.bring(pending).await;
                again.add(failed);
            }
        }
    }

    /// Does what was pending; what failed.
    async fn bring(&self, mut pending: PendingNotices) -> PendingNotices {
        let mut failed = PendingNotices::default();
        if pending.feeds.keys().any(|feed| self.hub.delivered(*feed) != Delivered::ToNobody) {
            self.hub.settled().await;
        }
        for (node, update) in std::mem::take(&mut pending.update) {
            self.hear(node, update);
        }
        if pending.missed
            && let Err(error) = self.look_everywhere(&mut pending).await
        {
            tracing::warn!(%error, "what other nodes did could not be looked for");
            failed.missed = true;
        }
        self.hub.revoke(&pending.sessions);
        // People's own feeds first: they say who may hear the others.
        let is_own = |(feed, _): &(Feed, Rev)| matches!(feed, Feed::User(_));
        let (own, shared): (Vec<_>, Vec<_>) = pending.feeds.into_iter().partition(is_own);
        for feeds in [own, shared] {
            for (feed, rev) in self.bring_all(feeds).await {
                failed.feed(feed, rev);
            }
            for (conversation, users) in self.reader.take_came() {
                self.hub.send_presence(conversation);
                self.words.send_presence(&users.into_iter().collect::<Vec<_>>());
            }
        }
        failed
    }

    /// Brings these feeds; which have to be tried again.
    async fn bring_all(&self, feeds: Vec<(Feed, Rev)>) -> Vec<(Feed, Rev)> {
        let lacking = feeds.into_iter().filter(|(feed, rev)| self.hub.lacks(*feed, *rev));
        let work = lacking.map(|(feed, rev)| {
            let reader = self.reader.clone();
            async move { (feed, rev, reader.bring(feed, rev).await) }
        });
        let mut failed = Vec::new();
        for (feed, rev, brought) in each(work).await {
            match brought {
                Ok(true) => continue,
                Ok(false) => tracing::debug!(%feed, rev, "the store answers with less than was notified"),
                Err(error) => tracing::warn!(%error, %feed, "what another node did could not be read"),
            }
            failed.push((feed, rev));
        }
        failed
    }

    /// Notices may have been lost: everything in use counts as notified.
    async fn look_everywhere(&self, pending: &mut PendingNotices) -> Result<(), StoreError> {
        for feeds in self.hub.feeds().chunks(CHUNK) {
            for (feed, rev) in self.store.revs(feeds).await? {
                pending.feed(feed, rev);
            }
        }
        for sessions in self.hub.sessions().chunks(CHUNK) {
            pending.sessions.extend(self.store.ended_sessions(sessions).await?);
        }
        Ok(())
    }

    /// Another node tells something of the moment. What one tells oneself is known.
    fn hear(&self, from: NodeId, mut update: EphemeralUpdate) {
        if self.store.node() == Some(from) {
            return;
        }
        for (conversation, user, typing) in std::mem::take(&mut update.typing) {
            let signal = Signal::Typing { conversation, user, typing, ttl: TYPING_TTL_MILLIS };
            self.hub.signal(conversation, signal, user);
        }
        if update != EphemeralUpdate::default() {
            self.words.update(from, update);
        }
    }
}

impl Again {
    fn add(&mut self, failed: PendingNotices) {
        if failed.is_empty() {
            // What was tried worked: the store answers.
            self.failures = 0;
            return;
        }
        self.pending.absorb(failed);
        if self.at.is_none() {
            let pause = FIRST_PAUSE.saturating_mul(1 << self.failures.min(16)).min(LAST_PAUSE);
            self.failures = self.failures.saturating_add(1);
            self.at = Some(Instant::now() + pause);
        }
    }

    fn take(&mut self) -> PendingNotices {
        self.at = None;
        std::mem::take(&mut self.pending)
    }

    async fn due(&self) {
        match self.at {
            Some(at) => sleep_until(at).await,
            None => std::future::pending().await,
        }
    }
}

/// The next notices: how many, 0 when there will be none any more; for ever where there are none.
async fn next(notices: &mut Option<mpsc::Receiver<ChangeNotice>>, notified: &mut Vec<ChangeNotice>) -> usize {
    match notices {
        Some(notices) => notices.recv_many(notified, NOTICES).await,
        None => std::future::pending().await,
    }
}
