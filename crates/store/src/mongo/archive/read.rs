//! Reading rows as they are stored.

use crate::archive::{Part, SessionRecord, UserRecord};
use crate::mongo::Mongo;
use crate::mongo::documents::{
    AsUuid, CONVERSATIONS, ConversationDoc, JOBS, JobDoc, MEMBERS, MESSAGES, MemberDoc, MessageDoc, PERSONAL,
    PersonalDoc, REACTIONS, ReactionDoc, SERVER, SERVER_ID, SESSIONS, ServerDoc, SessionDoc, USERS, UserDoc,
    conversation_id, count, int, session_id, timestamp, user_id,
};
use crate::mongo::failure::Failure;
use crate::mongo::history::{by_seq, page_after};
use crate::mongo::reading::{Query, by_id};
use mongodb::bson::{Document, Uuid, doc};
use myna_chat::rules::{ConversationRow, JobId, JobRow, MemberRow, PersonalKey, PersonalRow, ServerRow};
use myna_protocol::{ConversationId, Message, Reaction, Seq, SessionId, UserId};
use serde::Deserialize;

/// A page of what has an id of its own.
fn page(after: Option<Uuid>, limit: u32) -> Query {
    let filter = after.map_or_else(Document::new, |after| doc! { "_id": { "$gt": after } });
    Query::of(filter).sorted(doc! { "_id": 1 }).limited(limit.into())
}

impl Mongo {
    pub(super) async fn read_users(&self, after: Option<UserId>, limit: u32) -> Result<Vec<UserRecord>, Failure> {
        let found: Vec<UserDoc> = self.find(USERS, page(after.map(|id| id.uuid()), limit)).await?;
        let record = |user: UserDoc| {
            Ok(UserRecord {
                id: user_id(user.id),
                name: user.name,
                password_hash: user.password_hash,
                created_at: timestamp(user.created_at),
                rev: count(user.rev)?,
                person_rev: count(user.person_rev)?,
            })
        };
        found.into_iter().map(record).collect()
    }

    pub(super) async fn read_sessions(
        &self,
        after: Option<SessionId>,
        limit: u32,
    ) -> Result<Vec<SessionRecord>, Failure> {
        let found: Vec<SessionDoc> = self.find(SESSIONS, page(after.map(|id| id.uuid()), limit)).await?;
        let record = |session: SessionDoc| {
            let hash = session.token_hash.bytes.try_into();
            Ok(SessionRecord {
                id: session_id(session.id),
                token_hash: hash.map_err(|_| Failure::Corrupt("a token's hash has no 32 bytes".to_owned()))?,
                user: user_id(session.user_id),
                created_at: timestamp(session.created_at),
                expires_at: timestamp(session.expires_at),
            })
        };
        found.into_iter().map(record).collect()
    }

    pub(super) async fn read_conversations(
        &self,
        after: Option<ConversationId>,
        limit: u32,
    ) -> Result<Vec<ConversationRow>, Failure> {
        let found: Vec<ConversationDoc> = self.find(CONVERSATIONS, page(after.map(|id| id.uuid()), limit)).await?;
        found.into_iter().map(ConversationDoc::stored).collect()
    }

    pub(super) async fn read_conversation(&self, id: ConversationId) -> Result<Option<ConversationRow>, Failure> {
        let found: Option<ConversationDoc> = self.find_one(CONVERSATIONS, by_id(id.uuid())).await?;
        found.map(ConversationDoc::stored).transpose()
    }

    pub(super) async fn read_members(
        &self,
        conversation: ConversationId,
        after: Option<UserId>,
        limit: u32,
    ) -> Result<Vec<MemberRow>, Failure> {
        let mut filter = doc! { "conversation_id": conversation.uuid() };
        if let Some(after) = after {
            filter.insert("user_id", doc! { "$gt": after.uuid() });
        }
        let query = Query::of(filter).sorted(doc! { "conversation_id": 1, "user_id": 1 }).limited(limit.into());
        let found: Vec<MemberDoc> = self.find(MEMBERS, query).await?;
        found.iter().map(MemberDoc::stored).collect()
    }

