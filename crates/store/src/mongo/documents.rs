//! The documents of each collection, and the nouns of Myna that they stand for.
//!
//! Ids are BSON UUIDs, moments BSON dates, counts 64-bit integers. `rev` fields are stamps of a feed's counter: a
//! conversation's counter is `conversations.rev`, a person's own is `users.rev`.

use super::failure::Failure;
use mongodb::bson::spec::BinarySubtype;
use mongodb::bson::{Binary, DateTime, Uuid};
use myna_chat::row_weight;
use myna_chat::rules::{ConversationRow, JobRow, MemberRow, PersonalRow, UserRow};
use myna_protocol::{
    ClientId, Conversation, ConversationId, Kind, Message, Name, Person, Reaction, Row, SessionId, Timestamp, User,
    UserId,
};

use crate::words::tails;
use serde::{Deserialize, Serialize};

pub(super) const USERS: &str = "users";
pub(super) const SESSIONS: &str = "sessions";
pub(super) const CONVERSATIONS: &str = "conversations";
pub(super) const MEMBERS: &str = "members";
pub(super) const MESSAGES: &str = "messages";
pub(super) const REACTIONS: &str = "reactions";
/// The processes that run on this database, one heartbeat each.
pub(super) const NODES: &str = "nodes";
/// What nodes tell each other for a moment.
pub(super) const EPHEMERAL: &str = "news";
/// The server's own document.
pub(super) const SERVER: &str = "server";
pub(super) const SERVER_ID: &str = "server";
/// What belongs to one person alone.
pub(super) const PERSONAL: &str = "personal";
pub(super) const JOBS: &str = "jobs";
/// Who reads the change log.
pub(super) const CONSUMERS: &str = "consumers";
/// The change log of a standalone server.
pub(super) const LOG: &str = "log";
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
    /// Missing until the person first changes.
    #[serde(default)]
    pub(super) person_rev: i64,
}

/// What of a person the rules need.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct UserRowDoc {
    #[serde(rename = "_id")]
    id: Uuid,
    name: String,
    rev: i64,
    #[serde(default)]
    person_rev: i64,
}

/// The server's own document.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct ServerDoc {
    pub(super) rev: i64,
}

/// A change that is due later, as JSON: what it says is the rules' own.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct JobDoc {
    #[serde(rename = "_id")]
    pub(super) id: Uuid,
    due_at: DateTime,
    change: String,
}

/// What belongs to one person alone.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct PersonalDoc {
    pub(super) user_id: Uuid,
    /// What it is about, as text.
    pub(super) item: String,
    /// Whether it has a value.
    live: bool,
    /// As JSON: what it says is the rules' own.
    value: Option<String>,
    rev: i64,
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
    /// Nodes of the release before do not know it: where it is missing, the creation stands for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) active_at: Option<DateTime>,
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
    /// The person's, as nodes of the release before read it. Nothing here reads it: people have rows of their own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) name: Option<String>,
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

/// How a person reacts to a message.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct ReactionDoc {
    pub(super) conversation_id: Uuid,
    pub(super) seq: i64,
    pub(super) user_id: Uuid,
    /// None once it was taken back.
    pub(super) emoji: Option<String>,
    pub(super) rev: i64,
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
    /// What most messages do not have, as JSON: what it says is the rules' own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) extra: Option<String>,
    /// Of replies only: the message that their thread begins with, as `extra` says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) thread: Option<i64>,
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

impl UserRowDoc {
    pub(super) fn stored(self) -> Result<UserRow, Failure> {
        let (rev, person_rev) = (count(self.rev)?, count(self.person_rev)?);
        Ok(UserRow { id: user_id(self.id), name: self.name, rev, person_rev })
    }

    pub(super) fn person(self) -> Result<Person, Failure> {
        Ok(self.stored()?.row())
    }
}

impl ConversationDoc {
    pub(super) fn of(row: &ConversationRow) -> Self {
        let name_key = row.name.as_deref().filter(|_| row.kind == Kind::Channel).map(Name::search_key);
        Self {
            id: row.id.uuid(),
            kind: row.kind.into(),
            name: row.name.clone(),
            words: name_key.iter().flat_map(|key| tails(key)).map(str::to_owned).collect(),
            name_key,
            pair: row.pair.map(|[low, high]| Pair::of(low, high)),
            created_by: row.created_by.uuid(),
            created_at: date(row.created_at),
            receipts: row.receipts,
            member_count: row.member_count.into(),
            last_seq: int(row.last_seq),
            active_at: Some(date(row.active_at)),
            rev: int(row.rev),
            row_rev: int(row.row_rev),
        }
    }

    pub(super) fn stored(self) -> Result<ConversationRow, Failure> {
        let members = u32::try_from(self.member_count);
        Ok(ConversationRow {
            id: conversation_id(self.id),
            kind: self.kind.into(),
            name: self.name,
            pair: self.pair.map(|pair| [user_id(pair.low), user_id(pair.high)]),
            created_by: user_id(self.created_by),
            created_at: timestamp(self.created_at),
            receipts: self.receipts,
            member_count: members
                .map_err(|_| Failure::Corrupt(format!("a conversation has {} members", self.member_count)))?,
            last_seq: count(self.last_seq)?,
            active_at: timestamp(self.active_at.unwrap_or(self.created_at)),
            rev: count(self.rev)?,
            row_rev: count(self.row_rev)?,
        })
    }

