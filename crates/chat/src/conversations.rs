//! Coming together: direct conversations, groups, channels, and finding them.

use crate::ids::conversation_id;
use crate::store::Change;
use crate::{Chat, Error};
use myna_protocol::limits::{GROUP_MEMBERS, SEARCH_RESULTS};
use myna_protocol::{Conversation, ConversationId, Name, Rejection, User, UserId};
use std::collections::BTreeSet;

impl Chat {
    /// The direct conversation of two people: the same one whoever asks, and however often. With oneself: notes to self.
    pub async fn direct(&self, user: UserId, with: UserId) -> Result<ConversationId, Error> {
        let id = conversation_id(&*self.inner().ids, self.clock());
        self.come_together(Change::Direct { id, user, with, at: self.clock().now() }).await
    }

    /// Makes a group of these people and its maker. The same `id` again, from the same person, makes no second one.
    pub async fn group(
        &self,
        creator: UserId,
        id: ConversationId,
        name: Option<Name>,
        users: &[UserId],
    ) -> Result<ConversationId, Error> {
        let mut members: BTreeSet<UserId> = users.iter().copied().collect();
        members.remove(&creator);
        if members.is_empty() {
            return Err(Rejection::TooFewMembers.into());
        }
        if members.len() >= GROUP_MEMBERS {
            return Err(Rejection::TooManyMembers.into());
        }
        let members = members.into_iter().collect();
        self.come_together(Change::Group { id, creator, name, members, at: self.clock().now() }).await
    }

    /// Makes a public channel. The same `id` again, from the same person, makes no second one.
    pub async fn channel(&self, creator: UserId, id: ConversationId, name: Name) -> Result<ConversationId, Error> {
        self.come_together(Change::Channel { id, creator, name, at: self.clock().now() }).await
    }

    /// Joins a public channel; anything else is `NotFound`. Joining twice changes nothing.
    pub async fn join(&self, user: UserId, conversation: ConversationId) -> Result<ConversationId, Error> {
        self.come_together(Change::Join { conversation, user, at: self.clock().now() }).await
    }

    /// People and public channels with a word that begins with what was typed; all of them, by name, when that is nothing.
    pub async fn search(&self, text: &str) -> Result<(Vec<User>, Vec<Conversation>), Error> {
        let prefix = Name::search_key(text);
        let people = self.inner().store.search_users(&prefix, SEARCH_RESULTS).await?;
        let channels = self.inner().store.search_channels(&prefix, SEARCH_RESULTS).await?;
        Ok((people, channels))
    }

    async fn come_together(&self, change: Change) -> Result<ConversationId, Error> {
        Ok(self.inner().commits.commit(change).await?.conversation)
    }
}
