//! Pages of messages. A conversation's messages are numbered without a gap, so that a page is a range of numbers: the
//! index is read from its first to its last message, and no further.

use super::documents::{AsUuid, CONVERSATIONS, MEMBERS, MESSAGES, MemberDoc, MessageDoc, int};
use super::failure::Failure;
use super::feeds::{people_of, truncate_to_bytes, with_people};
use super::reading::{Query, Reading, by_id};
use mongodb::bson::{Document, Uuid, doc};
use myna_protocol::{ConversationId, Row, Seq};
use serde::Deserialize;

/// What of a conversation a page needs.
#[derive(Deserialize)]
struct Place {
    receipts: bool,
    last_seq: i64,
}

/// The messages of a conversation with these numbers: from the first, and before the second.
fn range(id: Uuid, from: i64, to: i64) -> Document {
    doc! { "conversation_id": id, "seq": { "$gte": from, "$lt": to } }
}

/// The whole key of the index, so that any server sees that the index has the order already.
pub(super) fn by_seq() -> Document {
    doc! { "conversation_id": 1, "seq": 1 }
}

/// The messages before `seq`, which is at most one after the last.
pub(super) fn page_before(id: Uuid, seq: i64, limit: u32) -> Query {
    Query::of(range(id, seq.saturating_sub(limit.into()), seq)).sorted(by_seq())
}

pub(super) fn page_after(id: Uuid, seq: i64, limit: u32) -> Query {
    let first = seq.saturating_add(1);
    Query::of(range(id, first, first.saturating_add(limit.into()))).sorted(by_seq())
}

/// The newest messages of these conversations, given with their last numbers; `None` when there are none.
pub(super) fn newest_pages(conversations: impl Iterator<Item = (Uuid, i64)>, limit: u32) -> Option<Query> {
    let spoken = conversations.filter(|(_, last_seq)| limit > 0 && *last_seq > 0);
    let mut pages: Vec<Document> = spoken.map(|(id, last)| page_before(id, last + 1, limit).filter).collect();
    match pages.len() {
        0 => None,
        1 => Some(Query::of(pages.swap_remove(0))),
        _ => Some(Query::of(doc! { "$or": pages })),
    }
}

/// These people as members of a conversation.
pub(super) fn members(id: Uuid, people: Vec<Uuid>) -> Query {
    Query::of(doc! { "conversation_id": id, "user_id": { "$in": people } })
}

pub(super) async fn before(
    reading: &mut Reading<'_>,
    id: ConversationId,
    seq: Seq,
    limit: u32,
) -> Result<Vec<Row>, Failure> {
    page(reading, id.uuid(), |last_seq| page_before(id.uuid(), int(seq).min(last_seq + 1), limit)).await
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

/// A page, and its senders.
async fn page(reading: &mut Reading<'_>, id: Uuid, messages: impl Fn(i64) -> Query) -> Result<Vec<Row>, Failure> {
    let place = by_id(id).only(doc! { "receipts": 1, "last_seq": 1, "_id": 0 });
    let Some(Place { receipts, last_seq }) = reading.one(CONVERSATIONS, place).await? else {
        return Ok(Vec::new());
    };
    let mut messages: Vec<MessageDoc> = reading.all(MESSAGES, messages(last_seq)).await?;
    messages.reverse();
    truncate_to_bytes(&mut messages)?;
    messages.reverse();
    let senders = senders(reading, id, &messages, |_| true).await?;
    let people = people_of(reading, senders.iter().map(|sender| sender.user_id).collect()).await?;
    let members =
        senders.iter().map(|sender| Ok(sender.stored()?.row(receipts))).collect::<Result<Vec<_>, Failure>>()?;
    let messages = messages.into_iter().map(|message| Ok(Row::Message(message.row()?)));
    messages.chain(with_people(members, &people).map(Ok)).collect()
}
