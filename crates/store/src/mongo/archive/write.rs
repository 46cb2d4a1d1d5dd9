//! Putting rows as they are.

use crate::archive::{ConversationRecord, MemberRecord, MessageRecord, SessionRecord, UserRecord};
use crate::mongo::Mongo;
use crate::mongo::documents::{
    AsUuid, CONVERSATIONS, ConversationDoc, KindDoc, MEMBERS, MESSAGES, MemberDoc, MessageDoc, Pair, SESSIONS,
    SessionDoc, USERS, UserDoc, date, int, token_hash,
};
use crate::mongo::failure::Failure;
use crate::words::tails;
use mongodb::bson::{Document, RawDocumentBuf, doc, serialize_to_document, serialize_to_raw_document_buf};
use mongodb::options::{ReplaceOneModel, WriteModel};
use myna_protocol::{Name, UserId};
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

    pub(super) async fn write_members(&self, members: &[MemberRecord]) -> Result<(), Failure> {
        let people: Vec<UserId> = members.iter().map(|member| member.user).collect();
        let names = self.find_users(&people).await?;
        let names: HashMap<UserId, String> = names.into_iter().map(|user| (user.id, user.name)).collect();
        let rows = members.iter().map(|member| MemberDoc {
            conversation_id: member.conversation.uuid(),
            user_id: member.user.uuid(),
            // A member who is nobody is found by the check.
            name: names.get(&member.user).cloned().unwrap_or_default(),
            joined_rev: int(member.joined_rev),
            joined_seq: int(member.joined_seq),
            left_seq: member.left_seq.map(int),
            read_seq: int(member.read_seq),
            read_at: member.read_at.map(date),
            rev: int(member.rev),
            user_rev: int(member.user_rev),
        });
        let key = |row: &MemberDoc| {
            doc! { "conversation_id": row.conversation_id, "user_id": row.user_id }
        };
        self.put(MEMBERS, &rows.collect::<Vec<_>>(), key).await
    }

    pub(super) async fn write_messages(&self, messages: &[MessageRecord]) -> Result<(), Failure> {
        let rows = messages.iter().map(|message| MessageDoc {
            conversation_id: message.conversation.uuid(),
            seq: int(message.seq),
            sender_id: message.sender.uuid(),
            client_id: message.client_id.uuid(),
            body: message.text.clone(),
            created_at: date(message.sent_at),
            rev: int(message.rev),
        });
        let key = |row: &MessageDoc| {
            doc! { "conversation_id": row.conversation_id, "seq": { "$eq": row.seq } }
        };
        self.put(MESSAGES, &rows.collect::<Vec<_>>(), key).await
    }

    pub(super) async fn write_conversation(&self, record: &ConversationRecord) -> Result<(), Failure> {
        let kind = KindDoc::from(record.kind);
        let name_key = match (&record.name, kind) {
            (Some(name), KindDoc::Channel) => Some(name_key(name)?),
            _ => None,
        };
        let pair = record.pair.map(|[low, high]| Pair { low: low.uuid(), high: high.uuid() });
        let row = ConversationDoc {
            id: record.id.uuid(),
            kind,
            name: record.name.clone(),
            words: name_key.iter().flat_map(|key| tails(key)).map(str::to_owned).collect(),
            name_key,
            pair,
            created_by: record.created_by.uuid(),
            created_at: date(record.created_at),
            receipts: record.receipts,
            member_count: record.member_count.into(),
            last_seq: int(record.last_seq),
            rev: int(record.rev),
            row_rev: int(record.row_rev),
        };
        self.put(CONVERSATIONS, &[row], |row| doc! { "_id": { "$eq": row.id } }).await
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
