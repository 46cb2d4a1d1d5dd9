//! A node's heartbeat: a write each second, by which the others see that it lives, and it sees that its stream does.

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

const BEAT_EVERY: Duration = Duration::from_secs(1);
/// A node that has not seen its own heartbeat for so long hears nothing.
const SILENCE: Duration = Duration::from_secs(3);
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
    pub(super) beat: i64,
    pub(super) at: DateTime,
    /// In which it commits: as the server knows them.
    #[serde(default)]
    pub(super) sessions: Vec<Document>,
}

/// When the node last felt its own heartbeat come back through the stream.
#[derive(Debug, Default)]
pub(in crate::mongo) struct Liveness(Mutex<Option<Instant>>);

impl Liveness {
    pub(super) fn felt(&self, now: Instant) {
        *lock(&self.0) = Some(now);
    }

    /// How long ago that was; `None` before the first.
    pub(super) fn silent_for(&self) -> Option<Duration> {
        lock(&self.0).map(|at| at.elapsed())
    }

    pub(super) fn is_felt(&self) -> bool {
        self.silent_for().is_some_and(|silence| silence < SILENCE)
    }
}

pub(super) async fn beat(node: Node) {
    let id = Uuid::from_bytes(node.id);
    let nodes = node.database.collection::<Document>(NODES);
    let mut every = interval(BEAT_EVERY);
    every.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        every.tick().await;
        let beaten = node.calls.call(|| async {
            // The server's time: the clocks of the nodes need not agree.
            let beat = doc! { "$inc": { "beat": 1_i64 }, "$currentDate": { "at": true } };
            nodes.update_one(doc! { "_id": { "$eq": id } }, beat).upsert(true).await?;
            Ok(())
        });
        if let Err(error) = beaten.await {
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
        sleep(BEAT_EVERY / 2).await;
        let now = others(node).await?;
        if now.iter().any(|(id, beat)| before.iter().any(|(known, then)| id == known && beat != then)) {
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

/// The heartbeats of the other nodes that have beaten of late.
async fn others(node: &Node) -> Result<Vec<(Uuid, i64)>, Failure> {
    let now = server_time(node).await?;
    let since = DateTime::from_millis(now.timestamp_millis().saturating_sub(LONG_GONE_MILLIS));
    let filter = doc! { "_id": { "$ne": Uuid::from_bytes(node.id) }, "at": { "$gte": since } };
    let found = node.database.collection::<NodeDoc>(NODES).find(filter).await?;
    Ok(found.map_ok(|found| (found.id, found.beat)).try_collect().await?)
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

/// Ends the sessions of nodes whose heart has stopped: what a transaction of theirs holds is free then. A node that was
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
                doc! { "_id": { "$eq": gone.id }, "beat": { "$eq": gone.beat } },
                doc! { "$unset": { "sessions": 1 } },
            )
            .await?;
    }
    Ok(())
}
