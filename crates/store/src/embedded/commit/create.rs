//! A conversation begins.

use super::{Stop, stamp, unchanged};
use crate::embedded::rows::{conversation_id, kind_text};
use crate::embedded::{conversations, feeds, users};
use crate::words::tails;
use myna_chat::store::Committed;
use myna_protocol::limits::RECEIPT_MEMBERS;
use myna_protocol::{Conversation, ConversationId, Feed, FeedRows, Kind, Name, Rejection, Row, Timestamp, UserId};
use rusqlite::{Connection, OptionalExtension, params};

queries! {
    DIRECT = "SELECT id FROM conversations WHERE direct_key = ?1";
    NAMED = "SELECT id FROM conversations WHERE name_key = ?1";
    INSERT = "INSERT INTO conversations
        (id, kind, name, name_key, direct_key, created_by, created_at, receipts, member_count, rev, row_rev)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, 1, 1)";
    INSERT_WORD = "INSERT INTO channel_words (word, name_key) VALUES (?1, ?2)";
    INSERT_MEMBER = "INSERT INTO members (conversation_id, user_id, came, joined_seq, read_seq, rev, user_rev)
        VALUES (?1, ?2, 1, 0, 0, 1, 0)";
}

pub(super) fn direct(
    connection: &Connection,
    id: ConversationId,
    user: UserId,
    with: UserId,
    at: Timestamp,
) -> Result<Committed, Stop> {
    let members = distinct([user, with]);
    all_exist(connection, &members)?;
    let key = [user.min(with).as_bytes().as_slice(), user.max(with).as_bytes().as_slice()].concat();
    if let Some(first) = find(connection, DIRECT, &key)? {
        return Ok(unchanged(first));
    }
    if conversations::by_id(connection, id)?.is_some() {
        return Err(Rejection::IdTaken.into());
    }
    create(connection, &New { id, kind: Kind::Direct, name: None, direct_key: Some(&key), members: &members, at })
}

pub(super) fn group(
    connection: &Connection,
    id: ConversationId,
    creator: UserId,
    name: Option<&Name>,
    members: &[UserId],
    at: Timestamp,
) -> Result<Committed, Stop> {
    if let Some(first) = conversations::by_id(connection, id)? {
        return repeated(&first, creator, Kind::Group);
    }
    let members = distinct(std::iter::once(creator).chain(members.iter().copied()));
    all_exist(connection, &members)?;
    create(connection, &New { id, kind: Kind::Group, name, direct_key: None, members: &members, at })
}

pub(super) fn channel(
    connection: &Connection,
    id: ConversationId,
    creator: UserId,
    name: &Name,
    at: Timestamp,
) -> Result<Committed, Stop> {
    if let Some(first) = conversations::by_id(connection, id)? {
        return repeated(&first, creator, Kind::Channel);
    }
    all_exist(connection, &[creator])?;
    if find(connection, NAMED, &name.key())?.is_some() {
        return Err(Rejection::NameTaken.into());
    }
    create(connection, &New { id, kind: Kind::Channel, name: Some(name), direct_key: None, members: &[creator], at })
}

/// The id is there already: by a retry of what made it, or by chance or malice.
fn repeated(first: &Conversation, creator: UserId, kind: Kind) -> Result<Committed, Stop> {
    if first.created_by == creator && first.kind == kind {
        return Ok(unchanged(first.id));
    }
    Err(Rejection::IdTaken.into())
}

fn find(connection: &Connection, sql: &str, key: &dyn rusqlite::ToSql) -> rusqlite::Result<Option<ConversationId>> {
    connection.prepare_cached(sql)?.query_row([key], |row| conversation_id(row, 0)).optional()
}

/// Each once, in the order of their first mention.
fn distinct(people: impl IntoIterator<Item = UserId>) -> Vec<UserId> {
    let mut seen = std::collections::HashSet::new();
    people.into_iter().filter(|person| seen.insert(*person)).collect()
}

fn all_exist(connection: &Connection, people: &[UserId]) -> Result<(), Stop> {
    for person in people {
        users::by_id(connection, *person)?.ok_or(Rejection::NotFound)?;
    }
    Ok(())
}

/// A conversation about to be made, checked; the first of the members makes it.
struct New<'a> {
    id: ConversationId,
    kind: Kind,
    name: Option<&'a Name>,
    direct_key: Option<&'a [u8]>,
    members: &'a [UserId],
    at: Timestamp,
}

fn create(connection: &Connection, new: &New<'_>) -> Result<Committed, Stop> {
    let (id, members) = (new.id, new.members);
    let name_key = new.name.filter(|_| new.kind == Kind::Channel).map(Name::key);
    let receipts = new.kind != Kind::Channel && members.len() <= RECEIPT_MEMBERS;
    connection.prepare_cached(INSERT)?.execute(params![
        id.as_bytes(),
        kind_text(new.kind),
        new.name.map(Name::as_str),
        name_key,
        new.direct_key,
        members.first().map(UserId::as_bytes),
        new.at.millis(),
        receipts,
        members.len() as i64,
    ])?;
    if let Some(key) = &name_key {
        let mut insert_word = connection.prepare_cached(INSERT_WORD)?;
        tails(key).try_for_each(|word| insert_word.execute(params![word, key]).map(|_| ()))?;
    }
    let mut insert_member = connection.prepare_cached(INSERT_MEMBER)?;
    members.iter().try_for_each(|member| insert_member.execute([id.as_bytes(), member.as_bytes()]).map(|_| ()))?;

    let row = conversations::by_id(connection, id)?.ok_or(rusqlite::Error::QueryReturnedNoRows)?;
    let mut rows = vec![Row::Conversation(row)];
    rows.extend(feeds::members(connection, id, receipts)?.into_iter().map(Row::Member));
    let mut events = vec![FeedRows { feed: Feed::Conversation(id), from: 0, rev: 1, rows }];
    for member in members {
        events.push(stamp::membership(connection, id, *member)?);
    }
    Ok(Committed { events, joined: members.to_vec(), ..unchanged(id) })
}
