//! A person's reaction to a message: an emoji.

use crate::{ConversationId, Rev, Seq, UserId};
use serde::{Deserialize, Serialize};

/// A row of a conversation's feed: how a person reacts to a message. There is one for each person and message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reaction {
    pub conversation: ConversationId,
    /// The message.
    pub seq: Seq,
    pub user: UserId,
    /// In its canonical form (see [`Emoji`](crate::Emoji)); `None` once it was taken back.
    pub emoji: Option<String>,
    pub rev: Rev,
}
