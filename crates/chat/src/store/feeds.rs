//! Feeds, for loading and resuming.

use super::StoreError;
use async_trait::async_trait;
use myna_protocol::limits::{ANSWER_BYTES, RESYNC_ROWS};
use myna_protocol::{ConversationId, Feed, FeedRows, Rev, Row, Seq, Timestamp, UserId};

/// How far a feed has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Head {
    pub feed: Feed,
    pub rev: Rev,
    /// Whether the members of this conversation see each other come and go (direct ones, and groups with receipts).
    pub presence: bool,
    /// When this conversation was last active; 0 for other feeds.
    pub active_at: Timestamp,
}

/// How much an answer may hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Page {
    pub rows: u32,
    /// By [`row_weight`](crate::row_weight).
    pub bytes: usize,
}

/// What one answer may hold at most.
pub const MAX_ROWS: Page = Page { rows: RESYNC_ROWS, bytes: ANSWER_BYTES };

/// How much of a conversation to load.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Extent {
    /// Its newest messages, at most; fewer where they are more than `ANSWER_BYTES`, but at least one.
    pub messages: u32,
    /// Its members, those first who joined first.
    pub members: u32,
}

/// Which messages of a conversation to read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Choice {
    /// Those at these places, which are in order.
    At(Vec<Seq>),
    /// The newest replies of a thread before a place, at most so many.
    Replies { thread: Seq, before: Seq, limit: u32 },
}

/// Feeds. Each answer is one consistent snapshot. Member rows bring the person's row with them.
#[async_trait]
pub trait FeedStore: Send + Sync {
    /// The heads of a person's own feed (first), of the server's feed, and of every conversation they are in. Empty when
    /// there is no such person.
    async fn heads(&self, user: UserId) -> Result<Vec<Head>, StoreError>;

    /// How far these feeds have come: those that exist, in no order.
    async fn revs(&self, feeds: &[Feed]) -> Result<Vec<(Feed, Rev)>, StoreError>;

    /// The other people in the conversations of this person whose members see each other come and go: each once, in no
    /// order. Who left, and conversations that the person left, do not count.
    async fn presence_peers(&self, user: UserId) -> Result<Vec<UserId>, StoreError>;

    /// The rows of a feed with a rev greater than `rev`, by rev; `None` when they are more than the page holds, or when `rev`
    /// is ahead of the feed, or when there is no such feed.
    async fn rows_since(&self, feed: Feed, rev: Rev, page: Page) -> Result<Option<FeedRows>, StoreError>;

    /// A person's own feed afresh: one membership row for each conversation they are in.
    async fn load_user(&self, user: UserId) -> Result<FeedRows, StoreError>;

    /// Conversations afresh, in the given order, leaving out those that do not exist: the conversation's row, its newest
    /// messages by seq, its first members, and the senders of the messages in any case.
    async fn load_conversations(&self, ids: &[ConversationId], extent: Extent) -> Result<Vec<FeedRows>, StoreError>;

    /// At most `limit` messages before `seq`, oldest first, followed by their senders. They are fewer where they weigh more
    /// than `ANSWER_BYTES`, but at least one.
    async fn messages_before(&self, conversation: ConversationId, seq: Seq, limit: u32)
    -> Result<Vec<Row>, StoreError>;

    /// The chosen messages, oldest first, followed by the reactions to them and their senders. They are fewer where they weigh
    /// more than `ANSWER_BYTES`: the newest, but at least one.
    async fn chosen_messages(&self, conversation: ConversationId, choice: Choice) -> Result<Vec<Row>, StoreError>;

    /// At most `limit` members, current and former, in the order in which they joined, after this one.
    async fn members_after(
        &self,
        conversation: ConversationId,
        after: Option<UserId>,
        limit: u32,
    ) -> Result<Vec<Row>, StoreError>;
}
