//! The server goes and comes back, and everybody with it: how soon all are there again, and that nothing is lost.

use super::EMBEDDED;
use crate::clock::{Nanos, SECOND};
use crate::dataset::Plan;
use crate::harness::{Harness, Tools};
use crate::progress::Progress;
use crate::table::Outcome;
use crate::talking::Talking;
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

impl Restart {
    pub fn run(&self, tools: &Tools) -> anyhow::Result<Outcome> {
        let rooms = self.people.div_ceil(10);
        let mut outcome = Outcome::new(format!("the server of {} whole clients is restarted", rooms * 10), EMBEDDED);
        outcome.setting(format!("{} messages a second all the time; rooms of 10; default limits", self.rate));
        let mut harness = Harness::set(tools, &Plan::rooms(rooms, 10), &[])?;
        let mut talking = Talking::begin(&harness.dataset, harness.clock, harness.address, self.rate)?;
        self.ends(&mut harness, &mut talking, &mut outcome, false)?;
        self.ends(&mut harness, &mut talking, &mut outcome, true)?;
        talking.settle()?;
        outcome.times("attempt to know all that was missed", &talking.tabs.replays);
        outcome.times("due to shown, with the time away", &talking.tabs.deliveries);
        let usage = harness.usage()?;
        outcome.figure("memory of the server (RSS)", usage.resident as f64 / 1_024.0, "MB");
        outcome.verdict = Some(harness.check(&talking.hang_up())?);
        outcome.end();
        Ok(outcome)
    }

    /// The server ends, told or killed, and starts again at once.
    fn ends(
        &self,
        harness: &mut Harness<'_>,
        talking: &mut Talking,
        outcome: &mut Outcome,
        killed: bool,
    ) -> anyhow::Result<()> {
        talking.last(self.before)?;
        let how = if killed { "killed" } else { "told to stop" };
        let progress = Progress::steps(how, self.people as u64);
        let gone = talking.now();
        if killed {
            harness.kill();
        } else {
            // It says goodbye to everybody, who have to be there to hear it.
            let stopping = harness.stopping();
            while !stopping.is_finished() {
                talking.turn(Nanos::MAX)?;
            }
            stopping.join().map_err(|_| anyhow::anyhow!("stopping has panicked"))??;
        }
        let ended = talking.now();
        harness.start()?;
        let started = talking.now();
        // Who has not noticed yet still looks connected: only who connects to the new server counts.
        let opened = talking.tabs.opened();
        let all = talking.pool.people();
        let mut most = None;
        while talking.tabs.live() < all || talking.tabs.opened() < opened + all as u64 {
            talking.turn(Nanos::MAX)?;
            let now = talking.now();
            let back = talking.tabs.live();
            progress.at(back as u64);
            if back * 100 >= all * 95 && talking.tabs.opened() * 100 >= opened * 100 + all as u64 * 95 {
                most.get_or_insert(now);
            }
            ensure!(now < started + PATIENCE, "{back} of {all} are back after a long while");
        }
        let seconds = |from: Nanos, to: Nanos| to.saturating_sub(from) as f64 / SECOND as f64;
        let now = talking.now();
        outcome.figure(format!("{how}: until it had ended"), seconds(gone, ended), "s");
        outcome.figure(format!("{how}: until it served again"), seconds(gone, started), "s");
        outcome.figure(format!("{how}: until 95 % were back"), seconds(gone, most.unwrap_or(now)), "s");
        outcome.figure(format!("{how}: until all were back"), seconds(gone, now), "s");
        outcome.figure(format!("{how}: from serving again until all were back"), seconds(started, now), "s");
        Ok(())
    }
}
