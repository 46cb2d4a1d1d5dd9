//! Change notices on their way from a driver to the relay: coalesced, so that they never make the driver wait.

use crate::bus::{ChangeNotice, EphemeralUpdate, NodeId};
use crate::lock;
use myna_protocol::{Feed, Rev, SessionId};
use std::collections::{HashMap, HashSet};
use std::sync::Mutex;
use tokio::sync::Notify;

/// Feeds that may wait. With one more, every feed in use is looked at instead.
const MAX_FEEDS: usize = 16_384;
/// Ended sessions that may wait. With one more, every session in use is looked at instead.
const MAX_SESSIONS: usize = 16_384;
/// Updates of other nodes that may wait. One more is lost: the next snapshot of its node makes up for it.
const MAX_UPDATES: usize = 1_024;

/// The notices that wait for the relay: those of one feed become its greatest rev. Bounded, however slow the relay is.
///
/// A driver that had to wait here would not see its own heartbeat, would take the stream for dead, and would have every feed
/// read: just when there is too much to do already.
#[derive(Debug, Default)]
pub struct ChangeNotices {
    waiting: Mutex<Waiting>,
    /// Each wakes one task of the relay.
    feeds: Notify,
    sessions: Notify,
    immediate: Notify,
}

#[derive(Debug, Default)]
struct Waiting {
    feeds: FeedNotices,
    sessions_missed: bool,
    immediate: ImmediateNotices,
}

/// The feeds that changed.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct FeedNotices {
    /// Each with the greatest rev that was noticed.
    pub(crate) revs: HashMap<Feed, Rev>,
    /// Every feed in use has to be looked at.
    pub(crate) missed: bool,
}

/// What can be handled without reading the store.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct ImmediateNotices {
    pub(crate) ended_sessions: HashSet<SessionId>,
    pub(crate) updates: Vec<(NodeId, EphemeralUpdate)>,
}

impl ChangeNotices {
    /// Adds a notice and wakes the relay. Never waits.
    pub fn push(&self, notice: ChangeNotice) {
        let mut waiting = lock(&self.waiting);
        match notice {
            ChangeNotice::Feed(feed, rev) => {
                waiting.feeds.add(feed, rev);
                self.feeds.notify_one();
            }
            ChangeNotice::SessionEnded(session) => {
                if waiting.immediate.ended_sessions.len() < MAX_SESSIONS {
                    waiting.immediate.ended_sessions.insert(session);
                    self.immediate.notify_one();
                } else {
                    waiting.sessions_missed = true;
                    self.sessions.notify_one();
                }
            }
            ChangeNotice::EphemeralUpdate(node, update) => {
                if waiting.immediate.updates.len() < MAX_UPDATES {
                    waiting.immediate.updates.push((node, update));
                } else {
                    tracing::debug!("an update of another node is lost: too many wait");
                }
                self.immediate.notify_one();
            }
            ChangeNotice::Missed => {
                waiting.feeds.missed = true;
                waiting.sessions_missed = true;
                self.feeds.notify_one();
                self.sessions.notify_one();
            }
        }
    }

    /// Whether nothing waits.
    pub fn is_empty(&self) -> bool {
        let waiting = lock(&self.waiting);
        waiting.feeds.is_empty() && !waiting.sessions_missed && waiting.immediate == ImmediateNotices::default()
    }

    /// Waits for feeds that changed, and takes them. Cancel safe.
    pub(crate) async fn feeds(&self) -> FeedNotices {
        self.feeds.notified().await;
        std::mem::take(&mut lock(&self.waiting).feeds)
    }

    /// Waits until ended sessions may have been missed. Cancel safe.
    pub(crate) async fn sessions_missed(&self) {
        self.sessions.notified().await;
        lock(&self.waiting).sessions_missed = false;
    }

    /// Waits for notices that need no reading, and takes them. Cancel safe.
    pub(crate) async fn immediate(&self) -> ImmediateNotices {
        self.immediate.notified().await;
        std::mem::take(&mut lock(&self.waiting).immediate)
    }
}

impl FeedNotices {
    pub(crate) fn add(&mut self, feed: Feed, rev: Rev) {
        if let Some(known) = self.revs.get_mut(&feed) {
            *known = rev.max(*known);
        } else if self.revs.len() < MAX_FEEDS {
            self.revs.insert(feed, rev);
        } else {
            self.missed = true;
        }
    }

