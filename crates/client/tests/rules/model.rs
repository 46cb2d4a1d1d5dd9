//! A server in a page: rows with revisions in memory, by the rules of the store.

use myna_protocol::{
    ClientId, Command, Conversation, ConversationId, Event, Feed, FeedRows, Kind, ListPosition, Member, Membership,
    Message, Person, Rejection, ResetReason, Rev, Row, Seq, Timestamp, User, UserId,
};
use std::cmp::Reverse;
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

    fn last(&self) -> Seq {
        self.messages.len() as Seq
    }
}

#[derive(Debug, Default)]
pub(crate) struct Own {
    pub(crate) memberships: BTreeMap<ConversationId, Membership>,
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

    pub(crate) fn set_name(&mut self, id: UserId, name: &str) -> Result<Vec<Told>, Rejection> {
        if Self::everybody().into_iter().any(|other| other != id && self.person(other).name == name) {
            return Err(Rejection::NameTaken);
        }
        self.rev += 1;
        let person = Person { id, name: name.to_owned(), rev: self.rev };
        self.people.insert(id, person.clone());
        let rows = vec![Row::Person(person)];
        Ok(vec![(Self::everybody(), FeedRows { feed: Feed::Server, from: self.rev - 1, rev: self.rev, rows })])
    }

    pub(crate) fn rename(
        &mut self,
        user: UserId,
        id: ConversationId,
        name: Option<&str>,
    ) -> Result<Vec<Told>, Rejection> {
        let room = self.rooms.get(&id).filter(|room| room.has(user)).ok_or(Rejection::NotFound)?;
        let may = match room.row.kind {
            Kind::Direct => false,
            Kind::Group => true,
            Kind::Channel => room.row.created_by == user,
        };
        if !may {
            return Err(Rejection::NotAllowed);
        }
        if name.is_none() && room.row.kind == Kind::Channel {
            return Err(Rejection::NameInvalid);
        }
        Ok(vec![self.stamp(id, |room, rev| {
            (room.row.name, room.row.rev) = (name.map(str::to_owned), rev);
            vec![Row::Conversation(room.row.clone())]
        })])
    }

    pub(crate) fn create(
        &mut self,
        id: ConversationId,
        kind: Kind,
        name: Option<&str>,
        people: &[u8],
        receipts: bool,
    ) -> Vec<Told> {
        if self.rooms.contains_key(&id) {
            return Vec::new();
        }
        let users: Vec<User> = people.iter().map(|n| user(*n)).collect();
        let row = Conversation {
            id,
            kind,
            name: name.map(str::to_owned),
            created_by: users[0].id,
            created_at: self.at(),
            members: users.len() as u32,
            receipts,
            rev: 1,
        };
        let member = |user: &User| Member {
            conversation: id,
            user: user.id,
            joined_seq: 0,
            left_seq: None,
            read_seq: 0,
            read_at: None,
            rev: 1,
        };
        let members = users.iter().map(|user| (user.id, member(user))).collect();
        let reads = users.iter().map(|user| (user.id, (0, None))).collect();
        self.rooms.insert(id, Room { row, members, reads, messages: Vec::new(), rev: 1 });
        let mut told = vec![(users.iter().map(|user| user.id).collect(), self.load(id, 0))];
        told.extend(users.iter().map(|user| self.stamp_own(user.id, id, true)));
        told
    }

    /// Stamps a membership row in somebody's own feed, as it is now.
    fn stamp_own(&mut self, user: UserId, id: ConversationId, joined: bool) -> Told {
        let read_seq = self.rooms[&id].reads[&user].0;
        let own = self.own.entry(user).or_default();
        own.rev += 1;
        own.memberships.insert(id, Membership { conversation: id, joined, read_seq, rev: own.rev });
        let rows = vec![Row::Membership(own.memberships[&id].clone())];
        (vec![user], FeedRows { feed: Feed::User(user), from: own.rev - 1, rev: own.rev, rows })
    }

