//! How much there is.

use crate::archive::{Counts, Stats, TableStats};
use crate::embedded::rows::count;
use rusqlite::{Connection, Result};

const TABLES: &str = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite~_%' ESCAPE '~'
    ORDER BY name";
const INDEXES: &str = "SELECT name FROM pragma_index_list(?1) ORDER BY name";

pub(super) fn counts(connection: &Connection) -> Result<Counts> {
    Ok(Counts {
        users: rows(connection, "users")?,
        sessions: rows(connection, "sessions")?,
        conversations: rows(connection, "conversations")?,
        members: rows(connection, "members")?,
        messages: rows(connection, "messages")?,
        reactions: rows(connection, "reactions")?,
        jobs: rows(connection, "jobs")?,
        personal: rows(connection, "personal")?,
    })
}

pub(super) fn stats(connection: &Connection) -> Result<Stats> {
    let pages = connection.pragma_query_value(None, "page_count", |row| count(row, 0))?;
    let page_size = connection.pragma_query_value(None, "page_size", |row| count(row, 0))?;
    let tables: Vec<String> = connection.prepare(TABLES)?.query_map([], |row| row.get(0))?.collect::<Result<_>>()?;
    let tables = tables.into_iter().map(|name| {
        let indexes = connection.prepare(INDEXES)?.query_map([&name], |row| row.get(0))?.collect::<Result<_>>()?;
        // Only a special build of SQLite knows how many of its pages are whose.
        Ok(TableStats { rows: rows(connection, &name)?, bytes: None, indexes, name })
    });
    Ok(Stats { bytes: pages * page_size, tables: tables.collect::<Result<_>>()? })
}

/// How many rows this table of ours has.
fn rows(connection: &Connection, table: &str) -> Result<u64> {
    connection.query_row(&format!("SELECT count(*) FROM \"{table}\""), [], |row| count(row, 0))
}
