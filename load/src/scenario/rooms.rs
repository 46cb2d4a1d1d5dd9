//! Many groups talk at once.

use super::{EMBEDDED, Span, measured};
use crate::site::Plan;
use crate::stage::{PATIENT, Stage, Tools};
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
        let stage = Stage::set(tools, &Plan::rooms(self.rooms, self.each), PATIENT)?;
        let mut crowd = stage.quick()?;
        let mut floor = stage.floor(&mut crowd);
        let (rooms, each) = (self.rooms as u64, self.each as u64);
        // Everybody in turn, room after room.
        let who = |turn: u64| {
            let (room, member) = (turn % rooms, turn / rooms % each);
            ((room * each + member) as usize, room as u32)
        };
        let senders: Vec<(usize, u32)> = (0..rooms * each).map(who).collect();
        if self.rate.is_none_or(|rate| rate > 500.0) {
            floor.crowd.relax();
        }
        let usage = || stage.usage();
        let used = measured(&mut floor, &self.span, "rooms talk", usage, |floor, end, progress| match self.rate {
            Some(rate) => floor.open_loop(rate, end, who, progress),
            None => floor.flood(&senders, self.window, end, progress),
        })?;
        outcome.times("due to acknowledged", &floor.ledger.answers(floor.measured.start));
        outcome.times("due to delivered", &floor.deliveries);
        outcome.times("due to the last of the room", &floor.last);
        outcome.figure("durable sends a second", floor.acked as f64 / self.span.seconds, "/s");
        outcome.figure("deliveries a second", floor.delivered as f64 / self.span.seconds, "/s");
        used.tell(&mut outcome, used.delivered, "deliveries");
        let ledger = floor.ledger;
        drop(crowd);
        outcome.verdict = Some(stage.check(&ledger)?);
        outcome.end();
        Ok(outcome)
    }
}
