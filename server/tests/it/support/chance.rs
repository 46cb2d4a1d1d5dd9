//! What tests of chance need: a line that is printed in any case, and numbers that follow from a seed.

use myna_chat::{Ids, RandomIds};
use std::io::Write;

/// Prints a line, whatever the test runner keeps to itself.
pub(crate) fn tell(line: &str) {
    // Nobody may be listening.
    let _ = writeln!(std::io::stderr(), "{line}");
}

/// Numbers that look random and follow from a seed (SplitMix64).
pub(crate) struct Dice(u64);

impl Dice {
    /// Those of `MYNA_SEED`, or new ones; and the seed, to be printed.
    pub(crate) fn seeded() -> (Self, u64) {
        let mut seed = [0; 8];
        RandomIds.fill(&mut seed);
        let set = std::env::var("MYNA_SEED").ok().and_then(|seed| seed.parse().ok());
        let seed = set.unwrap_or(u64::from_le_bytes(seed));
        (Self(seed), seed)
    }

    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % bound
    }
}
