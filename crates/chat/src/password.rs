//! Passwords: Argon2id, few at a time, so that a rush of sign-ins cannot take the whole machine.

mod memory;
mod queue;

use crate::Error;
use crate::accounts::Source;
use crate::store::StoreError;
use argon2::password_hash::phc::{Output, ParamsString, PasswordHash, Salt};
use argon2::{Algorithm, Argon2, Params, Version};
use memory::Memory;
use myna_protocol::Password;
pub(crate) use queue::Purpose;
use queue::Queue;
use std::sync::Arc;

/// Hashes passwords and verifies them. Cheap to clone; clones share one queue and one memory.
#[derive(Clone)]
pub struct Passwords {
    params: Params,
    queue: Queue,
    memory: Memory,
    /// Verified where the name is unknown, so that this takes as long as a wrong password.
    unknown: Arc<str>,
}

impl Passwords {
    /// The parameters that OWASP recommends: 19 MiB, 2 passes, 1 lane.
    pub fn new() -> Self {
        Self::with(Params::DEFAULT)
    }

    /// Parameters that cost nearly nothing: for tests and benchmarks of other things, never for people.
    pub fn weak() -> Self {
        Self::with(Params::new(Params::MIN_M_COST, 1, 1, None).expect("the least that argon2 allows"))
    }

    fn with(params: Params) -> Self {
        let memory = Memory::new(params.block_count());
        let unknown = hash(b"nobody has this password", &params, &memory).expect("these parameters are valid");
        Self { params, queue: Queue::default(), memory, unknown: unknown.into() }
    }

    /// The PHC string to store for this password. `TooMany` when the queue is full, or full of this source's.
    pub(crate) async fn hash(
        &self,
        password: Password,
        purpose: Purpose,
        source: Option<Source>,
    ) -> Result<String, Error> {
        let (params, memory) = (self.params.clone(), self.memory.clone());
        self.queue.run(purpose, source, move || hash(password.expose().as_bytes(), &params, &memory)).await
    }

    /// Whether the password fits. `stored` is `None` where the name is unknown, and takes as long. `TooMany` as for `hash`.
    pub(crate) async fn verify(
        &self,
        password: Password,
        stored: Option<String>,
        source: Option<Source>,
    ) -> Result<bool, Error> {
        let (memory, unknown) = (self.memory.clone(), self.unknown.clone());
        let work = move || {
            let known = stored.is_some();
            let stored = stored.as_deref().unwrap_or(&unknown);
            let fits = fits(password.expose().as_bytes(), stored, &memory)?;
            Ok(fits && known)
        };
        self.queue.run(Purpose::SignIn, source, work).await
    }

    /// Whether a stored hash was made with other parameters than today's.
    pub(crate) fn is_outdated(&self, stored: &str) -> bool {
        let Ok(hash) = PasswordHash::new(stored) else { return true };
        Params::try_from(&hash).map_or(true, |params| {
            let ours = &self.params;
            (params.m_cost(), params.t_cost(), params.p_cost()) != (ours.m_cost(), ours.t_cost(), ours.p_cost())
        })
    }
}

impl Default for Passwords {
    fn default() -> Self {
        Self::new()
    }
}

/// The PHC string of a password, with a new salt.
fn hash(password: &[u8], params: &Params, memory: &Memory) -> Result<String, StoreError> {
    let (algorithm, version) = (Algorithm::Argon2id, Version::V0x13);
    let mut salt = [0; Salt::RECOMMENDED_LENGTH];
    getrandom::fill(&mut salt).map_err(backend)?;
    let mut output = [0; Params::DEFAULT_OUTPUT_LEN];
    let argon2 = Argon2::new(algorithm, version, params.clone());
    memory
        .lend(params.block_count(), |blocks| {
            argon2.hash_password_into_with_memory(password, &salt, &mut output, blocks)
        })
        .map_err(backend)?;
    let hash = PasswordHash {
        algorithm: algorithm.ident(),
        version: Some(version.into()),
        params: ParamsString::try_from(params).map_err(backend)?,
        salt: Some(Salt::new(&salt).map_err(backend)?),
        hash: Some(Output::new(&output).map_err(backend)?),
    };
    Ok(hash.to_string())
}

