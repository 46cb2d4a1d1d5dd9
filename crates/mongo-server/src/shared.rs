//! Servers for tests: one that all tests of a process share, and one's own.

use crate::program::Program;
use crate::server::{MongoServer, Options, Topology};
use std::hash::{BuildHasher, RandomState};
use std::io::Write;
use tokio::sync::OnceCell;

const NONE: &str = "there is no MongoDB server on this machine";

/// They hold nothing of the runtime of the test that came first. They are never dropped: their watchers end them.
static REPLICA_SET: OnceCell<Option<MongoServer>> = OnceCell::const_new();
static STANDALONE: OnceCell<Option<MongoServer>> = OnceCell::const_new();

/// The server that all tests of this process share: a replica set, started by the first who asks. Nobody may disturb it.
///
/// `None` when this machine has none: the caller returns, and it is said already that the test was skipped.
pub async fn shared() -> anyhow::Result<Option<&'static MongoServer>> {
    match shared_of(Topology::ReplicaSet).await? {
        Ok(server) => Ok(Some(server)),
        Err(why) => {
            skipped(why);
            Ok(None)
        }
    }
}

/// The server of this kind that all tests of this process share, or why there is none: for the caller to say.
pub async fn shared_of(topology: Topology) -> anyhow::Result<Result<&'static MongoServer, &'static str>> {
    let start = || async {
        match Program::find()? {
            Some(program) => MongoServer::start(&program, &Options { topology, ..Options::default() }).await.map(Some),
            None => Ok(None),
        }
    };
    let cell = match topology {
        Topology::ReplicaSet => &REPLICA_SET,
        Topology::Standalone => &STANDALONE,
    };
    Ok(match cell.get_or_try_init(start).await? {
        Some(server) if server.topology() == topology => Ok(server),
        Some(_) => Err("it needs the other kind of server than the one that MYNA_TEST_MONGO_URI names"),
        None => Err(NONE),
    })
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
            skipped(NONE);
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
