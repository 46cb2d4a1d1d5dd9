//! Nodes, and the MongoDB that they share.

use crate::support::{Place, ServerProcess, soon};
use myna_mongo_server::{MongoServer, Options, Topology, fresh_database_name, own, shared};
use std::ops::{Deref, DerefMut};
use std::time::Duration;
use tokio::sync::{Mutex, MutexGuard};
use tokio::time::interval;

/// Held by the story that is told now: one alone has the machine to itself.
static TURN: Mutex<()> = Mutex::const_new(());

/// How often each kill is repeated.
pub(super) const REPETITIONS: usize = 20;

/// How often a node is asked how it is.
const ASK_EVERY: Duration = Duration::from_millis(20);

/// Settings of every node here: bursts are not made to wait, and what a node says of a database that is gone is no news.
pub(super) const SETTINGS: [&str; 6] = ["--frames-per-second", "10000", "--frames-burst", "10000", "--log", "off"];

pub(super) async fn node(store: &str) -> ServerProcess {
    ServerProcess::over(store, &SETTINGS).await
}

/// A server for one story, which nobody else disturbs meanwhile.
pub(super) struct Turn<S> {
    server: S,
    _turn: MutexGuard<'static, ()>,
}

/// The server that all stories share: nothing happens to it.
pub(super) async fn untouched() -> Option<Turn<&'static MongoServer>> {
    let _turn = TURN.lock().await;
    let server = shared().await.expect("the MongoDB server starts")?;
    Some(Turn { server, _turn })
}

/// A server to be killed and stopped.
pub(super) async fn disposable(topology: Topology) -> Option<Turn<MongoServer>> {
    let _turn = TURN.lock().await;
    let server = own(&Options { topology, ..Options::default() }).await.expect("the MongoDB server starts")?;
    Some(Turn { server, _turn })
}

impl Deref for Turn<&'static MongoServer> {
    type Target = MongoServer;

    fn deref(&self) -> &MongoServer {
        self.server
    }
}

impl Deref for Turn<MongoServer> {
    type Target = MongoServer;

    fn deref(&self) -> &MongoServer {
        &self.server
    }
}

impl DerefMut for Turn<MongoServer> {
    fn deref_mut(&mut self) -> &mut MongoServer {
        &mut self.server
    }
}

/// The address of a database that nobody else has.
pub(super) fn fresh(server: &MongoServer) -> String {
    server.uri(&fresh_database_name())
}

/// Two nodes on one database, each with its own way there.
pub(super) async fn two(stores: [&str; 2]) -> [ServerProcess; 2] {
    let (one, two) = tokio::join!(node(stores[0]), node(stores[1]));
    [one, two]
}

/// What a node says of itself: the status, whether the store is asked, and whether the other nodes are heard.
pub(super) async fn ready(place: &Place) -> (u16, String, String) {
    let answer = place.get("/ready").await;
    let words: serde_json::Value = serde_json::from_str(&answer.body).expect("it is JSON");
    let word = |name: &str| words[name].as_str().unwrap_or_else(|| panic!("{name}: {answer:?}")).to_owned();
    (answer.status, word("circuit"), word("bus"))
}

/// Asks a node again and again until it says this of itself.
pub(super) async fn until_ready(place: &Place, what: &str, is_so: impl Fn(u16, &str, &str) -> bool) {
    let asking = async {
        let mut every = interval(ASK_EVERY);
        loop {
            every.tick().await;
            let (status, circuit, bus) = ready(place).await;
            if is_so(status, &circuit, &bus) {
                return;
            }
        }
    };
    soon(what, asking).await;
}
