//! The traits of `crate::archive`: rows as they are stored, in pages and in batches.

mod read;
mod size;
mod write;

use super::Mongo;
use super::documents::META;
use super::failure::Failure;
use super::reading::Query;
use crate::archive::{Archive, Counts, Origin, Part, SessionRecord, Stats, StoreId, UserRecord};
use async_trait::async_trait;
use mongodb::bson::{Bson, Uuid, doc};
use myna_chat::rules::{ConversationRow, JobId, JobRow, MemberRow, PersonalKey, PersonalRow, ServerRow};
use myna_chat::store::StoreError;
use myna_protocol::{ConversationId, Message, Reaction, Seq, SessionId, UserId};
use serde::{Deserialize, Serialize};

/// Which store this is, and of which one it is the unfinished copy.
const STORE: &str = "store";

#[derive(Debug, Serialize, Deserialize)]
struct StoreDoc {
    id: Uuid,
    origin: Option<OriginDoc>,
}

#[derive(Debug, Serialize, Deserialize)]
struct OriginDoc {
    id: Uuid,
    url: String,
}

impl Mongo {
    async fn store_doc(&self) -> Result<StoreDoc, Failure> {
        let own = || Query::of(doc! { "_id": { "$eq": STORE } });
        if let Some(found) = self.find_one(META, own()).await? {
            return Ok(found);
        }
        let new = doc! { "$setOnInsert": { "id": Uuid::new(), "origin": null } };
        let meta = self.collection(META);
        match meta.update_one(own().filter, new).upsert(true).await.map_err(Failure::from) {
            // Another one has made it meanwhile.
            Ok(_) | Err(Failure::DuplicateKey) => {}
            Err(failure) => return Err(failure),
        }
        self.find_one(META, own()).await?.ok_or_else(|| Failure::Corrupt("the store has no id".to_owned()))
    }

    pub(super) async fn find_origin(&self) -> Result<Option<Origin>, Failure> {
        let origin = self.store_doc().await?.origin;
        Ok(origin.map(|origin| Origin { id: origin.id.bytes(), url: origin.url }))
    }

    async fn update_origin(&self, origin: Option<&Origin>) -> Result<(), Failure> {
        self.store_doc().await?;
        let origin = match origin {
            Some(origin) => Bson::Document(doc! { "id": Uuid::from_bytes(origin.id), "url": &origin.url }),
            None => Bson::Null,
        };
        let meta = self.collection(META);
        meta.update_one(doc! { "_id": { "$eq": STORE } }, doc! { "$set": { "origin": origin } }).await?;
        Ok(())
    }
}

#[async_trait]
impl Archive for Mongo {
    async fn id(&self) -> Result<StoreId, StoreError> {
        Ok(self.calls.call(|| self.store_doc()).await?.id.bytes())
    }

    async fn origin(&self) -> Result<Option<Origin>, StoreError> {
        self.calls.call(|| self.find_origin()).await
    }

    async fn set_origin(&self, origin: Option<Origin>) -> Result<(), StoreError> {
        self.calls.call(|| self.update_origin(origin.as_ref())).await
    }

    async fn users(&self, after: Option<UserId>, limit: u32) -> Result<Vec<UserRecord>, StoreError> {
        self.calls.call(|| self.read_users(after, limit)).await
    }

    async fn sessions(&self, after: Option<SessionId>, limit: u32) -> Result<Vec<SessionRecord>, StoreError> {
        self.calls.call(|| self.read_sessions(after, limit)).await
    }

    async fn conversations(
        &self,
        after: Option<ConversationId>,
        limit: u32,
    ) -> Result<Vec<ConversationRow>, StoreError> {
        self.calls.call(|| self.read_conversations(after, limit)).await
    }

    async fn conversation(&self, id: ConversationId) -> Result<Option<ConversationRow>, StoreError> {
        self.calls.call(|| self.read_conversation(id)).await
    }

