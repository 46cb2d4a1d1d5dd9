//! People who do not read what they are told, beside others who do: the others do not notice, the server's memory stays
//! bounded, and who reads again comes to know everything.

use super::{EMBEDDED, Span};
use crate::progress::Progress;
use crate::quick::{Crowd, Myna};
use crate::site::Plan;
use crate::stage::{PATIENT, Stage, Tools};
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
        let stage = Stage::set(tools, &Plan::room(all), PATIENT)?;
        let (readers, slow) = (0..self.readers, self.readers..all);
        let myna = Myna::quick(stage.site.clone(), stage.address).with_whole(slow.clone());
        let mut crowd = Crowd::new(myna, all, stage.address, stage.clock)?;
        crowd.connect_all(readers, |_| ())?;
        let mut floor = stage.floor(&mut crowd).with_audience(vec![self.readers as u32]);
        let mut tabs = Tabs::new(stage.site.clone(), slow.clone());
        tabs.connect(floor.crowd, &mut floor.ledger)?;
        floor.tabs = Some(tabs);
        floor.text_bytes = self.bytes;
        let readers = self.readers as u64;
        let who = |turn: u64| ((turn * 7 % readers) as usize, 0);
        for (what, is_deaf) in [("all read", false), ("some read nothing", true)] {
            slow.clone().for_each(|person| floor.crowd.deafen(person, is_deaf));
            for lasts in [self.span.warm(), self.span.measured()] {
                let end = floor.measure(lasts);
                floor.open_loop(self.rate, end, who, Progress::until(what, floor.clock(), end))?;
            }
            outcome.times(format!("due to delivered to the readers, {what}"), &floor.deliveries);
            outcome.figure(
                format!("memory of the server (RSS), {what}"),
                stage.usage()?.resident as f64 / 1_024.0,
                "MB",
            );
        }
        let before = floor.tabs.as_ref().map_or(0, Tabs::opened);
        for person in slow {
            floor.listen_again(person)?;
        }
        let mut tabs = floor.tabs.take().context("they were there")?;
        tabs.settle(floor.crowd, &mut floor.ledger)?;
        outcome.figure("slow ones that were closed and came back", (tabs.opened() - before) as f64, "");
        outcome.times("slow ones: attempt to know all that was missed", &tabs.replays);
        let ledger = floor.ledger;
        drop(crowd);
        outcome.verdict = Some(stage.check(&ledger)?);
        outcome.end();
        Ok(outcome)
    }
}
