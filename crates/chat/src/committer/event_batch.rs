//! What one commit has to tell, feed by feed: rows that follow each other go out together, so that a burst costs each who
//! hears it one broadcast, one waking and one write, and not one for every message.

use crate::weight::weight;
use myna_protocol::{Feed, FeedRows};
use std::collections::HashMap;

/// Rows that go out together weigh at most so many bytes, about: a broadcast has to fit into a queue with others.
const WEIGHT: usize = 32 * 1024;

/// Rows to be told, in the order of the commit within each feed.
#[derive(Default)]
pub(super) struct EventBatch {
    rows: Vec<FeedRows>,
    /// Where the last rows of each feed are.
    last: HashMap<Feed, usize>,
}

impl EventBatch {
    /// Adds rows, to those before them where they continue them.
    pub(super) fn add(&mut self, more: FeedRows) {
        let last = self.last.get(&more.feed).and_then(|at| self.rows.get_mut(*at));
        match last.filter(|last| last.rev == more.from && weight(last) + weight(&more) <= WEIGHT) {
            Some(last) => {
                last.rev = more.rev;
                last.rows.extend(more.rows);
            }
            None => {
                self.last.insert(more.feed, self.rows.len());
                self.rows.push(more);
            }
        }
    }

    /// All of it; nothing is left.
    pub(super) fn take(&mut self) -> Vec<FeedRows> {
        self.last.clear();
        std::mem::take(&mut self.rows)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use myna_protocol::{ClientId, ConversationId, Message, Rev, Row, Timestamp, UserId};

    fn rows(talk: u8, from: Rev, length: usize) -> FeedRows {
        let conversation = ConversationId::from_bytes([talk; 16]);
        let message = Message {
            conversation,
            seq: from,
            sender: UserId::from_bytes([1; 16]),
            client_id: ClientId::from_bytes([2; 16]),
            text: "x".repeat(length),
            sent_at: Timestamp(0),
            rev: from + 1,
            extra: None,
        };
        FeedRows { feed: Feed::Conversation(conversation), from, rev: from + 1, rows: vec![Row::Message(message)] }
    }

    fn gathered(all: impl IntoIterator<Item = FeedRows>) -> Vec<(Feed, Rev, Rev, usize)> {
        let mut batch = EventBatch::default();
        all.into_iter().for_each(|rows| batch.add(rows));
        batch.take().into_iter().map(|rows| (rows.feed, rows.from, rows.rev, rows.rows.len())).collect()
    }

    #[test]
    fn rows_of_a_feed_go_together_whatever_is_between_them() {
        let [one, two] = [1, 2].map(|talk| rows(talk, 0, 0).feed);
        let all = [rows(1, 3, 10), rows(2, 8, 10), rows(1, 4, 10), rows(1, 5, 10), rows(2, 9, 10)];
        assert_eq!(gathered(all), [(one, 3, 6, 3), (two, 8, 10, 2)]);
    }

    #[test]
    fn rows_that_do_not_follow_stay_apart() {
        let one = rows(1, 0, 0).feed;
        assert_eq!(gathered([rows(1, 3, 10), rows(1, 5, 10), rows(1, 6, 10)]), [(one, 3, 4, 1), (one, 5, 7, 2)]);
    }

    #[test]
    fn no_more_goes_together_than_fits_into_a_queue_with_others() {
        let parts = gathered((0..100).map(|from| rows(1, from, 7_000)));
        assert_eq!(parts.iter().map(|part| part.3).sum::<usize>(), 100);
        assert!(parts.iter().all(|part| (1..=4).contains(&part.3)), "{parts:?}");
        assert!(parts.windows(2).all(|pair| pair[0].2 == pair[1].1), "nothing is missing between them: {parts:?}");
        assert_eq!(gathered([rows(1, 0, 1_000_000)]).len(), 1, "what is too large goes alone");
    }
}
