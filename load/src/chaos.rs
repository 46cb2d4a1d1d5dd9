//! The faults: people talk, something breaks, and the checker verifies every promise of the server.
//!
//! All random choices follow from one seed, which is printed: repetition n of a fault uses the seed plus n - 1.

mod clocks;
mod consumers;
mod disk;
mod fault_harness;
mod kill;
mod links;
mod matrix;
mod needs;
mod nodes;
mod panics;
mod pause;
mod points;
mod power;
mod readers;
mod recorder;
mod row;
mod starts;
mod strace;

pub use fault_harness::{FaultHarness, Load};
pub use matrix::{Fault, MATRIX};
pub use needs::Need;
pub use recorder::Recorder;
pub use row::Row;

use crate::harness::Tools;
use anyhow::ensure;
use std::path::{Path, PathBuf};

/// Break things while people talk, and check every promise of the server
#[derive(Debug, Clone, clap::Args)]
pub struct Chaos {
    /// Only these faults, by name, with commas between them
    #[arg(long, value_delimiter = ',', value_name = "NAMES")]
    pub only: Vec<String>,
    /// How often to repeat each fault [default: as often as its kind needs]
    #[arg(long, value_name = "N")]
    pub repetitions: Option<u64>,
    /// The seed of all random choices; repetition n uses it plus n - 1 [default: a random one]
    #[arg(long)]
    pub seed: Option<u64>,
    /// The program of a server with faults of its own [default: examples/faulty_server beside this program]
    #[arg(long, value_name = "FILE")]
    pub faulty_program: Option<PathBuf>,
    #[command(flatten)]
    pub load: Load,
}

impl Chaos {
    /// Runs the faults and prints a line for each as it ends.
    ///
    /// # Errors
    /// For an unknown fault, and with `REQUIRE_CHAOS=1` for one that this machine cannot run.
    pub fn run(&self, tools: &Tools, program: &Path) -> anyhow::Result<Vec<Row>> {
        for name in &self.only {
            let known: Vec<&str> = MATRIX.iter().map(|fault| fault.name).collect();
            ensure!(known.contains(&name.as_str()), "there is no fault {name}: there are {}", known.join(", "));
        }
        let seed = self.seed.unwrap_or_else(|| fastrand::u64(..1 << 32));
        println!(
            "seed {seed}: repetition n of a fault is repeated by --only NAME --repetitions 1 --seed (seed + n - 1)\n"
        );
        let faulty = self.faulty_program.clone().or_else(beside_this_program);
        let faults = FaultHarness { tools, program, faulty: faulty.as_deref(), load: self.load };
        let mut rows = Vec::new();
        for fault in
            MATRIX.iter().filter(|fault| self.only.is_empty() || self.only.iter().any(|name| name == fault.name))
        {
            let row = self.inflict(fault, &faults, seed);
            print!("{row}");
            rows.push(row);
        }
        let skipped: Vec<&str> = rows.iter().filter(|row| row.skipped.is_some()).map(|row| row.name).collect();
        let is_required = std::env::var_os("REQUIRE_CHAOS").is_some_and(|value| value == "1");
        ensure!(skipped.is_empty() || !is_required, "REQUIRE_CHAOS=1, and skipped: {}", skipped.join(", "));
        Ok(rows)
    }

    /// Runs all repetitions of a fault.
    fn inflict(&self, fault: &Fault, faults: &FaultHarness<'_>, seed: u64) -> Row {
        let mut row = Row::new(fault.name, fault.what);
        row.skipped = fault.needs.iter().find_map(|need| need.missing(faults));
        if row.skipped.is_some() {
            return row;
        }
        for repetition in 0..self.repetitions.unwrap_or(fault.repetitions) {
            let seed = seed.wrapping_add(repetition);
            fastrand::seed(seed);
            row.begin(seed);
            if let Err(error) = (fault.run)(faults, &mut row) {
                row.failed(&format!("{error:#}"));
            }
        }
        row
    }
}

/// Where Cargo leaves the program of a server with faults of its own.
fn beside_this_program() -> Option<PathBuf> {
    let program = std::env::current_exe().ok()?.with_file_name("examples").join("faulty_server");
    program.is_file().then_some(program)
}
