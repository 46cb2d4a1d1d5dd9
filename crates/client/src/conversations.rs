//! Everything held of all feeds: memberships, and the conversations they are in.

use crate::conversation::{Held, Said};
use crate::set::Set;
use litemap::LiteMap;
use myna_protocol::{Conversation, ConversationId, Feed, FeedRows, Membership, Rev, Row, Seq, UserId};
use std::cmp::Reverse;
use std::collections::BTreeMap;

/// Cursors in a `hello`, at most: with it a frame stays within the limit of its size.
const HELLO_CURSORS: usize = 500;

/// The rows of every feed that this client follows, and a cursor for each.
#[derive(Debug, Default)]
pub(crate) struct Conversations {
    held: LiteMap<ConversationId, Box<Held>>,
    memberships: LiteMap<ConversationId, Membership>,
    /// One's own feed is known up to here.
    cursor: Rev,
    /// One's own feed is known to have come at least so far.
    behind: Rev,
    /// The server said to forget one's own feed: the next rows from 0 replace it.
    renew: bool,
}

/// What came of an event's rows.
#[derive(Debug)]
pub(crate) enum Outcome {
    /// They were taken.
    Taken { conversations: Set<ConversationId>, said: Vec<Said> },
    /// Something before them is missing: nothing was taken.
    Gap,
    /// They are about something that is not followed.
    Ignored,
}

impl Conversations {
    /// Takes what changed in a feed, or finds that something is missing before it.
    pub(crate) fn apply(&mut self, me: UserId, rows: FeedRows) -> Outcome {
        match rows.feed {
            Feed::User(user) if user == me => self.apply_own(rows),
            Feed::User(_) | Feed::Server => Outcome::Ignored,
            Feed::Conversation(id) => self.apply_conversation(id, rows),
        }
    }

    fn apply_own(&mut self, rows: FeedRows) -> Outcome {
        if rows.from > self.cursor {
            self.behind = self.behind.max(rows.from);
            return Outcome::Gap;
        }
        let mut touched = Set::default();
        if rows.from == 0 && self.renew {
            self.renew = false;
            touched.extend(std::mem::take(&mut self.memberships).keys().copied());
        }
        let mut named = Set::default();
        for row in rows.rows {
            if let Row::Membership(row) = row {
                named.insert(row.conversation);
                self.merge_membership(row);
            }
        }
        if rows.from == 0 {
            // All rows up to `rev` are here: a membership of that time which is not among them has ended.
            let ended =
                self.memberships.values().filter(|row| row.rev <= rows.rev && !named.contains(&row.conversation));
            for id in ended.map(|row| row.conversation).collect::<Vec<_>>() {
                self.memberships.remove(&id);
                self.held.remove(&id);
                touched.insert(id);
            }
        }
        self.cursor = self.cursor.max(rows.rev);
        touched.extend(named);
        Outcome::Taken { conversations: touched, said: Vec::new() }
    }

    /// The row with the greater rev stays, but a read place never falls, whatever the rev.
    fn merge_membership(&mut self, row: Membership) {
        let id = row.conversation;
        let joined = match self.memberships.get_mut(&id) {
            Some(held) => {
                let read_seq = held.read_seq.max(row.read_seq);
                if row.rev > held.rev {
                    *held = row;
                }
                held.read_seq = read_seq;
                held.joined
            }
            None => self.memberships.entry(id).or_insert(row).joined,
        };
        if !joined {
            self.held.remove(&id);
        }
    }

    fn apply_conversation(&mut self, id: ConversationId, mut rows: FeedRows) -> Outcome {
        let membership = self.memberships.get(&id);
        // The last word on a conversation was that it is not one's own any more: this was said before that.
        if membership.is_some_and(|row| !row.joined) {
            return Outcome::Ignored;
        }
        let joined = membership.is_some();
        if rows.from > self.held.get(&id).map_or(0, |held| held.cursor) {
            return match self.held.get_mut(&id) {
                Some(held) => {
                    held.behind = held.behind.max(rows.from);
                    Outcome::Gap
                }
                None if joined => Outcome::Gap,
                None => Outcome::Ignored,
            };
        }
        rows.rows.retain(|row| belongs(row, id));
        let said = self.held.entry(id).or_default().apply(rows);
        Outcome::Taken { conversations: Set::from([id]), said }
    }

