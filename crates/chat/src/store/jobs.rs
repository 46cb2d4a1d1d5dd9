//! Due jobs. They are stored and deleted by ordinary changes (see `rules::Verb`).

use super::StoreError;
use crate::rules::JobId;
use async_trait::async_trait;
use myna_protocol::Timestamp;

/// Jobs that wait for their time.
#[async_trait]
pub trait JobStore: Send + Sync {
    /// The jobs that are due at this time, the earliest first, at most `limit`.
    async fn due_jobs(&self, now: Timestamp, limit: u32) -> Result<Vec<JobId>, StoreError>;

    /// When the next job is due.
    async fn next_due(&self) -> Result<Option<Timestamp>, StoreError>;
}
