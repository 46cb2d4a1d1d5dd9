//! The fault matrix: people talk, something goes wrong, and the checker looks whether every promise was kept.
//!
//! All chance follows from a seed, which is told: repetition n of a fault has the seed plus n - 1.

mod clocks;
mod disk;
mod fault_harness;
mod kill;
mod links;
mod needs;
mod nodes;
mod pause;
mod points;
mod power;
mod readers;
mod row;
mod starts;
mod strace;

pub use fault_harness::{FaultHarness, Load};
pub use needs::Need;
pub use row::Row;

use crate::harness::Tools;
use anyhow::ensure;
use std::path::Path;

/// The fault matrix
#[derive(Debug, Clone, clap::Args)]
pub struct Chaos {
    /// Only these faults, by name, with commas between them
    #[arg(long, value_delimiter = ',', value_name = "NAMES")]
    pub only: Vec<String>,
    /// How often each, rather than as often as it is worth
    #[arg(long, value_name = "N")]
    pub repetitions: Option<u64>,
    /// What all chance follows from; repetition n has it plus n - 1 [default: another each time]
    #[arg(long)]
    pub seed: Option<u64>,
    #[command(flatten)]
    pub load: Load,
}

/// Something that goes wrong.
pub struct Fault {
    pub name: &'static str,
    /// What happens, in a few words.
    pub what: &'static str,
    pub repetitions: u64,
    needs: &'static [Need],
    run: fn(&FaultHarness<'_>, &mut Row) -> anyhow::Result<()>,
}

/// Every fault, in the order in which they are run.
pub const MATRIX: &[Fault] = &[
    Fault { name: "kill", what: "kill -9 at a random moment", repetitions: 20, needs: &[], run: kill::at_random },
    Fault {
        name: "kill-write",
        what: "kill -9 inside a commit, before a write to the log",
        repetitions: 10,
        needs: &[Need::Strace],
        run: points::before_a_write_to_the_log,
    },
    Fault {
        name: "kill-flush",
        what: "kill -9 inside a commit, between its writes and its flush",
        repetitions: 10,
        needs: &[Need::Strace],
        run: points::before_the_flush_of_the_log,
    },
    Fault {
        name: "kill-told",
        what: "kill -9 after a commit, before somebody is told",
        repetitions: 10,
        needs: &[Need::Strace],
        run: points::before_somebody_is_told,
    },
    Fault {
        name: "kill-checkpoint",
        what: "kill -9 inside a checkpoint, before a write to the file",
        repetitions: 5,
        needs: &[Need::Strace],
        run: points::before_a_write_to_the_file,
    },
    Fault {
        name: "kill-checkpoint-flush",
        what: "kill -9 inside a checkpoint, between its writes and its flush",
        repetitions: 5,
        needs: &[Need::Strace],
        run: points::before_the_flush_of_the_file,
    },
    Fault {
        name: "power",
        what: "the power fails: what was not flushed is gone",
        repetitions: 10,
        needs: &[Need::Device],
        run: power::fails,
    },
    Fault {
        name: "power-unflushed",
        what: "a proof of the fault before: flushes that do nothing are found out",
        repetitions: 1,
        needs: &[Need::Device, Need::Strace],
        run: power::unflushed,
    },
    Fault {
        name: "kill-first-start",
        what: "kill -9 at each step of the first start of a new store",
        repetitions: 1,
        needs: &[Need::Strace],
        run: starts::of_a_new_store,
    },
    Fault {
        name: "kill-migration",
        what: "kill -9 at each step of the migration of an older store",
        repetitions: 1,
        needs: &[Need::Strace, Need::Sqlite],
        run: starts::of_an_older_store,
    },
    Fault {
        name: "cuts",
        what: "links cut every 0.5 to 1.5 s, with a close frame, without, or dead before",
        repetitions: 3,
        needs: &[],
        run: links::cuts,
    },
    Fault {
        name: "half-open",
        what: "nothing passes for a while, one way or both, and nobody is told",
        repetitions: 5,
        needs: &[],
        run: links::half_open,
    },
    Fault {
        name: "slices",
        what: "each byte in a segment of its own, both ways",
        repetitions: 3,
        needs: &[],
        run: links::slices,
    },
    Fault {
        name: "latency",
        what: "500 ms each way, and up to 500 ms more by chance",
        repetitions: 3,
        needs: &[],
        run: links::latency,
    },
    Fault {
        name: "ack-lost",
        what: "links cut after the commit, before its acknowledgement arrives",
        repetitions: 10,
        needs: &[],
        run: links::lost_acks,
    },
    Fault { name: "pause", what: "SIGSTOP, and SIGCONT after a while", repetitions: 5, needs: &[], run: pause::pause },
    Fault {
        name: "flush-error",
        what: "each flush answers EIO for a while; the server is restarted",
        repetitions: 5,
        needs: &[Need::Strace],
        run: disk::flush_error,
    },
    Fault {
        name: "flush-slow",
        what: "each flush takes 500 ms longer",
        repetitions: 3,
        needs: &[Need::Strace],
        run: disk::flush_slow,
    },
    Fault {
        name: "disk-full",
        what: "no space is left, and then there is again",
        repetitions: 3,
        needs: &[Need::Mount],
        run: disk::full,
    },
    Fault {
        name: "clock",
        what: "the server's clock jumps a day ahead, and an hour back",
        repetitions: 3,
        needs: &[Need::Faketime],
        run: clocks::jumps,
    },
    Fault {
        name: "readers",
        what: "50 read nothing for a while",
        repetitions: 1,
        needs: &[],
        run: readers::fifty_read_nothing,
    },
    Fault {
        name: "node-killed",
        what: "MongoDB, two nodes: one is killed, its people go to the other",
        repetitions: 3,
        needs: &[Need::Mongo],
        run: nodes::killed,
    },
    Fault {
        name: "mongo-paused",
        what: "MongoDB answers nothing for a while, under two nodes",
        repetitions: 3,
        needs: &[Need::Mongo],
        run: nodes::paused,
    },
    Fault {
        name: "mongo-killed",
        what: "MongoDB is killed and started again, under two nodes",
        repetitions: 3,
        needs: &[Need::Mongo],
        run: nodes::database_killed,
    },
    Fault {
        name: "mongo-slow",
        what: "each word to MongoDB takes 100 ms longer, under two nodes",
        repetitions: 1,
        needs: &[Need::Mongo],
        run: nodes::slow,
    },
];

impl Chaos {
    /// Runs the matrix and prints a line a fault as it ends. An error: a fault that is unknown, or one that was skipped
    /// where `REQUIRE_CHAOS=1`.
    pub fn run(&self, tools: &Tools, program: &Path) -> anyhow::Result<Vec<Row>> {
        for name in &self.only {
            let known: Vec<&str> = MATRIX.iter().map(|fault| fault.name).collect();
            ensure!(known.contains(&name.as_str()), "there is no fault {name}: there are {}", known.join(", "));
        }
        let seed = self.seed.unwrap_or_else(|| fastrand::u64(..1 << 32));
        println!(
            "seed {seed}: repetition n of a fault is repeated by --only NAME --repetitions 1 --seed (seed + n - 1)\n"
        );
        let faults = FaultHarness { tools, program, load: self.load };
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

    /// All repetitions of one.
    fn inflict(&self, fault: &Fault, faults: &FaultHarness<'_>, seed: u64) -> Row {
        let mut row = Row::new(fault.name, fault.what);
        row.skipped = fault.needs.iter().find_map(|need| need.missing());
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
