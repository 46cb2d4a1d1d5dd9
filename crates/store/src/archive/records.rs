//! Rows that only an archive sees whole. The others are those of the rules (`myna_chat::rules`).

use myna_protocol::{Rev, SessionId, Timestamp, UserId};

/// A person. The key and the words of the name are derived from it (see `Name`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserRecord {
    pub id: UserId,
    pub name: String,
    /// A PHC string.
    pub password_hash: String,
    pub created_at: Timestamp,
    /// The counter of their own feed.
    pub rev: Rev,
    /// The stamp in the server's feed.
    pub person_rev: Rev,
}

/// A session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionRecord {
    pub id: SessionId,
    /// SHA-256 of the token.
    pub token_hash: [u8; 32],
    pub user: UserId,
    pub created_at: Timestamp,
    pub expires_at: Timestamp,
}
