//! One large room: how soon the last member has a message, and how many deliveries a second are possible, next to what a
//! bare broadcaster can do at most.

use super::{EMBEDDED, Span, measured, spread};
use crate::bar::BAR;
use crate::checker::Verdict;
use crate::clock::Clock;
use crate::floor::Floor;
use crate::process::{Process, Usage};
use crate::quick::{Bare, Crowd, Dialect};
use crate::site::Plan;
use crate::stage::{PATIENT, Stage, Tools};
use crate::table::Outcome;
use std::ops::Range;

/// One room with everybody in it
#[derive(Debug, Clone, clap::Args)]
pub struct Room {
    /// How many are in it
    #[arg(long, default_value_t = 1_000)]
    pub members: usize,
    /// Messages a second; without it as many as go through
    #[arg(long)]
    pub rate: Option<f64>,
    /// How many of them speak, where as many as go through are sent
    #[arg(long, default_value_t = 8)]
    pub senders: usize,
    /// Messages that are on their way to the last member at a time, where as many as go through are sent
    #[arg(long, default_value_t = 64)]
    pub window: usize,
    /// Runs of the server, each between two of the bar, where as many as go through are sent; with 0 there is no bar
    #[arg(long, default_value_t = 2)]
    pub rounds: usize,
    #[command(flatten)]
    pub span: Span,
}

/// What one run of many messages has shown.
struct Flooded {
    per_second: f64,
    cpu_per_thousand: f64,
    generator: f64,
    usage: Usage,
}

impl Room {
    pub fn run(&self, tools: &Tools) -> anyhow::Result<Outcome> {
        match self.rate {
            Some(rate) => self.paced(tools, rate),
            None => self.flooded(tools),
        }
    }

    /// Messages by a schedule.
    fn paced(&self, tools: &Tools, rate: f64) -> anyhow::Result<Outcome> {
        let name = format!("one room of {}, {rate} messages a second", self.members);
        let mut outcome = Outcome::new(name, EMBEDDED);
        outcome.setting(format!("server: {}", PATIENT.join(" ")));
        let stage = Stage::set(tools, &Plan::room(self.members), PATIENT)?;
        let mut crowd = stage.quick()?;
        let mut floor = stage.floor(&mut crowd);
        let members = self.members as u64;
        if rate > 500.0 {
            floor.crowd.relax();
        }
        // Everybody says something now and then; 7 apart, so that presence_notifier do not follow each other.
        let who = |turn: u64| ((turn * 7 % members) as usize, 0);
        let used = measured(
            &mut floor,
            &self.span,
            "somebody talks",
            || stage.usage(),
            |floor, end, progress| floor.open_loop(rate, end, who, progress),
        )?;
        outcome.times("due to acknowledged", &floor.ledger.answers(floor.measured.start));
        outcome.times("due to delivered", &floor.deliveries);
        outcome.times("due to the last member", &floor.last);
        used.tell(&mut outcome, used.delivered, "deliveries");
        let ledger = floor.ledger;
        drop(crowd);
        outcome.verdict = Some(stage.check(&ledger)?);
        outcome.end();
        Ok(outcome)
    }

    /// As many messages as go through; bar, server, bar, server, bar.
    fn flooded(&self, tools: &Tools) -> anyhow::Result<Outcome> {
        let Self { members, senders, window, .. } = self;
        let name = format!("one room of {members}, saturated by {senders}, {window} on their way to the last");
        let mut outcome = Outcome::new(name, EMBEDDED);
        outcome.setting(format!("server: {}", PATIENT.join(" ")));
        outcome.setting(format!("bar: {BAR}; bar and server in turn, {} runs of the server", self.rounds.max(1)));
        let (mut bars, mut servers, mut verdict) = (Vec::new(), Vec::new(), Verdict::default());
        for _ in 0..self.rounds.max(1) {
            if self.rounds > 0 {
                bars.push(self.bar()?);
            }
            let (flooded, found) = self.server(tools)?;
            servers.push(flooded);
            verdict.merge(found);
        }
        if self.rounds > 0 {
            bars.push(self.bar()?);
        }
        tell(&mut outcome, "of the server", &servers);
        if !bars.is_empty() {
            tell(&mut outcome, "of the bar", &bars);
            let middle = |runs: &[Flooded]| spread(&runs.iter().map(|run| run.per_second).collect::<Vec<_>>())[0];
            outcome.figure("share of the bar", middle(&servers) / middle(&bars) * 100.0, "%");
        }
        let memory = servers.last().map_or(0.0, |run| run.usage.resident as f64 / 1_024.0);
        outcome.figure("memory of the server (RSS)", memory, "MB");
        outcome.verdict = Some(verdict);
        outcome.end();
        Ok(outcome)
    }

    fn server(&self, tools: &Tools) -> anyhow::Result<(Flooded, Verdict)> {
        let stage = Stage::set(tools, &Plan::room(self.members), PATIENT)?;
        let mut crowd = stage.quick()?;
        let mut floor = stage.floor(&mut crowd);
        let flooded = self.flood(&mut floor, "the server", || stage.usage())?;
        let ledger = floor.ledger;
        drop(crowd);
        Ok((flooded, stage.check(&ledger)?))
    }

    fn bar(&self) -> anyhow::Result<Flooded> {
        let bar = Process::start(&std::env::current_exe()?, ["bar"])?;
        let mut crowd = Crowd::new(Bare, self.members, bar.address(), Clock::start())?;
        crowd.connect_all(0..self.members, |_| ())?;
        let mut floor = Floor::new(&mut crowd, vec![self.members as u32], false);
        self.flood(&mut floor, "the bar", || bar.usage())
    }

    fn flood<D: Dialect>(
        &self,
        floor: &mut Floor<'_, D>,
        what: &str,
        usage: impl Fn() -> anyhow::Result<Usage>,
    ) -> anyhow::Result<Flooded> {
        floor.crowd.relax();
        let senders: Vec<(usize, u32)> = (0..self.senders.min(self.members)).map(|sender| (sender, 0)).collect();
        let used = measured(floor, &self.span, what, usage, |floor, end, progress| {
            floor.flood(&senders, self.window, end, progress)
        })?;
        let per_thousand = |used: &Range<Usage>, delivered: u64| {
            used.end.cpu_since(&used.start) * 1_000.0 / (delivered as f64 / 1_000.0).max(1e-9)
        };
        Ok(Flooded {
            per_second: floor.delivered as f64 / self.span.seconds,
            cpu_per_thousand: per_thousand(&used.server, used.delivered),
            generator: per_thousand(&used.generator, used.delivered),
            usage: used.server.end,
        })
    }
}

fn tell(outcome: &mut Outcome, whose: &str, runs: &[Flooded]) {
    let of = |figure: fn(&Flooded) -> f64| spread(&runs.iter().map(figure).collect::<Vec<_>>());
    let [middle, least, most] = of(|run| run.per_second);
    outcome.figure(format!("deliveries a second {whose}, middle of {}", runs.len()), middle, "/s");
    outcome.figure(format!("deliveries a second {whose}, least"), least, "/s");
    outcome.figure(format!("deliveries a second {whose}, most"), most, "/s");
    outcome.figure(format!("CPU {whose} per 1,000 deliveries"), of(|run| run.cpu_per_thousand)[0], "ms");
    outcome.figure(format!("CPU of the generator, beside it, per 1,000 ({whose})"), of(|run| run.generator)[0], "ms");
}
