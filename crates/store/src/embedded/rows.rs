//! Rows of SQLite as the nouns of Myna, and back.

use myna_protocol::{
    ClientId, Conversation, ConversationId, Kind, Member, Membership, Message, Seq, Timestamp, User, UserId,
};
use rusqlite::types::{FromSqlError, Type};
use rusqlite::{Error, Result, Row};

/// The columns that [`conversation`] reads, of `conversations c`.
macro_rules! conversation_columns {
    () => {
        "c.id, c.kind, c.name, c.created_by, c.created_at, c.member_count, c.receipts, c.row_rev"
    };
}

/// The columns that [`member`] reads, of `members m` and `users u`.
macro_rules! member_columns {
    () => {
        "m.conversation_id, m.user_id, u.name, m.joined_seq, m.left_seq, m.read_seq, m.read_at, m.rev"
    };
}

/// The columns that [`message`] reads, of `messages`.
macro_rules! message_columns {
    () => {
        "conversation_id, seq, sender_id, client_id, text, sent_at, rev"
    };
}

/// The columns that [`membership`] reads, of `members`.
macro_rules! membership_columns {
    () => {
        "conversation_id, left_seq IS NULL, read_seq, user_rev"
    };
}

pub(super) use {conversation_columns, member_columns, membership_columns, message_columns};

/// A count as SQLite holds it. Nothing stored is ever as large as where this cuts.
pub(super) fn int(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

/// A count from a column.
pub(super) fn count(row: &Row<'_>, column: usize) -> Result<u64> {
    let value: i64 = row.get(column)?;
    u64::try_from(value).map_err(|_| Error::IntegralValueOutOfRange(column, value))
}

pub(super) fn user_id(row: &Row<'_>, column: usize) -> Result<UserId> {
    row.get(column).map(UserId::from_bytes)
}

pub(super) fn conversation_id(row: &Row<'_>, column: usize) -> Result<ConversationId> {
    row.get(column).map(ConversationId::from_bytes)
}

pub(super) fn timestamp(row: &Row<'_>, column: usize) -> Result<Timestamp> {
    row.get(column).map(Timestamp)
}

pub(super) fn kind(row: &Row<'_>, column: usize) -> Result<Kind> {
    match row.get_ref(column)?.as_str()? {
        "direct" => Ok(Kind::Direct),
        "group" => Ok(Kind::Group),
        "channel" => Ok(Kind::Channel),
        _ => Err(Error::FromSqlConversionFailure(column, Type::Text, Box::new(FromSqlError::InvalidType))),
    }
}

pub(super) fn kind_text(kind: Kind) -> &'static str {
    match kind {
        Kind::Direct => "direct",
        Kind::Group => "group",
        Kind::Channel => "channel",
    }
}

pub(super) fn user(row: &Row<'_>) -> Result<User> {
    Ok(User { id: user_id(row, 0)?, name: row.get(1)? })
}

pub(super) fn conversation(row: &Row<'_>) -> Result<Conversation> {
    Ok(Conversation {
        id: conversation_id(row, 0)?,
        kind: kind(row, 1)?,
        name: row.get(2)?,
        created_by: user_id(row, 3)?,
        created_at: timestamp(row, 4)?,
        members: row.get(5)?,
        receipts: row.get(6)?,
        rev: count(row, 7)?,
    })
}

/// A member as the others see them: how far they have read is told only where the conversation tells `receipts`.
pub(super) fn member(row: &Row<'_>, receipts: bool) -> Result<Member> {
    let left: Option<i64> = row.get(4)?;
    let (read_seq, read_at) = if receipts { (count(row, 5)?, row.get::<_, Option<i64>>(6)?) } else { (0, None) };
    Ok(Member {
        conversation: conversation_id(row, 0)?,
        user: user_id(row, 1)?,
        name: row.get(2)?,
        joined_seq: count(row, 3)?,
        left_seq: left.map(|_| count(row, 4)).transpose()?,
        read_seq,
        read_at: read_at.map(Timestamp),
        rev: count(row, 7)?,
    })
}

pub(super) fn message(row: &Row<'_>) -> Result<Message> {
    Ok(Message {
        conversation: conversation_id(row, 0)?,
        seq: count(row, 1)?,
        sender: user_id(row, 2)?,
        client_id: row.get(3).map(ClientId::from_bytes)?,
        text: row.get(4)?,
        sent_at: timestamp(row, 5)?,
        rev: count(row, 6)?,
    })
}

pub(super) fn membership(row: &Row<'_>) -> Result<Membership> {
    let read_seq: Seq = count(row, 2)?;
    Ok(Membership { conversation: conversation_id(row, 0)?, joined: row.get(1)?, read_seq, rev: count(row, 3)? })
}
