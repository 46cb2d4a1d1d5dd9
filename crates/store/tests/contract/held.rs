//! What a client holds, in the plainest form: rows kept by the greater rev, and one cursor a feed.

use super::verbs::{ALL, MUCH, membership};
use myna_chat::store::Store;
use myna_protocol::{
    ClientId, Conversation, ConversationId, Feed, FeedRows, Member, Membership, Message, Person, Reaction, Replies,
    Rev, Row, Scheduled, Seq, UserId,
};
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

/// A person's client.
#[derive(Clone, Debug)]
pub(crate) struct Held {
    user: UserId,
    cursors: BTreeMap<Feed, Rev>,
    memberships: BTreeMap<ConversationId, Membership>,
    conversations: BTreeMap<ConversationId, Conversation>,
    members: BTreeMap<(ConversationId, UserId), Member>,
    messages: BTreeMap<(ConversationId, Seq), Message>,
    reactions: BTreeMap<(ConversationId, Seq, UserId), Reaction>,
    people: BTreeMap<UserId, Person>,
    scheduled: BTreeMap<ClientId, Scheduled>,
}

fn keep<K: Ord, V>(rows: &mut BTreeMap<K, V>, key: K, row: V, rev: impl Fn(&V) -> Rev) {
    match rows.entry(key) {
        Entry::Vacant(place) => {
            place.insert(row);
        }
        Entry::Occupied(mut held) if rev(held.get()) < rev(&row) => {
            held.insert(row);
        }
        Entry::Occupied(_) => {}
    }
}

impl Held {
    /// Everything afresh.
    pub(crate) async fn load(store: &dyn Store, user: UserId) -> Self {
        let mut held = Self {
            user,
            cursors: BTreeMap::new(),
            memberships: BTreeMap::new(),
            conversations: BTreeMap::new(),
            members: BTreeMap::new(),
            messages: BTreeMap::new(),
            reactions: BTreeMap::new(),
            people: BTreeMap::new(),
            scheduled: BTreeMap::new(),
        };
        held.reset(store, Feed::Server).await;
        held.reset(store, Feed::User(user)).await;
        held
    }

    /// Loads a feed afresh, and what follows from it.
    async fn reset(&mut self, store: &dyn Store, feed: Feed) {
        let loaded = match feed {
            Feed::User(user) => store.load_user(user).await.map(|rows| vec![rows]),
            Feed::Conversation(id) => store.load_conversations(&[id], ALL).await,
            // The people come with what is loaded of them.
            Feed::Server => store.revs(&[feed]).await.map(|revs| {
                revs.into_iter().map(|(feed, rev)| FeedRows { feed, from: 0, rev, rows: Vec::new() }).collect()
            }),
        };
        for rows in loaded.expect("the store answers") {
            self.apply(rows);
        }
        Box::pin(self.follow(store)).await;
    }

    /// A live event has come. One that does not join up with what is held means: read the store.
    pub(crate) async fn hear(&mut self, store: &dyn Store, event: &FeedRows) {
        match self.cursors.get(&event.feed) {
            Some(cursor) if event.from > *cursor => self.resync(store, event.feed).await,
            Some(_) => {
                self.apply(event.clone());
                self.follow(store).await;
            }
            // Who is not yet told of a conversation does not hold it.
            None => {}
        }
    }

    /// Asks for what changed in every feed.
    pub(crate) async fn catch_up(&mut self, store: &dyn Store) {
        self.resync(store, Feed::User(self.user)).await;
        self.resync(store, Feed::Server).await;
        for feed in self.cursors.keys().copied().collect::<Vec<_>>() {
            self.resync(store, feed).await;
        }
    }

    async fn resync(&mut self, store: &dyn Store, feed: Feed) {
        // A conversation that was left while the others were read is not held any more.
        let Some(cursor) = self.cursors.get(&feed).copied() else { return };
        match store.rows_since(feed, cursor, MUCH).await.expect("the store answers") {
            Some(rows) => {
                assert_eq!((rows.feed, rows.from), (feed, cursor));
                let own = |row: &&Row| feed == Feed::Server || !matches!(row, Row::Person(_));
                let own: Vec<Rev> = rows.rows.iter().filter(own).map(Row::rev).collect();
                assert!(own.iter().all(|rev| *rev > cursor && *rev <= rows.rev), "{rows:?}");
                assert!(own.is_sorted(), "{rows:?}");
                self.apply(rows);
                self.follow(store).await;
            }
            None => panic!("nothing here is so much that {feed} must be loaded afresh"),
        }
    }

