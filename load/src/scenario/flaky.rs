//! Links that are cut every few seconds: everything comes through all the same, once.

use super::EMBEDDED;
use crate::clock::{Nanos, SECOND};
use crate::dataset::Plan;
use crate::harness::{Harness, Tools};
use crate::history::History;
use crate::progress::Progress;
use crate::quick::{ClientPool, Myna};
use crate::table::Outcome;
use crate::whole::Tabs;
use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// Whole clients over links that are cut every 5 to 15 s
#[derive(Debug, Clone, clap::Args)]
pub struct Flaky {
    /// How many people, in rooms of 10
    #[arg(long, default_value_t = 500)]
    pub people: usize,
    /// Messages a second, all together
    #[arg(long, default_value_t = 50.0)]
    pub rate: f64,
    #[arg(long, default_value_t = 600.0)]
    pub seconds: f64,
    /// The shortest time between two cuts of a link, in seconds; the longest is three times that
    #[arg(long, default_value_t = 5.0)]
    pub cut: f64,
}

/// What happens to a link.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Fault {
    /// It ends with a close frame, as a page that goes to sleep does it.
    Closes,
    /// It ends without a word.
    Ends,
    /// Nothing comes through any more, and nobody notices yet.
    Breaks,
    /// It is noticed that nothing comes through.
    Noticed,
    /// The device has a network again.
    Returns,
}

impl Flaky {
    pub fn run(&self, tools: &Tools) -> anyhow::Result<Outcome> {
        let rooms = self.people.div_ceil(10);
        let name =
            format!("{} whole clients over links that are cut every {} to {} s", rooms * 10, self.cut, self.cut * 3.0);
        let mut outcome = Outcome::new(name, EMBEDDED);
        outcome.setting(format!(
            "{} messages a second for {} s; rooms of 10; default limits; a third of the cuts with a close frame, a third \
             without, a third dead for up to 2 s before; after half of them the device says within 3 s that it is online",
            self.rate, self.seconds
        ));
        let harness = Harness::set(tools, &Plan::rooms(rooms, 10), &[])?;
        let people = harness.dataset.people.len();
        let myna = Myna::quick(harness.dataset.clone(), harness.address).with_whole(0..people);
        let mut pool = ClientPool::new(myna, people, harness.address, harness.clock)?;
        let (mut tabs, mut history) = (Tabs::new(harness.dataset.clone(), 0..people), History::new(people));
        tabs.connect(&mut pool, &mut history)?;
        let start = harness.clock.now();
        let end = start + (self.seconds * SECOND as f64) as Nanos;
        let mut faults: BinaryHeap<Reverse<(Nanos, usize, Fault)>> = BinaryHeap::new();
        for person in 0..people {
            faults.push(Reverse((start + self.next(), person, fault())));
        }
        let due = |said: u64| start + (said as f64 * SECOND as f64 / self.rate) as Nanos;
        let (mut said, mut cuts) = (0, 0_u64);
        let mut progress = Progress::until("links are cut", harness.clock, end);
        let before = harness.usage()?;
        while harness.clock.now() < end {
            let now = harness.clock.now();
            while due(said) <= now {
                let person = (said * 7 % people as u64) as usize;
                tabs.say(&mut pool, &mut history, person, person as u32 / 10, due(said))?;
                said += 1;
            }
            while let Some(Reverse((_, person, fault))) = faults.peek().copied().filter(|Reverse((at, ..))| *at <= now)
            {
                faults.pop();
                if let Some((after, next)) = self.happens(fault, person, &mut pool, &mut tabs, &mut cuts)? {
                    faults.push(Reverse((now + after, person, next)));
                }
                if matches!(fault, Fault::Closes | Fault::Ends | Fault::Noticed) {
                    faults.push(Reverse((now + self.next(), person, self::fault())));
                }
            }
            let next = faults.peek().map_or(end, |Reverse((at, ..))| *at);
            tabs.turn(&mut pool, &mut history, due(said).min(next).min(end))?;
            progress(now);
        }
        drop(progress);
        let after = harness.usage()?;
        // The trouble is over: whose link is dead notices, and who waits (after many cuts in a row up to half a minute, a
        // dead link up to 45 s) is told that there is a network.
        for Reverse((_, person, _)) in faults.into_iter().filter(|Reverse((.., fault))| *fault == Fault::Noticed) {
            tabs.cut(&mut pool, person, None)?;
        }
        for person in 0..people {
            tabs.online(&mut pool, person)?;
        }
        tabs.settle(&mut pool, &mut history)?;
        outcome.times("attempt to know all that was missed", &tabs.replays);
        outcome.times("cut to live again", &tabs.absences);
        outcome.times("due to shown, with the time away", &tabs.deliveries);
        outcome.figure("cuts", cuts as f64, "");
        outcome.figure("messages", history.sent.len() as f64, "");
        outcome.used(&before, &after, cuts, "cuts");
        drop(pool);
        outcome.verdict = Some(harness.check(&history)?);
        outcome.end();
        Ok(outcome)
    }

    /// How long a link lasts.
    fn next(&self) -> Nanos {
        ((self.cut + fastrand::f64() * 2.0 * self.cut) * SECOND as f64) as Nanos
    }

    /// Lets it happen; what follows from it, and after how long.
    fn happens(
        &self,
        fault: Fault,
        person: usize,
        pool: &mut ClientPool<Myna>,
        tabs: &mut Tabs,
        cuts: &mut u64,
    ) -> anyhow::Result<Option<(Nanos, Fault)>> {
        match fault {
            Fault::Breaks => {
                pool.break_link(person);
                return Ok(Some((fastrand::u64(..2 * SECOND), Fault::Noticed)));
            }
            Fault::Returns => {
                tabs.online(pool, person)?;
                return Ok(None);
            }
            Fault::Closes => tabs.cut(pool, person, Some(1_000))?,
            Fault::Ends | Fault::Noticed => tabs.cut(pool, person, None)?,
        }
        *cuts += 1;
        Ok(fastrand::bool().then(|| (fastrand::u64(..3 * SECOND), Fault::Returns)))
    }
}

/// One of the ways in which a link ends.
fn fault() -> Fault {
    match fastrand::u8(..3) {
        0 => Fault::Closes,
        1 => Fault::Ends,
        _ => Fault::Breaks,
    }
}
