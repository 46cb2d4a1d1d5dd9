//! What is held of one conversation: its rows, and how far its feed is known.

use crate::timeline::Timeline;
use myna_protocol::{ClientId, Conversation, FeedRows, Kind, Member, Message, Rev, Row, Seq, Timestamp, UserId};
use std::collections::BTreeMap;

/// The rows held of a conversation.
#[derive(Debug, Default)]
pub(crate) struct Held {
    /// The feed is known up to here.
    pub(crate) cursor: Rev,
    /// The feed is known to have come at least so far: rows that follow this rev were seen and could not be taken.
    pub(crate) behind: Rev,
    /// The server said to forget all this: the next rows from 0 replace it.
    pub(crate) renew: bool,
    pub(crate) row: Option<Conversation>,
    pub(crate) members: BTreeMap<UserId, Member>,
    pub(crate) timeline: Timeline,
    /// The newest message seen of each sender, whatever became of the window: who sends has read up to there.
    spoken: BTreeMap<UserId, (Seq, Timestamp)>,
    /// What was read here and need not be known to the server yet.
    pub(crate) seen: Seq,
}

/// A message that an event told of.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Said {
    pub(crate) sender: UserId,
    pub(crate) client_id: ClientId,
    /// Whether it is newer than all that was known before.
    pub(crate) new: bool,
}

impl Held {
    /// Takes the rows of an event that leaves no gap.
    pub(crate) fn apply(&mut self, rows: FeedRows) -> Vec<Said> {
        let fresh = rows.from == 0;
        if fresh && self.renew {
            *self = Self::default();
        }
        let messages = self.take(rows.rows);
        let said = self.hear(&messages);
        if fresh && rows.rev > self.cursor {
            // Older messages may have changed since they were held, and this does not tell.
            self.timeline.drop_below(messages.iter().map(|message| message.seq).min());
        }
        self.timeline.apply(messages, fresh && rows.rev >= self.cursor);
        self.cursor = self.cursor.max(rows.rev);
        said
    }

    /// Takes a page of older messages and the members who sent them.
    pub(crate) fn page(&mut self, rows: Vec<Row>) -> Vec<Said> {
        let messages = self.take(rows);
        let said = self.hear(&messages);
        self.timeline.page(messages);
        said
    }

    /// Upserts all rows but the messages, which it returns.
    fn take(&mut self, rows: Vec<Row>) -> Vec<Message> {
        let mut messages = Vec::new();
        for row in rows {
            match row {
                Row::Conversation(row) => {
                    if self.row.as_ref().is_none_or(|held| row.rev > held.rev) {
                        self.row = Some(row);
                    }
                }
                Row::Member(row) => merge_member(&mut self.members, row),
                Row::Message(row) => messages.push(row),
                Row::Membership(_) => {}
            }
        }
        messages
    }

    fn hear(&mut self, messages: &[Message]) -> Vec<Said> {
        let last = self.timeline.last();
        let mut said = Vec::with_capacity(messages.len());
        for message in messages {
            let spoken = self.spoken.entry(message.sender).or_default();
            if message.seq > spoken.0 {
                *spoken = (message.seq, message.sent_at);
            }
            said.push(Said { sender: message.sender, client_id: message.client_id, new: message.seq > last });
        }
        said
    }

    pub(crate) fn kind(&self) -> Option<Kind> {
        self.row.as_ref().map(|row| row.kind)
    }

    /// How far somebody has read, as far as this conversation tells, and when: what they said counts as read.
    pub(crate) fn read_by(&self, user: UserId) -> (Seq, Option<Timestamp>) {
        let told = self.members.get(&user).map_or((0, None), |member| (member.read_seq, member.read_at));
        match self.spoken.get(&user) {
            Some((seq, at)) if *seq >= told.0 => (*seq, Some(*at)),
            _ => told,
        }
    }

    /// The newest message seen of this person; 0 when there is none.
    pub(crate) fn spoken_by(&self, user: UserId) -> Seq {
        self.spoken.get(&user).map_or(0, |(seq, _)| *seq)
    }

    /// Whether it has a message with this client id of this sender loaded.
    pub(crate) fn has_message(&self, sender: UserId, client_id: ClientId) -> bool {
        self.timeline.messages().rev().any(|message| message.client_id == client_id && message.sender == sender)
    }

    /// Somebody's name, or a word where it is not known.
    pub(crate) fn name(&self, user: UserId) -> &str {
        self.members.get(&user).map_or("Somebody", |member| member.name.as_str())
    }
}

/// The row with the greater rev stays, but a read place never falls, whatever the rev.
fn merge_member(members: &mut BTreeMap<UserId, Member>, row: Member) {
    let Some(held) = members.get_mut(&row.user) else {
        members.insert(row.user, row);
        return;
    };
    let furthest = if (row.read_seq, row.read_at) > (held.read_seq, held.read_at) {
        (row.read_seq, row.read_at)
    } else {
        (held.read_seq, held.read_at)
    };
    if row.rev > held.rev {
        *held = row;
    }
    (held.read_seq, held.read_at) = furthest;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{conversation, message, user};
    use myna_protocol::Feed;

    fn member(rev: Rev, read_seq: Seq) -> Row {
        let read_at = Some(Timestamp(1_000 + read_seq as i64));
        let (name, joined_seq, left_seq) = (format!("name {rev}"), 0, None);
        Row::Member(Member {
            conversation: conversation(1),
            user: user(2),
            name,
            joined_seq,
            left_seq,
            read_seq,
            read_at,
            rev,
        })
    }

    fn held(rows: impl IntoIterator<Item = Row>) -> Held {
        let mut held = Held::default();
        for row in rows {
            held.apply(FeedRows {
                feed: Feed::Conversation(conversation(1)),
                from: 0,
                rev: row.rev(),
                rows: vec![row],
            });
        }
        held
    }

    #[test]
    fn a_read_place_never_falls_whatever_the_rev() {
        for rows in [[member(5, 9), member(6, 4)], [member(6, 4), member(5, 9)]] {
            let held = held(rows);
            assert_eq!(held.read_by(user(2)), (9, Some(Timestamp(1_009))));
            assert_eq!(held.name(user(2)), "name 6");
        }
    }

    #[test]
    fn who_says_something_has_read_up_to_there() {
        let said = || Row::Message(message(7));
        for rows in [[said(), member(5, 4)], [member(5, 4), said()]] {
            assert_eq!(held(rows).read_by(user(2)), (7, Some(message(7).sent_at)));
        }
        assert_eq!(held([said(), member(5, 8)]).read_by(user(2)), (8, Some(Timestamp(1_008))));
    }
}
