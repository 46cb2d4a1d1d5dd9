//! A thousand scheduled messages are due at one moment, on two nodes, and one of them is killed meanwhile.

use super::site::{fresh, two, untouched};
use crate::support::{Dice, Due, tell};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_due_on_two_nodes_is_sent_once_though_one_is_killed_meanwhile() {
    let Some(server) = untouched().await else { return };
    let store = fresh(&server);
    let [mut first, second] = two([&store, &store]).await;
    let due = Due::schedule(&[&first.place, &second.place], 15_000).await;
    let (mut dice, seed) = Dice::seeded();
    due.wait_for(&second.place, 1 + dice.below(due.count() / 2)).await;
    first.kill().await;
    due.assert_sent_once(&second.place).await;
    let (count, name) = (due.count(), server.name());
    tell(&format!("two nodes, one killed: {count} scheduled messages, each sent once (MYNA_SEED={seed}; {name})"));
}
