//! `myna store copy`.

use super::PATIENCE;
use super::meter::{Meter, peak_memory};
use super::words::{Nouns, amount, say};
use myna_chat::{Clock, SystemClock};
use myna_store::archive::copy;
use myna_store::{Purpose, StoreUrl, open_archive};
use std::process::ExitCode;
use tokio::time::Instant;

/// A session that ends within a day is not copied: its person signs in again.
const ENDING_SOON_MILLIS: i64 = 24 * 60 * 60 * 1_000;

pub(super) async fn run(from: &StoreUrl, to: &StoreUrl) -> anyhow::Result<ExitCode> {
    anyhow::ensure!(from != to, "--from and --to name the same store: name another one to copy to");
    let source = open_archive(from, Purpose::Source, PATIENCE).await?;
    let target = open_archive(to, Purpose::Target, PATIENCE).await?;
    let until = SystemClock.now().plus(ENDING_SOON_MILLIS);
    let start = Instant::now();
    let meter = Meter::new();
    let copied = copy(&*source, &from.to_string(), &*target, until, &|progress| meter.show(progress)).await;
    meter.end();
    let copied = copied?;
    let (seconds, counts) = (start.elapsed().as_secs_f64(), copied.counts);
    say(format_args!("{from} was copied to {to}: all counts and checksums are the same in both"));
    say(Nouns(counts));
    let (rows, pace) = (amount(copied.written), amount((copied.written as f64 / seconds.max(0.001)) as u64));
    say(format_args!("{rows} rows were written in {seconds:.1} s, comparing included: {pace} a second"));
    if let Some(kilobytes) = peak_memory() {
        say(format_args!("peak memory: {:.1} MB", kilobytes as f64 / 1_024.0));
    }
    Ok(ExitCode::SUCCESS)
}
