//! Pages of messages: keyset paging on (conversation, seq), never an offset.

use super::documents::{AsUuid, CONVERSATIONS, MEMBERS, MESSAGES, MemberDoc, MessageDoc, int};
use super::failure::Failure;
use super::reading::{Query, Reading, by_id};
use mongodb::bson::{Uuid, doc};
use myna_protocol::{ConversationId, Row, Seq};
use serde::Deserialize;

#[derive(Deserialize)]
struct Receipts {
    receipts: bool,
}

pub(super) fn page_before(id: Uuid, seq: Seq, limit: u32) -> Query {
    let filter = doc! { "conversation_id": { "$eq": id }, "seq": { "$lt": int(seq) } };
    Query::of(filter).sorted(doc! { "seq": -1 }).limited(limit.into())
}

pub(super) fn page_after(id: Uuid, seq: Seq, limit: u32) -> Query {
    let filter = doc! { "conversation_id": { "$eq": id }, "seq": { "$gt": int(seq) } };
    Query::of(filter).sorted(doc! { "seq": 1 }).limited(limit.into())
}

/// These people as members of a conversation.
pub(super) fn members(id: Uuid, people: Vec<Uuid>) -> Query {
    Query::of(doc! { "conversation_id": { "$eq": id }, "user_id": { "$in": people } })
}

/// Messages that were found from the newest on, oldest first.
pub(super) fn newest(mut messages: Vec<MessageDoc>) -> Vec<MessageDoc> {
    messages.reverse();
    messages
}

pub(super) async fn before(
    reading: &mut Reading<'_>,
    id: ConversationId,
    seq: Seq,
    limit: u32,
) -> Result<Vec<Row>, Failure> {
    let messages =
        if limit == 0 { Vec::new() } else { reading.all(MESSAGES, page_before(id.uuid(), seq, limit)).await? };
    with_senders(reading, id.uuid(), newest(messages)).await
}

pub(super) async fn after(
    reading: &mut Reading<'_>,
    id: ConversationId,
    seq: Seq,
    limit: u32,
) -> Result<Vec<Row>, Failure> {
    let messages =
        if limit == 0 { Vec::new() } else { reading.all(MESSAGES, page_after(id.uuid(), seq, limit)).await? };
    with_senders(reading, id.uuid(), messages).await
}

/// The senders of these messages that are wanted, each once, in the order of their first message.
pub(super) async fn senders(
    reading: &mut Reading<'_>,
    id: Uuid,
    messages: &[MessageDoc],
    wanted: impl Fn(Uuid) -> bool,
) -> Result<Vec<MemberDoc>, Failure> {
    let mut people: Vec<Uuid> = Vec::new();
    for message in messages {
        if wanted(message.sender_id) && !people.contains(&message.sender_id) {
            people.push(message.sender_id);
        }
    }
    if people.is_empty() {
        return Ok(Vec::new());
    }
    let mut found: Vec<MemberDoc> = reading.all(MEMBERS, members(id, people.clone())).await?;
    found.sort_by_key(|member| people.iter().position(|person| *person == member.user_id));
    Ok(found)
}

async fn with_senders(reading: &mut Reading<'_>, id: Uuid, messages: Vec<MessageDoc>) -> Result<Vec<Row>, Failure> {
    let conversation = by_id(id).only(doc! { "receipts": 1, "_id": 0 });
    let Some(Receipts { receipts }) = reading.one(CONVERSATIONS, conversation).await? else {
        return Ok(Vec::new());
    };
    let senders = senders(reading, id, &messages, |_| true).await?;
    let messages = messages.into_iter().map(|message| Ok(Row::Message(message.row()?)));
    messages.chain(senders.iter().map(|sender| Ok(Row::Member(sender.row(receipts)?)))).collect()
}
