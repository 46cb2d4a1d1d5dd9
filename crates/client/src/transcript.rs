//! A conversation's messages as lines to draw: separators, notices and bubbles in runs.

use crate::Failure;
use myna_protocol::{Seq, Timestamp, UserId};

/// One line of a transcript. Equal lines look alike; a line keeps its key while it changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Line {
    /// A time in the middle: it begins the transcript, and follows a silence of more than an hour.
    Separator {
        key: String,
        at: Timestamp,
    },
    Notice(Notice),
    Bubble(Bubble),
}

impl Line {
    /// Unique in its transcript, and stable: a message keeps its key from pending to sent.
    pub fn key(&self) -> &str {
        match self {
            Self::Separator { key, .. } => key,
            Self::Notice(notice) => &notice.key,
            Self::Bubble(bubble) => &bubble.key,
        }
    }
}

/// Something that happened, in the middle: "Ada joined".
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    pub key: String,
    pub who: String,
    /// Whether it is about oneself.
    pub mine: bool,
    pub what: Happening,
}

/// What can happen in a conversation beside messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Happening {
    Joined,
    Left,
}

/// A message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bubble {
    pub key: String,
    pub mine: bool,
    pub text: String,
    pub at: Timestamp,
    /// Its place; `None` while it is on its way.
    pub seq: Option<Seq>,
    /// Whether it is the first of its run.
    pub first: bool,
    /// Whether it is the last of its run, which has the tail.
    pub last: bool,
    /// The sender's name, to be shown above: first of a run, in groups and channels, never mine.
    pub sender: Option<String>,
    /// The sender's avatar, to be shown beside: last of a run, in groups and channels, never mine.
    pub avatar: Option<(UserId, String)>,
    /// Whether it is one to three emoji and nothing else.
    pub emoji: bool,
    pub state: State,
    /// What to say below it: in direct conversations, under the last message of each tier.
    pub status: Option<Receipt>,
}

/// How far a message has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    Sent,
    Pending,
    Failed(Failure),
}

/// How far a sent message has come with the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Receipt {
    Delivered,
    /// The other has read up to it; when they did.
    Read(Timestamp),
}
