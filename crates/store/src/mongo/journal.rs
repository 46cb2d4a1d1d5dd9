//! Atomic commits on a standalone server, which has no transactions.
//!
//! What a batch writes goes first into one document, the journal, which is durable before anything else is touched; then
//! each document becomes what the journal says; then the journal is emptied. A node that finds something in it, after a crash
//! or an error, applies it again. One process at a time owns the journal, and lets no one read while it applies: so every
//! answer is one snapshot here too.

use super::Mongo;
use super::commit::{PutKind, Puts};
use super::connect::durable;
use super::documents::{CONVERSATIONS, LOG, MEMBERS, MESSAGES, META, USERS};
use super::failure::Failure;
use super::reading::Query;
use mongodb::bson::{Bson, Document, Uuid, doc, serialize_to_document};
use mongodb::options::{Acknowledgment, DeleteOneModel, UpdateOneModel, WriteConcern, WriteModel};
use myna_chat::rules::FeedAdvance;
use serde::{Deserialize, Serialize};
use tokio::sync::{RwLock, RwLockReadGuard, RwLockWriteGuard};

pub(super) const JOURNAL: &str = "journal";

/// Documents as they are to be.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Entry {
    #[serde(default)]
    puts: Vec<Put>,
    /// What the release before left here: its documents by kind.
    #[serde(default, skip_serializing)]
    conversations: Vec<Document>,
    #[serde(default, skip_serializing)]
    members: Vec<Document>,
    #[serde(default, skip_serializing)]
    people: Vec<Document>,
    #[serde(default, skip_serializing)]
    messages: Vec<Document>,
}

#[derive(Debug, Serialize, Deserialize)]
struct Put {
    collection: String,
    /// Field names and values: what finds the document.
    key: Document,
    /// What it is to have; without any it is deleted.
    fields: Option<Document>,
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
    /// The journal of a process that has just started: what the last one left in it comes first.
    pub(super) fn new(owner: Uuid) -> Self {
        Self { owner, unsure: RwLock::new(true) }
    }

    /// Makes this process the owner, whichever was it before.
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

    /// Waits until no one reads or commits, and keeps it so. What an earlier commit may have left is applied first.
    pub(super) async fn turn(&self, store: &Mongo) -> Result<Turn<'_>, Failure> {
        let mut unsure = self.unsure.write().await;
        if *unsure {
            let found: JournalDoc = store.find_one(META, Query::of(self.mine())).await?.ok_or_else(lost)?;
            if let Some(entry) = found.entry {
                apply(store, entry.completed()).await?;
                self.empty(store).await?;
            }
            *unsure = false;
            // It may have written over what this node believes.
            store.hot.clear();
            // What it holds may have reached no one, also where it was applied and only the answer was lost.
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

/// The right to commit: no one else reads or commits meanwhile.
pub(super) struct Turn<'a> {
    journal: &'a Journal,
    unsure: RwLockWriteGuard<'a, bool>,
}

impl Turn<'_> {
    /// Writes documents, and the log's entries for the feeds that they move.
    pub(super) async fn write(&mut self, store: &Mongo, puts: Puts, advances: &[FeedAdvance]) -> Result<(), Failure> {
        let mut entry = Entry { puts: puts.0.into_iter().map(Put::of).collect(), ..Entry::default() };
        for document in store.new_entries(advances).await? {
            let mut fields = serialize_to_document(&document)?;
            let key = fields.remove("_id").into_iter().map(|id| ("_id".to_owned(), id)).collect();
            entry.puts.push(Put { collection: LOG.to_owned(), key, fields: Some(fields) });
        }
        let mut free = self.journal.mine();
        free.insert("entry", Bson::Null);
        let put = doc! { "$set": { "entry": serialize_to_document(&entry)? } };
        // From here on until all is done, whatever happens leaves something to find out.
        *self.unsure = true;
        let put = store.collection(META).update_one(free, put).write_concern(durable()).await?;
        if put.matched_count == 0 {
            return Err(lost());
        }
        apply(store, entry.puts).await?;
        self.journal.empty(store).await?;
        *self.unsure = false;
        Ok(())
    }
}

impl Put {
    /// A journal holds no operators as field names, so keys are stored as plain values.
    fn of(put: super::commit::Put) -> Self {
        let plain = |(field, value): (String, Bson)| match value {
            Bson::Document(mut operator) if operator.contains_key("$eq") => {
                (field, operator.remove("$eq").unwrap_or(Bson::Null))
            }
            value => (field, value),
        };
        let key = put.key.into_iter().map(plain).collect();
        let fields = match put.kind {
            PutKind::Add(fields) | PutKind::Set { fields, .. } => Some(fields),
            PutKind::Delete { .. } => None,
        };
        Self { collection: put.collection.to_owned(), key, fields }
    }

    fn filter(&self) -> Document {
        self.key.iter().map(|(field, value)| (field.clone(), Bson::from(doc! { "$eq": value.clone() }))).collect()
    }
}

impl Entry {
    /// Everything in it, in today's form.
    fn completed(self) -> Vec<Put> {
        let mut puts = self.puts;
        let kinds: [(&str, Vec<Document>, &[&str]); 4] = [
            (CONVERSATIONS, self.conversations, &["_id"]),
            (MEMBERS, self.members, &["conversation_id", "user_id"]),
            (USERS, self.people, &["id"]),
            (MESSAGES, self.messages, &["conversation_id", "seq"]),
        ];
        for (collection, documents, fields) in kinds {
            puts.extend(documents.into_iter().map(|mut document| {
                let key = fields.iter().map(|field| {
                    let value = document.get(field).cloned().unwrap_or(Bson::Null);
                    (if *field == "id" { "_id" } else { field }.to_owned(), value)
                });
                let key = key.collect();
                document.remove("id");
                document.remove("_id");
                Put { collection: collection.to_owned(), key, fields: Some(document) }
            }));
        }
        puts
    }
}

fn lost() -> Failure {
    Failure::Unavailable("another Myna has taken over this standalone MongoDB server".to_owned())
}

/// Makes the documents what the journal says they are to be, whatever they are.
async fn apply(store: &Mongo, puts: Vec<Put>) -> Result<(), Failure> {
    let mut models: Vec<WriteModel> = Vec::with_capacity(puts.len());
    for put in puts {
        let (namespace, filter) = (store.collection(&put.collection).namespace(), put.filter());
        models.push(match put.fields {
            Some(mut fields) => {
                fields.remove("_id");
                let model = UpdateOneModel::builder().namespace(namespace).filter(filter);
                model.update(doc! { "$set": fields }).upsert(true).build().into()
            }
            None => DeleteOneModel::builder().namespace(namespace).filter(filter).build().into(),
        });
    }
    store.client.bulk_write(models).write_concern(quick()).await?;
    Ok(())
}

/// What is applied again when it is lost need not wait for the disk.
fn quick() -> WriteConcern {
    WriteConcern::builder().w(Acknowledgment::Nodes(1)).journal(false).build()
}

#[cfg(test)]
mod tests;