    /// One more rev of a conversation, told to everybody in it.
    fn stamp(&mut self, id: ConversationId, change: impl FnOnce(&mut Room, Rev) -> Vec<Row>) -> Told {
        let room = self.rooms.get_mut(&id).expect("the caller has looked");
        room.rev += 1;
        let rows = change(room, room.rev);
        let people = room.members.keys().copied().filter(|user| room.has(*user)).collect();
        (people, FeedRows { feed: Feed::Conversation(id), from: room.rev - 1, rev: room.rev, rows })
    }

    pub(crate) fn send(
        &mut self,
        sender: UserId,
        id: ConversationId,
        client_id: ClientId,
        text: &str,
    ) -> Result<(Seq, Vec<Told>), Rejection> {
        let sent_at = self.at();
        let room = self.rooms.get_mut(&id).ok_or(Rejection::NotFound)?;
        if let Some(first) = room.messages.iter().find(|old| (old.sender, old.client_id) == (sender, client_id)) {
            return if first.text == text { Ok((first.seq, Vec::new())) } else { Err(Rejection::ClientIdReused) };
        }
        if !room.has(sender) {
            return Err(Rejection::NotFound);
        }
        let seq = room.last() + 1;
        room.reads.insert(sender, (seq, Some(sent_at)));
        let told = self.stamp(id, |room, rev| {
            let text = text.to_owned();
            room.messages.push(Message { conversation: id, seq, sender, client_id, text, sent_at, rev });
            vec![Row::Message(room.messages[room.messages.len() - 1].clone())]
        });
        Ok((seq, vec![told]))
    }

    pub(crate) fn read(&mut self, user: UserId, id: ConversationId, seq: Seq) -> Result<Vec<Told>, Rejection> {
        let at = self.at();
        let room = self.rooms.get_mut(&id).filter(|room| room.has(user)).ok_or(Rejection::NotFound)?;
        let seq = seq.min(room.last());
        if seq <= room.reads[&user].0 {
            return Ok(Vec::new());
        }
        room.reads.insert(user, (seq, Some(at)));
        let mut told = vec![self.stamp_own(user, id, true)];
        if self.rooms[&id].row.receipts {
            told.push(self.stamp(id, |room, rev| {
                room.members.get_mut(&user).expect("the caller has looked").rev = rev;
                vec![room.member(user)]
            }));
        }
        Ok(told)
    }

    pub(crate) fn join(&mut self, who: &User, id: ConversationId) -> Result<Vec<Told>, Rejection> {
        let at = self.at();
        let room = self.rooms.get_mut(&id).filter(|room| room.row.kind == Kind::Channel).ok_or(Rejection::NotFound)?;
        if room.has(who.id) {
            return Ok(Vec::new());
        }
        let last = room.last();
        room.reads.insert(who.id, (last, Some(at)));
        let told = self.stamp(id, |room, rev| {
            let (conversation, user) = (id, who.id);
            let (joined_seq, left_seq, read_seq, read_at) = (last, None, 0, None);
            room.members.insert(user, Member { conversation, user, joined_seq, left_seq, read_seq, read_at, rev });
            (room.row.members, room.row.rev) = (room.row.members + 1, rev);
            vec![Row::Conversation(room.row.clone()), room.member(user)]
        });
        Ok(vec![told, self.stamp_own(who.id, id, true)])
    }

    pub(crate) fn leave(&mut self, user: UserId, id: ConversationId) -> Result<Vec<Told>, Rejection> {
        let room = self.rooms.get(&id).filter(|room| room.has(user)).ok_or(Rejection::NotFound)?;
        if room.row.kind == Kind::Direct {
            return Err(Rejection::DirectStays);
        }
        let told = self.stamp(id, |room, rev| {
            let last = room.last();
            let member = room.members.get_mut(&user).expect("the caller has looked");
            (member.left_seq, member.rev) = (Some(last), rev);
            (room.row.members, room.row.rev) = (room.row.members - 1, rev);
            vec![Row::Conversation(room.row.clone()), room.member(user)]
        });
        Ok(vec![told, self.stamp_own(user, id, false)])
    }

