//! The commands that change rows, and who receives the change.

use super::{Room, Server, Told, user};
use myna_protocol::{
    ClientId, Conversation, ConversationId, EarlierText, Feed, FeedRows, Kind, Member, Membership, Message,
    MessageExtra, MessageRef, Person, Reaction, Rejection, Replies, Reply, Rev, Row, Seq, Thread, Unsending, User,
    UserId,
};
use std::collections::BTreeMap;

impl Server {
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
        self.rooms.insert(id, Room { row, members, reads, messages: Vec::new(), reactions: BTreeMap::new(), rev: 1 });
        let mut told = vec![(users.iter().map(|user| user.id).collect(), self.load(id, 0))];
        told.extend(users.iter().map(|user| self.stamp_own(user.id, id, true)));
        told
    }

    /// Stamps a membership row in somebody's own feed, as it is now.
    pub(super) fn stamp_own(&mut self, user: UserId, id: ConversationId, joined: bool) -> Told {
        let read_seq = self.rooms[&id].reads[&user].0;
        let own = self.own.entry(user).or_default();
        own.rev += 1;
        own.memberships.insert(id, Membership { conversation: id, joined, read_seq, rev: own.rev });
        let rows = vec![Row::Membership(own.memberships[&id].clone())];
        (vec![user], FeedRows { feed: Feed::User(user), from: own.rev - 1, rev: own.rev, rows })
    }

    /// One more rev of a conversation, told to everybody in it.
    pub(super) fn stamp(&mut self, id: ConversationId, change: impl FnOnce(&mut Room, Rev) -> Vec<Row>) -> Told {
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
        self.reply(sender, id, client_id, text, None)
    }

    pub(crate) fn reply(
        &mut self,
        sender: UserId,
        id: ConversationId,
        client_id: ClientId,
        text: &str,
        reply_to: Option<Seq>,
    ) -> Result<(Seq, Vec<Told>), Rejection> {
        let sent_at = self.at();
        let room = self.rooms.get_mut(&id).ok_or(Rejection::NotFound)?;
        if let Some(first) = room.messages.iter().find(|old| (old.sender, old.client_id) == (sender, client_id)) {
            return if first.text == text { Ok((first.seq, Vec::new())) } else { Err(Rejection::ClientIdReused) };
        }
        if !room.has(sender) {
            return Err(Rejection::NotFound);
        }
        let original = |to: Seq| room.messages.iter().find(|message| message.seq == to).ok_or(Rejection::NotFound);
        let reply = match reply_to {
            Some(to) => Some(Reply { to, thread: original(to)?.thread() }),
            None => None,
        };
        let seq = room.last() + 1;
        room.reads.insert(sender, (seq, Some(sent_at)));
        let told = self.stamp(id, |room, rev| {
            let text = text.to_owned();
            let extra = reply.map(|_| Box::new(MessageExtra { reply, ..MessageExtra::default() }));
            let message = Message { conversation: id, seq, sender, client_id, text, sent_at, rev, extra };
            room.messages.push(message.clone());
            let thread = reply.map(|reply| room.count_reply(reply.thread, rev, |count| count + 1));
            std::iter::once(Row::Message(message)).chain(thread).collect()
        });
        Ok((seq, vec![told]))
    }

    pub(crate) fn forward(
        &mut self,
        sender: UserId,
        id: ConversationId,
        client_id: ClientId,
        from: MessageRef,
    ) -> Result<(Seq, Vec<Told>), Rejection> {
        let sent_at = self.at();
        let is_in = |id| self.rooms.get(&id).is_some_and(|room: &Room| room.has(sender));
        let source = self.rooms.get(&from.conversation).filter(|_| is_in(from.conversation));
        let source = source.and_then(|room| room.messages.iter().find(|message| message.seq == from.seq)).cloned();
        let may_send = is_in(id);
        let room = self.rooms.get_mut(&id).ok_or(Rejection::NotFound)?;
        if let Some(first) = room.messages.iter().find(|old| (old.sender, old.client_id) == (sender, client_id)) {
            return Ok((first.seq, Vec::new()));
        }
        let source = source.filter(|_| may_send).ok_or(Rejection::NotFound)?;
        if source.unsent().is_some() {
            return Err(Rejection::MessageUnsent);
        }
        let seq = room.last() + 1;
        room.reads.insert(sender, (seq, Some(sent_at)));
        let told = self.stamp(id, |room, rev| {
            let extra = MessageExtra { forwarded: Some(source.origin()), ..MessageExtra::default() };
            let (extra, text) = (Some(Box::new(extra)), source.text.clone());
            let message = Message { conversation: id, seq, sender, client_id, text, sent_at, rev, extra };
            room.messages.push(message.clone());
            vec![Row::Message(message)]
        });
        Ok((seq, vec![told]))
    }

    /// Another text, or none: then the message is unsent. Windows are not modelled.
    pub(crate) fn change_message(
        &mut self,
        user: UserId,
        id: ConversationId,
        seq: Seq,
        text: Option<String>,
    ) -> Result<Vec<Told>, Rejection> {
        let at = self.at();
        let room = self.rooms.get_mut(&id).filter(|room| room.has(user)).ok_or(Rejection::NotFound)?;
        let message = room.messages.iter().find(|message| message.seq == seq).ok_or(Rejection::NotFound)?;
        if message.sender != user {
            return Err(Rejection::NotAllowed);
        }
        if message.unsent().is_some() {
            return if text.is_none() { Ok(Vec::new()) } else { Err(Rejection::MessageUnsent) };
        }
        if message.forwarded().is_some() && text.is_some() {
            return Err(Rejection::MessageForwarded);
        }
        if text.as_ref() == Some(&message.text) {
            return Ok(Vec::new());
        }
        Ok(vec![self.stamp(id, |room, rev| {
            let message = room.messages.iter_mut().find(|message| message.seq == seq).expect("it was found");
            message.rev = rev;
            let before = std::mem::take(&mut message.text);
            let extra = message.extra.get_or_insert_default();
            match text {
                Some(text) => {
                    extra.earlier.push(EarlierText { text: before, until: at });
                    message.text = text;
                }
                None => {
                    **extra = MessageExtra { unsent: Some(Unsending { by: user, at }), earlier: Vec::new(), ..**extra };
                }
            }
            if let Some(replies) = &mut extra.replies {
                replies.since = rev;
            }
            let message = message.clone();
            let reply = message.reply().filter(|_| message.unsent().is_some());
            let thread = reply.map(|reply| room.count_reply(reply.thread, rev, |count| count - 1));
            std::iter::once(Row::Message(message)).chain(thread).collect()
        })])
    }

    /// `None` takes the reaction back.
    pub(crate) fn react(
        &mut self,
        user: UserId,
        id: ConversationId,
        seq: Seq,
        emoji: Option<String>,
    ) -> Result<Vec<Told>, Rejection> {
        let room = self.rooms.get_mut(&id).filter(|room| room.has(user)).ok_or(Rejection::NotFound)?;
        let message = room.messages.iter().find(|message| message.seq == seq).ok_or(Rejection::NotFound)?;
        if message.unsent().is_some() {
            return Err(Rejection::MessageUnsent);
        }
        if room.reactions.get(&(seq, user)).and_then(|row| row.emoji.as_ref()) == emoji.as_ref() {
            return Ok(Vec::new());
        }
        Ok(vec![self.stamp(id, |room, rev| {
            let row = Reaction { conversation: id, seq, user, emoji, rev };
            room.reactions.insert((seq, user), row.clone());
            vec![Row::Reaction(row)]
        })])
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

    /// Somebody changes the message of their own that is so many before the newest, if there is one; with `None` they unsend it.
    pub(crate) fn change_newest(
        &mut self,
        user: UserId,
        id: ConversationId,
        place: usize,
        text: Option<String>,
    ) -> Vec<Told> {
        let seq = self.own_message(user, id, place);
        seq.and_then(|seq| self.change_message(user, id, seq, text).ok()).unwrap_or_default()
    }

    /// The place of the person's message that is so many before their newest.
    pub(crate) fn own_message(&self, user: UserId, id: ConversationId, place: usize) -> Option<Seq> {
        let own = self.rooms.get(&id)?.messages.iter().rev().filter(|message| message.sender == user);
        own.map(|message| message.seq).nth(place)
    }
}

impl Room {
    /// The thread has one reply more, or less.
    fn count_reply(&mut self, thread: Seq, rev: Rev, change: impl FnOnce(u32) -> u32) -> Row {
        let message = self.messages.iter_mut().find(|message| message.seq == thread).expect("a thread has a beginning");
        let extra = message.extra.get_or_insert_default();
        let Replies { count, since } = extra.replies.unwrap_or(Replies { count: 0, since: message.rev });
        let replies = change(count);
        extra.replies = Some(Replies { count: replies, since });
        message.rev = rev;
        Row::Thread(Thread { conversation: message.conversation, seq: thread, replies, rev })
    }
}
