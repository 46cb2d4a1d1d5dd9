//! Which rows a change needs.

use super::rows::{ReactionKey, SentKey};
use super::{Actor, Change, Facts, JobId, PersonalItem, PersonalKey, Verb};
use myna_protocol::{ClientId, ConversationId, ScheduledMessage, Seq, UserId};
use std::collections::BTreeSet;

/// Keys of rows, each once.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Needs {
    /// The server's own row.
    pub server: bool,
    pub users: BTreeSet<UserId>,
    /// The holders of these name keys (see `Name::key`).
    pub user_names: BTreeSet<String>,
    pub conversations: BTreeSet<ConversationId>,
    /// The direct conversations of these pairs, the lower id first.
    pub pairs: BTreeSet<[UserId; 2]>,
    /// The channels with these name keys.
    pub channel_names: BTreeSet<String>,
    pub members: BTreeSet<(ConversationId, UserId)>,
    /// The messages with these keys, if they were sent before.
    pub sent: BTreeSet<SentKey>,
    /// The messages at these places.
    pub messages: BTreeSet<(ConversationId, Seq)>,
    pub reactions: BTreeSet<ReactionKey>,
    /// The messages of which to count the reactions.
    pub reaction_counts: BTreeSet<(ConversationId, Seq)>,
    pub jobs: BTreeSet<JobId>,
    pub personal: BTreeSet<PersonalKey>,
    /// The people of whom to load all personal rows that have a value.
    pub personal_of: BTreeSet<UserId>,
}

impl Needs {
    pub(super) fn of(batch: &[Change], facts: &Facts) -> Self {
        let mut needs = Self::default();
        for change in batch {
            needs.add(change.actor, &change.verb, facts);
        }
        needs
    }

    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    fn add(&mut self, actor: Actor, verb: &Verb, facts: &Facts) {
        if let Verb::RunJob { id } = verb {
            self.jobs.insert(*id);
            // A job runs no other job.
            if let Some(job) = facts.job(*id).filter(|job| !matches!(job.change.verb, Verb::RunJob { .. })) {
                self.add(job.change.actor, &job.change.verb, facts);
            }
            return;
        }
        let Actor::User(user) = actor else { return };
        match verb {
            Verb::Send { conversation, client_id, reply_to, .. } => {
                self.member(*conversation, user);
                self.sent.insert((*conversation, user, *client_id));
                if let Some(seq) = reply_to {
                    self.message_and_thread(*conversation, *seq, facts);
                }
            }
            Verb::ScheduleMessage { conversation, client_id, reply_to, job, .. } => {
                self.users.insert(user);
                self.personal.insert((user, PersonalItem::Scheduled(*client_id)));
                self.personal_of.insert(user);
                self.jobs.insert(*job);
                self.member(*conversation, user);
                self.sent.insert((*conversation, user, *client_id));
                if let Some(seq) = reply_to {
                    self.message_and_thread(*conversation, *seq, facts);
                }
            }
            Verb::EditScheduled { client_id, .. } => {
                self.scheduled(user, *client_id, facts);
                self.personal_of.insert(user);
            }
            Verb::DeleteScheduled { client_id } => {
                self.scheduled(user, *client_id, facts);
            }
            Verb::SendScheduled { client_id, .. } => {
                if let Some(message) = self.scheduled(user, *client_id, facts) {
                    self.member(message.conversation, user);
                    self.sent.insert((message.conversation, user, *client_id));
                    if let Some(seq) = message.reply_to {
                        self.message_and_thread(message.conversation, seq, facts);
                    }
                }
            }
            Verb::Forward { conversation, client_id, message } => {
                self.member(*conversation, user);
                self.sent.insert((*conversation, user, *client_id));
                self.member(message.conversation, user);
                self.messages.insert((message.conversation, message.seq));
            }
            Verb::Edit { conversation, seq, .. } => {
                self.member(*conversation, user);
                self.messages.insert((*conversation, *seq));
            }
            Verb::Unsend { conversation, seq, .. } => {
                self.member(*conversation, user);
                self.message_and_thread(*conversation, *seq, facts);
            }
            Verb::React { conversation, seq, emoji, .. } => {
                self.member(*conversation, user);
                self.messages.insert((*conversation, *seq));
                self.reactions.insert((*conversation, *seq, user));
                if emoji.is_some() {
                    self.reaction_counts.insert((*conversation, *seq));
                }
            }
            Verb::Read { conversation, .. } | Verb::Join { conversation } | Verb::Leave { conversation } => {
                self.member(*conversation, user);
                self.users.insert(user);
            }
            Verb::Add { conversation, users } => {
                self.member(*conversation, user);
                self.users.extend(users);
                self.members.extend(users.iter().map(|user| (*conversation, *user)));
            }
            Verb::Direct { id, with } => {
                self.conversations.insert(*id);
                self.pairs.insert(pair(user, *with));
                self.users.extend([user, *with]);
            }
            Verb::Group { id, members, .. } => {
                self.conversations.insert(*id);
                self.users.insert(user);
                self.users.extend(members);
            }
            Verb::Channel { id, name } => {
                self.conversations.insert(*id);
                self.channel_names.insert(name.key());
                self.users.insert(user);
            }
            Verb::RenameUser { name } => {
                self.server = true;
                self.users.insert(user);
                self.user_names.insert(name.key());
            }
            Verb::RenameConversation { conversation, name } => {
                self.member(*conversation, user);
                self.channel_names.extend(name.as_ref().map(myna_protocol::Name::key));
            }
            Verb::RunJob { .. } => {}
        }
    }

    /// A scheduled message, and once that is loaded its job.
    fn scheduled<'a>(&mut self, user: UserId, client_id: ClientId, facts: &'a Facts) -> Option<&'a ScheduledMessage> {
        let key = (user, PersonalItem::Scheduled(client_id));
        self.users.insert(user);
        self.personal.insert(key);
        let (message, job) = facts.personal(key)?.scheduled()?;
        self.jobs.insert(job);
        Some(message)
    }

    /// A message, and once that is loaded the one that its thread begins with.
    fn message_and_thread(&mut self, conversation: ConversationId, seq: Seq, facts: &Facts) {
        self.messages.insert((conversation, seq));
        self.messages.extend(facts.message(conversation, seq).map(|message| (conversation, message.thread())));
    }

    fn member(&mut self, conversation: ConversationId, user: UserId) {
        self.conversations.insert(conversation);
        self.members.insert((conversation, user));
    }
}

/// The key of two people's direct conversation: the lower id first.
pub(super) fn pair(one: UserId, other: UserId) -> [UserId; 2] {
    [one.min(other), one.max(other)]
}
