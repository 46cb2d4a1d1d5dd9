//! The working set of a batch: the rows it needs, and what its changes make of them.

use super::rows::{ReactionKey, SentKey, reaction_key, sent_key};
use super::table::Table;
use super::{
    Change, Committed, ConversationRow, Effects, JobId, JobRow, MemberRow, Needs, PersonalKey, PersonalRow, ServerRow,
    UserRow, Written, decide,
};
use myna_protocol::{ConversationId, Feed, Kind, Message, Name, Reaction, Rejection, Rev, Seq, UserId};
use std::collections::{HashMap, HashSet};

/// Rows by key. What was not loaded counts as absent, so a driver loads all of [`Facts::needs`] first.
#[derive(Debug, Default)]
pub struct Facts {
    server: Table<(), ServerRow>,
    users: Table<UserId, UserRow>,
    /// Who has a name with this key.
    user_names: HashMap<String, Option<UserId>>,
    conversations: Table<ConversationId, ConversationRow>,
    pairs: HashMap<[UserId; 2], Option<ConversationId>>,
    /// Which channel has a name with this key.
    channel_names: HashMap<String, Option<ConversationId>>,
    members: Table<(ConversationId, UserId), MemberRow>,
    /// Messages by what makes them the same message.
    sent: HashMap<SentKey, Option<Message>>,
    jobs: Table<JobId, JobRow>,
    messages: Table<(ConversationId, Seq), Message>,
    reactions: Table<ReactionKey, Reaction>,
    /// How many people have a reaction to a message.
    reaction_counts: HashMap<(ConversationId, Seq), u64>,
    personal: Table<PersonalKey, PersonalRow>,
    /// The people whose personal rows are all loaded, as far as they have a value.
    personal_of: HashSet<UserId>,
}

/// The rows that a batch has changed. New ones have no row before.
#[derive(Debug, Default)]
pub struct Writes {
    pub server: Vec<Written<ServerRow>>,
    pub users: Vec<Written<UserRow>>,
    pub conversations: Vec<Written<ConversationRow>>,
    pub members: Vec<Written<MemberRow>>,
    pub messages: Vec<Written<Message>>,
    pub reactions: Vec<Written<Reaction>>,
    pub jobs: Vec<Written<JobRow>>,
    pub personal: Vec<Written<PersonalRow>>,
}

/// How far a batch has brought a feed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FeedAdvance {
    pub feed: Feed,
    pub from: Rev,
    pub rev: Rev,
}

/// What the store answers to the needs of a batch: each with what it found, `None` for nothing.
impl Facts {
    pub fn load_server(&mut self, row: ServerRow) {
        self.server.load((), Some(row));
    }

    pub fn load_user(&mut self, id: UserId, row: Option<UserRow>) {
        self.users.load(id, row);
    }

    pub fn load_user_name(&mut self, key: String, holder: Option<UserId>) {
        self.user_names.entry(key).or_insert(holder);
    }

    pub fn load_conversation(&mut self, id: ConversationId, row: Option<ConversationRow>) {
        self.conversations.load(id, row);
    }

    pub fn load_pair(&mut self, pair: [UserId; 2], conversation: Option<ConversationId>) {
        self.pairs.entry(pair).or_insert(conversation);
    }

    pub fn load_channel_name(&mut self, key: String, holder: Option<ConversationId>) {
        self.channel_names.entry(key).or_insert(holder);
    }

    pub fn load_member(&mut self, key: (ConversationId, UserId), row: Option<MemberRow>) {
        self.members.load(key, row);
    }

    pub fn load_sent(&mut self, key: SentKey, message: Option<Message>) {
        self.sent.entry(key).or_insert(message);
    }

    pub fn load_message(&mut self, key: (ConversationId, Seq), message: Option<Message>) {
        self.messages.load(key, message);
    }

    /// A reaction that was taken back is one without an emoji.
    pub fn load_reaction(&mut self, key: ReactionKey, reaction: Option<Reaction>) {
        self.reactions.load(key, reaction);
    }

