//! Putting rows as they are.

use crate::archive::{SessionRecord, UserRecord};
use crate::mongo::Mongo;
use crate::mongo::documents::{
    AsUuid, CONVERSATIONS, ConversationDoc, JOBS, JobDoc, MEMBERS, MESSAGES, MemberDoc, MessageDoc, PERSONAL,
    PersonalDoc, REACTIONS, ReactionDoc, SERVER, SERVER_ID, SESSIONS, SessionDoc, USERS, UserDoc, date, int,
    token_hash,
};
use crate::mongo::failure::Failure;
use crate::words::tails;
use mongodb::bson::{Document, RawDocumentBuf, doc, serialize_to_document, serialize_to_raw_document_buf};
use mongodb::options::{ReplaceOneModel, WriteModel};
use myna_chat::rules::{ConversationRow, JobRow, MemberRow, PersonalRow, ServerRow};
use myna_protocol::{Kind, Message, Name, Reaction, UserId};
use serde::Serialize;
use std::collections::HashMap;

impl Mongo {
    /// Adds what is not there. Where some of it is, each is replaced under its key.
    async fn put<T: Serialize>(
        &self,
        collection: &str,
        rows: &[T],
        key: impl Fn(&T) -> Document,
    ) -> Result<(), Failure> {
        if rows.is_empty() {
            return Ok(());
        }
        let mut documents = Vec::with_capacity(rows.len());
        for row in rows {
            documents.push(serialize_to_raw_document_buf(row)?);
        }
        match self.insert_all(collection, documents).await {
            Err(Failure::DuplicateKey) => {}
            done => return done,
        }
        let namespace = self.collection(collection).namespace();
        let mut models: Vec<WriteModel> = Vec::with_capacity(rows.len());
        for row in rows {
            let model = ReplaceOneModel::builder().namespace(namespace.clone()).filter(key(row));
            models.push(model.replacement(serialize_to_document(row)?).upsert(true).build().into());
        }
        self.client.bulk_write(models).await?;
        Ok(())
    }

    async fn insert_all(&self, collection: &str, documents: Vec<RawDocumentBuf>) -> Result<(), Failure> {
        self.database.collection::<RawDocumentBuf>(collection).insert_many(documents).await?;
        Ok(())
    }

    pub(super) async fn write_users(&self, users: &[UserRecord]) -> Result<(), Failure> {
        let mut rows = Vec::with_capacity(users.len());
        for user in users {
            let key = name_key(&user.name)?;
            rows.push(UserDoc {
                id: user.id.uuid(),
                name: user.name.clone(),
                words: tails(&key).map(str::to_owned).collect(),
                name_key: key,
                password_hash: user.password_hash.clone(),
                created_at: date(user.created_at),
                rev: int(user.rev),
                person_rev: int(user.person_rev),
            });
        }
        self.put(USERS, &rows, |row| doc! { "_id": { "$eq": row.id } }).await
    }

    pub(super) async fn write_sessions(&self, sessions: &[SessionRecord]) -> Result<(), Failure> {
        let rows = sessions.iter().map(|session| SessionDoc {
            id: session.id.uuid(),
            token_hash: token_hash(&session.token_hash),
            user_id: session.user.uuid(),
            created_at: date(session.created_at),
            expires_at: date(session.expires_at),
        });
        self.put(SESSIONS, &rows.collect::<Vec<_>>(), |row| doc! { "_id": { "$eq": row.id } }).await
    }

    pub(super) async fn write_members(&self, members: &[MemberRow]) -> Result<(), Failure> {
        let people: Vec<UserId> = members.iter().map(|member| member.user).collect();
        let names = self.find_people(&people).await?;
        let names: HashMap<UserId, String> = names.into_iter().map(|person| (person.id, person.name)).collect();
        let rows = members.iter().map(|member| MemberDoc {
            // As nodes of the release before read it; a member who does not exist is found by the check.
            name: Some(names.get(&member.user).cloned().unwrap_or_default()),
            ..MemberDoc::of(member)
        });
        let key = |row: &MemberDoc| {
            doc! { "conversation_id": row.conversation_id, "user_id": row.user_id }
        };
        self.put(MEMBERS, &rows.collect::<Vec<_>>(), key).await
    }

    pub(super) async fn write_messages(&self, messages: &[Message]) -> Result<(), Failure> {
        let rows = messages.iter().map(MessageDoc::of).collect::<Result<Vec<_>, _>>()?;
        let key = |row: &MessageDoc| {
            doc! { "conversation_id": row.conversation_id, "seq": { "$eq": row.seq } }
        };
        self.put(MESSAGES, &rows, key).await
    }

    pub(super) async fn write_reactions(&self, reactions: &[Reaction]) -> Result<(), Failure> {
        let rows: Vec<ReactionDoc> = reactions.iter().map(ReactionDoc::of).collect();
        let key = |row: &ReactionDoc| {
            doc! { "conversation_id": row.conversation_id, "seq": { "$eq": row.seq }, "user_id": row.user_id }
        };
        self.put(REACTIONS, &rows, key).await
    }

    pub(super) async fn write_conversation(&self, record: &ConversationRow) -> Result<(), Failure> {
        // The name's key is derived from it, so it has to be a name.
        record.name.iter().filter(|_| record.kind == Kind::Channel).try_for_each(|name| name_key(name).map(|_| ()))?;
        let row = ConversationDoc::of(record);
        self.put(CONVERSATIONS, &[row], |row| doc! { "_id": { "$eq": row.id } }).await
    }

    pub(super) async fn write_server(&self, row: &ServerRow) -> Result<(), Failure> {
        let server = self.collection(SERVER);
        server
            .update_one(doc! { "_id": { "$eq": SERVER_ID } }, doc! { "$set": { "rev": int(row.rev) } })
            .upsert(true)
            .await?;
        Ok(())
    }

    pub(super) async fn write_personal(&self, rows: &[PersonalRow]) -> Result<(), Failure> {
        let rows = rows.iter().map(PersonalDoc::of).collect::<Result<Vec<_>, _>>()?;
        let key = |row: &PersonalDoc| doc! { "user_id": row.user_id, "item": { "$eq": &row.item } };
        self.put(PERSONAL, &rows, key).await
    }

    pub(super) async fn write_jobs(&self, jobs: &[JobRow]) -> Result<(), Failure> {
        let rows = jobs.iter().map(JobDoc::of).collect::<Result<Vec<_>, _>>()?;
        self.put(JOBS, &rows, |row| doc! { "_id": { "$eq": row.id } }).await
    }

    pub(super) async fn remove_all_jobs(&self) -> Result<(), Failure> {
        self.collection(JOBS).delete_many(doc! {}).await?;
        Ok(())
    }

    pub(super) async fn remove_all_sessions(&self) -> Result<(), Failure> {
        self.collection(SESSIONS).delete_many(doc! {}).await?;
        Ok(())
    }
}

fn name_key(name: &str) -> Result<String, Failure> {
    let name = Name::stored(name).map_err(|_| Failure::Corrupt("a name breaks the rules of names".to_owned()))?;
    Ok(name.key())
}
