//! Writing the rows that a batch has changed.

use crate::embedded::rows::{direct_key, int, json_text, kind_text};
use crate::words::tails;
use myna_chat::rules::{ConversationRow, JobRow, MemberRow, PersonalRow, ServerRow, UserRow, Writes, Written};
use myna_protocol::{Kind, Message, Name, Reaction, Timestamp};
use rusqlite::{Connection, Error, Params, Result, params};

queries! {
    SERVER = "UPDATE server SET rev = ?1 WHERE one = 1";
    USER_REV = "UPDATE users SET rev = ?2 WHERE id = ?1";
    USER = "UPDATE users SET rev = ?2, name = ?3, name_key = ?4, person_rev = ?5 WHERE id = ?1";
    ADD_USER_WORD = "INSERT INTO user_words (word, name_key) VALUES (?1, ?2)";
    DROP_USER_WORDS = "DELETE FROM user_words WHERE name_key = ?1";
    ADD_CHANNEL_WORD = "INSERT INTO channel_words (word, name_key) VALUES (?1, ?2)";
    DROP_CHANNEL_WORDS = "DELETE FROM channel_words WHERE name_key = ?1";
    ADD_CONVERSATION = "INSERT INTO conversations
        (id, kind, name, name_key, direct_key, created_by, created_at, receipts, member_count, last_seq, active_at, rev, row_rev)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)";
    ADVANCE = "UPDATE conversations SET member_count = ?2, last_seq = ?3, active_at = ?4, rev = ?5, row_rev = ?6 WHERE id = ?1";
    RENAME = "UPDATE conversations SET name = ?2, name_key = ?3 WHERE id = ?1";
    ADD_MEMBER = "INSERT INTO members
        (conversation_id, user_id, joined_rev, joined_seq, left_seq, read_seq, read_at, rev, user_rev)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
    MEMBER = "UPDATE members SET joined_seq = ?3, left_seq = ?4, read_seq = ?5, read_at = ?6, rev = ?7, user_rev = ?8
        WHERE conversation_id = ?1 AND user_id = ?2";
    // Apart: an index is on the revs, and most messages change none of them.
    READ_PLACE = "UPDATE members SET read_seq = ?3, read_at = ?4 WHERE conversation_id = ?1 AND user_id = ?2";
    ADD_MESSAGE = "INSERT INTO messages (conversation_id, seq, sender_id, client_id, text, sent_at, rev, extra)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
    MESSAGE = "UPDATE messages SET text = ?3, rev = ?4, extra = ?5 WHERE conversation_id = ?1 AND seq = ?2";
    PUT_REACTION = "INSERT INTO reactions (conversation_id, seq, user_id, emoji, rev) VALUES (?1, ?2, ?3, ?4, ?5)
        ON CONFLICT (conversation_id, seq, user_id) DO UPDATE SET emoji = ?4, rev = ?5";
    PUT_PERSONAL = "INSERT INTO personal (user_id, item, value, rev) VALUES (?1, ?2, ?3, ?4)
        ON CONFLICT (user_id, item) DO UPDATE SET value = ?3, rev = ?4";
    PUT_JOB = "INSERT INTO jobs (id, due_at, change) VALUES (?1, ?2, ?3)
        ON CONFLICT (id) DO UPDATE SET due_at = ?2, change = ?3";
    DROP_JOB = "DELETE FROM jobs WHERE id = ?1";
}

pub(super) fn write(connection: &Connection, writes: &Writes) -> Result<()> {
    let writer = Writer(connection);
    writes.server.iter().try_for_each(|row| writer.server(row))?;
    writes.users.iter().try_for_each(|row| writer.user(row))?;
    writes.conversations.iter().try_for_each(|row| writer.conversation(row))?;
    writes.members.iter().try_for_each(|row| writer.member(row))?;
    writes.messages.iter().try_for_each(|row| writer.message(row))?;
    writes.reactions.iter().try_for_each(|row| writer.reaction(row))?;
    writes.jobs.iter().try_for_each(|row| writer.job(row))?;
    writes.personal.iter().try_for_each(|row| writer.personal(row))
}

struct Writer<'a>(&'a Connection);

