//! A limit for log lines that any client can cause.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use tokio::time::Instant;

const PAUSE: Duration = Duration::from_secs(60);

/// Allows one log line a minute.
pub(crate) struct LogThrottle(Mutex<Option<Instant>>);

impl LogThrottle {
    pub(crate) const fn new() -> Self {
        Self(Mutex::new(None))
    }

    /// Whether a line may be logged now. If so, the next one is allowed a minute later.
    pub(crate) fn allow(&self) -> bool {
        let mut last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let is_allowed = last.is_none_or(|last| last.elapsed() >= PAUSE);
        if is_allowed {
            *last = Some(Instant::now());
        }
        is_allowed
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::time::advance;

    #[tokio::test(start_paused = true)]
    async fn one_line_a_minute_is_allowed() {
        let throttle = LogThrottle::new();
        assert!(throttle.allow());
        assert!(!throttle.allow());
        advance(PAUSE - Duration::from_millis(1)).await;
        assert!(!throttle.allow());
        advance(Duration::from_millis(1)).await;
        assert!(throttle.allow());
    }
}
