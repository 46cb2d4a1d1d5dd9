//! Feeds: how far they are, what changed in them, and all of them afresh.

use super::history;
use super::rows::{
    conversation_columns, conversation_id, count, int, member, member_columns, membership, membership_columns, message,
    message_columns, user_id,
};
use super::{conversations, rows};
use myna_chat::store::Head;
use myna_protocol::limits::GROUP_MEMBERS;
use myna_protocol::{ConversationId, Feed, FeedRows, Member, Rev, Row, UserId};
use rusqlite::{Connection, OptionalExtension, Result, params};
use std::collections::HashSet;

queries! {
    USER_REV = "SELECT rev FROM users WHERE id = ?1";
    CONVERSATION_HEADS = "SELECT c.id, c.rev, c.receipts FROM members m JOIN conversations c ON c.id = m.conversation_id
        WHERE m.user_id = ?1 AND m.left_seq IS NULL";
    CONVERSATION_REV = "SELECT rev, receipts FROM conversations WHERE id = ?1";
    PRESENCE_PEERS = "SELECT DISTINCT other.user_id FROM members own
        JOIN conversations c ON c.id = own.conversation_id AND c.receipts
        JOIN members other ON other.conversation_id = own.conversation_id AND other.left_seq IS NULL
        WHERE own.user_id = ?1 AND own.left_seq IS NULL AND other.user_id <> ?1";
    ROW_SINCE = concat!("SELECT ", conversation_columns!(), " FROM conversations c WHERE c.id = ?1 AND c.row_rev > ?2");
    MEMBERS_SINCE = concat!("SELECT ", member_columns!(), " FROM members m JOIN users u ON u.id = m.user_id
        WHERE m.conversation_id = ?1 AND m.rev > ?2 ORDER BY m.rev LIMIT ?3");
    MESSAGES_SINCE = concat!("SELECT ", message_columns!(), " FROM messages
        WHERE conversation_id = ?1 AND rev > ?2 ORDER BY rev LIMIT ?3");
    MEMBERSHIPS_SINCE = concat!("SELECT ", membership_columns!(), " FROM members
        WHERE user_id = ?1 AND user_rev > ?2 ORDER BY user_rev LIMIT ?3");
    MEMBERSHIPS = concat!("SELECT ", membership_columns!(), " FROM members
        WHERE user_id = ?1 AND left_seq IS NULL ORDER BY user_rev");
    FIRST_MEMBERS = concat!("SELECT ", member_columns!(), " FROM members m JOIN users u ON u.id = m.user_id
        WHERE m.conversation_id = ?1 ORDER BY m.came, m.user_id LIMIT ?2");
}

pub(super) fn heads(connection: &Connection, user: UserId) -> Result<Vec<Head>> {
    let Some(rev) = user_rev(connection, user)? else {
        return Ok(Vec::new());
    };
    let mut heads = vec![Head { feed: Feed::User(user), rev, presence: false }];
    let mut query = connection.prepare_cached(CONVERSATION_HEADS)?;
    let conversations = query.query_map([user.as_bytes()], |row| {
        Ok(Head { feed: Feed::Conversation(conversation_id(row, 0)?), rev: count(row, 1)?, presence: row.get(2)? })
    })?;
    for head in conversations {
        heads.push(head?);
    }
    Ok(heads)
}

pub(super) fn revs(connection: &Connection, feeds: &[Feed]) -> Result<Vec<(Feed, Rev)>> {
    let mut revs = Vec::with_capacity(feeds.len());
    for feed in feeds {
        let rev = match feed {
            Feed::User(id) => user_rev(connection, *id)?,
            Feed::Conversation(id) => conversation_rev(connection, *id)?.map(|(rev, _)| rev),
        };
        revs.extend(rev.map(|rev| (*feed, rev)));
    }
    Ok(revs)
}

pub(super) fn presence_peers(connection: &Connection, user: UserId) -> Result<Vec<UserId>> {
    let mut query = connection.prepare_cached(PRESENCE_PEERS)?;
    query.query_map([user.as_bytes()], |row| user_id(row, 0))?.collect()
}

pub(super) fn rows_since(connection: &Connection, feed: Feed, from: Rev, limit: u32) -> Result<Option<FeedRows>> {
    let rev = match feed {
        Feed::User(id) => user_rev(connection, id)?,
        Feed::Conversation(id) => conversation_rev(connection, id)?.map(|(rev, _)| rev),
    };
    let Some(rev) = rev.filter(|rev| from <= *rev) else {
        return Ok(None);
    };
    let rows = match feed {
        Feed::User(id) => memberships_since(connection, id, from, limit)?,
        Feed::Conversation(id) => conversation_since(connection, id, from, limit)?,
    };
    Ok((rows.len() <= limit as usize).then_some(FeedRows { feed, from, rev, rows }))
}

pub(super) fn load_user(connection: &Connection, user: UserId) -> Result<FeedRows> {
    let rev = user_rev(connection, user)?.unwrap_or(0);
    let mut query = connection.prepare_cached(MEMBERSHIPS)?;
    let rows =
        query.query_map([user.as_bytes()], |row| membership(row).map(Row::Membership))?.collect::<Result<_>>()?;
    Ok(FeedRows { feed: Feed::User(user), from: 0, rev, rows })
}

pub(super) fn load_conversations(
    connection: &Connection,
    ids: &[ConversationId],
    messages: u32,
) -> Result<Vec<FeedRows>> {
    ids.iter().filter_map(|id| load_conversation(connection, *id, messages).transpose()).collect()
}

fn load_conversation(connection: &Connection, id: ConversationId, messages: u32) -> Result<Option<FeedRows>> {
    let (Some(row), Some((rev, receipts))) = (conversations::by_id(connection, id)?, conversation_rev(connection, id)?)
    else {
        return Ok(None);
    };
    let messages = history::newest(connection, id, messages)?;
    let members = members(connection, id, receipts)?;
    let told: HashSet<UserId> = members.iter().map(|member| member.user).collect();
    let senders = history::senders(connection, id, receipts, &messages, |sender| !told.contains(&sender))?;
    let mut rows = vec![Row::Conversation(row)];
    rows.extend(messages.into_iter().map(Row::Message));
    rows.extend(members.into_iter().chain(senders).map(Row::Member));
    Ok(Some(FeedRows { feed: Feed::Conversation(id), from: 0, rev, rows }))
}

/// Those who came first, in that order; all of them, but in a large channel.
pub(super) fn members(connection: &Connection, id: ConversationId, receipts: bool) -> Result<Vec<Member>> {
    let mut query = connection.prepare_cached(FIRST_MEMBERS)?;
    query.query_map(params![id.as_bytes(), GROUP_MEMBERS as i64], |row| member(row, receipts))?.collect()
}

fn user_rev(connection: &Connection, id: UserId) -> Result<Option<Rev>> {
    connection.prepare_cached(USER_REV)?.query_row([id.as_bytes()], |row| count(row, 0)).optional()
}

/// The rev of the conversation's feed, and whether it tells receipts.
pub(super) fn conversation_rev(connection: &Connection, id: ConversationId) -> Result<Option<(Rev, bool)>> {
    let mut query = connection.prepare_cached(CONVERSATION_REV)?;
    query.query_row([id.as_bytes()], |row| Ok((count(row, 0)?, row.get(1)?))).optional()
}

/// At most one more than `limit`.
fn memberships_since(connection: &Connection, user: UserId, from: Rev, limit: u32) -> Result<Vec<Row>> {
    let values = params![user.as_bytes(), int(from), i64::from(limit) + 1];
    let mut query = connection.prepare_cached(MEMBERSHIPS_SINCE)?;
    query.query_map(values, |row| membership(row).map(Row::Membership))?.collect()
}

/// All of them when they are at most `limit`, otherwise more than `limit`.
fn conversation_since(connection: &Connection, id: ConversationId, from: Rev, limit: u32) -> Result<Vec<Row>> {
    let Some((_, receipts)) = conversation_rev(connection, id)? else {
        return Ok(Vec::new());
    };
    let values = params![id.as_bytes(), int(from), i64::from(limit) + 1];
    let mut rows = Vec::new();
    let mut row_since = connection.prepare_cached(ROW_SINCE)?;
    rows.extend(row_since.query_row(&values[..2], rows::conversation).optional()?.map(Row::Conversation));
    let mut members_since = connection.prepare_cached(MEMBERS_SINCE)?;
    for row in members_since.query_map(values, |row| member(row, receipts).map(Row::Member))? {
        rows.push(row?);
    }
    let mut messages_since = connection.prepare_cached(MESSAGES_SINCE)?;
    for row in messages_since.query_map(values, |row| message(row).map(Row::Message))? {
        rows.push(row?);
    }
    rows.sort_by_key(Row::rev);
    Ok(rows)
}
