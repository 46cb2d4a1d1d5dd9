//! The server stands still and goes on, as a machine does that is put to sleep.

use super::fault_harness::FaultHarness;
use super::row::Row;
use crate::process::signal;
use anyhow::ensure;

pub(super) fn pause(faults: &FaultHarness<'_>, row: &mut Row) -> anyhow::Result<()> {
    let mut play = faults.play()?;
    play.calm()?;
    signal(play.harness.pid(), "STOP")?;
    let paused = play.talking.last(faults.load.seconds);
    // Whatever has happened: one that stands still could not be ended by being told.
    signal(play.harness.pid(), "CONT")?;
    paused?;
    play.recover(row)?;
    let most = play.talking.tabs.deliveries.max() / 1_000.0;
    ensure!(most >= faults.load.seconds * 0.9, "the server has not stood still: all was shown within {most:.2} s");
    play.end(row)
}
