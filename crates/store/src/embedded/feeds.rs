//! Feeds: how far they are, what changed in them, and all of them afresh.

use super::history;
use super::rows::{
    conversation_columns, conversation_id, count, int, member_and_person, member_columns, membership,
    membership_columns, message, message_columns, person, person_columns, personal_columns, personal_seen, reaction,
    reaction_columns, timestamp, user_id,
};
use super::{conversations, rows};
use myna_chat::row_weight;
use myna_chat::store::{Extent, Head, Page};
use myna_protocol::{ConversationId, Feed, FeedRows, Member, Person, Rev, Row, Timestamp, UserId};
use rusqlite::{Connection, OptionalExtension, Result, params};
use std::collections::HashSet;

queries! {
    USER_REV = "SELECT rev FROM users WHERE id = ?1";
    SERVER_REV = "SELECT rev FROM server WHERE one = 1";
    CONVERSATION_HEADS = "SELECT c.id, c.rev, c.receipts, c.active_at FROM members m JOIN conversations c ON c.id = m.conversation_id
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
    REACTIONS_SINCE = concat!("SELECT ", reaction_columns!(), " FROM reactions
        WHERE conversation_id = ?1 AND rev > ?2 ORDER BY rev LIMIT ?3");
    PERSONAL_SINCE = concat!("SELECT ", personal_columns!(), " FROM personal
        WHERE user_id = ?1 AND rev > ?2 ORDER BY rev LIMIT ?3");
    PERSONAL = concat!("SELECT ", personal_columns!(), " FROM personal WHERE user_id = ?1 AND value IS NOT NULL");
    MEMBERSHIPS_SINCE = concat!("SELECT ", membership_columns!(), " FROM members
        WHERE user_id = ?1 AND user_rev > ?2 ORDER BY user_rev LIMIT ?3");
    MEMBERSHIPS = concat!("SELECT ", membership_columns!(), " FROM members
        WHERE user_id = ?1 AND left_seq IS NULL ORDER BY user_rev");
    PEOPLE_SINCE = concat!("SELECT ", person_columns!(), " FROM users
        WHERE person_rev > ?1 AND person_rev > 0 ORDER BY person_rev LIMIT ?2");
    MEMBERS_AFTER = concat!("SELECT ", member_columns!(), " FROM members m JOIN users u ON u.id = m.user_id
        WHERE m.conversation_id = ?1 AND (m.joined_rev, m.user_id) > (?2, ?3) ORDER BY m.joined_rev, m.user_id LIMIT ?4");
    JOINED = "SELECT joined_rev FROM members WHERE conversation_id = ?1 AND user_id = ?2";
    FIRST_MEMBERS = concat!("SELECT ", member_columns!(), " FROM members m JOIN users u ON u.id = m.user_id
        WHERE m.conversation_id = ?1 ORDER BY m.joined_rev, m.user_id LIMIT ?2");
}

pub(super) fn heads(connection: &Connection, user: UserId) -> Result<Vec<Head>> {
    let Some(rev) = user_rev(connection, user)? else {
        return Ok(Vec::new());
    };
    let none = Timestamp(0);
    let mut heads = vec![
        Head { feed: Feed::User(user), rev, presence: false, active_at: none },
        Head { feed: Feed::Server, rev: server_rev(connection)?, presence: false, active_at: none },
    ];
    let mut query = connection.prepare_cached(CONVERSATION_HEADS)?;
    let conversations = query.query_map([user.as_bytes()], |row| {
        let feed = Feed::Conversation(conversation_id(row, 0)?);
        Ok(Head { feed, rev: count(row, 1)?, presence: row.get(2)?, active_at: timestamp(row, 3)? })
    })?;
    for head in conversations {
        heads.push(head?);
    }
    Ok(heads)
}

pub(super) fn revs(connection: &Connection, feeds: &[Feed]) -> Result<Vec<(Feed, Rev)>> {
    let mut revs = Vec::with_capacity(feeds.len());
    for feed in feeds {
        revs.extend(feed_rev(connection, *feed)?.map(|rev| (*feed, rev)));
    }
    Ok(revs)
}

pub(super) fn presence_peers(connection: &Connection, user: UserId) -> Result<Vec<UserId>> {
    let mut query = connection.prepare_cached(PRESENCE_PEERS)?;
    query.query_map([user.as_bytes()], |row| user_id(row, 0))?.collect()
}

fn feed_rev(connection: &Connection, feed: Feed) -> Result<Option<Rev>> {
    match feed {
        Feed::Server => server_rev(connection).map(Some),
        Feed::User(id) => user_rev(connection, id),
        Feed::Conversation(id) => Ok(conversation_rev(connection, id)?.map(|(rev, _)| rev)),
    }
}

pub(super) fn rows_since(connection: &Connection, feed: Feed, from: Rev, page: Page) -> Result<Option<FeedRows>> {
    let Some(rev) = feed_rev(connection, feed)?.filter(|rev| from <= *rev) else {
        return Ok(None);
    };
    let mut rows = Bounded { rows: Vec::new(), people: Vec::new(), page, bytes: 0 };
    match feed {
        Feed::Server => people_since(connection, from, &mut rows)?,
        Feed::User(id) => user_since(connection, id, from, &mut rows)?,
        Feed::Conversation(id) => conversation_since(connection, id, from, &mut rows)?,
    }
    Ok((!rows.is_over()).then_some(FeedRows { feed, from, rev, rows: rows.sorted() }))
}

/// Rows as far as a page holds them.
struct Bounded {
    rows: Vec<Row>,
    people: Vec<Person>,
    page: Page,
    bytes: usize,
}

impl Bounded {
    fn add(&mut self, row: Row) {
        self.bytes += row_weight(&row);
        self.rows.push(row);
    }

    fn is_over(&self) -> bool {
        self.bytes > self.page.bytes || self.rows.len() > self.page.rows as usize
    }

    /// One more than fits, for a `LIMIT`.
    fn limit(&self) -> i64 {
        i64::from(self.page.rows) + 1
    }

    /// Who the members are. They are no more than the members, and fill no page.
    fn people(&mut self, people: Vec<Person>) {
        self.people = people;
    }

    /// The feed's rows by rev, then the people.
    fn sorted(self) -> Vec<Row> {
        let mut rows = self.rows;
        rows.sort_by_key(Row::rev);
        rows.extend(self.people.into_iter().map(Row::Person));
        rows
    }
}

pub(super) fn load_user(connection: &Connection, user: UserId) -> Result<FeedRows> {
    let rev = user_rev(connection, user)?.unwrap_or(0);
    let mut query = connection.prepare_cached(MEMBERSHIPS)?;
    let memberships = query.query_map([user.as_bytes()], |row| membership(row).map(Row::Membership))?;
    let mut rows = memberships.collect::<Result<Vec<_>>>()?;
    let mut query = connection.prepare_cached(PERSONAL)?;
    for row in query.query_map([user.as_bytes()], personal_seen)? {
        rows.extend(row?);
    }
    Ok(FeedRows { feed: Feed::User(user), from: 0, rev, rows })
}

pub(super) fn load_conversations(
    connection: &Connection,
    ids: &[ConversationId],
    extent: Extent,
) -> Result<Vec<FeedRows>> {
    ids.iter().filter_map(|id| load_conversation(connection, *id, extent).transpose()).collect()
}

fn load_conversation(connection: &Connection, id: ConversationId, extent: Extent) -> Result<Option<FeedRows>> {
    let (Some(row), Some((rev, receipts))) = (conversations::by_id(connection, id)?, conversation_rev(connection, id)?)
    else {
        return Ok(None);
    };
    let mut messages = history::newest(connection, id, extent.messages)?;
    let reactions = history::reactions(connection, id, &mut messages)?;
    let mut first = connection.prepare_cached(FIRST_MEMBERS)?;
    let members = first.query_map(params![id.as_bytes(), extent.members], |row| member_and_person(row, receipts))?;
    let members = members.collect::<Result<Vec<_>>>()?;
    let loaded: HashSet<UserId> = members.iter().map(|(member, _)| member.user).collect();
    let senders = history::senders(connection, id, receipts, &messages, |sender| !loaded.contains(&sender))?;
    let mut rows = vec![Row::Conversation(row)];
    rows.extend(messages.into_iter().map(Row::Message));
    rows.extend(reactions.into_iter().map(Row::Reaction));
    rows.extend(with_people(members.into_iter().chain(senders)));
    Ok(Some(FeedRows { feed: Feed::Conversation(id), from: 0, rev, rows }))
}

/// Members after this one, in the order in which they joined.
pub(super) fn members_after(
    connection: &Connection,
    id: ConversationId,
    after: Option<UserId>,
    limit: u32,
) -> Result<Vec<Row>> {
    let Some((_, receipts)) = conversation_rev(connection, id)? else { return Ok(Vec::new()) };
    let place = match &after {
        None => Some((0, &[][..])),
        Some(user) => {
            let mut joined = connection.prepare_cached(JOINED)?;
            let joined = joined.query_row([id.as_bytes(), user.as_bytes()], |row| row.get::<_, i64>(0)).optional()?;
            joined.map(|joined| (joined, user.as_bytes().as_slice()))
        }
    };
    let Some((joined_rev, user)) = place else { return Ok(Vec::new()) };
    let mut after = connection.prepare_cached(MEMBERS_AFTER)?;
    let values = params![id.as_bytes(), joined_rev, user, limit];
    let members = after.query_map(values, |row| member_and_person(row, receipts))?.collect::<Result<Vec<_>>>()?;
    Ok(with_people(members).collect())
}

/// Rows of members, each followed by who they are.
pub(super) fn with_people(members: impl IntoIterator<Item = (Member, Person)>) -> impl Iterator<Item = Row> {
    members.into_iter().flat_map(|(member, person)| [Row::Member(member), Row::Person(person)])
}

fn server_rev(connection: &Connection) -> Result<Rev> {
    connection.prepare_cached(SERVER_REV)?.query_row([], |row| count(row, 0))
}

fn user_rev(connection: &Connection, id: UserId) -> Result<Option<Rev>> {
    connection.prepare_cached(USER_REV)?.query_row([id.as_bytes()], |row| count(row, 0)).optional()
}

/// The rev of the conversation's feed, and whether it tells receipts.
pub(super) fn conversation_rev(connection: &Connection, id: ConversationId) -> Result<Option<(Rev, bool)>> {
    let mut query = connection.prepare_cached(CONVERSATION_REV)?;
    query.query_row([id.as_bytes()], |row| Ok((count(row, 0)?, row.get(1)?))).optional()
}

fn people_since(connection: &Connection, from: Rev, rows: &mut Bounded) -> Result<()> {
    let mut query = connection.prepare_cached(PEOPLE_SINCE)?;
    for row in query.query_map(params![int(from), rows.limit()], person)? {
        rows.add(Row::Person(row?));
    }
    Ok(())
}

fn user_since(connection: &Connection, user: UserId, from: Rev, rows: &mut Bounded) -> Result<()> {
    let mut query = connection.prepare_cached(MEMBERSHIPS_SINCE)?;
    for row in query.query_map(params![user.as_bytes(), int(from), rows.limit()], membership)? {
        rows.add(Row::Membership(row?));
    }
    if rows.is_over() {
        return Ok(());
    }
    let mut query = connection.prepare_cached(PERSONAL_SINCE)?;
    for row in query.query_map(params![user.as_bytes(), int(from), rows.limit()], personal_seen)? {
        if let Some(row) = row? {
            rows.add(row);
        }
        if rows.is_over() {
            return Ok(());
        }
    }
    Ok(())
}

fn conversation_since(connection: &Connection, id: ConversationId, from: Rev, rows: &mut Bounded) -> Result<()> {
    let Some((_, receipts)) = conversation_rev(connection, id)? else { return Ok(()) };
    let mut row_since = connection.prepare_cached(ROW_SINCE)?;
    if let Some(row) = row_since.query_row(params![id.as_bytes(), int(from)], rows::conversation).optional()? {
        rows.add(Row::Conversation(row));
    }
    let mut people = Vec::new();
    let mut members_since = connection.prepare_cached(MEMBERS_SINCE)?;
    let values = params![id.as_bytes(), int(from), rows.limit()];
    for row in members_since.query_map(values, |row| member_and_person(row, receipts))? {
        let (member, person) = row?;
        rows.add(Row::Member(member));
        people.push(person);
        if rows.is_over() {
            return Ok(());
        }
    }
    let mut messages_since = connection.prepare_cached(MESSAGES_SINCE)?;
    for row in messages_since.query_map(values, |row| message(row).map(Row::Message))? {
        rows.add(row?);
        if rows.is_over() {
            return Ok(());
        }
    }
    let mut reactions_since = connection.prepare_cached(REACTIONS_SINCE)?;
    for row in reactions_since.query_map(values, |row| reaction(row).map(Row::Reaction))? {
        rows.add(row?);
        if rows.is_over() {
            return Ok(());
        }
    }
    rows.people(people);
    Ok(())
}
