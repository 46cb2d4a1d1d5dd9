//! How much the server's memory grows during an attack.

use super::finding::Finding;
use crate::harness::Harness;
use std::time::Duration;
use tokio::time::{Instant, sleep};

/// Megabytes of growth at which an attack stops: the rest of the machine needs memory too.
const STOP_AT: f64 = 2_048.0;
const EVERY: Duration = Duration::from_millis(50);

/// Watches the resident memory of a server since an earlier time.
pub(super) struct MemoryWatch<'a> {
    harness: &'a Harness<'a>,
    /// KiB when the watch began.
    before: u64,
    /// The greatest growth so far, in MB.
    greatest: f64,
}

impl<'a> MemoryWatch<'a> {
    pub(super) fn begin(harness: &'a Harness<'a>) -> anyhow::Result<Self> {
        Ok(Self { harness, before: harness.usage()?.resident, greatest: 0.0 })
    }

    /// The growth since the beginning, in MB.
    pub(super) fn growth(&mut self) -> anyhow::Result<f64> {
        let grown = (self.harness.usage()?.resident as f64 - self.before as f64) / 1_024.0;
        self.greatest = self.greatest.max(grown);
        Ok(grown)
    }

    /// Whether the server has taken so much that the attack has to stop.
    pub(super) fn must_stop(&mut self) -> anyhow::Result<bool> {
        self.growth()?;
        Ok(self.greatest > STOP_AT)
    }

    /// Watches for so long, or until the attack has to stop.
    pub(super) async fn watch(&mut self, lasts: Duration) -> anyhow::Result<()> {
        let end = Instant::now() + lasts;
        while Instant::now() < end && !self.must_stop()? {
            sleep(EVERY).await;
        }
        Ok(())
    }

    /// The growth until now, which may be `most` MB.
    pub(super) fn finding(mut self, attack: String, most: f64, asked: &'static str) -> anyhow::Result<Finding> {
        let grown = self.growth()?;
        let stopped = if self.greatest > STOP_AT { ", stopped there" } else { "" };
        let note = format!("{:.0} MB at most{stopped}", self.greatest);
        Ok(Finding::at_most(attack, grown, most, "MB", asked).with_note(note))
    }
}
