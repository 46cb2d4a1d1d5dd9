//! The server is killed at each step of making a store, and of bringing one up to date: there is no chance in it.

use super::fault_harness::{FaultHarness, QUIET};
use super::points::files;
use super::row::Row;
use super::strace::Injection;
use crate::clock::Clock;
use crate::dataset::Dataset;
use crate::harness::Harness;
use crate::history::History;
use crate::process::Process;
use anyhow::{Context, ensure};
use std::ffi::OsString;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use tempfile::TempDir;

/// What changes something on a disk. Each kind is counted by itself.
const CALLS: &[&str] = &["openat", "pwrite64", "ftruncate", "fsync", "fdatasync", "unlink"];
/// What nobody survives.
const SIGKILL: i32 = 9;
/// More steps than any start has.
const MOST: u64 = 2_000;
/// A store with people, sessions and messages, written by release 0.1.0.
const OLDER: &[u8] = include_bytes!("../../../crates/store/tests/releases/0.1.0.db");

/// A store that is not there yet.
pub(super) fn of_a_new_store(faults: &FaultHarness<'_>, row: &mut Row) -> anyhow::Result<()> {
    let dataset = Dataset::default();
    at_each_step(faults, row, &dataset, |_| Ok(()))
}

/// A store that an older release has left.
pub(super) fn of_an_older_store(faults: &FaultHarness<'_>, row: &mut Row) -> anyhow::Result<()> {
    let dataset = Dataset::default();
    at_each_step(faults, row, &dataset, |store| Ok(std::fs::write(store, OLDER)?))
}

fn url(store: &Path) -> String {
    format!("sqlite:{}", store.display())
}

/// Starts a server on what `prepare` makes, once for each step, at which it is killed; then starts one that is not, and
/// looks at the store.
fn at_each_step(
    faults: &FaultHarness<'_>,
    row: &mut Row,
    dataset: &Dataset,
    prepare: impl Fn(&Path) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let mut steps = 0;
    for call in CALLS {
        let last = (1..MOST).find_map(|step| match at_step(faults, row, dataset, &prepare, call, step) {
            Ok(true) => None,
            Ok(false) => Some(Ok(step)),
            Err(error) => Some(Err(error.context(format!("killed at {call} {step}")))),
        });
        steps += last.context("a start does not end")?? - 1;
    }
    ensure!(steps > 0, "there was no step at which the server could be killed");
    row.count("steps", steps);
    Ok(())
}

/// The same for one step; whether there is such a step.
fn at_step(
    faults: &FaultHarness<'_>,
    row: &mut Row,
    dataset: &Dataset,
    prepare: impl Fn(&Path) -> anyhow::Result<()>,
    call: &str,
    step: u64,
) -> anyhow::Result<bool> {
    let folder = TempDir::new_in(&faults.tools.folder)?;
    let [store, log] = files(folder.path());
    prepare(&store)?;
    let [journal, index, lock] = ["-journal", "-shm", ".lock"].map(|end| folder.path().join(format!("myna.db{end}")));
    let files = [folder.path(), &store, &log, &journal, &index, &lock];
    let what = format!("signal=KILL:when={step}");
    let killed = starts(faults, &Injection { calls: call, what: &what, files: &files }, &url(&store))?;
    if killed {
        let clock = Clock::start();
        let mut harness = Harness::over(faults.tools, dataset.clone(), url(&store), None, QUIET)?;
        row.recovered(clock.now());
        ensure!(harness.is_ready()?, "the server cannot serve");
        harness.stop()?;
        faults.look_at(&url(&store))?;
        row.judged(harness.check(&History::new(dataset.people.len()))?);
    }
    Ok(killed)
}

/// Starts a server that is killed at a step; whether it came to that.
fn starts(faults: &FaultHarness<'_>, injection: &Injection<'_>, url: &str) -> anyhow::Result<bool> {
    // The tracer is nobody's parent: the process is the server.
    let mut arguments: Vec<OsString> = vec!["-D".into()];
    arguments.extend(injection.arguments().into_iter().map(OsString::from));
    arguments.push(faults.program.into());
    let server = ["--listen", "127.0.0.1:0", "--store", url].into_iter().chain(QUIET.iter().copied());
    arguments.extend(server.map(OsString::from));
    match Process::start(Path::new("strace"), arguments) {
        // It may come to the step while it stops.
        Ok(server) => Ok(server.told_to_stop()?.is_some_and(|status| status.signal() == Some(SIGKILL))),
        Err(error) if error.to_string().contains("(SIGKILL)") => Ok(true),
        Err(error) => Err(error),
    }
}