    /// Changes the message that is so many before the newest, if there is one.
    pub(crate) fn edit(&mut self, id: ConversationId, place: usize) -> Vec<Told> {
        let messages = self.rooms.get(&id).map_or(0, |room| room.messages.len());
        let Some(place) = messages.checked_sub(place + 1) else { return Vec::new() };
        vec![self.stamp(id, |room, rev| {
            let message = &mut room.messages[place];
            (message.text, message.rev) = (format!("{} at {rev}", message.text), rev);
            vec![Row::Message(message.clone())]
        })]
    }

    /// A conversation afresh: with those who joined first and are still in it, but not with all who wrote in it.
    pub(crate) fn load(&self, id: ConversationId, messages: usize) -> FeedRows {
        let room = &self.rooms[&id];
        let mut rows = vec![Row::Conversation(room.row.clone())];
        for user in room.in_order().into_iter().filter(|user| room.has(*user)).take(self.summary_members()) {
            rows.extend([Row::Person(self.person(user)), room.member(user)]);
        }
        rows.extend(room.messages.iter().rev().take(messages).rev().cloned().map(Row::Message));
        FeedRows { feed: Feed::Conversation(id), from: 0, rev: room.rev, rows }
    }

    /// A person's own feed afresh.
    pub(crate) fn load_own(&self, user: UserId) -> FeedRows {
        let own = self.own.get(&user);
        let joined = own.into_iter().flat_map(|own| own.memberships.values()).filter(|row| row.joined);
        let rows = joined.map(|row| self.membership(user, row)).collect();
        FeedRows { feed: Feed::User(user), from: 0, rev: own.map_or(0, |own| own.rev), rows }
    }

    /// A membership row as it is stored: one's own messages have risen its read place with no event.
    fn membership(&self, user: UserId, row: &Membership) -> Row {
        Row::Membership(Membership { read_seq: self.rooms[&row.conversation].reads[&user].0, ..row.clone() })
    }

    /// What the server renders into a page.
    pub(crate) fn page(&self, user: UserId) -> (Vec<FeedRows>, Option<ListPosition>) {
        let (ids, next) = self.list(user, None);
        let mut feeds = vec![self.load_server(), self.load_own(user)];
        feeds.extend(ids.into_iter().map(|id| self.load(id, 1)));
        (feeds, next)
    }

    /// The server's feed afresh: people come with what they are in.
    fn load_server(&self) -> FeedRows {
        FeedRows { feed: Feed::Server, from: 0, rev: self.rev, rows: Vec::new() }
    }

    /// A page of somebody's conversations, the most recently active first, and where the list goes on.
    fn list(&self, user: UserId, after: Option<ListPosition>) -> (Vec<ConversationId>, Option<ListPosition>) {
        let mine = self.rooms.iter().filter(|(_, room)| room.has(user));
        let mut places: Vec<_> =
            mine.map(|(id, room)| ListPosition { active_at: room.active_at(), conversation: *id }).collect();
        places.sort_by_key(|place| Reverse(*place));
        places.retain(|place| after.is_none_or(|after| *place < after));
        let more = places.len() > self.list_conversations();
        places.truncate(self.list_conversations());
        let next = places.last().copied().filter(|_| more);
        (places.into_iter().map(|place| place.conversation).collect(), next)
    }

