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
    /// As it reads now; empty once it was unsent.
    pub text: String,
    /// When the server took it.
    pub sent_at: Timestamp,
    pub rev: Rev,
    /// What most messages do not have.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub extra: Option<Box<MessageExtra>>,
}

/// What has become of a message since it was sent. Stores keep it as one value: a new field needs no code in a driver.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct MessageExtra {
    /// The texts before the present one, oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub earlier: Vec<EarlierText>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unsent: Option<Unsending>,
}

/// A text that an edit has replaced.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EarlierText {
    pub text: String,
    /// When it was replaced.
    pub until: Timestamp,
}

/// That a message was unsent, or deleted by who created the channel: its texts are gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unsending {
    pub by: UserId,
    pub at: Timestamp,
}

impl Message {
    /// The texts before the present one, oldest first.
    pub fn earlier(&self) -> &[EarlierText] {
        self.extra.as_ref().map_or(&[], |extra| &extra.earlier)
    }

    /// The text that it was sent with; `None` once it was unsent.
    pub fn first_text(&self) -> Option<&str> {
        let earlier = self.earlier().first().map(|earlier| earlier.text.as_str());
        self.unsent().is_none().then(|| earlier.unwrap_or(&self.text))
    }

    /// Who has unsent it; `None` if it is not unsent.
    pub fn unsent(&self) -> Option<Unsending> {
        self.extra.as_ref().and_then(|extra| extra.unsent)
    }
}
