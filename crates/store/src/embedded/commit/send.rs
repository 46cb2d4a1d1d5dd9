//! A message is sent.

use super::{Stop, unchanged};
use crate::embedded::rows::{count, int};
use myna_chat::store::Committed;
use myna_protocol::{ClientId, ConversationId, Feed, FeedRows, Message, Rejection, Row, Text, Timestamp, UserId};
use rusqlite::{Connection, OptionalExtension, params};

queries! {
    PLACE = "SELECT c.last_seq, c.rev FROM members m JOIN conversations c ON c.id = m.conversation_id
        WHERE m.conversation_id = ?1 AND m.user_id = ?2 AND m.left_seq IS NULL";
    SENT_BEFORE = "SELECT seq, text FROM messages WHERE conversation_id = ?1 AND sender_id = ?2 AND client_id = ?3";
    INSERT = "INSERT INTO messages (conversation_id, seq, sender_id, client_id, text, sent_at, rev)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
    ADVANCE = "UPDATE conversations SET last_seq = ?2, rev = ?3 WHERE id = ?1";
    // No stamp: that senders have read what they say follows from the message's own row.
    READ_BY_SENDER = "UPDATE members SET read_seq = ?3, read_at = ?4 WHERE conversation_id = ?1 AND user_id = ?2";
}

pub(super) fn send(
    connection: &Connection,
    conversation: ConversationId,
    sender: UserId,
    client_id: ClientId,
    text: Text,
    at: Timestamp,
) -> Result<Committed, Stop> {
    let (id, from) = (conversation.as_bytes(), sender.as_bytes());
    // First, whoever asks: who did not hear the answer and has left meanwhile is not told that it was refused.
    let mut before = connection.prepare_cached(SENT_BEFORE)?;
    let before = before.query_row([id, from, client_id.as_bytes()], |row| Ok((count(row, 0)?, row.get(1)?)));
    if let Some((seq, first)) = before.optional()? {
        let first: String = first;
        if first != text.as_str() {
            return Err(Rejection::ClientIdReused.into());
        }
        return Ok(Committed { seq: Some(seq), ..unchanged(conversation) });
    }

    let mut place = connection.prepare_cached(PLACE)?;
    let place = place.query_row([id, from], |row| Ok((count(row, 0)?, count(row, 1)?))).optional()?;
    let (last_seq, rev) = place.ok_or(Rejection::NotFound)?;
    let (seq, next) = (last_seq + 1, rev + 1);
    let values = params![id, int(seq), from, client_id.as_bytes(), text.as_str(), at.millis(), int(next)];
    connection.prepare_cached(INSERT)?.execute(values)?;
    connection.prepare_cached(ADVANCE)?.execute(params![id, int(seq), int(next)])?;
    connection.prepare_cached(READ_BY_SENDER)?.execute(params![id, from, int(seq), at.millis()])?;

    let message = Message { conversation, seq, sender, client_id, text: text.into_string(), sent_at: at, rev: next };
    let event =
        FeedRows { feed: Feed::Conversation(conversation), from: rev, rev: next, rows: vec![Row::Message(message)] };
    Ok(Committed { seq: Some(seq), events: vec![event], ..unchanged(conversation) })
}
