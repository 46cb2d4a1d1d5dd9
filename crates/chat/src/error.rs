//! What a rule answers when it does not do what was asked.

use crate::store::StoreError;
use myna_protocol::Rejection;

/// Not done: because of the caller, or because of us.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The caller's to mend; safe to show.
    #[error("{0}")]
    Rejected(#[from] Rejection),
    /// Ours to mend; for the log only.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The process is stopping and takes no more changes.
    #[error("stopping")]
    Stopping,
}

impl Error {
    /// What the caller is told.
    pub fn rejection(&self) -> Rejection {
        match self {
            Self::Rejected(rejection) => *rejection,
            Self::Store(_) | Self::Stopping => Rejection::Unavailable,
        }
    }
}
