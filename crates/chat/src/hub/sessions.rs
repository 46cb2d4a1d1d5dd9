//! Ending the connections of sessions that have ended.

use super::Hub;
use crate::lock;
use myna_protocol::{ByeReason, Feed, SessionId, UserId};
use std::collections::{HashSet, VecDeque};
use std::sync::Mutex;
use std::time::Duration;
use tokio::time::Instant;

/// How long the hub remembers a session that ended: longer than a handshake lasts whose session was found before.
const MEMORY: Duration = Duration::from_secs(60);
/// Sessions that the hub remembers, at most: the latest ones.
const REMEMBERED: usize = 16_384;

/// The sessions that ended of late.
#[derive(Default)]
pub(super) struct EndedSessions(Mutex<Ended>);

#[derive(Default)]
struct Ended {
    sessions: HashSet<SessionId>,
    /// The same ones in the order in which they ended, each with the time at which it is forgotten.
    order: VecDeque<(Instant, SessionId)>,
}

impl EndedSessions {
    fn add(&self, sessions: impl IntoIterator<Item = SessionId>, now: Instant) {
        let mut ended = lock(&self.0);
        ended.forget(now);
        for session in sessions {
            if ended.sessions.insert(session) {
                ended.order.push_back((now + MEMORY, session));
            }
        }
        while ended.order.len() > REMEMBERED {
            ended.forget_first();
        }
    }

    pub(super) fn contains(&self, session: SessionId, now: Instant) -> bool {
        let mut ended = lock(&self.0);
        ended.forget(now);
        ended.sessions.contains(&session)
    }
}

impl Ended {
    fn forget(&mut self, now: Instant) {
        while self.order.front().is_some_and(|(at, _)| *at <= now) {
            self.forget_first();
        }
    }

    fn forget_first(&mut self) {
        if let Some((_, session)) = self.order.pop_front() {
            self.sessions.remove(&session);
        }
    }
}

impl Hub {
    /// Ends the connections of one session, also of those that only come within the next minute.
    pub fn end_session(&self, user: UserId, session: SessionId, reason: ByeReason) {
        self.ended_sessions.add([session], Instant::now());
        for subscriber in self.listeners(Feed::User(user)).iter().filter(|subscriber| subscriber.session == session) {
            subscriber.end(reason);
        }
    }

    /// Ends the connections of these sessions, whosever they are, also of those that only come within the next minute:
    /// another node has ended them, or they have expired.
    pub(crate) fn revoke(&self, sessions: &HashSet<SessionId>) {
        if sessions.is_empty() {
            return;
        }
        self.ended_sessions.add(sessions.iter().copied(), Instant::now());
        for subscriber in self.subscribers().iter().filter(|subscriber| sessions.contains(&subscriber.session)) {
            subscriber.end(ByeReason::Revoked);
        }
    }

    /// The sessions of all connections, each once.
    pub(crate) fn sessions(&self) -> Vec<SessionId> {
        let sessions: HashSet<SessionId> = self.subscribers().iter().map(|subscriber| subscriber.session).collect();
        sessions.into_iter().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn session(n: usize) -> SessionId {
        let mut id = [0; 16];
        id[..8].copy_from_slice(&n.to_be_bytes());
        SessionId::from_bytes(id)
    }

    #[test]
    fn an_ended_session_is_remembered_for_a_minute() {
        let (ended, now) = (EndedSessions::default(), Instant::now());
        ended.add([session(1)], now);
        ended.add([session(1)], now + MEMORY / 2);
        assert!(ended.contains(session(1), now + MEMORY / 2));
        assert!(!ended.contains(session(2), now));
        assert!(!ended.contains(session(1), now + MEMORY), "an ended session never ends again");
        assert!(lock(&ended.0).order.is_empty());
    }

    #[test]
    fn the_memory_of_ended_sessions_is_bounded() {
        let (ended, now) = (EndedSessions::default(), Instant::now());
        ended.add((0..REMEMBERED + 5).map(session), now);
        assert!(!ended.contains(session(4), now) && ended.contains(session(5), now));
        assert_eq!(lock(&ended.0).sessions.len(), REMEMBERED);
    }
}
