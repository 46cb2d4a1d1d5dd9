//! Putting rows as they come: what is there under the same key is replaced.

use crate::archive::{Origin, SessionRecord, UserRecord};
use crate::embedded::rows::{direct_key, int, json_text, kind_text};
use crate::words::tails;
use myna_chat::rules::{ConversationRow, JobRow, MemberRow, PersonalRow, ServerRow};
use myna_protocol::{Message, Reaction, Timestamp};
use rusqlite::{Connection, Error, Result, params};

queries! {
    ORIGIN = "UPDATE store SET origin_id = ?1, origin_url = ?2 WHERE one = 1";
    SERVER = "UPDATE server SET rev = ?1 WHERE one = 1";
    JOB = "INSERT INTO jobs (id, due_at, change) VALUES (?1, ?2, ?3)
        ON CONFLICT (id) DO UPDATE SET due_at = ?2, change = ?3";
    PERSONAL = "INSERT INTO personal (user_id, item, value, rev) VALUES (?1, ?2, ?3, ?4)
        ON CONFLICT (user_id, item) DO UPDATE SET value = ?3, rev = ?4";
    USER = "INSERT INTO users (id, name, name_key, password_hash, created_at, rev, person_rev)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
        ON CONFLICT (id) DO UPDATE SET name = ?2, name_key = ?3, password_hash = ?4, created_at = ?5, rev = ?6, person_rev = ?7";
    USER_WORD = "INSERT INTO user_words (word, name_key) VALUES (?1, ?2) ON CONFLICT DO NOTHING";
    SESSION = "INSERT INTO sessions (id, token_hash, user_id, created_at, expires_at) VALUES (?1, ?2, ?3, ?4, ?5)
        ON CONFLICT (id) DO UPDATE SET token_hash = ?2, user_id = ?3, created_at = ?4, expires_at = ?5";
    MEMBER = "INSERT INTO members
        (conversation_id, user_id, joined_rev, joined_seq, left_seq, read_seq, read_at, rev, user_rev)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
        ON CONFLICT (conversation_id, user_id) DO UPDATE SET joined_rev = ?3, joined_seq = ?4, left_seq = ?5, read_seq = ?6,
        read_at = ?7, rev = ?8, user_rev = ?9";
    MESSAGE = "INSERT INTO messages (conversation_id, seq, sender_id, client_id, text, sent_at, rev, extra)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
        ON CONFLICT (conversation_id, seq) DO UPDATE SET sender_id = ?3, client_id = ?4, text = ?5, sent_at = ?6, rev = ?7,
        extra = ?8";
    REACTION = "INSERT INTO reactions (conversation_id, seq, user_id, emoji, rev) VALUES (?1, ?2, ?3, ?4, ?5)
        ON CONFLICT (conversation_id, seq, user_id) DO UPDATE SET emoji = ?4, rev = ?5";
    CONVERSATION = "INSERT INTO conversations
        (id, kind, name, name_key, direct_key, created_by, created_at, receipts, member_count, last_seq, rev, row_rev, active_at)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)
        ON CONFLICT (id) DO UPDATE SET kind = ?2, name = ?3, name_key = ?4, direct_key = ?5, created_by = ?6,
        created_at = ?7, receipts = ?8, member_count = ?9, last_seq = ?10, rev = ?11, row_rev = ?12, active_at = ?13";
    CHANNEL_WORD = "INSERT INTO channel_words (word, name_key) VALUES (?1, ?2) ON CONFLICT DO NOTHING";
}

/// All of them: there is nothing to look up.
const FORGET_SESSIONS: &str = "DELETE FROM sessions";
const FORGET_JOBS: &str = "DELETE FROM jobs";

pub(super) fn origin(connection: &Connection, origin: Option<&Origin>) -> Result<()> {
    let values = params![origin.map(|origin| origin.id), origin.map(|origin| origin.url.as_str())];
    connection.prepare_cached(ORIGIN)?.execute(values).map(|_| ())
}

