//! The rows that a store keeps: what a change reads and writes. What clients see of them are `myna_protocol::Row`s.

use super::{Change, JobId};
use myna_protocol::{
    ClientId, Conversation, ConversationId, Kind, Member, Membership, Message, Person, Reaction, Rev, Seq, Timestamp,
    UserId,
};

/// The server's own row.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ServerRow {
    /// The counter of the server's feed.
    pub rev: Rev,
}

/// A person, without what proves who they are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserRow {
    pub id: UserId,
    pub name: String,
    /// The counter of their own feed.
    pub rev: Rev,
    /// The stamp in the server's feed; 0 until the person first changes.
    pub person_rev: Rev,
}

/// A conversation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConversationRow {
    pub id: ConversationId,
    pub kind: Kind,
    pub name: Option<String>,
    /// Of direct conversations only: the two people, the lower id first (the same one twice in a note to self).
    pub pair: Option<[UserId; 2]>,
    pub created_by: UserId,
    pub created_at: Timestamp,
    /// Whether members see how far the others have read.
    pub receipts: bool,
    /// How many people are in it now.
    pub member_count: u32,
    pub last_seq: Seq,
    /// When the last message was sent, or else when the conversation was created: the order of people's lists.
    pub active_at: Timestamp,
    /// The counter of its feed.
    pub rev: Rev,
    /// The stamp of this row.
    pub row_rev: Rev,
}

/// A person who is, or was, in a conversation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MemberRow {
    pub conversation: ConversationId,
    pub user: UserId,
    /// The conversation's rev at which they first joined: the order of members.
    pub joined_rev: Rev,
    pub joined_seq: Seq,
    pub left_seq: Option<Seq>,
    pub read_seq: Seq,
    pub read_at: Option<Timestamp>,
    /// The stamp in the conversation's feed.
    pub rev: Rev,
    /// The stamp in the person's own feed.
    pub user_rev: Rev,
}

/// A change that is due later.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JobRow {
    pub id: JobId,
    pub due_at: Timestamp,
    pub change: Change,
}

impl UserRow {
    /// The person as others see them.
    pub fn row(&self) -> Person {
        Person { id: self.id, name: self.name.clone(), rev: self.person_rev }
    }
}

impl ConversationRow {
    /// The conversation as its members see it.
    pub fn row(&self) -> Conversation {
        Conversation {
            id: self.id,
            kind: self.kind,
            name: self.name.clone(),
            created_by: self.created_by,
            created_at: self.created_at,
            members: self.member_count,
            receipts: self.receipts,
            rev: self.row_rev,
        }
    }
}

impl MemberRow {
    /// Whether the person is in the conversation now.
    pub fn is_in(&self) -> bool {
        self.left_seq.is_none()
    }

    /// The member as the others see them. How far they have read shows only where the conversation has `receipts`.
    pub fn row(&self, receipts: bool) -> Member {
        let (read_seq, read_at) = if receipts { (self.read_seq, self.read_at) } else { (0, None) };
        Member {
            conversation: self.conversation,
            user: self.user,
            joined_seq: self.joined_seq,
            left_seq: self.left_seq,
            read_seq,
            read_at,
            rev: self.rev,
        }
    }

    /// The same as the person sees it.
    pub fn membership(&self) -> Membership {
        Membership {
            conversation: self.conversation,
            joined: self.is_in(),
            read_seq: self.read_seq,
            rev: self.user_rev,
        }
    }
}

/// What makes a message the same message: its conversation, its sender and the id that their client drew.
pub type SentKey = (ConversationId, UserId, ClientId);

/// A message and who reacts to it.
pub type ReactionKey = (ConversationId, Seq, UserId);

/// The key of a reaction.
pub(super) fn reaction_key(reaction: &Reaction) -> ReactionKey {
    (reaction.conversation, reaction.seq, reaction.user)
}

/// The key of a message that was sent.
pub(super) fn sent_key(message: &Message) -> SentKey {
    (message.conversation, message.sender, message.client_id)
}
