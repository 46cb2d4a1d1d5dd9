//! What the rules need of a store: small traits per noun, summed as [`Store`].
//!
//! Methods say the intent; what must be atomic is one method; absence is `Option`. Drivers live in `myna-store`, and one
//! contract suite runs on each of them: what a comment here promises, a rule there proves.

use crate::{ChangeNotices, Supervisor};
use async_trait::async_trait;
use myna_protocol::{
    ClientId, Conversation, ConversationId, Feed, FeedRows, Kind, Name, Rejection, Rev, Row, Seq, SessionId, Text,
    Timestamp, User, UserId,
};
use std::sync::Arc;

/// A store's own failure: ours to mend, never the caller's fault, not to be shown.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Something with the same unique key is there already.
    #[error("already there")]
    Conflict,
    /// The store cannot be reached or cannot write now; nothing was changed; it may pass.
    #[error("the store is unavailable: {0}")]
    Unavailable(String),
    /// What the store holds breaks its own rules.
    #[error("the store is corrupt: {0}")]
    Corrupt(String),
    /// Anything else the driver says.
    #[error("the store failed: {0}")]
    Backend(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// Everything the rules need of a store.
pub trait Store: UserStore + SessionStore + ConversationStore + FeedStore + Bus {}

impl<T: UserStore + SessionStore + ConversationStore + FeedStore + Bus> Store for T {}

/// Somebody about to be stored.
#[derive(Debug, Clone)]
pub struct NewUser {
    pub id: UserId,
    pub name: Name,
    /// A PHC string.
    pub password_hash: String,
    pub created_at: Timestamp,
}

/// A person with what proves them.
#[derive(Debug, Clone)]
pub struct Account {
    pub user: User,
    /// A PHC string.
    pub password_hash: String,
}

/// People.
#[async_trait]
pub trait UserStore: Send + Sync {
    /// Stores a person. `Conflict` when somebody has a name with the same `Name::key`.
    async fn create_user(&self, user: NewUser) -> Result<(), StoreError>;

    /// The person whose name has this key (see `Name::key`).
    async fn account_by_name_key(&self, key: &str) -> Result<Option<Account>, StoreError>;

    /// Replaces the password's hash: after a sign-in, when the parameters have risen.
    async fn set_password_hash(&self, user: UserId, password_hash: &str) -> Result<(), StoreError>;

    /// Those of these people that exist, in no order.
    async fn users(&self, ids: &[UserId]) -> Result<Vec<User>, StoreError>;

    /// People whose name, from one of its words on, begins with `prefix` (a `Name::search_key`; empty: everybody), by
    /// name key, at most `limit`.
    async fn search_users(&self, prefix: &str, limit: u32) -> Result<Vec<User>, StoreError>;
}

/// One signed-in browser.
#[derive(Debug, Clone)]
pub struct Session {
    pub id: SessionId,
    pub user: User,
    pub expires_at: Timestamp,
}

/// A session about to be stored.
#[derive(Debug, Clone)]
pub struct NewSession {
    pub id: SessionId,
    /// SHA-256 of the token: the token itself is never stored.
    pub token_hash: [u8; 32],
    pub user: UserId,
    pub created_at: Timestamp,
    pub expires_at: Timestamp,
}

/// Sessions.
#[async_trait]
pub trait SessionStore: Send + Sync {
    async fn create_session(&self, session: NewSession) -> Result<(), StoreError>;

    /// The session of this token, expired or not.
    async fn session_by_token_hash(&self, token_hash: &[u8; 32]) -> Result<Option<Session>, StoreError>;

    /// Whether this session is still stored, and when it expires.
    async fn session_expiry(&self, id: SessionId) -> Result<Option<Timestamp>, StoreError>;

    /// Ends a session. Ending one that is not there succeeds.
    async fn delete_session(&self, id: SessionId) -> Result<(), StoreError>;

    /// Those of these sessions that are stored no more, in no order.
    async fn ended_sessions(&self, ids: &[SessionId]) -> Result<Vec<SessionId>, StoreError>;

    /// Removes the sessions that expired before `now`; how many there were.
    async fn delete_expired_sessions(&self, now: Timestamp) -> Result<u64, StoreError>;
}

/// One durable change, asked for by somebody. Whether they may is checked inside the commit.
#[derive(Debug, Clone)]
pub enum Change {
    Send {
        conversation: ConversationId,
        sender: UserId,
        client_id: ClientId,
        text: Text,
        at: Timestamp,
    },
    Read {
        conversation: ConversationId,
        user: UserId,
        seq: Seq,
        at: Timestamp,
    },
    /// The direct conversation of two people (or of one with themselves); `id` is taken only where there is none yet.
    Direct {
        id: ConversationId,
        user: UserId,
        with: UserId,
        at: Timestamp,
    },
    /// `members` without doubles and without the creator.
    Group {
        id: ConversationId,
        creator: UserId,
        name: Option<Name>,
        members: Vec<UserId>,
        at: Timestamp,
    },
    Channel {
        id: ConversationId,
        creator: UserId,
        name: Name,
        at: Timestamp,
    },
    Join {
        conversation: ConversationId,
        user: UserId,
        at: Timestamp,
    },
    Leave {
        conversation: ConversationId,
        user: UserId,
        at: Timestamp,
    },
}

/// What came of a change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Committed {
    pub conversation: ConversationId,
    /// A sent message's place.
    pub seq: Option<Seq>,
    /// What changed, feed by feed, in the order of the commit; empty when nothing did (a retry, an older read place).
    pub events: Vec<FeedRows>,
    /// Who is in the conversation since this change, and was not before.
    pub joined: Vec<UserId>,
    /// Who is not in it any more.
    pub left: Vec<UserId>,
}

