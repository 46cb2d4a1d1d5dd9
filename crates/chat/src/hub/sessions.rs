//! Ending the connections of sessions that have ended.

use super::Hub;
use myna_protocol::{ByeReason, Feed, SessionId, UserId};
use std::collections::HashSet;

impl Hub {
    /// Ends the connections of one session.
    pub fn end_session(&self, user: UserId, session: SessionId, reason: ByeReason) {
        for subscriber in self.listeners(Feed::User(user)).iter().filter(|subscriber| subscriber.session == session) {
            subscriber.end(reason);
        }
    }

    /// Ends the connections of these sessions, whosever they are: another node has ended them, or they have expired.
    pub(crate) fn revoke(&self, sessions: &HashSet<SessionId>) {
        if sessions.is_empty() {
            return;
        }
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
