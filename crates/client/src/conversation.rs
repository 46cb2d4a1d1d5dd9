//! What is held of one conversation: its rows, and how far its feed is known.

use crate::loose::Loose;
use crate::reactions::Reactions;
use crate::set::Set;
use crate::timeline::{Aside, Timeline};
use litemap::LiteMap;
use myna_protocol::{
    ClientId, Conversation, FeedRows, Kind, Member, Message, Rev, Row, Seq, Thread, Timestamp, UserId,
};

/// The rows held of a conversation.
#[derive(Debug, Default)]
pub(crate) struct Held {
    /// The feed is known up to here.
    pub(crate) cursor: Rev,
    /// The feed is known to have come at least so far: rows that follow this rev were seen and could not be taken.
    pub(crate) behind: Rev,
    /// The server said to forget all this: the next rows from 0 replace it.
    pub(crate) renew: bool,
    pub(crate) row: Option<Conversation>,
    pub(crate) members: LiteMap<UserId, Member>,
    pub(crate) reactions: Reactions,
    /// How many replies messages have by now, whose own rows may be older.
    threads: LiteMap<Seq, Thread>,
    pub(crate) loose: Loose,
    /// The newest messages.
    pub(crate) timeline: Timeline,
    /// Older messages apart from those, where the reader has gone to one of them. Only the open conversation has one.
    excerpt: Option<Timeline>,
    /// The messages that have come since an excerpt was asked for.
    since_asked: Option<Aside>,
    roster: Roster,
    /// The newest message seen of each sender, whatever became of the window: a person who sends has read up to there.
    spoken: LiteMap<UserId, (Seq, Timestamp)>,
    /// What was read here and need not be known to the server yet.
    pub(crate) seen: Seq,
}

/// How far the pages of members have come. A conversation of the list comes with a few members only.
#[derive(Debug, Default)]
struct Roster {
    /// The last member of the last page.
    after: Option<UserId>,
    /// A page is under way.
    asked: bool,
    /// The last page has come.
    complete: bool,
}

/// A message of an event.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Said {
    pub(crate) sender: UserId,
    pub(crate) client_id: ClientId,
    /// Whether it is newer than all that was known before.
    pub(crate) new: bool,
}

impl Held {
    /// Takes the rows of an event that leaves no gap.
    pub(crate) fn apply(&mut self, rows: FeedRows) -> Vec<Said> {
        let fresh = rows.from == 0;
        if fresh && self.renew {
            *self = Self::default();
        }
        if fresh && rows.rev > self.cursor {
            // So may members whom these rows do not name.
            let named: Set<UserId> = rows.rows.iter().filter_map(member_of).collect();
            self.members.retain(|user, held| named.contains(user) || held.rev > rows.rev);
            self.roster = Roster::default();
            self.reactions.renew(rows.rev);
            self.threads.retain(|_, held| held.rev > rows.rev);
        }
        let messages = self.take(rows.rows);
        let said = self.hear(&messages);
        if fresh && rows.rev > self.cursor {
            // Older messages may have changed since they were held, and this does not tell.
            (self.excerpt, self.since_asked) = (None, None);
            self.loose = Loose::default();
            self.timeline.drop_below(messages.iter().map(|message| message.seq).min());
        }
        if let Some(aside) = &mut self.since_asked {
            messages.iter().for_each(|message| aside.put(message.clone()));
        }
        if let Some(excerpt) = &mut self.excerpt {
            excerpt.amend(&messages);
        }
        self.loose.amend(&messages);
        self.timeline.apply(messages, fresh && rows.rev >= self.cursor);
        self.join();
        self.cursor = self.cursor.max(rows.rev);
        said
    }

    /// Takes a page of older messages and the members who sent them.
    pub(crate) fn page(&mut self, mut rows: Vec<Row>) -> Vec<Said> {
        if !self.drawn().is_page_asked() && !self.timeline.is_page_asked() {
            // The page was read before the rows that have replaced everything since: its members may be old.
            rows.retain(|row| matches!(row, Row::Message(_)));
        }
        let messages = self.take(rows);
        let said = self.hear(&messages);
        match self.waiting_excerpt() {
            Some(excerpt) => excerpt.page(messages),
            None => self.timeline.page(messages),
        }
        self.join();
        said
    }

