//! The list of a person's conversations, the most recently active first.

use crate::{ConversationId, Timestamp};
use serde::{Deserialize, Serialize};

/// A place in the list: right after this conversation. Clients send it back as they got it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ListPosition {
    /// When the conversation was last active.
    pub active_at: Timestamp,
    pub conversation: ConversationId,
}
