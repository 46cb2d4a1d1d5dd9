//! The documents of each collection, and the nouns of Myna that they stand for.
//!
//! Ids are BSON UUIDs, moments BSON dates, counts 64-bit integers. `rev` fields are stamps of a feed's counter: a
//! conversation's counter is `conversations.rev`, a person's own is `users.rev`.

use super::failure::Failure;
use mongodb::bson::spec::BinarySubtype;
use mongodb::bson::{Binary, DateTime, Uuid};
use myna_protocol::{
    ClientId, Conversation, ConversationId, Kind, Member, Membership, Message, SessionId, Timestamp, User, UserId,
};
use serde::{Deserialize, Serialize};

pub(super) const USERS: &str = "users";
pub(super) const SESSIONS: &str = "sessions";
pub(super) const CONVERSATIONS: &str = "conversations";
pub(super) const MEMBERS: &str = "members";
pub(super) const MESSAGES: &str = "messages";
/// The processes that run on this database, one heartbeat each.
pub(super) const NODES: &str = "nodes";
/// What nodes tell each other for a moment.
pub(super) const EPHEMERAL: &str = "news";
/// The schema's number, and on a standalone server the journal.
pub(super) const META: &str = "meta";

/// A person.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct UserDoc {
    #[serde(rename = "_id")]
    pub(super) id: Uuid,
    pub(super) name: String,
    pub(super) name_key: String,
    /// The name's key from each of its words on: what somebody types is the beginning of one of these.
    pub(super) words: Vec<String>,
    pub(super) password_hash: String,
    pub(super) created_at: DateTime,
    pub(super) rev: i64,
}

/// A signed-in browser.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct SessionDoc {
    #[serde(rename = "_id")]
    pub(super) id: Uuid,
    /// SHA-256 of the token.
    pub(super) token_hash: Binary,
    pub(super) user_id: Uuid,
    pub(super) created_at: DateTime,
    pub(super) expires_at: DateTime,
}

/// The two people of a direct conversation; the same twice for a note to self.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(super) struct Pair {
    pub(super) low: Uuid,
    pub(super) high: Uuid,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum KindDoc {
    Direct,
    Group,
    Channel,
}

/// A conversation and its counters.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct ConversationDoc {
    #[serde(rename = "_id")]
    pub(super) id: Uuid,
    pub(super) kind: KindDoc,
    pub(super) name: Option<String>,
    /// Of channels only: what makes their names unique.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) name_key: Option<String>,
    /// As a person's, of channels only.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) words: Vec<String>,
    /// Of direct conversations only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) pair: Option<Pair>,
    pub(super) created_by: Uuid,
    pub(super) created_at: DateTime,
    /// Whether members are told how far the others have read.
    pub(super) receipts: bool,
    pub(super) member_count: i64,
    pub(super) last_seq: i64,
    /// The feed's counter.
    pub(super) rev: i64,
    /// The stamp of this row itself.
    pub(super) row_rev: i64,
}

/// Somebody who is, or was, in a conversation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct MemberDoc {
    pub(super) conversation_id: Uuid,
    pub(super) user_id: Uuid,
    /// The person's, so that a member's row is one document.
    pub(super) name: String,
    /// The conversation's rev at which they first joined: the order of members.
    #[serde(rename = "came")]
    pub(super) joined_rev: i64,
    pub(super) joined_seq: i64,
    pub(super) left_seq: Option<i64>,
    pub(super) read_seq: i64,
    pub(super) read_at: Option<DateTime>,
    /// The stamp in the conversation's feed.
    pub(super) rev: i64,
    /// The stamp in the person's own feed.
    pub(super) user_rev: i64,
}

/// A message.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct MessageDoc {
    pub(super) conversation_id: Uuid,
    pub(super) seq: i64,
    pub(super) sender_id: Uuid,
    pub(super) client_id: Uuid,
    pub(super) body: String,
    pub(super) created_at: DateTime,
    pub(super) rev: i64,
}

/// Ids as BSON has them. In the key of an index an id stands for itself: it is binary, never an operator, and not every
/// server sees an equality in `$eq` where more of the index is asked for. Everything else that is said to us stands in `$eq`.
pub(super) trait AsUuid {
    fn uuid(&self) -> Uuid;
}

macro_rules! as_uuid {
    ($($id:ty),+) => {
        $(impl AsUuid for $id {
            fn uuid(&self) -> Uuid {
                Uuid::from_bytes(*self.as_bytes())
            }
        })+
    };
}

as_uuid!(UserId, ConversationId, ClientId, SessionId);

pub(super) fn uuids<T: AsUuid>(ids: &[T]) -> Vec<Uuid> {
    ids.iter().map(AsUuid::uuid).collect()
}