    /// Where numbers are missing, a range holds less than a page: what comes after the gap is then looked for.
    pub(super) async fn read_messages(
        &self,
        conversation: ConversationId,
        after: Seq,
        limit: u32,
    ) -> Result<Vec<Message>, Failure> {
        let id = conversation.uuid();
        let mut found: Vec<MessageDoc> = self.find(MESSAGES, page_after(id, int(after), limit)).await?;
        if found.len() < limit as usize {
            let filter = doc! { "conversation_id": id, "seq": { "$gt": int(after) } };
            let query = Query::of(filter).sorted(by_seq()).limited(limit.into());
            found = self.find(MESSAGES, query).await?;
        }
        found.into_iter().map(MessageDoc::row).collect()
    }

    pub(super) async fn read_reactions(
        &self,
        conversation: ConversationId,
        (seq, user): (Seq, UserId),
        limit: u32,
    ) -> Result<Vec<Reaction>, Failure> {
        let (id, seq) = (conversation.uuid(), int(seq));
        let query = Query::of(doc! { "conversation_id": id, "$or": [
            { "seq": { "$gt": seq } },
            { "seq": { "$eq": seq }, "user_id": { "$gt": user.uuid() } },
        ] });
        let order = doc! { "conversation_id": 1, "seq": 1, "user_id": 1 };
        let found: Vec<ReactionDoc> = self.find(REACTIONS, query.sorted(order).limited(limit.into())).await?;
        found.into_iter().map(ReactionDoc::row).collect()
    }

    pub(super) async fn read_last_message(&self, conversation: ConversationId) -> Result<Seq, Failure> {
        let query = Query::of(doc! { "conversation_id": conversation.uuid() });
        let last: Vec<MessageDoc> =
            self.find(MESSAGES, query.sorted(doc! { "conversation_id": -1, "seq": -1 }).limited(1)).await?;
        last.first().map_or(Ok(0), |message| count(message.seq))
    }

    pub(super) async fn read_conversation_between(
        &self,
        part: Part,
        after: Option<ConversationId>,
        before: Option<ConversationId>,
    ) -> Result<Option<ConversationId>, Failure> {
        #[derive(Deserialize)]
        struct Of {
            conversation_id: Uuid,
        }
        let collection = match part {
            Part::Members => MEMBERS,
            Part::Messages => MESSAGES,
            Part::Reactions => REACTIONS,
        };
        let mut between = Document::new();
        between.extend(after.map(|id| ("$gt".to_owned(), id.uuid().into())));
        between.extend(before.map(|id| ("$lt".to_owned(), id.uuid().into())));
        let filter = if between.is_empty() {
            Document::new()
        } else {
            doc! { "conversation_id": between }
        };
        let query =
            Query::of(filter).sorted(doc! { "conversation_id": 1 }).only(doc! { "_id": 0, "conversation_id": 1 });
        let found: Option<Of> = self.find_one(collection, query).await?;
        Ok(found.map(|of| conversation_id(of.conversation_id)))
    }

    pub(super) async fn read_server(&self) -> Result<ServerRow, Failure> {
        let found: Option<ServerDoc> = self.find_one(SERVER, Query::of(doc! { "_id": { "$eq": SERVER_ID } })).await?;
        Ok(ServerRow { rev: found.map_or(Ok(0), |server| count(server.rev))? })
    }

    pub(super) async fn read_job(&self, id: JobId) -> Result<Option<JobRow>, Failure> {
        let found: Option<JobDoc> = self.find_one(JOBS, by_id(Uuid::from_bytes(id))).await?;
        found.map(JobDoc::stored).transpose()
    }

    pub(super) async fn read_personal(
        &self,
        after: Option<PersonalKey>,
        limit: u32,
    ) -> Result<Vec<PersonalRow>, Failure> {
        let filter = after.map_or_else(Document::new, |(user, item)| {
            doc! { "$or": [
                { "user_id": { "$gt": user.uuid() } },
                { "user_id": user.uuid(), "item": { "$gt": item.to_string() } },
            ] }
        });
        let query = Query::of(filter).sorted(doc! { "user_id": 1, "item": 1 }).limited(limit.into());
        let found: Vec<PersonalDoc> = self.find(PERSONAL, query).await?;
        found.into_iter().map(PersonalDoc::stored).collect()
    }

    pub(super) async fn read_jobs(&self, after: Option<JobId>, limit: u32) -> Result<Vec<JobRow>, Failure> {
        let found: Vec<JobDoc> = self.find(JOBS, page(after.map(Uuid::from_bytes), limit)).await?;
        found.into_iter().map(JobDoc::stored).collect()
    }
}
