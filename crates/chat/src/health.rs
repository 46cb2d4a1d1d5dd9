//! How a store is, and how it ends.

use crate::Supervisor;
use crate::store::StoreError;
use async_trait::async_trait;

/// Whether calls reach the store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Circuit {
    /// They do.
    Closed,
    /// The store failed again and again: until the next try every call is refused at once.
    Open,
    /// One call is let through to see whether the store answers again.
    HalfOpen,
}

/// A store's health.
#[async_trait]
pub trait Monitor: Send + Sync {
    /// Whether the store answers now: a cheap read.
    async fn ping(&self) -> Result<(), StoreError>;

    /// Whether calls reach the store.
    fn circuit(&self) -> Circuit {
        Circuit::Closed
    }

    /// Watches over the tasks of the store. The process that uses the store asks for it once, and adds its own tasks.
    fn supervisor(&self) -> Supervisor {
        Supervisor::default()
    }

    /// Ends the store's own tasks and leaves the database in good order. Nothing may be asked of it afterwards.
    async fn close(&self) {}
}
