//! Feeds: how far they are, what changed in them, and all of them afresh.

use super::documents::{
    AsUuid, CONVERSATIONS, ConversationDoc, MEMBERS, MESSAGES, MemberDoc, MessageDoc, PERSONAL, PersonalDoc, REACTIONS,
    ReactionDoc, SERVER, SERVER_ID, ServerDoc, USERS, UserRowDoc, conversation_id, count, int, timestamp, user_id,
    uuids,
};
use super::failure::Failure;
use super::history::{MessagePage, newest_pages, reactions, senders};
use super::reading::{Query, Reading, by_id};
use mongodb::bson::{DateTime, Document, Uuid, doc};
use myna_chat::row_weight;
use myna_chat::store::{Extent, Head, Page};
use myna_protocol::{ConversationId, Feed, FeedRows, Member, Person, Rev, Row, Timestamp, UserId};
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
    active_at: Option<DateTime>,
    created_at: Option<DateTime>,
}

fn counter() -> Document {
    doc! { "rev": 1, "receipts": 1, "active_at": 1, "created_at": 1 }
}

/// A person's counter, and those of the conversations that they are in.
#[derive(Deserialize)]
struct Counters {
    rev: i64,
    memberships: Vec<In>,
    server: Vec<ServerDoc>,
}

/// A membership, with the counter of its conversation.
#[derive(Deserialize)]
struct In {
    conversation: Vec<Counter>,
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

/// What belongs to a person alone and has a value.
pub(super) fn personal(user: Uuid) -> Query {
    Query::of(doc! { "user_id": user, "live": { "$eq": true } })
}

pub(super) fn personal_since(user: Uuid, from: Rev, limit: i64) -> Query {
    let filter = doc! { "user_id": user, "rev": { "$gt": int(from) } };
    Query::of(filter).sorted(doc! { "user_id": 1, "rev": 1 }).limited(limit)
}

/// Members, messages or reactions of a conversation with a rev greater than `from`.
pub(super) fn stamped_since(id: Uuid, from: Rev, limit: i64) -> Query {
    let filter = doc! { "conversation_id": id, "rev": { "$gt": int(from) } };
    Query::of(filter).sorted(doc! { "conversation_id": 1, "rev": 1 }).limited(limit)
}

pub(super) fn counters(ids: Vec<Uuid>) -> Query {
    Query::of(doc! { "_id": { "$in": ids } }).only(counter())
}

/// Conversations with their first members.
pub(super) fn loading(ids: Vec<Uuid>, members: u32) -> Vec<Document> {
    let first = [doc! { "$sort": { "came": 1, "user_id": 1 } }, doc! { "$limit": i64::from(members.max(1)) }];
    vec![
        doc! { "$match": { "_id": { "$in": ids } } },
        doc! { "$project": { "conversation": "$$ROOT" } },
        doc! { "$lookup": {
            "from": MEMBERS, "localField": "_id", "foreignField": "conversation_id", "pipeline": first.to_vec(),
            "as": "members",
        } },
    ]
}

/// A person's counter and those of all their feeds, in one call. Their own is read first: it is never newer than the list.
pub(super) fn heading(user: Uuid) -> Vec<Document> {
    let conversation = [doc! { "$project": counter() }];
    let membership = vec![
        doc! { "$match": { "left_seq": null } },
        doc! { "$lookup": {
            "from": CONVERSATIONS, "localField": "conversation_id", "foreignField": "_id",
            "pipeline": conversation.to_vec(), "as": "conversation",
        } },
        doc! { "$project": { "_id": 0, "conversation": 1 } },
    ];
    vec![
        doc! { "$match": { "_id": user } },
        doc! { "$project": { "rev": 1, "server": { "$literal": SERVER_ID } } },
        doc! { "$lookup": {
            "from": MEMBERS, "localField": "_id", "foreignField": "user_id", "pipeline": membership, "as": "memberships",
        } },
        doc! { "$lookup": { "from": SERVER, "localField": "server", "foreignField": "_id", "as": "server" } },
        doc! { "$project": { "_id": 0, "rev": 1, "memberships": 1, "server.rev": 1 } },
    ]
}

pub(super) async fn heads(reading: &mut Reading<'_>, user: UserId) -> Result<Vec<Head>, Failure> {
    let Some(found) = reading.aggregate::<Counters>(USERS, heading(user.uuid())).await?.pop() else {
        return Ok(Vec::new());
    };
    let none = Timestamp(0);
    let server = found.server.first().map_or(Ok(0), |server| count(server.rev))?;
    let mut heads = vec![
        Head { feed: Feed::User(user), rev: count(found.rev)?, presence: false, active_at: none },
        Head { feed: Feed::Server, rev: server, presence: false, active_at: none },
    ];
    for found in found.memberships.into_iter().flat_map(|membership| membership.conversation) {
        let feed = Feed::Conversation(conversation_id(found.id));
        let active_at = found.active_at.or(found.created_at).map_or(none, timestamp);
        heads.push(Head { feed, rev: count(found.rev)?, presence: found.receipts, active_at });
    }
    Ok(heads)
}

async fn server_rev(reading: &mut Reading<'_>) -> Result<Rev, Failure> {
    let found: Option<ServerDoc> = reading.one(SERVER, Query::of(doc! { "_id": { "$eq": SERVER_ID } })).await?;
    found.map_or(Ok(0), |server| count(server.rev))
}

pub(super) async fn revs(reading: &mut Reading<'_>, feeds: &[Feed]) -> Result<Vec<(Feed, Rev)>, Failure> {
    let (mut people, mut conversations) = (Vec::new(), Vec::new());
    for feed in feeds {
        match feed {
            Feed::Server => {}
            Feed::User(id) => people.push(id.uuid()),
            Feed::Conversation(id) => conversations.push(id.uuid()),
        }
    }
    let mut revs = Vec::with_capacity(feeds.len());
    if feeds.contains(&Feed::Server) {
        revs.push((Feed::Server, server_rev(reading).await?));
    }
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

/// The others in a person's conversations with receipts, in one call.
pub(super) fn peering(user: Uuid) -> Vec<Document> {
    vec![
        doc! { "$match": { "user_id": user, "left_seq": null } },
        doc! { "$lookup": {
            "from": CONVERSATIONS, "localField": "conversation_id", "foreignField": "_id",
            "pipeline": [doc! { "$match": { "receipts": true } }, doc! { "$project": { "_id": 1 } }], "as": "with",
        } },
        doc! { "$match": { "with": { "$ne": [] } } },
        doc! { "$lookup": {
            "from": MEMBERS, "localField": "conversation_id", "foreignField": "conversation_id",
            "pipeline": [doc! { "$match": { "left_seq": null } }, doc! { "$project": { "_id": 0, "user_id": 1 } }],
            "as": "people",
        } },
        doc! { "$project": { "_id": 0, "people": 1 } },
    ]
}

pub(super) async fn presence_peers(reading: &mut Reading<'_>, user: UserId) -> Result<Vec<UserId>, Failure> {
    #[derive(Deserialize)]
    struct Who {
        user_id: Uuid,
    }
    #[derive(Deserialize)]
    struct Together {
        people: Vec<Who>,
    }
    let found = reading.aggregate::<Together>(MEMBERS, peering(user.uuid())).await?;
    let mut people: HashSet<UserId> =
        found.into_iter().flat_map(|found| found.people).map(|who| user_id(who.user_id)).collect();
    people.remove(&user);
    Ok(people.into_iter().collect())
}

pub(super) async fn rows_since(
    reading: &mut Reading<'_>,
    feed: Feed,
    from: Rev,
    page: Page,
) -> Result<Option<FeedRows>, Failure> {
    let limit = i64::from(page.rows) + 1;
    let (rev, rows) = match feed {
        Feed::Server => {
            let rev = server_rev(reading).await?;
            (rev, people_since(reading, from, limit).await?)
        }
        Feed::User(id) => {
            let own = reading.one::<Counter>(USERS, by_id(id.uuid()).only(counter())).await?;
            let Some(rev) = own.map(|own| count(own.rev)).transpose()? else { return Ok(None) };
            let mut rows = memberships_rows(reading, memberships_since(id.uuid(), from, limit)).await?;
            let personal = personal_since(id.uuid(), from, limit);
            let Some(personal) = reading.bounded(PERSONAL, personal, page.bytes, PersonalDoc::row).await? else {
                return Ok(None);
            };
            rows.extend(personal.into_iter().filter(|row| *row != Row::Unknown));
            rows.sort_by_key(Row::rev);
            (rev, rows)
        }
        Feed::Conversation(id) => {
            let Some(conversation) = reading.one::<ConversationDoc>(CONVERSATIONS, by_id(id.uuid())).await? else {
                return Ok(None);
            };
            let rev = count(conversation.rev)?;
            match conversation_rows_since(reading, conversation, from, page).await? {
                Some(rows) => (rev, rows),
                None => return Ok(None),
            }
        }
    };
    let of_feed = rows.iter().filter(|row| feed == Feed::Server || !matches!(row, Row::Person(_)));
    let fits = of_feed.clone().count() <= page.rows as usize && of_feed.map(row_weight).sum::<usize>() <= page.bytes;
    Ok((fits && from <= rev).then_some(FeedRows { feed, from, rev, rows }))
}

/// The people who have changed since.
pub(super) fn changed_people(from: Rev, limit: i64) -> Query {
    let filter = doc! { "person_rev": { "$gt": int(from) } };
    Query::of(filter).sorted(doc! { "person_rev": 1 }).limited(limit).only(person_fields())
}

pub(super) fn person_fields() -> Document {
    doc! { "name": 1, "rev": 1, "person_rev": 1 }
}

async fn people_since(reading: &mut Reading<'_>, from: Rev, limit: i64) -> Result<Vec<Row>, Failure> {
    let found = reading.all::<UserRowDoc>(USERS, changed_people(from, limit)).await?;
    found.into_iter().map(|document| Ok(Row::Person(document.person()?))).collect()
}

/// The rows by rev, then who the members are; `None` when they are more than the page holds.
async fn conversation_rows_since(
    reading: &mut Reading<'_>,
    conversation: ConversationDoc,
    from: Rev,
    page: Page,
) -> Result<Option<Vec<Row>>, Failure> {
    let (id, receipts) = (conversation.id, conversation.receipts);
    let limit = i64::from(page.rows) + 1;
    let mut rows = Vec::new();
    if count(conversation.row_rev)? > from {
        rows.push(Row::Conversation(conversation.row()?));
    }
    let mut members = Vec::new();
    for member in reading.all::<MemberDoc>(MEMBERS, stamped_since(id, from, limit)).await? {
        members.push(member.stored()?.row(receipts));
    }
    rows.extend(members.iter().cloned().map(Row::Member));
    // Large texts are counted as they come: no more of them is held than an answer may weigh.
    let Some(messages) = reading.bounded(MESSAGES, stamped_since(id, from, limit), page.bytes, MessageDoc::row).await?
    else {
        return Ok(None);
    };
    rows.extend(messages.into_iter().map(Row::Message));
    for reaction in reading.all::<ReactionDoc>(REACTIONS, stamped_since(id, from, limit)).await? {
        rows.push(Row::Reaction(reaction.row()?));
    }
    rows.sort_by_key(Row::rev);
    if rows.len() <= page.rows as usize {
        let people: Vec<Uuid> = members.iter().map(|member| member.user.uuid()).collect();
        let mut found = people_of(reading, people).await?;
        rows.extend(members.iter().filter_map(|member| found.remove(&member.user)).map(Row::Person));
    }
    Ok(Some(rows))
}

/// Who these people are.
pub(super) async fn people_of(reading: &mut Reading<'_>, ids: Vec<Uuid>) -> Result<HashMap<UserId, Person>, Failure> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let query = Query::of(doc! { "_id": { "$in": ids } }).only(person_fields());
    let found = reading.all::<UserRowDoc>(USERS, query).await?;
    found.into_iter().map(|document| document.person().map(|person| (person.id, person))).collect()
}

/// Rows of members, each followed by who they are.
pub(super) fn with_people(members: Vec<Member>, people: &HashMap<UserId, Person>) -> impl Iterator<Item = Row> {
    members.into_iter().flat_map(|member| {
        let person = people.get(&member.user).cloned();
        std::iter::once(Row::Member(member)).chain(person.map(Row::Person))
    })
}

/// Members after the one with this place.
pub(super) fn members_from(id: Uuid, place: Option<(i64, Uuid)>, limit: u32) -> Query {
    let filter = match place {
        None => doc! { "conversation_id": id },
        Some((joined_rev, user)) => doc! { "conversation_id": id, "$or": [
            { "came": { "$gt": joined_rev } },
            { "came": { "$eq": joined_rev }, "user_id": { "$gt": user } },
        ] },
    };
    Query::of(filter).sorted(doc! { "conversation_id": 1, "came": 1, "user_id": 1 }).limited(limit.into())
}

pub(super) async fn members_after(
    reading: &mut Reading<'_>,
    id: ConversationId,
    after: Option<UserId>,
    limit: u32,
) -> Result<Vec<Row>, Failure> {
    let conversation = reading.one::<Counter>(CONVERSATIONS, by_id(id.uuid()).only(counter())).await?;
    let Some(Counter { receipts, .. }) = conversation else { return Ok(Vec::new()) };
    let place = match after {
        None => None,
        Some(user) => {
            let place: Option<MemberDoc> =
                reading.one(MEMBERS, super::history::members(id.uuid(), vec![user.uuid()])).await?;
            let Some(place) = place else { return Ok(Vec::new()) };
            Some((place.joined_rev, place.user_id))
        }
    };
    if limit == 0 {
        return Ok(Vec::new());
    }
    let found = reading.all::<MemberDoc>(MEMBERS, members_from(id.uuid(), place, limit)).await?;
    let members = found.iter().map(|member| Ok(member.stored()?.row(receipts))).collect::<Result<Vec<_>, Failure>>()?;
    let people = people_of(reading, found.iter().map(|member| member.user_id).collect()).await?;
    Ok(with_people(members, &people).collect())
}

async fn memberships_rows(reading: &mut Reading<'_>, query: Query) -> Result<Vec<Row>, Failure> {
    let members = reading.all::<MemberDoc>(MEMBERS, query).await?;
    members.iter().map(|member| Ok(Row::Membership(member.stored()?.membership()))).collect()
}

pub(super) async fn load_user(reading: &mut Reading<'_>, user: UserId) -> Result<FeedRows, Failure> {
    let own = reading.one::<Counter>(USERS, by_id(user.uuid()).only(counter())).await?;
    let rev = own.map_or(Ok(0), |own| count(own.rev))?;
    let mut rows = memberships_rows(reading, memberships(user.uuid())).await?;
    for document in reading.all::<PersonalDoc>(PERSONAL, personal(user.uuid())).await? {
        rows.extend(Some(document.row()?).filter(|row| *row != Row::Unknown));
    }
    Ok(FeedRows { feed: Feed::User(user), from: 0, rev, rows })
}

pub(super) async fn load_conversations(
    reading: &mut Reading<'_>,
    ids: &[ConversationId],
    extent: Extent,
) -> Result<Vec<FeedRows>, Failure> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let mut found = reading.aggregate::<Loaded>(CONVERSATIONS, loading(uuids(ids), extent.members)).await?;
    let mut found_messages: HashMap<Uuid, Vec<MessageDoc>> = HashMap::new();
    let newest = found.iter().map(|loaded| (loaded.conversation.id, loaded.conversation.last_seq));
    if let Some(newest) = newest_pages(newest, extent.messages) {
        for message in reading.all::<MessageDoc>(MESSAGES, newest).await? {
            found_messages.entry(message.conversation_id).or_default().push(message);
        }
    }
    let mut pages = Vec::with_capacity(found.len());
    for loaded in &found {
        pages.push(MessagePage::of(found_messages.remove(&loaded.conversation.id).unwrap_or_default())?);
    }
    reactions(reading, &mut pages).await?;
    let mut wanted: HashSet<Uuid> = HashSet::new();
    for (loaded, page) in found.iter_mut().zip(&pages) {
        loaded.members.truncate(extent.members as usize);
        let known: HashSet<Uuid> = loaded.members.iter().map(|member| member.user_id).collect();
        let senders = senders(reading, loaded.conversation.id, &page.messages, |sender| !known.contains(&sender));
        loaded.members.extend(senders.await?);
        wanted.extend(loaded.members.iter().map(|member| member.user_id));
    }
    let people = people_of(reading, wanted.into_iter().collect()).await?;
    let found = found.into_iter().zip(pages);
    let mut found: HashMap<Uuid, (Loaded, MessagePage)> = found.map(|pair| (pair.0.conversation.id, pair)).collect();
    let mut feeds = Vec::with_capacity(found.len());
    for id in ids {
        if let Some((loaded, page)) = found.remove(&id.uuid()) {
            feeds.push(afresh(*id, loaded, page, &people)?);
        }
    }
    Ok(feeds)
}

fn afresh(
    id: ConversationId,
    loaded: Loaded,
    page: MessagePage,
    people: &HashMap<UserId, Person>,
) -> Result<FeedRows, Failure> {
    let Loaded { conversation, members } = loaded;
    let (rev, receipts) = (count(conversation.rev)?, conversation.receipts);
    let mut rows = vec![Row::Conversation(conversation.row()?)];
    rows.extend(page.rows());
    let members =
        members.iter().map(|member| Ok(member.stored()?.row(receipts))).collect::<Result<Vec<_>, Failure>>()?;
    rows.extend(with_people(members, people));
    Ok(FeedRows { feed: Feed::Conversation(id), from: 0, rev, rows })
}
