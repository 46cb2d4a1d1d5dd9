//! What the rules need of a store: a small trait per noun, summed as [`Store`].
//!
//! Methods say the intent; what must be atomic is one method; absence is `Option`. Drivers live in `myna-store`, and one
//! contract suite runs on each of them: what a comment here promises, a rule there proves.

mod commits;
mod conversations;
mod feeds;
mod jobs;
mod log;
mod sessions;
mod users;

pub use commits::CommitStore;
pub use conversations::{Access, ConversationStore};
pub use feeds::{Choice, Extent, FeedStore, Head, MAX_ROWS, Page};
pub use jobs::JobStore;
pub use log::{ConsumerState, LogEntry, LogError, LogStore, Position};
pub use sessions::{NewSession, Session, SessionStore};
pub use users::{Account, NewUser, UserStore};

use crate::bus::Bus;
use crate::health::Monitor;

/// A store's own failure: ours to repair, never the caller's fault, not to be shown.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Something with the same unique key is there already.
    #[error("already there")]
    Conflict,
    /// The store cannot be reached or cannot write now; nothing was changed; it may pass.
    #[error("the store is unavailable: {0}")]
    Unavailable(String),
    /// What the store holds breaks its own rules.
    #[error("the store is corrupt: {0}")]
    Corrupt(String),
    /// Anything else the driver says.
    #[error("the store failed: {0}")]
    Backend(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// Everything the rules need of a store, of the nodes on it, and of its health.
pub trait Store:
    UserStore + SessionStore + ConversationStore + CommitStore + FeedStore + LogStore + JobStore + Bus + Monitor
{
}

impl<T> Store for T where
    T: UserStore + SessionStore + ConversationStore + CommitStore + FeedStore + LogStore + JobStore + Bus + Monitor
{
}
