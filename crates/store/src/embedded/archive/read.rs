//! Reading rows as they are stored.

use crate::archive::{Origin, Part, SessionRecord, StoreId, UserRecord};
use crate::embedded::rows::{
    self, conversation_id, conversation_row, conversation_row_columns, count, int, job_row, member_row,
    member_row_columns, message, message_columns, personal_columns, reaction, reaction_columns, timestamp, user_id,
};
use myna_chat::rules::{ConversationRow, JobId, JobRow, MemberRow, PersonalKey, PersonalRow, ServerRow};
use myna_protocol::{ConversationId, Message, Reaction, Seq, SessionId, UserId};
use rusqlite::{Connection, OptionalExtension, Result, params};

queries! {
    ID = "SELECT id FROM store WHERE one = 1";
    ORIGIN = "SELECT origin_id, origin_url FROM store WHERE one = 1 AND origin_id IS NOT NULL";
    // Any id is greater than an empty blob.
    SERVER = "SELECT rev FROM server WHERE one = 1";
    // Any text is greater than an empty one.
    PERSONAL = concat!("SELECT ", personal_columns!(), " FROM personal
        WHERE (user_id, item) > (?1, ?2) ORDER BY user_id, item LIMIT ?3");
    JOB = "SELECT id, due_at, change FROM jobs WHERE id = ?1";
    JOBS = "SELECT id, due_at, change FROM jobs WHERE id > ?1 ORDER BY id LIMIT ?2";
    USERS = "SELECT id, name, password_hash, created_at, rev, person_rev FROM users WHERE id > ?1 ORDER BY id LIMIT ?2";
    SESSIONS = "SELECT id, token_hash, user_id, created_at, expires_at FROM sessions WHERE id > ?1 ORDER BY id LIMIT ?2";
    CONVERSATIONS = concat!("SELECT ", conversation_row_columns!(), " FROM conversations WHERE id > ?1 ORDER BY id LIMIT ?2");
    CONVERSATION = concat!("SELECT ", conversation_row_columns!(), " FROM conversations WHERE id = ?1");
    MEMBERS = concat!("SELECT ", member_row_columns!(), " FROM members
        WHERE conversation_id = ?1 AND user_id > ?2 ORDER BY user_id LIMIT ?3");
    MESSAGES = concat!("SELECT ", message_columns!(), " FROM messages
        WHERE conversation_id = ?1 AND seq > ?2 ORDER BY seq LIMIT ?3");
    REACTIONS = concat!("SELECT ", reaction_columns!(), " FROM reactions
        WHERE conversation_id = ?1 AND (seq, user_id) > (?2, ?3) ORDER BY seq, user_id LIMIT ?4");
    LAST_MESSAGE = "SELECT seq FROM messages WHERE conversation_id = ?1 ORDER BY seq DESC LIMIT 1";
    // From one conversation to the next, whatever lies between.
    NEXT_OF_MEMBERS = "SELECT conversation_id FROM members WHERE conversation_id > ?1 ORDER BY conversation_id LIMIT 1";
    NEXT_OF_REACTIONS = "SELECT conversation_id FROM reactions WHERE conversation_id > ?1 ORDER BY conversation_id LIMIT 1";
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
            person_rev: count(row, 5)?,
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
) -> Result<Vec<ConversationRow>> {
    let after = after.as_ref().map_or(&[][..], |id| id.as_bytes());
    let mut query = connection.prepare_cached(CONVERSATIONS)?;
    query.query_map(params![after, limit], conversation_row)?.collect()
}

pub(super) fn conversation(connection: &Connection, id: ConversationId) -> Result<Option<ConversationRow>> {
    connection.prepare_cached(CONVERSATION)?.query_row([id.as_bytes()], conversation_row).optional()
}

pub(super) fn members(
    connection: &Connection,
    conversation: ConversationId,
    after: Option<UserId>,
    limit: u32,
) -> Result<Vec<MemberRow>> {
    let after = after.as_ref().map_or(&[][..], |id| id.as_bytes());
    let mut query = connection.prepare_cached(MEMBERS)?;
    query.query_map(params![conversation.as_bytes(), after, limit], member_row)?.collect()
}

pub(super) fn messages(
    connection: &Connection,
    conversation: ConversationId,
    after: Seq,
    limit: u32,
) -> Result<Vec<Message>> {
    let mut query = connection.prepare_cached(MESSAGES)?;
    query.query_map(params![conversation.as_bytes(), int(after), limit], message)?.collect()
}

pub(super) fn reactions(
    connection: &Connection,
    conversation: ConversationId,
    (seq, user): (Seq, UserId),
    limit: u32,
) -> Result<Vec<Reaction>> {
    let mut query = connection.prepare_cached(REACTIONS)?;
    let values = params![conversation.as_bytes(), int(seq), user.as_bytes(), limit];
    query.query_map(values, reaction)?.collect()
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
        Part::Reactions => NEXT_OF_REACTIONS,
    })?;
    let after = after.as_ref().map_or(&[][..], |id| id.as_bytes());
    let found = next.query_row([after], |row| conversation_id(row, 0)).optional()?;
    Ok(found.filter(|id| before.is_none_or(|before| *id < before)))
}

pub(super) fn server(connection: &Connection) -> Result<ServerRow> {
    connection.prepare_cached(SERVER)?.query_row([], |row| Ok(ServerRow { rev: count(row, 0)? }))
}

pub(super) fn jobs(connection: &Connection, after: Option<JobId>, limit: u32) -> Result<Vec<JobRow>> {
    let after = after.as_ref().map_or(&[][..], |id| id.as_slice());
    connection.prepare_cached(JOBS)?.query_map(params![after, limit], job_row)?.collect()
}

pub(super) fn personal(connection: &Connection, after: Option<PersonalKey>, limit: u32) -> Result<Vec<PersonalRow>> {
    let user = after.as_ref().map_or(&[][..], |(user, _)| user.as_bytes());
    let item = after.map_or_else(String::new, |(_, item)| item.to_string());
    connection.prepare_cached(PERSONAL)?.query_map(params![user, item, limit], rows::personal)?.collect()
}

pub(super) fn job(connection: &Connection, id: JobId) -> Result<Option<JobRow>> {
    connection.prepare_cached(JOB)?.query_row([id], job_row).optional()
}
