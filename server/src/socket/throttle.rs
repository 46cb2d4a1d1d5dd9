//! How fast one socket may speak: a bucket of frames that fills with time. An empty one makes the client wait, and
//! nobody else; one that stays empty too long ends the socket.

use crate::state::Pace;
use std::time::Duration;
use tokio::time::Instant;

pub(super) struct Throttle {
    pace: Pace,
    /// When the bucket would be empty, had it been filling for ever: it lies in the past by as much as is in it.
    empty_at: Instant,
    /// Since when the client has been made to wait without a pause.
    waiting_since: Option<Instant>,
}

impl Throttle {
    pub(super) fn new(pace: Pace, now: Instant) -> Self {
        let full = Self::cost(pace) * pace.burst;
        Self { pace, empty_at: now.checked_sub(full).unwrap_or(now), waiting_since: None }
    }

    fn cost(pace: Pace) -> Duration {
        Duration::from_secs(1) / pace.frames_per_second
    }

    /// When the next frame may be read.
    pub(super) fn ready_at(&self) -> Instant {
        self.empty_at
    }

    /// Takes one frame out of the bucket. False when the client has had to wait for too long: it should be closed.
    pub(super) fn take(&mut self, now: Instant) -> bool {
        let full = Self::cost(self.pace) * self.pace.burst;
        if let Some(fullest) = now.checked_sub(full) {
            self.empty_at = self.empty_at.max(fullest);
        }
        self.empty_at += Self::cost(self.pace);
        if self.empty_at <= now {
            self.waiting_since = None;
            return true;
        }
        let since = *self.waiting_since.get_or_insert(now);
        now.duration_since(since) < self.pace.patience
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PACE: Pace = Pace { frames_per_second: 10, burst: 20, patience: Duration::from_secs(5) };

    #[tokio::test]
    async fn a_burst_is_free_then_the_client_waits_for_the_average() {
        let start = Instant::now() + Duration::from_secs(100);
        let mut throttle = Throttle::new(PACE, start);
        for _ in 0..20 {
            assert!(throttle.take(start));
        }
        assert!(throttle.ready_at() <= start);
        assert!(throttle.take(start));
        assert_eq!(throttle.ready_at() - start, Duration::from_millis(100));
    }

    #[tokio::test]
    async fn who_floods_without_a_pause_is_closed_and_who_pauses_is_not() {
        let mut now = Instant::now() + Duration::from_secs(100);
        let mut throttle = Throttle::new(PACE, now);
        let mut taken = 0;
        while throttle.take(now) {
            now = now.max(throttle.ready_at());
            taken += 1;
            assert!(taken < 1_000, "a flood has to end");
        }
        assert!(taken >= 20 + 45, "patience lasts: {taken}");
        now += Duration::from_secs(10);
        assert!(throttle.take(now), "after a pause all is forgiven");
    }
}
