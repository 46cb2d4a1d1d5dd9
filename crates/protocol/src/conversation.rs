//! A conversation: direct, group or channel.

use crate::code::codes;
use crate::{ConversationId, Rev, Timestamp, UserId};
use serde::{Deserialize, Serialize};

/// What kind of conversation it is; a conversation never changes its kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Between two people (or one: a note to self). The same pair always has the same one.
    Direct,
    /// Between people chosen when it was made. Nobody else can find it.
    Group,
    /// Public: anybody signed in may find, join and leave it.
    Channel,
}

codes! {
    Kind {
        Direct = "direct",
        Group = "group",
        Channel = "channel",
    }
}

/// The row of a conversation itself. Its last message and unread count follow from the other rows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Conversation {
    pub id: ConversationId,
    pub kind: Kind,
    /// Always there for a channel, perhaps for a group, never for a direct conversation.
    pub name: Option<String>,
    pub created_by: UserId,
    pub created_at: Timestamp,
    /// How many people are in it now.
    pub members: u32,
    /// Whether members are told how far the others have read.
    pub receipts: bool,
    pub rev: Rev,
}
