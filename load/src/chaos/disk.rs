//! A disk that does not keep what it is given, takes its time, or has no space left.

use super::fault_harness::{FaultHarness, Play, QUIET};
use super::points::{FLUSH, files};
use super::row::Row;
use super::strace::{Injection, Strace};
use crate::clock::SECOND;
use crate::dataset::Dataset;
use crate::harness::Harness;
use anyhow::ensure;
use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::process::Command;
use tempfile::TempDir;

/// Megabytes of the small file system.
const SMALL: u64 = 32;
/// How long it may take until somebody is refused: until then the log may have room of its own.
const PATIENCE: u64 = 60 * SECOND;

/// While the flushes of the store's files are ill-treated so.
fn flushes(play: &Play<'_>, what: &str) -> anyhow::Result<Strace> {
    let files = files(play.harness.folder());
    let files = [files[0].as_path(), files[1].as_path()];
    Strace::attach(play.harness.pid(), &Injection { calls: FLUSH, what, files: &files })
}

/// What a failed flush was to keep may be lost whatever later flushes say: nothing is acknowledged until the server has
/// been started again, and it says so.
pub(super) fn flush_error(faults: &FaultHarness<'_>, row: &mut Row) -> anyhow::Result<()> {
    let mut play = faults.play()?;
    play.calm()?;
    let strace = flushes(&play, "error=EIO")?;
    // What was flushed before may be told yet.
    play.talking.last(0.5)?;
    let promised = play.talking.history.acks();
    play.talking.last(faults.load.seconds)?;
    strace.detach();
    play.talking.last(1.0)?;
    let (promised, refused) = (play.talking.history.acks() - promised, refused(&play));
    row.count("refused", refused);
    if promised > 0 {
        row.failed(&format!("{promised} were acknowledged after a flush had failed"));
    }
    if refused == 0 {
        row.failed("nobody was refused");
    }
    if play.harness.is_ready()? {
        row.failed("/ready says that all is well");
    }
    let opened = play.all_anew();
    let stopping = play.harness.stopping();
    while !stopping.is_finished() {
        play.talking.last(0.05)?;
    }
    stopping.join().map_err(|_| anyhow::anyhow!("stopping has panicked"))??;
    play.start_again(row, opened)?;
    play.end(row)
}

/// How many messages were refused so far.
fn refused(play: &Play<'_>) -> u64 {
    play.talking.history.sent.iter().filter(|sent| sent.refused).count() as u64
}

/// Everything comes later, and nobody is refused.
pub(super) fn flush_slow(faults: &FaultHarness<'_>, row: &mut Row) -> anyhow::Result<()> {
    let mut play = faults.play()?;
    play.calm()?;
    let from = play.talking.now();
    let strace = flushes(&play, "delay_enter=500000")?;
    play.talking.last(2.0 * faults.load.seconds)?;
    strace.detach();
    play.recover(row)?;
    let answers = play.talking.history.answers(from);
    row.most("due to acknowledged, 50 % of them", answers.at(0.5) / 1_000.0, "s");
    row.most("due to acknowledged, 99 % of them", answers.at(0.99) / 1_000.0, "s");
    ensure!(answers.max() >= 500.0, "no flush was slow");
    if refused(&play) > 0 {
        row.failed(&format!("{} were refused", refused(&play)));
    }
    play.end(row)
}

/// A file system in memory, so small that it is soon full.
struct Small(TempDir);

impl Small {
    fn mount(folder: &Path) -> anyhow::Result<Self> {
        let place = TempDir::new_in(folder)?;
        let size = format!("size={SMALL}m,mode=700");
        let mounted = Command::new("mount").args(["-t", "tmpfs", "-o", &size, "tmpfs"]).arg(place.path()).output()?;
        ensure!(mounted.status.success(), "a small file system cannot be mounted: {:?}", mounted.stderr);
        Ok(Self(place))
    }

    /// Takes all space that is left.
    fn fill(&self) -> std::io::Result<()> {
        let mut file = File::create(self.0.path().join("filler"))?;
        for size in [1 << 16, 1 << 12, 1] {
            let block = vec![0; size];
            while file.write_all(&block).is_ok() {}
        }
        Ok(())
    }

    /// Gives it back.
    fn empty(&self) -> std::io::Result<()> {
        std::fs::remove_file(self.0.path().join("filler"))
    }
}

impl Drop for Small {
    fn drop(&mut self) {
        // Where that fails, the folder stays too, and its name tells whose it was.
        let _ = Command::new("umount").arg("-l").arg(self.0.path()).status();
    }
}

/// Writes are refused, reads go on, and when there is space again everything does, by itself.
pub(super) fn full(faults: &FaultHarness<'_>, row: &mut Row) -> anyhow::Result<()> {
    let small = Small::mount(&faults.tools.folder)?;
    let url = format!("sqlite:{}", small.0.path().join("myna.db").display());
    let dataset = Dataset::new(&faults.plan(), fastrand::u64(..));
    faults.tools.runtime.block_on(dataset.fill(&url, |_| ()))?;
    let mut play = faults.play_on(Harness::over(faults.tools, dataset, url, None, QUIET)?, false)?;
    play.calm()?;
    small.fill()?;
    let end = play.talking.now() + PATIENCE;
    while refused(&play) == 0 {
        ensure!(play.talking.now() < end, "nobody is refused though there is no space");
        play.talking.last(0.1)?;
    }
    play.talking.last(faults.load.seconds)?;
    comes_back(&mut play)?;
    row.count("refused", refused(&play));
    small.empty()?;
    play.recover(row)?;
    play.end(row)
}

/// Somebody who comes back meanwhile is told everything that they do not know.
fn comes_back(play: &mut Play<'_>) -> anyhow::Result<()> {
    let (person, people) = (fastrand::usize(..play.talking.pool.people()), play.talking.pool.people());
    let opened = play.talking.tabs.opened();
    play.talking.tabs.cut(&mut play.talking.pool, person, None)?;
    play.talking.tabs.online(&mut play.talking.pool, person)?;
    let end = play.talking.now() + PATIENCE;
    while play.talking.tabs.opened() == opened || play.talking.tabs.live() < people {
        ensure!(play.talking.now() < end, "who comes back is not told what is stored");
        play.talking.last(0.02)?;
    }
    Ok(())
}
