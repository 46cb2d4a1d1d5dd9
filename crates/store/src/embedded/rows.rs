//! Rows of SQLite as the nouns of Myna, and back.

use myna_chat::rules::{ConversationRow, JobRow, MemberRow, PersonalRow, UserRow};
use myna_protocol::{
    ClientId, Conversation, ConversationId, Kind, Member, Membership, Message, Person, Reaction, Seq, Timestamp, User,
    UserId,
};
use rusqlite::types::{FromSqlError, Type};
use rusqlite::{Error, Result, Row};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// The columns that [`conversation`] reads, of `conversations c`.
macro_rules! conversation_columns {
    () => {
        "c.id, c.kind, c.name, c.created_by, c.created_at, c.member_count, c.receipts, c.row_rev"
    };
}

/// The columns that [`member`] reads, of `members m`, and those that [`person`] reads, of `users u`.
macro_rules! member_columns {
    () => {
        "m.conversation_id, m.user_id, m.joined_seq, m.left_seq, m.read_seq, m.read_at, m.rev, u.id, u.name, u.person_rev"
    };
}

/// The columns that [`person`] reads from its own query, of `users`.
macro_rules! person_columns {
    () => {
        "id, name, person_rev"
    };
}

/// The columns that [`user_row`] reads, of `users`.
macro_rules! user_row_columns {
    () => {
        "id, name, rev, person_rev"
    };
}

/// The columns that [`conversation_row`] reads, of `conversations`.
macro_rules! conversation_row_columns {
    () => {
        "id, kind, name, direct_key, created_by, created_at, receipts, member_count, last_seq, active_at, rev, row_rev"
    };
}

/// The columns that [`member_row`] reads, of `members`.
macro_rules! member_row_columns {
    () => {
        "conversation_id, user_id, joined_rev, joined_seq, left_seq, read_seq, read_at, rev, user_rev"
    };
}

/// The columns that [`message`] reads, of `messages`.
macro_rules! message_columns {
    () => {
        "conversation_id, seq, sender_id, client_id, text, sent_at, rev, extra"
    };
}

/// The columns that [`reaction`] reads, of `reactions`.
macro_rules! reaction_columns {
    () => {
        "conversation_id, seq, user_id, emoji, rev"
    };
}

/// The columns that [`membership`] reads, of `members`.
macro_rules! membership_columns {
    () => {
        "conversation_id, left_seq IS NULL, read_seq, user_rev"
    };
}

/// The columns that [`personal`] reads.
macro_rules! personal_columns {
    () => {
        "user_id, item, value, rev"
    };
}

pub(super) use {
    conversation_columns, conversation_row_columns, member_columns, member_row_columns, membership_columns,
    message_columns, person_columns, personal_columns, reaction_columns, user_row_columns,
};

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

/// A member as the others see them. How far they have read shows only where the conversation has `receipts`.
pub(super) fn member(row: &Row<'_>, receipts: bool) -> Result<Member> {
    let (read_seq, read_at) = if receipts { (count(row, 4)?, optional_timestamp(row, 5)?) } else { (0, None) };
    Ok(Member {
        conversation: conversation_id(row, 0)?,
        user: user_id(row, 1)?,
        joined_seq: count(row, 2)?,
        left_seq: optional_count(row, 3)?,
        read_seq,
        read_at,
        rev: count(row, 6)?,
    })
}

/// A member and who they are.
pub(super) fn member_and_person(row: &Row<'_>, receipts: bool) -> Result<(Member, Person)> {
    Ok((member(row, receipts)?, person_at(row, 7)?))
}

pub(super) fn person(row: &Row<'_>) -> Result<Person> {
    person_at(row, 0)
}

fn person_at(row: &Row<'_>, column: usize) -> Result<Person> {
    Ok(Person { id: user_id(row, column)?, name: row.get(column + 1)?, rev: count(row, column + 2)? })
}

pub(super) fn user_row(row: &Row<'_>) -> Result<UserRow> {
    Ok(UserRow { id: user_id(row, 0)?, name: row.get(1)?, rev: count(row, 2)?, person_rev: count(row, 3)? })
}

