//! Sessions: browsers that are signed in.

use super::StoreError;
use async_trait::async_trait;
use myna_protocol::{SessionId, Timestamp, User, UserId};

/// One signed-in browser.
#[derive(Debug, Clone)]
pub struct Session {
    pub id: SessionId,
    pub user: User,
    pub expires_at: Timestamp,
}

/// A session about to be stored.
#[derive(Debug, Clone)]
pub struct NewSession {
    pub id: SessionId,
    /// SHA-256 of the token: the token itself is never stored.
    pub token_hash: [u8; 32],
    pub user: UserId,
    pub created_at: Timestamp,
    pub expires_at: Timestamp,
}

/// Sessions.
#[async_trait]
pub trait SessionStore: Send + Sync {
    async fn create_session(&self, session: NewSession) -> Result<(), StoreError>;

    /// The session of this token, expired or not.
    async fn session_by_token_hash(&self, token_hash: &[u8; 32]) -> Result<Option<Session>, StoreError>;

    /// Whether this session is still stored, and when it expires.
    async fn session_expiry(&self, id: SessionId) -> Result<Option<Timestamp>, StoreError>;

    /// Ends a session. Ending one that is not there succeeds.
    async fn delete_session(&self, id: SessionId) -> Result<(), StoreError>;

    /// Those of these sessions that are stored no more, in no order.
    async fn ended_sessions(&self, ids: &[SessionId]) -> Result<Vec<SessionId>, StoreError>;

    /// Removes the sessions that expired before `now`; how many there were.
    async fn delete_expired_sessions(&self, now: Timestamp) -> Result<u64, StoreError>;
}
