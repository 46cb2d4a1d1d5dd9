//! The people whose presence changed, until the notifier has signalled it to those who see them.

use crate::lock;
use myna_protocol::UserId;
use std::collections::BTreeSet;
use std::sync::Mutex;
use tokio::sync::Notify;

/// The people who wait for the notifier: each once, however often they come and go, so that the queue is bounded by people and
/// loses nothing. It does not hold whether a person is online: the notifier looks that up when their turn comes.
#[derive(Default)]
pub(crate) struct PresenceQueue {
    waiting: Mutex<Waiting>,
    changed: Notify,
}

#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Waiting {
    /// People whose presence changed.
    pub(super) changed: BTreeSet<UserId>,
    /// People who have new presence peers.
    pub(super) newcomers: BTreeSet<UserId>,
}

impl PresenceQueue {
    /// The presence of these people changed.
    pub(crate) fn changed(&self, users: impl IntoIterator<Item = UserId>) {
        lock(&self.waiting).changed.extend(users);
        self.changed.notify_one();
    }

    /// These people joined a conversation: the notifier signals to them who of it is on another node.
    pub(crate) fn send_presence(&self, users: impl IntoIterator<Item = UserId>) {
        lock(&self.waiting).newcomers.extend(users);
        self.changed.notify_one();
    }

    /// Waits until the queue may hold people. Cancel safe.
    pub(super) async fn filled(&self) {
        self.changed.notified().await;
    }

    /// Takes all people out of the queue.
    pub(super) fn take(&self) -> Waiting {
        std::mem::take(&mut lock(&self.waiting))
    }

    /// Puts people back without waking the notifier, which calls this itself and comes back for them.
    pub(super) fn put_back(&self, changed: impl IntoIterator<Item = UserId>) {
        lock(&self.waiting).changed.extend(changed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_person_who_comes_and_goes_waits_once() {
        let (queue, user) = (PresenceQueue::default(), UserId::from_bytes([1; 16]));
        queue.changed([user]);
        queue.changed([user]);
        queue.send_presence([user]);
        queue.filled().await;
        assert_eq!(queue.take(), Waiting { changed: BTreeSet::from([user]), newcomers: BTreeSet::from([user]) });
        assert_eq!(queue.take(), Waiting::default());
    }
}
