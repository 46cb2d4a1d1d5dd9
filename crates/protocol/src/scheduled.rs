//! Messages that are sent later.

use crate::{ClientId, ConversationId, Rejection, Rev, Seq, Timestamp};
use serde::{Deserialize, Serialize};

/// A row of a person's own feed: a message that the server sends for them at a time they chose.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Scheduled {
    /// Of the message to send.
    pub client_id: ClientId,
    /// `None` once it was sent or deleted.
    pub message: Option<ScheduledMessage>,
    pub rev: Rev,
}

/// A message that is still to be sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScheduledMessage {
    pub conversation: ConversationId,
    pub text: String,
    /// The message that it answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reply_to: Option<Seq>,
    /// When the server sends it.
    pub send_at: Timestamp,
    /// Why it could not be sent when it was due. The server does not try again by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failed: Option<Rejection>,
}