    /// The idempotent upsert.
    fn apply(&mut self, told: FeedRows) {
        let cursor = self.cursors.entry(told.feed).or_insert(0);
        *cursor = (*cursor).max(told.rev);
        for row in told.rows {
            match row {
                Row::Conversation(row) => keep(&mut self.conversations, row.id, row, |row| row.rev),
                Row::Member(row) => keep(&mut self.members, (row.conversation, row.user), row, |row| row.rev),
                Row::Message(row) => keep(&mut self.messages, (row.conversation, row.seq), row, |row| row.rev),
                Row::Reaction(row) => {
                    keep(&mut self.reactions, (row.conversation, row.seq, row.user), row, |row| row.rev);
                }
                Row::Thread(row) => {
                    // It says how many replies a message has by now; everything else of the message is held.
                    if let Some(held) =
                        self.messages.get_mut(&(row.conversation, row.seq)).filter(|held| held.rev < row.rev)
                    {
                        let extra = held.extra.get_or_insert_default();
                        let since = extra.replies.map_or(held.rev, |replies| replies.since);
                        (extra.replies, held.rev) = (Some(Replies { count: row.replies, since }), row.rev);
                    }
                }
                Row::Membership(row) => keep(&mut self.memberships, row.conversation, row, |row| row.rev),
                Row::Scheduled(row) => keep(&mut self.scheduled, row.client_id, row, |row| row.rev),
                Row::Person(row) => keep(&mut self.people, row.id, row, |row| row.rev),
                Row::Unknown => panic!("a store knows its rows"),
            }
        }
    }

    /// Loads the conversations that this person is in now, and forgets those that they have left.
    async fn follow(&mut self, store: &dyn Store) {
        let (joined, left): (Vec<_>, Vec<_>) = self.memberships.values().cloned().partition(|row| row.joined);
        for row in left {
            let id = row.conversation;
            self.cursors.remove(&Feed::Conversation(id));
            self.conversations.remove(&id);
            self.members.retain(|key, _| key.0 != id);
            self.messages.retain(|key, _| key.0 != id);
            self.reactions.retain(|key, _| key.0 != id);
        }
        for row in joined {
            let feed = Feed::Conversation(row.conversation);
            if !self.cursors.contains_key(&feed) {
                Box::pin(self.reset(store, feed)).await;
            }
        }
    }

    /// The same for two clients that show the same.
    ///
    /// How far senders have read follows from their messages, and what was left is no longer told by a fresh load.
    pub(crate) fn shown(mut self) -> Self {
        for message in self.messages.values() {
            let key = (message.conversation, message.sender);
            let receipts = self.conversations.get(&message.conversation).is_some_and(|row| row.receipts);
            if let Some(member) = self.members.get_mut(&key)
                && receipts
                && message.is_read_by_sender()
                && member.read_seq <= message.seq
            {
                (member.read_seq, member.read_at) = (message.seq, Some(message.sent_at));
            }
            if message.sender == self.user
                && message.is_read_by_sender()
                && let Some(own) = self.memberships.get_mut(&message.conversation)
            {
                own.read_seq = own.read_seq.max(message.seq);
            }
        }
        self.memberships.retain(|_, row| row.joined);
        // What was taken back is not there any more.
        self.reactions.retain(|_, row| row.emoji.is_some());
        self.scheduled.retain(|_, row| row.message.is_some());
        self
    }

    /// The law: what is held is what a fresh load would be.
    pub(crate) async fn compare(&self, store: &dyn Store) -> Result<(), String> {
        let fresh = Self::load(store, self.user).await.shown();
        let held = self.clone().shown();
        let same = (&held.cursors, &held.memberships, &held.conversations, &held.members, &held.messages)
            == (&fresh.cursors, &fresh.memberships, &fresh.conversations, &fresh.members, &fresh.messages)
            && held.reactions == fresh.reactions
            && held.scheduled == fresh.scheduled;
        // Of people who were met and left again, more may be held than a fresh load brings.
        let known = fresh.people.iter().all(|(id, person)| held.people.get(id) == Some(person));
        if same && known { Ok(()) } else { Err(format!("held:\n{held:#?}\nfresh:\n{fresh:#?}")) }
    }
}

/// Whether this person is in the conversation, by the store's word.
pub(crate) async fn is_in(store: &dyn Store, user: UserId, conversation: ConversationId) -> bool {
    let access = store.access(user, conversation).await.expect("the store answers").is_some();
    assert_eq!(access, membership(store, user, conversation).await.is_some());
    access
}
