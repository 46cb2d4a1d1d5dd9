//! Reading rows as they are stored.

use crate::archive::{
    ConversationRecord, MemberRecord, MessageRecord, Origin, Part, SessionRecord, StoreId, UserRecord,
};
use crate::embedded::rows::{conversation_id, count, int, kind, message, message_columns, timestamp, user_id};
use myna_protocol::{ConversationId, Seq, SessionId, Timestamp, UserId};
use rusqlite::{Connection, OptionalExtension, Result, Row, params};

/// The columns that [`conversation_record`] reads.
macro_rules! record_columns {
    () => {
        "id, kind, name, direct_key, created_by, created_at, receipts, member_count, last_seq, rev, row_rev"
    };
}

queries! {
    ID = "SELECT id FROM store WHERE one = 1";
    ORIGIN = "SELECT origin_id, origin_url FROM store WHERE one = 1 AND origin_id IS NOT NULL";
    // Any id is greater than an empty blob.
    USERS = "SELECT id, name, password_hash, created_at, rev FROM users WHERE id > ?1 ORDER BY id LIMIT ?2";
    SESSIONS = "SELECT id, token_hash, user_id, created_at, expires_at FROM sessions WHERE id > ?1 ORDER BY id LIMIT ?2";
    CONVERSATIONS = concat!("SELECT ", record_columns!(), " FROM conversations WHERE id > ?1 ORDER BY id LIMIT ?2");
    CONVERSATION = concat!("SELECT ", record_columns!(), " FROM conversations WHERE id = ?1");
    MEMBERS = "SELECT conversation_id, user_id, came, joined_seq, left_seq, read_seq, read_at, rev, user_rev
        FROM members WHERE conversation_id = ?1 AND user_id > ?2 ORDER BY user_id LIMIT ?3";
    MESSAGES = concat!("SELECT ", message_columns!(), " FROM messages
        WHERE conversation_id = ?1 AND seq > ?2 ORDER BY seq LIMIT ?3");
    LAST_MESSAGE = "SELECT seq FROM messages WHERE conversation_id = ?1 ORDER BY seq DESC LIMIT 1";
    // From one conversation to the next, whatever lies between.
    NEXT_OF_MEMBERS = "SELECT conversation_id FROM members WHERE conversation_id > ?1 ORDER BY conversation_id LIMIT 1";
    NEXT_OF_MESSAGES = "SELECT conversation_id FROM messages WHERE conversation_id > ?1 ORDER BY conversation_id LIMIT 1";
}

pub(super) fn id(connection: &Connection) -> Result<StoreId> {
    connection.prepare_cached(ID)?.query_row([], |row| row.get(0))
}

pub(in crate::embedded) fn origin(connection: &Connection) -> Result<Option<Origin>> {
    let mut query = connection.prepare_cached(ORIGIN)?;
    query.query_row([], |row| Ok(Origin { id: row.get(0)?, url: row.get(1)? })).optional()
}

pub(super) fn users(connection: &Connection, after: Option<UserId>, limit: u32) -> Result<Vec<UserRecord>> {
    let after = after.as_ref().map_or(&[][..], |id| id.as_bytes());
    let mut query = connection.prepare_cached(USERS)?;
    let users = query.query_map(params![after, limit], |row| {
        Ok(UserRecord {
            id: user_id(row, 0)?,
            name: row.get(1)?,
            password_hash: row.get(2)?,
            created_at: timestamp(row, 3)?,
            rev: count(row, 4)?,
        })
    })?;
    users.collect()
}

pub(super) fn sessions(connection: &Connection, after: Option<SessionId>, limit: u32) -> Result<Vec<SessionRecord>> {
    let after = after.as_ref().map_or(&[][..], |id| id.as_bytes());
    let mut query = connection.prepare_cached(SESSIONS)?;
    let sessions = query.query_map(params![after, limit], |row| {
        Ok(SessionRecord {
            id: row.get(0).map(SessionId::from_bytes)?,
            token_hash: row.get(1)?,
            user: user_id(row, 2)?,
            created_at: timestamp(row, 3)?,
            expires_at: timestamp(row, 4)?,
        })
    })?;
    sessions.collect()
}

pub(super) fn conversations(
    connection: &Connection,
    after: Option<ConversationId>,
    limit: u32,
) -> Result<Vec<ConversationRecord>> {
    let after = after.as_ref().map_or(&[][..], |id| id.as_bytes());
    let mut query = connection.prepare_cached(CONVERSATIONS)?;
    query.query_map(params![after, limit], conversation_record)?.collect()
}

pub(super) fn conversation(connection: &Connection, id: ConversationId) -> Result<Option<ConversationRecord>> {
    connection.prepare_cached(CONVERSATION)?.query_row([id.as_bytes()], conversation_record).optional()
}

fn conversation_record(row: &Row<'_>) -> Result<ConversationRecord> {
    let key: Option<[u8; 32]> = row.get(3)?;
    let pair = key.map(|key| {
        let mut pair = [[0; 16]; 2];
        pair.as_flattened_mut().copy_from_slice(&key);
        pair.map(UserId::from_bytes)
    });
    Ok(ConversationRecord {
        id: conversation_id(row, 0)?,
        kind: kind(row, 1)?,
        name: row.get(2)?,
        pair,
        created_by: user_id(row, 4)?,
        created_at: timestamp(row, 5)?,
        receipts: row.get(6)?,
        member_count: row.get(7)?,
        last_seq: count(row, 8)?,
        rev: count(row, 9)?,
        row_rev: count(row, 10)?,
    })
}

pub(super) fn members(
    connection: &Connection,
    conversation: ConversationId,
    after: Option<UserId>,
    limit: u32,
) -> Result<Vec<MemberRecord>> {
    let after = after.as_ref().map_or(&[][..], |id| id.as_bytes());
    let mut query = connection.prepare_cached(MEMBERS)?;
    let members = query.query_map(params![conversation.as_bytes(), after, limit], |row| {
        let left: Option<i64> = row.get(4)?;
        let read_at: Option<i64> = row.get(6)?;
        Ok(MemberRecord {
            conversation: conversation_id(row, 0)?,
            user: user_id(row, 1)?,
            joined_rev: count(row, 2)?,
            joined_seq: count(row, 3)?,
            left_seq: left.map(|_| count(row, 4)).transpose()?,
            read_seq: count(row, 5)?,
            read_at: read_at.map(Timestamp),
            rev: count(row, 7)?,
            user_rev: count(row, 8)?,
        })
    })?;
    members.collect()
}

pub(super) fn messages(
    connection: &Connection,
    conversation: ConversationId,
    after: Seq,
    limit: u32,
) -> Result<Vec<MessageRecord>> {
    let mut query = connection.prepare_cached(MESSAGES)?;
    let messages = query.query_map(params![conversation.as_bytes(), int(after), limit], |row| {
        let message = message(row)?;
        Ok(MessageRecord {
            conversation: message.conversation,
            seq: message.seq,
            sender: message.sender,
            client_id: message.client_id,
            text: message.text,
            sent_at: message.sent_at,
            rev: message.rev,
        })
    })?;
    messages.collect()
}

pub(super) fn last_message(connection: &Connection, conversation: ConversationId) -> Result<Seq> {
    let mut query = connection.prepare_cached(LAST_MESSAGE)?;
    Ok(query.query_row([conversation.as_bytes()], |row| count(row, 0)).optional()?.unwrap_or(0))
}

pub(super) fn conversation_between(
    connection: &Connection,
    part: Part,
    after: Option<ConversationId>,
    before: Option<ConversationId>,
) -> Result<Option<ConversationId>> {
    let mut next = connection.prepare_cached(match part {
        Part::Members => NEXT_OF_MEMBERS,
        Part::Messages => NEXT_OF_MESSAGES,
    })?;
    let after = after.as_ref().map_or(&[][..], |id| id.as_bytes());
    let found = next.query_row([after], |row| conversation_id(row, 0)).optional()?;
    Ok(found.filter(|id| before.is_none_or(|before| *id < before)))
}
