//! Ending the connections of sessions that have ended.

use super::Hub;
use myna_protocol::{ByeReason, Feed, SessionId, UserId};
use std::collections::HashSet;

impl Hub {
    /// Ends the connections of one session.
    pub fn end_session(&self, user: UserId, session: SessionId, reason: ByeReason) {
        for outlet in self.listeners(Feed::User(user)).iter().filter(|outlet| outlet.session == session) {
            outlet.end(reason);
        }
    }

    /// Ends the connections of these sessions, whosever they are: another node has ended them, or they have expired.
    pub(crate) fn revoke(&self, sessions: &HashSet<SessionId>) {
        if sessions.is_empty() {
            return;
        }
        for outlet in self.outlets().iter().filter(|outlet| sessions.contains(&outlet.session)) {
            outlet.end(ByeReason::Revoked);
        }
    }

    /// The sessions of all connections, each once.
    pub(crate) fn sessions(&self) -> Vec<SessionId> {
        let sessions: HashSet<SessionId> = self.outlets().iter().map(|outlet| outlet.session).collect();
        sessions.into_iter().collect()
    }
}
