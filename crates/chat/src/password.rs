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

const ALGORITHM: Algorithm = Algorithm::Argon2id;
const VERSION: Version = Version::V0x13;

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
        // Nothing is hashed for it: a process where nobody has signed in yet needs no memory for that.
        let unknown = phc(&params, &[0; Salt::RECOMMENDED_LENGTH], &[0; Params::DEFAULT_OUTPUT_LEN]);
        let unknown = unknown.expect("these parameters are valid");
        let memory = Memory::new(params.block_count());
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
        let work = move || hash(password.normalised().expose().as_bytes(), &params, &memory);
        self.queue.run(purpose, source, work).await
    }

    /// Whether the password fits. `stored` is `None` where the name is unknown, and takes as long. `TooMany` as for `hash`.
    pub(crate) async fn verify(
        &self,
        password: Password,
        stored: Option<String>,
        source: Option<Source>,
    ) -> Result<Fit, Error> {
        let (params, memory, unknown) = (self.params.clone(), self.memory.clone(), self.unknown.clone());
        let work = move || {
            let hash = stored.as_deref().unwrap_or(&unknown);
            let normalised = password.normalised();
            let fit = if fits(normalised.expose().as_bytes(), hash, &memory)? {
                if is_weaker(hash, &params) { Fit::Outdated } else { Fit::Yes }
            } else if normalised != password && fits(password.expose().as_bytes(), hash, &memory)? {
                // Stored before passwords were normalised: the person could not sign in from another system.
                Fit::Outdated
            } else {
                Fit::No
            };
            Ok(if stored.is_some() { fit } else { Fit::No })
        };
        self.queue.run(Purpose::SignIn, source, work).await
    }
}

/// Whether a password fits a stored hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fit {
    No,
    Yes,
    /// It does, and its hash should be made again.
    Outdated,
}

impl Default for Passwords {
    fn default() -> Self {
        Self::new()
    }
}

/// The PHC string of a password, with a new salt.
fn hash(password: &[u8], params: &Params, memory: &Memory) -> Result<String, StoreError> {
    let mut salt = [0; Salt::RECOMMENDED_LENGTH];
    getrandom::fill(&mut salt).map_err(backend)?;
    let mut output = [0; Params::DEFAULT_OUTPUT_LEN];
    let argon2 = Argon2::new(ALGORITHM, VERSION, params.clone());
    memory
        .lend(params.block_count(), |blocks| {
            argon2.hash_password_into_with_memory(password, &salt, &mut output, blocks)
        })
        .map_err(backend)?;
    phc(params, &salt, &output)
}

