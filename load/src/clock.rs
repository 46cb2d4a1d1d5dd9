//! One clock for all that a run measures: nanoseconds since the run began. Everybody of a run is in one process, so that
//! what one sent and another received are told by the same clock.

use std::time::Duration;
use tokio::time::Instant;

/// Nanoseconds since a run began.
pub type Nanos = u64;

/// A second of them.
pub const SECOND: Nanos = 1_000_000_000;
/// A millisecond of them.
pub const MILLISECOND: Nanos = 1_000_000;

/// The clock of a run.
#[derive(Debug, Clone, Copy)]
pub struct Clock(Instant);

impl Clock {
    /// A clock that begins now.
    pub fn start() -> Self {
        Self(Instant::now())
    }

    /// How long the run has lasted.
    pub fn now(self) -> Nanos {
        nanos(self.0.elapsed())
    }
}

/// A duration as the clock counts.
pub fn nanos(duration: Duration) -> Nanos {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}
