//! A person in a conversation: what they say and do there, and what they may see.

use crate::committer::Pending;
use crate::store::Change;
use crate::{Chat, Error};
use myna_protocol::limits::{PAGE_MESSAGES_MAX, TYPING_TTL_MILLIS};
use myna_protocol::{ClientId, ConversationId, FeedRows, Rejection, Row, Seq, Signal, Text, UserId};

/// What is durable. Whether the person is in the conversation is asked inside the commit, where nothing can change it any
/// more, and only there: `NotFound` when they are not, or when there is no such conversation.
impl Chat {
    /// Hands a message in. Messages handed in one after the other are committed in that order.
    pub async fn send(
        &self,
        sender: UserId,
        conversation: ConversationId,
        client_id: ClientId,
        text: Text,
    ) -> Result<Pending, Error> {
        let at = self.clock().now();
        self.inner().commits.hand_in(Change::Send { conversation, sender, client_id, text, at }).await
    }

    /// Everything up to `seq` has been read.
    pub async fn read(&self, user: UserId, conversation: ConversationId, seq: Seq) -> Result<Pending, Error> {
        let at = self.clock().now();
        self.inner().commits.hand_in(Change::Read { conversation, user, seq, at }).await
    }

    /// Leaves. From the moment this is durable nothing of the conversation reaches the person.
    pub async fn leave(&self, user: UserId, conversation: ConversationId) -> Result<Pending, Error> {
        let at = self.clock().now();
        self.inner().commits.hand_in(Change::Leave { conversation, user, at }).await
    }
}

/// Proof that a person was in a conversation a moment ago: the only way to what is not durable, and to what was said.
pub struct Member<'a> {
    chat: &'a Chat,
    user: UserId,
    conversation: ConversationId,
}

impl Chat {
    /// The person as a member of the conversation. `NotFound` when they are not, or when there is no such conversation.
    pub async fn member(&self, user: UserId, conversation: ConversationId) -> Result<Member<'_>, Error> {
        match self.inner().store.access(user, conversation).await? {
            Some(_) => Ok(Member { chat: self, user, conversation }),
            None => Err(Rejection::NotFound.into()),
        }
    }
}

impl Member<'_> {
    /// Tells the others that the person types, or stopped: those of this node at once, those of others soon.
    pub fn typing(&self, typing: bool) {
        let Self { user, conversation, .. } = *self;
        let signal = Signal::Typing { conversation, user, typing, ttl: TYPING_TTL_MILLIS };
        self.chat.hub().signal(conversation, signal, user);
        self.chat.inner().local_presence.typing(conversation, user, typing);
    }

    /// The messages before `seq`, oldest first, and the members who sent them.
    pub async fn messages_before(&self, seq: Seq, limit: u32) -> Result<Vec<Row>, Error> {
        let limit = limit.clamp(1, PAGE_MESSAGES_MAX);
        Ok(self.chat.inner().store.messages_before(self.conversation, seq, limit).await?)
    }

    /// The conversation afresh, with its newest messages.
    pub async fn load(&self, messages: u32) -> Result<FeedRows, Error> {
        let messages = messages.clamp(1, PAGE_MESSAGES_MAX);
        let mut loaded = self.chat.inner().store.load_conversations(&[self.conversation], messages).await?;
        loaded.pop().ok_or(Rejection::NotFound.into())
    }
}
