//! Due jobs.

use super::rows::timestamp;
use myna_chat::rules::JobId;
use myna_protocol::Timestamp;
use rusqlite::{Connection, OptionalExtension, Result, params};

queries! {
    DUE = "SELECT id FROM jobs WHERE due_at <= ?1 ORDER BY due_at, id LIMIT ?2";
    NEXT = "SELECT due_at FROM jobs ORDER BY due_at LIMIT 1";
}

pub(super) fn due(connection: &Connection, now: Timestamp, limit: u32) -> Result<Vec<JobId>> {
    let mut query = connection.prepare_cached(DUE)?;
    query.query_map(params![now.millis(), limit], |row| row.get(0))?.collect()
}

pub(super) fn next(connection: &Connection) -> Result<Option<Timestamp>> {
    connection.prepare_cached(NEXT)?.query_row([], |row| timestamp(row, 0)).optional()
}
