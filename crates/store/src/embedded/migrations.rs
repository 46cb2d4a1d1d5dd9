//! The schema's versions: numbered files, each applied once, in a transaction of its own.

use crate::OpenError;
use rusqlite::{Connection, OptionalExtension, TransactionBehavior, ffi};
use std::path::Path;

/// Every migration, from the first; the schema's number is how many of them were applied.
pub(super) const ALL: &[&str] = &[
    include_str!("../../migrations/0001_two_people_chat.sql"),
    include_str!("../../migrations/0002_moving.sql"),
    include_str!("../../migrations/0003_people_log_jobs.sql"),
    include_str!("../../migrations/0004_message_extra.sql"),
    include_str!("../../migrations/0005_reactions.sql"),
    include_str!("../../migrations/0006_threads.sql"),
    include_str!("../../migrations/0007_personal.sql"),
];

/// The schema's number. One above what is known is refused.
pub(super) fn version(connection: &Connection, path: &Path, known: &[&str]) -> Result<usize, OpenError> {
    let found: u32 = connection
        .pragma_query_value(None, "user_version", |row| row.get(0))
        .map_err(|error| OpenError::Damaged { path: path.to_owned(), reason: error.to_string() })?;
    if found as usize > known.len() {
        return Err(OpenError::Newer { path: path.to_owned(), found, known: known.len() as u32 });
    }
    Ok(found as usize)
}

/// Applies what is missing. A migration that fails, or that is cut off by anything, has not happened.
pub(super) fn run(connection: &mut Connection, path: &Path, known: &[&str]) -> Result<(), OpenError> {
    let done = version(connection, path, known)?;
    for (number, sql) in (1_u32..).zip(known).skip(done) {
        apply(connection, number, sql).map_err(|error| OpenError::Migration {
            path: path.to_owned(),
            number,
            reason: error.to_string(),
        })?;
        tracing::info!(schema = number, "the store's schema was brought up to date");
    }
    Ok(())
}

/// Foreign keys are off meanwhile, since a table that is rebuilt is dropped while others refer to it; before the commit every
/// reference is checked. They can only be switched outside a transaction.
fn apply(connection: &mut Connection, number: u32, sql: &str) -> rusqlite::Result<()> {
    let references: bool = connection.pragma_query_value(None, "foreign_keys", |row| row.get(0))?;
    connection.pragma_update(None, "foreign_keys", false)?;
    let applied = apply_unchecked(connection, number, sql);
    connection.pragma_update(None, "foreign_keys", references)?;
    applied
}

fn apply_unchecked(connection: &mut Connection, number: u32, sql: &str) -> rusqlite::Result<()> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    transaction.execute_batch(sql)?;
    let broken = transaction.query_row("PRAGMA foreign_key_check", [], |row| row.get::<_, String>(0)).optional()?;
    if let Some(table) = broken {
        let why = format!("rows of {table} would refer to rows that do not exist");
        return Err(rusqlite::Error::SqliteFailure(ffi::Error::new(ffi::SQLITE_CONSTRAINT_FOREIGNKEY), Some(why)));
    }
    transaction.pragma_update(None, "user_version", number)?;
    transaction.commit()
}

#[cfg(test)]
mod tests {
    use super::{apply, run, version};
    use crate::OpenError;
    use rusqlite::Connection;
    use std::path::Path;

    const PATH: &str = "test.db";

    #[test]
    fn migrations_are_applied_once_and_in_order() {
        let mut connection = Connection::open_in_memory().unwrap();
        let path = Path::new(PATH);
        run(&mut connection, path, &["CREATE TABLE a (x)"]).unwrap();
        run(&mut connection, path, &["CREATE TABLE a (x)", "ALTER TABLE a RENAME TO b"]).unwrap();
        run(&mut connection, path, &["CREATE TABLE a (x)", "ALTER TABLE a RENAME TO b"]).unwrap();
        assert_eq!(version(&connection, path, &["", ""]).unwrap(), 2);
        connection.execute("INSERT INTO b VALUES (1)", []).unwrap();
    }

    #[test]
    fn a_failed_migration_has_not_happened() {
        let mut connection = Connection::open_in_memory().unwrap();
        let path = Path::new(PATH);
        let error = run(&mut connection, path, &["CREATE TABLE a (x)", "CREATE TABLE b (x); CREATE TABLE a (x)"]);
        assert!(matches!(error, Err(OpenError::Migration { number: 2, .. })), "{error:?}");
        assert_eq!(version(&connection, path, &["", ""]).unwrap(), 1);
        apply(&mut connection, 2, "CREATE TABLE b (x)").expect("nothing of the failed one is left");
    }

    #[test]
    fn a_newer_schema_is_refused_with_both_numbers() {
        let connection = Connection::open_in_memory().unwrap();
        connection.pragma_update(None, "user_version", 7).unwrap();
        let error = version(&connection, Path::new(PATH), &["", "", ""]).unwrap_err();
        assert_eq!(
            error.to_string(),
            "test.db was written by a newer Myna (schema 7, this one knows 3): run that version"
        );
    }

    const FAMILY: &str = "CREATE TABLE parents (id INTEGER PRIMARY KEY, name TEXT);
        CREATE TABLE children (id INTEGER PRIMARY KEY, parent INTEGER NOT NULL REFERENCES parents (id) ON DELETE CASCADE);
        INSERT INTO parents VALUES (1, 'a'), (2, 'b');
        INSERT INTO children VALUES (10, 1), (20, 2);";

    #[test]
    fn a_rebuilt_table_keeps_its_children() {
        let mut connection = Connection::open_in_memory().unwrap();
        connection.pragma_update(None, "foreign_keys", true).unwrap();
        let rebuild = "CREATE TABLE anew (id INTEGER PRIMARY KEY, name TEXT NOT NULL);
            INSERT INTO anew SELECT id, name FROM parents; DROP TABLE parents; ALTER TABLE anew RENAME TO parents;";
        run(&mut connection, Path::new(PATH), &[FAMILY, rebuild]).unwrap();
        let children: i64 = connection.query_row("SELECT count(*) FROM children", [], |row| row.get(0)).unwrap();
        assert_eq!(children, 2, "dropping the old table must not delete what refers to it");
        connection.execute("INSERT INTO children VALUES (30, 9)", []).expect_err("references are checked again");
    }

    #[test]
    fn a_migration_that_breaks_a_reference_has_not_happened() {
        let mut connection = Connection::open_in_memory().unwrap();
        let error = run(&mut connection, Path::new(PATH), &[FAMILY, "DELETE FROM parents WHERE id = 2"]).unwrap_err();
        assert!(error.to_string().contains("rows of children"), "{error}");
        assert_eq!(version(&connection, Path::new(PATH), &["", ""]).unwrap(), 1);
        let parents: i64 = connection.query_row("SELECT count(*) FROM parents", [], |row| row.get(0)).unwrap();
        assert_eq!(parents, 2);
    }
}
