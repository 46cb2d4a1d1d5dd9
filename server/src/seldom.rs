//! For log lines that anybody can cause.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use tokio::time::Instant;

const PAUSE: Duration = Duration::from_secs(60);

/// Lets something happen once a minute at most.
pub(crate) struct Seldom(Mutex<Option<Instant>>);

impl Seldom {
    pub(crate) const fn new() -> Self {
        Self(Mutex::new(None))
    }

    /// Whether it may happen now; then it may not for a minute.
    pub(crate) fn is_time(&self) -> bool {
        let mut last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let is_time = last.is_none_or(|last| last.elapsed() >= PAUSE);
        if is_time {
            *last = Some(Instant::now());
        }
        is_time
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::time::advance;

    #[tokio::test(start_paused = true)]
    async fn once_a_minute_and_not_more_often() {
        let seldom = Seldom::new();
        assert!(seldom.is_time());
        assert!(!seldom.is_time());
        advance(PAUSE - Duration::from_millis(1)).await;
        assert!(!seldom.is_time());
        advance(Duration::from_millis(1)).await;
        assert!(seldom.is_time());
    }
}
