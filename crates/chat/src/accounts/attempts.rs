//! Failed sign-ins: each further guess on a name from one address waits longer; nobody is locked out for good.

use myna_protocol::Timestamp;
use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Failures in a row that cost nothing: people mistype.
const FREE: u32 = 5;
/// The longest wait, in milliseconds. A row of failures this old is forgotten.
const LONGEST_WAIT: i64 = 60_000;
/// Rows of failures that are remembered; past it the old ones are forgotten first.
const REMEMBERED: usize = 10_000;

type Attempt = (String, Option<IpAddr>);

#[derive(Clone, Copy)]
struct Failures {
    count: u32,
    last: Timestamp,
}

impl Failures {
    /// 1 s after the fifth failure, twice that after each further one.
    fn wait(self) -> i64 {
        match self.count.checked_sub(FREE) {
            None => 0,
            Some(beyond) => (1_000_i64 << beyond.min(6)).min(LONGEST_WAIT),
        }
    }
}

/// Failed sign-ins by name and address, in this process.
#[derive(Default)]
pub(crate) struct Attempts(Mutex<HashMap<Attempt, Failures>>);

impl Attempts {
    pub(crate) fn may_try(&self, attempt: &Attempt, now: Timestamp) -> bool {
        self.lock().get(attempt).is_none_or(|failures| now.since(failures.last) >= failures.wait())
    }

    pub(crate) fn failed(&self, attempt: Attempt, now: Timestamp) {
        let mut rows = self.lock();
        if rows.len() >= REMEMBERED {
            rows.retain(|_, failures| now.since(failures.last) < LONGEST_WAIT);
        }
        if rows.len() >= REMEMBERED {
            rows.clear();
        }
        let failures = rows.entry(attempt).or_insert(Failures { count: 0, last: now });
        if now.since(failures.last) >= LONGEST_WAIT {
            failures.count = 0;
        }
        failures.count = failures.count.saturating_add(1);
        failures.last = now;
    }

    pub(crate) fn succeeded(&self, attempt: &Attempt) {
        self.lock().remove(attempt);
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Attempt, Failures>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn attempt() -> Attempt {
        ("lena".to_owned(), None)
    }

    #[test]
    fn five_mistakes_are_free_then_each_waits_longer() {
        let attempts = Attempts::default();
        let mut now = Timestamp(0);
        for _ in 0..FREE {
            assert!(attempts.may_try(&attempt(), now));
            attempts.failed(attempt(), now);
        }
        for wait in [1_000, 2_000, 4_000, 8_000, 16_000, 32_000] {
            assert!(!attempts.may_try(&attempt(), now.plus(wait - 1)));
            now = now.plus(wait);
            assert!(attempts.may_try(&attempt(), now));
            attempts.failed(attempt(), now);
        }
        assert!(!attempts.may_try(&attempt(), now.plus(LONGEST_WAIT - 1)));
        assert!(attempts.may_try(&attempt(), now.plus(LONGEST_WAIT)), "nobody is locked out for good");
    }

    #[test]
    fn a_success_forgets_the_failures_and_others_never_wait() {
        let attempts = Attempts::default();
        for _ in 0..20 {
            attempts.failed(attempt(), Timestamp(0));
        }
        assert!(attempts.may_try(&("bea".to_owned(), None), Timestamp(0)));
        attempts.succeeded(&attempt());
        assert!(attempts.may_try(&attempt(), Timestamp(0)));
    }

    #[test]
    fn memory_is_bounded() {
        let attempts = Attempts::default();
        for n in 0..2 * REMEMBERED {
            attempts.failed((n.to_string(), None), Timestamp(0));
        }
        assert!(attempts.lock().len() <= REMEMBERED);
    }
}
