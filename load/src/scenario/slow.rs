//! People who do not read what they are told, beside others who do: the others do not notice, the server's memory stays
//! bounded, and who reads again comes to know everything.

use super::{EMBEDDED, Span};
use crate::dataset::Plan;
use crate::harness::{Harness, PATIENT, Tools};
use crate::progress::Progress;
use crate::quick::{ClientPool, Myna};
use crate::table::Outcome;
use crate::whole::Tabs;
use anyhow::Context;

/// Consumers that read nothing
#[derive(Debug, Clone, clap::Args)]
pub struct Slow {
    /// Members of the room who read
    #[arg(long, default_value_t = 150)]
    pub readers: usize,
    /// Members who do not
    #[arg(long, default_value_t = 50)]
    pub slow: usize,
    /// Messages a second
    #[arg(long, default_value_t = 100.0)]
    pub rate: f64,
    /// Bytes of each: the system keeps some megabytes for each of them before anybody notices
    #[arg(long, default_value_t = 4_000)]
    pub bytes: usize,
    #[command(flatten)]
    pub span: Span,
}

impl Slow {
    pub fn run(&self, tools: &Tools) -> anyhow::Result<Outcome> {
        let name = format!("{} who read nothing beside {} who do, in one room", self.slow, self.readers);
        let mut outcome = Outcome::new(name, EMBEDDED);
        outcome.setting(format!(
            "{} messages of {} bytes a second; server: {}",
            self.rate,
            self.bytes,
            PATIENT.join(" ")
        ));
        let all = self.readers + self.slow;
        let harness = Harness::set(tools, &Plan::room(all), PATIENT)?;
        let (readers, slow) = (0..self.readers, self.readers..all);
        let myna = Myna::quick(harness.dataset.clone(), harness.address).with_whole(slow.clone());
        let mut pool = ClientPool::new(myna, all, harness.address, harness.clock)?;
        pool.connect_all(readers, |_| ())?;
        let mut load_loop = harness.load_loop(&mut pool).with_audience(vec![self.readers as u32]);
        let mut tabs = Tabs::new(harness.dataset.clone(), slow.clone());
        tabs.connect(load_loop.pool, &mut load_loop.history)?;
        load_loop.tabs = Some(tabs);
        load_loop.text_bytes = self.bytes;
        let readers = self.readers as u64;
        let who = |turn: u64| ((turn * 7 % readers) as usize, 0);
        for (what, paused) in [("all read", false), ("some read nothing", true)] {
            slow.clone().for_each(|person| load_loop.pool.pause_reading(person, paused));
            for lasts in [self.span.warm(), self.span.measured()] {
                let end = load_loop.measure(lasts);
                load_loop.open_loop(self.rate, end, who, Progress::until(what, load_loop.clock(), end))?;
            }
            outcome.times(format!("due to delivered to the readers, {what}"), &load_loop.deliveries);
            outcome.figure(
                format!("memory of the server (RSS), {what}"),
                harness.usage()?.resident as f64 / 1_024.0,
                "MB",
            );
        }
        let before = load_loop.tabs.as_ref().map_or(0, Tabs::opened);
        for person in slow {
            load_loop.listen_again(person)?;
        }
        let mut tabs = load_loop.tabs.take().context("they were there")?;
        tabs.settle(load_loop.pool, &mut load_loop.history)?;
        outcome.figure("slow ones that were closed and came back", (tabs.opened() - before) as f64, "");
        outcome.times("slow ones: attempt to know all that was missed", &tabs.replays);
        let history = load_loop.history;
        drop(pool);
        outcome.verdict = Some(harness.check(&history)?);
        outcome.end();
        Ok(outcome)
    }
}