    async fn members(
        &self,
        conversation: ConversationId,
        after: Option<UserId>,
        limit: u32,
    ) -> Result<Vec<MemberRow>, StoreError> {
        self.calls.call(|| self.read_members(conversation, after, limit)).await
    }

    async fn messages(&self, conversation: ConversationId, after: Seq, limit: u32) -> Result<Vec<Message>, StoreError> {
        self.calls.call(|| self.read_messages(conversation, after, limit)).await
    }

    async fn reactions(
        &self,
        conversation: ConversationId,
        after: (Seq, UserId),
        limit: u32,
    ) -> Result<Vec<Reaction>, StoreError> {
        self.calls.call(|| self.read_reactions(conversation, after, limit)).await
    }

    async fn last_message(&self, conversation: ConversationId) -> Result<Seq, StoreError> {
        self.calls.call(|| self.read_last_message(conversation)).await
    }

    async fn server(&self) -> Result<ServerRow, StoreError> {
        self.calls.call(|| self.read_server()).await
    }

    async fn jobs(&self, after: Option<JobId>, limit: u32) -> Result<Vec<JobRow>, StoreError> {
        self.calls.call(|| self.read_jobs(after, limit)).await
    }

    async fn job(&self, id: JobId) -> Result<Option<JobRow>, StoreError> {
        self.calls.call(|| self.read_job(id)).await
    }

    async fn personal(&self, after: Option<PersonalKey>, limit: u32) -> Result<Vec<PersonalRow>, StoreError> {
        self.calls.call(|| self.read_personal(after, limit)).await
    }

    async fn put_personal(&self, rows: Vec<PersonalRow>) -> Result<(), StoreError> {
        self.calls.call(|| self.write_personal(&rows)).await
    }

    async fn put_server(&self, server: ServerRow) -> Result<(), StoreError> {
        self.calls.call(|| self.write_server(&server)).await
    }

    async fn put_jobs(&self, jobs: Vec<JobRow>) -> Result<(), StoreError> {
        self.calls.call(|| self.write_jobs(&jobs)).await
    }

    async fn put_users(&self, users: Vec<UserRecord>) -> Result<(), StoreError> {
        self.calls.call(|| self.write_users(&users)).await
    }

    async fn put_sessions(&self, sessions: Vec<SessionRecord>) -> Result<(), StoreError> {
        self.calls.call(|| self.write_sessions(&sessions)).await
    }

    async fn put_members(&self, members: Vec<MemberRow>) -> Result<(), StoreError> {
        self.calls.call(|| self.write_members(&members)).await
    }

    async fn put_messages(&self, messages: Vec<Message>) -> Result<(), StoreError> {
        self.calls.call(|| self.write_messages(&messages)).await
    }

    async fn put_reactions(&self, reactions: Vec<Reaction>) -> Result<(), StoreError> {
        self.calls.call(|| self.write_reactions(&reactions)).await
    }

    async fn put_conversation(&self, conversation: ConversationRow) -> Result<(), StoreError> {
        self.calls.call(|| self.write_conversation(&conversation)).await
    }

    async fn forget_sessions(&self) -> Result<(), StoreError> {
        self.calls.call(|| self.remove_all_sessions()).await
    }

    async fn forget_jobs(&self) -> Result<(), StoreError> {
        self.calls.call(|| self.remove_all_jobs()).await
    }

    async fn conversation_between(
        &self,
        part: Part,
        after: Option<ConversationId>,
        before: Option<ConversationId>,
    ) -> Result<Option<ConversationId>, StoreError> {
        self.calls.call(|| self.read_conversation_between(part, after, before)).await
    }

    async fn counts(&self) -> Result<Counts, StoreError> {
        self.calls.call(|| self.read_counts()).await
    }

    async fn stats(&self) -> Result<Stats, StoreError> {
        self.calls.call(|| self.read_stats()).await
    }
}
