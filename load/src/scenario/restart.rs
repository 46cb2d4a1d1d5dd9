//! The server goes and comes back, and everybody with it: how soon all are there again, and that nothing is lost.

use super::EMBEDDED;
use crate::clock::{Clock, Nanos, SECOND};
use crate::journal::Ledger;
use crate::progress::Progress;
use crate::quick::{Crowd, Myna};
use crate::site::Plan;
use crate::stage::{Stage, Tools};
use crate::table::Outcome;
use crate::whole::Tabs;
use anyhow::ensure;

/// How long everybody may take to come back.
const PATIENCE: Nanos = 120 * SECOND;

/// Whole clients whose server is restarted
#[derive(Debug, Clone, clap::Args)]
pub struct Restart {
    /// How many people, in rooms of 10
    #[arg(long, default_value_t = 5_000)]
    pub people: usize,
    /// Messages a second, all together, all the time
    #[arg(long, default_value_t = 50.0)]
    pub rate: f64,
    /// Seconds before each end
    #[arg(long, default_value_t = 5.0)]
    pub before: f64,
}

/// People who talk by a schedule while things happen.
struct Talking<'a> {
    crowd: &'a mut Crowd<Myna>,
    tabs: &'a mut Tabs,
    ledger: &'a mut Ledger,
    start: Nanos,
    rate: f64,
    said: u64,
}

impl Talking<'_> {
    fn clock(&self) -> Clock {
        self.crowd.clock()
    }

    /// Says what is due, and lets the clients do what follows until the next word is due or something happens.
    fn turn(&mut self) -> anyhow::Result<()> {
        let due = |said: u64| self.start + (said as f64 * SECOND as f64 / self.rate) as Nanos;
        let people = self.crowd.people() as u64;
        let (mut said, now) = (self.said, self.crowd.clock().now());
        while due(said) <= now {
            let person = (said * 7 % people) as usize;
            self.tabs.say(self.crowd, self.ledger, person, person as u32 / 10, due(said))?;
            said += 1;
        }
        let next = due(said);
        self.said = said;
        self.tabs.turn(self.crowd, self.ledger, next)
    }
}

impl Restart {
    pub fn run(&self, tools: &Tools) -> anyhow::Result<Outcome> {
        let rooms = self.people.div_ceil(10);
        let mut outcome = Outcome::new(format!("the server of {} whole clients is restarted", rooms * 10), EMBEDDED);
        outcome.setting(format!("{} messages a second all the time; rooms of 10; default limits", self.rate));
        let mut stage = Stage::set(tools, &Plan::rooms(rooms, 10), &[])?;
        let people = stage.site.people.len();
        let myna = Myna::quick(stage.site.clone(), stage.address).with_whole(0..people);
        let mut crowd = Crowd::new(myna, people, stage.address, stage.clock)?;
        let (mut tabs, mut ledger) = (Tabs::new(stage.site.clone(), 0..people), Ledger::new(people));
        tabs.connect(&mut crowd, &mut ledger)?;
        let start = stage.clock.now();
        let mut talking =
            Talking { crowd: &mut crowd, tabs: &mut tabs, ledger: &mut ledger, start, rate: self.rate, said: 0 };
        self.ends(&mut stage, &mut talking, &mut outcome, false)?;
        self.ends(&mut stage, &mut talking, &mut outcome, true)?;
        tabs.settle(&mut crowd, &mut ledger)?;
        outcome.times("attempt to know all that was missed", &tabs.replays);
        outcome.times("due to shown, with the time away", &tabs.deliveries);
        let usage = stage.usage()?;
        outcome.figure("memory of the server (RSS)", usage.resident as f64 / 1_024.0, "MB");
        drop(crowd);
        outcome.verdict = Some(stage.check(&ledger)?);
        outcome.end();
        Ok(outcome)
    }

    /// The server ends, told or killed, and starts again at once.
    fn ends(
        &self,
        stage: &mut Stage<'_>,
        talking: &mut Talking<'_>,
        outcome: &mut Outcome,
        killed: bool,
    ) -> anyhow::Result<()> {
        let until = talking.clock().now() + (self.before * SECOND as f64) as Nanos;
        while talking.clock().now() < until {
            talking.turn()?;
        }
        let how = if killed { "killed" } else { "told to stop" };
        let progress = Progress::steps(how, self.people as u64);
        let gone = talking.clock().now();
        if killed {
            stage.kill();
        } else {
            // It says goodbye to everybody, who have to be there to hear it.
            let stopping = stage.stopping();
            while !stopping.is_finished() {
                talking.turn()?;
            }
            stopping.join().map_err(|_| anyhow::anyhow!("stopping has panicked"))??;
        }
        let ended = talking.clock().now();
        stage.start()?;
        let started = talking.clock().now();
        // Who has not noticed yet still looks connected: only who connects to the new server counts.
        let opened = talking.tabs.opened();
        let all = talking.crowd.people();
        let mut most = None;
        while talking.tabs.live() < all || talking.tabs.opened() < opened + all as u64 {
            talking.turn()?;
            let now = talking.clock().now();
            let back = talking.tabs.live();
            progress.at(back as u64);
            if back * 100 >= all * 95 && talking.tabs.opened() * 100 >= opened * 100 + all as u64 * 95 {
                most.get_or_insert(now);
            }
            ensure!(now < started + PATIENCE, "{back} of {all} are back after a long while");
        }
        let seconds = |from: Nanos, to: Nanos| to.saturating_sub(from) as f64 / SECOND as f64;
        let now = talking.clock().now();
        outcome.figure(format!("{how}: until it had ended"), seconds(gone, ended), "s");
        outcome.figure(format!("{how}: until it served again"), seconds(gone, started), "s");
        outcome.figure(format!("{how}: until 95 % were back"), seconds(gone, most.unwrap_or(now)), "s");
        outcome.figure(format!("{how}: until all were back"), seconds(gone, now), "s");
        outcome.figure(format!("{how}: from serving again until all were back"), seconds(started, now), "s");
        Ok(())
    }
}