    pub(super) fn row(&self) -> Result<Conversation, Failure> {
        Ok(self.clone().stored()?.row())
    }
}

impl MemberDoc {
    /// Without a name.
    pub(super) fn of(row: &MemberRow) -> Self {
        Self {
            conversation_id: row.conversation.uuid(),
            user_id: row.user.uuid(),
            name: None,
            joined_rev: int(row.joined_rev),
            joined_seq: int(row.joined_seq),
            left_seq: row.left_seq.map(int),
            read_seq: int(row.read_seq),
            read_at: row.read_at.map(date),
            rev: int(row.rev),
            user_rev: int(row.user_rev),
        }
    }

    pub(super) fn stored(&self) -> Result<MemberRow, Failure> {
        Ok(MemberRow {
            conversation: conversation_id(self.conversation_id),
            user: user_id(self.user_id),
            joined_rev: count(self.joined_rev)?,
            joined_seq: count(self.joined_seq)?,
            left_seq: self.left_seq.map(count).transpose()?,
            read_seq: count(self.read_seq)?,
            read_at: self.read_at.map(timestamp),
            rev: count(self.rev)?,
            user_rev: count(self.user_rev)?,
        })
    }
}

impl ReactionDoc {
    pub(super) fn of(reaction: &Reaction) -> Self {
        Self {
            conversation_id: reaction.conversation.uuid(),
            seq: int(reaction.seq),
            user_id: reaction.user.uuid(),
            emoji: reaction.emoji.clone(),
            rev: int(reaction.rev),
        }
    }

    pub(super) fn row(self) -> Result<Reaction, Failure> {
        Ok(Reaction {
            conversation: conversation_id(self.conversation_id),
            seq: count(self.seq)?,
            user: user_id(self.user_id),
            emoji: self.emoji,
            rev: count(self.rev)?,
        })
    }
}

impl MessageDoc {
    pub(super) fn of(message: &Message) -> Result<Self, Failure> {
        let extra = message.extra.as_ref().map(serde_json::to_string).transpose();
        Ok(Self {
            conversation_id: message.conversation.uuid(),
            seq: int(message.seq),
            sender_id: message.sender.uuid(),
            client_id: message.client_id.uuid(),
            body: message.text.clone(),
            created_at: date(message.sent_at),
            rev: int(message.rev),
            extra: extra.map_err(|error| Failure::Corrupt(error.to_string()))?,
            thread: message.reply().map(|reply| int(reply.thread)),
        })
    }

    pub(super) fn row(self) -> Result<Message, Failure> {
        let extra = self.extra.as_deref().map(serde_json::from_str).transpose();
        Ok(Message {
            conversation: conversation_id(self.conversation_id),
            seq: count(self.seq)?,
            sender: user_id(self.sender_id),
            client_id: ClientId::from_bytes(self.client_id.bytes()),
            text: self.body,
            sent_at: timestamp(self.created_at),
            rev: count(self.rev)?,
            extra: extra.map_err(|error| Failure::Corrupt(format!("a message cannot be read: {error}")))?,
        })
    }
}

impl MessageDoc {
    /// What its row weighs.
    pub(super) fn weight(&self) -> Result<usize, Failure> {
        // Its text need not be copied for that.
        let Self { conversation_id, seq, sender_id, client_id, created_at, rev, ref extra, thread, .. } = *self;
        let (body, extra) = (String::new(), extra.clone());
        let plain = Self { conversation_id, seq, sender_id, client_id, body, created_at, rev, extra, thread };
        Ok(row_weight(&Row::Message(plain.row()?)) + self.body.len())
    }
}

impl JobDoc {
    pub(super) fn of(row: &JobRow) -> Result<Self, Failure> {
        let change = serde_json::to_string(&row.change).map_err(|error| Failure::Corrupt(error.to_string()))?;
        Ok(Self { id: Uuid::from_bytes(row.id), due_at: date(row.due_at), change })
    }

    pub(super) fn stored(self) -> Result<JobRow, Failure> {
        let change = serde_json::from_str(&self.change);
        let change = change.map_err(|error| Failure::Corrupt(format!("a due job cannot be read: {error}")))?;
        Ok(JobRow { id: self.id.bytes(), due_at: timestamp(self.due_at), change })
    }
}

impl PersonalDoc {
    pub(super) fn of(row: &PersonalRow) -> Result<Self, Failure> {
        let value = row.value.as_ref().map(serde_json::to_string).transpose();
        let value = value.map_err(|error| Failure::Corrupt(error.to_string()))?;
        let (user_id, item, rev) = (row.user.uuid(), row.item.to_string(), int(row.rev));
        Ok(Self { user_id, item, live: value.is_some(), value, rev })
    }

    pub(super) fn stored(self) -> Result<PersonalRow, Failure> {
        let wrong = |what: &dyn std::fmt::Display| Failure::Corrupt(format!("a personal row cannot be read: {what}"));
        let value = self.value.as_deref().map(serde_json::from_str).transpose();
        Ok(PersonalRow {
            user: user_id(self.user_id),
            item: self.item.parse().map_err(|error| wrong(&error))?,
            value: value.map_err(|error| wrong(&error))?,
            rev: count(self.rev)?,
        })
    }

    /// The row as its person sees it; `Unknown` for one of a later version, which this one does not know. It is not to be sent.
    pub(super) fn row(self) -> Result<Row, Failure> {
        Ok(self.stored().map_or(Row::Unknown, |row| row.row()))
    }
}
