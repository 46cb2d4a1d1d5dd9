//! Somebody has read up to a message.

use super::{Stop, stamp, unchanged};
use crate::embedded::rows::{count, int};
use myna_chat::store::Committed;
use myna_protocol::{ConversationId, Rejection, Row, Seq, Timestamp, UserId};
use rusqlite::{Connection, OptionalExtension, params};

queries! {
    PLACE = "SELECT c.last_seq, c.receipts, m.read_seq FROM members m JOIN conversations c ON c.id = m.conversation_id
        WHERE m.conversation_id = ?1 AND m.user_id = ?2 AND m.left_seq IS NULL";
    READ = "UPDATE members SET read_seq = ?3, read_at = ?4 WHERE conversation_id = ?1 AND user_id = ?2";
}

pub(super) fn read(
    connection: &Connection,
    conversation: ConversationId,
    user: UserId,
    seq: Seq,
    at: Timestamp,
) -> Result<Committed, Stop> {
    let ids = [conversation.as_bytes(), user.as_bytes()];
    let mut place = connection.prepare_cached(PLACE)?;
    let place = place.query_row(ids, |row| Ok((count(row, 0)?, row.get(1)?, count(row, 2)?))).optional()?;
    let (last_seq, receipts, read_seq) = place.ok_or(Rejection::NotFound)?;
    let seq = seq.min(last_seq);
    if seq <= read_seq {
        return Ok(unchanged(conversation));
    }
    connection.prepare_cached(READ)?.execute(params![ids[0], ids[1], int(seq), at.millis()])?;

    let mut events = Vec::new();
    if receipts {
        events.push(stamp::conversation(connection, conversation, |rev| {
            Ok(vec![Row::Member(stamp::member(connection, conversation, user, rev)?)])
        })?);
    }
    events.push(stamp::membership(connection, conversation, user)?);
    Ok(Committed { events, ..unchanged(conversation) })
}
