//! The circuit breaker: while the database is dead everything is refused at once, instead of piling up behind timeouts.
//!
//! Closed: everything is tried. After [`FAILURES`] failures in a row, over more than a moment, it opens: nothing is tried until a while has passed.
//! Then it is half open: one call is let through. It answers: closed. It fails: open again, for twice as long.

use myna_chat::health::Circuit as State;
use myna_chat::lock;
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
    /// The one call that is let through is under way.
    probing: bool,
}

/// A breaker that all calls to one database share.
#[derive(Debug, Default)]
pub(super) struct Circuit(Mutex<Inner>);

/// The database is not asked now.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Refused {
    pub(super) again_in: Duration,
}

/// Leave to try one call, to be given back with what came of it. A call that is given up is dropped with its permit: then
/// the next one may try.
#[derive(Debug)]
#[must_use]
pub(super) struct Permit<'a> {
    circuit: &'a Circuit,
    is_probe: bool,
}

impl Permit<'_> {
    /// Whether this is the one call that is let through while the circuit is half open.
    pub(super) fn is_probe(&self) -> bool {
        self.is_probe
    }

    /// The database has answered, whatever it said.
    pub(super) fn answered(mut self) {
        let mut inner = self.circuit.lock();
        if inner.open.is_some() {
            tracing::info!(circuit = "closed", "MongoDB answers again");
        }
        *inner = Inner::default();
        self.is_probe = false;
    }

    /// The database could not be asked. `certain` when the driver has looked for it for as long as it may.
    pub(super) fn failed(mut self, now: Instant, certain: bool, why: &str) {
        let is_probe = std::mem::take(&mut self.is_probe);
        let mut inner = self.circuit.lock();
        inner.failures = inner.failures.saturating_add(1);
        let since = *inner.failing_since.get_or_insert(now);
        let lasts = inner.failures >= FAILURES && now >= since + FAILING;
        let wait = match inner.open {
            // A call from before it opened says nothing new.
            Some(_) if !is_probe => return,
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
        inner.probing = false;
    }
}

impl Drop for Permit<'_> {
    fn drop(&mut self) {
        if self.is_probe {
            self.circuit.lock().probing = false;
        }
    }
}

impl Circuit {
    /// Asks for leave to try something. To learn how the database is, use `state`: this takes the one probe.
    pub(super) fn enter(&self, now: Instant) -> Result<Permit<'_>, Refused> {
        let mut inner = self.lock();
        let Some((until, wait)) = inner.open else { return Ok(Permit { circuit: self, is_probe: false }) };
        if now < until {
            return Err(Refused { again_in: until - now });
        }
        if inner.probing {
            return Err(Refused { again_in: wait });
        }
        inner.probing = true;
        Ok(Permit { circuit: self, is_probe: true })
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

    fn fail(circuit: &Circuit, now: Instant) {
        circuit.enter(now).unwrap().failed(now, false, "a test");
    }

    fn refused(circuit: &Circuit, now: Instant) -> Duration {
        circuit.enter(now).map(|_| ()).unwrap_err().again_in
    }

    fn opened() -> (Circuit, Instant) {
        let (circuit, began) = (Circuit::default(), Instant::now());
        let now = began + FAILING;
        fail(&circuit, began);
        for _ in 1..FAILURES {
            fail(&circuit, now);
        }
        (circuit, now)
    }

    #[test]
    fn calls_that_all_fail_at_one_cut_do_not_open_it() {
        let (circuit, now) = (Circuit::default(), Instant::now());
        for _ in 0..FAILURES * 3 {
            fail(&circuit, now);
        }
        assert_eq!(circuit.state(now), State::Closed);
        circuit.enter(now).unwrap().answered();
        fail(&circuit, now + FAILING);
        assert_eq!(circuit.state(now + FAILING), State::Closed, "it has answered since");
    }

    #[test]
    fn it_opens_after_some_failures_in_a_row_and_not_before() {
        let (circuit, now) = (Circuit::default(), Instant::now());
        for _ in 0..FAILURES * 3 {
            fail(&circuit, now);
            assert_eq!(circuit.state(now), State::Closed);
            circuit.enter(now).unwrap().answered();
        }
        let (circuit, now) = opened();
        assert_eq!(circuit.state(now), State::Open);
        assert_eq!(refused(&circuit, now), OPEN_FIRST);
    }

    #[test]
    fn it_opens_at_once_when_the_driver_has_found_no_server() {
        let (circuit, now) = (Circuit::default(), Instant::now());
        circuit.enter(now).unwrap().failed(now, true, "a test");
        assert_eq!(circuit.state(now), State::Open);
    }

    #[test]
    fn one_call_is_let_through_and_its_answer_closes_it() {
        let (circuit, now) = opened();
        let later = now + OPEN_FIRST;
        assert_eq!(circuit.state(later), State::HalfOpen);
        let probe = circuit.enter(later).unwrap();
        assert!(probe.is_probe());
        assert_eq!(refused(&circuit, later), OPEN_FIRST, "the second one is refused");
        probe.answered();
        assert_eq!(circuit.state(later), State::Closed);
        assert!(!circuit.enter(later).unwrap().is_probe());
    }

    #[test]
    fn a_call_that_fails_again_doubles_the_wait_up_to_a_limit() {
        let (circuit, mut now) = opened();
        let mut wait = OPEN_FIRST;
        for _ in 0..10 {
            now += wait;
            fail(&circuit, now);
            wait = (wait * 2).min(OPEN_MOST);
            assert_eq!(refused(&circuit, now), wait);
        }
    }

    #[test]
    fn a_call_that_is_given_up_lets_the_next_one_try_at_once() {
        let (circuit, now) = opened();
        let later = now + OPEN_FIRST;
        drop(circuit.enter(later).unwrap());
        assert!(circuit.enter(later).unwrap().is_probe());
    }

    #[test]
    fn asking_how_the_database_is_takes_no_probe() {
        let (circuit, now) = opened();
        let later = now + OPEN_FIRST;
        assert_eq!(circuit.state(later), State::HalfOpen);
        assert_eq!(circuit.state(later), State::HalfOpen);
        assert!(circuit.enter(later).is_ok());
    }

    #[test]
    fn failures_from_before_it_opened_change_nothing() {
        let (circuit, began) = (Circuit::default(), Instant::now());
        let slow = circuit.enter(began).unwrap();
        circuit.enter(began).unwrap().failed(began, true, "a test");
        let later = began + OPEN_FIRST;
        let probe = circuit.enter(later).unwrap();
        slow.failed(later, true, "a test");
        assert_eq!(refused(&circuit, later), OPEN_FIRST, "the probe is still under way");
        probe.answered();
        assert_eq!(circuit.state(later), State::Closed);
    }
}
