//! A person in a conversation: what they do there, and what they may see.

use crate::committer::Pending;
use crate::rules::Verb;
use crate::store::{Choice, Extent};
use crate::{Chat, Connection, Error};
use myna_protocol::limits::{LOADED_MEMBERS, PAGE_MEMBERS_MAX, PAGE_MESSAGES_MAX, TYPING_TTL_MILLIS};
use myna_protocol::{
    ClientId, ConversationId, Emoji, FeedRows, MessageRef, Name, Rejection, Row, Seq, Signal, Target, Text, Timestamp,
    UserId,
};

/// Durable changes. The rules decide inside the commit whether the person may, where nothing can change it any more, and only
/// there: `NotFound` when they are not in the conversation, or when there is none.
impl Chat {
    /// Hands a message in, perhaps in reply to another: `NotAllowed` where there are no replies. Messages that were handed in one after the other are committed in that order.
    pub async fn send(
        &self,
        sender: UserId,
        conversation: ConversationId,
        client_id: ClientId,
        text: Text,
        reply_to: Option<Seq>,
    ) -> Result<Pending, Error> {
        if reply_to.is_some() && !self.inner().policy.replies {
            return Err(Rejection::NotAllowed.into());
        }
        self.change(sender, Verb::Send { conversation, client_id, text, reply_to }).await
    }

    /// Sends the text of another message that the person can read: `NotAllowed` where messages cannot be forwarded.
    pub async fn forward(
        &self,
        sender: UserId,
        conversation: ConversationId,
        client_id: ClientId,
        message: MessageRef,
    ) -> Result<Pending, Error> {
        if !self.inner().policy.forwards {
            return Err(Rejection::NotAllowed.into());
        }
        self.change(sender, Verb::Forward { conversation, client_id, message }).await
    }

    /// Edits a message that the person sent, while the edit window is open.
    pub async fn edit(
        &self,
        user: UserId,
        conversation: ConversationId,
        seq: Seq,
        text: Text,
    ) -> Result<Pending, Error> {
        let window = self.inner().policy.limits().edit_millis;
        self.change(user, Verb::Edit { conversation, seq, text, window }).await
    }

    /// Gives the person's reaction to a message, in place of the one before; `None` takes it back.
    pub async fn react(
        &self,
        user: UserId,
        conversation: ConversationId,
        seq: Seq,
        emoji: Option<Emoji>,
    ) -> Result<Pending, Error> {
        let most = self.inner().policy.limits().reactions;
        self.change(user, Verb::React { conversation, seq, emoji, most }).await
    }

    /// Unsends a message that the person sent, while the unsend window is open. The creator of a channel can delete any message
    /// in it, at any time.
    pub async fn unsend(&self, user: UserId, conversation: ConversationId, seq: Seq) -> Result<Pending, Error> {
        let window = self.inner().policy.limits().unsend_millis;
        self.change(user, Verb::Unsend { conversation, seq, window }).await
    }

    /// Everything up to `seq` has been read.
    pub async fn read(&self, user: UserId, conversation: ConversationId, seq: Seq) -> Result<Pending, Error> {
        self.change(user, Verb::Read { conversation, seq }).await
    }

    /// Leaves. From the moment this is durable, nothing of the conversation reaches the person.
    pub async fn leave(&self, user: UserId, conversation: ConversationId) -> Result<Pending, Error> {
        self.change(user, Verb::Leave { conversation }).await
    }

    /// Renames a group, or a channel that the person created; `None` removes a group's name.
    pub async fn rename(
        &self,
        user: UserId,
        conversation: ConversationId,
        name: Option<Name>,
    ) -> Result<Pending, Error> {
        if !self.inner().limits.count_rename(user) {
            return Err(Rejection::TooMany.into());
        }
        self.change(user, Verb::RenameConversation { conversation, name }).await
    }

    /// Hands in a change that a person asks for now.
    pub(crate) async fn change(&self, user: UserId, verb: Verb) -> Result<Pending, Error> {
        self.inner().commits.hand_in(verb.by(user, self.clock().now())).await
    }

    /// Tells the others that the connection's person types, or stopped: those of this node at once, those of others soon.
    /// `NotFound` unless the connection gets what happens in the conversation.
    pub fn typing(&self, connection: &Connection, conversation: ConversationId, typing: bool) -> Result<(), Error> {
        let user = connection.user();
        if !connection.listens(conversation) {
            return Err(Rejection::NotFound.into());
        }
        let signal = Signal::Typing { conversation, user, typing, ttl: TYPING_TTL_MILLIS };
        self.hub().signal(conversation, signal, user);
        self.inner().local_presence.typing(conversation, user, typing);
        Ok(())
    }
}

/// Proof that a person was in a conversation a moment ago: the only way to its messages and members.
pub struct Member<'a> {
    chat: &'a Chat,
    conversation: ConversationId,
}

