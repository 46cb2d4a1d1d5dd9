//! Messages that the server sends later.

use litemap::LiteMap;
use myna_protocol::{ClientId, ConversationId, FeedRows, Rejection, Row, Scheduled, ScheduledMessage, Seq, Timestamp};

/// A message that waits for its time, as it is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScheduledItem {
    pub client_id: ClientId,
    pub conversation: ConversationId,
    pub text: String,
    /// The message that it answers.
    pub reply_to: Option<Seq>,
    pub send_at: Timestamp,
    /// Why it could not be sent.
    pub failed: Option<Rejection>,
}

/// The rows of the person's own feed that are about such messages. One that was sent or deleted stays, so that an older row of it
/// changes nothing.
#[derive(Debug, Default)]
pub(crate) struct Schedule {
    rows: LiteMap<ClientId, Scheduled>,
    /// The server said to forget them: the next rows from 0 replace them.
    renew: bool,
}

impl Schedule {
    /// Takes rows of the person's own feed. Each is whole by itself, whatever is missing before it. Returns whether one has changed.
    pub(crate) fn apply(&mut self, feed: &FeedRows) -> bool {
        let mut has_changed = false;
        if feed.from == 0 {
            // All rows up to `rev` are here: one of that time which is not among them has been sent or deleted.
            let is_named =
                |id: &ClientId| feed.rows.iter().any(|row| matches!(row, Row::Scheduled(row) if row.client_id == *id));
            let before = self.rows.len();
            if std::mem::take(&mut self.renew) {
                // They may be those of another store, whose revs say nothing here.
                self.rows = LiteMap::new();
            }
            self.rows.retain(|id, held| is_named(id) || held.rev > feed.rev);
            has_changed = self.rows.len() < before;
        }
        for row in &feed.rows {
            let Row::Scheduled(row) = row else { continue };
            if self.rows.get(&row.client_id).is_none_or(|held| row.rev > held.rev) {
                self.rows.insert(row.client_id, row.clone());
                has_changed = true;
            }
        }
        has_changed
    }

    /// The server said to forget them.
    pub(crate) fn reset(&mut self) {
        self.renew = true;
    }

    /// Those that wait or could not be sent, the next to be sent first.
    pub(crate) fn all(&self) -> Vec<ScheduledItem> {
        let mut all: Vec<_> = self.rows.values().filter_map(item).collect();
        all.sort_by_key(|item| item.send_at);
        all
    }

    pub(crate) fn get(&self, id: ClientId) -> Option<ScheduledItem> {
        item(self.rows.get(&id)?)
    }
}

fn item(row: &Scheduled) -> Option<ScheduledItem> {
    let ScheduledMessage { conversation, text, reply_to, send_at, failed } = row.message.clone()?;
    Some(ScheduledItem { client_id: row.client_id, conversation, text, reply_to, send_at, failed })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{client_id, conversation, user};
    use myna_protocol::{Feed, Rev};

    fn row(n: u8, rev: Rev, text: Option<&str>) -> Row {
        let message = text.map(|text| ScheduledMessage {
            conversation: conversation(n),
            text: text.to_owned(),
            reply_to: None,
            send_at: Timestamp(1_000 + i64::from(n)),
            failed: None,
        });
        Row::Scheduled(Scheduled { client_id: client_id(n.into()), message, rev })
    }

    fn rows(from: Rev, rev: Rev, rows: Vec<Row>) -> FeedRows {
        FeedRows { feed: Feed::User(user(1)), from, rev, rows }
    }

    fn texts(schedule: &Schedule) -> Vec<String> {
        schedule.all().into_iter().map(|item| item.text).collect()
    }

    #[test]
    fn the_row_with_the_greater_rev_stays_and_one_that_was_sent_does_not_come_back() {
        let mut schedule = Schedule::default();
        assert!(schedule.apply(&rows(0, 3, vec![row(2, 2, Some("two")), row(1, 3, Some("one"))])));
        assert_eq!(texts(&schedule), ["one", "two"]);
        assert!(!schedule.apply(&rows(2, 3, vec![row(1, 2, Some("older"))])));
        assert!(schedule.apply(&rows(3, 4, vec![row(1, 4, None)])));
        schedule.apply(&rows(2, 3, vec![row(1, 3, Some("one"))]));
        assert_eq!(texts(&schedule), ["two"]);
    }

    #[test]
    fn a_fresh_load_ends_those_that_it_does_not_name() {
        let mut schedule = Schedule::default();
        schedule.apply(&rows(0, 9, vec![row(1, 2, Some("one")), row(2, 9, Some("two"))]));
        // It was read before the second was scheduled.
        assert!(schedule.apply(&rows(0, 8, Vec::new())));
        assert_eq!(texts(&schedule), ["two"]);
        // Another store, whose revs are lower.
        schedule.reset();
        schedule.apply(&rows(0, 1, vec![row(2, 1, Some("restored")), row(3, 1, Some("three"))]));
        assert_eq!(texts(&schedule), ["restored", "three"]);
    }
}