/// The key is that of the person's name.
pub(super) fn user(connection: &Connection, user: &UserRecord, key: &str) -> Result<()> {
    let (created_at, revs) = (user.created_at.millis(), (int(user.rev), int(user.person_rev)));
    let values = params![user.id.as_bytes(), user.name, key, user.password_hash, created_at, revs.0, revs.1];
    connection.prepare_cached(USER)?.execute(values)?;
    let mut put_word = connection.prepare_cached(USER_WORD)?;
    tails(key).try_for_each(|word| put_word.execute(params![word, key]).map(|_| ()))
}

pub(super) fn session(connection: &Connection, session: &SessionRecord) -> Result<()> {
    let values = params![
        session.id.as_bytes(),
        session.token_hash,
        session.user.as_bytes(),
        session.created_at.millis(),
        session.expires_at.millis()
    ];
    connection.prepare_cached(SESSION)?.execute(values).map(|_| ())
}

pub(super) fn member(connection: &Connection, member: &MemberRow) -> Result<()> {
    let values = params![
        member.conversation.as_bytes(),
        member.user.as_bytes(),
        int(member.joined_rev),
        int(member.joined_seq),
        member.left_seq.map(int),
        int(member.read_seq),
        member.read_at.map(Timestamp::millis),
        int(member.rev),
        int(member.user_rev)
    ];
    connection.prepare_cached(MEMBER)?.execute(values).map(|_| ())
}

pub(super) fn message(connection: &Connection, message: &Message) -> Result<()> {
    let values = params![
        message.conversation.as_bytes(),
        int(message.seq),
        message.sender.as_bytes(),
        message.client_id.as_bytes(),
        message.text,
        message.sent_at.millis(),
        int(message.rev),
        json_text(message.extra.as_ref())?
    ];
    connection.prepare_cached(MESSAGE)?.execute(values).map(|_| ())
}

pub(super) fn reaction(connection: &Connection, reaction: &Reaction) -> Result<()> {
    let (id, user) = (reaction.conversation.as_bytes(), reaction.user.as_bytes());
    let values = params![id, int(reaction.seq), user, reaction.emoji, int(reaction.rev)];
    connection.prepare_cached(REACTION)?.execute(values).map(|_| ())
}

/// The key is that of a channel's name.
pub(super) fn conversation(connection: &Connection, conversation: &ConversationRow, key: Option<&str>) -> Result<()> {
    let values = params![
        conversation.id.as_bytes(),
        kind_text(conversation.kind),
        conversation.name,
        key,
        conversation.pair.as_ref().map(direct_key),
        conversation.created_by.as_bytes(),
        conversation.created_at.millis(),
        conversation.receipts,
        conversation.member_count,
        int(conversation.last_seq),
        int(conversation.rev),
        int(conversation.row_rev),
        conversation.active_at.millis()
    ];
    connection.prepare_cached(CONVERSATION)?.execute(values)?;
    let mut put_word = connection.prepare_cached(CHANNEL_WORD)?;
    key.into_iter().flat_map(tails).try_for_each(|word| put_word.execute(params![word, key]).map(|_| ()))
}

pub(super) fn forget_jobs(connection: &Connection) -> Result<()> {
    connection.execute(FORGET_JOBS, []).map(|_| ())
}

pub(super) fn forget_sessions(connection: &Connection) -> Result<()> {
    connection.execute(FORGET_SESSIONS, []).map(|_| ())
}

pub(super) fn server(connection: &Connection, server: &ServerRow) -> Result<()> {
    connection.prepare_cached(SERVER)?.execute([int(server.rev)]).map(|_| ())
}

pub(super) fn job(connection: &Connection, job: &JobRow) -> Result<()> {
    let change = serde_json::to_string(&job.change).map_err(|error| Error::ToSqlConversionFailure(error.into()))?;
    connection.prepare_cached(JOB)?.execute(params![job.id, job.due_at.millis(), change]).map(|_| ())
}

pub(super) fn personal(connection: &Connection, row: &PersonalRow) -> Result<()> {
    let values = params![row.user.as_bytes(), row.item.to_string(), json_text(row.value.as_ref())?, int(row.rev)];
    connection.prepare_cached(PERSONAL)?.execute(values).map(|_| ())
}
