//! Pages of messages. A conversation's messages are numbered without a gap, so that a page is a range of numbers: the
//! index is read from its first to its last message, and no further.

use super::documents::{AsUuid, CONVERSATIONS, MEMBERS, MESSAGES, MemberDoc, MessageDoc, REACTIONS, ReactionDoc, int};
use super::failure::Failure;
use super::feeds::{people_of, with_people};
use super::reading::{Query, Reading, by_id};
use mongodb::bson::{Document, Uuid, doc};
use myna_chat::store::Choice;
use myna_chat::{ANSWER_REACTIONS, fit_into_answer};
use myna_protocol::limits::ANSWER_BYTES;
use myna_protocol::{ConversationId, Message, Reaction, Row, Seq};
use serde::Deserialize;
use std::collections::HashMap;

/// What of a conversation a page needs.
#[derive(Deserialize)]
struct Place {
    receipts: bool,
    last_seq: i64,
}

/// Messages of one conversation, side by side, oldest first, and the reactions to them.
#[derive(Default)]
pub(super) struct MessagePage {
    pub(super) messages: Vec<Message>,
    reactions: Vec<Reaction>,
}

impl MessagePage {
    /// Of messages in any order: the newest, as many as one answer may weigh, but at least one.
    pub(super) fn of(mut messages: Vec<MessageDoc>) -> Result<Self, Failure> {
        messages.sort_unstable_by_key(|message| std::cmp::Reverse(message.seq));
        let (mut bytes, mut fitting) = (0, 0);
        for message in &messages {
            bytes += message.weight()?;
            if bytes > ANSWER_BYTES {
                break;
            }
            fitting += 1;
        }
        messages.truncate(fitting.max(1));
        let messages = messages.into_iter().rev().map(MessageDoc::row).collect::<Result<_, _>>()?;
        Ok(Self { messages, reactions: Vec::new() })
    }

    /// Where they weigh more with their reactions than one answer may, the oldest messages go.
    fn fit(&mut self) {
        self.reactions.sort_by_key(|reaction| std::cmp::Reverse(reaction.seq));
        fit_into_answer(&mut self.messages, &mut self.reactions);
    }

    pub(super) fn rows(self) -> impl Iterator<Item = Row> {
        self.messages.into_iter().map(Row::Message).chain(self.reactions.into_iter().map(Row::Reaction))
    }
}

/// The reactions to the messages from the first to the last, without those that were taken back.
fn reactions_between(id: Uuid, first: i64, last: i64) -> Document {
    doc! { "conversation_id": id, "seq": { "$gte": first, "$lte": last }, "emoji": { "$ne": null } }
}

/// Of one conversation: those to the newest message first, and no more than an answer holds.
pub(super) fn reactions_of_one(id: Uuid, first: i64, last: i64) -> Query {
    let newest_first = doc! { "conversation_id": -1, "seq": -1 };
    Query::of(reactions_between(id, first, last)).sorted(newest_first).limited(ANSWER_REACTIONS.into())
}

/// Of several, whose pages are short.
pub(super) fn reactions_of_many(pages: impl Iterator<Item = (Uuid, i64, i64)>) -> Query {
    let each: Vec<Document> = pages.map(|(id, first, last)| reactions_between(id, first, last)).collect();
    Query::of(doc! { "$or": each })
}

/// Reads the reactions of these pages. Where a page weighs more with them than one answer may, its oldest messages go.
pub(super) async fn reactions(reading: &mut Reading<'_>, pages: &mut [MessagePage]) -> Result<(), Failure> {
    let ranges = pages.iter().filter_map(|page| {
        let (first, last) = (page.messages.first()?, page.messages.last()?);
        Some((first.conversation.uuid(), int(first.seq), int(last.seq)))
    });
    let ranges: Vec<_> = ranges.collect();
    let query = match ranges[..] {
        [] => return Ok(()),
        [(id, first, last)] => reactions_of_one(id, first, last),
        _ => reactions_of_many(ranges.into_iter()),
    };
    let mut found: HashMap<ConversationId, Vec<Reaction>> = HashMap::new();
    for reaction in reading.all::<ReactionDoc>(REACTIONS, query).await? {
        let reaction = reaction.row()?;
        found.entry(reaction.conversation).or_default().push(reaction);
    }
    for page in pages {
        let Some(message) = page.messages.first() else { continue };
        page.reactions = found.remove(&message.conversation).unwrap_or_default();
        page.fit();
    }
    Ok(())
}

