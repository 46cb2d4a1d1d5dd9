//! The traits of `crate::archive`, each method as a job for the right thread.

mod read;
mod size;
mod write;

use super::Embedded;
use crate::archive::{Archive, Counts, Origin, Part, SessionRecord, Stats, StoreId, UserRecord};
use async_trait::async_trait;
use myna_chat::rules::{ConversationRow, JobId, JobRow, MemberRow, PersonalKey, PersonalRow, ServerRow};
use myna_chat::store::StoreError;
use myna_protocol::{ConversationId, Kind, Message, Name, Reaction, Seq, SessionId, UserId};
use rusqlite::Connection;

pub(super) use read::origin;

#[cfg(test)]
pub(super) const QUERIES: &[&[(&str, &str)]] = &[read::QUERIES, write::QUERIES];

#[async_trait]
impl Archive for Embedded {
    async fn id(&self) -> Result<StoreId, StoreError> {
        self.read(read::id).await
    }

    async fn origin(&self) -> Result<Option<Origin>, StoreError> {
        self.read(read::origin).await
    }

    async fn set_origin(&self, origin: Option<Origin>) -> Result<(), StoreError> {
        self.write(move |connection| write::origin(connection, origin.as_ref())).await
    }

    async fn users(&self, after: Option<UserId>, limit: u32) -> Result<Vec<UserRecord>, StoreError> {
        self.read(move |connection| read::users(connection, after, limit)).await
    }

    async fn sessions(&self, after: Option<SessionId>, limit: u32) -> Result<Vec<SessionRecord>, StoreError> {
        self.read(move |connection| read::sessions(connection, after, limit)).await
    }

    async fn conversations(
        &self,
        after: Option<ConversationId>,
        limit: u32,
    ) -> Result<Vec<ConversationRow>, StoreError> {
        self.read(move |connection| read::conversations(connection, after, limit)).await
    }

    async fn conversation(&self, id: ConversationId) -> Result<Option<ConversationRow>, StoreError> {
        self.read(move |connection| read::conversation(connection, id)).await
    }

    async fn members(
        &self,
        conversation: ConversationId,
        after: Option<UserId>,
        limit: u32,
    ) -> Result<Vec<MemberRow>, StoreError> {
        self.read(move |connection| read::members(connection, conversation, after, limit)).await
    }

    async fn messages(&self, conversation: ConversationId, after: Seq, limit: u32) -> Result<Vec<Message>, StoreError> {
        self.read(move |connection| read::messages(connection, conversation, after, limit)).await
    }

    async fn reactions(
        &self,
        conversation: ConversationId,
        after: (Seq, UserId),
        limit: u32,
    ) -> Result<Vec<Reaction>, StoreError> {
        self.read(move |connection| read::reactions(connection, conversation, after, limit)).await
    }

    async fn last_message(&self, conversation: ConversationId) -> Result<Seq, StoreError> {
        self.read(move |connection| read::last_message(connection, conversation)).await
    }

    async fn server(&self) -> Result<ServerRow, StoreError> {
        self.read(read::server).await
    }

    async fn jobs(&self, after: Option<JobId>, limit: u32) -> Result<Vec<JobRow>, StoreError> {
        self.read(move |connection| read::jobs(connection, after, limit)).await
    }

    async fn job(&self, id: JobId) -> Result<Option<JobRow>, StoreError> {
        self.read(move |connection| read::job(connection, id)).await
    }

    async fn personal(&self, after: Option<PersonalKey>, limit: u32) -> Result<Vec<PersonalRow>, StoreError> {
        self.read(move |connection| read::personal(connection, after, limit)).await
    }

    async fn put_personal(&self, rows: Vec<PersonalRow>) -> Result<(), StoreError> {
        self.put(rows, write::personal).await
    }

    async fn put_server(&self, server: ServerRow) -> Result<(), StoreError> {
        self.write(move |connection| write::server(connection, &server)).await
    }

    async fn put_jobs(&self, jobs: Vec<JobRow>) -> Result<(), StoreError> {
        self.put(jobs, write::job).await
    }

    async fn put_users(&self, users: Vec<UserRecord>) -> Result<(), StoreError> {
        let keys = users.iter().map(|user| key(&user.name)).collect::<Result<Vec<_>, _>>()?;
        self.put(users.into_iter().zip(keys).collect(), |connection, (user, key)| write::user(connection, user, key))
            .await
    }

    async fn put_sessions(&self, sessions: Vec<SessionRecord>) -> Result<(), StoreError> {
        self.put(sessions, write::session).await
    }

    async fn put_members(&self, members: Vec<MemberRow>) -> Result<(), StoreError> {
        self.put(members, write::member).await
    }

    async fn put_messages(&self, messages: Vec<Message>) -> Result<(), StoreError> {
        self.put(messages, write::message).await
    }

    async fn put_reactions(&self, reactions: Vec<Reaction>) -> Result<(), StoreError> {
        self.put(reactions, write::reaction).await
    }

    async fn put_conversation(&self, conversation: ConversationRow) -> Result<(), StoreError> {
        let key = match (conversation.kind, &conversation.name) {
            (Kind::Channel, Some(name)) => Some(key(name)?),
            _ => None,
        };
        self.write(move |connection| write::conversation(connection, &conversation, key.as_deref())).await
    }

    async fn forget_sessions(&self) -> Result<(), StoreError> {
        self.write(write::forget_sessions).await
    }

    async fn forget_jobs(&self) -> Result<(), StoreError> {
        self.write(write::forget_jobs).await
    }

    async fn conversation_between(
        &self,
        part: Part,
        after: Option<ConversationId>,
        before: Option<ConversationId>,
    ) -> Result<Option<ConversationId>, StoreError> {
        self.read(move |connection| read::conversation_between(connection, part, after, before)).await
    }

    async fn counts(&self) -> Result<Counts, StoreError> {
        self.read(size::counts).await
    }

    async fn stats(&self) -> Result<Stats, StoreError> {
        self.read(size::stats).await
    }
}

impl Embedded {
    /// Puts these rows in one durable transaction.
    async fn put<T: Send + 'static>(
        &self,
        rows: Vec<T>,
        put: fn(&Connection, &T) -> rusqlite::Result<()>,
    ) -> Result<(), StoreError> {
        self.write(move |connection| rows.iter().try_for_each(|row| put(connection, row))).await
    }
}

/// The key of a stored name.
fn key(name: &str) -> Result<String, StoreError> {
    let name = Name::stored(name).map_err(|_| StoreError::Corrupt(format!("{name:?} is not a name")))?;
    Ok(name.key())
}
