//! A store is moved: copied to another one, checked, copied back and checked again, by the program as people run it.

use super::EMBEDDED;
use crate::dataset::{Dataset, Plan};
use crate::harness::Tools;
use crate::progress::Progress;
use crate::table::Outcome;
use anyhow::{Context, ensure};
use std::path::Path;
use std::process::{Command, Stdio};
use tempfile::TempDir;

/// Groups that have talked; the first has half of all messages.
const GROUPS: usize = 500;
/// Megabytes (1,048,576 bytes) that a copy may use at most.
const MEMORY_LIMIT: f64 = 50.0;

/// A store is copied to another one and back, and checked
#[derive(Debug, Clone, clap::Args)]
pub struct Moving {
    /// Messages in it
    #[arg(long, default_value_t = 1_000_000)]
    pub messages: u64,
    /// An empty store to copy to and back from, rather than another file
    #[arg(long, env = "MYNA_BENCH_STORE", value_name = "URL")]
    pub other: Option<String>,
}

impl Moving {
    /// An error where the program says that something is wrong, or takes more memory than it may.
    pub fn run(&self, tools: &Tools, program: &Path) -> anyhow::Result<Outcome> {
        let mut outcome = Outcome::new(format!("a store of {} messages is moved", self.messages), EMBEDDED);
        let folder = TempDir::new_in(&tools.folder)?;
        let file = |name: &str| format!("sqlite:{}", folder.path().join(name).display());
        let (first, last) = (file("first.db"), file("last.db"));
        let other = self.other.clone().unwrap_or_else(|| file("other.db"));
        let progress = Progress::steps("preparing messages", self.messages);
        let dataset = Dataset::new(&Plan::history(GROUPS, self.messages), 1);
        tools.runtime.block_on(dataset.fill(&first, |messages| progress.at(messages)))?;
        drop(progress);
        for (what, from, to) in [("there", &first, &other), ("back", &other, &last)] {
            let printed = run(program, &["store", "copy", "--from", from, "--to", to])?;
            let peak = printed.lines().find_map(|line| line.strip_prefix("peak memory: ")?.strip_suffix(" MB"));
            let peak: f64 = peak.context("a copy says what memory it took")?.parse()?;
            outcome.figure(format!("memory of the copy {what}, at most"), peak, "MB");
            ensure!(peak <= MEMORY_LIMIT, "a copy uses {peak} MB, more than {MEMORY_LIMIT} MB");
            run(program, &["store", "check", "--store", to])?;
        }
        outcome.end();
        Ok(outcome)
    }
}

/// Runs the program to its end, and answers what it has printed. Its progress is seen.
fn run(program: &Path, args: &[&str]) -> anyhow::Result<String> {
    let output = Command::new(program).args(args).stdin(Stdio::null()).stderr(Stdio::inherit()).output()?;
    let printed = String::from_utf8_lossy(&output.stdout).into_owned();
    print!("{printed}");
    ensure!(output.status.success(), "{args:?} failed");
    Ok(printed)
}
