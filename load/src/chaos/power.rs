//! The power fails: what the disk was not given is gone, whatever the system still had in memory.
//!
//! The store lies on a file system of its own on a loop device. What that device was given is a file, and a copy of it is
//! what the next start finds. Nothing is lost here that the device has taken: a disk with a cache of its own that lies
//! about flushes is what [`unflushed`] is.

use super::fault_harness::{FaultHarness, Play, QUIET, some};
use super::points::{FLUSH, files};
use super::row::Row;
use super::strace::{Injection, Strace};
use crate::dataset::Dataset;
use crate::harness::Harness;
use crate::process::signal;
use anyhow::{Context, ensure};
use std::ffi::OsStr;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::Command;
use tempfile::TempDir;

/// Bytes of the device.
const SIZE: u64 = 64 << 20;
/// Seconds after which the file system would write by itself what it was told of files: longer than any run lasts.
const COMMIT: &str = "loop,commit=600,nosuid,nodev";

/// A file system on a device of its own.
struct Disk {
    folder: TempDir,
    /// Which copy of the device is mounted.
    copy: u32,
}

impl Disk {
    fn make(folder: &Path) -> anyhow::Result<Self> {
        let disk = Self { folder: TempDir::new_in(folder)?, copy: 0 };
        File::create(disk.device())?.set_len(SIZE)?;
        std::fs::create_dir(disk.root())?;
        // Nothing is left to be written later than now.
        let features = ["-q", "-F", "-E", "lazy_itable_init=0,lazy_journal_init=0"].map(OsStr::new);
        run("mkfs.ext4", features.into_iter().chain([disk.device().as_os_str()]))?;
        disk.mount()?;
        Ok(disk)
    }

    fn device(&self) -> PathBuf {
        self.folder.path().join(format!("device-{}", self.copy))
    }

    fn root(&self) -> PathBuf {
        self.folder.path().join("root")
    }

    fn mount(&self) -> anyhow::Result<()> {
        run("mount", [OsStr::new("-o"), OsStr::new(COMMIT), self.device().as_os_str(), self.root().as_os_str()])
    }

    /// What the device has at this moment is what there will be.
    fn lose_power(&mut self) -> anyhow::Result<()> {
        let before = self.device();
        self.copy += 1;
        std::fs::copy(before, self.device()).context("a device cannot be copied")?;
        Ok(())
    }

    /// The file system is mounted again as it was when the power failed. Nobody may use it as it was.
    fn regain_power(&self) -> anyhow::Result<()> {
        run("umount", [self.root().as_os_str()])?;
        self.mount()
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        // Where that fails, the folder stays too, and its name tells whose it was.
        let _ = Command::new("umount").arg("-l").arg(self.root()).status();
    }
}

fn run<'a>(program: &str, arguments: impl IntoIterator<Item = &'a OsStr>) -> anyhow::Result<()> {
    let ran = Command::new(program).args(arguments).output().with_context(|| format!("{program} cannot be run"))?;
    ensure!(ran.status.success(), "{program}: {}", String::from_utf8_lossy(&ran.stderr));
    Ok(())
}

/// People who talk over a store on this disk.
fn play_on<'a>(faults: &'a FaultHarness<'a>, disk: &Disk) -> anyhow::Result<Play<'a>> {
    let url = format!("sqlite:{}", disk.root().join("myna.db").display());
    let dataset = Dataset::new(&faults.plan(), fastrand::u64(..));
    faults.tools.runtime.block_on(dataset.fill(&url, |_| ()))?;
    let mut play = faults.play_on(Harness::over(faults.tools, dataset, url, None, QUIET)?, false)?;
    play.calm()?;
    Ok(play)
}

/// The server stands still while the device is copied, so that the copy is of one moment; what it has promised by then
/// it has promised.
fn fail(play: &mut Play<'_>, disk: &mut Disk) -> anyhow::Result<()> {
    signal(play.harness.pid(), "STOP")?;
    disk.lose_power()?;
    play.harness.kill();
    disk.regain_power()
}

/// Everything that was promised was flushed: it is there after the next start.
pub(super) fn fails(faults: &FaultHarness<'_>, row: &mut Row) -> anyhow::Result<()> {
    let mut disk = Disk::make(&faults.tools.folder)?;
    let mut play = play_on(faults, &disk)?;
    play.talking.last(some(0.2..faults.load.seconds))?;
    let opened = play.all_anew();
    fail(&mut play, &mut disk)?;
    play.start_again(row, opened)?;
    play.end(row)
}

/// A proof that the fault above would find what is not flushed: flushes that do nothing lose promises, and are found out.
pub(super) fn unflushed(faults: &FaultHarness<'_>, row: &mut Row) -> anyhow::Result<()> {
    let mut disk = Disk::make(&faults.tools.folder)?;
    let mut play = play_on(faults, &disk)?;
    let files = files(&disk.root());
    let files = [files[0].as_path(), files[1].as_path()];
    let strace = Strace::attach(play.harness.pid(), &Injection { calls: FLUSH, what: "retval=0", files: &files })?;
    play.talking.last(faults.load.seconds)?;
    let lost = fail(&mut play, &mut disk);
    strace.detach();
    lost?;
    let history = play.talking.hang_up();
    let verdict = play.harness.check(&history)?;
    row.count("promises that were not kept, as it has to be", verdict.lost);
    if verdict.lost == 0 {
        row.failed("the flushes did nothing, and nothing was lost: power is not what fails here");
    }
    Ok(())
}
