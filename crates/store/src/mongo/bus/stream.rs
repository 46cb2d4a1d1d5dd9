//! The node's one change stream.

use super::Node;
use super::ephemeral::{self, EphemeralDoc};
use crate::mongo::documents::{
    CONVERSATIONS, EPHEMERAL, NODES, SERVER, SESSIONS, USERS, conversation_id, session_id, user_id,
};
use crate::mongo::failure::{Failure, said};
use mongodb::bson::{Document, Uuid, deserialize_from_document, doc};
use mongodb::change_stream::ChangeStream;
use mongodb::change_stream::event::ResumeToken;
use mongodb::error::Error;
use myna_chat::bus::{ChangeNotice, NodeId};
use myna_chat::health::Circuit;
use myna_chat::{Backoff, ChangeNotices};
use myna_protocol::Feed;
use serde::Deserialize;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::{Instant, sleep, timeout};

/// How long the server may hold an empty answer back.
const AWAIT: Duration = Duration::from_secs(1);
/// A stream that has brought nothing for so long, not even the heartbeat, is opened anew.
const TIMEOUT: Duration = Duration::from_secs(5);
/// The wait before it is opened anew; each further one is twice as long, up to the limit.
const WAIT_FIRST: Duration = Duration::from_millis(20);
const WAIT_MOST: Duration = Duration::from_secs(1);

#[derive(Debug, Deserialize)]
struct Change {
    #[serde(rename = "operationType")]
    operation: String,
    ns: Option<Namespace>,
    #[serde(rename = "documentKey")]
    key: Option<Key>,
    #[serde(rename = "fullDocument")]
    document: Option<Document>,
    #[serde(rename = "updateDescription")]
    update: Option<Update>,
}

