//! One person says one thing after another: what the server adds to a flush of the disk.

use super::{Beginning, EMBEDDED};
use crate::clock::SECOND;
use crate::disk::flushes;
use crate::floor::Mark;
use crate::progress::Progress;
use crate::site::Plan;
use crate::stage::{PATIENT, Stage, Tools};
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
        let stage = Stage::set(tools, &Plan::pairs(1), PATIENT)?;
        let mut flushed = flushes(stage.folder(), FLUSHES)?;
        let mut crowd = stage.quick()?;
        let mut floor = stage.floor(&mut crowd);
        let progress = Progress::steps("one after another", self.messages as u64);
        let beginning = Beginning::of(&floor, || stage.usage())?;
        let mut marks = Vec::new();
        for message in 0..self.messages {
            let number = floor.say(0, 0, floor.clock().now())?;
            let end = floor.clock().now() + 10 * SECOND;
            let (mut acked, mut arrived) = (false, false);
            while !(acked && arrived) {
                ensure!(floor.clock().now() < end, "message {number} is not answered or does not arrive");
                floor.turn(end, &mut marks)?;
                for mark in marks.drain(..) {
                    match mark {
                        Mark::Acked { number: other, .. } => acked |= other == number,
                        Mark::Arrived { number: other } => arrived |= other == number,
                    }
                }
            }
            progress.at(message as u64);
        }
        let used = beginning.until_now(&floor, || stage.usage())?;
        drop(progress);
        flushed.merge(&flushes(stage.folder(), FLUSHES)?);
        outcome.times("flush of 4 KiB (write, fdatasync)", &flushed);
        outcome.times("said to acknowledged", &floor.ledger.answers(0));
        outcome.times("said to delivered to both", &floor.last);
        used.tell(&mut outcome, used.sent, "sends");
        let ledger = floor.ledger;
        drop(crowd);
        outcome.verdict = Some(stage.check(&ledger)?);
        outcome.end();
        Ok(outcome)
    }
}
