//! The embedded store and MongoDB side by side, and two nodes on the latter: what a message takes from its sender to its
//! readers, and how many are sent in a second.

use super::{EMBEDDED, Span, measured};
use crate::clock::SECOND;
use crate::dataset::{Dataset, Plan};
use crate::harness::{Harness, PATIENT, Tools};
use crate::latency::Latency;
use crate::load_loop::LoadLoop;
use crate::process::Usage;
use crate::quick::Myna;
use crate::table::{Durability, Outcome};
use anyhow::Context;
use myna_mongo_server::{MongoServer, Options, Program, fresh_database_name};
use std::io::Write;

/// Messages a second, where each is alone.
const LONE: f64 = 50.0;
/// One who speaks, with one reader on the same node and one on the other.
const SPEAKER: usize = 0;
const HERE: usize = 2;
const THERE: usize = 1;

/// The embedded store, and one and two nodes on MongoDB
#[derive(Debug, Clone, clap::Args)]
pub struct Nodes {
    /// How many people send as much as goes through
    #[arg(long, default_value_t = 8)]
    pub senders: usize,
    /// Messages that each of them may have unanswered
    #[arg(long, default_value_t = 32)]
    pub window: usize,
    #[command(flatten)]
    pub span: Span,
}

/// Where messages are kept.
enum Kind<'a> {
    Embedded,
    Mongo(&'a MongoServer),
}

impl Kind<'_> {
    fn name(&self) -> &str {
        match self {
            Self::Embedded => "embedded SQLite",
            Self::Mongo(server) => server.name(),
        }
    }

    /// What an acknowledged message has outlived: with MongoDB the flush of a majority, of which there is one here.
    fn durability(&self) -> Durability {
        match self {
            Self::Embedded => EMBEDDED,
            Self::Mongo(_) => Durability::D2,
        }
    }

    /// So many nodes on a new store.
    fn nodes<'t>(&self, tools: &'t Tools, plan: &Plan, nodes: usize) -> anyhow::Result<Vec<Harness<'t>>> {
        let Self::Mongo(server) = self else { return Ok(vec![Harness::set(tools, plan, PATIENT)?]) };
        let (dataset, url) = (Dataset::new(plan, fastrand::u64(..)), server.uri(&fresh_database_name()));
        tools.runtime.block_on(dataset.fill(&url, |_| ()))?;
        (0..nodes).map(|_| Harness::over(tools, dataset.clone(), url.clone(), None, PATIENT)).collect()
    }

    /// A run on so many nodes, whose people do this.
    fn run(
        &self,
        tools: &Tools,
        what: &str,
        plan: &Plan,
        nodes: usize,
        talk: impl FnOnce(&mut LoadLoop<'_, Myna>, &[Harness<'_>], &mut Outcome) -> anyhow::Result<()>,
    ) -> anyhow::Result<Outcome> {
        let on = if nodes == 1 { "one node".to_owned() } else { format!("{nodes} nodes") };
        let mut outcome = Outcome::new(format!("{}, {on}: {what}", self.name()), self.durability());
        outcome.setting(format!("each node: {}", PATIENT.join(" ")));
        let mut harnesses = self.nodes(tools, plan, nodes)?;
        let mut pool = harnesses[0].quick_on(harnesses.iter().map(|harness| harness.address).collect())?;
        let mut load_loop = harnesses[0].load_loop(&mut pool);
        talk(&mut load_loop, &harnesses, &mut outcome)?;
        let history = load_loop.history;
        drop(pool);
        let first = harnesses.remove(0);
        harnesses.iter_mut().try_for_each(Harness::stop)?;
        outcome.verdict = Some(first.check(&history)?);
        outcome.end();
        let _ = writeln!(std::io::stdout(), "{outcome}");
        Ok(outcome)
    }
}

impl Nodes {
    /// All of it, printed as it ends. Without a MongoDB server, its part is left out, and that is said.
    pub fn run(&self, tools: &Tools) -> anyhow::Result<Vec<Outcome>> {
        let mut outcomes = vec![self.lone(tools, &Kind::Embedded, 1)?];
        outcomes.push(self.saturated(tools, &Kind::Embedded, 1, false)?);
        let Some(program) = Program::find()? else {
            let _ = writeln!(std::io::stdout(), "MongoDB: SKIPPED: there is no server on this machine, nor a stand-in");
            return Ok(outcomes);
        };
        let server = tools.runtime.block_on(MongoServer::start(&program, &Options::default()));
        let mongo = Kind::Mongo(&server.context("MongoDB does not start")?);
        outcomes.push(self.lone(tools, &mongo, 2)?);
        for (nodes, together) in [(1, false), (2, false), (2, true)] {
            outcomes.push(self.saturated(tools, &mongo, nodes, together)?);
        }
        Ok(outcomes)
    }

    /// One message after another, each alone.
    fn lone(&self, tools: &Tools, kind: &Kind<'_>, nodes: usize) -> anyhow::Result<Outcome> {
        let what = format!("{LONE} messages a second, each alone");
        kind.run(tools, &what, &Plan::rooms(1, 3), nodes, |load_loop, _, outcome| {
            load_loop.to = [HERE, THERE].map(|person| (person, Latency::default())).into();
            for lasts in [SECOND, self.span.measured()] {
                let end = load_loop.measure(lasts);
                load_loop.open_loop(LONE, end, |_| (SPEAKER, 0), |_| ())?;
            }
            outcome.times("due to acknowledged", &load_loop.history.answers(load_loop.measured.start));
            outcome.times("due to a reader on the same node", &load_loop.to[&HERE]);
            if nodes > 1 {
                outcome.times("due to a reader on the other node", &load_loop.to[&THERE]);
            }
            Ok(())
        })
    }

    /// As much as goes through: by each in a conversation of their own, or by all in one.
    fn saturated(&self, tools: &Tools, kind: &Kind<'_>, nodes: usize, together: bool) -> anyhow::Result<Outcome> {
        let Self { senders, window, .. } = *self;
        let plan = if together { Plan::room(senders) } else { Plan::notes(senders) };
        let whose = if together { "in one conversation" } else { "each in their own" };
        let what = format!("{senders} with {window} unanswered each, {whose}");
        kind.run(tools, &what, &plan, nodes, |load_loop, harnesses, outcome| {
            load_loop.pool.relax();
            let who = |sender| (sender, if together { 0 } else { sender as u32 });
            let all: Vec<(usize, u32)> = (0..senders).map(who).collect();
            let usage = || harnesses.iter().try_fold(Usage::default(), |sum, harness| Ok(sum + harness.usage()?));
            let used = measured(load_loop, &self.span, "all talk", usage, |load_loop, end, progress| {
                load_loop.saturate(&all, window, end, progress)
            })?;
            outcome.times("said to acknowledged", &load_loop.history.answers(load_loop.measured.start));
            outcome.figure("sends a second", load_loop.acked as f64 / self.span.seconds, "/s");
            used.tell(outcome, used.sent, "sends");
            Ok(())
        })
    }
}
