//! The change log: every change of every feed, for those who must see them all (a search index, webhooks, an export).

use super::StoreError;
use crate::bus::NodeId;
use async_trait::async_trait;
use myna_protocol::{Feed, Rev, Timestamp};
use std::time::Duration;

/// A place in the log, as the driver writes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Position(pub Vec<u8>);

/// A feed has come to this rev, in one commit. Its rows are read from the store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogEntry {
    pub position: Position,
    pub feed: Feed,
    pub rev: Rev,
}

/// What is known of a consumer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConsumerState {
    pub name: String,
    /// Entries that it has not consumed, where the driver can count them.
    pub behind: Option<u64>,
}

/// Why no entries can be had.
#[derive(Debug, thiserror::Error)]
pub enum LogError {
    /// The log no longer holds what comes after the consumer's position: the consumer has to begin anew.
    #[error("the change log no longer holds this position")]
    TooOld,
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The log and its consumers. Entries of one feed come in the order of its revs; after a crash some come again.
#[async_trait]
pub trait LogStore: Send + Sync {
    /// Makes a consumer known, at the end of the log: from now on the log keeps what it has not consumed. Does nothing when
    /// it is known already.
    async fn register(&self, consumer: &str) -> Result<(), StoreError>;

    /// Forgets a consumer.
    async fn unregister(&self, consumer: &str) -> Result<(), StoreError>;

    /// Takes the lease on a consumer, or renews one's own, until `until`; false while another holder's lease lasts.
    async fn lease(&self, consumer: &str, holder: NodeId, now: Timestamp, until: Timestamp)
    -> Result<bool, StoreError>;

    /// At most `limit` entries after the consumer's stored position. It waits for the first one for as long as `patience`.
    async fn entries(&self, consumer: &str, limit: u32, patience: Duration) -> Result<Vec<LogEntry>, LogError>;

    /// Stores that the consumer is done with everything up to this position; false when the holder has lost its lease.
    async fn advance(&self, consumer: &str, holder: NodeId, position: &Position) -> Result<bool, StoreError>;

    /// The position of the newest entry: whoever reads the whole store after this call misses nothing behind it.
    async fn log_end(&self) -> Result<Position, StoreError>;

    /// All consumers, by name.
    async fn consumers(&self) -> Result<Vec<ConsumerState>, StoreError>;
}
