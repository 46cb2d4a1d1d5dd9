//! The nodes on one store, as far as people see each other through them: who types, who is there.
//!
//! None of it is stored. A word may be lost: what a node says of its people is told again before it lapses.

mod local_presence;
mod presence_notifier;
mod presence_publisher;
mod remote_presence;

pub(crate) use local_presence::LocalPresence;
pub(crate) use presence_notifier::{PresenceNotifier, Words};
pub(crate) use presence_publisher::PresencePublisher;
pub(crate) use remote_presence::RemotePresence;

use std::future::Future;
use tokio::task::JoinSet;

/// Questions to the store at a time, so that a burst of notices leaves room for what people ask.
const AT_ONCE: usize = 16;

/// Does all of this, a few at a time; the answers in no order.
pub(crate) async fn each<F>(work: impl IntoIterator<Item = F>) -> Vec<F::Output>
where
    F: Future<Output: Send> + Send + 'static,
{
    let (mut running, mut answers) = (JoinSet::new(), Vec::new());
    for one in work {
        if running.len() >= AT_ONCE {
            answers.extend(running.join_next().await);
        }
        running.spawn(one);
    }
    while let Some(answer) = running.join_next().await {
        answers.push(answer);
    }
    answers
        .into_iter()
        .filter_map(|answer| answer.inspect_err(|error| tracing::error!(%error, "a task died")).ok())
        .collect()
}
