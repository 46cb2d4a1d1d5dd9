//! What can be run: each scenario sets its stage, lets people talk, has the checker look at what is left, and answers with
//! figures.

pub mod abuser;
pub mod flaky;
pub mod history;
pub mod idle;
pub mod lone;
pub mod pairs;
pub mod restart;
pub mod room;
pub mod rooms;
pub mod slow;

use crate::clock::{Nanos, nanos};
use crate::process::Usage;
use crate::stage::Stage;
use crate::table::{Durability, Outcome};
use std::time::Duration;

/// What SQLite promises as the embedded store sets it: WAL with `synchronous=FULL`, which flushes before a commit returns.
pub const EMBEDDED: Durability = Durability::D2;

/// How long a run of a scenario lasts: a while that is not measured, and one that is.
#[derive(Debug, Clone, Copy, clap::Args)]
pub struct Span {
    /// Seconds before anything is measured
    #[arg(long, default_value_t = 2.0)]
    pub warm: f64,
    /// Seconds that are measured
    #[arg(long, default_value_t = 10.0)]
    pub seconds: f64,
}

impl Span {
    /// So many seconds, after one to get warm.
    pub fn of(seconds: f64) -> Self {
        Self { warm: 1.0, seconds }
    }

    pub fn warm(&self) -> Nanos {
        nanos(Duration::from_secs_f64(self.warm))
    }

    pub fn measured(&self) -> Nanos {
        nanos(Duration::from_secs_f64(self.seconds))
    }
}

/// What this process and the server used, at one moment.
#[derive(Debug, Clone, Copy)]
pub struct Used {
    pub server: Usage,
    pub generator: Usage,
}

/// What both have used so far.
pub fn used(stage: &Stage<'_>) -> anyhow::Result<Used> {
    Ok(Used { server: stage.usage()?, generator: crate::process::usage(std::process::id())? })
}

/// Writes down what both used for so many units of work.
pub fn tell_use(outcome: &mut Outcome, before: &Used, after: &Used, units: u64, unit: &str) {
    outcome.used(&before.server, &after.server, units, unit);
    outcome.figure("CPU of the generator", after.generator.cpu_since(&before.generator), "s");
}

/// The middle one of several figures, the smallest and the greatest.
pub fn spread(figures: &[f64]) -> [f64; 3] {
    let mut sorted = figures.to_vec();
    sorted.sort_by(f64::total_cmp);
    let at = |place: usize| sorted.get(place).copied().unwrap_or(0.0);
    [at(sorted.len() / 2), at(0), at(sorted.len().saturating_sub(1))]
}