    fn rows_since(&self, feed: Feed, rev: Rev) -> Option<FeedRows> {
        let (head, rows): (Rev, Vec<Row>) = match feed {
            Feed::Server => {
                let changed = self.people.values().filter(|person| person.rev > rev);
                let rows: Vec<_> = changed.cloned().map(Row::Person).collect();
                if rows.len() > RESYNC_PEOPLE {
                    return None;
                }
                (self.rev, rows)
            }
            Feed::User(user) => {
                let own = self.own.get(&user)?;
                (
                    own.rev,
                    own.memberships
                        .values()
                        .filter(|row| row.rev > rev)
                        .map(|row| self.membership(user, row))
                        .collect(),
                )
            }
            Feed::Conversation(id) => {
                let room = self.rooms.get(&id)?;
                let mut rows = vec![Row::Conversation(room.row.clone())];
                rows.extend(room.members.keys().map(|user| room.member(*user)));
                rows.extend(room.messages.iter().cloned().map(Row::Message));
                rows.retain(|row| row.rev() > rev);
                let people: Vec<_> = rows
                    .iter()
                    .filter_map(|row| if let Row::Member(row) = row { Some(self.person(row.user)) } else { None })
                    .collect();
                if rows.len() > RESYNC_ROWS {
                    return None;
                }
                rows.extend(people.into_iter().map(Row::Person));
                return (rev <= room.rev).then_some(FeedRows { feed, from: rev, rev: room.rev, rows });
            }
        };
        (rev <= head && rows.len() <= RESYNC_ROWS).then_some(FeedRows { feed, from: rev, rev: head, rows })
    }

    /// What somebody who holds a feed up to `rev` is told, as frames that stay together.
    fn since(&self, user: UserId, feed: Feed, rev: Rev) -> Vec<Event> {
        if let Some(rows) = self.rows_since(feed, rev).filter(|_| rev > 0) {
            return vec![Event::Rows(rows)];
        }
        let fresh = match feed {
            Feed::Server => self.load_server(),
            Feed::User(_) => self.load_own(user),
            Feed::Conversation(id) => self.load(id, 1),
        };
        let reset = (rev > 0).then_some(Event::Reset { feed, reason: ResetReason::TooFarBehind });
        reset.into_iter().chain([Event::Rows(fresh)]).collect()
    }

