//! What this node has to publish to the others, gathered until the publisher takes it.

use crate::bus::EphemeralUpdate;
use crate::lock;
use myna_protocol::{ConversationId, UserId};
use std::collections::{HashMap, HashSet};
use std::sync::{Mutex, MutexGuard};
use tokio::sync::Notify;

/// The people of this node, and what changed among them since the last update. Of two changes of one thing the last is kept,
/// so that this stays small however much happens.
#[derive(Default)]
pub(crate) struct LocalPresence {
    waiting: Mutex<Waiting>,
    changed: Notify,
}

#[derive(Default)]
struct Waiting {
    here: HashSet<UserId>,
    typing: HashMap<(ConversationId, UserId), bool>,
    /// Who connected (true) or disconnected.
    presence: HashMap<UserId, bool>,
    /// Whether the others may show somebody of this node as online.
    shown_elsewhere: bool,
}

impl LocalPresence {
    pub(crate) fn typing(&self, conversation: ConversationId, user: UserId, typing: bool) {
        self.lock().typing.insert((conversation, user), typing);
        self.changed.notify_one();
    }

    /// A person is here: from their first `hello` until a while after their last connection ended.
    pub(crate) fn connected(&self, user: UserId) {
        let mut waiting = self.lock();
        if waiting.here.insert(user) {
            waiting.presence.insert(user, true);
            self.changed.notify_one();
        }
    }

    /// A person is not here any more; whether they were.
    pub(crate) fn disconnected(&self, user: UserId) -> bool {
        let mut waiting = self.lock();
        let was = waiting.here.remove(&user);
        if was {
            waiting.presence.insert(user, false);
            self.changed.notify_one();
        }
        was
    }

    pub(crate) fn is_here(&self, user: UserId) -> bool {
        self.lock().here.contains(&user)
    }

    /// Waits until there may be something to publish. Cancel safe.
    pub(crate) async fn changed(&self) {
        self.changed.notified().await;
    }

    /// Takes what there is to publish: a snapshot of everybody here if it is due, else what changed.
    pub(crate) fn take(&self, snapshot: bool) -> Option<EphemeralUpdate> {
        let mut waiting = self.lock();
        let typing: Vec<_> = waiting.typing.drain().map(|((id, user), typing)| (id, user, typing)).collect();
        let presence = std::mem::take(&mut waiting.presence);
        let mut update = EphemeralUpdate { typing, ..EphemeralUpdate::default() };
        if snapshot && (waiting.shown_elsewhere || !waiting.here.is_empty()) {
            waiting.shown_elsewhere = !waiting.here.is_empty();
            update.online = Some(waiting.here.iter().copied().collect());
        } else {
            let (connected, disconnected): (Vec<_>, Vec<_>) =
                presence.into_iter().partition(|(_, connected)| *connected);
            waiting.shown_elsewhere |= !connected.is_empty();
            update.connected = connected.into_iter().map(|(user, _)| user).collect();
            update.disconnected = disconnected.into_iter().map(|(user, _)| user).collect();
        }
        (update != EphemeralUpdate::default()).then_some(update)
    }

    /// What was taken may not have reached the others: the next presence snapshot is not left out.
    pub(crate) fn require_snapshot(&self) {
        self.lock().shown_elsewhere = true;
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        lock(&self.waiting)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn user(n: u8) -> UserId {
        UserId::from_bytes([n; 16])
    }

    #[test]
    fn of_two_changes_of_one_thing_the_last_is_published() {
        let (local_presence, id) = (LocalPresence::default(), ConversationId::from_bytes([9; 16]));
        local_presence.typing(id, user(1), true);
        local_presence.typing(id, user(1), false);
        local_presence.connected(user(1));
        local_presence.connected(user(2));
        assert!(local_presence.disconnected(user(2)));
        assert!(!local_presence.disconnected(user(3)), "a person who was not here does not leave");
        let update = local_presence.take(false).expect("there is something to publish");
        assert_eq!(
            update,
            EphemeralUpdate {
                typing: vec![(id, user(1), false)],
                connected: vec![user(1)],
                disconnected: vec![user(2)],
                online: None
            }
        );
        assert_eq!(local_presence.take(false), None, "it is published once");
    }

    #[test]
    fn snapshots_are_published_while_anybody_is_here_and_once_after() {
        let local_presence = LocalPresence::default();
        assert_eq!(local_presence.take(true), None);
        local_presence.connected(user(1));
        let all = EphemeralUpdate { online: Some(vec![user(1)]), ..EphemeralUpdate::default() };
        assert_eq!(local_presence.take(true), Some(all.clone()), "it includes who just connected");
        assert_eq!(local_presence.take(true), Some(all));
        local_presence.disconnected(user(1));
        assert_eq!(
            local_presence.take(true),
            Some(EphemeralUpdate { online: Some(Vec::new()), ..EphemeralUpdate::default() })
        );
        assert_eq!(local_presence.take(true), None);
        local_presence.require_snapshot();
        assert!(local_presence.take(true).is_some());
    }
}
