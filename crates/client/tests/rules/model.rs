//! A server in a page: rows with revisions in memory, by the rules of the store.

mod answers;
mod changes;
mod scheduling;

use myna_protocol::{
    ClientId, Conversation, ConversationId, Event, FeedRows, Member, Membership, Message, Person, Reaction, Rejection,
    Rev, Row, Scheduled, Seq, Timestamp, User, UserId,
};
use std::collections::BTreeMap;

pub(crate) const START: Timestamp = Timestamp(1_700_000_000_000);
/// What a page holds at most, here: small, so that there are many.
pub(crate) const PAGE: u32 = 4;
/// What an answer to a resync holds at most, here: small, so that there are resets.
const RESYNC_ROWS: usize = 6;
/// The same for the server's feed, of which there are few rows.
const RESYNC_PEOPLE: usize = 2;
const NAMES: [&str; 5] = ["Nobody", "Ada", "Bea", "Chidi", "Dee"];

pub(crate) fn user(n: u8) -> User {
    User { id: UserId::from_bytes([n; 16]), name: NAMES[usize::from(n)].to_owned() }
}

pub(crate) fn conversation_id(n: u8) -> ConversationId {
    ConversationId::from_bytes([n; 16])
}

pub(crate) fn client_id(n: u64) -> ClientId {
    ClientId::from_parts(n, [7; 10])
}

#[derive(Debug)]
pub(crate) struct Room {
    pub(crate) row: Conversation,
    pub(crate) members: BTreeMap<UserId, Member>,
    /// How far everybody has really read, and when.
    pub(crate) reads: BTreeMap<UserId, (Seq, Option<Timestamp>)>,
    pub(crate) messages: Vec<Message>,
    /// Those that were taken back are among them.
    pub(crate) reactions: BTreeMap<(Seq, UserId), Reaction>,
    pub(crate) rev: Rev,
}

impl Room {
    /// The members in the order in which they joined.
    fn in_order(&self) -> Vec<UserId> {
        let mut users: Vec<_> = self.members.keys().copied().collect();
        users.sort_by_key(|user| (self.members[user].joined_seq, *user));
        users
    }

    /// When something last happened here.
    fn active_at(&self) -> Timestamp {
        self.messages.last().map_or(self.row.created_at, |message| message.sent_at)
    }

    /// A member's row as it is told.
    fn member(&self, user: UserId) -> Row {
        let (read_seq, read_at) = if self.row.receipts { self.reads[&user] } else { (0, None) };
        Row::Member(Member { read_seq, read_at, ..self.members[&user].clone() })
    }

    pub(crate) fn has(&self, user: UserId) -> bool {
        self.members.get(&user).is_some_and(|member| member.left_seq.is_none())
    }

    /// The reactions to these messages, as a page brings them.
    fn reactions<'a>(&'a self, messages: &'a [Message]) -> impl Iterator<Item = Row> + 'a {
        let of = |row: &&Reaction| row.emoji.is_some() && messages.iter().any(|message| message.seq == row.seq);
        self.reactions.values().filter(of).cloned().map(Row::Reaction)
    }

    fn last(&self) -> Seq {
        self.messages.len() as Seq
    }
}

#[derive(Debug, Default)]
pub(crate) struct Own {
    pub(crate) memberships: BTreeMap<ConversationId, Membership>,
    /// Those that were sent or deleted are among them.
    pub(crate) scheduled: BTreeMap<ClientId, Scheduled>,
    rev: Rev,
}

/// What an event says, and to whom.
pub(crate) type Told = (Vec<UserId>, FeedRows);

#[derive(Debug, Default)]
pub(crate) struct Server {
    pub(crate) rooms: BTreeMap<ConversationId, Room>,
    pub(crate) own: BTreeMap<UserId, Own>,
    /// Everybody who has ever changed.
    people: BTreeMap<UserId, Person>,
    /// The rev of the server's feed.
    pub(crate) rev: Rev,
    pub(crate) now: i64,
    /// Whether pages of the list and summaries of members are small.
    pub(crate) few: bool,
    /// Whether it takes no notice of the cursors of conversations: all of them come afresh.
    pub(crate) forgetful: bool,
}

impl Server {
    pub(crate) fn at(&self) -> Timestamp {
        START.plus(self.now)
    }

    /// Conversations in one page of the list.
    fn list_conversations(&self) -> usize {
        if self.few { 2 } else { 50 }
    }

    /// Members that come with a conversation.
    fn summary_members(&self) -> usize {
        if self.few { 2 } else { 8 }
    }

    pub(crate) fn person(&self, id: UserId) -> Person {
        let first = || Person { id, name: user(id.as_bytes()[0]).name, rev: 0 };
        self.people.get(&id).cloned().unwrap_or_else(first)
    }

    pub(crate) fn user(&self, id: UserId) -> User {
        User { id, name: self.person(id).name }
    }

    /// Everybody there is.
    fn everybody() -> Vec<UserId> {
        (1..NAMES.len() as u8).map(|n| user(n).id).collect()
    }
}

pub(crate) fn rejected(request: u64, code: Rejection) -> Event {
    Event::Rejected { request: Some(request), code, text: code.to_string() }
}
