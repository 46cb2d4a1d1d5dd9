//! What this node has to tell the others, gathered until it is told.

use crate::lock;
use crate::store::EphemeralUpdate;
use myna_protocol::{ConversationId, UserId};
use std::collections::{HashMap, HashSet};
use std::sync::{Mutex, MutexGuard};
use tokio::sync::Notify;

/// The people of this node, and what happened among them since the others were told. Of two words on one thing the last
/// is kept, so that it stays small however much happens.
#[derive(Default)]
pub(crate) struct LocalPresence {
    waiting: Mutex<Waiting>,
    bell: Notify,
}

#[derive(Default)]
struct Waiting {
    here: HashSet<UserId>,
    typing: HashMap<(ConversationId, UserId), bool>,
    /// Who came (true) or went.
    moved: HashMap<UserId, bool>,
    /// Whether the others may believe that somebody is here.
    believed: bool,
}

impl LocalPresence {
    pub(crate) fn typing(&self, conversation: ConversationId, user: UserId, typing: bool) {
        self.lock().typing.insert((conversation, user), typing);
        self.bell.notify_one();
    }

    /// Somebody is here: from their first `hello` until a while after their last connection ended.
    pub(crate) fn connected(&self, user: UserId) {
        let mut waiting = self.lock();
        if waiting.here.insert(user) {
            waiting.moved.insert(user, true);
            self.bell.notify_one();
        }
    }

    /// Somebody is not here any more; whether they were.
    pub(crate) fn disconnected(&self, user: UserId) -> bool {
        let mut waiting = self.lock();
        let was = waiting.here.remove(&user);
        if was {
            waiting.moved.insert(user, false);
            self.bell.notify_one();
        }
        was
    }

    pub(crate) fn is_here(&self, user: UserId) -> bool {
        self.lock().here.contains(&user)
    }

    /// Waits until there may be something to tell.
    pub(crate) async fn notice(&self) {
        self.bell.notified().await;
    }

    /// Takes what there is to tell, with everybody here if the snapshot is due.
    pub(crate) fn take(&self, snapshot: bool) -> Option<EphemeralUpdate> {
        let mut waiting = self.lock();
        let typing: Vec<_> = waiting.typing.drain().map(|((id, user), typing)| (id, user, typing)).collect();
        let moved = std::mem::take(&mut waiting.moved);
        let mut update = EphemeralUpdate { typing, ..EphemeralUpdate::default() };
        if snapshot && (waiting.believed || !waiting.here.is_empty()) {
            waiting.believed = !waiting.here.is_empty();
            update.online = Some(waiting.here.iter().copied().collect());
        } else {
            let (connected, disconnected): (Vec<_>, Vec<_>) = moved.into_iter().partition(|(_, connected)| *connected);
            waiting.believed |= !connected.is_empty();
            update.connected = connected.into_iter().map(|(user, _)| user).collect();
            update.disconnected = disconnected.into_iter().map(|(user, _)| user).collect();
        }
        (update != EphemeralUpdate::default()).then_some(update)
    }

    /// What was taken may not have been heard: the next presence snapshot is not left out.
    pub(crate) fn unheard(&self) {
        self.lock().believed = true;
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
    fn of_two_words_on_one_thing_the_last_is_told() {
        let (local_presence, id) = (LocalPresence::default(), ConversationId::from_bytes([9; 16]));
        local_presence.typing(id, user(1), true);
        local_presence.typing(id, user(1), false);
        local_presence.connected(user(1));
        local_presence.connected(user(2));
        assert!(local_presence.disconnected(user(2)));
        assert!(!local_presence.disconnected(user(3)), "who was not here does not go");
        let update = local_presence.take(false).expect("there is something to tell");
        assert_eq!(
            update,
            EphemeralUpdate {
                typing: vec![(id, user(1), false)],
                connected: vec![user(1)],
                disconnected: vec![user(2)],
                online: None
            }
        );
        assert_eq!(local_presence.take(false), None, "it is told once");
    }

    #[test]
    fn the_roll_is_called_while_somebody_is_here_and_once_after() {
        let local_presence = LocalPresence::default();
        assert_eq!(local_presence.take(true), None);
        local_presence.connected(user(1));
        let all = EphemeralUpdate { online: Some(vec![user(1)]), ..EphemeralUpdate::default() };
        assert_eq!(local_presence.take(true), Some(all.clone()), "it says who came, too");
        assert_eq!(local_presence.take(true), Some(all));
        local_presence.disconnected(user(1));
        assert_eq!(
            local_presence.take(true),
            Some(EphemeralUpdate { online: Some(Vec::new()), ..EphemeralUpdate::default() })
        );
        assert_eq!(local_presence.take(true), None);
        local_presence.unheard();
        assert!(local_presence.take(true).is_some());
    }
}
