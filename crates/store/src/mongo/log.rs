//! The change log and its consumers.
//!
//! On a replica set the change stream is the log: a consumer's position is a resume token. A standalone server has no change
//! streams; there the journal's owner writes a collection of entries, and a position is an entry's number.

mod entries;
mod stream;

pub(super) use stream::Streams;

use super::Mongo;
use super::documents::{CONSUMERS, date};
use super::failure::{DUPLICATE_KEY, Failure, code};
use super::reading::Query;
use mongodb::bson::spec::BinarySubtype;
use mongodb::bson::{Binary, Uuid, doc};
use myna_chat::bus::NodeId;
use myna_chat::store::{ConsumerState, LogEntry, LogError, Position};
use myna_protocol::Timestamp;
use serde::Deserialize;
use std::sync::atomic::Ordering;
use std::time::Duration;

#[derive(Debug, Deserialize)]
struct ConsumerDoc {
    #[serde(rename = "_id")]
    name: String,
    position: Binary,
}

fn binary(position: &Position) -> Binary {
    Binary { subtype: BinarySubtype::Generic, bytes: position.0.clone() }
}

fn named(name: &str) -> mongodb::bson::Document {
    doc! { "_id": { "$eq": name } }
}

impl Mongo {
    pub(super) async fn add_consumer(&self, name: &str) -> Result<(), Failure> {
        if self.find_one::<ConsumerDoc>(CONSUMERS, Query::of(named(name))).await?.is_none() {
            // From here on a standalone server's commits write the log.
            self.has_consumers.store(true, Ordering::SeqCst);
            let end = self.end_of_log().await?;
            let new = doc! { "_id": name, "position": binary(&end), "holder": null, "lease_until": date(Timestamp(0)) };
            match self.collection(CONSUMERS).insert_one(new).await {
                // Another node was quicker.
                Err(error) if code(&error) == Some(DUPLICATE_KEY) => {}
                made => {
                    made?;
                }
            }
        }
        Ok(())
    }

    pub(super) async fn remove_consumer(&self, name: &str) -> Result<(), Failure> {
        self.streams.forget(name).await;
        self.collection(CONSUMERS).delete_one(named(name)).await?;
        self.count_consumers().await
    }

    /// Whether anyone reads the log, as commits on a standalone server have to know.
    pub(super) async fn count_consumers(&self) -> Result<(), Failure> {
        let any = self.find_one::<ConsumerDoc>(CONSUMERS, Query::default()).await?.is_some();
        self.has_consumers.store(any, Ordering::SeqCst);
        Ok(())
    }

    pub(super) async fn take_lease(
        &self,
        name: &str,
        holder: NodeId,
        now: Timestamp,
        until: Timestamp,
    ) -> Result<bool, Failure> {
        let holder = Uuid::from_bytes(holder);
        let mut filter = named(name);
        filter.insert(
            "$or",
            vec![
                doc! { "holder": null },
                doc! { "holder": { "$eq": holder } },
                doc! { "lease_until": { "$lte": date(now) } },
            ],
        );
        let lease = doc! { "$set": { "holder": holder, "lease_until": date(until) } };
        Ok(self.collection(CONSUMERS).update_one(filter, lease).await?.matched_count == 1)
    }

    pub(super) async fn entries_for(
        &self,
        name: &str,
        limit: u32,
        patience: Duration,
    ) -> Result<Vec<LogEntry>, LogError> {
        let consumer = self.calls.call(|| self.find_one::<ConsumerDoc>(CONSUMERS, Query::of(named(name)))).await?;
        let Some(ConsumerDoc { position, .. }) = consumer else { return Err(LogError::TooOld) };
        let position = Position(position.bytes);
        if self.is_standalone {
            self.stored_entries(&position, limit, patience).await
        } else {
            self.streamed_entries(name, position, limit, patience).await
        }
    }

    pub(super) async fn move_consumer(&self, name: &str, holder: NodeId, position: &Position) -> Result<bool, Failure> {
        let mut filter = named(name);
        filter.insert("holder", doc! { "$eq": Uuid::from_bytes(holder) });
        let moved = doc! { "$set": { "position": binary(position) } };
        let is_held = self.collection(CONSUMERS).update_one(filter, moved).await?.matched_count == 1;
        if self.is_standalone {
            self.forget_consumed().await?;
        }
        Ok(is_held)
    }

    /// The position of the newest entry.
    pub(super) async fn end_of_log(&self) -> Result<Position, Failure> {
        if self.is_standalone { self.stored_end().await } else { self.streamed_end().await }
    }

    pub(super) async fn find_consumers(&self) -> Result<Vec<ConsumerState>, Failure> {
        let query = Query::default().sorted(doc! { "_id": 1 });
        let found: Vec<ConsumerDoc> = self.find(CONSUMERS, query).await?;
        Ok(found.into_iter().map(|consumer| ConsumerState { name: consumer.name, behind: None }).collect())
    }
}
