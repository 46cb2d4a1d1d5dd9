//! Hears the store's other nodes, and mends what was missed: asks the store for what a ring tells of, and publishes it.
//!
//! A ring says that something changed, never what: late, doubled and reordered ones are harmless. An own commit rings too,
//! and has been told by then; one that failed here and landed all the same is told by its ring.

mod heard;
mod reader;

use crate::Hub;
use crate::hub::Told;
use crate::nodes::{Words, each};
use crate::store::{BusState, News, NodeId, Ring, Store, StoreError};
use heard::Heard;
use myna_protocol::limits::TYPING_TTL_MILLIS;
use myna_protocol::{Feed, Rev, Signal};
use reader::Reader;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::time::{Instant, MissedTickBehavior, interval, sleep_until};

/// Rings that are drawn together at once.
const RINGS: usize = 1_024;
/// Feeds or sessions in one question.
const CHUNK: usize = 1_000;
/// How often the store is asked what is new while no ring can be heard.
const POLL: Duration = Duration::from_millis(500);
/// How long to wait before what failed is tried again: this, doubled with each failure, up to the last.
const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LAST_PAUSE: Duration = Duration::from_secs(5);

/// Listens, and brings what was rung. One runs in each process.
pub(crate) struct Relay {
    store: Arc<dyn Store>,
    hub: Arc<Hub>,
    words: Words,
    reader: Arc<Reader>,
    rings: Option<mpsc::Receiver<Ring>>,
}

/// What failed, and when it is tried again.
#[derive(Default)]
struct Again {
    heard: Heard,
    at: Option<Instant>,
    failures: u32,
}

impl Relay {
    /// Hears the rings from now on.
    pub(crate) fn new(store: Arc<dyn Store>, hub: Arc<Hub>, words: Words) -> Self {
        let reader = Arc::new(Reader::new(store.clone(), hub.clone()));
        let rings = store.listen();
        Self { store, hub, words, reader, rings }
    }

    pub(crate) async fn run(mut self) {
        let has_neighbours = self.rings.is_some();
        let mut poll = interval(POLL);
        poll.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut again = Again::default();
        let mut rung = Vec::new();
        loop {
            let mut heard = Heard::default();
            tokio::select! {
                count = next(&mut self.rings, &mut rung) => {
                    if count == 0 {
                        self.rings = None;
                    }
                }
                () = self.hub.fallen_behind() => {}
                () = again.due() => heard = again.take(),
                _ = poll.tick(), if has_neighbours => heard.missed = self.store.health().bus == BusState::Polling,
            }
            rung.drain(..).for_each(|ring| heard.ring(ring));
            self.hub.take_behind().into_iter().for_each(|(feed, rev)| heard.feed(feed, rev));
            if !heard.is_empty() {
                let failed = self.bring(heard).await;
                again.add(failed);
            }
        }
    }

    /// Does what was heard; what failed.
    async fn bring(&self, mut heard: Heard) -> Heard {
        let mut failed = Heard::default();
        if heard.feeds.keys().any(|feed| self.hub.told(*feed) != Told::ToNobody) {
            self.hub.settled().await;
        }
        for (node, news) in std::mem::take(&mut heard.news) {
            self.hear(node, news);
        }
        if heard.missed
            && let Err(error) = self.look_everywhere(&mut heard).await
        {
            tracing::warn!(%error, "what other nodes did could not be looked for");
            failed.missed = true;
        }
        self.hub.revoke(&heard.sessions);
        // People's own feeds first: they say who may hear the others.
        let is_own = |(feed, _): &(Feed, Rev)| matches!(feed, Feed::User(_));
        let (own, shared): (Vec<_>, Vec<_>) = heard.feeds.into_iter().partition(is_own);
        for feeds in [own, shared] {
            for (feed, rev) in self.bring_all(feeds).await {
                failed.feed(feed, rev);
            }
            for (conversation, users) in self.reader.take_came() {
                self.hub.introduce(conversation);
                self.words.introduce(&users.into_iter().collect::<Vec<_>>());
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
                Ok(false) => tracing::debug!(%feed, rev, "the store answers with less than was rung"),
                Err(error) => tracing::warn!(%error, %feed, "what another node did could not be read"),
            }
            failed.push((feed, rev));
        }
        failed
    }

    /// Rings may have been lost: everything in use counts as rung.
    async fn look_everywhere(&self, heard: &mut Heard) -> Result<(), StoreError> {
        for feeds in self.hub.feeds().chunks(CHUNK) {
            for (feed, rev) in self.store.revs(feeds).await? {
                heard.feed(feed, rev);
            }
        }
        for sessions in self.hub.sessions().chunks(CHUNK) {
            heard.sessions.extend(self.store.ended_sessions(sessions).await?);
        }
        Ok(())
    }

    /// Another node tells something of the moment. What one tells oneself is known.
    fn hear(&self, from: NodeId, mut news: News) {
        if self.store.node() == Some(from) {
            return;
        }
        for (conversation, user, typing) in std::mem::take(&mut news.typing) {
            let signal = Signal::Typing { conversation, user, typing, ttl: TYPING_TTL_MILLIS };
            self.hub.signal(conversation, signal, user);
        }
        if news != News::default() {
            self.words.news(from, news);
        }
    }
}

impl Again {
    fn add(&mut self, failed: Heard) {
        if failed.is_empty() {
            // What was tried worked: the store answers.
            self.failures = 0;
            return;
        }
        self.heard.absorb(failed);
        if self.at.is_none() {
            let pause = FIRST_PAUSE.saturating_mul(1 << self.failures.min(16)).min(LAST_PAUSE);
            self.failures = self.failures.saturating_add(1);
            self.at = Some(Instant::now() + pause);
        }
    }

    fn take(&mut self) -> Heard {
        self.at = None;
        std::mem::take(&mut self.heard)
    }

    async fn due(&self) {
        match self.at {
            Some(at) => sleep_until(at).await,
            None => std::future::pending().await,
        }
    }
}

/// The next rings: how many, 0 when there will be none any more; for ever where there are none.
async fn next(rings: &mut Option<mpsc::Receiver<Ring>>, rung: &mut Vec<Ring>) -> usize {
    match rings {
        Some(rings) => rings.recv_many(rung, RINGS).await,
        None => std::future::pending().await,
    }
}
