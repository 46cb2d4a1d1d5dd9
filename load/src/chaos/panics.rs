//! Tasks of the server panic: what each of them had in hand is lost, and nothing that was promised.

use super::fault_harness::{FaultHarness, Play};
use super::row::Row;
use crate::clock::{Nanos, SECOND};
use anyhow::ensure;
use tempfile::TempDir;

/// How long it may take until the first task panics.
const PATIENCE: Nanos = 60 * SECOND;
/// How a server ends that cannot work without a task.
const FAILED: i32 = 1;

/// Tasks panic for a while. Some start again; without others the server ends by itself, and is started again.
pub(super) fn at_random(faults: &FaultHarness<'_>, row: &mut Row) -> anyhow::Result<()> {
    let folder = TempDir::new_in(&faults.tools.folder)?;
    let file = folder.path().join("panics");
    let tools = faults.faulty_tools()?;
    let mut play = faults.play_faulty(&tools, &["--panics", &file.display().to_string()])?;
    play.calm()?;
    std::fs::write(&file, "")?;
    let start = play.talking.now();
    let end = start + (faults.load.seconds * SECOND as f64) as Nanos;
    let panics = || anyhow::Ok(std::fs::read_to_string(&file)?.lines().count() as u64);
    let mut ended = 0;
    while play.talking.now() < end || panics()? == 0 {
        ensure!(play.talking.now() < start + PATIENCE, "no task panics");
        play.talking.last(0.02)?;
        ended += started_again(&mut play)?;
    }
    row.count("tasks that panicked", panics()?);
    std::fs::remove_file(&file)?;
    // One of them may be the last thing that the server does.
    let start = play.talking.now();
    while !play.harness.is_ready().unwrap_or(false) {
        ensure!(play.talking.now() < start + PATIENCE, "the server neither serves nor ends");
        play.talking.last(0.02)?;
        ended += started_again(&mut play)?;
    }
    row.count("ends of the server", ended);
    play.recover(row)?;
    play.end(row)
}

/// Starts the server again if it has ended; so many times it had.
fn started_again(play: &mut Play<'_>) -> anyhow::Result<u64> {
    let Some(status) = play.harness.ended()? else { return Ok(0) };
    ensure!(status.code() == Some(FAILED), "the server has ended with {status}");
    play.harness.kill();
    play.harness.start()?;
    Ok(1)
}
