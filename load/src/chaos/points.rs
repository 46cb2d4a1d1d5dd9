//! The server is killed at a place of our choice inside a commit or a checkpoint.

use super::fault_harness::{FaultHarness, Play};
use super::row::Row;
use super::strace::{Injection, Strace};
use crate::clock::{Nanos, SECOND};
use anyhow::ensure;
use std::path::{Path, PathBuf};

/// What makes a file's bytes last, by whichever of its names a build of SQLite calls it.
pub(super) const FLUSH: &str = "fsync,fdatasync";

/// How long a server may take to come to the place.
const PATIENCE: Nanos = 60 * SECOND;

/// The store's file, and its log.
pub(super) fn files(folder: &Path) -> [PathBuf; 2] {
    ["myna.db", "myna.db-wal"].map(|name| folder.join(name))
}

/// What is killed on its way into one of these calls.
fn kill(faults: &FaultHarness<'_>, row: &mut Row, calls: &str, file: Option<usize>, most: u64) -> anyhow::Result<()> {
    let mut play = faults.play()?;
    play.calm()?;
    let opened = play.all_anew();
    let files = files(play.harness.folder());
    let files: Vec<&Path> = file.map(|file| files[file].as_path()).into_iter().collect();
    let what = format!("signal=KILL:when={}", fastrand::u64(1..=most));
    let strace = Strace::attach(play.harness.pid(), &Injection { calls, what: &what, files: &files })?;
    ended(&mut play)?;
    strace.detach();
    play.start_again(row, opened)?;
    play.end(row)
}

/// Everybody talks until the server has ended.
fn ended(play: &mut Play<'_>) -> anyhow::Result<()> {
    let end = play.talking.now() + PATIENCE;
    while play.harness.ended()?.is_none() {
        ensure!(play.talking.now() < end, "the server never came to where it is killed");
        play.talking.last(0.01)?;
    }
    Ok(())
}

pub(super) fn before_a_write_to_the_log(faults: &FaultHarness<'_>, row: &mut Row) -> anyhow::Result<()> {
    kill(faults, row, "pwrite64", Some(1), 200)
}

pub(super) fn before_the_flush_of_the_log(faults: &FaultHarness<'_>, row: &mut Row) -> anyhow::Result<()> {
    kill(faults, row, FLUSH, Some(1), 30)
}

/// What is committed is told by these calls, one of them for each who is told.
pub(super) fn before_somebody_is_told(faults: &FaultHarness<'_>, row: &mut Row) -> anyhow::Result<()> {
    kill(faults, row, "sendto,writev", None, 200)
}

pub(super) fn before_a_write_to_the_file(faults: &FaultHarness<'_>, row: &mut Row) -> anyhow::Result<()> {
    kill(faults, row, "pwrite64", Some(0), 20)
}

pub(super) fn before_the_flush_of_the_file(faults: &FaultHarness<'_>, row: &mut Row) -> anyhow::Result<()> {
    kill(faults, row, FLUSH, Some(0), 1)
}
