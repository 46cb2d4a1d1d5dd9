//! How many sockets are open: of one session, of one person, of all. More are refused, since each takes a file handle
//! and memory.

use myna_chat::store::Session;
use myna_protocol::{SessionId, UserId};
use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Sockets of one session: the tabs of a browser.
const BY_SESSION: usize = 16;
/// Sockets of one person.
const BY_USER: usize = 32;
/// File handles that are left to everything else: pages, the store, the log.
const OTHER_FILES: usize = 256;

/// Counts the open sockets. Clones share the counts.
#[derive(Clone)]
pub(crate) struct OpenSockets {
    counts: Arc<Mutex<Counts>>,
    most: usize,
}

/// Entries end with their last socket, so there are no more of them than sockets.
#[derive(Default)]
struct Counts {
    all: usize,
    sessions: HashMap<SessionId, usize>,
    users: HashMap<UserId, usize>,
}

impl OpenSockets {
    /// For a process that may open so many files; `None` where there is no limit.
    pub(crate) fn new(files: Option<u64>) -> Self {
        let files = files.and_then(|files| usize::try_from(files).ok()).unwrap_or(usize::MAX);
        // Where the limit is very low, some sockets are still better than none.
        Self { counts: Arc::default(), most: files.saturating_sub(OTHER_FILES).max(files / 2) }
    }

    /// Counts one more socket of this session; `None` when there are too many.
    pub(super) fn admit(&self, session: &Session) -> Option<OpenSocket> {
        let (session, user) = (session.id, session.user.id);
        let mut counts = self.lock();
        let count = |counts: &Counts| (of(&counts.sessions, &session), of(&counts.users, &user));
        let (of_session, of_user) = count(&counts);
        if counts.all >= self.most || of_session >= BY_SESSION || of_user >= BY_USER {
            return None;
        }
        counts.all += 1;
        counts.sessions.insert(session, of_session + 1);
        counts.users.insert(user, of_user + 1);
        drop(counts);
        Some(OpenSocket { sockets: self.clone(), session, user })
    }

    fn lock(&self) -> MutexGuard<'_, Counts> {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One open socket. It counts until it is dropped.
pub(super) struct OpenSocket {
    sockets: OpenSockets,
    session: SessionId,
    user: UserId,
}

impl Drop for OpenSocket {
    fn drop(&mut self) {
        let mut counts = self.sockets.lock();
        counts.all -= 1;
        one_less(&mut counts.sessions, self.session);
        one_less(&mut counts.users, self.user);
    }
}

fn of<K: Hash + Eq>(counts: &HashMap<K, usize>, key: &K) -> usize {
    counts.get(key).copied().unwrap_or(0)
}

fn one_less<K: Hash + Eq>(counts: &mut HashMap<K, usize>, key: K) {
    match of(counts, &key) {
        0 | 1 => counts.remove(&key),
        count => counts.insert(key, count - 1),
    };
}

#[cfg(test)]
mod tests {
    use super::*;
    use myna_protocol::{Timestamp, User};

    fn session(user: u8, number: u8) -> Session {
        let user = User { id: UserId::from_bytes([user; 16]), name: "Ann".to_owned() };
        Session { id: SessionId::from_bytes([number; 16]), user, expires_at: Timestamp(0) }
    }

    #[test]
    fn a_session_has_sixteen_sockets_and_a_person_thirty_two() {
        let sockets = OpenSockets::new(None);
        let admit = |user, number| sockets.admit(&session(user, number));
        let mut open: Vec<_> = (0..16).map(|_| admit(1, 1).unwrap()).collect();
        assert!(admit(1, 1).is_none());
        open.extend((0..16).map(|_| admit(1, 2).unwrap()));
        assert!(admit(1, 3).is_none());
        open.push(admit(2, 4).unwrap());
        open.swap_remove(0);
        open.push(admit(1, 3).unwrap());
        assert!(admit(1, 1).is_none(), "the person has as many again");
        drop(open);
        let counts = sockets.lock();
        assert!(counts.all == 0 && counts.sessions.is_empty() && counts.users.is_empty(), "nothing stays");
    }

    #[test]
    fn all_together_leave_file_handles_to_the_rest() {
        for (files, most) in [(1_024, 768), (300, 150), (100_000, 99_744)] {
            assert_eq!(OpenSockets::new(Some(files)).most, most);
        }
        let sockets = OpenSockets::new(Some(4));
        let open = [sockets.admit(&session(1, 1)), sockets.admit(&session(2, 2))];
        assert!(open.iter().all(Option::is_some) && sockets.admit(&session(3, 3)).is_none());
    }
}
