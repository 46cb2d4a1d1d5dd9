//! The server's clock is set while people talk: places are counted, and never told by a clock.

use super::fault_harness::{FaultHarness, QUIET};
use super::needs::faketime;
use super::row::Row;
use crate::harness::{Harness, Tools};
use crate::process::Process;
use anyhow::{Context, ensure};
use std::path::Path;
use tempfile::TempDir;

/// A day ahead, back to an hour before now, and right again.
const JUMPS: &[&str] = &[AHEAD, "-3600", "+0"];
const AHEAD: &str = "+86400";

pub(super) fn jumps(faults: &FaultHarness<'_>, row: &mut Row) -> anyhow::Result<()> {
    let library = faketime().context("it was there")?;
    let folder = TempDir::new_in(&faults.tools.folder)?;
    let clock = folder.path().join("clock");
    std::fs::write(&clock, "+0")?;
    let mut told = vec![
        format!("LD_PRELOAD={library}"),
        format!("FAKETIME_TIMESTAMP_FILE={}", clock.display()),
        "FAKETIME_NO_CACHE=1".to_owned(),
        // What counts how long something lasts does not jump.
        "FAKETIME_DONT_FAKE_MONOTONIC=1".to_owned(),
        "DONT_FAKE_MONOTONIC=1".to_owned(),
    ];
    told.push(faults.program.display().to_string());
    let tools = Tools {
        runtime: tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?,
        folder: folder.path().to_owned(),
        start: Box::new(move |args| Ok(Box::new(Process::start(Path::new("env"), told.iter().chain(args))?))),
    };
    let mut play = faults.play_on(Harness::set(&tools, &faults.plan(), QUIET)?, false)?;
    play.talking.tabs.clock_is_set = true;
    play.calm()?;
    let today = play.harness.day()?;
    for jump in JUMPS {
        std::fs::write(&clock, jump)?;
        play.recover(row)?;
        // The date that HTTP tells is a second old at most.
        play.talking.last(faults.load.seconds.max(1.5))?;
        ensure!(*jump != AHEAD || play.harness.day()? != today, "the server's clock has not jumped");
    }
    play.end(row)
}
