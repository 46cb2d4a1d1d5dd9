//! The change log: a table that is written while there are consumers, and its readers.

use super::rows::{count, int};
use myna_chat::bus::NodeId;
use myna_chat::rules::FeedAdvance;
use myna_chat::store::{ConsumerState, LogEntry, Position};
use myna_protocol::{ConversationId, Feed, Timestamp, UserId};
use rusqlite::types::{FromSqlError, Type};
use rusqlite::{Connection, Error, OptionalExtension, Result, Row, params};

/// Entries that the log keeps, at most: a consumer that is further behind begins anew.
const KEPT: u64 = 1_000_000;
/// Consumed entries that one step of a consumer deletes, at most: it bounds how long the step takes.
const DELETED: u32 = 4_096;

queries! {
    HAS_CONSUMERS = "SELECT EXISTS (SELECT 1 FROM consumers)";
    APPEND = "INSERT INTO log (feed, rev) VALUES (?1, ?2)";
    END = "SELECT seq FROM sqlite_sequence WHERE name = 'log'";
    REGISTER = "INSERT INTO consumers (name, position) VALUES (?1, ?2) ON CONFLICT DO NOTHING";
    UNREGISTER = "DELETE FROM consumers WHERE name = ?1";
    LEASE = "UPDATE consumers SET holder = ?2, lease_until = ?4
        WHERE name = ?1 AND (holder IS NULL OR holder = ?2 OR lease_until <= ?3)";
    PLACE = "SELECT position FROM consumers WHERE name = ?1";
    FIRST = "SELECT min(position) FROM log";
    AFTER = "SELECT position, feed, rev FROM log WHERE position > ?1 ORDER BY position LIMIT ?2";
    ADVANCE = "UPDATE consumers SET position = ?3 WHERE name = ?1 AND holder = ?2";
    CONSUMED = "SELECT min(position) FROM consumers";
    DELETE = "DELETE FROM log WHERE position <= ?1
        AND position < (SELECT min(position) FROM log) + ?2";
    ALL = "SELECT name, position FROM consumers ORDER BY name";
}

/// What the log holds for a consumer.
pub(super) enum Entries {
    Found(Vec<LogEntry>),
    /// What comes next is gone.
    TooOld,
}

/// Adds an entry for each feed that a batch has moved, if anyone reads the log.
pub(super) fn append(connection: &Connection, advances: &[FeedAdvance]) -> Result<()> {
    let has_consumers = connection.prepare_cached(HAS_CONSUMERS)?.query_row([], |row| row.get::<_, bool>(0))?;
    if advances.is_empty() || !has_consumers {
        return Ok(());
    }
    let mut append = connection.prepare_cached(APPEND)?;
    for advance in advances {
        append.execute(params![feed_bytes(advance.feed), int(advance.rev)])?;
    }
    // So much later even a consumer that no one runs holds nothing back.
    let end = end(connection)?;
    match end.checked_sub(KEPT) {
        Some(gone) => connection.prepare_cached(DELETE)?.execute(params![int(gone), DELETED]).map(|_| ()),
        None => Ok(()),
    }
}

/// The position of the newest entry there ever was.
pub(super) fn end(connection: &Connection) -> Result<u64> {
    Ok(connection.prepare_cached(END)?.query_row([], |row| count(row, 0)).optional()?.unwrap_or(0))
}

pub(super) fn register(connection: &Connection, consumer: &str) -> Result<()> {
    let end = end(connection)?;
    connection.prepare_cached(REGISTER)?.execute(params![consumer, int(end)]).map(|_| ())
}

pub(super) fn unregister(connection: &Connection, consumer: &str) -> Result<()> {
    connection.prepare_cached(UNREGISTER)?.execute([consumer])?;
    forget_consumed(connection)
}

pub(super) fn lease(
    connection: &Connection,
    consumer: &str,
    holder: NodeId,
    now: Timestamp,
    until: Timestamp,
) -> Result<bool> {
    let values = params![consumer, holder, now.millis(), until.millis()];
    Ok(connection.prepare_cached(LEASE)?.execute(values)? == 1)
}

pub(super) fn entries(connection: &Connection, consumer: &str, limit: u32) -> Result<Entries> {
    let place = connection.prepare_cached(PLACE)?.query_row([consumer], |row| count(row, 0)).optional()?;
    let Some(place) = place else { return Ok(Entries::TooOld) };
    let first: Option<i64> = connection.prepare_cached(FIRST)?.query_row([], |row| row.get(0))?;
    let oldest = match first {
        Some(first) => first,
        None => int(end(connection)?) + 1,
    };
    if int(place) + 1 < oldest {
        return Ok(Entries::TooOld);
    }
    let mut after = connection.prepare_cached(AFTER)?;
    let found = after.query_map(params![int(place), limit], entry)?.collect::<Result<_>>()?;
    Ok(Entries::Found(found))
}

pub(super) fn advance(connection: &Connection, consumer: &str, holder: NodeId, position: u64) -> Result<bool> {
    let held = connection.prepare_cached(ADVANCE)?.execute(params![consumer, holder, int(position)])? == 1;
    forget_consumed(connection)?;
    Ok(held)
}

pub(super) fn consumers(connection: &Connection) -> Result<Vec<ConsumerState>> {
    let end = end(connection)?;
    let mut all = connection.prepare_cached(ALL)?;
    let states = all.query_map([], |row| {
        Ok(ConsumerState { name: row.get(0)?, behind: Some(end.saturating_sub(count(row, 1)?)) })
    })?;
    states.collect()
}

/// Deletes what every consumer is done with, some of it at a time.
fn forget_consumed(connection: &Connection) -> Result<()> {
    let consumed: Option<i64> = connection.prepare_cached(CONSUMED)?.query_row([], |row| row.get(0))?;
    let consumed = match consumed {
        Some(consumed) => consumed,
        None => int(end(connection)?),
    };
    connection.prepare_cached(DELETE)?.execute(params![consumed, DELETED]).map(|_| ())
}

fn entry(row: &Row<'_>) -> Result<LogEntry> {
    let position = count(row, 0)?;
    let feed = feed(row.get_ref(1)?.as_blob()?);
    let feed =
        feed.ok_or_else(|| Error::FromSqlConversionFailure(1, Type::Blob, Box::new(FromSqlError::InvalidType)))?;
    Ok(LogEntry { position: position_of(position), feed, rev: count(row, 2)? })
}

fn feed_bytes(feed: Feed) -> Vec<u8> {
    match feed {
        Feed::Server => vec![0],
        Feed::User(id) => [&[1][..], id.as_bytes()].concat(),
        Feed::Conversation(id) => [&[2][..], id.as_bytes()].concat(),
    }
}

fn feed(bytes: &[u8]) -> Option<Feed> {
    let (tag, id) = bytes.split_first()?;
    match tag {
        0 => Some(Feed::Server),
        1 => Some(Feed::User(UserId::from_bytes(id.try_into().ok()?))),
        2 => Some(Feed::Conversation(ConversationId::from_bytes(id.try_into().ok()?))),
        _ => None,
    }
}

pub(super) fn position_of(number: u64) -> Position {
    Position(number.to_be_bytes().to_vec())
}

/// The number behind a position that this driver gave.
pub(super) fn number_of(position: &Position) -> Option<u64> {
    Some(u64::from_be_bytes(position.0.as_slice().try_into().ok()?))
}
