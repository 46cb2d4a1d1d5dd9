//! How the database is asked: inside a deadline, again after what passes, and not at all while it is dead.

use super::circuit::Circuit;
use super::failure::{Failure, said};
use mongodb::error::ErrorKind;
use myna_chat::store::{Circuit as State, StoreError};
use std::time::Duration;
use tokio::time::{Instant, sleep, timeout_at};

/// How long one call may take, all its tries together.
const DEADLINE: Duration = Duration::from_secs(10);
/// How long the one call may take that is let through to a database that was dead a moment ago: a driver that knows of no
/// server looks for one for much longer, and whoever asked would wait meanwhile. A heartbeat soon tries again.
const PROBE: Duration = Duration::from_secs(1);
/// The first wait before another try is a random part of this; each further one of twice as much, up to the limit.
const WAIT_FIRST: Duration = Duration::from_millis(4);
const WAIT_MOST: Duration = Duration::from_secs(1);

/// The calls of one store.
#[derive(Debug, Default)]
pub(super) struct Calls {
    pub(super) circuit: Circuit,
}

impl Calls {
    /// Does the work; again, after a wait with full jitter, where another try can help. Work that is not known to have
    /// failed may be done twice: it has to be harmless.
    pub(super) async fn call<T, F>(&self, work: impl Fn() -> F) -> Result<T, StoreError>
    where
        F: Future<Output = Result<T, Failure>>,
    {
        let deadline = Instant::now() + DEADLINE;
        let mut most = WAIT_FIRST;
        loop {
            if let Err(refused) = self.circuit.enter(Instant::now()) {
                let millis = refused.again_in.as_millis();
                return Err(StoreError::Unavailable(format!("MongoDB does not answer: tried again in {millis} ms")));
            }
            let now = Instant::now();
            let is_probe = self.circuit.state(now) != State::Closed;
            let until = if is_probe { deadline.min(now + PROBE) } else { deadline };
            let failure = match timeout_at(until, work()).await {
                Ok(Ok(done)) => {
                    self.circuit.answered();
                    return Ok(done);
                }
                Ok(Err(failure)) => failure,
                Err(_) => Failure::Unavailable("MongoDB did not answer in time".to_owned()),
            };
            let again = self.note(&failure);
            let wait = most.mul_f64(fastrand::f64());
            if !again || Instant::now() + wait >= deadline {
                return Err(failure.into());
            }
            sleep(wait).await;
            most = (most * 2).min(WAIT_MOST);
        }
    }

    /// Tells the circuit how it went; whether another try can help.
    fn note(&self, failure: &Failure) -> bool {
        match failure {
            Failure::DuplicateKey | Failure::Corrupt(_) | Failure::Other(_) => {
                self.circuit.answered();
                false
            }
            Failure::WriteConflict => {
                self.circuit.answered();
                true
            }
            Failure::Unreachable(error) => {
                let certain = matches!(error.kind.as_ref(), ErrorKind::ServerSelection { .. });
                self.circuit.failed(Instant::now(), certain, &said(error));
                true
            }
            Failure::Unavailable(why) => {
                self.circuit.failed(Instant::now(), true, why);
                false
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::future::pending;

    #[tokio::test(start_paused = true)]
    async fn whoever_asks_a_dead_database_first_does_not_wait_as_long_as_the_driver_looks_for_it() {
        let calls = Calls::default();
        let refused = calls.call(|| async { Err::<(), _>(Failure::Unavailable("a test".to_owned())) }).await;
        assert!(refused.is_err());
        assert_eq!(calls.circuit.state(Instant::now()), State::Open);
        // The clock stands still, and goes on by itself when all wait.
        while calls.circuit.state(Instant::now()) == State::Open {
            sleep(WAIT_MOST).await;
        }
        let began = Instant::now();
        assert!(calls.call(pending::<Result<(), Failure>>).await.is_err());
        assert_eq!(began.elapsed(), PROBE);
    }
}