    /// A page of older messages cannot be had.
    pub(crate) fn page_refused(&mut self) {
        match self.waiting_excerpt() {
            Some(excerpt) => excerpt.page_refused(),
            None => self.timeline.page_refused(),
        }
    }

    /// A page of newer messages cannot be had.
    pub(crate) fn newer_page_refused(&mut self) {
        if let Some(excerpt) = self.waiting_excerpt() {
            excerpt.page_up_refused();
        }
    }

    /// Takes a page of messages that are newer than the excerpt.
    pub(crate) fn newer_page(&mut self, rows: Vec<Row>) -> Vec<Said> {
        // An excerpt that did not ask for it has come since.
        if self.waiting_excerpt().is_none() {
            return Vec::new();
        }
        let messages = self.take(rows);
        let said = self.hear(&messages);
        if let Some(excerpt) = &mut self.excerpt {
            excerpt.page_up(messages);
        }
        self.join();
        said
    }

    /// An excerpt has been asked for.
    pub(crate) fn excerpt_asked(&mut self) {
        // A page that was asked for earlier may be the one to show: the reader can go back and forth.
        self.since_asked.get_or_insert_default();
    }

    /// No excerpt is under way.
    pub(crate) fn excerpt_not_asked(&mut self) {
        self.since_asked = None;
    }

    /// Takes an excerpt; `None` when it was read before the rows that have replaced everything since.
    pub(crate) fn excerpt_page(&mut self, rows: Vec<Row>) -> Option<Vec<Said>> {
        let mut aside = self.since_asked.take()?;
        let mut messages = self.take(rows);
        let said = self.hear(&messages);
        messages.iter_mut().for_each(|message| aside.renew(message));
        self.excerpt = Timeline::excerpt(messages);
        self.join();
        Some(said)
    }

    /// Keeps only the newest messages and what belongs to them.
    pub(crate) fn trim(&mut self, most: usize) {
        self.timeline.trim(most);
        // A page under way may be of the time before a reaction that is held was taken back.
        if self.excerpt.is_none() && self.since_asked.is_none() && !self.timeline.is_page_asked() {
            let first = self.timeline.first();
            self.reactions.drop_below(first);
            self.threads.retain(|seq, _| *seq >= first);
            self.loose = Loose::default();
        }
    }

    /// The messages to draw: the excerpt, if there is one.
    pub(crate) fn drawn(&self) -> &Timeline {
        self.excerpt.as_ref().unwrap_or(&self.timeline)
    }

    /// A page at one end of what is drawn has been asked for.
    pub(crate) fn page_asked(&mut self) {
        self.excerpt.as_mut().unwrap_or(&mut self.timeline).page_asked();
    }

    /// The excerpt, if a page of it is under way.
    fn waiting_excerpt(&mut self) -> Option<&mut Timeline> {
        self.excerpt.as_mut().filter(|excerpt| excerpt.is_page_asked())
    }

    /// Whether an excerpt is drawn.
    pub(crate) fn is_in_excerpt(&self) -> bool {
        self.excerpt.is_some()
    }

    /// The reader has left the excerpt.
    pub(crate) fn leave_excerpt(&mut self) {
        (self.excerpt, self.since_asked) = (None, None);
    }

    fn join(&mut self) {
        if let Some(excerpt) = self.excerpt.take() {
            self.excerpt = self.timeline.join(excerpt);
        }
    }

    /// A page of members has been asked for.
    pub(crate) fn members_asked(&mut self) {
        self.roster.asked = true;
    }

    /// After whom the next page of members begins.
    pub(crate) fn members_after(&self) -> Option<UserId> {
        self.roster.after
    }

    /// Takes a page of members; false when it was read before the rows that have replaced everything since.
    pub(crate) fn members_page(&mut self, rows: Vec<Row>, next: Option<UserId>) -> bool {
        if !std::mem::take(&mut self.roster.asked) {
            return false;
        }
        for row in rows {
            if let Row::Member(row) = row {
                merge_member(&mut self.members, row);
            }
        }
        self.roster.complete = next.is_none() || next == self.roster.after;
        self.roster.after = next;
        true
    }

    /// No further page of members can be had.
    pub(crate) fn members_refused(&mut self) {
        self.roster = Roster { complete: true, ..Roster::default() };
    }