    /// Takes a page of older messages.
    pub(crate) fn page(&mut self, id: ConversationId, mut rows: Vec<Row>) -> Vec<Said> {
        rows.retain(|row| belongs(row, id));
        self.held.get_mut(&id).map_or_else(Vec::new, |held| held.page(rows))
    }

    /// Takes a page of messages after an excerpt.
    pub(crate) fn newer_page(&mut self, id: ConversationId, mut rows: Vec<Row>) -> Vec<Said> {
        rows.retain(|row| belongs(row, id));
        self.held.get_mut(&id).map_or_else(Vec::new, |held| held.newer_page(rows))
    }

    /// Takes an excerpt; `None` when it is to be asked for again.
    pub(crate) fn excerpt_page(&mut self, id: ConversationId, mut rows: Vec<Row>) -> Option<Vec<Said>> {
        rows.retain(|row| belongs(row, id));
        self.held.get_mut(&id).map_or_else(|| Some(Vec::new()), |held| held.excerpt_page(rows))
    }

    /// Takes a page of members; false when it is to be asked for again.
    pub(crate) fn members_page(&mut self, id: ConversationId, mut rows: Vec<Row>, next: Option<UserId>) -> bool {
        rows.retain(|row| belongs(row, id));
        self.held.get_mut(&id).is_none_or(|held| held.members_page(rows, next))
    }

    /// The feed is to be forgotten. What is held stays in sight until the rows from 0 that replace it are here.
    pub(crate) fn reset(&mut self, me: UserId, feed: Feed) {
        match feed {
            Feed::User(user) if user == me => (self.cursor, self.behind, self.renew) = (0, 0, true),
            Feed::User(_) | Feed::Server => {}
            Feed::Conversation(id) => {
                if let Some(held) = self.held.get_mut(&id) {
                    (held.cursor, held.behind, held.renew) = (0, 0, true);
                }
            }
        }
    }

    /// Forgets conversations that a `hello` has no room for: it names those with the most history on show, and `shown`.
    /// The others come afresh with the list.
    pub(crate) fn fit_into_hello(&mut self, shown: Option<ConversationId>) -> Vec<ConversationId> {
        let mut held: Vec<_> = self.held.iter().map(|(id, held)| (*id, held.timeline.messages().len())).collect();
        held.sort_unstable_by_key(|(id, messages)| Reverse((Some(*id) == shown, *messages, *id)));
        let forgotten: Vec<_> = held.into_iter().skip(HELLO_CURSORS).map(|(id, _)| id).collect();
        for id in &forgotten {
            self.held.remove(id);
        }
        forgotten
    }

    /// How far each feed is known, for `hello`.
    pub(crate) fn cursors(&self, me: UserId) -> BTreeMap<Feed, Rev> {
        let held = self.held.iter().filter(|(_, held)| held.cursor > 0);
        let mut cursors: BTreeMap<_, _> = held.map(|(id, held)| (Feed::Conversation(*id), held.cursor)).collect();
        cursors.insert(Feed::User(me), self.cursor);
        cursors
    }

    /// How far a feed is known, and how far it is known to have come at least.
    pub(crate) fn progress(&self, feed: Feed) -> (Rev, Rev) {
        match feed {
            Feed::User(_) => (self.cursor, self.behind),
            Feed::Server => (0, 0),
            Feed::Conversation(id) => self.held.get(&id).map_or((0, 0), |held| (held.cursor, held.behind)),
        }
    }

    /// Drops what is held of conversations that no membership tells of: after `hello` has been answered in full.
    pub(crate) fn drop_strangers(&mut self) -> Set<ConversationId> {
        let strangers: Set<_> = self.held.keys().filter(|id| !self.memberships.contains_key(id)).copied().collect();
        self.held.retain(|id, _| !strangers.contains(id));
        strangers
    }

    /// Whether one is in this conversation and its rows are not here. The list brings them in pages; what is opened or
    /// changes before that is loaded by itself.
    pub(crate) fn is_missing(&self, id: ConversationId) -> bool {
        self.joined(id) && self.held.get(&id).is_none_or(|held| held.row.is_none() || held.cursor == 0)
    }

    /// The conversations one is in, whether or not their rows are here.
    pub(crate) fn all_joined(&self) -> Set<ConversationId> {
        self.memberships.values().filter(|row| row.joined).map(|row| row.conversation).collect()
    }

