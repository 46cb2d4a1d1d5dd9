//! Everything held of all feeds: memberships, and the conversations they are in.

use crate::conversation::{Held, Said};
use myna_protocol::{Conversation, ConversationId, Feed, FeedRows, Membership, Rev, Row, Seq, UserId};
use std::collections::{BTreeMap, BTreeSet};

/// The rows of every feed that this client follows, and a cursor for each.
#[derive(Debug, Default)]
pub(crate) struct Conversations {
    held: BTreeMap<ConversationId, Held>,
    memberships: BTreeMap<ConversationId, Membership>,
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
    Taken { conversations: BTreeSet<ConversationId>, said: Vec<Said> },
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
            Feed::User(_) => Outcome::Ignored,
            Feed::Conversation(id) => self.apply_conversation(id, rows),
        }
    }

    fn apply_own(&mut self, rows: FeedRows) -> Outcome {
        if rows.from > self.cursor {
            self.behind = self.behind.max(rows.from);
            return Outcome::Gap;
        }
        let mut touched = BTreeSet::new();
        if rows.from == 0 && self.renew {
            self.renew = false;
            touched.extend(std::mem::take(&mut self.memberships).into_keys());
        }
        let mut named = BTreeSet::new();
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
        Outcome::Taken { conversations: BTreeSet::from([id]), said }
    }

    /// Takes a page of older messages.
    pub(crate) fn page(&mut self, id: ConversationId, mut rows: Vec<Row>) -> Vec<Said> {
        rows.retain(|row| belongs(row, id));
        self.held.get_mut(&id).map_or_else(Vec::new, |held| held.page(rows))
    }

    /// The feed is to be forgotten. What is held stays in sight until the rows from 0 that replace it are here.
    pub(crate) fn reset(&mut self, me: UserId, feed: Feed) {
        match feed {
            Feed::User(user) if user == me => (self.cursor, self.behind, self.renew) = (0, 0, true),
            Feed::User(_) => {}
            Feed::Conversation(id) => {
                if let Some(held) = self.held.get_mut(&id) {
                    (held.cursor, held.behind, held.renew) = (0, 0, true);
                }
            }
        }
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
            Feed::Conversation(id) => self.held.get(&id).map_or((0, 0), |held| (held.cursor, held.behind)),
        }
    }

    /// Drops what is held of conversations that no membership tells of: after `hello` has been answered in full.
    pub(crate) fn drop_strangers(&mut self) -> BTreeSet<ConversationId> {
        let strangers: BTreeSet<_> =
            self.held.keys().filter(|id| !self.memberships.contains_key(id)).copied().collect();
        self.held.retain(|id, _| !strangers.contains(id));
        strangers
    }

    /// The conversations one is in whose rows are not here.
    pub(crate) fn missing(&self) -> impl Iterator<Item = ConversationId> {
        self.memberships.values().filter(|row| row.joined).map(|row| row.conversation).filter(|id| self.is_missing(*id))
    }

    /// Whether one is in this conversation and its rows are not here.
    pub(crate) fn is_missing(&self, id: ConversationId) -> bool {
        self.joined(id) && self.held.get(&id).is_none_or(|held| held.row.is_none() || held.cursor == 0)
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
        self.held.get(&id)
    }

    pub(crate) fn held_mut(&mut self, id: ConversationId) -> Option<&mut Held> {
        self.held.get_mut(&id)
    }

    pub(crate) fn all_held_mut(&mut self) -> impl Iterator<Item = &mut Held> {
        self.held.values_mut()
    }

    /// How far one has read, as far as the server knows or can tell from what one said.
    pub(crate) fn told(&self, me: UserId, id: ConversationId) -> Seq {
        let told = self.memberships.get(&id).map_or(0, |row| row.read_seq);
        told.max(self.held.get(&id).map_or(0, |held| held.spoken_by(me)))
    }

    /// How many messages have not been read: arithmetic, never a count.
    pub(crate) fn unread(&self, me: UserId, id: ConversationId) -> u64 {
        let Some(held) = self.held.get(&id) else { return 0 };
        held.timeline.last().saturating_sub(self.told(me, id).max(held.seen))
    }
}

/// Whether a row is of this conversation's feed.
fn belongs(row: &Row, id: ConversationId) -> bool {
    match row {
        Row::Conversation(row) => row.id == id,
        Row::Member(row) => row.conversation == id,
        Row::Message(row) => row.conversation == id,
        Row::Membership(_) => false,
    }
}
