//! The ways in which a store can break its rules.

use crate::archive::Part;
use myna_chat::rules::PersonalItem;
use myna_protocol::{ClientId, ConversationId, Rev, Seq, SessionId, UserId};
use std::fmt;

/// A rule that a row breaks, with the ids of the row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Violation {
    /// The messages between these two are missing.
    Gap {
        conversation: ConversationId,
        after: Seq,
        before: Seq,
    },
    /// The conversation's row names another last message than the stored one.
    LastSeq {
        conversation: ConversationId,
        says: Seq,
        found: Seq,
    },
    MessageRev {
        conversation: ConversationId,
        seq: Seq,
        rev: Rev,
        of: Rev,
    },
    MemberRev {
        conversation: ConversationId,
        user: UserId,
        rev: Rev,
        of: Rev,
    },
    RowRev {
        conversation: ConversationId,
        rev: Rev,
        of: Rev,
    },
    /// The stamp of a membership is greater than the rev of the person's own feed.
    MembershipRev {
        conversation: ConversationId,
        user: UserId,
        rev: Rev,
        of: Rev,
    },
    /// The same message is stored twice.
    ClientIdTwice {
        conversation: ConversationId,
        sender: UserId,
        client_id: ClientId,
        first: Seq,
        second: Seq,
    },
    /// A place is beyond the last message, so the number of unread messages would be negative.
    PlaceBeyondLast {
        conversation: ConversationId,
        user: UserId,
        place: &'static str,
        seq: Seq,
        last_seq: Seq,
    },
    MemberCount {
        conversation: ConversationId,
        says: u32,
        found: u64,
    },
    /// The sender was never in the conversation.
    Stranger {
        conversation: ConversationId,
        seq: Seq,
        sender: UserId,
    },
    ReactionRev {
        conversation: ConversationId,
        seq: Seq,
        user: UserId,
        rev: Rev,
        of: Rev,
    },
    /// A reply to a message that is not before it.
    ReplyToNothing {
        conversation: ConversationId,
        seq: Seq,
        to: Seq,
    },
    /// A message has another number of replies than it says.
    ReplyCount {
        conversation: ConversationId,
        seq: Seq,
        says: u32,
        found: u32,
    },
    /// A reaction to a message that does not exist.
    ReactionToNothing {
        conversation: ConversationId,
        seq: Seq,
        user: UserId,
    },
    /// Who has reacted was never in the conversation.
    ReactionOfStranger {
        conversation: ConversationId,
        seq: Seq,
        user: UserId,
    },
    /// The members of a direct conversation are not its pair.
    Pair {
        conversation: ConversationId,
    },
    MemberIsNobody {
        conversation: ConversationId,
        user: UserId,
    },
    /// The stamp of a person is beyond the server's feed.
    PersonRev {
        user: UserId,
        rev: Rev,
        of: Rev,
    },
    PersonalOfNobody {
        user: UserId,
        item: PersonalItem,
    },
    /// The stamp of a personal row is beyond the person's own feed.
    PersonalRev {
        user: UserId,
        item: PersonalItem,
        rev: Rev,
        of: Rev,
    },
    /// A message waits to be sent, and no due job will send it at its time.
    NeverSent {
        user: UserId,
        item: PersonalItem,
    },
    SessionOfNobody {
        session: SessionId,
        user: UserId,
    },
    /// These rows belong to a conversation that does not exist.
    Orphans {
        part: Part,
        conversation: ConversationId,
    },
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Gap { conversation, after, before } => {
                write!(f, "conversation {conversation}: after message {after} comes message {before}")
            }
            Self::LastSeq { conversation, says, found } => {
                write!(f, "conversation {conversation}: its last message is {found}, and its row says {says}")
            }
            Self::MessageRev { conversation, seq, rev, of } => {
                write!(f, "conversation {conversation}: message {seq} has rev {rev}, beyond the conversation's {of}")
            }
            Self::MemberRev { conversation, user, rev, of } => {
                write!(f, "conversation {conversation}: member {user} has rev {rev}, beyond the conversation's {of}")
            }
            Self::RowRev { conversation, rev, of } => {
                write!(f, "conversation {conversation}: its row has rev {rev}, beyond its feed's {of}")
            }
            Self::MembershipRev { conversation, user, rev, of } => {
                write!(
                    f,
                    "conversation {conversation}: the membership of {user} has rev {rev}, beyond their feed's {of}"
                )
            }
            Self::ClientIdTwice { conversation, sender, client_id, first, second } => {
                let what =
                    format_args!("messages {first} and {second} of {sender} have the same client id {client_id}");
                write!(f, "conversation {conversation}: {what}")
            }
            Self::PlaceBeyondLast { conversation, user, place, seq, last_seq } => {
                write!(f, "conversation {conversation}: {user} {place} message {seq}, but the last one is {last_seq}")
            }
            Self::MemberCount { conversation, says, found } => {
                write!(f, "conversation {conversation}: {found} people are in it, and its row says {says}")
            }
            Self::Stranger { conversation, seq, sender } => {
                write!(f, "conversation {conversation}: {sender}, who sent message {seq}, was never in it")
            }
            Self::ReplyToNothing { conversation, seq, to } => {
                write!(f, "conversation {conversation}: message {seq} answers message {to}, which is not before it")
            }
            Self::ReplyCount { conversation, seq, says, found } => {
                let what = format_args!("message {seq} has {found} replies");
                write!(f, "conversation {conversation}: {what}, and says that it has {says}")
            }
            Self::ReactionRev { conversation, seq, user, rev, of } => {
                let what = format_args!("the reaction of {user} to message {seq}");
                write!(f, "conversation {conversation}: {what} has rev {rev}, beyond the conversation's {of}")
            }
            Self::ReactionToNothing { conversation, seq, user } => {
                write!(f, "conversation {conversation}: {user} has a reaction to message {seq}, which does not exist")
            }
            Self::ReactionOfStranger { conversation, seq, user } => {
                write!(f, "conversation {conversation}: {user}, who reacts to message {seq}, was never in it")
            }
            Self::Pair { conversation } => {
                write!(f, "conversation {conversation}: its members are not the pair of a direct conversation")
            }
            Self::MemberIsNobody { conversation, user } => {
                write!(f, "conversation {conversation}: member {user} does not exist")
            }
            Self::PersonRev { user, rev, of } => {
                write!(f, "person {user} has rev {rev}, beyond the server's feed's {of}")
            }
            Self::PersonalOfNobody { user, item } => write!(f, "{item}: its person {user} does not exist"),
            Self::PersonalRev { user, item, rev, of } => {
                write!(f, "{item} of person {user} has rev {rev}, beyond their feed's {of}")
            }
            Self::NeverSent { user, item } => write!(f, "{item} of person {user}: no due job sends it at its time"),
            Self::SessionOfNobody { session, user } => write!(f, "session {session}: its user {user} does not exist"),
            Self::Orphans { part, conversation } => {
                let part = match part {
                    Part::Members => "members",
                    Part::Messages => "messages",
                    Part::Reactions => "reactions",
                };
                write!(f, "conversation {conversation}: it has {part}, and does not exist")
            }
        }
    }
}
