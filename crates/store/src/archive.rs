//! A whole store as rows, exactly as they are stored: to move a store, check it or measure it.
//!
//! An archive is a store that no server uses meanwhile. It writes rows as they come, and enforces no references between
//! them. A conversation's own row comes after its members, messages and reactions, so its presence means that the conversation is
//! complete.

mod check;
mod checksum;
mod copy;
mod pages;
mod records;

pub use check::{Violation, check};
pub use copy::{Copied, CopyError, Progress, Step, copy};
pub use myna_chat::rules::{ConversationRow, JobRow, MemberRow, PersonalKey, PersonalRow, ServerRow};
pub use records::{SessionRecord, UserRecord};

use async_trait::async_trait;
use myna_chat::rules::JobId;
use myna_chat::store::{FeedStore, StoreError};
use myna_protocol::{ConversationId, Message, Reaction, Seq, SessionId, UserId};

/// The identity of a store: chosen at random when the store is created, never changed, not copied.
pub type StoreId = [u8; 16];

/// The source of an unfinished copy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    pub id: StoreId,
    /// Without a password: it is shown to people.
    pub url: String,
}

/// The number of rows of each noun.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    pub users: u64,
    pub sessions: u64,
    pub conversations: u64,
    pub members: u64,
    pub messages: u64,
    pub reactions: u64,
    pub jobs: u64,
    pub personal: u64,
}

impl Counts {
    /// All rows together.
    pub fn total(&self) -> u64 {
        self.users
            + self.sessions
            + self.conversations
            + self.members
            + self.messages
            + self.reactions
            + self.jobs
            + self.personal
    }
}

/// How much a store holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stats {
    /// Bytes of the whole store, as its driver reports them.
    pub bytes: u64,
    /// By name.
    pub tables: Vec<TableStats>,
}

/// How much a table, or a collection, holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableStats {
    pub name: String,
    pub rows: u64,
    /// Bytes of its rows, if the driver knows.
    pub bytes: Option<u64>,
    /// By name.
    pub indexes: Vec<String>,
}

/// A kind of row that belongs to a conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    Members,
    Messages,
    Reactions,
}

/// A store as rows. A page holds the first `limit` rows after `after` in the order of the key. A page with fewer rows
/// is the last one. `put_…` replaces rows with the same key. It has stored all rows when it returns, and may be
/// repeated.
#[async_trait]
pub trait Archive: FeedStore {
    /// The identity of this store.
    async fn id(&self) -> Result<StoreId, StoreError>;

    /// The source of an unfinished copy into this store; `None` if there is no such copy. A server refuses an
    /// unfinished copy.
    async fn origin(&self) -> Result<Option<Origin>, StoreError>;

    /// Marks the store as an unfinished copy; with `None`, as complete.
    async fn set_origin(&self, origin: Option<Origin>) -> Result<(), StoreError>;

    /// The server's own row.
    async fn server(&self) -> Result<ServerRow, StoreError>;

    /// A page of people, by id.
    async fn users(&self, after: Option<UserId>, limit: u32) -> Result<Vec<UserRecord>, StoreError>;

    /// A page of sessions, by id.
    async fn sessions(&self, after: Option<SessionId>, limit: u32) -> Result<Vec<SessionRecord>, StoreError>;

    /// A page of conversations, by id.
    async fn conversations(
        &self,
        after: Option<ConversationId>,
        limit: u32,
    ) -> Result<Vec<ConversationRow>, StoreError>;

    /// One conversation's own row.
    async fn conversation(&self, id: ConversationId) -> Result<Option<ConversationRow>, StoreError>;

    /// A page of the people who are or were in a conversation, by user id.
    async fn members(
        &self,
        conversation: ConversationId,
        after: Option<UserId>,
        limit: u32,
    ) -> Result<Vec<MemberRow>, StoreError>;

    /// A page of a conversation's messages, by seq.
    async fn messages(&self, conversation: ConversationId, after: Seq, limit: u32) -> Result<Vec<Message>, StoreError>;

    /// A page of the reactions in a conversation, by message and user id, those that were taken back among them.
    async fn reactions(
        &self,
        conversation: ConversationId,
        after: (Seq, UserId),
        limit: u32,
    ) -> Result<Vec<Reaction>, StoreError>;

    /// The seq of the last stored message of a conversation, whatever its own row says; 0 if there is none.
    async fn last_message(&self, conversation: ConversationId) -> Result<Seq, StoreError>;

    /// A page of due jobs, by id.
    async fn jobs(&self, after: Option<JobId>, limit: u32) -> Result<Vec<JobRow>, StoreError>;

    /// A page of what belongs to one person alone, by user id and item, those without a value among them.
    async fn personal(&self, after: Option<PersonalKey>, limit: u32) -> Result<Vec<PersonalRow>, StoreError>;

    /// Puts personal rows.
    async fn put_personal(&self, rows: Vec<PersonalRow>) -> Result<(), StoreError>;

    /// Puts the server's own row.
    async fn put_server(&self, server: ServerRow) -> Result<(), StoreError>;

    /// One due job.
    async fn job(&self, id: JobId) -> Result<Option<JobRow>, StoreError>;

    /// Puts due jobs.
    async fn put_jobs(&self, jobs: Vec<JobRow>) -> Result<(), StoreError>;

    /// Puts people, whose names were free or theirs.
    async fn put_users(&self, users: Vec<UserRecord>) -> Result<(), StoreError>;

    /// Puts sessions.
    async fn put_sessions(&self, sessions: Vec<SessionRecord>) -> Result<(), StoreError>;

    /// Puts members. Their conversation's own row need not be there.
    async fn put_members(&self, members: Vec<MemberRow>) -> Result<(), StoreError>;

    /// Puts messages. Their conversation's own row need not be there.
    async fn put_messages(&self, messages: Vec<Message>) -> Result<(), StoreError>;

    /// Puts reactions. Their conversation's own row need not be there.
    async fn put_reactions(&self, reactions: Vec<Reaction>) -> Result<(), StoreError>;

    /// Puts a conversation's own row.
    async fn put_conversation(&self, conversation: ConversationRow) -> Result<(), StoreError>;

    /// Deletes all sessions, so that a session that ended in the source does not survive here.
    async fn forget_sessions(&self) -> Result<(), StoreError>;

    /// Deletes all due jobs, so that one that was done at the source since is not done here again.
    async fn forget_jobs(&self) -> Result<(), StoreError>;

    /// The first conversation by id between these two, excluding both, that has rows of this part, whether or not its
    /// own row exists.
    async fn conversation_between(
        &self,
        part: Part,
        after: Option<ConversationId>,
        before: Option<ConversationId>,
    ) -> Result<Option<ConversationId>, StoreError>;

    /// The number of rows.
    async fn counts(&self) -> Result<Counts, StoreError>;

    /// How much the store holds.
    async fn stats(&self) -> Result<Stats, StoreError>;
}
