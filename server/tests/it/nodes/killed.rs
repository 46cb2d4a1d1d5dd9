//! A node is killed with -9 in the middle of a burst. Its clients go to the other one, and it is started again.

use super::burst::Talk;
use super::site::{REPETITIONS, fresh, node, two, untouched};
use crate::support::{Dice, tell};
use tokio::time::Instant;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_clients_of_a_killed_node_lose_nothing_when_they_move_to_the_other_twenty_times_over() {
    let Some(server) = untouched().await else { return };
    let store = fresh(&server);
    let [mut first, second] = two([&store, &store]).await;
    let mut talk = Talk::begin([&first.place, &second.place], 60).await;
    let (mut dice, seed) = Dice::seeded();
    let name = server.name();
    tell(&format!(
        "one of two nodes is killed with -9 in a burst of {} sends, {REPETITIONS} times over (MYNA_SEED={seed}; {name})",
        talk.size()
    ));
    for repetition in 1..=REPETITIONS {
        let kill_after = 1 + dice.below(talk.early());
        let trouble = talk.burst(async |progress, places| {
            progress.acknowledged(0, kill_after).await;
            let killed = Instant::now();
            first.kill().await;
            places.moves(0, &second.place);
            progress.next_after(0, killed).await;
            let recovery = killed.elapsed();
            first = node(&store).await;
            recovery
        });
        let (spoken, recovery) = trouble.await;
        tell(&format!(
            "  {repetition:2}: killed after {kill_after:3} acknowledgements there, its clients go on at the other after \
             {:4} ms, {:3} said again; messages {} to {}: each once, in order ({name})",
            recovery.as_millis(),
            spoken.again,
            spoken.seqs.start,
            spoken.seqs.end - 1
        ));
        talk.moves(0, &first.place);
    }
    talk.end("kill -9 of a node", name).await;
}
