//! Runs many small tasks, a few at a time.

use std::future::Future;
use tokio::task::JoinSet;

/// Questions to the store at a time, so that a burst of notices leaves room for what people ask.
const AT_ONCE: usize = 16;

/// Runs all of this work, a few at a time. The answers come in no order; work that panics has none.
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
        .filter_map(|answer| answer.inspect_err(|error| tracing::error!(%error, "a task panicked")).ok())
        .collect()
}