/// To these messages, wherever they are: those to the newest message first, and no more than an answer holds.
pub(super) fn reactions_to(id: Uuid, seqs: Vec<i64>) -> Query {
    let filter = doc! { "conversation_id": id, "seq": { "$in": seqs }, "emoji": { "$ne": null } };
    Query::of(filter).sorted(doc! { "conversation_id": -1, "seq": -1 }).limited(ANSWER_REACTIONS.into())
}

/// The messages with these numbers.
pub(super) fn at(id: Uuid, seqs: Vec<i64>) -> Query {
    Query::of(doc! { "conversation_id": id, "seq": { "$in": seqs } }).sorted(by_seq())
}

/// The newest replies of a thread before a number.
pub(super) fn replies(id: Uuid, thread: i64, before: i64, limit: u32) -> Query {
    let filter = doc! { "conversation_id": id, "thread": { "$eq": thread }, "seq": { "$lt": before } };
    let newest_first = doc! { "conversation_id": -1, "thread": -1, "seq": -1 };
    Query::of(filter).sorted(newest_first).limited(limit.into())
}

pub(super) async fn chosen(reading: &mut Reading<'_>, id: ConversationId, choice: Choice) -> Result<Vec<Row>, Failure> {
    let id = id.uuid();
    let query = match choice {
        Choice::At(seqs) => at(id, seqs.into_iter().map(int).collect()),
        Choice::Replies { thread, before, limit } => replies(id, int(thread), int(before), limit),
    };
    let place = by_id(id).only(doc! { "receipts": 1, "last_seq": 1, "_id": 0 });
    let Some(Place { receipts, .. }) = reading.one(CONVERSATIONS, place).await? else {
        return Ok(Vec::new());
    };
    let mut page = MessagePage::of(reading.all(MESSAGES, query).await?)?;
    if !page.messages.is_empty() {
        let seqs = page.messages.iter().map(|message| int(message.seq)).collect();
        let found: Vec<ReactionDoc> = reading.all(REACTIONS, reactions_to(id, seqs)).await?;
        page.reactions = found.into_iter().map(ReactionDoc::row).collect::<Result<_, _>>()?;
        page.fit();
    }
    with_senders(reading, id, receipts, page).await
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
    messages: &[Message],
    wanted: impl Fn(Uuid) -> bool,
) -> Result<Vec<MemberDoc>, Failure> {
    let mut people: Vec<Uuid> = Vec::new();
    for message in messages {
        let sender = message.sender.uuid();
        if wanted(sender) && !people.contains(&sender) {
            people.push(sender);
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
    let mut pages = [MessagePage::of(reading.all(MESSAGES, messages(last_seq)).await?)?];
    reactions(reading, &mut pages).await?;
    let [page] = pages;
    with_senders(reading, id, receipts, page).await
}

async fn with_senders(
    reading: &mut Reading<'_>,
    id: Uuid,
    receipts: bool,
    page: MessagePage,
) -> Result<Vec<Row>, Failure> {
    let senders = senders(reading, id, &page.messages, |_| true).await?;
    let people = people_of(reading, senders.iter().map(|sender| sender.user_id).collect()).await?;
    let members =
        senders.iter().map(|sender| Ok(sender.stored()?.row(receipts))).collect::<Result<Vec<_>, Failure>>()?;
    Ok(page.rows().chain(with_people(members, &people)).collect())
}
