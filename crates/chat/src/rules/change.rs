//! What somebody asks to be changed.

use super::{JobId, ScheduleBounds};
use myna_protocol::limits::{EDITS, TEXT_CHARS};
use myna_protocol::{ClientId, ConversationId, Emoji, MessageRef, Name, Rejection, Seq, Text, Timestamp, UserId};
use serde::{Deserialize, Serialize};

/// One durable change: who asks for it, when, and what it is. Whether they may is decided inside the commit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    pub actor: Actor,
    pub at: Timestamp,
    pub verb: Verb,
}

/// Who asks for a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Actor {
    User(UserId),
    /// Myna itself: the worker of due jobs.
    System,
}

/// What a change does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case")]
pub enum Verb {
    Send {
        conversation: ConversationId,
        client_id: ClientId,
        text: Text,
        /// The message that it answers.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reply_to: Option<Seq>,
    },
    /// Sends the text of another message.
    Forward {
        conversation: ConversationId,
        client_id: ClientId,
        message: MessageRef,
    },
    /// Stores a message that the server sends later. The same client id again changes nothing.
    ScheduleMessage {
        conversation: ConversationId,
        client_id: ClientId,
        text: Text,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reply_to: Option<Seq>,
        send_at: Timestamp,
        /// Of the due job that sends it.
        job: JobId,
        bounds: ScheduleBounds,
    },
    /// Gives a scheduled message another text and another time.
    EditScheduled {
        client_id: ClientId,
        text: Text,
        send_at: Timestamp,
        bounds: ScheduleBounds,
    },
    /// Sends a scheduled message.
    SendScheduled {
        client_id: ClientId,
        /// Because its time has come, and not because the person asks for it now.
        is_due: bool,
    },
    DeleteScheduled {
        client_id: ClientId,
    },
    /// Gives a message of the actor's another text.
    Edit {
        conversation: ConversationId,
        seq: Seq,
        text: Text,
        /// Milliseconds after sending in which that is possible.
        window: u64,
    },
    /// Takes the texts of a message away: of the actor's own, or of any in a channel that the actor created.
    Unsend {
        conversation: ConversationId,
        seq: Seq,
        /// Milliseconds after sending in which the sender can do it.
        window: u64,
    },
    /// Gives the actor's reaction to a message, or takes it back.
    React {
        conversation: ConversationId,
        seq: Seq,
        emoji: Option<Emoji>,
        /// How many people can have a reaction to the message.
        most: u32,
    },
    Read {
        conversation: ConversationId,
        seq: Seq,
    },
    /// Opens the direct conversation of two people (or of one with themselves). It takes `id` only if there is none yet.
    Direct {
        id: ConversationId,
        with: UserId,
    },
    /// `members` without duplicates and without the actor.
    Group {
        id: ConversationId,
        name: Option<Name>,
        members: Vec<UserId>,
    },
    Channel {
        id: ConversationId,
        name: Name,
    },
    Join {
        conversation: ConversationId,
    },
    /// Brings people, without duplicates, into a conversation of the actor's.
    Add {
        conversation: ConversationId,
        users: Vec<UserId>,
    },
    Leave {
        conversation: ConversationId,
    },
    /// Renames the actor.
    RenameUser {
        name: Name,
    },
    /// Renames a group or a channel; `None` removes a group's name.
    RenameConversation {
        conversation: ConversationId,
        name: Option<Name>,
    },
    /// Performs what is due and deletes its job. A job that is gone changes nothing.
    RunJob {
        id: JobId,
    },
}

impl Verb {
    /// The change that a person asks for by this verb.
    pub fn by(self, user: UserId, at: Timestamp) -> Change {
        Change { actor: Actor::User(user), at, verb: self }
    }
}

impl Change {
    /// The person who asks. `NotFound` when it is Myna itself, which is in no conversation.
    pub(super) fn user(&self) -> Result<UserId, Rejection> {
        match self.actor {
            Actor::User(user) => Ok(user),
            Actor::System => Err(Rejection::NotFound),
        }
    }

    /// About how many bytes of text this change brings into its commit.
    pub fn weight(&self) -> usize {
        match &self.verb {
            // With the texts that it had before, at most four bytes a character.
            Verb::Edit { .. } => 4 * TEXT_CHARS * (EDITS + 1),
            Verb::Send { text, .. } => text.as_str().len(),
            // They load what the person has scheduled: so few of them are committed together.
            Verb::ScheduleMessage { .. } | Verb::EditScheduled { .. } => 4 * TEXT_CHARS,
            // At most four bytes a character.
            Verb::Forward { .. } | Verb::SendScheduled { .. } | Verb::RunJob { .. } => 4 * TEXT_CHARS,
            Verb::Group { members: users, .. } | Verb::Add { users, .. } => users.len() * 512,
            _ => 0,
        }
    }
}
