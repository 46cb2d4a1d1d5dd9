//! Many groups talk at once.

use super::{EMBEDDED, Span, measured};
use crate::dataset::Plan;
use crate::harness::{Harness, PATIENT, Tools};
use crate::table::Outcome;

/// Many rooms, each with some people
#[derive(Debug, Clone, clap::Args)]
pub struct Rooms {
    #[arg(long, default_value_t = 100)]
    pub rooms: usize,
    /// People in each room
    #[arg(long, default_value_t = 10)]
    pub each: usize,
    /// Messages a second, all together; without it as many as go through
    #[arg(long)]
    pub rate: Option<f64>,
    /// Messages that are on their way at a time, where as many as go through are sent
    #[arg(long, default_value_t = 400)]
    pub window: usize,
    #[command(flatten)]
    pub span: Span,
}

impl Rooms {
    pub fn run(&self, tools: &Tools) -> anyhow::Result<Outcome> {
        let how = match self.rate {
            Some(rate) => format!("open loop at {rate} a second"),
            None => format!("saturated, {} on their way to the last", self.window),
        };
        let mut outcome = Outcome::new(format!("{} rooms of {}, {how}", self.rooms, self.each), EMBEDDED);
        outcome.setting(format!("server: {}", PATIENT.join(" ")));
        let harness = Harness::set(tools, &Plan::rooms(self.rooms, self.each), PATIENT)?;
        let mut pool = harness.quick()?;
        let mut load_loop = harness.load_loop(&mut pool);
        let (rooms, each) = (self.rooms as u64, self.each as u64);
        // Everybody in turn, room after room.
        let who = |turn: u64| {
            let (room, member) = (turn % rooms, turn / rooms % each);
            ((room * each + member) as usize, room as u32)
        };
        let senders: Vec<(usize, u32)> = (0..rooms * each).map(who).collect();
        if self.rate.is_none_or(|rate| rate > 500.0) {
            load_loop.pool.relax();
        }
        let usage = || harness.usage();
        let used =
            measured(&mut load_loop, &self.span, "rooms talk", usage, |load_loop, end, progress| match self.rate {
                Some(rate) => load_loop.open_loop(rate, end, who, progress),
                None => load_loop.flood(&senders, self.window, end, progress),
            })?;
        outcome.times("due to acknowledged", &load_loop.history.answers(load_loop.measured.start));
        outcome.times("due to delivered", &load_loop.deliveries);
        outcome.times("due to the last of the room", &load_loop.last);
        outcome.figure("durable sends a second", load_loop.acked as f64 / self.span.seconds, "/s");
        outcome.figure("deliveries a second", load_loop.delivered as f64 / self.span.seconds, "/s");
        used.tell(&mut outcome, used.delivered, "deliveries");
        let history = load_loop.history;
        drop(pool);
        outcome.verdict = Some(harness.check(&history)?);
        outcome.end();
        Ok(outcome)
    }
}
