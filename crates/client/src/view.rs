//! One conversation as it is shown, without its messages.

use myna_protocol::{ConversationId, Kind, Seq, UserId};

/// A conversation's head.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct View {
    pub id: ConversationId,
    pub kind: Kind,
    pub title: String,
    /// What the avatar's colour is drawn from: the other's id in a direct conversation, else the conversation's.
    pub avatar: String,
    /// Whether it is a conversation with oneself.
    pub note_to_self: bool,
    /// Who is in it now, as far as they are known, by name.
    pub people: Vec<Person>,
    /// How many are in it now.
    pub members: u32,
    /// Whether the other of a direct conversation is online.
    pub online: bool,
    pub unread: u64,
    /// The place of the newest message; 0 when there is none.
    pub last_seq: Seq,
    /// Whether there are older messages than those in the transcript.
    pub has_older: bool,
    /// Whether older messages have been asked for and have not come yet.
    pub loading: bool,
}

/// Somebody in a conversation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    pub id: UserId,
    pub name: String,
    pub mine: bool,
    pub online: bool,
}
