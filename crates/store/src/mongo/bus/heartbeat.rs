//! A node's heartbeat: a write each second. The others see by it that the node is alive, and the node that its stream is.

use super::Node;
use crate::mongo::documents::NODES;
use crate::mongo::failure::Failure;
use futures_util::TryStreamExt;
use mongodb::bson::{DateTime, Document, Uuid, doc};
use myna_chat::lock;
use serde::{Deserialize, Serialize};
use std::sync::Mutex;
use std::time::Duration;
use tokio::time::{Instant, MissedTickBehavior, interval, sleep};

const HEARTBEAT_INTERVAL: Duration = Duration::from_secs(1);
/// A node whose own heartbeat has not come back for so long receives no notices.
const LIVENESS_TIMEOUT: Duration = Duration::from_secs(3);
/// A heartbeat that has not changed for so long is of a node that is gone.
const GONE: Duration = Duration::from_secs(3);
/// The last sessions of a node that are on the list.
const SESSIONS: i32 = 8;
/// An older one need not be watched.
const LONG_GONE_MILLIS: i64 = 30_000;

/// A node on the list.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct NodeDoc {
    #[serde(rename = "_id")]
    pub(super) id: Uuid,
    /// Rises by one with each heartbeat.
    #[serde(rename = "beat")]
    pub(super) number: i64,
    pub(super) at: DateTime,
    /// In which it commits: as the server knows them.
    #[serde(default)]
    pub(super) sessions: Vec<Document>,
}

/// When the node's own heartbeat last came back through the stream.
#[derive(Debug, Default)]
pub(in crate::mongo) struct Liveness(Mutex<Option<Instant>>);

impl Liveness {
    pub(super) fn confirm(&self, now: Instant) {
        *lock(&self.0) = Some(now);
    }

    /// How long ago that was; `None` before the first.
    pub(super) fn silent_for(&self) -> Option<Duration> {
        lock(&self.0).map(|at| at.elapsed())
    }

    pub(super) fn is_confirmed(&self) -> bool {
        self.silent_for().is_some_and(|silence| silence < LIVENESS_TIMEOUT)
    }
}

/// Writes the heartbeat of a node, for as long as it runs.
pub(super) async fn run(node: Node) {
    let id = Uuid::from_bytes(node.id);
    let nodes = node.database.collection::<Document>(NODES);
    let mut every = interval(HEARTBEAT_INTERVAL);
    every.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        every.tick().await;
        let written = node.calls.call(|| async {
            // The server's time: the clocks of the nodes need not agree.
            let heartbeat = doc! { "$inc": { "beat": 1_i64 }, "$currentDate": { "at": true } };
            nodes.update_one(doc! { "_id": { "$eq": id } }, heartbeat).upsert(true).await?;
            Ok(())
        });
        if let Err(error) = written.await {
            tracing::debug!(%error, "a heartbeat was not written");
        }
    }
}

/// Whether another node lives on this database: whether one of its heartbeats changes while it is watched.
pub(in crate::mongo) async fn another_lives(node: &Node) -> Result<bool, Failure> {
    let before = others(node).await?;
    if before.is_empty() {
        return Ok(false);
    }
    tracing::info!("another Myna was on this database a moment ago: waiting to see whether it still is");
    let until = Instant::now() + GONE;
    while Instant::now() < until {
        sleep(HEARTBEAT_INTERVAL / 2).await;
        let now = others(node).await?;
        if now.iter().any(|(id, number)| before.iter().any(|(known, then)| id == known && number != then)) {
            return Ok(true);
        }
    }
    Ok(false)
}

async fn server_time(node: &Node) -> Result<DateTime, Failure> {
    let hello = node.database.run_command(doc! { "hello": 1 }).await?;
    hello
        .get_datetime("localTime")
        .copied()
        .map_err(|_| Failure::Corrupt("the server does not say what time it is".to_owned()))
}

/// The other nodes that have written a heartbeat of late, with its number.
async fn others(node: &Node) -> Result<Vec<(Uuid, i64)>, Failure> {
    let now = server_time(node).await?;
    let since = DateTime::from_millis(now.timestamp_millis().saturating_sub(LONG_GONE_MILLIS));
    let filter = doc! { "_id": { "$ne": Uuid::from_bytes(node.id) }, "at": { "$gte": since } };
    let found = node.database.collection::<NodeDoc>(NODES).find(filter).await?;
    Ok(found.map_ok(|found| (found.id, found.number)).try_collect().await?)
}

/// Puts a session, in which this node is about to commit, on the list.
pub(in crate::mongo) async fn name_session(node: &Node, session: &Document) -> Result<(), Failure> {
    let named = doc! {
        "$push": { "sessions": { "$each": [session.clone()], "$slice": -SESSIONS } },
        "$inc": { "beat": 0_i64 },
        "$currentDate": { "at": true },
    };
    let me = doc! { "_id": { "$eq": Uuid::from_bytes(node.id) } };
    node.database.collection::<Document>(NODES).update_one(me, named).upsert(true).await?;
    Ok(())
}

/// Ends the sessions of nodes that no longer write a heartbeat: what a transaction of theirs holds is free then. A node that was
/// only slow finds its transaction gone, and does it again.
pub(in crate::mongo) async fn end_sessions_of_the_gone(node: &Node) -> Result<(), Failure> {
    let now = server_time(node).await?;
    let since = DateTime::from_millis(now.timestamp_millis().saturating_sub(GONE.as_millis() as i64));
    let filter =
        doc! { "_id": { "$ne": Uuid::from_bytes(node.id) }, "at": { "$lt": since }, "sessions.0": { "$exists": true } };
    let nodes = node.database.collection::<NodeDoc>(NODES);
    let gone: Vec<NodeDoc> = nodes.find(filter).await?.try_collect().await?;
    for gone in gone {
        tracing::warn!(node = %gone.id, "a node has died: what it was changing is set free");
        node.database.run_command(doc! { "killSessions": gone.sessions }).await?;
        nodes
            .update_one(
                doc! { "_id": { "$eq": gone.id }, "beat": { "$eq": gone.number } },
                doc! { "$unset": { "sessions": 1 } },
            )
            .await?;
    }
    Ok(())
}
