//! Writing what came of a batch, all of it or nothing.

use super::draft::{Person, Tracked};
use crate::mongo::Mongo;
use crate::mongo::connect::durable;
use crate::mongo::documents::{CONVERSATIONS, ConversationDoc, MEMBERS, MESSAGES, MemberDoc, MessageDoc, USERS};
use crate::mongo::failure::Failure;
use crate::mongo::journal::Turn;
use mongodb::ClientSession;
use mongodb::bson::{Document, doc, serialize_to_document};
use mongodb::error::UNKNOWN_TRANSACTION_COMMIT_RESULT;
use mongodb::options::{InsertOneModel, UpdateOneModel, WriteModel};
use serde::Serialize;

/// The documents that a batch adds and changes.
#[derive(Debug, Default)]
pub(in crate::mongo) struct Writes {
    pub(in crate::mongo) conversations: Vec<Tracked<ConversationDoc>>,
    pub(in crate::mongo) members: Vec<Tracked<MemberDoc>>,
    pub(in crate::mongo) people: Vec<Tracked<Person>>,
    pub(in crate::mongo) messages: Vec<MessageDoc>,
}

/// How often the end of a transaction is asked for once more when its outcome is unknown.
const COMMITS: usize = 3;

impl Writes {
    fn is_empty(&self) -> bool {
        self.conversations.is_empty() && self.members.is_empty() && self.people.is_empty() && self.messages.is_empty()
    }
}

impl Mongo {
    /// `WriteConflict` when what was read is not there any more as it was; nothing was written then.
    pub(super) async fn write(&self, writes: &Writes, turn: Option<&mut Turn<'_>>) -> Result<(), Failure> {
        if writes.is_empty() {
            return Ok(());
        }
        match turn {
            Some(turn) => turn.write(self, writes).await,
            None => self.write_in_transaction(writes).await,
        }
    }

    async fn write_in_transaction(&self, writes: &Writes) -> Result<(), Failure> {
        // What others may have changed comes first: being outrun is then noticed before most of the work.
        let mut models = self.changed_conversations(&writes.conversations);
        models.extend(self.changed_people(&writes.people));
        models.extend(self.changed_members(&writes.members)?);
        let changed = models.len() as i64;
        models.extend(self.added(CONVERSATIONS, &new(&writes.conversations))?);
        models.extend(self.added(MEMBERS, &new(&writes.members))?);
        models.extend(self.added(MESSAGES, &writes.messages.iter().collect::<Vec<_>>())?);

        let mut session = self.session().await?;
        let written = self.write_all(models, changed, &mut session).await;
        match written {
            Ok(()) => self.sessions.keep(session),
            Err(Failure::WriteConflict | Failure::DuplicateKey) if session.abort_transaction().await.is_ok() => {
                self.sessions.keep(session);
            }
            // Whether its transaction has ended is not known.
            Err(_) => {}
        }
        written
    }

    async fn write_all(
        &self,
        models: Vec<WriteModel>,
        changed: i64,
        session: &mut ClientSession,
    ) -> Result<(), Failure> {
        session.start_transaction().write_concern(durable()).await?;
        if self.client.bulk_write(models).session(&mut *session).await?.matched_count != changed {
            return Err(Failure::WriteConflict);
        }
        let mut tries = 1;
        loop {
            match session.commit_transaction().await {
                Err(error) if error.contains_label(UNKNOWN_TRANSACTION_COMMIT_RESULT) && tries < COMMITS => tries += 1,
                outcome => return Ok(outcome?),
            }
        }
    }

    /// An update of exactly the document that this filter describes, as one of many writes.
    fn changed(&self, collection: &str, filter: Document, fields: Document) -> WriteModel {
        let namespace = self.collection(collection).namespace();
        UpdateOneModel::builder().namespace(namespace).filter(filter).update(doc! { "$set": fields }).build().into()
    }

    fn added<T: Serialize>(&self, collection: &str, documents: &[&T]) -> Result<Vec<WriteModel>, Failure> {
        let namespace = self.collection(collection).namespace();
        let model = |document: &&T| {
            let document = serialize_to_document(*document)?;
            Ok(InsertOneModel::builder().namespace(namespace.clone()).document(document).build().into())
        };
        documents.iter().map(model).collect()
    }

    fn changed_conversations(&self, all: &[Tracked<ConversationDoc>]) -> Vec<WriteModel> {
        let changes = all.iter().filter_map(|tracked| {
            let (before, now) = (tracked.before.as_ref()?, &tracked.now);
            let filter = doc! { "_id": { "$eq": now.id }, "rev": { "$eq": before.rev } };
            let fields = doc! {
                "member_count": now.member_count, "last_seq": now.last_seq, "rev": now.rev, "row_rev": now.row_rev,
            };
            Some(self.changed(CONVERSATIONS, filter, fields))
        });
        changes.collect()
    }

    fn changed_people(&self, all: &[Tracked<Person>]) -> Vec<WriteModel> {
        let changes = all.iter().filter_map(|tracked| {
            let (before, now) = (tracked.before.as_ref()?, &tracked.now);
            let filter = doc! { "_id": { "$eq": now.id }, "rev": { "$eq": before.rev } };
            Some(self.changed(USERS, filter, doc! { "rev": now.rev }))
        });
        changes.collect()
    }

    fn changed_members(&self, all: &[Tracked<MemberDoc>]) -> Result<Vec<WriteModel>, Failure> {
        let mut changes = Vec::with_capacity(all.len());
        for tracked in all {
            let (Some(before), now) = (tracked.before.as_ref(), &tracked.now) else { continue };
            let filter = doc! {
                "conversation_id": now.conversation_id, "user_id": now.user_id,
                "rev": { "$eq": before.rev }, "user_rev": { "$eq": before.user_rev },
                "read_seq": { "$eq": before.read_seq },
            };
            changes.push(self.changed(MEMBERS, filter, serialize_to_document(now)?));
        }
        Ok(changes)
    }
}

/// Those that were not there before.
fn new<T>(all: &[Tracked<T>]) -> Vec<&T> {
    all.iter().filter(|tracked| tracked.before.is_none()).map(|tracked| &tracked.now).collect()
}
