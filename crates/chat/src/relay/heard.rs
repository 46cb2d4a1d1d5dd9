//! What was heard and not done yet: many rings become few questions.

use crate::store::{News, NodeId, Ring};
use myna_protocol::{Feed, Rev, SessionId};
use std::collections::{HashMap, HashSet};

/// Rings, drawn together.
#[derive(Debug, Default)]
pub(super) struct Heard {
    /// Each with the greatest rev that was rung.
    pub(super) feeds: HashMap<Feed, Rev>,
    pub(super) sessions: HashSet<SessionId>,
    pub(super) news: Vec<(NodeId, News)>,
    pub(super) missed: bool,
}

impl Heard {
    pub(super) fn ring(&mut self, ring: Ring) {
        match ring {
            Ring::Feed(feed, rev) => self.feed(feed, rev),
            Ring::SessionEnded(session) => {
                self.sessions.insert(session);
            }
            Ring::News(node, news) => self.news.push((node, news)),
            Ring::Missed => self.missed = true,
        }
    }

    pub(super) fn feed(&mut self, feed: Feed, rev: Rev) {
        let known = self.feeds.entry(feed).or_insert(rev);
        *known = rev.max(*known);
    }

    pub(super) fn absorb(&mut self, other: Self) {
        let Self { feeds, sessions, news, missed } = other;
        feeds.into_iter().for_each(|(feed, rev)| self.feed(feed, rev));
        self.sessions.extend(sessions);
        self.news.extend(news);
        self.missed |= missed;
    }

    pub(super) fn is_empty(&self) -> bool {
        self.feeds.is_empty() && self.sessions.is_empty() && self.news.is_empty() && !self.missed
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use myna_protocol::UserId;

    #[test]
    fn rings_of_one_feed_become_the_greatest() {
        let feed = Feed::User(UserId::from_bytes([1; 16]));
        let mut heard = Heard::default();
        for ring in [Ring::Feed(feed, 2), Ring::Feed(feed, 5), Ring::Feed(feed, 5), Ring::Feed(feed, 4)] {
            heard.ring(ring);
        }
        assert_eq!(heard.feeds, HashMap::from([(feed, 5)]));
        let mut later = Heard::default();
        assert!(later.is_empty());
        later.ring(Ring::Feed(feed, 3));
        later.ring(Ring::Missed);
        later.absorb(heard);
        assert_eq!((later.feeds, later.missed), (HashMap::from([(feed, 5)]), true));
    }
}
