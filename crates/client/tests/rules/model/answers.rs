//! The answers to commands: fresh loads, pages, resyncs.

use super::{PAGE, RESYNC_PEOPLE, RESYNC_ROWS, Server, Told, rejected, user};
use myna_protocol::{
    Command, ConversationId, Event, Feed, FeedRows, Kind, ListPosition, Membership, Message, Rejection, RequestId,
    ResetReason, Rev, Row, Target, User, UserId,
};
use std::cmp::Reverse;
use std::collections::BTreeMap;

impl Server {
    /// A conversation afresh: with those who joined first and are still in it, but not with all who wrote in it.
    pub(crate) fn load(&self, id: ConversationId, messages: usize) -> FeedRows {
        let room = &self.rooms[&id];
        let mut rows = vec![Row::Conversation(room.row.clone())];
        for user in room.in_order().into_iter().filter(|user| room.has(*user)).take(self.summary_members()) {
            rows.extend([Row::Person(self.person(user)), room.member(user)]);
        }
        let newest = &room.messages[room.messages.len().saturating_sub(messages)..];
        rows.extend(newest.iter().cloned().map(Row::Message));
        rows.extend(room.reactions(newest));
        FeedRows { feed: Feed::Conversation(id), from: 0, rev: room.rev, rows }
    }

    /// A person's own feed afresh.
    pub(crate) fn load_own(&self, user: UserId) -> FeedRows {
        let own = self.own.get(&user);
        let joined = own.into_iter().flat_map(|own| own.memberships.values()).filter(|row| row.joined);
        let scheduled = own.into_iter().flat_map(|own| own.scheduled.values()).filter(|row| row.message.is_some());
        let rows = joined.map(|row| self.membership(user, row)).chain(scheduled.cloned().map(Row::Scheduled)).collect();
        FeedRows { feed: Feed::User(user), from: 0, rev: own.map_or(0, |own| own.rev), rows }
    }

