//! The rows of a store, with everything that is stored of each and cannot be derived.

use myna_protocol::{ClientId, ConversationId, Kind, Rev, Seq, SessionId, Timestamp, UserId};

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

/// A conversation's own row. The key and the words of a channel's name are derived from it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConversationRecord {
    pub id: ConversationId,
    pub kind: Kind,
    pub name: Option<String>,
    /// Of direct conversations only: the two people, the lower id first (the same one twice in a note to self).
    pub pair: Option<[UserId; 2]>,
    pub created_by: UserId,
    pub created_at: Timestamp,
    /// Whether members are told how far the others have read.
    pub receipts: bool,
    /// How many are in it now.
    pub member_count: u32,
    pub last_seq: Seq,
    /// The counter of its feed.
    pub rev: Rev,
    /// The stamp of this row.
    pub row_rev: Rev,
}

/// Somebody who is, or was, in a conversation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MemberRecord {
    pub conversation: ConversationId,
    pub user: UserId,
    /// The conversation's rev at which they first joined: the order of members.
    pub joined_rev: Rev,
    pub joined_seq: Seq,
    pub left_seq: Option<Seq>,
    pub read_seq: Seq,
    pub read_at: Option<Timestamp>,
    /// The stamp in the conversation's feed.
    pub rev: Rev,
    /// The stamp in the person's own feed.
    pub user_rev: Rev,
}

/// A message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MessageRecord {
    pub conversation: ConversationId,
    pub seq: Seq,
    pub sender: UserId,
    pub client_id: ClientId,
    pub text: String,
    pub sent_at: Timestamp,
    pub rev: Rev,
}
