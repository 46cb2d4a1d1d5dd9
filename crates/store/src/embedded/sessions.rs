//! Sessions.

use super::rows::{timestamp, user};
use myna_chat::store::{NewSession, Session};
use myna_protocol::{SessionId, Timestamp};
use rusqlite::{Connection, OptionalExtension, Result, params};

queries! {
    INSERT = "INSERT INTO sessions (id, token_hash, user_id, created_at, expires_at) VALUES (?1, ?2, ?3, ?4, ?5)";
    BY_TOKEN_HASH = "SELECT u.id, u.name, s.id, s.expires_at
        FROM sessions s JOIN users u ON u.id = s.user_id WHERE s.token_hash = ?1";
    EXPIRY = "SELECT expires_at FROM sessions WHERE id = ?1";
    DELETE = "DELETE FROM sessions WHERE id = ?1";
    DELETE_EXPIRED = "DELETE FROM sessions WHERE expires_at < ?1";
}

pub(super) fn create(connection: &Connection, new: &NewSession) -> Result<()> {
    let values = params![
        new.id.as_bytes(),
        new.token_hash,
        new.user.as_bytes(),
        new.created_at.millis(),
        new.expires_at.millis()
    ];
    connection.prepare_cached(INSERT)?.execute(values).map(|_| ())
}

pub(super) fn by_token_hash(connection: &Connection, token_hash: &[u8; 32]) -> Result<Option<Session>> {
    let mut query = connection.prepare_cached(BY_TOKEN_HASH)?;
    let session = query.query_row([token_hash], |row| {
        Ok(Session { id: row.get(2).map(SessionId::from_bytes)?, user: user(row)?, expires_at: timestamp(row, 3)? })
    });
    session.optional()
}

pub(super) fn expiry(connection: &Connection, id: SessionId) -> Result<Option<Timestamp>> {
    connection.prepare_cached(EXPIRY)?.query_row([id.as_bytes()], |row| timestamp(row, 0)).optional()
}

pub(super) fn ended(connection: &Connection, ids: &[SessionId]) -> Result<Vec<SessionId>> {
    let mut ended = Vec::new();
    for id in ids {
        if expiry(connection, *id)?.is_none() {
            ended.push(*id);
        }
    }
    Ok(ended)
}

pub(super) fn delete(connection: &Connection, id: SessionId) -> Result<()> {
    connection.prepare_cached(DELETE)?.execute([id.as_bytes()]).map(|_| ())
}

pub(super) fn delete_expired(connection: &Connection, now: Timestamp) -> Result<u64> {
    connection.prepare_cached(DELETE_EXPIRED)?.execute([now.millis()]).map(|deleted| deleted as u64)
}
