//! Pages of messages: keyset paging on (conversation, seq), never an offset.

use super::feeds::{conversation_rev, with_people};
use super::rows::{int, member_and_person, member_columns, message, message_columns, reaction, reaction_columns};
use myna_chat::store::Choice;
use myna_chat::{ANSWER_REACTIONS, fit_into_answer, message_weight, row_weight};
use myna_protocol::limits::ANSWER_BYTES;
use myna_protocol::{ConversationId, Member, Message, Person, Reaction, Row, Seq, UserId};
use rusqlite::{Connection, OptionalExtension, Params, Result, params};
use std::collections::HashSet;

queries! {
    NEWEST = concat!("SELECT ", message_columns!(), " FROM messages
        WHERE conversation_id = ?1 ORDER BY seq DESC LIMIT ?2");
    BEFORE = concat!("SELECT ", message_columns!(), " FROM messages
        WHERE conversation_id = ?1 AND seq < ?2 ORDER BY seq DESC LIMIT ?3");
    AT = concat!("SELECT ", message_columns!(), " FROM messages WHERE conversation_id = ?1 AND seq = ?2");
    REPLIES = concat!("SELECT ", message_columns!(), " FROM messages
        WHERE conversation_id = ?1 AND extra ->> '$.reply.thread' = ?2 AND seq < ?3 AND extra IS NOT NULL
        ORDER BY seq DESC LIMIT ?4");
    REACTIONS = concat!("SELECT ", reaction_columns!(), " FROM reactions
        WHERE conversation_id = ?1 AND seq BETWEEN ?2 AND ?3 AND emoji IS NOT NULL ORDER BY seq DESC LIMIT ?4");
    MEMBER = concat!("SELECT ", member_columns!(), " FROM members m JOIN users u ON u.id = m.user_id
        WHERE m.conversation_id = ?1 AND m.user_id = ?2");
}

pub(super) fn before(connection: &Connection, id: ConversationId, seq: Seq, limit: u32) -> Result<Vec<Row>> {
    let mut messages = page(connection, BEFORE, params![id.as_bytes(), int(seq), limit])?;
    messages.reverse();
    let reactions = reactions(connection, id, &mut messages)?;
    with_senders(connection, id, messages, reactions)
}

/// The chosen messages, oldest first, and their senders.
pub(super) fn chosen(connection: &Connection, id: ConversationId, choice: &Choice) -> Result<Vec<Row>> {
    let mut messages = match choice {
        Choice::Replies { thread, before, limit } => {
            page(connection, REPLIES, params![id.as_bytes(), int(*thread), int(*before), limit])?
        }
        Choice::At(seqs) => {
            let (mut messages, mut bytes) = (Vec::new(), 0);
            for seq in seqs.iter().rev() {
                let found = page(connection, AT, params![id.as_bytes(), int(*seq)])?;
                bytes += found.iter().map(message_weight).sum::<usize>();
                if bytes > ANSWER_BYTES && !messages.is_empty() {
                    break;
                }
                messages.extend(found);
            }
            messages
        }
    };
    let mut reactions = Vec::new();
    let mut query = connection.prepare_cached(REACTIONS)?;
    for message in &messages {
        let values = params![id.as_bytes(), int(message.seq), int(message.seq), ANSWER_REACTIONS];
        for row in query.query_map(values, reaction)? {
            reactions.push(row?);
        }
        if reactions.len() > ANSWER_REACTIONS as usize {
            break;
        }
    }
    messages.reverse();
    fit_into_answer(&mut messages, &mut reactions);
    with_senders(connection, id, messages, reactions)
}

/// The reactions to these messages, which are side by side, oldest first. Where both are more than one answer may weigh,
/// the oldest messages go.
pub(super) fn reactions(
    connection: &Connection,
    id: ConversationId,
    messages: &mut Vec<Message>,
) -> Result<Vec<Reaction>> {
    let (Some(first), Some(last)) = (messages.first(), messages.last()) else { return Ok(Vec::new()) };
    let mut query = connection.prepare_cached(REACTIONS)?;
    let values = params![id.as_bytes(), int(first.seq), int(last.seq), ANSWER_REACTIONS];
    let mut reactions = query.query_map(values, reaction)?.collect::<Result<Vec<_>>>()?;
    fit_into_answer(messages, &mut reactions);
    Ok(reactions)
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

fn with_senders(
    connection: &Connection,
    id: ConversationId,
    messages: Vec<Message>,
    reactions: Vec<Reaction>,
) -> Result<Vec<Row>> {
    let Some((_, receipts)) = conversation_rev(connection, id)? else {
        return Ok(Vec::new());
    };
    let senders = senders(connection, id, receipts, &messages, |_| true)?;
    let rows = messages.into_iter().map(Row::Message).chain(reactions.into_iter().map(Row::Reaction));
    Ok(rows.chain(with_people(senders)).collect())
}
