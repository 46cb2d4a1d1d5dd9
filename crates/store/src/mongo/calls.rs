//! How the database is asked: inside a deadline, again after what passes, and not at all while it is dead.

use super::circuit::{Circuit, Permit};
use super::failure::{Failure, said};
use mongodb::error::ErrorKind;
use myna_chat::Backoff;
use myna_chat::health::Circuit as State;
use myna_chat::store::StoreError;
use std::time::Duration;
use tokio::time::{Instant, sleep, timeout_at};

/// How long one call may take, all its tries together.
const DEADLINE: Duration = Duration::from_secs(10);
/// How long the one call may take that is let through to a database that was dead a moment ago: a driver that knows of no
/// server looks for one for much longer, and whoever asked would wait meanwhile. A heartbeat soon tries again.
const PROBE: Duration = Duration::from_secs(1);
/// The first wait before another try is a random part of this; each further one of twice as much, up to a limit: of one after
/// a failure, and of another after a conflict, where the winner is done in a moment and may come again in the next.
const WAIT_FIRST: Duration = Duration::from_millis(4);
const WAIT_MOST: Duration = Duration::from_secs(1);
const CONFLICT_WAIT_MOST: Duration = Duration::from_millis(16);

/// The calls of one store.
#[derive(Debug, Default)]
pub(super) struct Calls {
    circuit: Circuit,
}

impl Calls {
    /// Does the work; again, after a wait with full jitter, where another try can help. Work that is not known to have
    /// failed may be done twice: it has to be harmless.
    pub(super) async fn call<T, F>(&self, work: impl Fn() -> F) -> Result<T, StoreError>
    where
        F: Future<Output = Result<T, Failure>>,
    {
        let deadline = Instant::now() + DEADLINE;
        let mut after_failure = Backoff::new(WAIT_FIRST, WAIT_MOST);
        let mut after_conflict = Backoff::new(WAIT_FIRST, CONFLICT_WAIT_MOST);
        loop {
            let now = Instant::now();
            let permit = self.circuit.enter(now).map_err(|refused| {
                let millis = refused.again_in.as_millis();
                StoreError::Unavailable(format!("MongoDB does not answer: tried again in {millis} ms"))
            })?;
            let until = if permit.is_probe() { deadline.min(now + PROBE) } else { deadline };
            let failure = match timeout_at(until, work()).await {
                Ok(Ok(done)) => {
                    permit.answered();
                    return Ok(done);
                }
                Ok(Err(failure)) => failure,
                Err(_) => Failure::Unavailable("MongoDB did not answer in time".to_owned()),
            };
            let again = note(permit, &failure);
            let is_conflict = matches!(failure, Failure::WriteConflict);
            let backoff = if is_conflict { &mut after_conflict } else { &mut after_failure };
            let wait = backoff.wait().mul_f64(fastrand::f64());
            if !again || Instant::now() + wait >= deadline {
                return Err(failure.into());
            }
            sleep(wait).await;
        }
    }

    /// How the database is, without asking it.
    pub(super) fn state(&self) -> State {
        self.circuit.state(Instant::now())
    }
}

/// Tells the circuit what came of a call; whether another try can help.
fn note(permit: Permit<'_>, failure: &Failure) -> bool {
    match failure {
        Failure::DuplicateKey | Failure::Corrupt(_) | Failure::Other(_) => {
            permit.answered();
            false
        }
        Failure::WriteConflict => {
            permit.answered();
            true
        }
        Failure::Unreachable(error) => {
            let certain = matches!(error.kind.as_ref(), ErrorKind::ServerSelection { .. });
            permit.failed(Instant::now(), certain, &said(error));
            true
        }
        Failure::Unavailable(why) => {
            permit.failed(Instant::now(), true, why);
            false
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::FutureExt;
    use std::future::pending;

    #[tokio::test(start_paused = true)]
    async fn whoever_asks_a_dead_database_first_does_not_wait_as_long_as_the_driver_looks_for_it() {
        let calls = Calls::default();
        let refused = calls.call(|| async { Err::<(), _>(Failure::Unavailable("a test".to_owned())) }).await;
        assert!(refused.is_err());
        assert_eq!(calls.state(), State::Open);
        // The clock stands still, and goes on by itself when all wait.
        while calls.state() == State::Open {
            sleep(WAIT_MOST).await;
        }
        let began = Instant::now();
        assert!(calls.call(pending::<Result<(), Failure>>).await.is_err());
        assert_eq!(began.elapsed(), PROBE);
    }

    #[tokio::test(start_paused = true)]
    async fn a_probe_that_its_caller_gives_up_does_not_keep_the_next_one_out() {
        let calls = Calls::default();
        let refused = calls.call(|| async { Err::<(), _>(Failure::Unavailable("a test".to_owned())) }).await;
        assert!(refused.is_err());
        while calls.state() == State::Open {
            sleep(WAIT_MOST).await;
        }
        assert!(calls.call(pending::<Result<(), Failure>>).now_or_never().is_none());
        calls.call(|| async { Ok(()) }).await.unwrap();
        assert_eq!(calls.state(), State::Closed);
    }
}
