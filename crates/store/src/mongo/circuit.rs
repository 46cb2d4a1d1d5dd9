//! The circuit breaker: while the database is dead everything is refused at once, instead of piling up behind timeouts.
//!
//! Closed: everything is tried. After [`FAILURES`] failures in a row, over more than a moment, it opens: nothing is tried until a while has passed.
//! Then it is half open: one call is let through. It answers: closed. It fails: open again, for twice as long.

use myna_chat::lock;
use myna_chat::store::Circuit as State;
use std::sync::{Mutex, MutexGuard};
use std::time::Duration;
use tokio::time::Instant;

/// Failures in a row after which nothing more is tried.
const FAILURES: u32 = 5;
/// For how long nothing but failures has to come: when a primary steps down, all calls of that moment fail together, and
/// succeed at their next try.
const FAILING: Duration = Duration::from_secs(1);
/// How long it stays open at first, and at most. A heartbeat asks each second, so that recovery is noticed soon.
const OPEN_FIRST: Duration = Duration::from_millis(500);
const OPEN_MOST: Duration = Duration::from_secs(2);

#[derive(Debug, Default)]
struct Inner {
    failures: u32,
    /// When the first of them came.
    failing_since: Option<Instant>,
    /// When the next try is let through, and how long the wait was; `None` while closed.
    open: Option<(Instant, Duration)>,
    /// The one call that is let through is under way since then.
    probing: Option<Instant>,
}

/// A breaker that all calls to one database share.
#[derive(Debug, Default)]
pub(super) struct Circuit(Mutex<Inner>);

/// The database is not asked now.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Refused {
    pub(super) again_in: Duration,
}

impl Circuit {
    /// Asks to try something. Whoever may has to say how it went.
    pub(super) fn enter(&self, now: Instant) -> Result<(), Refused> {
        let mut inner = self.lock();
        let Some((until, wait)) = inner.open else { return Ok(()) };
        if now < until {
            return Err(Refused { again_in: until - now });
        }
        // A call that was given up says nothing any more: after a while another one may try.
        if let Some(since) = inner.probing
            && now < since + OPEN_MOST
        {
            return Err(Refused { again_in: wait });
        }
        inner.probing = Some(now);
        Ok(())
    }

    /// The database has answered, whatever it said.
    pub(super) fn answered(&self) {
        let mut inner = self.lock();
        if inner.open.is_some() {
            tracing::info!(circuit = "closed", "MongoDB answers again");
        }
        *inner = Inner::default();
    }

    /// The database could not be asked. `certain` when the driver has looked for it for as long as it may.
    pub(super) fn failed(&self, now: Instant, certain: bool, why: &str) {
        let mut inner = self.lock();
        inner.failures = inner.failures.saturating_add(1);
        let since = *inner.failing_since.get_or_insert(now);
        let lasts = inner.failures >= FAILURES && now >= since + FAILING;
        let wait = match inner.open {
            // Calls from before it opened say nothing new.
            Some(_) if inner.probing.is_none() => return,
            Some((_, wait)) => (wait * 2).min(OPEN_MOST),
            None if certain || lasts => {
                tracing::error!(
                    circuit = "open",
                    why,
                    "MongoDB does not answer: until it does, everything is refused at once"
                );
                OPEN_FIRST
            }
            None => return,
        };
        inner.open = Some((now + wait, wait));
        inner.probing = None;
    }

    pub(super) fn state(&self, now: Instant) -> State {
        match self.lock().open {
            None => State::Closed,
            Some((until, _)) if now < until => State::Open,
            Some(_) => State::HalfOpen,
        }
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        lock(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn opened() -> (Circuit, Instant) {
        let (circuit, began) = (Circuit::default(), Instant::now());
        let now = began + FAILING;
        circuit.failed(began, false, "a test");
        for _ in 1..FAILURES {
            assert_eq!(circuit.enter(now), Ok(()));
            circuit.failed(now, false, "a test");
        }
        (circuit, now)
    }

    #[tokio::test]
    async fn calls_that_all_fail_at_one_cut_do_not_open_it() {
        let (circuit, now) = (Circuit::default(), Instant::now());
        for _ in 0..FAILURES * 3 {
            circuit.failed(now, false, "a test");
        }
        assert_eq!(circuit.state(now), State::Closed);
        circuit.answered();
        circuit.failed(now + FAILING, false, "a test");
        assert_eq!(circuit.state(now + FAILING), State::Closed, "it has answered since");
    }

    #[tokio::test]
    async fn it_opens_after_some_failures_in_a_row_and_not_before() {
        let (circuit, now) = (Circuit::default(), Instant::now());
        for _ in 0..FAILURES * 3 {
            circuit.failed(now, false, "a test");
            assert_eq!(circuit.state(now), State::Closed);
            circuit.answered();
        }
        let (circuit, now) = opened();
        assert_eq!(circuit.state(now), State::Open);
        assert_eq!(circuit.enter(now), Err(Refused { again_in: OPEN_FIRST }));
    }

    #[tokio::test]
    async fn it_opens_at_once_when_the_driver_has_found_no_server() {
        let (circuit, now) = (Circuit::default(), Instant::now());
        circuit.failed(now, true, "a test");
        assert_eq!(circuit.state(now), State::Open);
    }

    #[tokio::test]
    async fn one_call_is_let_through_and_its_answer_closes_it() {
        let (circuit, now) = opened();
        let later = now + OPEN_FIRST;
        assert_eq!(circuit.state(later), State::HalfOpen);
        assert_eq!(circuit.enter(later), Ok(()));
        assert!(circuit.enter(later).is_err(), "the second one is refused");
        circuit.answered();
        assert_eq!((circuit.state(later), circuit.enter(later)), (State::Closed, Ok(())));
    }

    #[tokio::test]
    async fn a_call_that_fails_again_doubles_the_wait_up_to_a_limit() {
        let (circuit, mut now) = opened();
        let mut wait = OPEN_FIRST;
        for _ in 0..10 {
            now += wait;
            assert_eq!(circuit.enter(now), Ok(()));
            circuit.failed(now, false, "a test");
            wait = (wait * 2).min(OPEN_MOST);
            assert_eq!(circuit.enter(now), Err(Refused { again_in: wait }));
        }
    }

    #[tokio::test]
    async fn a_call_that_never_ends_does_not_keep_it_half_open() {
        let (circuit, now) = opened();
        let later = now + OPEN_FIRST;
        assert_eq!(circuit.enter(later), Ok(()));
        assert!(circuit.enter(later + OPEN_MOST / 2).is_err());
        assert_eq!(circuit.enter(later + OPEN_MOST), Ok(()));
    }

    #[tokio::test]
    async fn failures_from_before_it_opened_change_nothing() {
        let (circuit, now) = opened();
        circuit.failed(now, false, "a test");
        assert_eq!(circuit.enter(now), Err(Refused { again_in: OPEN_FIRST }));
    }
}
