//! Starting, joining and finding conversations and people.

use crate::committer::Pending;
use crate::ids::conversation_id;
use crate::rules::Verb;
use crate::{Chat, Error};
use myna_protocol::limits::{GROUP_MEMBERS, PEOPLE_MAX, SEARCH_RESULTS};
use myna_protocol::{Conversation, ConversationId, Name, Person, Rejection, UserId};
use std::collections::BTreeSet;

impl Chat {
    /// The direct conversation of two people: the same one whoever asks, and however often. With oneself: notes to self.
    /// `TooMany` when the person has opened very many lately.
    pub async fn direct(&self, user: UserId, with: UserId) -> Result<Pending, Error> {
        if !self.inner().limits.count_direct(user) {
            return Err(Rejection::TooMany.into());
        }
        let id = conversation_id(&*self.inner().ids, self.clock());
        self.change(user, Verb::Direct { id, with }).await
    }

    /// Creates a group of these people and its creator. The same `id` again, from the same person, creates no second one.
    /// `TooMany` when the person has created very many groups and channels lately.
    pub async fn group(
        &self,
        creator: UserId,
        id: ConversationId,
        name: Option<Name>,
        users: &[UserId],
    ) -> Result<Pending, Error> {
        let mut members: BTreeSet<UserId> = users.iter().copied().collect();
        members.remove(&creator);
        if members.is_empty() {
            return Err(Rejection::TooFewMembers.into());
        }
        if members.len() >= GROUP_MEMBERS {
            return Err(Rejection::TooManyMembers.into());
        }
        if !self.inner().limits.count_creation(creator) {
            return Err(Rejection::TooMany.into());
        }
        self.change(creator, Verb::Group { id, name, members: members.into_iter().collect() }).await
    }

    /// Creates a public channel. The same `id` again, from the same person, creates no second one.
    pub async fn channel(&self, creator: UserId, id: ConversationId, name: Name) -> Result<Pending, Error> {
        if !self.inner().limits.count_creation(creator) {
            return Err(Rejection::TooMany.into());
        }
        self.change(creator, Verb::Channel { id, name }).await
    }

    /// Joins a public channel; anything else is `NotFound`. Joining twice changes nothing.
    pub async fn join(&self, user: UserId, conversation: ConversationId) -> Result<Pending, Error> {
        self.change(user, Verb::Join { conversation }).await
    }

    /// Brings people into a group or a channel that the person is in. `TooManyMembers` for more than a group can have, `TooMany`
    /// when the person has done it very often lately.
    pub async fn add(&self, user: UserId, conversation: ConversationId, users: &[UserId]) -> Result<Pending, Error> {
        let users: BTreeSet<UserId> = users.iter().copied().collect();
        if users.is_empty() {
            return Err(Rejection::TooFewMembers.into());
        }
        if users.len() >= GROUP_MEMBERS {
            return Err(Rejection::TooManyMembers.into());
        }
        if !self.inner().limits.count_creation(user) {
            return Err(Rejection::TooMany.into());
        }
        self.change(user, Verb::Add { conversation, users: users.into_iter().collect() }).await
    }

    /// Gives a person a new name. `NameTaken` when somebody else has a name that people would take for the same; `TooMany`
    /// when the person has given very many names lately.
    pub async fn set_name(&self, user: UserId, name: Name) -> Result<Pending, Error> {
        if !self.inner().limits.count_rename(user) {
            return Err(Rejection::TooMany.into());
        }
        if self.imitated_by(&name).await?.is_some_and(|holder| holder != user) {
            return Err(Rejection::NameTaken.into());
        }
        self.change(user, Verb::RenameUser { name }).await
    }

    /// The people with these ids: those that exist, in no order. `Malformed` for more than `PEOPLE_MAX` ids.
    pub async fn people(&self, ids: &[UserId]) -> Result<Vec<Person>, Error> {
        if ids.len() > PEOPLE_MAX {
            return Err(Rejection::Malformed.into());
        }
        Ok(self.inner().store.people(ids).await?)
    }

    /// People and public channels with a word that begins with this text; all of them, by name, when the text is empty.
    pub async fn search(&self, text: &str) -> Result<(Vec<Person>, Vec<Conversation>), Error> {
        let prefix = Name::search_key(text);
        let people = self.inner().store.search_users(&prefix, SEARCH_RESULTS).await?;
        let channels = self.inner().store.search_channels(&prefix, SEARCH_RESULTS).await?;
        Ok((people, channels))
    }
}