    /// The answer to a command, as groups of frames that stay together, and what others are told.
    pub(crate) fn answer(&mut self, who: &User, command: Command) -> (Vec<Vec<Event>>, Vec<Told>) {
        let ack =
            |request, conversation, seq| vec![vec![Event::Ack { request, conversation: Some(conversation), seq }]];
        let done = match command {
            Command::Hello { cursors } => return (self.hello(who, &cursors), Vec::new()),
            Command::Ping {} => return (vec![vec![Event::Pong { server_time: self.at() }]], Vec::new()),
            Command::Typing { .. } => return (Vec::new(), Vec::new()),
            Command::Search { request, .. } => {
                return (
                    vec![vec![Event::Found { request, people: vec![self.person(user(2).id)], channels: Vec::new() }]],
                    Vec::new(),
                );
            }
            Command::Load { request, conversation, before, limit } => {
                let Some(room) = self.rooms.get(&conversation).filter(|room| room.has(who.id)) else {
                    return (vec![vec![rejected(request, Rejection::NotFound)]], Vec::new());
                };
                let limit = limit.min(PAGE) as usize;
                let events = match before {
                    None => vec![
                        vec![Event::Rows(self.load(conversation, limit))],
                        vec![Event::CaughtUp { request: Some(request), next: None }],
                    ],
                    Some(before) => {
                        let older = room.messages.iter().filter(|message| message.seq < before);
                        let older: Vec<_> = older.rev().take(limit).cloned().collect();
                        let senders: std::collections::BTreeSet<_> = older.iter().map(|row| row.sender).collect();
                        let mut rows: Vec<_> = older.into_iter().rev().map(Row::Message).collect();
                        for user in senders {
                            rows.extend([Row::Person(self.person(user)), room.member(user)]);
                        }
                        vec![vec![Event::Page { request, conversation, rows }]]
                    }
                };
                return (events, Vec::new());
            }
            Command::Resync { request, feed, rev } => {
                let theirs = match feed {
                    Feed::Server => true,
                    Feed::User(user) => user == who.id,
                    Feed::Conversation(id) => self.rooms.get(&id).is_some_and(|room| room.has(who.id)),
                };
                return if theirs {
                    (
                        vec![
                            self.since(who.id, feed, rev),
                            vec![Event::CaughtUp { request: Some(request), next: None }],
                        ],
                        Vec::new(),
                    )
                } else {
                    (vec![vec![rejected(request, Rejection::NotFound)]], Vec::new())
                };
            }
            Command::People { request, users } => {
                let people = users.into_iter().map(|id| self.person(id)).collect();
                return (vec![vec![Event::People { request, people }]], Vec::new());
            }
            Command::Members { request, conversation, after, .. } => {
                let Some(room) = self.rooms.get(&conversation).filter(|room| room.has(who.id)) else {
                    return (vec![vec![rejected(request, Rejection::NotFound)]], Vec::new());
                };
                let order = room.in_order();
                let from = after.and_then(|after| order.iter().position(|user| *user == after)).map_or(0, |at| at + 1);
                let users: Vec<_> = order.iter().skip(from).take(self.summary_members()).copied().collect();
                let next = users.last().copied().filter(|_| from + users.len() < order.len());
                let rows = users.iter().flat_map(|user| [Row::Person(self.person(*user)), room.member(*user)]);
                let rows = rows.collect();
                return (vec![vec![Event::Members { request, conversation, rows, next }]], Vec::new());
            }
            Command::List { request, after, .. } => {
                let (ids, next) = self.list(who.id, after);
                let mut events: Vec<_> = ids.into_iter().map(|id| vec![Event::Rows(self.load(id, 1))]).collect();
                events.push(vec![Event::CaughtUp { request: Some(request), next }]);
                return (events, Vec::new());
            }
            Command::SetName { request, name } => self
                .set_name(who.id, &name)
                .map(|told| (vec![vec![Event::Ack { request, conversation: None, seq: None }]], told))
                .map_err(|code| (request, code)),
            Command::Rename { request, conversation, name } => self
                .rename(who.id, conversation, name.as_deref())
                .map(|told| (ack(request, conversation, None), told))
                .map_err(|code| (request, code)),
            Command::Send { request, conversation, client_id, text } => self
                .send(who.id, conversation, client_id, &text)
                .map(|(seq, told)| (ack(request, conversation, Some(seq)), told))
                .map_err(|code| (request, code)),
            Command::Read { request, conversation, seq } => self
                .read(who.id, conversation, seq)
                .map(|told| (ack(request, conversation, None), told))
                .map_err(|code| (request, code)),
            Command::Join { request, conversation } => self
                .join(who, conversation)
                .map(|told| (ack(request, conversation, None), told))
                .map_err(|code| (request, code)),
            Command::Leave { request, conversation } => self
                .leave(who.id, conversation)
                .map(|told| (ack(request, conversation, None), told))
                .map_err(|code| (request, code)),
            Command::Channel { request, conversation, name } => {
                let me = who.id.as_bytes()[0];
                let told = self.create(conversation, Kind::Channel, Some(&name), &[me], false);
                Ok((ack(request, conversation, None), told))
            }
            Command::Direct { request, .. } | Command::Group { request, .. } => Err((request, Rejection::Unavailable)),
        };
        done.unwrap_or_else(|(request, code)| (vec![vec![rejected(request, code)]], Vec::new()))
    }

    fn hello(&self, who: &User, cursors: &BTreeMap<Feed, Rev>) -> Vec<Vec<Event>> {
        let welcome = Event::Welcome { user: self.user(who.id), server_time: self.at(), limits: Default::default() };
        let mut groups = vec![vec![welcome]];
        for feed in [Feed::Server, Feed::User(who.id)] {
            groups.push(self.since(who.id, feed, cursors.get(&feed).copied().unwrap_or(0)));
        }
        let (newest, next) = self.list(who.id, None);
        for id in self.rooms.iter().filter(|(_, room)| room.has(who.id)).map(|(id, _)| *id) {
            let feed = Feed::Conversation(id);
            let cursor = cursors.get(&feed).copied();
            if cursor.is_some() || newest.contains(&id) {
                groups.push(self.since(who.id, feed, cursor.filter(|_| !self.forgetful).unwrap_or(0)));
            }
        }
        groups.push(vec![Event::CaughtUp { request: None, next }]);
        groups
    }
}

pub(crate) fn rejected(request: u64, code: Rejection) -> Event {
    Event::Rejected { request: Some(request), code, text: code.to_string() }
}