impl Writer<'_> {
    fn execute(&self, sql: &str, values: impl Params) -> Result<()> {
        self.0.prepare_cached(sql)?.execute(values).map(|_| ())
    }

    fn words(&self, sql: &str, key: Option<&str>) -> Result<()> {
        let mut statement = self.0.prepare_cached(sql)?;
        key.into_iter().flat_map(tails).try_for_each(|word| statement.execute(params![word, key]).map(|_| ()))
    }

    fn server(&self, row: &Written<ServerRow>) -> Result<()> {
        row.now.iter().try_for_each(|now| self.execute(SERVER, [int(now.rev)]))
    }

    fn user(&self, row: &Written<UserRow>) -> Result<()> {
        let (Some(before), Some(now)) = (&row.before, &row.now) else { return Ok(()) };
        if before.name == now.name && before.person_rev == now.person_rev {
            return self.execute(USER_REV, params![now.id.as_bytes(), int(now.rev)]);
        }
        let (old, new) = (Name::search_key(&before.name), Name::search_key(&now.name));
        self.execute(DROP_USER_WORDS, [old])?;
        self.execute(USER, params![now.id.as_bytes(), int(now.rev), now.name, new, int(now.person_rev)])?;
        self.words(ADD_USER_WORD, Some(&new))
    }

    fn conversation(&self, row: &Written<ConversationRow>) -> Result<()> {
        let Some(now) = &row.now else { return Ok(()) };
        let new = name_key(now);
        let Some(before) = &row.before else {
            self.execute(
                ADD_CONVERSATION,
                params![
                    now.id.as_bytes(),
                    kind_text(now.kind),
                    now.name,
                    new,
                    now.pair.as_ref().map(direct_key),
                    now.created_by.as_bytes(),
                    now.created_at.millis(),
                    now.receipts,
                    now.member_count,
                    int(now.last_seq),
                    now.active_at.millis(),
                    int(now.rev),
                    int(now.row_rev)
                ],
            )?;
            return self.words(ADD_CHANNEL_WORD, new.as_deref());
        };
        if before.name != now.name {
            self.execute(DROP_CHANNEL_WORDS, [name_key(before)])?;
            self.execute(RENAME, params![now.id.as_bytes(), now.name, new])?;
            self.words(ADD_CHANNEL_WORD, new.as_deref())?;
        }
        let (seq, active_at) = (int(now.last_seq), now.active_at.millis());
        let values = params![now.id.as_bytes(), now.member_count, seq, active_at, int(now.rev), int(now.row_rev)];
        self.execute(ADVANCE, values)
    }

    fn member(&self, row: &Written<MemberRow>) -> Result<()> {
        let Some(now) = &row.now else { return Ok(()) };
        let (id, user) = (now.conversation.as_bytes(), now.user.as_bytes());
        let (read_seq, read_at) = (int(now.read_seq), now.read_at.map(Timestamp::millis));
        let (joined_rev, joined_seq, left_seq) = (int(now.joined_rev), int(now.joined_seq), now.left_seq.map(int));
        let (rev, user_rev) = (int(now.rev), int(now.user_rev));
        match &row.before {
            None => {
                let values = params![id, user, joined_rev, joined_seq, left_seq, read_seq, read_at, rev, user_rev];
                self.execute(ADD_MEMBER, values)
            }
            Some(before) if (before.rev, before.user_rev) == (now.rev, now.user_rev) => {
                self.execute(READ_PLACE, params![id, user, read_seq, read_at])
            }
            Some(_) => self.execute(MEMBER, params![id, user, joined_seq, left_seq, read_seq, read_at, rev, user_rev]),
        }
    }

    fn message(&self, row: &Written<Message>) -> Result<()> {
        let Some(now) = &row.now else { return Ok(()) };
        let (id, seq, rev) = (now.conversation.as_bytes(), int(now.seq), int(now.rev));
        let extra = json_text(now.extra.as_ref())?;
        if row.before.is_some() {
            return self.execute(MESSAGE, params![id, seq, now.text, rev, extra]);
        }
        let (sender, client_id) = (now.sender.as_bytes(), now.client_id.as_bytes());
        let values = params![id, seq, sender, client_id, now.text, now.sent_at.millis(), rev, extra];
        self.execute(ADD_MESSAGE, values)
    }

    fn reaction(&self, row: &Written<Reaction>) -> Result<()> {
        row.now.iter().try_for_each(|now| {
            let (id, user) = (now.conversation.as_bytes(), now.user.as_bytes());
            self.execute(PUT_REACTION, params![id, int(now.seq), user, now.emoji, int(now.rev)])
        })
    }

    fn personal(&self, row: &Written<PersonalRow>) -> Result<()> {
        row.now.iter().try_for_each(|now| {
            let (user, item, value) = (now.user.as_bytes(), now.item.to_string(), json_text(now.value.as_ref())?);
            self.execute(PUT_PERSONAL, params![user, item, value, int(now.rev)])
        })
    }

    fn job(&self, row: &Written<JobRow>) -> Result<()> {
        match (&row.before, &row.now) {
            (_, Some(now)) => {
                let change =
                    serde_json::to_string(&now.change).map_err(|error| Error::ToSqlConversionFailure(error.into()))?;
                self.execute(PUT_JOB, params![now.id, now.due_at.millis(), change])
            }
            (Some(before), None) => self.execute(DROP_JOB, [before.id]),
            (None, None) => Ok(()),
        }
    }
}

/// What makes a channel's name unique.
fn name_key(row: &ConversationRow) -> Option<String> {
    row.name.as_deref().filter(|_| row.kind == Kind::Channel).map(Name::search_key)
}
