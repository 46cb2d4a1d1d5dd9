//! Whether the store answers, asked seldom: anybody may ask the server, as often as they like.

use std::time::Duration;
use tokio::sync::Mutex;
use tokio::time::{Instant, timeout};

/// How long an answer holds.
const HOLDS: Duration = Duration::from_secs(1);
/// How long the store may take.
const TIMEOUT: Duration = Duration::from_secs(2);

/// The last answer of the store.
#[derive(Debug, Default)]
pub(crate) struct StoreCheck(Mutex<Last>);

#[derive(Debug, Default)]
struct Last {
    asked_at: Option<Instant>,
    answers: bool,
}

impl StoreCheck {
    /// Whether the store answers, or did less than a second ago. All who ask meanwhile wait for the one who asks the store.
    pub(crate) async fn ask<F>(&self, ask: impl FnOnce() -> F) -> bool
    where
        F: Future<Output = bool>,
    {
        let mut last = self.0.lock().await;
        let now = Instant::now();
        if last.asked_at.is_none_or(|at| now >= at + HOLDS) {
            // Before the store answers: whoever asks and hangs up, again and again, has not asked for nothing.
            last.asked_at = Some(now);
            last.answers = timeout(TIMEOUT, ask()).await.unwrap_or(false);
        }
        last.answers
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::FutureExt;
    use std::future::{pending, ready};
    use std::sync::atomic::{AtomicU32, Ordering};

    #[tokio::test(start_paused = true)]
    async fn the_store_is_asked_once_a_second_at_most() {
        let (check, asked) = (StoreCheck::default(), AtomicU32::new(0));
        let ask = async |answer| {
            let count = || {
                asked.fetch_add(1, Ordering::Relaxed);
                ready(answer)
            };
            check.ask(count).await
        };
        for _ in 0..100 {
            assert!(ask(true).await);
        }
        assert!(ask(false).await, "it is not asked");
        tokio::time::advance(HOLDS).await;
        assert!(!ask(false).await);
        assert_eq!(asked.load(Ordering::Relaxed), 2);
    }

    #[tokio::test(start_paused = true)]
    async fn a_store_that_says_nothing_does_not_answer() {
        let check = StoreCheck::default();
        assert!(!check.ask(pending).await);
    }

    #[tokio::test(start_paused = true)]
    async fn a_question_that_was_given_up_counts() {
        let (check, mut asked) = (StoreCheck::default(), 0);
        assert!(check.ask(pending).now_or_never().is_none());
        let answers = check.ask(|| {
            asked += 1;
            ready(true)
        });
        assert!(!answers.await);
        assert_eq!(asked, 0);
    }
}
