//! Connections: how each is opened, set up, and checked.

use super::{archive, migrations};
use crate::OpenError;
use rusqlite::config::DbConfig;
use rusqlite::{Connection, Error, ErrorCode, OpenFlags};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Prepared statements kept per connection: more than there are queries.
const STATEMENTS: usize = 128;
/// Pages that the writer keeps, at most: where many conversations talk at once, those of their newest messages.
const WRITER_CACHE_KIB: i64 = 16 * 1_024;
/// Bytes that the file of the write-ahead log keeps when it begins anew: more than it has while nobody holds it.
const LOG_LIMIT: i64 = 64 * 1_024 * 1_024;
/// How long one connection waits for another: the writer for an emptying of the log, at most.
const BUSY: Duration = Duration::from_secs(10);
/// Files up to this many pages (16 MB) are checked in whole at the start; larger ones would delay it.
const CHECKED_PAGES: i64 = 4_096;
/// "Myna", as migration 1 writes it into the file's header.
const APPLICATION_ID: i64 = 1_299_803_745;

/// The one connection of a store in memory.
pub(super) fn in_memory() -> Result<Connection, OpenError> {
    let path = Path::new(":memory:");
    let mut connection = Connection::open_in_memory().map_err(|error| unusable(path, &error))?;
    set_up(&connection).map_err(|error| unusable(path, &error))?;
    migrations::run(&mut connection, path, migrations::ALL)?;
    Ok(connection)
}

/// The writer's connection to a file: checked, durable, its schema up to date.
pub(super) fn writing(path: &Path) -> Result<Connection, OpenError> {
    let mut connection = open(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    check(&connection, path)?;
    make_durable(&connection, path)?;
    // Negative: in KiB.
    let cached = connection.pragma_update(None, "cache_size", -WRITER_CACHE_KIB);
    cached.map_err(|error| unusable(path, &error))?;
    migrations::run(&mut connection, path, migrations::ALL)?;
    Ok(connection)
}

/// Refuses the target of a copy that is not finished.
pub(super) fn expect_whole(connection: &Connection, path: &Path) -> Result<(), OpenError> {
    match archive::origin(connection).map_err(|error| unusable(path, &error))? {
        Some(origin) => Err(OpenError::Unfinished { place: format!("sqlite:{}", path.display()), from: origin.url }),
        None => Ok(()),
    }
}

/// Lets rows come before those that they refer to.
pub(super) fn forgo_references(connection: &Connection, path: &Path) -> Result<(), OpenError> {
    connection.pragma_update(None, "foreign_keys", false).map_err(|error| unusable(path, &error))
}

/// A connection that can only read.
pub(super) fn reading(path: &Path) -> Result<Connection, OpenError> {
    open(path, OpenFlags::SQLITE_OPEN_READ_ONLY)
}

/// The connection that copies the log into the file.
pub(super) fn checkpointing(path: &Path) -> Result<Connection, OpenError> {
    let connection = open(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    make_durable(&connection, path)?;
    Ok(connection)
}

fn open(path: &Path, mode: OpenFlags) -> Result<Connection, OpenError> {
    let opened = Connection::open_with_flags(path, mode | OpenFlags::SQLITE_OPEN_NO_MUTEX);
    let connection = opened.map_err(|error| unusable(path, &error))?;
    set_up(&connection).map_err(|error| unusable(path, &error))?;
    Ok(connection)
}

fn set_up(connection: &Connection) -> rusqlite::Result<()> {
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    connection.busy_timeout(BUSY)?;
    // Where an index is partial, a plan may depend on the values that are bound, and is made anew for each of them.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    connection.pragma_update(None, "foreign_keys", true)?;
    connection.pragma_update(None, "temp_store", "memory")
}

/// Refuses a file that is not ours, of a newer schema, damaged, or not to be written.
fn check(connection: &Connection, path: &Path) -> Result<(), OpenError> {
    let failed = |error: Error| unusable(path, &error);
    if connection.is_readonly("main").map_err(failed)? {
        return Err(OpenError::File { path: path.to_owned(), reason: "it may only be read".to_owned() });
    }
    let number = |name| connection.pragma_query_value::<i64, _>(None, name, |row| row.get(0)).map_err(failed);
    let tables: i64 =
        connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0)).map_err(failed)?;
    if number("application_id")? != APPLICATION_ID && (tables > 0 || number("user_version")? > 0) {
        return Err(OpenError::Foreign { path: path.to_owned(), reason: "another program keeps its data there" });
    }
    migrations::version(connection, path, migrations::ALL)?;
    if number("page_count")? <= CHECKED_PAGES {
        let found: String = connection.query_row("PRAGMA quick_check(1)", [], |row| row.get(0)).map_err(failed)?;
        if found != "ok" {
            return Err(OpenError::Damaged { path: path.to_owned(), reason: found.replace('\n', " ") });
        }
    }
    Ok(())
}

/// Sets what makes an acknowledged commit outlive a power failure, and makes sure that it is so.
fn make_durable(connection: &Connection, path: &Path) -> Result<(), OpenError> {
    let failed = |error: Error| unusable(path, &error);
    let expect = |setting, found: String, expected| {
        if found == expected {
            return Ok(());
        }
        Err(OpenError::NotDurable { path: path.to_owned(), setting, found, expected })
    };
    let journal: String =
        connection.pragma_update_and_check(None, "journal_mode", "wal", |row| row.get(0)).map_err(failed)?;
    expect("journal_mode", journal, "wal")?;
    connection.pragma_update(None, "synchronous", "FULL").map_err(failed)?;
    let synchronous: i64 = connection.pragma_query_value(None, "synchronous", |row| row.get(0)).map_err(failed)?;
    // 0 is OFF, 1 is NORMAL, 2 is FULL.
    expect("synchronous", synchronous.to_string(), "2")?;
    let limited = connection.pragma_update_and_check(None, "journal_size_limit", LOG_LIMIT, |_| Ok(()));
    limited.map_err(failed)?;
    // What is deleted or replaced is overwritten in the file.
    connection.pragma_update_and_check(None, "secure_delete", true, |_| Ok(())).map_err(failed)?;
    // Checkpoints have a thread of their own.
    connection.pragma_update_and_check(None, "wal_autocheckpoint", 0, |_| Ok(())).map_err(failed)
}

/// What an error says while opening.
fn unusable(path: &Path, error: &Error) -> OpenError {
    let path = PathBuf::from(path);
    match error.sqlite_error_code() {
        Some(ErrorCode::NotADatabase) => OpenError::Foreign { path, reason: "it does not begin as a database does" },
        Some(ErrorCode::DatabaseCorrupt) => OpenError::Damaged { path, reason: error.to_string() },
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => OpenError::Locked { path },
        _ => OpenError::File { path, reason: error.to_string() },
    }
}
