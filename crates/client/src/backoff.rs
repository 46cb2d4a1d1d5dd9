//! How long to wait before trying again: full jitter, so that those who were cut off together do not come back together.

use myna_protocol::Timestamp;

/// The first ceiling doubles with each failure, up to the last.
const BASE_MILLIS: i64 = 500;
const CEILING_MILLIS: i64 = 30_000;

/// A source of random waits, the same for the same seed.
#[derive(Debug)]
pub(crate) struct Backoff {
    random: fastrand::Rng,
}

impl Backoff {
    pub(crate) fn new(seed: u64) -> Self {
        Self { random: fastrand::Rng::with_seed(seed) }
    }

    /// Milliseconds to wait after the `failures`th failure in a row: random(0, min(30 s, 0.5 s * 2^failures)).
    pub(crate) fn after(&mut self, failures: u32) -> i64 {
        self.up_to(BASE_MILLIS.saturating_mul(1 << failures.min(16)).min(CEILING_MILLIS))
    }

    /// A random part of `ceiling` milliseconds.
    pub(crate) fn up_to(&mut self, ceiling: i64) -> i64 {
        self.random.i64(0..=ceiling.max(0))
    }
}

/// A pause that a busy server has asked for; it grows while the server stays busy.
#[derive(Debug, Default)]
pub(crate) struct Pause {
    refusals: u32,
    until: Option<Timestamp>,
}

impl Pause {
    /// Waits from now on, longer than the last time. What is refused during a pause was said before it: it counts once.
    pub(crate) fn refused(&mut self, now: Timestamp, backoff: &mut Backoff) {
        if self.until.is_none() {
            self.refusals = self.refusals.saturating_add(1);
            self.until = Some(now.plus(backoff.after(self.refusals)));
        }
    }

    /// The server does things again.
    pub(crate) fn succeeded(&mut self) {
        self.refusals = 0;
    }

    /// Whether nothing should be repeated yet. A pause that has passed is over.
    pub(crate) fn holds(&mut self, now: Timestamp) -> bool {
        // A clock that was set back must not make the pause longer than any pause is.
        if self.until.is_some_and(|until| now >= until || until.since(now) > CEILING_MILLIS) {
            self.until = None;
        }
        self.until.is_some()
    }

    /// Ends the pause at once.
    pub(crate) fn end(&mut self) {
        self.until = None;
    }

    pub(crate) fn until(&self) -> Option<Timestamp> {
        self.until
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_wait_stays_below_a_ceiling_that_doubles_up_to_thirty_seconds(seed: u64, failures in 0u32..200) {
            let ceiling = if failures < 6 { 500 << failures } else { 30_000 };
            let wait = Backoff::new(seed).after(failures);
            prop_assert!((0..=ceiling).contains(&wait), "{wait} of {ceiling}");
        }
    }

    #[test]
    fn waits_are_spread_over_the_whole_range() {
        let mut backoff = Backoff::new(7);
        let waits: Vec<i64> = (0..1_000).map(|_| backoff.after(20)).collect();
        assert!(waits.iter().any(|wait| *wait < 3_000) && waits.iter().any(|wait| *wait > 27_000));
        let mean = waits.iter().sum::<i64>() / 1_000;
        assert!((13_000..17_000).contains(&mean), "{mean}");
    }

    #[test]
    fn the_same_seed_waits_the_same() {
        let waits = |seed| {
            let mut backoff = Backoff::new(seed);
            (0..20).map(|n| backoff.after(n)).collect::<Vec<_>>()
        };
        assert_eq!(waits(1), waits(1));
        assert_ne!(waits(1), waits(2));
    }
}
