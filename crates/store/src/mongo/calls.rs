//! How the database is asked: inside a deadline, again after what passes, and not at all while it is dead.

use super::circuit::Circuit;
use super::failure::{Failure, said};
use mongodb::error::ErrorKind;
use myna_chat::store::StoreError;
use std::time::Duration;
use tokio::time::{Instant, sleep, timeout_at};

/// How long one call may take, all its tries together.
const DEADLINE: Duration = Duration::from_secs(10);
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
            let failure = match timeout_at(deadline, work()).await {
                Ok(Ok(done)) => {
                    self.circuit.answered();
                    return Ok(done);
                }
                Ok(Err(failure)) => failure,
                Err(_) => Failure::Unavailable(format!("MongoDB did not answer within {} s", DEADLINE.as_secs())),
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
            Failure::Taken | Failure::Corrupt(_) | Failure::Other(_) => {
                self.circuit.answered();
                false
            }
            Failure::Outrun => {
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