pub(super) fn conversation_row(row: &Row<'_>) -> Result<ConversationRow> {
    let key: Option<[u8; 32]> = row.get(3)?;
    let pair = key.map(|key| {
        let mut pair = [[0; 16]; 2];
        pair.as_flattened_mut().copy_from_slice(&key);
        pair.map(UserId::from_bytes)
    });
    Ok(ConversationRow {
        id: conversation_id(row, 0)?,
        kind: kind(row, 1)?,
        name: row.get(2)?,
        pair,
        created_by: user_id(row, 4)?,
        created_at: timestamp(row, 5)?,
        receipts: row.get(6)?,
        member_count: row.get(7)?,
        last_seq: count(row, 8)?,
        active_at: timestamp(row, 9)?,
        rev: count(row, 10)?,
        row_rev: count(row, 11)?,
    })
}

pub(super) fn member_row(row: &Row<'_>) -> Result<MemberRow> {
    Ok(MemberRow {
        conversation: conversation_id(row, 0)?,
        user: user_id(row, 1)?,
        joined_rev: count(row, 2)?,
        joined_seq: count(row, 3)?,
        left_seq: optional_count(row, 4)?,
        read_seq: count(row, 5)?,
        read_at: optional_timestamp(row, 6)?,
        rev: count(row, 7)?,
        user_rev: count(row, 8)?,
    })
}

/// A due job: `id, due_at, change`.
pub(super) fn job_row(row: &Row<'_>) -> Result<JobRow> {
    let change = serde_json::from_str(row.get_ref(2)?.as_str()?);
    let change = change.map_err(|error| Error::FromSqlConversionFailure(2, Type::Text, Box::new(error)))?;
    Ok(JobRow { id: row.get(0)?, due_at: timestamp(row, 1)?, change })
}

/// What a direct conversation is found by.
pub(super) fn direct_key(pair: &[UserId; 2]) -> Vec<u8> {
    pair.each_ref().map(|id| id.as_bytes().as_slice()).concat()
}

fn optional_count(row: &Row<'_>, column: usize) -> Result<Option<u64>> {
    let value: Option<i64> = row.get(column)?;
    value.map(|_| count(row, column)).transpose()
}

/// A value as JSON text, where there is one.
pub(super) fn json_text<T: Serialize>(value: Option<&T>) -> Result<Option<String>> {
    let text = value.map(serde_json::to_string).transpose();
    text.map_err(|error| Error::ToSqlConversionFailure(error.into()))
}

fn optional_json<T: DeserializeOwned>(row: &Row<'_>, column: usize) -> Result<Option<T>> {
    let text = row.get_ref(column)?.as_str_or_null()?;
    let value = text.map(serde_json::from_str).transpose();
    value.map_err(|error| Error::FromSqlConversionFailure(column, Type::Text, Box::new(error)))
}

fn optional_timestamp(row: &Row<'_>, column: usize) -> Result<Option<Timestamp>> {
    Ok(row.get::<_, Option<i64>>(column)?.map(Timestamp))
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
        extra: optional_json(row, 7)?,
    })
}

pub(super) fn reaction(row: &Row<'_>) -> Result<Reaction> {
    Ok(Reaction {
        conversation: conversation_id(row, 0)?,
        seq: count(row, 1)?,
        user: user_id(row, 2)?,
        emoji: row.get(3)?,
        rev: count(row, 4)?,
    })
}

pub(super) fn personal(row: &Row<'_>) -> Result<PersonalRow> {
    let item = row.get_ref(1)?.as_str()?.parse();
    let item = item.map_err(|error| Error::FromSqlConversionFailure(1, Type::Text, Box::new(error)))?;
    Ok(PersonalRow { user: user_id(row, 0)?, item, value: optional_json(row, 2)?, rev: count(row, 3)? })
}

/// The row as its person sees it; `None` for one of a later version, which this one does not know.
pub(super) fn personal_seen(row: &Row<'_>) -> Result<Option<myna_protocol::Row>> {
    match personal(row) {
        Ok(row) => Ok(Some(row.row())),
        Err(Error::FromSqlConversionFailure(..)) => Ok(None),
        Err(error) => Err(error),
    }
}

pub(super) fn membership(row: &Row<'_>) -> Result<Membership> {
    let read_seq: Seq = count(row, 2)?;
    Ok(Membership { conversation: conversation_id(row, 0)?, joined: row.get(1)?, read_seq, rev: count(row, 3)? })
}
