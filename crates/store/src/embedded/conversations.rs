//! Finding conversations, and what somebody is in one.

use super::rows::{conversation, conversation_columns};
use crate::words::after;
use myna_chat::store::Access;
use myna_protocol::{Conversation, ConversationId, UserId};
use rusqlite::{Connection, OptionalExtension, Result, params};

queries! {
    ACCESS = "SELECT c.receipts FROM members m JOIN conversations c ON c.id = m.conversation_id
        WHERE m.conversation_id = ?1 AND m.user_id = ?2 AND m.left_seq IS NULL";
    BY_ID = concat!("SELECT ", conversation_columns!(), " FROM conversations c WHERE c.id = ?1");
    ALL_CHANNELS = concat!("SELECT ", conversation_columns!(), " FROM conversations c
        WHERE c.name_key IS NOT NULL ORDER BY c.name_key LIMIT ?1");
    SEARCH_CHANNELS = concat!("SELECT ", conversation_columns!(), "
        FROM (SELECT DISTINCT name_key FROM channel_words WHERE word >= ?1 AND word < ?2 ORDER BY name_key LIMIT ?3) w
        JOIN conversations c ON c.name_key = w.name_key
        ORDER BY w.name_key");
}

pub(super) fn access(connection: &Connection, user: UserId, id: ConversationId) -> Result<Option<Access>> {
    let mut query = connection.prepare_cached(ACCESS)?;
    let access = query.query_row(params![id.as_bytes(), user.as_bytes()], |row| Ok(Access { receipts: row.get(0)? }));
    access.optional()
}

pub(super) fn by_id(connection: &Connection, id: ConversationId) -> Result<Option<Conversation>> {
    connection.prepare_cached(BY_ID)?.query_row([id.as_bytes()], conversation).optional()
}

pub(super) fn search_channels(connection: &Connection, prefix: &str, limit: u32) -> Result<Vec<Conversation>> {
    if prefix.is_empty() {
        return connection.prepare_cached(ALL_CHANNELS)?.query_map([limit], conversation)?.collect();
    }
    let values = params![prefix, after(prefix), limit];
    connection.prepare_cached(SEARCH_CHANNELS)?.query_map(values, conversation)?.collect()
}
