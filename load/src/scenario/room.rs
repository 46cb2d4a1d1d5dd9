//! One large room: how soon the last member has a message, and how many deliveries a second are possible, next to what a
//! bare broadcaster can do at most.

use super::{EMBEDDED, Span, spread, tell_use, used};
use crate::bar::BAR;
use crate::checker::Verdict;
use crate::clock::Clock;
use crate::floor::Floor;
use crate::process::{Process, Usage, usage};
use crate::progress::Progress;
use crate::quick::{Bare, Crowd, Dialect};
use crate::site::Plan;
use crate::stage::{PATIENT, Stage, Tools};
use crate::table::Outcome;

/// Those who speak where as much is said as goes through.
const SENDERS: usize = 8;

/// One room with everybody in it
#[derive(Debug, Clone, clap::Args)]
pub struct Room {
    /// How many are in it
    #[arg(long, default_value_t = 1_000)]
    pub members: usize,
    /// Messages a second; without it as many as go through
    #[arg(long)]
    pub rate: Option<f64>,
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
        let (mut before, mut all) = (used(&stage)?, 0);
        for (what, lasts) in [("warming up", self.span.warm()), ("somebody talks", self.span.measured())] {
            let end = floor.measure(lasts);
            (before, all) = (used(&stage)?, floor.all_delivered);
            let progress = Progress::until(what, floor.clock(), end);
            // Everybody says something now and then; 7 apart, so that neighbours do not follow each other.
            floor.open_loop(rate, end, |turn| ((turn * 7 % members) as usize, 0), progress)?;
        }
        let after = used(&stage)?;
        outcome.times("due to acknowledged", &floor.ledger.answers(floor.measured.start));
        outcome.times("due to delivered", &floor.deliveries);
        outcome.times("due to the last member", &floor.last);
        tell_use(&mut outcome, &before, &after, floor.all_delivered - all, "deliveries");
        let ledger = floor.ledger;
        drop(crowd);
        outcome.verdict = Some(stage.check(&ledger)?);
        outcome.end();
        Ok(outcome)
    }

    /// As many messages as go through; bar, server, bar, server, bar.
    fn flooded(&self, tools: &Tools) -> anyhow::Result<Outcome> {
        let name = format!("one room of {}, saturated, {} on their way to the last", self.members, self.window);
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
        usage_of: impl Fn() -> anyhow::Result<Usage>,
    ) -> anyhow::Result<Flooded> {
        floor.crowd.relax();
        let senders: Vec<(usize, u32)> = (0..SENDERS.min(self.members)).map(|sender| (sender, 0)).collect();
        let (mut before, mut own, mut all) = (usage_of()?, usage(std::process::id())?, 0);
        for lasts in [self.span.warm(), self.span.measured()] {
            let end = floor.measure(lasts);
            (before, own, all) = (usage_of()?, usage(std::process::id())?, floor.all_delivered);
            let progress = Progress::until(what, floor.clock(), end);
            floor.flood(&senders, self.window, end, progress)?;
        }
        let (after, now) = (usage_of()?, usage(std::process::id())?);
        let thousands = (floor.all_delivered - all) as f64 / 1_000.0;
        Ok(Flooded {
            per_second: floor.delivered as f64 / self.span.seconds,
            cpu_per_thousand: after.cpu_since(&before) * 1_000.0 / thousands.max(1e-9),
            generator: now.cpu_since(&own) * 1_000.0 / thousands.max(1e-9),
            usage: after,
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
