//! The log of a standalone server: a collection, written by the journal in the same step as what it tells of.

use crate::mongo::Mongo;
use crate::mongo::documents::{CONSUMERS, LOG, conversation_id, count, int, user_id};
use crate::mongo::failure::Failure;
use crate::mongo::reading::Query;
use mongodb::bson::spec::BinarySubtype;
use mongodb::bson::{Binary, Uuid, doc};
use myna_chat::store::{LogEntry, LogError, Position};
use myna_protocol::Feed;
use serde::{Deserialize, Serialize};
use std::time::Duration;
use tokio::time::{Instant, timeout_at};

/// Entries that the log keeps, at most.
const KEPT: i64 = 1_000_000;
/// After so many entries the log is shortened, also where no consumer moves.
const CHECKED_EVERY: i64 = 4_096;

/// That a feed has come to a rev.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(in crate::mongo) struct LogDoc {
    #[serde(rename = "_id")]
    pub(in crate::mongo) position: i64,
    /// A tag (0 the server, 1 a person, 2 a conversation), then the id.
    pub(in crate::mongo) feed: Binary,
    pub(in crate::mongo) rev: i64,
}

pub(in crate::mongo) fn feed_bytes(feed: Feed) -> Binary {
    let bytes = match feed {
        Feed::Server => vec![0],
        Feed::User(id) => [&[1][..], id.as_bytes()].concat(),
        Feed::Conversation(id) => [&[2][..], id.as_bytes()].concat(),
    };
    Binary { subtype: BinarySubtype::Generic, bytes }
}

fn feed(binary: &Binary) -> Option<Feed> {
    let (tag, id) = binary.bytes.split_first()?;
    let id = || Some(Uuid::from_bytes(id.try_into().ok()?));
    match tag {
        0 => Some(Feed::Server),
        1 => Some(Feed::User(user_id(id()?))),
        2 => Some(Feed::Conversation(conversation_id(id()?))),
        _ => None,
    }
}

fn position(number: i64) -> Position {
    Position(number.to_be_bytes().to_vec())
}

fn number(position: &Position) -> Option<i64> {
    Some(i64::from_be_bytes(position.0.as_slice().try_into().ok()?))
}

impl Mongo {
    pub(super) async fn stored_end(&self) -> Result<Position, Failure> {
        Ok(position(self.last_entry().await?))
    }

    /// The number of the newest entry; 0 when there is none. A log that was consumed keeps its last entry.
    pub(in crate::mongo) async fn last_entry(&self) -> Result<i64, Failure> {
        let newest: Vec<LogDoc> = self.find(LOG, Query::default().sorted(doc! { "_id": -1 }).limited(1)).await?;
        Ok(newest.first().map_or(0, |entry| entry.position))
    }

    pub(super) async fn stored_entries(
        &self,
        after: &Position,
        limit: u32,
        patience: Duration,
    ) -> Result<Vec<LogEntry>, LogError> {
        let Some(after) = number(after) else { return Err(LogError::TooOld) };
        let deadline = Instant::now() + patience;
        let mut commits = self.commits.subscribe();
        loop {
            let entries = self.calls.call(|| self.read_entries(after, limit)).await?;
            match entries {
                None => return Err(LogError::TooOld),
                Some(entries) if !entries.is_empty() => return Ok(entries),
                Some(_) => {}
            }
            // The sender lives as long as the store.
            if !matches!(timeout_at(deadline, commits.changed()).await, Ok(Ok(()))) {
                return Ok(Vec::new());
            }
        }
    }

    /// `None` when what comes next is gone.
    async fn read_entries(&self, after: i64, limit: u32) -> Result<Option<Vec<LogEntry>>, Failure> {
        let _quiet = match &self.journal {
            Some(journal) => Some(journal.quiet(self).await?),
            None => None,
        };
        let oldest: Vec<LogDoc> = self.find(LOG, Query::default().sorted(doc! { "_id": 1 }).limited(1)).await?;
        if oldest.first().is_some_and(|oldest| oldest.position > after + 1) {
            return Ok(None);
        }
        let query = Query::of(doc! { "_id": { "$gt": after } }).sorted(doc! { "_id": 1 }).limited(limit.into());
        let found: Vec<LogDoc> = self.find(LOG, query).await?;
        let entry = |entry: LogDoc| {
            let feed = feed(&entry.feed).ok_or_else(|| Failure::Corrupt("a log entry names no feed".to_owned()))?;
            Ok(LogEntry { position: position(entry.position), feed, rev: count(entry.rev)? })
        };
        found.into_iter().map(entry).collect::<Result<_, Failure>>().map(Some)
    }

    /// Deletes what every consumer is done with, and what is too much; but never the newest entry, which numbers the next.
    pub(super) async fn forget_consumed(&self) -> Result<(), Failure> {
        let consumers: Vec<super::ConsumerDoc> = self.find(CONSUMERS, Query::default()).await?;
        let last = self.last_entry().await?;
        let positions = consumers.iter().filter_map(|consumer| number(&Position(consumer.position.bytes.clone())));
        let consumed = positions.min().unwrap_or(last).max(last - KEPT).min(last - 1);
        self.collection(LOG).delete_many(doc! { "_id": { "$lte": consumed } }).await?;
        Ok(())
    }

    /// Entries for what a batch has moved, if anyone reads them.
    pub(in crate::mongo) async fn new_entries(
        &self,
        advances: &[myna_chat::rules::FeedAdvance],
    ) -> Result<Vec<LogDoc>, Failure> {
        if !self.has_consumers.load(std::sync::atomic::Ordering::SeqCst) {
            return Ok(Vec::new());
        }
        let last = self.last_entry().await?;
        if last / CHECKED_EVERY != (last + advances.len() as i64) / CHECKED_EVERY {
            self.collection(LOG).delete_many(doc! { "_id": { "$lte": last - KEPT } }).await?;
        }
        let entry = |(position, advance): (i64, &myna_chat::rules::FeedAdvance)| LogDoc {
            position,
            feed: feed_bytes(advance.feed),
            rev: int(advance.rev),
        };
        Ok((last + 1..).zip(advances).map(entry).collect())
    }
}

#[cfg(test)]
mod tests;
