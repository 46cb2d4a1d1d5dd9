//! One person says one thing after another: what the server adds to a flush of the disk.

use super::{Beginning, EMBEDDED};
use crate::clock::SECOND;
use crate::dataset::Plan;
use crate::disk::flushes;
use crate::harness::{Harness, PATIENT, Tools};
use crate::load_loop::Mark;
use crate::progress::Progress;
use crate::table::Outcome;
use anyhow::ensure;

/// Flushes of the disk that are timed before and after.
const FLUSHES: usize = 250;

/// One sender, one message at a time
#[derive(Debug, Clone, clap::Args)]
pub struct Lone {
    /// How many messages
    #[arg(long, default_value_t = 1_000)]
    pub messages: usize,
}

impl Lone {
    pub fn run(&self, tools: &Tools) -> anyhow::Result<Outcome> {
        let mut outcome = Outcome::new("one sender, one message at a time", EMBEDDED);
        outcome.setting(format!("server: {}", PATIENT.join(" ")));
        let harness = Harness::set(tools, &Plan::pairs(1), PATIENT)?;
        let mut flushed = flushes(harness.folder(), FLUSHES)?;
        let mut pool = harness.quick()?;
        let mut load_loop = harness.load_loop(&mut pool);
        let progress = Progress::steps("one after another", self.messages as u64);
        let beginning = Beginning::of(&load_loop, || harness.usage())?;
        let mut marks = Vec::new();
        for message in 0..self.messages {
            let number = load_loop.say(0, 0, load_loop.clock().now())?;
            let end = load_loop.clock().now() + 10 * SECOND;
            let (mut acked, mut arrived) = (false, false);
            while !(acked && arrived) {
                ensure!(load_loop.clock().now() < end, "message {number} is not answered or does not arrive");
                load_loop.turn(end, &mut marks)?;
                for mark in marks.drain(..) {
                    match mark {
                        Mark::Acked { number: other, .. } => acked |= other == number,
                        Mark::Arrived { number: other } => arrived |= other == number,
                    }
                }
            }
            progress.at(message as u64);
        }
        let used = beginning.until_now(&load_loop, || harness.usage())?;
        drop(progress);
        flushed.merge(&flushes(harness.folder(), FLUSHES)?);
        outcome.times("flush of 4 KiB (write, fdatasync)", &flushed);
        outcome.times("said to acknowledged", &load_loop.history.answers(0));
        outcome.times("said to delivered to both", &load_loop.last);
        used.tell(&mut outcome, used.sent, "sends");
        let history = load_loop.history;
        drop(pool);
        outcome.verdict = Some(harness.check(&history)?);
        outcome.end();
        Ok(outcome)
    }
}
