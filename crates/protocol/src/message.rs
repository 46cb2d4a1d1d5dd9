//! A message.

use crate::{ClientId, ConversationId, Rev, Seq, Timestamp, UserId};
use serde::{Deserialize, Serialize};

/// A row of a conversation's feed: one message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    pub conversation: ConversationId,
    /// Its place in the conversation: 1, 2, 3 … without gaps.
    pub seq: Seq,
    pub sender: UserId,
    pub client_id: ClientId,
    pub text: String,
    /// When the server took it.
    pub sent_at: Timestamp,
    pub rev: Rev,
}