impl Chat {
    /// The person as a member of the conversation. `NotFound` when they are not, or when there is no such conversation.
    pub async fn member(&self, user: UserId, conversation: ConversationId) -> Result<Member<'_>, Error> {
        match self.inner().store.access(user, conversation).await? {
            Some(_) => Ok(Member { chat: self, conversation }),
            None => Err(Rejection::NotFound.into()),
        }
    }
}

impl Member<'_> {
    /// The messages before `seq`, oldest first, and their senders.
    pub async fn messages_before(&self, seq: Seq, limit: u32) -> Result<Vec<Row>, Error> {
        let limit = limit.clamp(1, PAGE_MESSAGES_MAX);
        Ok(self.chat.inner().store.messages_before(self.conversation, seq, limit).await?)
    }

    /// The messages at these places, oldest first, and their senders. `Malformed` for more than a page has.
    pub async fn messages_at(&self, mut seqs: Vec<Seq>) -> Result<Vec<Row>, Error> {
        if seqs.len() > PAGE_MESSAGES_MAX as usize {
            return Err(Rejection::Malformed.into());
        }
        seqs.sort_unstable();
        seqs.dedup();
        Ok(self.chat.inner().store.chosen_messages(self.conversation, Choice::At(seqs)).await?)
    }

    /// The newest replies of a thread before `before`, oldest first, and their senders; with `None`, also the message that the
    /// thread begins with.
    pub async fn thread(&self, thread: Seq, before: Option<Seq>, limit: u32) -> Result<Vec<Row>, Error> {
        let (store, limit) = (&self.chat.inner().store, limit.clamp(1, PAGE_MESSAGES_MAX));
        let replies = Choice::Replies { thread, before: before.unwrap_or(Seq::MAX), limit };
        let replies = store.chosen_messages(self.conversation, replies).await?;
        // The count is not older than the replies: one that is too great costs an empty page at most.
        let mut rows = Vec::new();
        if before.is_none() {
            rows = store.chosen_messages(self.conversation, Choice::At(vec![thread])).await?;
        }
        rows.extend(replies);
        Ok(rows)
    }

    /// A page with this message, those before and after it, and their senders.
    pub async fn messages_around(&self, target: Target, limit: u32) -> Result<Vec<Row>, Error> {
        let limit = limit.clamp(1, PAGE_MESSAGES_MAX);
        let last = self.message_before(Seq::MAX).await?.map_or(1, |(seq, _)| seq);
        let seq = match target {
            Target::Seq(seq) => seq.clamp(1, last),
            Target::SentAt(at) => self.first_since(at, last).await?,
        };
        let rows = self.messages_before(seq.saturating_add(u64::from(limit.div_ceil(2))), limit).await?;
        let is_in = rows.iter().any(|row| matches!(row, Row::Message(message) if message.seq == seq));
        // Long messages after it can leave no room for it in one answer.
        if is_in { Ok(rows) } else { self.messages_before(seq.saturating_add(1), limit).await }
    }

    /// The place of the first message sent at this time or later, else the last. It reads one message for each halving of the
    /// conversation: 17 for 100,000 messages.
    async fn first_since(&self, at: Timestamp, last: Seq) -> Result<Seq, Error> {
        let (mut from, mut to) = (1, last);
        while from < to {
            let middle = from + (to - from) / 2;
            match self.message_before(middle + 1).await? {
                Some((_, sent)) if sent < at => from = middle + 1,
                Some(_) | None => to = middle,
            }
        }
        Ok(from)
    }

    /// The place of the last message before this one, and when it was sent.
    async fn message_before(&self, seq: Seq) -> Result<Option<(Seq, Timestamp)>, Error> {
        let rows = self.chat.inner().store.messages_before(self.conversation, seq, 1).await?;
        let message = rows.iter().find_map(|row| if let Row::Message(message) = row { Some(message) } else { None });
        Ok(message.map(|message| (message.seq, message.sent_at)))
    }

    /// Members in the order in which they joined, after this one; and after whom the next page begins, if there is one.
    pub async fn members_after(&self, after: Option<UserId>, limit: u32) -> Result<(Vec<Row>, Option<UserId>), Error> {
        let limit = limit.clamp(1, PAGE_MEMBERS_MAX);
        let rows = self.chat.inner().store.members_after(self.conversation, after, limit).await?;
        let users = rows.iter().filter_map(|row| match row {
            Row::Member(member) => Some(member.user),
            _ => None,
        });
        let next = users.clone().next_back().filter(|_| users.count() == limit as usize);
        Ok((rows, next))
    }

    /// The conversation afresh, with its newest messages and first members.
    pub async fn load(&self, messages: u32) -> Result<FeedRows, Error> {
        let extent = Extent { messages: messages.clamp(1, PAGE_MESSAGES_MAX), members: LOADED_MEMBERS };
        let mut loaded = self.chat.inner().store.load_conversations(&[self.conversation], extent).await?;
        loaded.pop().ok_or(Rejection::NotFound.into())
    }
}