    /// Whether the last page of members has come.
    pub(crate) fn members_complete(&self) -> bool {
        self.roster.complete
    }

    /// Whether there are people in it now who are not held.
    pub(crate) fn has_more_members(&self) -> bool {
        let present = self.members.values().filter(|member| member.left_seq.is_none()).count();
        !self.roster.complete && self.row.as_ref().is_some_and(|row| present < row.members as usize)
    }

    /// Whether a member of this conversation, or a person who wrote, reacted or was forwarded in it, is among these people.
    pub(crate) fn shows_any(&self, users: &Set<UserId>) -> bool {
        users.iter().any(|user| self.members.contains_key(user) || self.spoken.contains_key(user))
            || self.reactions.are_of_any(users)
    }

    /// The pages under way will not come.
    pub(crate) fn pages_lost(&mut self) {
        self.timeline.page_lost();
        if let Some(excerpt) = &mut self.excerpt {
            excerpt.page_lost();
        }
        self.since_asked = None;
        self.roster.asked = false;
    }

    /// Upserts all rows but the messages, which it returns.
    pub(crate) fn take(&mut self, rows: Vec<Row>) -> Vec<Message> {
        let mut messages = Vec::new();
        for row in rows {
            match row {
                Row::Conversation(row) => {
                    if self.row.as_ref().is_none_or(|held| row.rev > held.rev) {
                        self.row = Some(row);
                    }
                }
                Row::Member(row) => merge_member(&mut self.members, row),
                Row::Message(row) => {
                    if let Some(origin) = row.forwarded() {
                        self.spoken.entry(origin.sender).or_default();
                    }
                    messages.push(row);
                }
                Row::Reaction(row) => self.reactions.put(row),
                Row::Thread(row) => {
                    if self.threads.get(&row.seq).is_none_or(|held| row.rev > held.rev) {
                        self.threads.insert(row.seq, row);
                    }
                }
                Row::Membership(_) | Row::Scheduled(_) | Row::Person(_) | Row::Unknown => {}
            }
        }
        messages
    }

    fn hear(&mut self, messages: &[Message]) -> Vec<Said> {
        let last = self.timeline.last();
        let mut said = Vec::with_capacity(messages.len());
        for message in messages {
            let spoken = self.spoken.entry(message.sender).or_default();
            if message.seq > spoken.0 && message.is_read_by_sender() {
                *spoken = (message.seq, message.sent_at);
            }
            said.push(Said { sender: message.sender, client_id: message.client_id, new: message.seq > last });
        }
        said
    }

    /// A message, wherever it is held.
    pub(crate) fn message(&self, seq: Seq) -> Option<&Message> {
        self.drawn().get(seq).or_else(|| self.timeline.get(seq)).or_else(|| self.loose.get(seq))
    }

    /// How many replies a message has.
    pub(crate) fn replies(&self, message: &Message) -> u32 {
        let newer = self.threads.get(&message.seq).filter(|thread| thread.rev > message.rev);
        newer.map_or_else(|| message.replies(), |thread| thread.replies)
    }

    pub(crate) fn kind(&self) -> Option<Kind> {
        self.row.as_ref().map(|row| row.kind)
    }

    /// How far somebody has read, as far as this conversation tells, and when: what they said counts as read.
    pub(crate) fn read_by(&self, user: UserId) -> (Seq, Option<Timestamp>) {
        let reported = self.members.get(&user).map_or((0, None), |member| (member.read_seq, member.read_at));
        match self.spoken.get(&user) {
            Some((seq, at)) if *seq > 0 && *seq >= reported.0 => (*seq, Some(*at)),
            _ => reported,
        }
    }

    /// The newest message seen of this person; 0 when there is none.
    pub(crate) fn spoken_by(&self, user: UserId) -> Seq {
        self.spoken.get(&user).map_or(0, |(seq, _)| *seq)
    }

    /// Whether it has a message with this client id of this sender loaded.
    pub(crate) fn has_message(&self, sender: UserId, client_id: ClientId) -> bool {
        self.timeline.messages().rev().any(|message| message.client_id == client_id && message.sender == sender)
    }
}

/// Whom a row of a member is about.
fn member_of(row: &Row) -> Option<UserId> {
    if let Row::Member(row) = row { Some(row.user) } else { None }
}

