//! People.

use super::rows::{person, person_columns, user};
use crate::words::{after, tails};
use myna_chat::store::{Account, NewUser};
use myna_protocol::{Person, UserId};
use rusqlite::{Connection, OptionalExtension, Result, params};

queries! {
    INSERT = "INSERT INTO users (id, name, name_key, password_hash, created_at) VALUES (?1, ?2, ?3, ?4, ?5)";
    INSERT_WORD = "INSERT INTO user_words (word, name_key) VALUES (?1, ?2)";
    BY_NAME_KEY = "SELECT id, name, password_hash FROM users WHERE name_key = ?1";
    SET_PASSWORD_HASH = "UPDATE users SET password_hash = ?2 WHERE id = ?1";
    BY_ID = concat!("SELECT ", person_columns!(), " FROM users WHERE id = ?1");
    ALL = concat!("SELECT ", person_columns!(), " FROM users ORDER BY name_key LIMIT ?1");
    SEARCH = "SELECT u.id, u.name, u.person_rev
        FROM (SELECT DISTINCT name_key FROM user_words WHERE word >= ?1 AND word < ?2 ORDER BY name_key LIMIT ?3) w
        JOIN users u ON u.name_key = w.name_key
        ORDER BY w.name_key";
}

pub(super) fn create(connection: &Connection, new: &NewUser) -> Result<()> {
    let key = new.name.key();
    let values = params![new.id.as_bytes(), new.name.as_str(), key, new.password_hash, new.created_at.millis()];
    connection.prepare_cached(INSERT)?.execute(values)?;
    let mut insert_word = connection.prepare_cached(INSERT_WORD)?;
    tails(&key).try_for_each(|word| insert_word.execute(params![word, key]).map(|_| ()))
}

pub(super) fn by_name_key(connection: &Connection, key: &str) -> Result<Option<Account>> {
    let mut query = connection.prepare_cached(BY_NAME_KEY)?;
    query.query_row([key], |row| Ok(Account { user: user(row)?, password_hash: row.get(2)? })).optional()
}

pub(super) fn set_password_hash(connection: &Connection, id: UserId, password_hash: &str) -> Result<()> {
    connection.prepare_cached(SET_PASSWORD_HASH)?.execute(params![id.as_bytes(), password_hash]).map(|_| ())
}

pub(super) fn people(connection: &Connection, ids: &[UserId]) -> Result<Vec<Person>> {
    let mut query = connection.prepare_cached(BY_ID)?;
    let mut ids = ids.to_vec();
    ids.sort_unstable();
    ids.dedup();
    ids.into_iter().filter_map(|id| query.query_row([id.as_bytes()], person).optional().transpose()).collect()
}

pub(super) fn search(connection: &Connection, prefix: &str, limit: u32) -> Result<Vec<Person>> {
    if prefix.is_empty() {
        return connection.prepare_cached(ALL)?.query_map([limit], person)?.collect();
    }
    let values = params![prefix, after(prefix), limit];
    connection.prepare_cached(SEARCH)?.query_map(values, person)?.collect()
}
