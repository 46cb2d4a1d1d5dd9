//! Who is on the other nodes, as those published it.

use crate::bus::{EphemeralUpdate, NodeId};
use crate::lock;
use myna_protocol::UserId;
use std::collections::{HashMap, HashSet};
use std::sync::{Mutex, MutexGuard};
use std::time::Duration;
use tokio::time::Instant;

/// How long the last update of a node is believed.
const TIME_TO_LIVE: Duration = Duration::from_secs(60);

/// The people of the other nodes.
#[derive(Default)]
pub(crate) struct RemotePresence(Mutex<HashMap<NodeId, Node>>);

struct Node {
    people: HashSet<UserId>,
    expires_at: Instant,
}

type Nodes = HashMap<NodeId, Node>;

impl RemotePresence {
    pub(crate) fn is_online(&self, user: UserId) -> bool {
        on_any(&self.lock(), user)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.lock().values().all(|node| node.people.is_empty())
    }

    /// Applies the update of a node. Returns who is on another node since then and was on none before, or the reverse.
    pub(crate) fn apply(&self, from: NodeId, update: &EphemeralUpdate, now: Instant) -> Vec<UserId> {
        let mut nodes = self.lock();
        let named: HashSet<UserId> =
            update.online.iter().flatten().chain(&update.connected).chain(&update.disconnected).copied().collect();
        let before = update.online.as_ref().and_then(|_| nodes.get(&from)).map(|node| node.people.iter().copied());
        let concerned: HashSet<UserId> = before.into_iter().flatten().chain(named).collect();
        changes(&mut nodes, concerned, |nodes| {
            let node = nodes.entry(from).or_insert_with(|| Node { people: HashSet::new(), expires_at: now });
            if let Some(online) = &update.online {
                node.people = online.iter().copied().collect();
            }
            node.people.extend(&update.connected);
            for user in &update.disconnected {
                node.people.remove(user);
            }
            if update.online.is_some() || !update.connected.is_empty() {
                node.expires_at = now + TIME_TO_LIVE;
            }
        })
    }

    /// Forgets the nodes that fell silent. Returns who went offline with them.
    pub(crate) fn expire(&self, now: Instant) -> Vec<UserId> {
        let mut nodes = self.lock();
        let silent = nodes.values().filter(|node| node.expires_at <= now);
        let concerned: HashSet<UserId> = silent.flat_map(|node| node.people.iter().copied()).collect();
        changes(&mut nodes, concerned, |nodes| nodes.retain(|_, node| node.expires_at > now))
    }

    /// When the next node is forgotten if it stays silent.
    pub(crate) fn next_expiry(&self) -> Option<Instant> {
        self.lock().values().map(|node| node.expires_at).min()
    }

    fn lock(&self) -> MutexGuard<'_, Nodes> {
        lock(&self.0)
    }
}

fn on_any(nodes: &Nodes, user: UserId) -> bool {
    nodes.values().any(|node| node.people.contains(&user))
}

/// Those of these people for whom it makes a difference.
fn changes(nodes: &mut Nodes, concerned: HashSet<UserId>, change: impl FnOnce(&mut Nodes)) -> Vec<UserId> {
    let before: Vec<(UserId, bool)> = concerned.into_iter().map(|user| (user, on_any(nodes, user))).collect();
    change(nodes);
    before.into_iter().filter(|(user, was)| on_any(nodes, *user) != *was).map(|(user, _)| user).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn user(n: u8) -> UserId {
        UserId::from_bytes([n; 16])
    }

    fn connected(n: u8) -> EphemeralUpdate {
        EphemeralUpdate { connected: vec![user(n)], ..EphemeralUpdate::default() }
    }

    fn disconnected(n: u8) -> EphemeralUpdate {
        EphemeralUpdate { disconnected: vec![user(n)], ..EphemeralUpdate::default() }
    }

    fn online(people: &[u8]) -> EphemeralUpdate {
        EphemeralUpdate { online: Some(people.iter().copied().map(user).collect()), ..EphemeralUpdate::default() }
    }

    #[tokio::test]
    async fn a_person_is_online_until_the_last_node_has_lost_them() {
        let (remote_presence, now) = (RemotePresence::default(), Instant::now());
        assert_eq!(remote_presence.apply([1; 16], &connected(1), now), [user(1)]);
        assert_eq!(remote_presence.apply([2; 16], &connected(1), now), []);
        assert_eq!(remote_presence.apply([1; 16], &disconnected(1), now), []);
        assert!(remote_presence.is_online(user(1)));
        assert_eq!(remote_presence.apply([2; 16], &disconnected(1), now), [user(1)]);
        assert!(remote_presence.is_empty());
    }

    #[tokio::test]
    async fn a_snapshot_replaces_all_earlier_updates() {
        let (remote_presence, now) = (RemotePresence::default(), Instant::now());
        assert_eq!(remote_presence.apply([1; 16], &online(&[1, 2]), now).len(), 2);
        let mut changed = remote_presence.apply([1; 16], &online(&[2, 3]), now);
        changed.sort();
        assert_eq!(changed, [user(1), user(3)]);
        assert!(
            !remote_presence.is_online(user(1))
                && remote_presence.is_online(user(2))
                && remote_presence.is_online(user(3))
        );
    }

    #[tokio::test]
    async fn a_node_that_falls_silent_loses_its_people_and_one_that_publishes_keeps_them() {
        let (remote_presence, start) = (RemotePresence::default(), Instant::now());
        let at = |seconds| start + Duration::from_secs(seconds);
        remote_presence.apply([1; 16], &online(&[1]), at(0));
        remote_presence.apply([2; 16], &online(&[2]), at(0));
        remote_presence.apply([2; 16], &online(&[2]), at(30));
        assert_eq!(remote_presence.next_expiry(), Some(at(60)));
        assert_eq!(remote_presence.expire(at(59)), []);
        assert_eq!(remote_presence.expire(at(60)), [user(1)]);
        assert_eq!(remote_presence.next_expiry(), Some(at(90)));
        assert!(remote_presence.is_online(user(2)));
    }
}
