//! Many who are there and say nothing: what a socket costs.

use super::EMBEDDED;
use crate::clock::SECOND;
use crate::dataset::Plan;
use crate::harness::{Harness, Tools};
use crate::history::History;
use crate::latency::Latency;
use crate::progress::Progress;
use crate::table::Outcome;
use anyhow::ensure;
use std::time::Duration;

/// Times that a server is started on nothing.
const STARTS: usize = 7;

/// Idle sockets
#[derive(Debug, Clone, clap::Args)]
pub struct Idle {
    /// How many people, each with one socket
    #[arg(long, default_value_t = 10_000)]
    pub people: usize,
    /// Seconds of rest before memory is looked at
    #[arg(long, default_value_t = 10.0)]
    pub rest: f64,
}

impl Idle {
    pub fn run(&self, tools: &Tools) -> anyhow::Result<Outcome> {
        let name = format!("{} idle sockets of as many people, each in a channel and a note to self", self.people);
        let mut outcome = Outcome::new(name, EMBEDDED);
        let mut starts = Latency::default();
        for _ in 0..STARTS {
            let folder = tempfile::TempDir::new_in(&tools.folder)?;
            let url = format!("sqlite:{}", folder.path().join("data/myna.db").display());
            starts.merge(&Harness::starts(tools, &url, 1)?);
        }
        outcome.times("start on an empty folder until /health answers", &starts);
        let nobody = Harness::set(tools, &Plan::strangers(0), &[])?;
        std::thread::sleep(Duration::from_secs_f64(self.rest / 5.0));
        let empty = nobody.usage()?;
        nobody.check(&History::default())?;
        outcome.figure("empty server (RSS)", empty.resident as f64 / 1_024.0, "MB");
        outcome.figure("empty server (PSS)", empty.proportional as f64 / 1_024.0, "MB");

        let harness = Harness::set(tools, &Plan::idle(self.people), &[])?;
        let before = harness.usage()?;
        let mut pool = harness.quick()?;
        let connected = harness.clock.now();
        let connecting = harness.usage()?.cpu_since(&before);
        let mut load_loop = harness.load_loop(&mut pool);
        let end = connected + (self.rest * SECOND as f64) as u64;
        let _progress = Progress::steps("resting", self.rest as u64);
        let resting = harness.usage()?;
        load_loop.listen(end)?;
        let after = harness.usage()?;
        let open = load_loop.pool.open();
        ensure!(open == self.people, "{} of {} sockets have closed", self.people - open, self.people);
        outcome.figure("server before (RSS)", before.resident as f64 / 1_024.0, "MB");
        outcome.figure("server with them (RSS)", after.resident as f64 / 1_024.0, "MB");
        outcome.figure("server with them (PSS)", after.proportional as f64 / 1_024.0, "MB");
        let each = after.resident.saturating_sub(before.resident) as f64 / self.people as f64;
        outcome.figure("each idle socket (RSS)", each, "KB");
        outcome.figure("CPU of the server to connect 1,000", connecting * 1e6 / self.people as f64, "ms");
        let share = after.cpu_since(&resting) / self.rest.max(1e-9) * 100.0;
        outcome.figure("CPU of the server at rest", share, "% of a core");
        let history = load_loop.history;
        drop(pool);
        outcome.verdict = Some(harness.check(&history)?);
        outcome.end();
        Ok(outcome)
    }
}
