//! A MongoDB without a replica set: one node works on it fully, and a second one is refused.

use super::burst::Talk;
use super::site::{REPETITIONS, fresh, node, ready};
use crate::support::{Dice, myna, tell};
use myna_mongo_server::{MongoServer, Options, Topology, own};
use tokio::time::Instant;

/// These stories take no turn: they wait for most of their time.
async fn standalone() -> Option<MongoServer> {
    own(&Options { topology: Topology::Standalone, ..Options::default() }).await.expect("the MongoDB server starts")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_node_alone_loses_nothing_when_it_is_killed_in_a_burst_twenty_times_over() {
    let Some(server) = standalone().await else { return };
    let store = fresh(&server);
    let mut alone = node(&store).await;
    assert_eq!(ready(&alone.place).await, (200, "closed".to_owned(), "alone".to_owned()));
    let mut talk = Talk::begin([&alone.place, &alone.place], 20).await;
    let (mut dice, seed) = Dice::seeded();
    let name = format!("{}, standalone", server.name());
    tell(&format!(
        "the only node is killed with -9 in a burst of {} sends, {REPETITIONS} times over (MYNA_SEED={seed}; {name})",
        talk.size()
    ));
    for repetition in 1..=REPETITIONS {
        let kill_after = 1 + dice.below(talk.early());
        let trouble = talk.burst(async |progress, places| {
            progress.acknowledged(0, kill_after).await;
            let killed = Instant::now();
            alone.kill().await;
            alone = node(&store).await;
            places.moves(0, &alone.place);
            places.moves(1, &alone.place);
            killed.elapsed()
        });
        let (spoken, away) = trouble.await;
        tell(&format!(
            "  {repetition:2}: killed after {kill_after:3} acknowledgements, back after {:4} ms, {:3} said again, {:3} of them refused; \
             messages {} to {}: each once, in order ({name})",
            away.as_millis(),
            spoken.again,
            spoken.refused,
            spoken.seqs.start,
            spoken.seqs.end - 1
        ));
    }
    talk.end("kill -9 of the only node", &name).await;
}

#[tokio::test]
async fn a_second_node_on_a_standalone_server_is_refused_with_one_sentence() {
    let Some(server) = standalone().await else { return };
    let store = fresh(&server);
    let first = node(&store).await;
    let second = myna(&["--listen", "127.0.0.1:0", "--store", &store, "--log", "off"], &[]).await;
    let said = String::from_utf8_lossy(&second.stderr);
    assert_eq!(second.status.code(), Some(1), "{said}");
    assert_eq!(said.trim().lines().count(), 1, "{said}");
    assert!(said.contains("another Myna runs on the standalone MongoDB") && said.contains("rs.initiate()"), "{said}");
    assert_eq!(ready(&first.place).await.0, 200, "the first one goes on");
}
