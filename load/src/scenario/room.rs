//! One large room: how soon the last member has a message, and how many deliveries a second are possible, next to what a
//! bare broadcaster can do at most.

use super::{EMBEDDED, Span, measured, spread};
use crate::baseline::BASELINE;
use crate::checker::Verdict;
use crate::clock::Clock;
use crate::dataset::Plan;
use crate::harness::{Harness, PATIENT, Tools};
use crate::load_loop::LoadLoop;
use crate::process::{Process, Usage};
use crate::quick::{Bare, ClientPool, ProtocolAdapter};
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
    /// Runs of the server, each between two of the baseline, where as many as go through are sent; with 0 there is no baseline
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
        let harness = Harness::set(tools, &Plan::room(self.members), PATIENT)?;
        let mut pool = harness.quick()?;
        let mut load_loop = harness.load_loop(&mut pool);
        let members = self.members as u64;
        if rate > 500.0 {
            load_loop.pool.relax();
        }
        // Everybody says something now and then; 7 apart, so that presence_notifier do not follow each other.
        let who = |turn: u64| ((turn * 7 % members) as usize, 0);
        let used = measured(
            &mut load_loop,
            &self.span,
            "somebody talks",
            || harness.usage(),
            |load_loop, end, progress| load_loop.open_loop(rate, end, who, progress),
        )?;
        outcome.times("due to acknowledged", &load_loop.history.answers(load_loop.measured.start));
        outcome.times("due to delivered", &load_loop.deliveries);
        outcome.times("due to the last member", &load_loop.last);
        used.tell(&mut outcome, used.delivered, "deliveries");
        let history = load_loop.history;
        drop(pool);
        outcome.verdict = Some(harness.check(&history)?);
        outcome.end();
        Ok(outcome)
    }

    /// As many messages as go through; baseline, server, baseline, server, baseline.
    fn flooded(&self, tools: &Tools) -> anyhow::Result<Outcome> {
        let Self { members, senders, window, .. } = self;
        let name = format!("one room of {members}, saturated by {senders}, {window} on their way to the last");
        let mut outcome = Outcome::new(name, EMBEDDED);
        outcome.setting(format!("server: {}", PATIENT.join(" ")));
        outcome.setting(format!(
            "baseline: {BASELINE}; baseline and server in turn, {} runs of the server",
            self.rounds.max(1)
        ));
        let (mut baselines, mut servers, mut verdict) = (Vec::new(), Vec::new(), Verdict::default());
        for _ in 0..self.rounds.max(1) {
            if self.rounds > 0 {
                baselines.push(self.baseline()?);
            }
            let (flooded, found) = self.server(tools)?;
            servers.push(flooded);
            verdict.merge(found);
        }
        if self.rounds > 0 {
            baselines.push(self.baseline()?);
        }
        tell(&mut outcome, "of the server", &servers);
        if !baselines.is_empty() {
            tell(&mut outcome, "of the baseline", &baselines);
            let middle = |runs: &[Flooded]| spread(&runs.iter().map(|run| run.per_second).collect::<Vec<_>>())[0];
            outcome.figure("share of the baseline", middle(&servers) / middle(&baselines) * 100.0, "%");
        }
        let memory = servers.last().map_or(0.0, |run| run.usage.resident as f64 / 1_024.0);
        outcome.figure("memory of the server (RSS)", memory, "MB");
        outcome.verdict = Some(verdict);
        outcome.end();
        Ok(outcome)
    }

    fn server(&self, tools: &Tools) -> anyhow::Result<(Flooded, Verdict)> {
        let harness = Harness::set(tools, &Plan::room(self.members), PATIENT)?;
        let mut pool = harness.quick()?;
        let mut load_loop = harness.load_loop(&mut pool);
        let flooded = self.flood(&mut load_loop, "the server", || harness.usage())?;
        let history = load_loop.history;
        drop(pool);
        Ok((flooded, harness.check(&history)?))
    }

    fn baseline(&self) -> anyhow::Result<Flooded> {
        let baseline = Process::start(&std::env::current_exe()?, ["baseline"])?;
        let mut pool = ClientPool::new(Bare, self.members, baseline.address(), Clock::start())?;
        pool.connect_all(0..self.members, |_| ())?;
        let mut load_loop = LoadLoop::new(&mut pool, vec![self.members as u32], false);
        self.flood(&mut load_loop, "the baseline", || baseline.usage())
    }

    fn flood<D: ProtocolAdapter>(
        &self,
        load_loop: &mut LoadLoop<'_, D>,
        what: &str,
        usage: impl Fn() -> anyhow::Result<Usage>,
    ) -> anyhow::Result<Flooded> {
        load_loop.pool.relax();
        let senders: Vec<(usize, u32)> = (0..self.senders.min(self.members)).map(|sender| (sender, 0)).collect();
        let used = measured(load_loop, &self.span, what, usage, |load_loop, end, progress| {
            load_loop.flood(&senders, self.window, end, progress)
        })?;
        let per_thousand = |used: &Range<Usage>, delivered: u64| {
            used.end.cpu_since(&used.start) * 1_000.0 / (delivered as f64 / 1_000.0).max(1e-9)
        };
        Ok(Flooded {
            per_second: load_loop.delivered as f64 / self.span.seconds,
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