pub(super) fn user_id(id: Uuid) -> UserId {
    UserId::from_bytes(id.bytes())
}

pub(super) fn conversation_id(id: Uuid) -> ConversationId {
    ConversationId::from_bytes(id.bytes())
}

pub(super) fn session_id(id: Uuid) -> SessionId {
    SessionId::from_bytes(id.bytes())
}

pub(super) fn date(at: Timestamp) -> DateTime {
    DateTime::from_millis(at.millis())
}

pub(super) fn timestamp(at: DateTime) -> Timestamp {
    Timestamp(at.timestamp_millis())
}

/// A count as BSON holds it. Nothing stored is ever as large as where this cuts.
pub(super) fn int(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

/// The greatest count that everybody who is told it can hold exactly. No conversation comes near it.
const GREATEST: u64 = 1 << 53;

/// A count as a document has it.
pub(super) fn count(value: i64) -> Result<u64, Failure> {
    let count = u64::try_from(value).ok().filter(|count| *count <= GREATEST);
    count.ok_or_else(|| Failure::Corrupt(format!("a count is {value}")))
}

pub(super) fn token_hash(hash: &[u8; 32]) -> Binary {
    Binary { subtype: BinarySubtype::Generic, bytes: hash.to_vec() }
}

impl Pair {
    pub(super) fn of(one: UserId, other: UserId) -> Self {
        Self { low: one.min(other).uuid(), high: one.max(other).uuid() }
    }
}

impl From<Kind> for KindDoc {
    fn from(kind: Kind) -> Self {
        match kind {
            Kind::Direct => Self::Direct,
            Kind::Group => Self::Group,
            Kind::Channel => Self::Channel,
        }
    }
}

impl From<KindDoc> for Kind {
    fn from(kind: KindDoc) -> Self {
        match kind {
            KindDoc::Direct => Self::Direct,
            KindDoc::Group => Self::Group,
            KindDoc::Channel => Self::Channel,
        }
    }
}

impl UserDoc {
    pub(super) fn row(self) -> User {
        User { id: user_id(self.id), name: self.name }
    }
}

impl ConversationDoc {
    /// Its counters are what one can count on from.
    pub(super) fn checked(self) -> Result<Self, Failure> {
        for counter in [self.member_count, self.last_seq, self.rev, self.row_rev] {
            count(counter)?;
        }
        Ok(self)
    }

    pub(super) fn row(&self) -> Result<Conversation, Failure> {
        Ok(Conversation {
            id: conversation_id(self.id),
            kind: self.kind.into(),
            name: self.name.clone(),
            created_by: user_id(self.created_by),
            created_at: timestamp(self.created_at),
            members: u32::try_from(self.member_count)
                .map_err(|_| Failure::Corrupt(format!("a conversation has {} members", self.member_count)))?,
            receipts: self.receipts,
            rev: count(self.row_rev)?,
        })
    }
}

impl MemberDoc {
    /// Its counts are such.
    pub(super) fn checked(self) -> Result<Self, Failure> {
        for counter in
            [self.joined_rev, self.joined_seq, self.left_seq.unwrap_or(0), self.read_seq, self.rev, self.user_rev]
        {
            count(counter)?;
        }
        Ok(self)
    }

    pub(super) fn is_in(&self) -> bool {
        self.left_seq.is_none()
    }

    /// The member as the others see them: how far they have read is told only where the conversation tells `receipts`.
    pub(super) fn row(&self, receipts: bool) -> Result<Member, Failure> {
        let (read_seq, read_at) = if receipts { (count(self.read_seq)?, self.read_at) } else { (0, None) };
        Ok(Member {
            conversation: conversation_id(self.conversation_id),
            user: user_id(self.user_id),
            name: self.name.clone(),
            joined_seq: count(self.joined_seq)?,
            left_seq: self.left_seq.map(count).transpose()?,
            read_seq,
            read_at: read_at.map(timestamp),
            rev: count(self.rev)?,
        })
    }

    /// The same as the person sees it.
    pub(super) fn membership(&self) -> Result<Membership, Failure> {
        Ok(Membership {
            conversation: conversation_id(self.conversation_id),
            joined: self.is_in(),
            read_seq: count(self.read_seq)?,
            rev: count(self.user_rev)?,
        })
    }
}

impl MessageDoc {
    pub(super) fn row(self) -> Result<Message, Failure> {
        Ok(Message {
            conversation: conversation_id(self.conversation_id),
            seq: count(self.seq)?,
            sender: user_id(self.sender_id),
            client_id: ClientId::from_bytes(self.client_id.bytes()),
            text: self.body,
            sent_at: timestamp(self.created_at),
            rev: count(self.rev)?,
        })
    }
}