/// The row with the greater rev stays, but a read place never falls, whatever the rev.
fn merge_member(members: &mut LiteMap<UserId, Member>, row: Member) {
    let Some(held) = members.get_mut(&row.user) else {
        members.insert(row.user, row);
        return;
    };
    let furthest = if (row.read_seq, row.read_at) > (held.read_seq, held.read_at) {
        (row.read_seq, row.read_at)
    } else {
        (held.read_seq, held.read_at)
    };
    if row.rev > held.rev {
        *held = row;
    }
    (held.read_seq, held.read_at) = furthest;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{conversation, message, user};
    use myna_protocol::Feed;

    fn member(rev: Rev, read_seq: Seq) -> Row {
        let read_at = Some(Timestamp(1_000 + read_seq as i64));
        let (conversation, user, joined_seq, left_seq) = (conversation(1), user(2), rev, None);
        Row::Member(Member { conversation, user, joined_seq, left_seq, read_seq, read_at, rev })
    }

    fn held(rows: impl IntoIterator<Item = Row>) -> Held {
        let mut held = Held::default();
        for row in rows {
            held.apply(FeedRows {
                feed: Feed::Conversation(conversation(1)),
                from: 0,
                rev: row.rev(),
                rows: vec![row],
            });
        }
        held
    }

    #[test]
    fn a_read_place_never_falls_whatever_the_rev() {
        for rows in [[member(5, 9), member(6, 4)], [member(6, 4), member(5, 9)]] {
            let held = held(rows);
            assert_eq!(held.read_by(user(2)), (9, Some(Timestamp(1_009))));
            assert_eq!(held.members[&user(2)].joined_seq, 6);
        }
    }

    fn rows(from: Rev, rev: Rev, rows: Vec<Row>) -> FeedRows {
        FeedRows { feed: Feed::Conversation(conversation(1)), from, rev, rows }
    }

    fn of_three(rev: Rev) -> Row {
        let (id, kind, name, created_by, created_at) = (conversation(1), Kind::Group, None, user(2), Timestamp(0));
        Row::Conversation(Conversation { id, kind, name, created_by, created_at, members: 3, receipts: true, rev })
    }

    fn person(n: u8, rev: Rev) -> Row {
        let (conversation, user, read_at) = (conversation(1), user(n), None);
        Row::Member(Member { conversation, user, joined_seq: 0, left_seq: None, read_seq: 0, read_at, rev })
    }

    #[test]
    fn pages_of_members_go_on_where_the_last_one_ended_until_all_are_held() {
        let mut held = Held::default();
        held.apply(rows(0, 5, vec![of_three(1), person(1, 1)]));
        assert!(held.has_more_members());
        held.members_asked();
        assert!(held.members_page(vec![person(1, 1), person(2, 1)], Some(user(2))));
        assert_eq!((held.has_more_members(), held.members_after()), (true, Some(user(2))));
        held.members_asked();
        assert!(held.members_page(vec![person(3, 1)], None));
        assert!(!held.has_more_members());
        assert_eq!(held.members.len(), 3);
    }

    #[test]
    fn a_page_of_members_that_brings_nobody_ends_them() {
        let mut held = Held::default();
        held.apply(rows(0, 5, vec![of_three(1), person(1, 1)]));
        held.members_asked();
        held.members_page(Vec::new(), None);
        assert!(!held.has_more_members());
    }

    #[test]
    fn a_fresh_load_replaces_the_members_and_the_page_that_was_read_before_it() {
        let mut held = Held::default();
        held.apply(rows(0, 5, vec![of_three(1), person(1, 1), person(2, 1)]));
        held.members_asked();
        held.apply(rows(0, 6, vec![of_three(6), person(1, 1)]));
        assert_eq!(held.members.len(), 1);
        assert!(!held.members_page(vec![person(2, 1)], None));
        assert_eq!(held.members.len(), 1);
        assert!(held.has_more_members());
    }

    #[test]
    fn who_says_something_has_read_up_to_there() {
        let said = || Row::Message(message(7));
        for rows in [[said(), member(5, 4)], [member(5, 4), said()]] {
            assert_eq!(held(rows).read_by(user(2)), (7, Some(message(7).sent_at)));
        }
        assert_eq!(held([said(), member(5, 8)]).read_by(user(2)), (8, Some(Timestamp(1_008))));
    }
}
