//! The server stands still and goes on, as a machine does that is put to sleep.

use super::ground::Ground;
use super::row::Row;
use crate::process::signal;
use anyhow::ensure;

pub(super) fn pause(ground: &Ground<'_>, row: &mut Row) -> anyhow::Result<()> {
    let mut play = ground.play()?;
    play.calm()?;
    signal(play.stage.pid(), "STOP")?;
    let paused = play.talking.last(ground.load.seconds);
    // Whatever has happened: one that stands still could not be ended by being told.
    signal(play.stage.pid(), "CONT")?;
    paused?;
    play.recover(row)?;
    let most = play.talking.tabs.deliveries.max() / 1_000.0;
    ensure!(most >= ground.load.seconds * 0.9, "the server has not stood still: all was shown within {most:.2} s");
    play.end(row)
}
