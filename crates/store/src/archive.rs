//! Everything a store holds, row by row as it is stored: what moving to another store, and looking into one, need.
//!
//! An archive is a store that no server uses meanwhile. It writes rows as they come, and enforces no reference between
//! them: a conversation's own row comes after what is said in it, so that a row that is there says that all of it is.

mod check;
mod checksum;
mod copy;
mod pages;
mod records;

pub use check::{Violation, check};
pub use copy::{Copied, CopyError, Progress, Step, copy};
pub use records::{ConversationRecord, MemberRecord, MessageRecord, SessionRecord, UserRecord};

use async_trait::async_trait;
use myna_chat::store::{FeedStore, StoreError};
use myna_protocol::{ConversationId, Seq, SessionId, UserId};

/// What tells a store from every other: drawn when it is made, never changed, not copied.
pub type StoreId = [u8; 16];

/// Where the content of an unfinished copy comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    pub id: StoreId,
    /// As people are shown it: without a password.
    pub url: String,
}

/// How many there are of each noun.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    pub users: u64,
    pub sessions: u64,
    pub conversations: u64,
    pub members: u64,
    pub messages: u64,
}

impl Counts {
    /// All rows together.
    pub fn total(&self) -> u64 {
        self.users + self.sessions + self.conversations + self.members + self.messages
    }
}

/// How much a store holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stats {
    /// Bytes of the whole store, as its driver tells them.
    pub bytes: u64,
    /// By name.
    pub tables: Vec<TableStats>,
}

/// How much a table, or a collection, holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableStats {
    pub name: String,
    pub rows: u64,
    /// Bytes of its rows, where the driver can tell.
    pub bytes: Option<u64>,
    /// By name.
    pub indexes: Vec<String>,
}

/// The rows of a conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    Members,
    Messages,
}

/// A store as rows. A page holds the first `limit` of what comes after `after` in the order of the key; one with fewer is
/// the last. What is put replaces what is there under the same key, is there to the last row when the call returns,
/// and may be put again.
#[async_trait]
pub trait Archive: FeedStore {
    /// Which store this is.
    async fn id(&self) -> Result<StoreId, StoreError>;

    /// Where a copy into this store comes from, while it is not finished. Such a store is not served.
    async fn origin(&self) -> Result<Option<Origin>, StoreError>;

    /// Says that a copy has begun; with `None`, that it is finished.
    async fn set_origin(&self, origin: Option<Origin>) -> Result<(), StoreError>;

    /// A page of people, by id.
    async fn users(&self, after: Option<UserId>, limit: u32) -> Result<Vec<UserRecord>, StoreError>;

    /// A page of sessions, by id.
    async fn sessions(&self, after: Option<SessionId>, limit: u32) -> Result<Vec<SessionRecord>, StoreError>;

    /// A page of conversations, by id.
    async fn conversations(
        &self,
        after: Option<ConversationId>,
        limit: u32,
    ) -> Result<Vec<ConversationRecord>, StoreError>;

    /// One conversation's own row.
    async fn conversation(&self, id: ConversationId) -> Result<Option<ConversationRecord>, StoreError>;

    /// A page of everybody who is or was in a conversation, by user id.
    async fn members(
        &self,
        conversation: ConversationId,
        after: Option<UserId>,
        limit: u32,
    ) -> Result<Vec<MemberRecord>, StoreError>;

    /// A page of a conversation's messages, by seq.
    async fn messages(
        &self,
        conversation: ConversationId,
        after: Seq,
        limit: u32,
    ) -> Result<Vec<MessageRecord>, StoreError>;

    /// The seq of the last message that is stored of a conversation, whatever its own row says; 0 when there is none.
    async fn last_message(&self, conversation: ConversationId) -> Result<Seq, StoreError>;

    /// Puts people, whose names were free or theirs.
    async fn put_users(&self, users: Vec<UserRecord>) -> Result<(), StoreError>;

    /// Puts sessions.
    async fn put_sessions(&self, sessions: Vec<SessionRecord>) -> Result<(), StoreError>;

    /// Puts members. Their conversation's own row need not be there.
    async fn put_members(&self, members: Vec<MemberRecord>) -> Result<(), StoreError>;

    /// Puts messages. Their conversation's own row need not be there.
    async fn put_messages(&self, messages: Vec<MessageRecord>) -> Result<(), StoreError>;

    /// Puts a conversation's own row.
    async fn put_conversation(&self, conversation: ConversationRecord) -> Result<(), StoreError>;

    /// Removes all sessions: those that ended at the origin must not outlive that here.
    async fn forget_sessions(&self) -> Result<(), StoreError>;

    /// The first conversation by id between these two, neither of them counted, that has rows of this part, whether it has
    /// a row of its own or not.
    async fn conversation_between(
        &self,
        part: Part,
        after: Option<ConversationId>,
        before: Option<ConversationId>,
    ) -> Result<Option<ConversationId>, StoreError>;

    /// How many rows there are.
    async fn counts(&self) -> Result<Counts, StoreError>;

    /// How much the store holds.
    async fn stats(&self) -> Result<Stats, StoreError>;
}