    /// A membership row as it is stored: one's own messages have risen its read place with no event.
    pub(super) fn membership(&self, user: UserId, row: &Membership) -> Row {
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
    pub(super) fn load_server(&self) -> FeedRows {
        FeedRows { feed: Feed::Server, from: 0, rev: self.rev, rows: Vec::new() }
    }

    /// A page of somebody's conversations, the most recently active first, and where the list goes on.
    pub(super) fn list(
        &self,
        user: UserId,
        after: Option<ListPosition>,
    ) -> (Vec<ConversationId>, Option<ListPosition>) {
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

    pub(super) fn rows_since(&self, feed: Feed, rev: Rev) -> Option<FeedRows> {
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
                        .chain(own.scheduled.values().filter(|row| row.rev > rev).cloned().map(Row::Scheduled))
                        .collect(),
                )
            }
            Feed::Conversation(id) => {
                let room = self.rooms.get(&id)?;
                let mut rows = vec![Row::Conversation(room.row.clone())];
                rows.extend(room.members.keys().map(|user| room.member(*user)));
                rows.extend(room.messages.iter().cloned().map(Row::Message));
                rows.extend(room.reactions.values().cloned().map(Row::Reaction));
                rows.retain(|row| row.rev() > rev);
                for row in &mut rows {
                    if let Row::Message(message) = row
                        && let Some(thread) = message.thread_since(rev)
                    {
                        *row = Row::Thread(thread);
                    }
                }
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
    pub(super) fn since(&self, user: UserId, feed: Feed, rev: Rev) -> Vec<Event> {
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
                        let reactions: Vec<_> = room.reactions(&older).collect();
                        let mut rows: Vec<_> = older.into_iter().rev().map(Row::Message).chain(reactions).collect();
                        for user in senders {
                            rows.extend([Row::Person(self.person(user)), room.member(user)]);
                        }
                        vec![vec![Event::Page { request, conversation, rows }]]
                    }
                };
                return (events, Vec::new());
            }
            Command::LoadMessages { request, conversation, seqs } => {
                let page = self.chosen(who.id, conversation, |message| seqs.contains(&message.seq), PAGE);
                return page_or_refusal(request, conversation, page);
            }
            Command::LoadThread { request, conversation, thread, before, limit } => {
                let is_reply = |message: &Message| {
                    message.reply().is_some_and(|reply| reply.thread == thread)
                        && before.is_none_or(|before| message.seq < before)
                };
                let mut page =
                    self.chosen(who.id, conversation, |message| before.is_none() && message.seq == thread, 1);
                if let Some(rows) = &mut page {
                    rows.extend(self.chosen(who.id, conversation, is_reply, limit.min(PAGE)).into_iter().flatten());
                }
                return page_or_refusal(request, conversation, page);
            }
            Command::LoadAround { request, conversation, target, limit } => {
                let before = self.rooms.get(&conversation).map_or(0, |room| {
                    let seq = match target {
                        Target::Seq(seq) => seq.max(1),
                        Target::SentAt(at) => {
                            room.messages.iter().filter(|message| message.sent_at < at).count() as u64 + 1
                        }
                    };
                    seq.min(room.messages.len() as u64) + u64::from(limit.min(PAGE)).div_ceil(2)
                });
                return self.answer(who, Command::Load { request, conversation, before: Some(before), limit });
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
            Command::React { request, conversation, seq, emoji } => self
                .react(who.id, conversation, seq, emoji)
                .map(|told| (ack(request, conversation, Some(seq)), told))
                .map_err(|code| (request, code)),
            Command::SetName { request, name } => self
                .set_name(who.id, &name)
                .map(|told| (vec![vec![Event::Ack { request, conversation: None, seq: None }]], told))
                .map_err(|code| (request, code)),
            Command::Rename { request, conversation, name } => self
                .rename(who.id, conversation, name.as_deref())
                .map(|told| (ack(request, conversation, None), told))
                .map_err(|code| (request, code)),
            Command::Send { request, conversation, client_id, text, reply_to } => self
                .reply(who.id, conversation, client_id, &text, reply_to)
                .map(|(seq, told)| (ack(request, conversation, Some(seq)), told))
                .map_err(|code| (request, code)),
            Command::Schedule { request, conversation, client_id, text, reply_to, send_at } => self
                .schedule(who.id, conversation, client_id, &text, reply_to, send_at)
                .map(|told| (ack(request, conversation, None), told))
                .map_err(|code| (request, code)),
            Command::SendScheduled { request, client_id } => self
                .end_scheduled(who.id, client_id, true)
                .map(|(seq, told)| (vec![vec![Event::Ack { request, conversation: None, seq }]], told))
                .map_err(|code| (request, code)),
            Command::DeleteScheduled { request, client_id } => self
                .end_scheduled(who.id, client_id, false)
                .map(|(_, told)| (vec![vec![Event::Ack { request, conversation: None, seq: None }]], told))
                .map_err(|code| (request, code)),
            Command::Forward { request, conversation, client_id, message } => self
                .forward(who.id, conversation, client_id, message)
                .map(|(seq, told)| (ack(request, conversation, Some(seq)), told))
                .map_err(|code| (request, code)),
            Command::Edit { request, conversation, seq, text } => self
                .change_message(who.id, conversation, seq, Some(text))
                .map(|told| (ack(request, conversation, Some(seq)), told))
                .map_err(|code| (request, code)),
            Command::Unsend { request, conversation, seq } => self
                .change_message(who.id, conversation, seq, None)
                .map(|told| (ack(request, conversation, Some(seq)), told))
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
            Command::Direct { request, .. }
            | Command::Group { request, .. }
            | Command::Add { request, .. }
            | Command::EditScheduled { request, .. } => Err((request, Rejection::Unavailable)),
        };
        done.unwrap_or_else(|(request, code)| (vec![vec![rejected(request, code)]], Vec::new()))
    }

    /// The newest of these messages, and their senders; `None` for an outsider.
    fn chosen(
        &self,
        who: UserId,
        id: ConversationId,
        is_chosen: impl Fn(&Message) -> bool,
        limit: u32,
    ) -> Option<Vec<Row>> {
        let room = self.rooms.get(&id).filter(|room| room.has(who))?;
        let messages = room.messages.iter().filter(|message| is_chosen(message)).rev().take(limit as usize);
        let messages: Vec<_> = messages.cloned().collect();
        let mut rows: Vec<Row> = room.reactions(&messages).collect();
        for message in messages.into_iter().rev() {
            rows.extend([Row::Person(self.person(message.sender)), room.member(message.sender), Row::Message(message)]);
        }
        Some(rows)
    }

    pub(super) fn hello(&self, who: &User, cursors: &BTreeMap<Feed, Rev>) -> Vec<Vec<Event>> {
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

fn page_or_refusal(
    request: RequestId,
    conversation: ConversationId,
    page: Option<Vec<Row>>,
) -> (Vec<Vec<Event>>, Vec<Told>) {
    let refused = rejected(request, Rejection::NotFound);
    (vec![vec![page.map_or(refused, |rows| Event::Page { request, conversation, rows })]], Vec::new())
}
