//! Feeds: how far they are, what changed in them, and all of them afresh.

use super::documents::{
    AsUuid, CONVERSATIONS, ConversationDoc, MEMBERS, MESSAGES, MemberDoc, MessageDoc, USERS, conversation_id, count,
    int, user_id, uuids,
};
use super::failure::Failure;
use super::history::{newest_pages, senders};
use super::reading::{Query, Reading, by_id};
use mongodb::bson::{Document, Uuid, doc};
use myna_chat::store::Head;
use myna_protocol::limits::GROUP_MEMBERS;
use myna_protocol::{ConversationId, Feed, FeedRows, Rev, Row, UserId};
use serde::Deserialize;
use std::collections::{HashMap, HashSet};

/// How far a feed has come.
#[derive(Deserialize)]
struct Counter {
    #[serde(rename = "_id")]
    id: Uuid,
    rev: i64,
    /// Of conversations only.
    #[serde(default)]
    receipts: bool,
}

fn counter() -> Document {
    doc! { "rev": 1, "receipts": 1 }
}

#[derive(Deserialize)]
struct In {
    conversation_id: Uuid,
}

/// A conversation with what a fresh load of it needs.
#[derive(Deserialize)]
struct Loaded {
    conversation: ConversationDoc,
    members: Vec<MemberDoc>,
}

/// The conversations that a person is in.
pub(super) fn memberships(user: Uuid) -> Query {
    Query::of(doc! { "user_id": user, "left_seq": null }).sorted(doc! { "user_id": 1, "user_rev": 1 })
}

pub(super) fn memberships_since(user: Uuid, from: Rev, limit: i64) -> Query {
    let filter = doc! { "user_id": user, "user_rev": { "$gt": int(from) } };
    Query::of(filter).sorted(doc! { "user_id": 1, "user_rev": 1 }).limited(limit)
}

/// Members or messages of a conversation with a rev greater than `from`.
pub(super) fn stamped_since(id: Uuid, from: Rev, limit: i64) -> Query {
    let filter = doc! { "conversation_id": id, "rev": { "$gt": int(from) } };
    Query::of(filter).sorted(doc! { "conversation_id": 1, "rev": 1 }).limited(limit)
}

pub(super) fn counters(ids: Vec<Uuid>) -> Query {
    Query::of(doc! { "_id": { "$in": ids } }).only(counter())
}

/// Those who are in these conversations.
pub(super) fn people_in(ids: Vec<Uuid>) -> Query {
    Query::of(doc! { "conversation_id": { "$in": ids }, "left_seq": null }).only(doc! { "user_id": 1, "_id": 0 })
}

/// Conversations with those of their members who came first.
pub(super) fn loading(ids: Vec<Uuid>) -> Vec<Document> {
    let first = [doc! { "$sort": { "came": 1, "user_id": 1 } }, doc! { "$limit": GROUP_MEMBERS as i64 }];
    vec![
        doc! { "$match": { "_id": { "$in": ids } } },
        doc! { "$project": { "conversation": "$$ROOT" } },
        doc! { "$lookup": {
            "from": MEMBERS, "localField": "_id", "foreignField": "conversation_id", "pipeline": first.to_vec(),
            "as": "members",
        } },
    ]
}

pub(super) async fn heads(reading: &mut Reading<'_>, user: UserId) -> Result<Vec<Head>, Failure> {
    let Some(own) = reading.one::<Counter>(USERS, by_id(user.uuid()).only(counter())).await? else {
        return Ok(Vec::new());
    };
    let mut heads = vec![Head { feed: Feed::User(user), rev: count(own.rev)?, presence: false }];
    let query = memberships(user.uuid()).only(doc! { "conversation_id": 1, "_id": 0 });
    let ids: Vec<Uuid> = reading.all::<In>(MEMBERS, query).await?.into_iter().map(|row| row.conversation_id).collect();
    if !ids.is_empty() {
        for found in reading.all::<Counter>(CONVERSATIONS, counters(ids)).await? {
            let feed = Feed::Conversation(conversation_id(found.id));
            heads.push(Head { feed, rev: count(found.rev)?, presence: found.receipts });
        }
    }
    Ok(heads)
}

pub(super) async fn revs(reading: &mut Reading<'_>, feeds: &[Feed]) -> Result<Vec<(Feed, Rev)>, Failure> {
    let (mut people, mut conversations) = (Vec::new(), Vec::new());
    for feed in feeds {
        match feed {
            Feed::User(id) => people.push(id.uuid()),
            Feed::Conversation(id) => conversations.push(id.uuid()),
        }
    }
    let mut revs = Vec::with_capacity(feeds.len());
    if !people.is_empty() {
        for found in reading.all::<Counter>(USERS, counters(people)).await? {
            revs.push((Feed::User(user_id(found.id)), count(found.rev)?));
        }
    }
    if !conversations.is_empty() {
        for found in reading.all::<Counter>(CONVERSATIONS, counters(conversations)).await? {
            revs.push((Feed::Conversation(conversation_id(found.id)), count(found.rev)?));
        }
    }
    Ok(revs)
}

