//! What was pending and not done yet: many notices become few questions.

use crate::store::{ChangeNotice, EphemeralUpdate, NodeId};
use myna_protocol::{Feed, Rev, SessionId};
use std::collections::{HashMap, HashSet};

/// Notices, drawn together.
#[derive(Debug, Default)]
pub(super) struct PendingNotices {
    /// Each with the greatest rev that was notified.
    pub(super) feeds: HashMap<Feed, Rev>,
    pub(super) sessions: HashSet<SessionId>,
    pub(super) update: Vec<(NodeId, EphemeralUpdate)>,
    pub(super) missed: bool,
}

impl PendingNotices {
    pub(super) fn notice(&mut self, notice: ChangeNotice) {
        match notice {
            ChangeNotice::Feed(feed, rev) => self.feed(feed, rev),
            ChangeNotice::SessionEnded(session) => {
                self.sessions.insert(session);
            }
            ChangeNotice::EphemeralUpdate(node, update) => self.update.push((node, update)),
            ChangeNotice::Missed => self.missed = true,
        }
    }

    pub(super) fn feed(&mut self, feed: Feed, rev: Rev) {
        let known = self.feeds.entry(feed).or_insert(rev);
        *known = rev.max(*known);
    }

    pub(super) fn absorb(&mut self, other: Self) {
        let Self { feeds, sessions, update, missed } = other;
        feeds.into_iter().for_each(|(feed, rev)| self.feed(feed, rev));
        self.sessions.extend(sessions);
        self.update.extend(update);
        self.missed |= missed;
    }

    pub(super) fn is_empty(&self) -> bool {
        self.feeds.is_empty() && self.sessions.is_empty() && self.update.is_empty() && !self.missed
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use myna_protocol::UserId;

    #[test]
    fn rings_of_one_feed_become_the_greatest() {
        let feed = Feed::User(UserId::from_bytes([1; 16]));
        let mut pending = PendingNotices::default();
        for notice in [
            ChangeNotice::Feed(feed, 2),
            ChangeNotice::Feed(feed, 5),
            ChangeNotice::Feed(feed, 5),
            ChangeNotice::Feed(feed, 4),
        ] {
            pending.notice(notice);
        }
        assert_eq!(pending.feeds, HashMap::from([(feed, 5)]));
        let mut later = PendingNotices::default();
        assert!(later.is_empty());
        later.notice(ChangeNotice::Feed(feed, 3));
        later.notice(ChangeNotice::Missed);
        later.absorb(pending);
        assert_eq!((later.feeds, later.missed), (HashMap::from([(feed, 5)]), true));
    }
}
