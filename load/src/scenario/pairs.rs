//! Many pairs talk in their direct conversations: how many messages a second are made durable.

use super::{EMBEDDED, Span, measured};
use crate::site::Plan;
use crate::stage::{PATIENT, Stage, Tools};
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
        let stage = Stage::set(tools, &Plan::pairs(self.pairs), PATIENT)?;
        let mut crowd = stage.quick()?;
        let mut floor = stage.floor(&mut crowd);
        let senders: Vec<(usize, u32)> = (0..self.pairs).map(|pair| (2 * pair, pair as u32)).collect();
        let pairs = self.pairs as u64;
        if self.rate.is_none_or(|rate| rate > 500.0) {
            floor.crowd.relax();
        }
        // Both of a pair speak in turn.
        let who = |turn: u64| ((2 * (turn % pairs) + turn / pairs % 2) as usize, (turn % pairs) as u32);
        let usage = || stage.usage();
        let used = measured(&mut floor, &self.span, "pairs talk", usage, |floor, end, progress| match self.rate {
            Some(rate) => floor.open_loop(rate, end, who, progress),
            None => floor.saturate(&senders, self.window, end, progress),
        })?;
        outcome.times("due to acknowledged", &floor.ledger.answers(floor.measured.start));
        outcome.times("due to delivered", &floor.deliveries);
        outcome.figure("durable sends a second", floor.acked as f64 / self.span.seconds, "/s");
        used.tell(&mut outcome, used.sent, "sends");
        let ledger = floor.ledger;
        drop(crowd);
        outcome.verdict = Some(stage.check(&ledger)?);
        outcome.end();
        Ok(outcome)
    }
}
