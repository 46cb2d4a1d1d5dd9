//! Durable changes.

use super::StoreError;
use crate::rules::{Change, Committed};
use async_trait::async_trait;
use myna_protocol::Rejection;
use std::sync::Arc;

/// Commits what the rules decide.
#[async_trait]
pub trait CommitStore: Send + Sync {
    /// Commits changes in their order, all in one durable commit: one answer for each, in the same order. A refused change
    /// changes nothing and does not stop the others. An `Err` means that none was committed, or that this is unknown;
    /// repeating the same changes is then safe.
    ///
    /// The driver knows no verb. It loads what [`Facts::needs`](crate::rules::Facts::needs) says until nothing is missing,
    /// calls [`Facts::decide_all`](crate::rules::Facts::decide_all), and writes
    /// [`Facts::into_writes`](crate::rules::Facts::into_writes): all of it or nothing, and only if nobody has changed
    /// meanwhile what it read. Each feed that moves gets an entry in the change log in the same commit.
    async fn commit(&self, batch: Arc<[Change]>) -> Result<Vec<Result<Committed, Rejection>>, StoreError>;
}
