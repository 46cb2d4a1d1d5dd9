//! Rows that this node wrote last: the next batch need not read them. A stale one costs a retry and nothing else: a batch
//! that was decided from them counts only if it writes them all, and writes are conditional on what was read. A standalone
//! server has no conditions and no other node: there the rows are forgotten when a commit may have failed.

use moka::sync::Cache;
use myna_chat::rules::{Change, ConversationRow, Facts, MemberRow, SentKey, UserRow, Verb, Writes};
use myna_protocol::{ConversationId, UserId};
use std::collections::HashSet;
use std::time::Duration;

/// Bytes of rows that are kept, about.
const BYTES: u64 = 16 * 1024 * 1024;
/// How long rows of a conversation are not kept after another node has changed it: two nodes that write to one conversation
/// in turn would only outrun each other.
const CONTENDED: Duration = Duration::from_secs(5);
/// About how many bytes a row takes.
const ROW: u32 = 512;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Key {
    User(UserId),
    Conversation(ConversationId),
    Member(ConversationId, UserId),
}

#[derive(Debug, Clone)]
enum Row {
    User(UserRow),
    Conversation(ConversationRow),
    Member(MemberRow),
}

/// The hot rows of one node.
pub(super) struct HotRows {
    rows: Cache<Key, Row>,
    contended: Cache<ConversationId, ()>,
}

/// Facts to begin with.
pub(super) struct Hot {
    pub(super) facts: Facts,
    /// Those that may be stale.
    guesses: HashSet<Key>,
}

impl Hot {
    pub(super) fn is_guess(&self) -> bool {
        !self.guesses.is_empty()
    }

    /// Whether each of them that may be stale is written, and so compared with what is stored.
    pub(super) fn are_proven_by(&self, writes: &Writes) -> bool {
        let users = writes.users.iter().filter_map(|row| row.now.as_ref()).map(|row| Key::User(row.id));
        let conversations = writes.conversations.iter().filter_map(|row| row.now.as_ref());
        let members = writes.members.iter().filter_map(|row| row.now.as_ref());
        let written: HashSet<Key> = users
            .chain(conversations.map(|row| Key::Conversation(row.id)))
            .chain(members.map(|row| Key::Member(row.conversation, row.user)))
            .collect();
        self.guesses.is_subset(&written)
    }
}

impl Default for HotRows {
    fn default() -> Self {
        Self {
            rows: Cache::builder().max_capacity(BYTES).weigher(|_, _| ROW).build(),
            contended: Cache::builder().max_capacity(10_000).time_to_live(CONTENDED).build(),
        }
    }
}

/// Whether the change schedules a message with this key.
fn is_scheduled(change: &Change, (id, _, key): &SentKey) -> bool {
    matches!(&change.verb, Verb::ScheduleMessage { conversation, client_id, .. } if (conversation, client_id) == (id, key))
}

impl HotRows {
    /// The rows that this batch needs, as far as they are kept. With `new_messages` its messages count as new: where one is
    /// not, a unique index refuses it.
    pub(super) fn take_for(&self, batch: &[Change], wanted: bool, new_messages: bool) -> Hot {
        let mut facts = Facts::default();
        let mut guesses = HashSet::new();
        if !wanted {
            return Hot { facts, guesses };
        }
        let needs = facts.needs(batch);
        for id in needs.users {
            if let Some(Row::User(row)) = self.rows.get(&Key::User(id)) {
                facts.load_user(id, Some(row));
                guesses.insert(Key::User(id));
            }
        }
        for id in needs.conversations {
            if let Some(Row::Conversation(row)) = self.rows.get(&Key::Conversation(id)) {
                facts.load_conversation(id, Some(row));
                guesses.insert(Key::Conversation(id));
            }
        }
        for (id, user) in needs.members {
            if let Some(Row::Member(row)) = self.rows.get(&Key::Member(id, user)) {
                facts.load_member((id, user), Some(row));
                guesses.insert(Key::Member(id, user));
            }
        }
        if !guesses.is_empty() && new_messages {
            // One that is scheduled is not written now: no index would refuse it.
            let is_written = |key: &SentKey| !batch.iter().any(|change| is_scheduled(change, key));
            for key in needs.sent.into_iter().filter(is_written) {
                if self.rows.contains_key(&Key::Member(key.0, key.1)) {
                    facts.load_sent(key, None);
                }
            }
        }
        Hot { facts, guesses }
    }

    pub(super) fn clear(&self) {
        self.rows.invalidate_all();
    }

    /// These rows were written.
    pub(super) fn keep(&self, writes: Writes) {
        for row in writes.users.into_iter().filter_map(|row| row.now) {
            self.rows.insert(Key::User(row.id), Row::User(row));
        }
        for row in writes.conversations.into_iter().filter_map(|row| row.now) {
            if !self.contended.contains_key(&row.id) {
                self.rows.insert(Key::Conversation(row.id), Row::Conversation(row));
            }
        }
        for row in writes.members.into_iter().filter_map(|row| row.now) {
            if !self.contended.contains_key(&row.conversation) {
                self.rows.insert(Key::Member(row.conversation, row.user), Row::Member(row));
            }
        }
    }

    /// These rows could not be written: others have changed some of them.
    pub(super) fn invalidate(&self, writes: &Writes) {
        for row in writes.users.iter().filter_map(|row| row.now.as_ref()) {
            self.rows.invalidate(&Key::User(row.id));
        }
        for row in writes.members.iter().filter_map(|row| row.now.as_ref()) {
            self.rows.invalidate(&Key::Member(row.conversation, row.user));
        }
        for row in writes.conversations.iter().filter_map(|row| row.now.as_ref()) {
            self.rows.invalidate(&Key::Conversation(row.id));
            self.contended.insert(row.id, ());
        }
    }
}
