//! Passwords: Argon2id, on few threads, so that a rush of sign-ins cannot take the whole machine.

use crate::Error;
use crate::store::StoreError;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};
use myna_protocol::{Password, Rejection};
use std::sync::Arc;
use tokio::sync::Semaphore;

/// Hashes that may be computed at the same time.
const AT_A_TIME: usize = 2;
/// Callers that may wait for one; more are told to try again later.
const WAITING: usize = 64;

/// Hashes and verifies passwords.
#[derive(Clone)]
pub struct Passwords {
    argon2: Argon2<'static>,
    running: Arc<Semaphore>,
    admitted: Arc<Semaphore>,
    /// Verified where there is no such person, so that this takes as long as a wrong password.
    nobody: Arc<str>,
}

impl Passwords {
    /// The parameters that the field asks for: 19 MiB, 2 passes, 1 lane.
    pub fn new() -> Self {
        Self::with(Params::DEFAULT)
    }

    /// Parameters that cost nearly nothing: for tests and benchmarks of other things, never for people.
    pub fn weak() -> Self {
        Self::with(Params::new(Params::MIN_M_COST, 1, 1, None).expect("the least that argon2 allows"))
    }

    fn with(params: Params) -> Self {
        let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
        let nobody = argon2.hash_password(b"nobody has this password").expect("these parameters are valid");
        Self {
            argon2,
            running: Arc::new(Semaphore::new(AT_A_TIME)),
            admitted: Arc::new(Semaphore::new(AT_A_TIME + WAITING)),
            nobody: nobody.to_string().into(),
        }
    }

    /// The PHC string to store for this password.
    pub async fn hash(&self, password: Password) -> Result<String, Error> {
        let argon2 = self.argon2.clone();
        self.compute(move || {
            let hash = argon2.hash_password(password.expose().as_bytes()).map_err(backend)?;
            Ok(hash.to_string())
        })
        .await
    }

    /// Whether the password fits; `stored` is `None` where there is no such person, and takes as long.
    pub(crate) async fn verify(&self, password: Password, stored: Option<String>) -> Result<bool, Error> {
        let argon2 = self.argon2.clone();
        let nobody = self.nobody.clone();
        self.compute(move || {
            let known = stored.is_some();
            let stored = stored.unwrap_or_else(|| nobody.to_string());
            let hash =
                PasswordHash::new(&stored).map_err(|error| StoreError::Corrupt(format!("a password hash: {error}")))?;
            let fits = argon2.verify_password(password.expose().as_bytes(), &hash).is_ok();
            Ok(fits && known)
        })
        .await
    }

    /// Whether a stored hash was made with other parameters than today's.
    pub(crate) fn is_outdated(&self, stored: &str) -> bool {
        let Ok(hash) = PasswordHash::new(stored) else { return true };
        Params::try_from(&hash).map_or(true, |params| {
            let ours = self.argon2.params();
            (params.m_cost(), params.t_cost(), params.p_cost()) != (ours.m_cost(), ours.t_cost(), ours.p_cost())
        })
    }

    async fn compute<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, Error> {
        let _admitted = self.admitted.try_acquire().map_err(|_| Rejection::TooMany)?;
        let running = self.running.clone().acquire_owned().await.map_err(|_| Error::Stopping)?;
        let done = tokio::task::spawn_blocking(move || {
            let _running = running;
            work()
        });
        Ok(done.await.map_err(backend)??)
    }
}

impl Default for Passwords {
    fn default() -> Self {
        Self::new()
    }
}

fn backend(error: impl std::error::Error + Send + Sync + 'static) -> StoreError {
    StoreError::Backend(Box::new(error))
}
