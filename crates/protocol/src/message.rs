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
    /// What it answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reply: Option<Reply>,
    /// The replies to it, where a thread begins with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replies: Option<Replies>,
    /// The message whose text it forwards.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub forwarded: Option<Origin>,
    /// The server sent it at a time chosen before, and its sender had not read all that came before it. So this message does not
    /// show how far they have read.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub sender_away: bool,
}

/// A message of any conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct MessageRef {
    pub conversation: ConversationId,
    pub seq: Seq,
}

/// The message that a forwarded text was first sent in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Origin {
    pub conversation: ConversationId,
    pub seq: Seq,
    pub sender: UserId,
}

/// That a message answers another one of its conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reply {
    /// The message that it answers.
    pub to: Seq,
    /// The message that the thread begins with: the same one, or the one that begins the thread of that one.
    pub thread: Seq,
}

/// The replies of a thread, at the message that it begins with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Replies {
    /// How many there are, those that were unsent not counted.
    pub count: u32,
    /// The rev at which the message itself last changed: since then only the count did.
    pub since: Rev,
}

/// A row of a conversation's feed: how many replies a message has by now. It stands for the message's own row where only that
/// has changed, so that its text is not sent again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Thread {
    pub conversation: ConversationId,
    /// The message that the thread begins with.
    pub seq: Seq,
    pub replies: u32,
    pub rev: Rev,
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

    /// What it answers; `None` if it is no reply.
    pub fn reply(&self) -> Option<Reply> {
        self.extra.as_ref().and_then(|extra| extra.reply)
    }

    /// The message that its text was first sent in; `None` if it is not forwarded.
    pub fn forwarded(&self) -> Option<Origin> {
        self.extra.as_ref().and_then(|extra| extra.forwarded)
    }

    /// What a message that forwards it says of where its text comes from.
    pub fn origin(&self) -> Origin {
        let Self { conversation, seq, sender, .. } = *self;
        self.forwarded().unwrap_or(Origin { conversation, seq, sender })
    }

    /// Whether its sender has read everything up to it.
    pub fn is_read_by_sender(&self) -> bool {
        self.extra.as_ref().is_none_or(|extra| !extra.sender_away)
    }

    /// How many replies it has.
    pub fn replies(&self) -> u32 {
        self.extra.as_ref().and_then(|extra| extra.replies).map_or(0, |replies| replies.count)
    }

    /// The message that its thread begins with: its own place if it is no reply.
    pub fn thread(&self) -> Seq {
        self.reply().map_or(self.seq, |reply| reply.thread)
    }

    /// The row that a reader who holds the feed at `rev` needs, if only the number of replies has changed since.
    pub fn thread_since(&self, rev: Rev) -> Option<Thread> {
        let replies =
            self.extra.as_ref()?.replies.filter(|replies| replies.since <= rev && replies.since < self.rev)?;
        Some(Thread { conversation: self.conversation, seq: self.seq, replies: replies.count, rev: self.rev })
    }

    /// Who has unsent it; `None` if it is not unsent.
    pub fn unsent(&self) -> Option<Unsending> {
        self.extra.as_ref().and_then(|extra| extra.unsent)
    }
}