fn phc(params: &Params, salt: &[u8], output: &[u8]) -> Result<String, StoreError> {
    let hash = PasswordHash {
        algorithm: ALGORITHM.ident(),
        version: Some(VERSION.into()),
        params: ParamsString::try_from(params).map_err(backend)?,
        salt: Some(Salt::new(salt).map_err(backend)?),
        hash: Some(Output::new(output).map_err(backend)?),
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

/// Whether a hash was made with less work than these parameters ask for. Hashes that took more in some way are kept: a
/// server whose parameters are low by mistake weakens nothing.
fn is_weaker(stored: &str, ours: &Params) -> bool {
    let Ok(hash) = PasswordHash::new(stored) else { return false };
    let Ok(theirs) = Params::try_from(&hash) else { return false };
    let other_algorithm = Algorithm::try_from(hash.algorithm.as_str()) != Ok(Algorithm::Argon2id);
    let (theirs, ours) = ((theirs.m_cost(), theirs.t_cost()), (ours.m_cost(), ours.t_cost()));
    let no_more = theirs.0 <= ours.0 && theirs.1 <= ours.1;
    no_more && (theirs != ours || other_algorithm)
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

    async fn fit(passwords: &Passwords, text: &str, stored: &str) -> Fit {
        passwords.verify(password(text), Some(stored.to_owned()), None).await.unwrap()
    }

    fn costs(memory: u32, passes: u32) -> Passwords {
        Passwords::with(Params::new(memory, passes, 1, None).unwrap())
    }

    #[tokio::test]
    async fn a_password_fits_however_a_system_composes_its_characters_and_spaces() {
        let passwords = Passwords::weak();
        for (typed, elsewhere) in
            [("caf\u{e9} au lait", "cafe\u{301}\u{a0}au\u{3000}lait"), ("\u{212b}ngstr\u{f6}m", "\u{c5}ngstro\u{308}m")]
        {
            for (first, second) in [(typed, elsewhere), (elsewhere, typed)] {
                let stored = passwords.hash(password(first), Purpose::SignUp, None).await.unwrap();
                assert_eq!(fit(&passwords, second, &stored).await, Fit::Yes, "{first} {second}");
            }
        }
        let stored = passwords.hash(password("Caf\u{e9} au lait"), Purpose::SignUp, None).await.unwrap();
        assert_eq!(fit(&passwords, "caf\u{e9} au lait", &stored).await, Fit::No, "case is part of a password");
        assert_eq!(fit(&passwords, "Caf\u{e9}  au lait", &stored).await, Fit::No, "so is each space");
    }

    #[tokio::test]
    async fn a_hash_of_a_password_as_typed_still_fits_and_is_outdated() {
        let passwords = Passwords::weak();
        let typed = "cafe\u{301} au lait";
        let stored = hash(typed.as_bytes(), &passwords.params, &passwords.memory).unwrap();
        assert_eq!(fit(&passwords, typed, &stored).await, Fit::Outdated);
        assert_eq!(fit(&passwords, "cafe au lait", &stored).await, Fit::No);
    }

    #[tokio::test]
    async fn only_a_hash_that_took_less_work_is_outdated() {
        let stored = costs(64, 2).hash(password("a long password"), Purpose::SignUp, None).await.unwrap();
        for (ours, expected) in [
            (costs(64, 2), Fit::Yes),
            (costs(128, 2), Fit::Outdated),
            (costs(64, 3), Fit::Outdated),
            (costs(32, 2), Fit::Yes),
            (costs(128, 1), Fit::Yes),
            (Passwords::weak(), Fit::Yes),
        ] {
            assert_eq!(fit(&ours, "a long password", &stored).await, expected, "{:?}", ours.params);
        }
        let argon2 = Argon2::new(Algorithm::Argon2i, Version::V0x13, Params::new(64, 2, 1, None).unwrap());
        let stored = argon2.hash_password(b"a long password").unwrap().to_string();
        assert_eq!(fit(&costs(64, 2), "a long password", &stored).await, Fit::Outdated);
    }

    #[tokio::test]
    async fn a_hash_fits_its_password_and_no_other() {
        let passwords = Passwords::weak();
        let stored = passwords.hash(password("a long password"), Purpose::SignUp, None).await.unwrap();
        assert!(stored.starts_with("$argon2id$v=19$m=8,t=1,p=1$"), "{stored}");
        assert_eq!(fit(&passwords, "a long password", &stored).await, Fit::Yes);
        assert_eq!(fit(&passwords, "another password", &stored).await, Fit::No);
        assert_eq!(passwords.verify(password("nobody has this password"), None, None).await.unwrap(), Fit::No);
    }

    #[tokio::test]
    async fn nothing_takes_memory_before_the_first_password_and_an_unknown_name_takes_as_much_as_a_known_one() {
        let passwords = Passwords::weak();
        assert_eq!(passwords.memory.buffers(), 0);
        assert_eq!(passwords.verify(password("a long password"), None, None).await.unwrap(), Fit::No);
        assert_eq!(passwords.memory.buffers(), 1);
        let stored = passwords.hash(password("a long password"), Purpose::SignUp, None).await.unwrap();
        let params = |stored: &str| Params::try_from(&PasswordHash::new(stored).unwrap()).unwrap();
        assert_eq!(params(&passwords.unknown), params(&stored));
    }

    #[tokio::test]
    async fn a_hash_of_the_library_fits_too() {
        let params = Params::new(64, 2, 2, Some(24)).unwrap();
        let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
        let stored = argon2.hash_password(b"a long password").unwrap().to_string();
        assert_eq!(fit(&Passwords::weak(), "a long password", &stored).await, Fit::Yes);
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