    pub(crate) fn joined(&self, id: ConversationId) -> bool {
        self.memberships.get(&id).is_some_and(|row| row.joined)
    }

    /// A conversation to show: one is in it, and its rows are here.
    pub(crate) fn shown(&self, id: ConversationId) -> Option<(&Held, &Conversation)> {
        let held = self.held.get(&id).filter(|_| self.joined(id))?;
        Some((held, held.row.as_ref()?))
    }

    /// All conversations to show, by id.
    pub(crate) fn all_shown(&self) -> impl Iterator<Item = (&Held, &Conversation)> {
        self.held.keys().filter_map(|id| self.shown(*id))
    }

    pub(crate) fn held(&self, id: ConversationId) -> Option<&Held> {
        self.held.get(&id).map(|held| &**held)
    }

    pub(crate) fn held_mut(&mut self, id: ConversationId) -> Option<&mut Held> {
        self.held.get_mut(&id).map(|held| &mut **held)
    }

    pub(crate) fn all_held_mut(&mut self) -> impl Iterator<Item = &mut Held> {
        self.held.iter_mut().map(|(_, held)| &mut **held)
    }

    /// How far one has read, as far as the server knows or can tell from what one said.
    pub(crate) fn known_read(&self, me: UserId, id: ConversationId) -> Seq {
        let stored = self.memberships.get(&id).map_or(0, |row| row.read_seq);
        stored.max(self.held.get(&id).map_or(0, |held| held.spoken_by(me)))
    }

    /// How many messages have not been read: arithmetic, never a count.
    pub(crate) fn unread(&self, me: UserId, id: ConversationId) -> u64 {
        let Some(held) = self.held.get(&id) else { return 0 };
        held.timeline.last().saturating_sub(self.known_read(me, id).max(held.seen))
    }
}

