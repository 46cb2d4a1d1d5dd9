//! Messages on their way: drawn at once, said in order, kept until the server's word settles them.

use myna_protocol::{ClientId, ConversationId, Rejection, Timestamp};
use serde::{Deserialize, Serialize};

/// A message that the server has not acknowledged, as it is kept across reloads.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unsent {
    pub conversation: ConversationId,
    pub client_id: ClientId,
    pub text: String,
    /// When it was written, or tried again, by the clock of this device.
    pub at: Timestamp,
    /// Why it is not tried any more, until the person says so.
    pub failed: Option<Failure>,
}

/// Why a message was not sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Failure {
    /// The server refuses it.
    Rejected(Rejection),
    /// It waited for more than an hour: the person is asked before it is sent after all.
    Expired,
}
