//! The primary steps down in the middle of a burst.

use super::burst::Talk;
use super::site::{REPETITIONS, two, untouched};
use crate::support::{Dice, tell};
use myna_mongo_server::{Proxy, fresh_database_name};
use tokio::time::Instant;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_lost_when_the_primary_steps_down_in_a_burst_twenty_times_over() {
    let Some(server) = untouched().await else { return };
    let database = fresh_database_name();
    let proxy = Proxy::start(&server).await.expect("the proxy starts");
    let store = proxy.uri(&database);
    let [first, second] = two([&store, &store]).await;
    let mut talk = Talk::begin([&first.place, &second.place], 30).await;
    let (mut dice, seed) = Dice::seeded();
    let name = server.name();
    tell(&format!(
        "the primary steps down in a burst of {} sends, {REPETITIONS} times over (MYNA_SEED={seed}; {name})",
        talk.size()
    ));
    for repetition in 1..=REPETITIONS {
        let after = 1 + dice.below(talk.early());
        let commands = 1 + dice.below(8) as u32;
        let trouble = talk.burst(async |progress, _| {
            progress.acknowledged(repetition % 2, after).await;
            let stepped_down = Instant::now();
            proxy.step_down(commands);
            proxy.stepped_down().await;
            progress.next_at_both().await;
            stepped_down.elapsed()
        });
        let (spoken, recovery) = trouble.await;
        tell(&format!(
            "  {repetition:2}: {commands} commands refused after {after:3} acknowledgements, both nodes go on after {:4} ms, \
             {:3} said again, {:3} of them refused; messages {} to {}: each once, in order ({name})",
            recovery.as_millis(),
            spoken.again,
            spoken.refused,
            spoken.seqs.start,
            spoken.seqs.end - 1
        ));
    }
    talk.end("step-down of the primary", name).await;
}
