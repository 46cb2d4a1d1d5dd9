//! How long something took, many times: raw histograms, which are merged and never averaged.

use crate::clock::Nanos;
use hdrhistogram::Histogram;
use serde::Serialize;

/// Three digits of any time from a microsecond to an hour.
const LONGEST_MICROS: u64 = 3_600_000_000;
const DIGITS: u8 = 3;

/// Many times.
#[derive(Debug, Clone)]
pub struct Latency(Histogram<u64>);

/// What is told of many times, in milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Summary {
    pub count: u64,
    pub p50: f64,
    pub p95: f64,
    pub p99: f64,
    pub max: f64,
}

impl Default for Latency {
    fn default() -> Self {
        Self(Histogram::new_with_bounds(1, LONGEST_MICROS, DIGITS).expect("these bounds make a histogram"))
    }
}

impl Latency {
    /// One more.
    pub fn add(&mut self, took: Nanos) {
        self.0.saturating_record((took / 1_000).max(1));
    }

    /// All of another, as if they had been added here.
    pub fn merge(&mut self, other: &Self) {
        self.0.add(&other.0).expect("both have the same bounds");
    }

    /// How many.
    pub fn count(&self) -> u64 {
        self.0.len()
    }

    /// What this share of them (0.99: all but one of a hundred) did not exceed, in milliseconds; 0 of none.
    pub fn at(&self, share: f64) -> f64 {
        self.0.value_at_quantile(share) as f64 / 1_000.0
    }

    /// The longest, in milliseconds.
    pub fn max(&self) -> f64 {
        self.0.max() as f64 / 1_000.0
    }

    /// What is told of them.
    pub fn summary(&self) -> Summary {
        Summary { count: self.count(), p50: self.at(0.5), p95: self.at(0.95), p99: self.at(0.99), max: self.max() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn merged_times_are_those_of_both() {
        let (mut one, mut other) = (Latency::default(), Latency::default());
        (1..=99).for_each(|_| one.add(1_000_000));
        other.add(1_000_000_000);
        one.merge(&other);
        assert_eq!(one.count(), 100);
        assert!((0.99..1.01).contains(&one.at(0.5)), "{}", one.at(0.5));
        assert!((999.0..1_001.0).contains(&one.max()), "{}", one.max());
    }

    #[test]
    fn what_is_too_long_or_too_short_counts_all_the_same() {
        let mut times = Latency::default();
        times.add(0);
        times.add(u64::MAX);
        assert_eq!(times.count(), 2);
    }
}