    /// How many people have a reaction to this message, those who took it back not counted.
    pub fn load_reaction_count(&mut self, key: (ConversationId, Seq), count: u64) {
        self.reaction_counts.entry(key).or_insert(count);
    }

    pub fn load_job(&mut self, id: JobId, row: Option<JobRow>) {
        self.jobs.load(id, row);
    }

    pub fn load_personal(&mut self, key: PersonalKey, row: Option<PersonalRow>) {
        self.personal.load(key, row);
    }

    /// All personal rows of this person that have a value.
    pub fn load_personal_of(&mut self, user: UserId, rows: impl IntoIterator<Item = PersonalRow>) {
        self.personal_of.insert(user);
        rows.into_iter().for_each(|row| self.personal.load(row.key(), Some(row)));
    }
}

/// What the rules ask.
impl Facts {
    pub(super) fn server(&self) -> ServerRow {
        self.server.get(&()).cloned().unwrap_or_default()
    }

    pub(super) fn user(&self, id: UserId) -> Option<&UserRow> {
        self.users.get(&id)
    }

    pub(super) fn user_named(&self, key: &str) -> Option<UserId> {
        self.user_names.get(key).copied().flatten()
    }

    pub(super) fn conversation(&self, id: ConversationId) -> Option<&ConversationRow> {
        self.conversations.get(&id)
    }

    pub(super) fn direct(&self, pair: [UserId; 2]) -> Option<ConversationId> {
        self.pairs.get(&pair).copied().flatten()
    }

    pub(super) fn channel_named(&self, key: &str) -> Option<ConversationId> {
        self.channel_names.get(key).copied().flatten()
    }

    pub(super) fn member(&self, id: ConversationId, user: UserId) -> Option<&MemberRow> {
        self.members.get(&(id, user))
    }

    pub(super) fn sent(&self, key: &SentKey) -> Option<&Message> {
        self.sent.get(key)?.as_ref()
    }

    pub(super) fn message(&self, id: ConversationId, seq: Seq) -> Option<&Message> {
        self.messages.get(&(id, seq))
    }

    pub(super) fn reaction(&self, id: ConversationId, seq: Seq, user: UserId) -> Option<&Reaction> {
        self.reactions.get(&(id, seq, user))
    }

    pub(super) fn reaction_count(&self, id: ConversationId, seq: Seq) -> u64 {
        self.reaction_counts.get(&(id, seq)).copied().unwrap_or(0)
    }

    pub(super) fn job(&self, id: JobId) -> Option<&JobRow> {
        self.jobs.get(&id)
    }

    pub(super) fn personal(&self, key: PersonalKey) -> Option<&PersonalRow> {
        self.personal.get(&key)
    }

    /// All personal rows of this person that have a value.
    pub(super) fn personal_of(&self, user: UserId) -> impl Iterator<Item = &PersonalRow> {
        self.personal.rows().filter(move |row| row.user == user && row.value.is_some())
    }
}

impl Facts {
    /// What these changes need and was not loaded yet. To be asked again after loading: what a job needs shows only when
    /// the job itself is there.
    pub fn needs(&self, batch: &[Change]) -> Needs {
        let mut needs = Needs::of(batch, self);
        needs.server &= !self.server.is_loaded(&());
        needs.users.retain(|id| !self.users.is_loaded(id));
        needs.user_names.retain(|key| !self.user_names.contains_key(key));
        needs.conversations.retain(|id| !self.conversations.is_loaded(id));
        needs.pairs.retain(|pair| !self.pairs.contains_key(pair));
        needs.channel_names.retain(|key| !self.channel_names.contains_key(key));
        needs.members.retain(|key| !self.members.is_loaded(key));
        needs.sent.retain(|key| !self.sent.contains_key(key));
        needs.messages.retain(|key| !self.messages.is_loaded(key));
        needs.reactions.retain(|key| !self.reactions.is_loaded(key));
        needs.reaction_counts.retain(|key| !self.reaction_counts.contains_key(key));
        needs.jobs.retain(|id| !self.jobs.is_loaded(id));
        needs.personal.retain(|key| !self.personal.is_loaded(key));
        needs.personal_of.retain(|user| !self.personal_of.contains(user));
        needs
    }

