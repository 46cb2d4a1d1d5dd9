//! Feeds and their rows: the one shape in which a client learns anything that lasts.

use crate::tagged::tagged;
use crate::{
    Conversation, ConversationId, InvalidId, Member, Membership, Message, Person, Reaction, Scheduled, Thread, UserId,
};
use serde::{Deserialize, Serialize, de};
use std::fmt;
use std::str::FromStr;

/// A message's place in its conversation: 1, 2, 3 … without gaps; 0 is "before the first".
pub type Seq = u64;

/// A feed's counter: every durable change takes the next one and stamps the rows it touched; 0 is "nothing yet".
pub type Rev = u64;

/// A stream of rows with its own counter. A client holds one cursor for each.
///
/// Written `server`, `conversation/<id>` and `user/<id>`, so that it can be the key of a JSON object.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Feed {
    /// For everybody who is signed in: the people who changed.
    Server,
    /// Shared by the members of a conversation.
    Conversation(ConversationId),
    /// One person's own.
    User(UserId),
}

/// The text was not a feed's name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InvalidFeed;

impl fmt::Display for InvalidFeed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not a feed: expected server, conversation/<id> or user/<id>")
    }
}

impl std::error::Error for InvalidFeed {}

impl From<InvalidId> for InvalidFeed {
    fn from(_: InvalidId) -> Self {
        Self
    }
}

impl fmt::Display for Feed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Server => f.write_str("server"),
            Self::Conversation(id) => write!(f, "conversation/{id}"),
            Self::User(id) => write!(f, "user/{id}"),
        }
    }
}

impl FromStr for Feed {
    type Err = InvalidFeed;

    fn from_str(text: &str) -> Result<Self, InvalidFeed> {
        if text == "server" {
            return Ok(Self::Server);
        }
        match text.split_once('/') {
            Some(("conversation", id)) => Ok(Self::Conversation(id.parse()?)),
            Some(("user", id)) => Ok(Self::User(id.parse()?)),
            _ => Err(InvalidFeed),
        }
    }
}

impl Serialize for Feed {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Feed {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(de::Error::custom)
    }
}

tagged! {
    "Row", tag = "row",

    /// One row of a feed. Applying it is an idempotent upsert: the row with the greater `rev` stays.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub enum Row {
        Conversation(Conversation),
        Member(Member),
        Message(Message),
        Reaction(Reaction),
        Thread(Thread),
        Membership(Membership),
        Scheduled(Scheduled),
        Person(Person),
        /// A row of a newer server. It is never sent.
        #[serde(other)]
        Unknown,
    }
}

impl Row {
    /// The rev that last touched the row.
    pub fn rev(&self) -> Rev {
        match self {
            Self::Conversation(row) => row.rev,
            Self::Member(row) => row.rev,
            Self::Message(row) => row.rev,
            Self::Reaction(row) => row.rev,
            Self::Thread(row) => row.rev,
            Self::Membership(row) => row.rev,
            Self::Scheduled(row) => row.rev,
            Self::Person(row) => row.rev,
            Self::Unknown => 0,
        }
    }
}

/// What changed in a feed between two revs: a live event, the answer to a resync, and a first load alike.
///
/// Whoever holds the feed at `from` or later holds it at `rev` after applying the rows. `from` 0 is a fresh load:
/// it needs nothing before it. A fresh conversation carries the newest messages only; older ones come in pages.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FeedRows {
    pub feed: Feed,
    pub from: Rev,
    pub rev: Rev,
    pub rows: Vec<Row>,
}
