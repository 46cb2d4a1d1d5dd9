//! What can be run: each scenario sets its harness, lets people talk, has the checker look at what is left, and answers with
//! figures.

pub mod abuser;
pub mod attacks;
pub mod flaky;
pub mod history;
pub mod idle;
pub mod lone;
pub mod moving;
pub mod nodes;
pub mod pairs;
pub mod restart;
pub mod room;
pub mod rooms;
pub mod slow;

use crate::clock::{Nanos, nanos};
use crate::load_loop::LoadLoop;
use crate::process::{self, Usage};
use crate::progress::Progress;
use crate::quick::ProtocolAdapter;
use crate::table::{Durability, Outcome};
use std::ops::Range;
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

/// What a server and this process used between two moments, and what was done meanwhile.
#[derive(Debug, Clone)]
pub struct Used {
    pub server: Range<Usage>,
    pub generator: Range<Usage>,
    pub sent: u64,
    pub delivered: u64,
}

impl Used {
    /// Writes down what both used for so many units of work.
    pub fn tell(&self, outcome: &mut Outcome, units: u64, unit: &str) {
        outcome.used(&self.server.start, &self.server.end, units, unit);
        outcome.figure("CPU of the generator", self.generator.end.cpu_since(&self.generator.start), "s");
    }
}

/// The beginning of what is measured.
struct Beginning {
    server: Usage,
    generator: Usage,
    sent: usize,
    delivered: u64,
}

impl Beginning {
    /// Now. `usage` is of who serves these people.
    fn of<D>(load_loop: &LoadLoop<'_, D>, usage: impl Fn() -> anyhow::Result<Usage>) -> anyhow::Result<Self> {
        let (server, generator) = (usage()?, process::usage(std::process::id())?);
        Ok(Self { server, generator, sent: load_loop.history.sent.len(), delivered: load_loop.all_delivered })
    }

    /// What was used and done since then.
    fn until_now<D>(
        self,
        load_loop: &LoadLoop<'_, D>,
        usage: impl Fn() -> anyhow::Result<Usage>,
    ) -> anyhow::Result<Used> {
        let end = Self::of(load_loop, usage)?;
        Ok(Used {
            server: self.server..end.server,
            generator: self.generator..end.generator,
            sent: (end.sent - self.sent) as u64,
            delivered: end.delivered - self.delivered,
        })
    }
}

/// People talk: first to get warm, and then it is measured. `talk` is told until when, and tells how far it has come.
fn measured<D: ProtocolAdapter>(
    load_loop: &mut LoadLoop<'_, D>,
    span: &Span,
    what: &str,
    usage: impl Fn() -> anyhow::Result<Usage>,
    talk: impl Fn(&mut LoadLoop<'_, D>, Nanos, &mut dyn FnMut(Nanos)) -> anyhow::Result<()>,
) -> anyhow::Result<Used> {
    let end = load_loop.measure(span.warm());
    talk(load_loop, end, &mut Progress::until("warming up", load_loop.clock(), end))?;
    let end = load_loop.measure(span.measured());
    let beginning = Beginning::of(load_loop, &usage)?;
    talk(load_loop, end, &mut Progress::until(what, load_loop.clock(), end))?;
    beginning.until_now(load_loop, usage)
}

/// The middle one of several figures, the smallest and the greatest.
pub fn spread(figures: &[f64]) -> [f64; 3] {
    let mut sorted = figures.to_vec();
    sorted.sort_by(f64::total_cmp);
    let at = |place: usize| sorted.get(place).copied().unwrap_or(0.0);
    let (half, last) = (sorted.len() / 2, sorted.len().saturating_sub(1));
    // Of two in the middle, what is between them.
    [(at(half) + at(last - half.min(last))) / 2.0, at(0), at(last)]
}
