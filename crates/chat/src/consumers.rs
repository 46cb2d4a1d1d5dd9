//! Consumers of the change log: each sees every change of every feed at least once, in the order of each feed.

use crate::Clock;
use crate::bus::NodeId;
use crate::store::{LogEntry, LogError, Store};
use async_trait::async_trait;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::sleep;

/// Entries that a consumer is given at once.
const ENTRIES: u32 = 256;
/// How long one question waits for the first entry.
const PATIENCE: Duration = Duration::from_secs(5);
/// How long a lease lasts without being renewed: so long a dead node's consumers stand still.
const LEASE_MILLIS: i64 = 15_000;
/// How often a node without the lease asks for it.
const LEASE_WAIT: Duration = Duration::from_secs(5);
/// The wait after a failure; each further one is twice as long, up to the longest.
const FIRST_WAIT: Duration = Duration::from_millis(100);
const LONGEST_WAIT: Duration = Duration::from_secs(30);

/// Why a consumer could not take entries.
pub type ConsumerError = Box<dyn std::error::Error + Send + Sync>;

/// Something that must see every change: a search index, webhooks, an export.
#[async_trait]
pub trait Consumer: Send + Sync {
    /// Its name in the store. It never changes.
    fn name(&self) -> &'static str;

    /// Takes entries. After an error the same ones come again, later; other consumers go on meanwhile. Entries that it took
    /// may come again after a crash.
    async fn consume(&self, entries: &[LogEntry]) -> Result<(), ConsumerError>;

    /// Begins anew, since the log no longer holds what comes next: reads everything from the store. Entries from then on follow.
    async fn restart(&self) -> Result<(), ConsumerError>;
}

/// Runs consumers, each on its own.
pub struct Consumers {
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    holder: NodeId,
}

impl Consumers {
    /// `holder` names this process in leases.
    pub fn new(store: Arc<dyn Store>, clock: Arc<dyn Clock>, holder: NodeId) -> Self {
        Self { store, clock, holder }
    }

    /// Runs one consumer until it is dropped.
    pub async fn run(&self, consumer: &dyn Consumer) {
        let mut wait = FIRST_WAIT;
        loop {
            match self.step(consumer).await {
                Ok(true) => wait = FIRST_WAIT,
                Ok(false) => sleep(LEASE_WAIT).await,
                Err(error) => {
                    tracing::error!(consumer = consumer.name(), %error, "a consumer of the change log failed and tries again");
                    sleep(wait).await;
                    wait = (wait * 2).min(LONGEST_WAIT);
                }
            }
        }
    }

    /// Gives the consumer what comes next; false while another node runs it.
    pub async fn step(&self, consumer: &dyn Consumer) -> Result<bool, ConsumerError> {
        let (name, now) = (consumer.name(), self.clock.now());
        self.store.register(name).await?;
        if !self.store.lease(name, self.holder, now, now.plus(LEASE_MILLIS)).await? {
            return Ok(false);
        }
        match self.store.entries(name, ENTRIES, PATIENCE).await {
            Ok(entries) => {
                let Some(last) = entries.last() else { return Ok(true) };
                consumer.consume(&entries).await?;
                // A lost lease is no failure: the next holder gets these entries again.
                Ok(self.store.advance(name, self.holder, &last.position).await?)
            }
            Err(LogError::TooOld) => {
                tracing::warn!(consumer = name, "the change log no longer holds its position: it begins anew");
                // The end is taken first, so that nothing is missed, and stored last, so that a crash begins anew.
                let end = self.store.log_end().await?;
                consumer.restart().await?;
                Ok(self.store.advance(name, self.holder, &end).await?)
            }
            Err(LogError::Store(error)) => Err(error.into()),
        }
    }
}
