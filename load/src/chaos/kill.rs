//! The server is killed, at no moment in particular.

use super::fault_harness::{FaultHarness, some};
use super::row::Row;

/// `kill -9` while everybody talks; after a while without a server there is one again.
pub(super) fn at_random(faults: &FaultHarness<'_>, row: &mut Row) -> anyhow::Result<()> {
    let mut play = faults.play()?;
    play.talking.last(some(0.2..faults.load.seconds))?;
    let opened = play.all_anew();
    play.harness.kill();
    play.talking.last(some(0.0..0.5))?;
    play.start_again(row, opened)?;
    play.end(row)
}