/// What the rules need to know of a conversation to let somebody act in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Access {
    pub kind: Kind,
    pub receipts: bool,
}

/// Conversations and what is said in them.
#[async_trait]
pub trait ConversationStore: Send + Sync {
    /// Commits changes in their order, all in one durable commit: one answer for each, in the same order. A refused
    /// change changes nothing and does not stop the others. An `Err` means that none was committed, or that it is not
    /// known; repeating the same changes is then safe.
    ///
    /// Rules:
    /// - `Send`: `NotFound` unless the sender is in the conversation. Takes the next `seq` and the next `rev`. The same
    ///   `(conversation, sender, client_id)` with the same text answers the first seq, with no events, also to who has left
    ///   since; with another text `ClientIdReused`. Also within one batch. The sender has then read up to it: `members.read_seq` rises with no
    ///   event, since the message's row says so by itself.
    /// - `Read`: `NotFound` unless a member. `seq` is cut to the last one; a place not beyond the old one changes nothing.
    ///   Stamps the person's membership row in their own feed, and where the conversation tells receipts their member
    ///   row in its feed.
    /// - `Direct`: `NotFound` when the other does not exist. The same pair in either order always gets the same one.
    /// - `Group`: `NotFound` when somebody does not exist. A retry (same id, same creator, a group) answers the first;
    ///   any other use of a taken id is `IdTaken`. Tells receipts when it has at most `RECEIPT_MEMBERS` people.
    /// - `Channel`: `NameTaken` when a channel has a name with the same key; the same retry rule as a group.
    /// - `Join`: `NotFound` unless it is a channel. Joining twice changes nothing. Who joins has read up to the last message.
    /// - `Leave`: `NotFound` unless a member; `DirectStays` in a direct conversation.
    ///
    /// Events: a conversation's creation is one event of its feed, from 0 to 1, with all its rows, and one event of each
    /// member's own feed. Joining and leaving stamp the conversation's row (its member count), the member row, and the
    /// person's membership row. Where no receipts are told, member rows carry `read_seq` 0 and no `read_at`.
    async fn commit(&self, batch: Vec<Change>) -> Result<Vec<Result<Committed, Rejection>>, StoreError>;

    /// What the conversation is, if this person is in it now.
    async fn access(&self, user: UserId, conversation: ConversationId) -> Result<Option<Access>, StoreError>;

    /// Public channels whose name, from one of its words on, begins with `prefix` (a `Name::search_key`; empty: all), by
    /// name key, at most `limit`.
    async fn search_channels(&self, prefix: &str, limit: u32) -> Result<Vec<Conversation>, StoreError>;
}

/// How far a feed has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Head {
    pub feed: Feed,
    pub rev: Rev,
    /// Whether the people of this conversation see each other come and go (direct ones and groups that tell receipts).
    pub presence: bool,
}

/// Feeds, for loading and resuming. Each answer is one consistent snapshot.
#[async_trait]
pub trait FeedStore: Send + Sync {
    /// The heads of a person's own feed (first) and of every conversation they are in.
    async fn heads(&self, user: UserId) -> Result<Vec<Head>, StoreError>;

