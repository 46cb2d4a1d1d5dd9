//! Somebody joins a channel, or leaves a group or a channel.

use super::{Stop, stamp, unchanged};
use crate::embedded::rows::{count, int, kind};
use crate::embedded::users;
use myna_chat::store::Committed;
use myna_protocol::{ConversationId, Kind, Rejection, Row, UserId};
use rusqlite::{Connection, OptionalExtension, params};

queries! {
    CHANNEL = "SELECT last_seq, rev FROM conversations WHERE id = ?1 AND kind = 'channel'";
    IS_IN = "SELECT left_seq IS NULL FROM members WHERE conversation_id = ?1 AND user_id = ?2";
    // Whoever joins has read what was said before they came; who comes again keeps their place among the members.
    JOIN = "INSERT INTO members (conversation_id, user_id, came, joined_seq, read_seq, rev, user_rev)
        VALUES (?1, ?2, ?3, ?4, ?4, ?3, 0)
        ON CONFLICT (conversation_id, user_id) DO UPDATE SET joined_seq = ?4, left_seq = NULL, read_seq = max(read_seq, ?4)";
    PLACE = "SELECT c.last_seq, c.kind FROM members m JOIN conversations c ON c.id = m.conversation_id
        WHERE m.conversation_id = ?1 AND m.user_id = ?2 AND m.left_seq IS NULL";
    LEAVE = "UPDATE members SET left_seq = ?3 WHERE conversation_id = ?1 AND user_id = ?2";
    COUNT = "UPDATE conversations SET member_count = member_count + ?2 WHERE id = ?1";
}

pub(super) fn join(connection: &Connection, conversation: ConversationId, user: UserId) -> Result<Committed, Stop> {
    let (id, who) = (conversation.as_bytes(), user.as_bytes());
    let mut channel = connection.prepare_cached(CHANNEL)?;
    let channel = channel.query_row([id], |row| Ok((count(row, 0)?, count(row, 1)?))).optional()?;
    let (last_seq, rev) = channel.ok_or(Rejection::NotFound)?;
    let is_in = connection.prepare_cached(IS_IN)?.query_row([id, who], |row| row.get(0)).optional()?;
    if is_in == Some(true) {
        return Ok(unchanged(conversation));
    }
    if is_in.is_none() && users::by_id(connection, user)?.is_none() {
        return Err(Rejection::NotFound.into());
    }
    connection.prepare_cached(JOIN)?.execute(params![id, who, int(rev + 1), int(last_seq)])?;
    Ok(Committed { joined: vec![user], ..moved(connection, conversation, user, 1)? })
}

pub(super) fn leave(connection: &Connection, conversation: ConversationId, user: UserId) -> Result<Committed, Stop> {
    let (id, who) = (conversation.as_bytes(), user.as_bytes());
    let mut place = connection.prepare_cached(PLACE)?;
    let place = place.query_row([id, who], |row| Ok((count(row, 0)?, kind(row, 1)?))).optional()?;
    let (last_seq, kind) = place.ok_or(Rejection::NotFound)?;
    if kind == Kind::Direct {
        return Err(Rejection::DirectStays.into());
    }
    connection.prepare_cached(LEAVE)?.execute(params![id, who, int(last_seq)])?;
    Ok(Committed { left: vec![user], ..moved(connection, conversation, user, -1)? })
}

/// Tells the conversation how many it has now and who came or went, and that person where they are.
fn moved(connection: &Connection, id: ConversationId, user: UserId, difference: i64) -> rusqlite::Result<Committed> {
    connection.prepare_cached(COUNT)?.execute(params![id.as_bytes(), difference])?;
    let told = stamp::conversation(connection, id, |rev| {
        Ok(vec![
            Row::Conversation(stamp::row(connection, id, rev)?),
            Row::Member(stamp::member(connection, id, user, rev)?),
        ])
    })?;
    Ok(Committed { events: vec![told, stamp::membership(connection, id, user)?], ..unchanged(id) })
}
