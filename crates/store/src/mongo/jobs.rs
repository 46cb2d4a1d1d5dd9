//! Due jobs.

use super::Mongo;
use super::documents::{JOBS, date, timestamp};
use super::failure::Failure;
use super::reading::Query;
use mongodb::bson::{DateTime, Uuid, doc};
use myna_chat::rules::JobId;
use myna_protocol::Timestamp;
use serde::Deserialize;

#[derive(Deserialize)]
struct Due {
    #[serde(rename = "_id")]
    id: Uuid,
    due_at: DateTime,
}

/// The jobs that are due at this time, the earliest first.
pub(super) fn due(now: Timestamp, limit: u32) -> Query {
    let filter = doc! { "due_at": { "$lte": date(now) } };
    Query::of(filter).sorted(doc! { "due_at": 1, "_id": 1 }).limited(limit.into()).only(doc! { "due_at": 1 })
}

/// The next job, due or not.
pub(super) fn next() -> Query {
    Query::default().sorted(doc! { "due_at": 1, "_id": 1 }).limited(1).only(doc! { "due_at": 1 })
}

impl Mongo {
    pub(super) async fn find_due_jobs(&self, now: Timestamp, limit: u32) -> Result<Vec<JobId>, Failure> {
        let found: Vec<Due> = self.find(JOBS, due(now, limit)).await?;
        Ok(found.into_iter().map(|due| due.id.bytes()).collect())
    }

    pub(super) async fn find_next_due(&self) -> Result<Option<Timestamp>, Failure> {
        let found: Vec<Due> = self.find(JOBS, next()).await?;
        Ok(found.first().map(|due| timestamp(due.due_at)))
    }
}
