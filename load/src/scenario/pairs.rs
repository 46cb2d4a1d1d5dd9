//! Many pairs talk in their direct conversations: how many messages a second are made durable.

use super::{EMBEDDED, Span, measured};
use crate::dataset::Plan;
use crate::harness::{Harness, PATIENT, Tools};
use crate::table::Outcome;

/// Pairs of people in direct conversations
#[derive(Debug, Clone, clap::Args)]
pub struct Pairs {
    /// How many pairs
    #[arg(long, default_value_t = 500)]
    pub pairs: usize,
    /// Messages a second, all together; without it as many as go through
    #[arg(long)]
    pub rate: Option<f64>,
    /// Messages that one person may have unanswered, where as many as go through are sent
    #[arg(long, default_value_t = 32)]
    pub window: usize,
    #[command(flatten)]
    pub span: Span,
}

impl Pairs {
    pub fn run(&self, tools: &Tools) -> anyhow::Result<Outcome> {
        let how = match self.rate {
            Some(rate) => format!("open loop at {rate} a second"),
            None => format!("saturated, {} unanswered each", self.window),
        };
        let mut outcome = Outcome::new(format!("{} pairs, {how}", self.pairs), EMBEDDED);
        outcome.setting(format!("server: {}", PATIENT.join(" ")));
        let harness = Harness::set(tools, &Plan::pairs(self.pairs), PATIENT)?;
        let mut pool = harness.quick()?;
        let mut load_loop = harness.load_loop(&mut pool);
        let senders: Vec<(usize, u32)> = (0..self.pairs).map(|pair| (2 * pair, pair as u32)).collect();
        let pairs = self.pairs as u64;
        if self.rate.is_none_or(|rate| rate > 500.0) {
            load_loop.pool.relax();
        }
        // Both of a pair speak in turn.
        let who = |turn: u64| ((2 * (turn % pairs) + turn / pairs % 2) as usize, (turn % pairs) as u32);
        let usage = || harness.usage();
        let used =
            measured(&mut load_loop, &self.span, "pairs talk", usage, |load_loop, end, progress| match self.rate {
                Some(rate) => load_loop.open_loop(rate, end, who, progress),
                None => load_loop.saturate(&senders, self.window, end, progress),
            })?;
        outcome.times("due to acknowledged", &load_loop.history.answers(load_loop.measured.start));
        outcome.times("due to delivered", &load_loop.deliveries);
        outcome.figure("durable sends a second", load_loop.acked as f64 / self.span.seconds, "/s");
        used.tell(&mut outcome, used.sent, "sends");
        let history = load_loop.history;
        drop(pool);
        outcome.verdict = Some(harness.check(&history)?);
        outcome.end();
        Ok(outcome)
    }
}