pub(super) async fn presence_peers(reading: &mut Reading<'_>, user: UserId) -> Result<Vec<UserId>, Failure> {
    let seen: Vec<Uuid> = heads(reading, user)
        .await?
        .into_iter()
        .filter(|head| head.presence)
        .filter_map(|head| match head.feed {
            Feed::Conversation(id) => Some(id.uuid()),
            Feed::User(_) => None,
        })
        .collect();
    if seen.is_empty() {
        return Ok(Vec::new());
    }
    #[derive(Deserialize)]
    struct Who {
        user_id: Uuid,
    }
    let people = reading.all::<Who>(MEMBERS, people_in(seen)).await?;
    let mut people: HashSet<UserId> = people.into_iter().map(|who| user_id(who.user_id)).collect();
    people.remove(&user);
    Ok(people.into_iter().collect())
}

pub(super) async fn rows_since(
    reading: &mut Reading<'_>,
    feed: Feed,
    from: Rev,
    limit: u32,
) -> Result<Option<FeedRows>, Failure> {
    let limit = i64::from(limit);
    let (rev, rows) = match feed {
        Feed::User(id) => {
            let own = reading.one::<Counter>(USERS, by_id(id.uuid()).only(counter())).await?;
            let Some(rev) = own.map(|own| count(own.rev)).transpose()?.filter(|rev| from <= *rev) else {
                return Ok(None);
            };
            (rev, memberships_rows(reading, memberships_since(id.uuid(), from, limit + 1)).await?)
        }
        Feed::Conversation(id) => {
            let Some(conversation) = reading.one::<ConversationDoc>(CONVERSATIONS, by_id(id.uuid())).await? else {
                return Ok(None);
            };
            let rev = count(conversation.rev)?;
            if from > rev {
                return Ok(None);
            }
            (rev, conversation_rows_since(reading, &conversation, from, limit + 1).await?)
        }
    };
    Ok((rows.len() as i64 <= limit).then_some(FeedRows { feed, from, rev, rows }))
}

/// All of them when they are less than `limit`, otherwise at least as many.
async fn conversation_rows_since(
    reading: &mut Reading<'_>,
    conversation: &ConversationDoc,
    from: Rev,
    limit: i64,
) -> Result<Vec<Row>, Failure> {
    let mut rows = Vec::new();
    if count(conversation.row_rev)? > from {
        rows.push(Row::Conversation(conversation.row()?));
    }
    for member in reading.all::<MemberDoc>(MEMBERS, stamped_since(conversation.id, from, limit)).await? {
        rows.push(Row::Member(member.row(conversation.receipts)?));
    }
    for message in reading.all::<MessageDoc>(MESSAGES, stamped_since(conversation.id, from, limit)).await? {
        rows.push(Row::Message(message.row()?));
    }
    rows.sort_by_key(Row::rev);
    Ok(rows)
}

async fn memberships_rows(reading: &mut Reading<'_>, query: Query) -> Result<Vec<Row>, Failure> {
    let members = reading.all::<MemberDoc>(MEMBERS, query).await?;
    members.iter().map(|member| Ok(Row::Membership(member.membership()?))).collect()
}

pub(super) async fn load_user(reading: &mut Reading<'_>, user: UserId) -> Result<FeedRows, Failure> {
    let own = reading.one::<Counter>(USERS, by_id(user.uuid()).only(counter())).await?;
    let rev = own.map_or(Ok(0), |own| count(own.rev))?;
    let rows = memberships_rows(reading, memberships(user.uuid())).await?;
    Ok(FeedRows { feed: Feed::User(user), from: 0, rev, rows })
}

pub(super) async fn load_conversations(
    reading: &mut Reading<'_>,
    ids: &[ConversationId],
    messages: u32,
) -> Result<Vec<FeedRows>, Failure> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let found = reading.aggregate::<Loaded>(CONVERSATIONS, loading(uuids(ids))).await?;
    let mut said: HashMap<Uuid, Vec<MessageDoc>> = HashMap::new();
    let newest = found.iter().map(|loaded| (loaded.conversation.id, loaded.conversation.last_seq));
    if let Some(newest) = newest_pages(newest, messages) {
        for message in reading.all::<MessageDoc>(MESSAGES, newest).await? {
            said.entry(message.conversation_id).or_default().push(message);
        }
    }
    let mut found: HashMap<Uuid, Loaded> = found.into_iter().map(|loaded| (loaded.conversation.id, loaded)).collect();
    let mut feeds = Vec::with_capacity(found.len());
    for id in ids {
        if let Some(loaded) = found.remove(&id.uuid()) {
            let messages = said.remove(&id.uuid()).unwrap_or_default();
            feeds.push(afresh(reading, *id, loaded, messages).await?);
        }
    }
    Ok(feeds)
}

async fn afresh(
    reading: &mut Reading<'_>,
    id: ConversationId,
    loaded: Loaded,
    mut messages: Vec<MessageDoc>,
) -> Result<FeedRows, Failure> {
    let Loaded { conversation, members } = loaded;
    messages.sort_unstable_by_key(|message| message.seq);
    let told: HashSet<Uuid> = members.iter().map(|member| member.user_id).collect();
    let senders = senders(reading, conversation.id, &messages, |sender| !told.contains(&sender)).await?;
    let mut rows = vec![Row::Conversation(conversation.row()?)];
    for message in messages {
        rows.push(Row::Message(message.row()?));
    }
    for member in members.iter().chain(&senders) {
        rows.push(Row::Member(member.row(conversation.receipts)?));
    }
    Ok(FeedRows { feed: Feed::Conversation(id), from: 0, rev: count(conversation.rev)?, rows })
}
