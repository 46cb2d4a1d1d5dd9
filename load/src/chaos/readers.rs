//! Some read nothing.

use super::fault_harness::FaultHarness;
use super::row::Row;
use crate::scenario::Span;
use crate::scenario::slow::Slow;
use anyhow::{Context, ensure};

/// How many.
const SLOW: usize = 50;
/// Bytes of each message: the system keeps some megabytes for each of them before anybody notices.
const BYTES: usize = 5_000;
/// Those who read.
const READERS: usize = 10;
/// What others may notice of them: what they wait, as a share of what they wait when all read.
const NOTICED: f64 = 1.5;
/// Less than this is noise beside a flush, in milliseconds.
const NOISE: f64 = 25.0;

pub(super) fn fifty_read_nothing(faults: &FaultHarness<'_>, row: &mut Row) -> anyhow::Result<()> {
    let load = faults.load;
    let span = Span { warm: 1.0, seconds: 8.0 * load.seconds };
    let slow = Slow { readers: READERS, slow: SLOW, rate: load.rate / 2.0, bytes: BYTES, span };
    let outcome = slow.run(faults.tools)?;
    let [all, some] = ["all read", "some read nothing"]
        .map(|when| outcome.summary(&format!("due to delivered to the readers, {when}")).map(|times| times.p99));
    let (all, some) = all.zip(some).context("the readers were told something")?;
    row.most("the others' p99 while all read", all, "ms");
    row.most("the others' p99 while some read nothing", some, "ms");
    let back = outcome.value("slow ones that were closed and came back").unwrap_or(0.0);
    row.count("slow ones that were closed and came back", back as u64);
    row.judged(outcome.verdict.context("the checker has looked")?);
    ensure!(back > 0.0, "nobody was so slow that the server has closed a connection");
    ensure!(some < all * NOTICED + NOISE, "the others notice: p99 {some:.1} ms rather than {all:.1} ms");
    Ok(())
}
