//! The cursors that are change streams. A driver requests the next changes on any free connection.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    Lives,
    /// The proxy cuts the connection that requests its next changes.
    Doomed,
}

/// The change streams opened through the proxy, by the id of their cursor.
#[derive(Debug, Default)]
pub(super) struct Streams(Mutex<HashMap<i64, Fate>>);

impl Streams {
    /// Records the cursor in a server's answer; 0 means none.
    pub(super) fn opened(&self, cursor: i64) {
        if cursor != 0 {
            self.cursors().insert(cursor, Fate::Lives);
        }
    }

    pub(super) fn has(&self, cursor: i64) -> bool {
        self.cursors().contains_key(&cursor)
    }

    /// Whether to cut its connection now. True once for each mark.
    pub(super) fn is_doomed(&self, cursor: i64) -> bool {
        let mut cursors = self.cursors();
        let doomed = cursors.get(&cursor) == Some(&Fate::Doomed);
        if doomed {
            cursors.remove(&cursor);
        }
        doomed
    }

    pub(super) fn doom(&self) {
        self.cursors().values_mut().for_each(|fate| *fate = Fate::Doomed);
    }

    fn cursors(&self) -> MutexGuard<'_, HashMap<i64, Fate>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
