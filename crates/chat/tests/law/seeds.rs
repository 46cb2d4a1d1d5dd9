//! Random plans by the number: each has a seed of its own, and is the same whenever that seed is named.
//!
//! `MYNA_SEED` names the first seed, `MYNA_PLANS` how many there are.

use proptest::prelude::*;
use proptest::test_runner::{RngSeed, TestRunner};
use std::fmt::Debug;
use std::hash::{BuildHasher, RandomState};

/// As many as a test has time for.
const PLANS: u64 = 96;

/// How often a plan that fails may be made shorter before it is shown.
const SHORTENINGS: u32 = 1_000;

/// Follows so many plans, and says which.
pub(crate) fn follow<S: Debug>(which: &str, plans: impl Strategy<Value = Vec<S>>, run: impl Fn(&[S])) {
    let first = number("MYNA_SEED").unwrap_or_else(any_seed);
    let count = number("MYNA_PLANS").unwrap_or(PLANS);
    println!("plans {which}: {count}, from seed {first} on");
    for seed in first..first.saturating_add(count) {
        let (rng_seed, max_shrink_iters) = (RngSeed::Fixed(seed), SHORTENINGS);
        let failure_persistence = None;
        let config = ProptestConfig { cases: 1, rng_seed, max_shrink_iters, failure_persistence, ..Default::default() };
        let followed = TestRunner::new(config).run(&plans, |plan| {
            run(&plan);
            Ok(())
        });
        if let Err(error) = followed {
            panic!("seed {seed}, {which} (again: MYNA_SEED={seed} MYNA_PLANS=1): {error}");
        }
    }
}

fn number(name: &str) -> Option<u64> {
    let value = std::env::var(name).ok()?;
    Some(value.parse().unwrap_or_else(|_| panic!("{name} is a number, not {value}")))
}

fn any_seed() -> u64 {
    u64::from(RandomState::new().hash_one(0_u8) as u32)
}