    /// How far these feeds have come: those that exist, in no order.
    async fn revs(&self, feeds: &[Feed]) -> Result<Vec<(Feed, Rev)>, StoreError>;

    /// The other people in the conversations of this person whose members see each other come and go: each once, in no
    /// order. Who left, and conversations that the person left, do not count.
    async fn presence_peers(&self, user: UserId) -> Result<Vec<UserId>, StoreError>;

    /// The rows of a feed with a rev greater than `rev`, by rev; `None` when they are more than `limit`, or when `rev`
    /// is ahead of the feed, or when there is no such feed.
    async fn rows_since(&self, feed: Feed, rev: Rev, limit: u32) -> Result<Option<FeedRows>, StoreError>;

    /// A person's own feed afresh: one membership row for each conversation they are in.
    async fn load_user(&self, user: UserId) -> Result<FeedRows, StoreError>;

    /// Conversations afresh, in the given order, leaving out those that do not exist: the conversation's row, its newest
    /// `messages` messages by seq, and member rows: everybody who is or was in it up to `GROUP_MEMBERS` of them (those
    /// who came first), and the senders of the messages in any case.
    async fn load_conversations(&self, ids: &[ConversationId], messages: u32) -> Result<Vec<FeedRows>, StoreError>;

    /// The `limit` messages before `seq`, oldest first, followed by the member rows of their senders.
    async fn messages_before(&self, conversation: ConversationId, seq: Seq, limit: u32)
    -> Result<Vec<Row>, StoreError>;

    /// The `limit` messages after `seq`, oldest first, followed by the member rows of their senders.
    async fn messages_after(&self, conversation: ConversationId, seq: Seq, limit: u32) -> Result<Vec<Row>, StoreError>;

    /// Whether the store answers now: a cheap read.
    async fn ping(&self) -> Result<(), StoreError>;
}

/// One process on a store, for as long as it runs.
pub type NodeId = [u8; 16];

/// What reaches a node from the store's other nodes: a notifier, no truth. Notices may come late, twice and in any order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ChangeNotice {
    /// This feed has come to this rev; it may have come further. One's own commits notice too.
    Feed(Feed, Rev),
    /// This session is stored no more.
    SessionEnded(SessionId),
    /// Another node tells this.
    EphemeralUpdate(NodeId, EphemeralUpdate),
    /// Notices may have been lost: every feed and session in use has to be looked at.
    Missed,
}

/// What one node tells the others: it holds for a moment and may be lost.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EphemeralUpdate {
    /// Who types where, or stopped.
    pub typing: Vec<(ConversationId, UserId, bool)>,
    /// People who have their first connection to the node.
    pub connected: Vec<UserId>,
    /// People who have none to it any more.
    pub disconnected: Vec<UserId>,
    /// Everybody with a connection to it: what was told of it before is void. Told again well within its time to live.
    pub online: Option<Vec<UserId>>,
}

/// Whether the other nodes are heard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BusState {
    /// There can be no other node.
    Alone,
    /// What happens at other nodes is noticed at once.
    Live,
    /// It is not: the store is asked again and again instead.
    Polling,
}

/// Whether the store is asked at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Circuit {
    /// It is.
    Closed,
    /// It failed again and again: until the next try everything is refused at once.
    Open,
    /// One question is let through to see whether it answers again.
    HalfOpen,
}

/// How a store is, without asking it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Health {
    pub circuit: Circuit,
    pub bus: BusState,
}

/// The nodes on a store, as one of them hears and tells them. The defaults are those of a store with one process.
#[async_trait]
pub trait Bus: Send + Sync {
    /// This node, as its update name it on the others; `None` where there can be no other.
    fn node(&self) -> Option<NodeId> {
        None
    }

    /// The notices from now on, for the one relay of the process; `None` where nobody else can change the store.
    fn listen(&self) -> Option<Arc<ChangeNotices>> {
        None
    }

    /// Publishes an update to the other nodes, which receive it soon or not at all.
    async fn publish(&self, _update: EphemeralUpdate) -> Result<(), StoreError> {
        Ok(())
    }

    /// Watches over the tasks of the store. The process that uses the store asks for it once, and adds its own tasks.
    fn supervisor(&self) -> Supervisor {
        Supervisor::default()
    }

    /// How the store is.
    fn health(&self) -> Health {
        Health { circuit: Circuit::Closed, bus: BusState::Alone }
    }

    /// Ends what the store does by itself, and leaves the database in good order. Nothing is asked of it afterwards.
    async fn close(&self) {}
}