    pub(crate) fn absorb(&mut self, other: Self) {
        let Self { revs, missed } = other;
        revs.into_iter().for_each(|(feed, rev)| self.add(feed, rev));
        self.missed |= missed;
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.revs.is_empty() && !self.missed
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures::now_or_never;
    use myna_protocol::UserId;

    /// Polls once.
    mod futures {
        use std::pin::pin;
        use std::task::{Context, Poll, Waker};

        pub(super) fn now_or_never<F: Future>(future: F) -> Option<F::Output> {
            match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
                Poll::Ready(output) => Some(output),
                Poll::Pending => None,
            }
        }
    }

    fn id(n: usize) -> [u8; 16] {
        let mut id = [0; 16];
        id[..8].copy_from_slice(&n.to_be_bytes());
        id
    }

    fn feed(n: usize) -> Feed {
        Feed::User(UserId::from_bytes(id(n)))
    }

    fn session(n: usize) -> SessionId {
        SessionId::from_bytes(id(n))
    }

    #[test]
    fn notices_of_one_feed_become_the_greatest_rev() {
        let notices = ChangeNotices::default();
        for rev in [2, 5, 5, 4] {
            notices.push(ChangeNotice::Feed(feed(1), rev));
        }
        let taken = now_or_never(notices.feeds()).unwrap();
        assert_eq!(taken, FeedNotices { revs: HashMap::from([(feed(1), 5)]), missed: false });
        assert!(notices.is_empty() && now_or_never(notices.feeds()).is_none());
        let mut later = FeedNotices { revs: HashMap::from([(feed(1), 3)]), missed: true };
        later.absorb(taken);
        assert_eq!(later, FeedNotices { revs: HashMap::from([(feed(1), 5)]), missed: true });
    }

    #[test]
    fn more_feeds_than_may_wait_become_one_look_at_all() {
        let notices = ChangeNotices::default();
        for n in 0..MAX_FEEDS + 10 {
            notices.push(ChangeNotice::Feed(feed(n), 1));
        }
        notices.push(ChangeNotice::Feed(feed(0), 7));
        let taken = now_or_never(notices.feeds()).unwrap();
        assert!(taken.missed);
        assert_eq!((taken.revs.len(), taken.revs[&feed(0)]), (MAX_FEEDS, 7));
    }

    #[test]
    fn ended_sessions_do_not_wait_behind_feeds() {
        let notices = ChangeNotices::default();
        for n in 0..MAX_FEEDS * 2 {
            notices.push(ChangeNotice::Feed(feed(n), 1));
        }
        notices.push(ChangeNotice::SessionEnded(session(1)));
        let immediate = now_or_never(notices.immediate()).unwrap();
        assert_eq!(immediate.ended_sessions, HashSet::from([session(1)]));
    }

    #[test]
    fn more_ended_sessions_than_may_wait_become_one_look_at_all() {
        let notices = ChangeNotices::default();
        for n in 0..MAX_SESSIONS {
            notices.push(ChangeNotice::SessionEnded(session(n)));
        }
        assert!(now_or_never(notices.sessions_missed()).is_none());
        notices.push(ChangeNotice::SessionEnded(session(MAX_SESSIONS)));
        assert!(now_or_never(notices.sessions_missed()).is_some());
        assert_eq!(now_or_never(notices.immediate()).unwrap().ended_sessions.len(), MAX_SESSIONS);
    }

    #[test]
    fn updates_of_other_nodes_that_nobody_takes_are_bounded() {
        let notices = ChangeNotices::default();
        for _ in 0..MAX_UPDATES + 10 {
            notices.push(ChangeNotice::EphemeralUpdate([1; 16], EphemeralUpdate::default()));
        }
        assert_eq!(now_or_never(notices.immediate()).unwrap().updates.len(), MAX_UPDATES);
    }

    #[test]
    fn a_missed_notice_has_feeds_and_sessions_looked_at() {
        let notices = ChangeNotices::default();
        notices.push(ChangeNotice::Missed);
        assert!(now_or_never(notices.feeds()).unwrap().missed);
        assert!(now_or_never(notices.sessions_missed()).is_some());
        assert!(notices.is_empty());
    }
}
