//! Servers for tests: one that all tests of a process share, and one for a single test.

use crate::program::Program;
use crate::server::{MongoServer, Options, Topology};
use std::hash::{BuildHasher, RandomState};
use std::io::Write;
use tokio::sync::OnceCell;

const NONE: &str = "this machine has no MongoDB server";

/// They hold nothing of the runtime of the test that started them. They are never dropped: their watchers end them.
static REPLICA_SET: OnceCell<Option<MongoServer>> = OnceCell::const_new();
static STANDALONE: OnceCell<Option<MongoServer>> = OnceCell::const_new();

/// The server that all tests of this process share: a replica set that the first caller starts. No test may disturb it.
///
/// `None` if this machine has none. This function has then reported the test as skipped, and the caller returns.
pub async fn shared() -> anyhow::Result<Option<&'static MongoServer>> {
    match shared_of(Topology::ReplicaSet).await? {
        Ok(server) => Ok(Some(server)),
        Err(why) => {
            skipped(why);
            Ok(None)
        }
    }
}

/// The server of this kind that all tests of this process share, or the reason why there is none, for the caller to
/// report.
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
        Some(_) => Err("the server at MYNA_TEST_MONGO_URI has another topology than the test needs"),
        None => Err(NONE),
    })
}

/// A server for one test, which may do anything with it.
///
/// `None` if this machine has none to start. This function has then reported the test as skipped, and the caller
/// returns.
pub async fn own(options: &Options) -> anyhow::Result<Option<MongoServer>> {
    match Program::find()? {
        Some(Program::Running(_)) => {
            skipped("the test needs its own server, but MYNA_TEST_MONGO_URI names one that is already running");
            Ok(None)
        }
        Some(program) => MongoServer::start(&program, options).await.map(Some),
        None => {
            skipped(NONE);
            Ok(None)
        }
    }
}

/// Reports on stderr that this test was skipped, and why. The test runner does not capture it.
pub fn skipped(why: &str) {
    let thread = std::thread::current();
    // An error means that stderr is closed.
    let _ = writeln!(std::io::stderr(), "SKIPPED: {}: {why}", thread.name().unwrap_or("a test"));
}

/// A unique name for a database. On a server that was already running, such databases stay.
pub fn fresh_database_name() -> String {
    // Each state is seeded with the system's randomness.
    let (high, low) = (RandomState::new().hash_one(()), RandomState::new().hash_one(()));
    format!("myna_test_{high:016x}{low:016x}")
}
