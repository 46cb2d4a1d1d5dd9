//! The log of a replica set: its change stream, one for each consumer that this node runs.

use crate::mongo::Mongo;
use crate::mongo::documents::{CONSUMERS, CONVERSATIONS, SERVER, USERS, conversation_id, user_id};
use crate::mongo::failure::{Failure, code, said};
use mongodb::bson::{Bson, Document, deserialize_from_slice, doc, serialize_to_vec};
use mongodb::change_stream::ChangeStream;
use mongodb::change_stream::event::ResumeToken;
use mongodb::error::Error;
use myna_chat::store::{LogEntry, LogError, Position, StoreError};
use myna_protocol::{Feed, Rev};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::time::Duration;
use tokio::sync::Mutex;
use tokio::time::Instant;

/// How long the server may hold an empty answer back.
const AWAIT: Duration = Duration::from_millis(500);
/// The oplog no longer reaches back to the token; the stream cannot be resumed; the token is of another stream.
const TOO_OLD: [i32; 4] = [286, 280, 222, 260];

/// Open streams by consumer.
#[derive(Default)]
pub(in crate::mongo) struct Streams(Mutex<HashMap<String, Open>>);

/// A stream, and the position behind which it stands.
struct Open {
    position: Position,
    stream: ChangeStream<Document>,
}

impl Streams {
    pub(super) async fn forget(&self, consumer: &str) {
        self.0.lock().await.remove(consumer);
    }
}

#[derive(Serialize, Deserialize)]
struct Token {
    token: ResumeToken,
}

fn position(token: ResumeToken) -> Result<Position, Failure> {
    Ok(Position(serialize_to_vec(&Token { token })?))
}

/// Every step of every feed.
pub(in crate::mongo) fn pipeline() -> Vec<Document> {
    let rev_changed = doc! { "$exists": true };
    let updated = |collection: &str| {
        doc! { "ns.coll": collection, "operationType": "update", "updateDescription.updatedFields.rev": rev_changed.clone() }
    };
    let whole = doc! { "ns.coll": CONVERSATIONS, "operationType": { "$in": ["insert", "replace"] } };
    vec![
        doc! { "$match": { "$or": [updated(CONVERSATIONS), updated(USERS), updated(SERVER), whole] } },
        doc! { "$project": {
            "operationType": 1, "ns": 1, "documentKey": 1, "fullDocument.rev": 1, "updateDescription.updatedFields.rev": 1,
        } },
    ]
}

impl Mongo {
    async fn watch_log(&self, after: Option<ResumeToken>) -> Result<ChangeStream<Document>, Error> {
        let watch = self.node.streams.watch().pipeline(pipeline()).max_await_time(AWAIT);
        let stream = match after {
            Some(token) => watch.resume_after(token).await?,
            None => watch.await?,
        };
        Ok(stream.with_type::<Document>())
    }

    /// A stream that begins now, and its first token.
    pub(super) async fn streamed_end(&self) -> Result<Position, Failure> {
        let mut stream = self.watch_log(None).await?;
        loop {
            if let Some(token) = stream.resume_token() {
                return position(token);
            }
            // Some servers tell a token with the first answer only. What that answer holds came after this call.
            if let Some(first) = stream.next_if_any().await? {
                let token = first.get_document("_id").ok().cloned().map(Bson::Document);
                let token = token.ok_or_else(|| Failure::Corrupt("a change has no resume token".to_owned()))?;
                return Ok(Position(serialize_to_vec(&doc! { "token": token })?));
            }
        }
    }

    pub(super) async fn streamed_entries(
        &self,
        consumer: &str,
        after: Position,
        limit: u32,
        patience: Duration,
    ) -> Result<Vec<LogEntry>, LogError> {
        let mut streams = self.streams.0.lock().await;
        let mut open = match streams.remove(consumer).filter(|open| open.position == after) {
            Some(open) => open,
            None => {
                let token: Token = deserialize_from_slice(&after.0).map_err(|_| LogError::TooOld)?;
                let stream = self.watch_log(Some(token.token)).await.map_err(failed)?;
                Open { position: after.clone(), stream }
            }
        };
        // Another consumer need not wait for this one's patience.
        drop(streams);
        let entries = next_entries(&mut open, limit, patience).await?;
        if entries.is_empty() && open.position != after {
            // Nothing happened, but time went on: a token that never moves would one day be too old.
            let moved = doc! { "$set": { "position": super::binary(&open.position) } };
            let mut here = super::named(consumer);
            here.insert("position", doc! { "$eq": super::binary(&after) });
            self.collection(CONSUMERS)
                .update_one(here, moved)
                .await
                .map_err(Failure::from)
                .map_err(StoreError::from)?;
        }
        self.streams.0.lock().await.insert(consumer.to_owned(), open);
        Ok(entries)
    }
}

async fn next_entries(open: &mut Open, limit: u32, patience: Duration) -> Result<Vec<LogEntry>, LogError> {
    let deadline = Instant::now() + patience;
    let mut entries = Vec::new();
    loop {
        let next = open.stream.next_if_any().await.map_err(failed)?;
        let is_idle = next.is_none();
        if let Some(token) = open.stream.resume_token() {
            open.position = position(token).map_err(StoreError::from)?;
        }
        if let Some(change) = next
            && let Some((feed, rev)) = moved(change).map_err(StoreError::from)?
        {
            entries.push(LogEntry { position: open.position.clone(), feed, rev });
        }
        let is_enough = entries.len() >= limit as usize || (is_idle && !entries.is_empty());
        if is_enough || !open.stream.is_alive() || Instant::now() >= deadline {
            return Ok(entries);
        }
    }
}

#[derive(Deserialize)]
struct Change {
    ns: Namespace,
    #[serde(rename = "documentKey")]
    key: Key,
    #[serde(rename = "fullDocument")]
    document: Option<Fields>,
    #[serde(rename = "updateDescription")]
    update: Option<Update>,
}

#[derive(Deserialize)]
struct Namespace {
    coll: String,
}

#[derive(Deserialize)]
struct Key {
    #[serde(rename = "_id")]
    id: Bson,
}

#[derive(Deserialize)]
struct Update {
    #[serde(rename = "updatedFields")]
    fields: Fields,
}

#[derive(Deserialize)]
struct Fields {
    rev: Option<i64>,
}

/// Which feed a change has moved, and how far.
fn moved(change: Document) -> Result<Option<(Feed, Rev)>, Failure> {
    let change: Change = mongodb::bson::deserialize_from_document(change)?;
    let fields = change.update.map(|update| update.fields).or(change.document);
    let rev = fields.and_then(|fields| fields.rev).and_then(|rev| Rev::try_from(rev).ok());
    let id = match &change.key.id {
        Bson::Binary(binary) => binary.to_uuid().ok(),
        _ => None,
    };
    Ok(match (change.ns.coll.as_str(), rev, id) {
        (SERVER, Some(rev), _) => Some((Feed::Server, rev)),
        (USERS, Some(rev), Some(id)) => Some((Feed::User(user_id(id)), rev)),
        (CONVERSATIONS, Some(rev), Some(id)) => Some((Feed::Conversation(conversation_id(id)), rev)),
        _ => None,
    })
}

fn failed(error: Error) -> LogError {
    if code(&error).is_some_and(|code| TOO_OLD.contains(&code)) {
        tracing::warn!(why = said(&error), "a change stream cannot be resumed");
        return LogError::TooOld;
    }
    LogError::Store(Failure::from(error).into())
}