    /// Decides one change after the other, each on what those before it have made of the facts. A refused change changes
    /// nothing. The answers come in the order of the batch.
    pub fn decide_all(&mut self, batch: &[Change]) -> Vec<Result<Committed, Rejection>> {
        batch.iter().map(|change| decide(self, change).map(|effects| self.apply(effects))).collect()
    }

    fn apply(&mut self, effects: Effects) -> Committed {
        let Effects { server, users, conversations, members, messages, reactions, jobs, personal, mut committed } =
            effects;
        if let Some(row) = server {
            self.server.set((), Some(row));
        }
        for row in users {
            self.index_user(&row);
            self.users.set(row.id, Some(row));
        }
        for row in conversations {
            self.index_conversation(&row);
            self.conversations.set(row.id, Some(row));
        }
        for row in members {
            self.members.set((row.conversation, row.user), Some(row));
        }
        for message in messages {
            self.sent.insert(sent_key(&message), Some(message.clone()));
            self.messages.set((message.conversation, message.seq), Some(message));
        }
        for reaction in reactions {
            let key = reaction_key(&reaction);
            let is_there = |reaction: &Reaction| u64::from(reaction.emoji.is_some());
            let before = self.reactions.get(&key).map_or(0, is_there);
            let count = self.reaction_counts.entry((reaction.conversation, reaction.seq)).or_default();
            *count = (*count + is_there(&reaction)).saturating_sub(before);
            self.reactions.set(key, Some(reaction));
        }
        committed.has_jobs = jobs.iter().any(|(_, row)| row.is_some());
        for (id, row) in jobs {
            self.jobs.set(id, row);
        }
        for row in personal {
            self.personal.set(row.key(), Some(row));
        }
        committed
    }

    /// A name that a batch gives up is taken until the next batch: a driver may write the rows in any order, and no two
    /// of them may have one name meanwhile.
    fn index_user(&mut self, row: &UserRow) {
        self.user_names.insert(Name::search_key(&row.name), Some(row.id));
    }

    fn index_conversation(&mut self, row: &ConversationRow) {
        if let Some(pair) = row.pair {
            self.pairs.insert(pair, Some(row.id));
        }
        if row.kind != Kind::Channel {
            return;
        }
        if let Some(name) = &row.name {
            self.channel_names.insert(Name::search_key(name), Some(row.id));
        }
    }

    /// Which feeds the batch has moved, and how far.
    pub fn advances(&self) -> Vec<FeedAdvance> {
        fn moved<R>(written: &Written<R>, rev: impl Fn(&R) -> Rev, feed: impl Fn(&R) -> Feed) -> Option<FeedAdvance> {
            let now = written.now.as_ref()?;
            let from = written.before.as_ref().map_or(0, &rev);
            (rev(now) > from).then(|| FeedAdvance { feed: feed(now), from, rev: rev(now) })
        }
        let server = self.server.changed().filter_map(|row| moved(row, |row| row.rev, |_| Feed::Server));
        let users = self.users.changed().filter_map(|row| moved(row, |row| row.rev, |row| Feed::User(row.id)));
        let conversations = self.conversations.changed();
        let conversations = conversations.filter_map(|row| moved(row, |row| row.rev, |row| Feed::Conversation(row.id)));
        server.chain(users).chain(conversations).collect()
    }

    /// What has to be written so that the store is as the facts are.
    pub fn into_writes(self) -> Writes {
        Writes {
            server: self.server.into_changed(),
            users: self.users.into_changed(),
            conversations: self.conversations.into_changed(),
            members: self.members.into_changed(),
            messages: self.messages.into_changed(),
            reactions: self.reactions.into_changed(),
            jobs: self.jobs.into_changed(),
            personal: self.personal.into_changed(),
        }
    }
}

impl Writes {
    pub fn is_empty(&self) -> bool {
        self.server.is_empty()
            && self.users.is_empty()
            && self.conversations.is_empty()
            && self.members.is_empty()
            && self.messages.is_empty()
            && self.reactions.is_empty()
            && self.jobs.is_empty()
            && self.personal.is_empty()
    }
}
