//! The process of a consumer of the change log is killed, and it still sees every change.

use super::fault_harness::{FaultHarness, some};
use super::recorder;
use super::row::Row;
use tempfile::TempDir;

/// How often it is killed in one repetition.
const KILLS: usize = 3;

/// `kill -9` of a server that runs a consumer, three times.
pub(super) fn killed(faults: &FaultHarness<'_>, row: &mut Row) -> anyhow::Result<()> {
    let folder = TempDir::new_in(&faults.tools.folder)?;
    let file = folder.path().join("consumed");
    let tools = faults.faulty_tools()?;
    let mut play = faults.play_faulty(&tools, &["--consumed", &file.display().to_string()])?;
    for _ in 0..KILLS {
        play.talking.last(some(0.2..faults.load.seconds.max(0.3)))?;
        let opened = play.all_anew();
        play.harness.kill();
        play.start_again(row, opened)?;
    }
    play.calm()?;
    play.end_after(row, |row, url| {
        row.count("entries consumed", faults.tools.runtime.block_on(recorder::finish(url, &file))?);
        Ok(())
    })
}