/// Whether a row is of this conversation's feed.
pub(crate) fn belongs(row: &Row, id: ConversationId) -> bool {
    match row {
        Row::Conversation(row) => row.id == id,
        Row::Member(row) => row.conversation == id,
        Row::Message(row) => row.conversation == id,
        Row::Reaction(row) => row.conversation == id,
        Row::Thread(row) => row.conversation == id,
        Row::Membership(_) | Row::Scheduled(_) => false,
        Row::Person(_) | Row::Unknown => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{conversation, message, user};
    use myna_protocol::{Kind, Message, Timestamp};

    fn membership(n: u8, joined: bool, read_seq: Seq, rev: Rev) -> Row {
        Row::Membership(Membership { conversation: conversation(n), joined, read_seq, rev })
    }

    fn own(from: Rev, rev: Rev, rows: Vec<Row>) -> FeedRows {
        FeedRows { feed: Feed::User(user(1)), from, rev, rows }
    }

    /// Conversation 1 with messages at these places.
    fn rows(from: Rev, rev: Rev, messages: impl IntoIterator<Item = Message>) -> FeedRows {
        let (kind, created_by, created_at) = (Kind::Group, user(1), Timestamp(0));
        let row = Conversation {
            id: conversation(1),
            kind,
            name: None,
            created_by,
            created_at,
            members: 2,
            receipts: true,
            rev: 1,
        };
        let rows = [Row::Conversation(row)].into_iter().chain(messages.into_iter().map(Row::Message)).collect();
        FeedRows { feed: Feed::Conversation(conversation(1)), from, rev, rows }
    }

    fn apply(conversations: &mut Conversations, feeds: impl IntoIterator<Item = FeedRows>) -> Vec<bool> {
        let taken = |rows| matches!(conversations.apply(user(1), rows), Outcome::Taken { .. });
        feeds.into_iter().map(taken).collect()
    }

    fn seqs(conversations: &Conversations) -> Vec<Seq> {
        let held = conversations.held(conversation(1));
        held.into_iter().flat_map(|held| held.timeline.messages().map(|message| message.seq)).collect()
    }

    #[test]
    fn a_hello_fits_into_a_frame_however_many_conversations_there_are() {
        let mut all = Conversations::default();
        for n in 0..2_000_u64 {
            let id = ConversationId::from_parts(n, [0; 10]);
            let row = Row::Conversation(Conversation {
                id,
                kind: Kind::Group,
                name: None,
                created_by: user(1),
                created_at: Timestamp(0),
                members: 1,
                receipts: true,
                rev: 1,
            });
            all.apply(user(1), FeedRows { feed: Feed::Conversation(id), from: 0, rev: u64::MAX, rows: vec![row] });
        }
        let last = ConversationId::from_parts(1_999, [0; 10]);
        let forgotten = all.fit_into_hello(Some(last));
        assert_eq!((forgotten.len(), forgotten.contains(&last)), (2_000 - HELLO_CURSORS, false));
        let cursors = all.cursors(user(1));
        let bytes: usize = cursors.keys().map(|feed| feed.to_string().len() + 32).sum();
        assert_eq!(cursors.len(), HELLO_CURSORS + 1);
        assert!(bytes < myna_protocol::limits::FRAME_BYTES, "{bytes}");
    }

    #[test]
    fn ones_read_place_never_falls_whatever_the_rev() {
        for memberships in [[(5, 9), (6, 4)], [(6, 4), (5, 9)]] {
            let mut held = Conversations::default();
            apply(&mut held, memberships.map(|(rev, read_seq)| own(0, rev, vec![membership(1, true, read_seq, rev)])));
            assert_eq!(held.known_read(user(1), conversation(1)), 9);
        }
    }

    #[test]
    fn a_fresh_load_of_ones_own_feed_ends_what_it_does_not_tell_of_unless_that_is_newer() {
        let mut held = Conversations::default();
        let both = vec![membership(1, true, 0, 1), membership(2, true, 0, 2)];
        apply(
            &mut held,
            [own(0, 2, both), own(2, 4, vec![membership(3, true, 0, 4)]), own(0, 3, vec![membership(2, true, 0, 2)])],
        );
        assert_eq!([1, 2, 3].map(|n| held.joined(conversation(n))), [false, true, true]);
    }

    #[test]
    fn rows_that_come_after_one_has_left_are_not_held() {
        let mut held = Conversations::default();
        apply(&mut held, [own(0, 1, vec![membership(1, true, 0, 1)]), rows(0, 3, [message(1)])]);
        assert!(held.shown(conversation(1)).is_some());
        apply(&mut held, [own(1, 2, vec![membership(1, false, 0, 2)])]);
        assert_eq!(apply(&mut held, [rows(0, 3, [message(1)])]), [false]);
        assert!(held.held(conversation(1)).is_none());
        // Who comes back loads it afresh: what was held would be old.
        apply(&mut held, [own(2, 3, vec![membership(1, true, 0, 3)])]);
        assert!(held.is_missing(conversation(1)));
    }

    #[test]
    fn an_old_fresh_load_does_not_bring_old_messages_back() {
        let mut held = Conversations::default();
        let (new, old) = ((8..=9).map(message), (6..=8).map(message));
        assert_eq!(apply(&mut held, [rows(0, 12, new), rows(0, 11, old.clone())]), [true, true]);
        assert_eq!(seqs(&held), [8, 9]);
        apply(&mut held, [rows(0, 12, old)]);
        assert_eq!(seqs(&held), [6, 7, 8, 9]);
    }

    #[test]
    fn only_a_fresh_load_extends_the_window_downwards() {
        let mut held = Conversations::default();
        apply(&mut held, [rows(0, 12, (8..=9).map(message)), rows(11, 13, [message(7)])]);
        assert_eq!(seqs(&held), [8, 9]);
    }

    #[test]
    fn rows_of_another_conversation_in_this_ones_feed_are_left_out() {
        let mut held = Conversations::default();
        let strange = Message { conversation: conversation(2), ..message(2) };
        apply(&mut held, [rows(0, 3, [message(1), strange])]);
        assert_eq!(seqs(&held), [1]);
    }

    #[test]
    fn after_a_reset_the_rows_from_0_replace_even_newer_ones() {
        let mut held = Conversations::default();
        apply(&mut held, [own(0, 90, vec![membership(1, true, 50, 90)]), rows(0, 90, (40..=60).map(message))]);
        held.reset(user(1), Feed::User(user(1)));
        held.reset(user(1), Feed::Conversation(conversation(1)));
        assert_eq!(held.cursors(user(1)), BTreeMap::from([(Feed::User(user(1)), 0)]));
        apply(&mut held, [own(0, 2, vec![membership(1, true, 1, 2)]), rows(0, 3, [message(1), message(2)])]);
        assert_eq!((seqs(&held), held.unread(user(1), conversation(1))), (vec![1, 2], 1));
    }
}
