//! Taking the next rev of a feed, and stamping the rows that a change has touched.

use crate::embedded::rows::{self, conversation_columns, count, int, member_columns, membership_columns};
use myna_protocol::{Conversation, ConversationId, Feed, FeedRows, Member, Rev, Row, UserId};
use rusqlite::{Connection, Result, params};

queries! {
    NEXT_OF_CONVERSATION = "UPDATE conversations SET rev = rev + 1 WHERE id = ?1 RETURNING rev";
    NEXT_OF_USER = "UPDATE users SET rev = rev + 1 WHERE id = ?1 RETURNING rev";
    STAMP_ROW = "UPDATE conversations SET row_rev = ?2 WHERE id = ?1";
    ROW = concat!("SELECT ", conversation_columns!(), " FROM conversations c WHERE c.id = ?1");
    STAMP_MEMBER = "UPDATE members SET rev = ?3 WHERE conversation_id = ?1 AND user_id = ?2";
    MEMBER = concat!("SELECT ", member_columns!(), ", c.receipts FROM members m
        JOIN conversations c ON c.id = m.conversation_id JOIN users u ON u.id = m.user_id
        WHERE m.conversation_id = ?1 AND m.user_id = ?2");
    STAMP_MEMBERSHIP = "UPDATE members SET user_rev = ?3 WHERE conversation_id = ?1 AND user_id = ?2";
    MEMBERSHIP = concat!("SELECT ", membership_columns!(), " FROM members WHERE conversation_id = ?1 AND user_id = ?2");
}

/// Takes the conversation's next rev, and tells the rows that `touched` stamps with it.
pub(super) fn conversation(
    connection: &Connection,
    id: ConversationId,
    touched: impl FnOnce(Rev) -> Result<Vec<Row>>,
) -> Result<FeedRows> {
    let rev = connection.prepare_cached(NEXT_OF_CONVERSATION)?.query_row([id.as_bytes()], |row| count(row, 0))?;
    Ok(FeedRows { feed: Feed::Conversation(id), from: rev - 1, rev, rows: touched(rev)? })
}

/// Stamps the conversation's own row.
pub(super) fn row(connection: &Connection, id: ConversationId, rev: Rev) -> Result<Conversation> {
    connection.prepare_cached(STAMP_ROW)?.execute(params![id.as_bytes(), int(rev)])?;
    connection.prepare_cached(ROW)?.query_row([id.as_bytes()], rows::conversation)
}

/// Stamps a member's row.
pub(super) fn member(connection: &Connection, id: ConversationId, user: UserId, rev: Rev) -> Result<Member> {
    connection.prepare_cached(STAMP_MEMBER)?.execute(params![id.as_bytes(), user.as_bytes(), int(rev)])?;
    let ids = [id.as_bytes(), user.as_bytes()];
    connection.prepare_cached(MEMBER)?.query_row(ids, |row| rows::member(row, row.get(8)?))
}

/// Takes the next rev of a person's own feed, and tells their membership of the conversation stamped with it.
pub(super) fn membership(connection: &Connection, id: ConversationId, user: UserId) -> Result<FeedRows> {
    let rev = connection.prepare_cached(NEXT_OF_USER)?.query_row([user.as_bytes()], |row| count(row, 0))?;
    connection.prepare_cached(STAMP_MEMBERSHIP)?.execute(params![id.as_bytes(), user.as_bytes(), int(rev)])?;
    let ids = [id.as_bytes(), user.as_bytes()];
    let membership = connection.prepare_cached(MEMBERSHIP)?.query_row(ids, rows::membership)?;
    Ok(FeedRows { feed: Feed::User(user), from: rev - 1, rev, rows: vec![Row::Membership(membership)] })
}
