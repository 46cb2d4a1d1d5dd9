//! Servers for tests: one that all tests of a process share, and one's own.

use crate::program::Program;
use crate::server::{MongoServer, Options};
use std::hash::{BuildHasher, RandomState};
use std::io::Write;
use tokio::sync::OnceCell;

/// Holds nothing of the runtime of the test that came first. It is never dropped: its watcher ends it.
static SHARED: OnceCell<Option<MongoServer>> = OnceCell::const_new();

/// The server that all tests of this process share: a replica set, started by the first who asks. Nobody may disturb it.
///
/// `None` when this machine has none: the caller returns, and it is said already that the test was skipped.
pub async fn shared() -> anyhow::Result<Option<&'static MongoServer>> {
    let start = || async {
        match Program::find()? {
            Some(program) => MongoServer::start(&program, &Options::default()).await.map(Some),
            None => Ok(None),
        }
    };
    let server = SHARED.get_or_try_init(start).await?.as_ref();
    if server.is_none() {
        skipped("there is no MongoDB server on this machine");
    }
    Ok(server)
}

/// A server of the test's own, to do anything with.
///
/// `None` when this machine has none that can be started: the caller returns, and it is said already that the test was
/// skipped.
pub async fn own(options: &Options) -> anyhow::Result<Option<MongoServer>> {
    match Program::find()? {
        Some(Program::Running(_)) => {
            skipped("it needs a server of its own, and MYNA_TEST_MONGO_URI names one that runs already");
            Ok(None)
        }
        Some(program) => MongoServer::start(&program, options).await.map(Some),
        None => {
            skipped("there is no MongoDB server on this machine");
            Ok(None)
        }
    }
}

/// Says that this test was skipped, and why, whatever the test runner keeps to itself.
pub fn skipped(why: &str) {
    let thread = std::thread::current();
    // Nobody may be listening.
    let _ = writeln!(std::io::stderr(), "SKIPPED: {}: {why}", thread.name().unwrap_or("a test"));
}

/// A name for a database that nobody else has. On a server that ran already such databases stay.
pub fn fresh_database_name() -> String {
    // Each state is seeded with the system's randomness.
    let (high, low) = (RandomState::new().hash_one(()), RandomState::new().hash_one(()));
    format!("myna_test_{high:016x}{low:016x}")
}
