//! Who is in a conversation: as the others see it (`Member`) and as they see it themselves (`Membership`).

use crate::{ConversationId, Rev, Seq, Timestamp, UserId};
use serde::{Deserialize, Serialize};

/// A row of a conversation's feed: a person who is, or was, in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Member {
    pub conversation: ConversationId,
    pub user: UserId,
    /// The place after which they joined; 0 for those who were there from the start.
    pub joined_seq: Seq,
    /// The place after which they left; `None` while they are in it.
    pub left_seq: Option<Seq>,
    /// The last message they have read; 0 where the conversation tells no receipts. It never falls.
    pub read_seq: Seq,
    /// When they read it.
    pub read_at: Option<Timestamp>,
    pub rev: Rev,
}

/// A row of a person's own feed: that they are, or no longer are, in a conversation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Membership {
    pub conversation: ConversationId,
    /// False is the last that is told of a conversation: what follows there is no longer theirs to see.
    pub joined: bool,
    /// The last message they have read, on any of their devices. It never falls.
    pub read_seq: Seq,
    pub rev: Rev,
}
