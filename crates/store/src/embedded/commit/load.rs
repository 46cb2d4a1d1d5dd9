//! Reading the rows that a batch needs.

use crate::embedded::rows::{
    self, conversation_id, conversation_row, conversation_row_columns, count, int, job_row, member_row,
    member_row_columns, message_columns, personal_columns, reaction_columns, user_id, user_row, user_row_columns,
};
use myna_chat::rules::{Facts, Needs, ServerRow};
use rusqlite::{Connection, OptionalExtension, Params, Result, Row, params};

queries! {
    SERVER = "SELECT rev FROM server WHERE one = 1";
    USER = concat!("SELECT ", user_row_columns!(), " FROM users WHERE id = ?1");
    USER_NAMED = "SELECT id FROM users WHERE name_key = ?1";
    CONVERSATION = concat!("SELECT ", conversation_row_columns!(), " FROM conversations WHERE id = ?1");
    DIRECT = "SELECT id FROM conversations WHERE direct_key = ?1";
    CHANNEL_NAMED = "SELECT id FROM conversations WHERE name_key = ?1";
    MEMBER = concat!("SELECT ", member_row_columns!(), " FROM members WHERE conversation_id = ?1 AND user_id = ?2");
    SENT = concat!("SELECT ", message_columns!(), " FROM messages
        WHERE conversation_id = ?1 AND sender_id = ?2 AND client_id = ?3");
    MESSAGE = concat!("SELECT ", message_columns!(), " FROM messages WHERE conversation_id = ?1 AND seq = ?2");
    REACTION = concat!("SELECT ", reaction_columns!(), " FROM reactions
        WHERE conversation_id = ?1 AND seq = ?2 AND user_id = ?3");
    REACTION_COUNT = "SELECT count(*) FROM reactions WHERE conversation_id = ?1 AND seq = ?2 AND emoji IS NOT NULL";
    PERSONAL = concat!("SELECT ", personal_columns!(), " FROM personal WHERE user_id = ?1 AND item = ?2");
    PERSONAL_OF = concat!("SELECT ", personal_columns!(), " FROM personal WHERE user_id = ?1 AND value IS NOT NULL");
    JOB = "SELECT id, due_at, change FROM jobs WHERE id = ?1";
}

/// The row with this key, if there is one.
fn one<T>(
    connection: &Connection,
    sql: &str,
    key: impl Params,
    read: impl FnOnce(&Row<'_>) -> Result<T>,
) -> Result<Option<T>> {
    connection.prepare_cached(sql)?.query_row(key, read).optional()
}

pub(super) fn load(connection: &Connection, needs: Needs, facts: &mut Facts) -> Result<()> {
    if needs.server {
        let row = one(connection, SERVER, [], |row| Ok(ServerRow { rev: count(row, 0)? }))?;
        facts.load_server(row.ok_or(rusqlite::Error::QueryReturnedNoRows)?);
    }
    for id in needs.users {
        facts.load_user(id, one(connection, USER, [id.as_bytes()], user_row)?);
    }
    for key in needs.user_names {
        let holder = one(connection, USER_NAMED, [&key], |row| user_id(row, 0))?;
        facts.load_user_name(key, holder);
    }
    for id in needs.conversations {
        facts.load_conversation(id, one(connection, CONVERSATION, [id.as_bytes()], conversation_row)?);
    }
    for pair in needs.pairs {
        let found = one(connection, DIRECT, [rows::direct_key(&pair)], |row| conversation_id(row, 0))?;
        facts.load_pair(pair, found);
    }
    for key in needs.channel_names {
        let holder = one(connection, CHANNEL_NAMED, [&key], |row| conversation_id(row, 0))?;
        facts.load_channel_name(key, holder);
    }
    for (id, user) in needs.members {
        facts.load_member((id, user), one(connection, MEMBER, [id.as_bytes(), user.as_bytes()], member_row)?);
    }
    for (id, sender, client_id) in needs.sent {
        let key = [id.as_bytes(), sender.as_bytes(), client_id.as_bytes()];
        facts.load_sent((id, sender, client_id), one(connection, SENT, key, rows::message)?);
    }
    for (id, seq) in needs.messages {
        let key = params![id.as_bytes(), int(seq)];
        facts.load_message((id, seq), one(connection, MESSAGE, key, rows::message)?);
    }
    for (id, seq, user) in needs.reactions {
        let key = params![id.as_bytes(), int(seq), user.as_bytes()];
        facts.load_reaction((id, seq, user), one(connection, REACTION, key, rows::reaction)?);
    }
    for (id, seq) in needs.reaction_counts {
        let found = one(connection, REACTION_COUNT, params![id.as_bytes(), int(seq)], |row| count(row, 0))?;
        facts.load_reaction_count((id, seq), found.unwrap_or(0));
    }
    for (user, item) in needs.personal {
        let key = params![user.as_bytes(), item.to_string()];
        facts.load_personal((user, item), one(connection, PERSONAL, key, rows::personal)?);
    }
    for user in needs.personal_of {
        let mut query = connection.prepare_cached(PERSONAL_OF)?;
        let rows = query.query_map([user.as_bytes()], rows::personal)?.collect::<Result<Vec<_>>>()?;
        facts.load_personal_of(user, rows);
    }
    for id in needs.jobs {
        facts.load_job(id, one(connection, JOB, [id], job_row)?);
    }
    Ok(())
}
