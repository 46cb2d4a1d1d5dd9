//! Pages of messages: keyset paging on (conversation, seq), never an offset.

use super::feeds::{conversation_rev, with_people};
use super::rows::{int, member_and_person, member_columns, message, message_columns};
use myna_chat::row_weight;
use myna_protocol::limits::ANSWER_BYTES;
use myna_protocol::{ConversationId, Member, Message, Person, Row, Seq, UserId};
use rusqlite::{Connection, OptionalExtension, Params, Result, params};
use std::collections::HashSet;

queries! {
    NEWEST = concat!("SELECT ", message_columns!(), " FROM messages
        WHERE conversation_id = ?1 ORDER BY seq DESC LIMIT ?2");
    BEFORE = concat!("SELECT ", message_columns!(), " FROM messages
        WHERE conversation_id = ?1 AND seq < ?2 ORDER BY seq DESC LIMIT ?3");
    MEMBER = concat!("SELECT ", member_columns!(), " FROM members m JOIN users u ON u.id = m.user_id
        WHERE m.conversation_id = ?1 AND m.user_id = ?2");
}

pub(super) fn before(connection: &Connection, id: ConversationId, seq: Seq, limit: u32) -> Result<Vec<Row>> {
    let mut messages = page(connection, BEFORE, params![id.as_bytes(), int(seq), limit])?;
    messages.reverse();
    with_senders(connection, id, messages)
}

/// The newest messages, oldest first.
pub(super) fn newest(connection: &Connection, id: ConversationId, limit: u32) -> Result<Vec<Message>> {
    let mut messages = page(connection, NEWEST, params![id.as_bytes(), limit])?;
    messages.reverse();
    Ok(messages)
}

/// The senders of these messages that are wanted, each once.
pub(super) fn senders(
    connection: &Connection,
    id: ConversationId,
    receipts: bool,
    messages: &[Message],
    wanted: impl Fn(UserId) -> bool,
) -> Result<Vec<(Member, Person)>> {
    let mut seen = HashSet::new();
    let mut query = connection.prepare_cached(MEMBER)?;
    let mut senders = Vec::new();
    for sender in messages.iter().map(|message| message.sender) {
        if wanted(sender) && seen.insert(sender) {
            let ids = [id.as_bytes(), sender.as_bytes()];
            senders.extend(query.query_row(ids, |row| member_and_person(row, receipts)).optional()?);
        }
    }
    Ok(senders)
}

/// The newest first, as many as one answer may weigh, but at least one.
fn page(connection: &Connection, sql: &str, values: impl Params) -> Result<Vec<Message>> {
    let (mut messages, mut bytes) = (Vec::new(), 0);
    let mut query = connection.prepare_cached(sql)?;
    for row in query.query_map(values, |row| message(row).map(Row::Message))? {
        let row = row?;
        bytes += row_weight(&row);
        if bytes > ANSWER_BYTES && !messages.is_empty() {
            break;
        }
        if let Row::Message(message) = row {
            messages.push(message);
        }
    }
    Ok(messages)
}

fn with_senders(connection: &Connection, id: ConversationId, messages: Vec<Message>) -> Result<Vec<Row>> {
    let Some((_, receipts)) = conversation_rev(connection, id)? else {
        return Ok(Vec::new());
    };
    let senders = senders(connection, id, receipts, &messages, |_| true)?;
    Ok(messages.into_iter().map(Row::Message).chain(with_people(senders)).collect())
}