/// Whether the password has this PHC string.
fn fits(password: &[u8], stored: &str, memory: &Memory) -> Result<bool, StoreError> {
    let corrupt = |error: &dyn std::fmt::Display| StoreError::Corrupt(format!("a password hash: {error}"));
    let hash = PasswordHash::new(stored).map_err(|error| corrupt(&error))?;
    let (Some(salt), Some(expected)) = (&hash.salt, &hash.hash) else {
        return Err(corrupt(&"it has no salt or no output"));
    };
    let params = Params::try_from(&hash).map_err(|error| corrupt(&error))?;
    let algorithm = Algorithm::try_from(hash.algorithm.as_str()).map_err(|error| corrupt(&error))?;
    let version = hash.version.map_or(Ok(Version::default()), Version::try_from).map_err(|error| corrupt(&error))?;
    let blocks = params.block_count();
    let argon2 = Argon2::new(algorithm, version, params);
    let mut output = [0; Output::MAX_LENGTH];
    let output = &mut output[..expected.len()];
    memory
        .lend(blocks, |blocks| argon2.hash_password_into_with_memory(password, salt, output, blocks))
        .map_err(backend)?;
    // Outputs are compared in constant time.
    Ok(Output::new(output).map_err(backend)? == *expected)
}

fn backend(error: impl std::error::Error + Send + Sync + 'static) -> StoreError {
    StoreError::Backend(Box::new(error))
}

#[cfg(test)]
mod tests {
    use super::*;
    use argon2::password_hash::PasswordHasher;

    fn password(text: &str) -> Password {
        Password::parse(text).unwrap()
    }

    #[tokio::test]
    async fn a_hash_fits_its_password_and_no_other() {
        let passwords = Passwords::weak();
        let stored = passwords.hash(password("a long password"), Purpose::SignUp, None).await.unwrap();
        assert!(stored.starts_with("$argon2id$v=19$m=8,t=1,p=1$"), "{stored}");
        assert!(passwords.verify(password("a long password"), Some(stored.clone()), None).await.unwrap());
        assert!(!passwords.verify(password("another password"), Some(stored), None).await.unwrap());
        assert!(!passwords.verify(password("nobody has this password"), None, None).await.unwrap());
    }

    #[tokio::test]
    async fn a_hash_of_the_library_fits_too() {
        let params = Params::new(64, 2, 2, Some(24)).unwrap();
        let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
        let stored = argon2.hash_password(b"a long password").unwrap().to_string();
        assert!(Passwords::weak().verify(password("a long password"), Some(stored), None).await.unwrap());
    }

    #[tokio::test]
    async fn a_damaged_hash_is_no_wrong_password() {
        for stored in ["", "$argon2id$v=19$m=8,t=1,p=1", "$scrypt$c2FsdHNhbHQ$aGFzaGhhc2hoYXNo"] {
            let answer = Passwords::weak().verify(password("a long password"), Some(stored.to_owned()), None).await;
            assert!(matches!(answer, Err(Error::Store(StoreError::Corrupt(_)))), "{stored}: {answer:?}");
        }
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_thousand_hashes_use_no_more_memory_than_those_that_run_at_a_time() {
        let passwords = Passwords::weak();
        for _ in 0..100 {
            let hashes: Vec<_> = (0..10)
                .map(|_| {
                    let passwords = passwords.clone();
                    tokio::spawn(
                        async move { passwords.hash(password("a long password"), Purpose::SignIn, None).await },
                    )
                })
                .collect();
            for hash in hashes {
                hash.await.unwrap().unwrap();
            }
        }
        assert!(passwords.memory.buffers() <= queue::AT_A_TIME);
    }
}
