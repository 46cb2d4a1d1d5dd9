//! Atomic commits on a standalone server, which has no transactions.
//!
//! What a batch writes goes first into one document, the journal, which is durable before anything else is touched; then
//! it is applied to the other documents, each to what it is to be whatever it was; then the journal is emptied. Whoever
//! finds something in it, after a crash or an error, applies it again. One process at a time owns the journal, and it
//! lets nobody read while it applies: so every answer is still one snapshot.

use super::Mongo;
use super::commit::write::Writes;
use super::connect::durable;
use super::documents::{CONVERSATIONS, ConversationDoc, MEMBERS, MESSAGES, META, MemberDoc, MessageDoc, USERS};
use super::failure::Failure;
use super::reading::Query;
use mongodb::bson::{Bson, Document, Uuid, doc, serialize_to_document};
use mongodb::options::{Acknowledgment, UpdateOneModel, WriteConcern, WriteModel};
use serde::{Deserialize, Serialize};
use tokio::sync::{RwLock, RwLockReadGuard, RwLockWriteGuard};

pub(super) const JOURNAL: &str = "journal";

/// Documents as they are to be.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Entry {
    conversations: Vec<ConversationDoc>,
    members: Vec<MemberDoc>,
    people: Vec<PersonRev>,
    messages: Vec<MessageDoc>,
}

#[derive(Debug, Serialize, Deserialize)]
struct PersonRev {
    id: Uuid,
    rev: i64,
}

#[derive(Debug, Serialize, Deserialize)]
struct JournalDoc {
    #[serde(rename = "_id")]
    id: String,
    owner: Uuid,
    entry: Option<Entry>,
}

/// The journal of the process that owns it.
pub(super) struct Journal {
    owner: Uuid,
    /// Whether the journal may hold something that is not applied.
    unsure: RwLock<bool>,
}

impl Journal {
    /// The journal of a process that has just come: what the last one left in it comes first.
    pub(super) fn new(owner: Uuid) -> Self {
        Self { owner, unsure: RwLock::new(true) }
    }

    /// Makes this process the owner, whoever was it before.
    pub(super) async fn take(&self, store: &Mongo) -> Result<(), Failure> {
        let meta = store.collection(META);
        let ours = doc! { "$set": { "owner": self.owner }, "$setOnInsert": { "entry": null } };
        meta.update_one(doc! { "_id": { "$eq": JOURNAL } }, ours).upsert(true).await?;
        Ok(())
    }

    /// Waits until nothing is being applied, and keeps it so.
    pub(super) async fn quiet(&self, store: &Mongo) -> Result<RwLockReadGuard<'_, bool>, Failure> {
        loop {
            let unsure = self.unsure.read().await;
            if !*unsure {
                return Ok(unsure);
            }
            drop(unsure);
            self.turn(store).await?;
        }
    }

    /// Waits until nobody reads and nobody commits, and keeps it so. What an earlier commit may have left is applied first.
    pub(super) async fn turn(&self, store: &Mongo) -> Result<Turn<'_>, Failure> {
        let mut unsure = self.unsure.write().await;
        if *unsure {
            let found: JournalDoc = store.find_one(META, Query::of(self.mine())).await?.ok_or_else(lost)?;
            if let Some(entry) = found.entry {
                apply(store, &entry).await?;
                self.empty(store).await?;
            }
            *unsure = false;
            // What it holds may have been told to nobody, also where it was applied and only the answer was lost.
            store.notices.missed();
        }
        Ok(Turn { journal: self, unsure })
    }

    fn mine(&self) -> Document {
        doc! { "_id": { "$eq": JOURNAL }, "owner": { "$eq": self.owner } }
    }

    /// It need not be durable: applied again, an entry changes nothing.
    async fn empty(&self, store: &Mongo) -> Result<(), Failure> {
        let empty = doc! { "$set": { "entry": null } };
        let emptied = store.collection(META).update_one(self.mine(), empty).write_concern(quick()).await?;
        if emptied.matched_count == 0 { Err(lost()) } else { Ok(()) }
    }
}

/// The right to commit: nobody else reads or commits meanwhile.
pub(super) struct Turn<'a> {
    journal: &'a Journal,
    unsure: RwLockWriteGuard<'a, bool>,
}

impl Turn<'_> {
    pub(super) async fn write(&mut self, store: &Mongo, writes: &Writes) -> Result<(), Failure> {
        let entry = Entry {
            conversations: writes.conversations.iter().map(|tracked| tracked.now.clone()).collect(),
            members: writes.members.iter().map(|tracked| tracked.now.clone()).collect(),
            people: writes.people.iter().map(|it| PersonRev { id: it.now.id, rev: it.now.rev }).collect(),
            messages: writes.messages.clone(),
        };
        let mut free = self.journal.mine();
        free.insert("entry", Bson::Null);
        let put = doc! { "$set": { "entry": serialize_to_document(&entry)? } };
        // From here on until all is done, whatever happens leaves something to find out.
        *self.unsure = true;
        let put = store.collection(META).update_one(free, put).write_concern(durable()).await?;
        if put.matched_count == 0 {
            return Err(lost());
        }
        apply(store, &entry).await?;
        self.journal.empty(store).await?;
        *self.unsure = false;
        Ok(())
    }
}

fn lost() -> Failure {
    Failure::Unavailable("another Myna has taken over this standalone MongoDB server".to_owned())
}

/// Makes the documents what the entry says they are to be, whatever they are.
async fn apply(store: &Mongo, entry: &Entry) -> Result<(), Failure> {
    let of = |collection: &str| store.collection(collection).namespace();
    let to_be = |collection: &str, key: Document, fields: Document| {
        let model = UpdateOneModel::builder().namespace(of(collection)).filter(key);
        WriteModel::from(model.update(doc! { "$set": fields }).upsert(true).build())
    };
    let mut models = Vec::new();
    for it in &entry.conversations {
        models.push(to_be(CONVERSATIONS, doc! { "_id": { "$eq": it.id } }, serialize_to_document(it)?));
    }
    for it in &entry.members {
        let key = doc! { "conversation_id": it.conversation_id, "user_id": it.user_id };
        models.push(to_be(MEMBERS, key, serialize_to_document(it)?));
    }
    for it in &entry.people {
        let model = UpdateOneModel::builder().namespace(of(USERS)).filter(doc! { "_id": { "$eq": it.id } });
        models.push(model.update(doc! { "$set": { "rev": it.rev } }).build().into());
    }
    for it in &entry.messages {
        let key = doc! { "conversation_id": it.conversation_id, "seq": { "$eq": it.seq } };
        models.push(to_be(MESSAGES, key, serialize_to_document(it)?));
    }
    store.client.bulk_write(models).write_concern(quick()).await?;
    Ok(())
}

/// What is applied again when it is lost need not wait for the disk.
fn quick() -> WriteConcern {
    WriteConcern::builder().w(Acknowledgment::Nodes(1)).journal(false).build()
}
