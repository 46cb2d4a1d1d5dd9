//! How long something took, many times.

use std::fmt;
use std::time::Duration;

#[derive(Debug, Clone, Default)]
pub(crate) struct Times(Vec<Duration>);

/// In milliseconds.
#[derive(Debug)]
pub(crate) struct Millis(Duration);

impl fmt::Display for Millis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("{:.1}", self.0.as_secs_f64() * 1_000.0))
    }
}

impl Times {
    pub(crate) fn add(&mut self, time: Duration) {
        self.0.push(time);
    }

    pub(crate) fn extend(&mut self, other: Self) {
        self.0.extend(other.0);
    }

    pub(crate) fn count(&self) -> usize {
        self.0.len()
    }

    /// What so many of a hundred did not exceed.
    pub(crate) fn at(&self, percent: usize) -> Millis {
        let mut sorted = self.0.clone();
        sorted.sort_unstable();
        let place = (sorted.len() * percent).div_ceil(100).saturating_sub(1);
        Millis(sorted.get(place).copied().unwrap_or_default())
    }
}
