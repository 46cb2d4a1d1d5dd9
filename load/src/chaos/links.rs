//! What networks do to links.

use super::fault_harness::FaultHarness;
use super::row::Row;
use crate::proxy::{LinkConditions, Proxy};
use crate::scenario::flaky::Flaky;
use anyhow::{Context, ensure};
use std::time::Duration;

/// Links end every now and then, in the ways in which links end.
pub(super) fn cuts(faults: &FaultHarness<'_>, row: &mut Row) -> anyhow::Result<()> {
    let load = faults.load;
    let flaky = Flaky { people: load.people, rate: load.rate, seconds: 2.0 * load.seconds, cut: 0.5 };
    let outcome = flaky.run(faults.tools)?;
    row.count("cuts", outcome.value("cuts").unwrap_or(0.0) as u64);
    let back = outcome.summary("cut to live again").context("links were cut")?;
    row.most("cut to live again, 99 % of them", back.p99 / 1_000.0, "s");
    row.judged(outcome.verdict.context("the checker has looked")?);
    Ok(())
}

/// Sets link conditions for `seconds`, then none. At least one message has to take `least` seconds because of them.
fn under_conditions(
    faults: &FaultHarness<'_>,
    row: &mut Row,
    conditions: LinkConditions,
    seconds: f64,
    least: f64,
) -> anyhow::Result<()> {
    let mut play = faults.play_by_proxy()?;
    play.calm()?;
    let proxy = play.proxy.as_ref().context("it is there")?;
    proxy.set_conditions(conditions);
    play.talking.last(seconds)?;
    proxy.set_conditions(LinkConditions::default());
    play.recover(row)?;
    let deliveries = &play.talking.tabs.deliveries;
    row.most("due to shown, 99 % of them", deliveries.at(0.99) / 1_000.0, "s");
    let most = deliveries.max() / 1_000.0;
    ensure!(most >= least, "the link conditions had no effect: all messages were shown within {most:.2} s");
    play.end(row)
}

/// Nothing passes, up, down, or either way.
pub(super) fn half_open(faults: &FaultHarness<'_>, row: &mut Row) -> anyhow::Result<()> {
    let way = fastrand::u8(..3);
    let held = LinkConditions { holds_up: way != 1, holds_down: way != 0, ..LinkConditions::default() };
    let seconds = faults.load.half_open;
    under_conditions(faults, row, held, seconds, seconds * 0.9)
}

/// Each byte travels alone: a tenth of the talk is as many segments as a machine can do.
pub(super) fn slices(faults: &FaultHarness<'_>, row: &mut Row) -> anyhow::Result<()> {
    let mut load = faults.load;
    load.rate /= 10.0;
    let faults = FaultHarness { load, ..*faults };
    under_conditions(&faults, row, LinkConditions { sliced: true, ..LinkConditions::default() }, load.seconds, 0.0)
}

pub(super) fn latency(faults: &FaultHarness<'_>, row: &mut Row) -> anyhow::Result<()> {
    let half = Duration::from_millis(500);
    under_conditions(
        faults,
        row,
        LinkConditions { delay: half, jitter: half, ..LinkConditions::default() },
        faults.load.seconds,
        1.0,
    )
}

/// Who is cut off after a commit says it again, and the store answers with its first answer.
pub(super) fn lost_acks(faults: &FaultHarness<'_>, row: &mut Row) -> anyhow::Result<()> {
    let mut play = faults.play_by_proxy()?;
    play.calm()?;
    let proxy = play.proxy.as_ref().context("it is there")?;
    proxy.set_conditions(LinkConditions { loses_acks: 0.5, ..LinkConditions::default() });
    let end = play.talking.now() + crate::clock::nanos(Duration::from_secs_f64(2.0 * faults.load.seconds));
    while play.talking.now() < end {
        play.talking.last(0.2)?;
        // Who comes back at once can be cut off more often.
        play.talking.online()?;
    }
    proxy.set_conditions(LinkConditions::default());
    // Some wait for an acknowledgement that will be lost yet, and would then come back after a long while.
    play.talking.last(2.5)?;
    play.talking.online()?;
    let lost = play.proxy.as_ref().map_or(0, Proxy::lost_acks);
    ensure!(lost > 0, "no acknowledgement was lost");
    row.count("acknowledgements lost", lost);
    play.recover(row)?;
    play.end(row)
}
