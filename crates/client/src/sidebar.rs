//! The list of conversations as it is shown.

use myna_protocol::{ConversationId, Kind, Timestamp};

/// One conversation in the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SidebarRow {
    pub id: ConversationId,
    pub kind: Kind,
    pub title: String,
    /// What the avatar's colour is drawn from: the other's id in a direct conversation, else the conversation's.
    pub avatar: String,
    /// The newest message on one line, after "Name: " where somebody else said it in a group or channel; may be empty.
    pub preview: String,
    /// When something was last said, or when it was made.
    pub at: Timestamp,
    pub unread: u64,
    /// Whether the other of a direct conversation is online.
    pub online: bool,
    /// Whether somebody else is typing.
    pub typing: bool,
    /// Whether a message of mine in it was not delivered.
    pub failed: bool,
}