#[derive(Debug, Deserialize)]
struct Namespace {
    coll: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Key {
    #[serde(rename = "_id")]
    id: mongodb::bson::Bson,
}

#[derive(Debug, Deserialize)]
struct Update {
    #[serde(rename = "updatedFields")]
    fields: Option<Fields>,
}

#[derive(Debug, Deserialize)]
struct Fields {
    rev: Option<i64>,
}

/// Only what clients see, and of that only what a notice needs.
pub(super) fn pipeline(node: NodeId) -> Vec<Document> {
    let me = Uuid::from_bytes(node);
    let rev_changed = doc! { "updateDescription.updatedFields.rev": { "$exists": true } };
    let of = |collection: &str, operations: &[&str]| doc! { "ns.coll": collection, "operationType": { "$in": operations.to_vec() } };
    let with = |mut filter: Document, more: Document| {
        filter.extend(more);
        filter
    };
    let wanted = vec![
        with(of(CONVERSATIONS, &["update"]), rev_changed.clone()),
        of(CONVERSATIONS, &["insert", "replace"]),
        with(of(USERS, &["update"]), rev_changed.clone()),
        with(of(SERVER, &["update"]), rev_changed),
        of(SESSIONS, &["delete"]),
        with(of(EPHEMERAL, &["insert"]), doc! { "fullDocument.node": { "$ne": me } }),
        with(of(NODES, &["insert", "update", "replace"]), doc! { "documentKey._id": me }),
    ];
    let fields = doc! {
        "operationType": 1, "ns": 1, "documentKey": 1, "fullDocument.rev": 1, "fullDocument.node": 1,
        "fullDocument.at": 1, "fullDocument.typing": 1, "fullDocument.came": 1, "fullDocument.went": 1,
        "fullDocument.online": 1, "fullDocument.turns": 1, "updateDescription.updatedFields.rev": 1,
    };
    vec![doc! { "$match": { "$or": wanted } }, doc! { "$project": fields }]
}

/// Listens to the stream, and opens it anew whenever it breaks off. Never waits for whoever takes the notices.
pub(super) async fn listen(node: Node, notices: Arc<ChangeNotices>) {
    let mut token: Option<ResumeToken> = None;
    let mut backoff = Backoff::new(WAIT_FIRST, WAIT_MOST);
    loop {
        let opened = Instant::now();
        let why = match open(&node, token.clone()).await {
            Ok(mut stream) => {
                // What changed before it was open, or while its token was too old, is looked for in the store.
                if token.is_none() {
                    catch_up(&node, &notices).await;
                    node.liveness.confirm(Instant::now());
                }
                read(&node, &mut stream, &mut token, &notices).await
            }
            Err(error) => {
                // The token may be what is wrong: without it everything is looked at afresh.
                if node.calls.state() == Circuit::Closed && !passes(&error) {
                    token = None;
                }
                said(&error)
            }
        };
        tracing::warn!(why, "the change stream broke off: it is opened again");
        if opened.elapsed() > WAIT_MOST {
            backoff.reset();
        }
        sleep(backoff.wait().mul_f64(fastrand::f64())).await;
    }
}

async fn open(node: &Node, token: Option<ResumeToken>) -> Result<ChangeStream<Document>, Error> {
    let watch = node.streams.watch().pipeline(pipeline(node.id)).max_await_time(AWAIT);
    let stream = match token {
        Some(token) => watch.resume_after(token).await?,
        None => watch.await?,
    };
    Ok(stream.with_type::<Document>())
}

/// Whether the server could not be reached, rather than did not want to.
fn passes(error: &Error) -> bool {
    matches!(Failure::from(error.clone()), Failure::Unreachable(_))
}

/// Says that anything may have been missed, and who is on the other nodes by what those published last.
async fn catch_up(node: &Node, notices: &ChangeNotices) {
    notices.push(ChangeNotice::Missed);
    match node.calls.call(|| ephemeral::recent(node)).await {
        Ok(recent) => recent.into_iter().for_each(|notice| notices.push(notice)),
        Err(error) => tracing::debug!(%error, "the people of the other nodes are not known yet"),
    }
}

/// Passes notices on until the stream ends; why it did.
async fn read(
    node: &Node,
    stream: &mut ChangeStream<Document>,
    token: &mut Option<ResumeToken>,
    notices: &ChangeNotices,
) -> String {
    let mut confirmed_at = Instant::now();
    loop {
        let next = match timeout(TIMEOUT, stream.next_if_any()).await {
            Ok(Ok(next)) => next,
            Ok(Err(error)) => return said(&error),
            Err(_) => return "it does not answer".to_owned(),
        };
        if let Some(next) = next {
            match stream_item(node, next) {
                Ok(StreamItem::ChangeNotice(notice)) => notices.push(notice),
                Ok(StreamItem::Heartbeat) => {
                    confirmed_at = Instant::now();
                    node.liveness.confirm(confirmed_at);
                }
                Ok(StreamItem::Nothing) => {}
                Err(failure) => {
                    tracing::error!(?failure, "a change could not be read");
                    notices.push(ChangeNotice::Missed);
                }
            }
        }
        // A token only counts once everything before it was passed on.
        *token = stream.resume_token();
        if !stream.is_alive() {
            return "the server has ended it".to_owned();
        }
        if confirmed_at.elapsed() > TIMEOUT {
            return "it has brought nothing for a while, not even the heartbeat".to_owned();
        }
    }
}

enum StreamItem {
    ChangeNotice(ChangeNotice),
    Heartbeat,
    Nothing,
}

fn stream_item(node: &Node, change: Document) -> Result<StreamItem, Failure> {
    let change: Change = deserialize_from_document(change)?;
    let collection = change.ns.and_then(|ns| ns.coll).unwrap_or_default();
    if collection == EPHEMERAL {
        let Some(document) = change.document else { return Ok(StreamItem::Nothing) };
        let update: EphemeralDoc = deserialize_from_document(document)?;
        if !update.turns.is_empty() {
            node.turns.asked(node.id, update.node.bytes(), update.turns.into_iter().map(conversation_id));
            return Ok(StreamItem::Nothing);
        }
        return Ok(StreamItem::ChangeNotice(update.notice()));
    }
    let Some(key) = change.key else { return Ok(StreamItem::Nothing) };
    let rev = match (change.update, change.document) {
        (Some(update), _) => update.fields.and_then(|fields| fields.rev),
        (None, Some(document)) => document.get_i64("rev").ok(),
        (None, None) => None,
    };
    let rev = rev.and_then(|rev| u64::try_from(rev).ok());
    if let (SERVER, Some(rev)) = (collection.as_str(), rev) {
        return Ok(StreamItem::ChangeNotice(ChangeNotice::Feed(Feed::Server, rev)));
    }
    let mongodb::bson::Bson::Binary(binary) = key.id else { return Ok(StreamItem::Nothing) };
    let Ok(id) = binary.to_uuid() else { return Ok(StreamItem::Nothing) };
    Ok(match (collection.as_str(), rev) {
        (CONVERSATIONS, Some(rev)) => {
            node.turns.heard(conversation_id(id), rev);
            StreamItem::ChangeNotice(ChangeNotice::Feed(Feed::Conversation(conversation_id(id)), rev))
        }
        (USERS, Some(rev)) => StreamItem::ChangeNotice(ChangeNotice::Feed(Feed::User(user_id(id)), rev)),
        (SESSIONS, _) if change.operation == "delete" => {
            StreamItem::ChangeNotice(ChangeNotice::SessionEnded(session_id(id)))
        }
        (NODES, _) if id.bytes() == node.id => StreamItem::Heartbeat,
        _ => StreamItem::Nothing,
    })
}
