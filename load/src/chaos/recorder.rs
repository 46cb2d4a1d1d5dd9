//! A consumer of the change log that records what it is given, and what the records of all its runs must show.

use anyhow::{Context, ensure};
use async_trait::async_trait;
use myna_chat::store::{LogEntry, Store};
use myna_chat::{Clock, Consumer, ConsumerError, Consumers};
use myna_protocol::{Feed, Rev, Timestamp};
use myna_store::StoreUrl;
use std::collections::HashMap;
use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

/// How long the store may take to open.
const PATIENCE: Duration = Duration::from_secs(10);
/// What ends a line.
const WHOLE: &str = ".";
/// When the lease of every dead process has expired: milliseconds since 1970.
const LATER: Timestamp = Timestamp(4_000_000_000_000);

/// A consumer that records each entry in a file: its run, the feed and the rev.
#[derive(Debug)]
pub struct Recorder {
    file: File,
    run: u64,
}

impl Recorder {
    /// A new run, which adds its records to this file.
    pub fn open(path: &Path) -> anyhow::Result<Self> {
        let file = OpenOptions::new().create(true).append(true).open(path);
        let mut file = file.with_context(|| format!("{} cannot be written", path.display()))?;
        // The last line may be cut off.
        writeln!(file)?;
        Ok(Self { file, run: fastrand::u64(..) })
    }
}

#[async_trait]
impl Consumer for Recorder {
    fn name(&self) -> &'static str {
        "chaos"
    }

    async fn consume(&self, entries: &[LogEntry]) -> Result<(), ConsumerError> {
        let records: String = entries.iter().map(|entry| record(self.run, entry.feed, entry.rev)).collect();
        (&self.file).write_all(records.as_bytes())?;
        Ok(self.file.sync_data()?)
    }

    async fn restart(&self) -> Result<(), ConsumerError> {
        Err("the log has lost entries that were not consumed".into())
    }
}

struct Later;

impl Clock for Later {
    fn now(&self) -> Timestamp {
        LATER
    }
}

/// Consumes what is left on a store whose server has stopped, and compares the records with the store: each feed was seen up
/// to its end, and each run saw it in order. Returns the number of records.
pub(super) async fn finish(url: &str, path: &Path) -> anyhow::Result<u64> {
    let store: Arc<dyn Store> = myna_store::open(&url.parse::<StoreUrl>()?, PATIENCE).await?;
    let (recorder, consumers) = (Recorder::open(path)?, Consumers::new(store.clone(), Arc::new(Later), [1; 16]));
    let mut last = 0;
    loop {
        ensure!(consumers.step(&recorder).await.map_err(anyhow::Error::from_boxed)?, "the lease is not free");
        let length = recorder.file.metadata()?.len();
        if length == last {
            break;
        }
        last = length;
    }
    let records = std::fs::read_to_string(path)?;
    let seen = seen(&records)?;
    let feeds: Vec<Feed> = seen.keys().copied().collect();
    for (feed, rev) in store.revs(&feeds).await? {
        ensure!(seen[&feed] == rev, "{feed} is at {rev}, and the consumer saw {}", seen[&feed]);
    }
    store.close().await;
    Ok(records.lines().count() as u64)
}

/// One line.
fn record(run: u64, feed: Feed, rev: Rev) -> String {
    format!("{run} {feed} {rev} {WHOLE}\n")
}

/// How far each feed was seen.
fn seen(records: &str) -> anyhow::Result<HashMap<Feed, Rev>> {
    let (mut runs, mut seen) = (HashMap::<(&str, Feed), Rev>::new(), HashMap::<Feed, Rev>::new());
    for line in records.lines() {
        // A process that is killed may leave a part of a line: its entry comes again.
        let [run, feed, rev, WHOLE] = line.split(' ').collect::<Vec<_>>()[..] else { continue };
        let feed: Feed = feed.parse().map_err(|_| anyhow::anyhow!("{feed} is no feed"))?;
        let rev: Rev = rev.parse()?;
        if let Some(before) = runs.insert((run, feed), rev) {
            ensure!(before < rev, "{feed}: {rev} came after {before}");
        }
        let last = seen.entry(feed).or_insert(rev);
        *last = rev.max(*last);
    }
    ensure!(!seen.is_empty(), "the consumer saw nothing");
    Ok(seen)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_may_come_again_in_a_later_run_and_not_out_of_order_in_one() {
        let feed = Feed::Server;
        let records =
            |revs: &[(u64, u64)]| -> String { revs.iter().map(|(run, rev)| record(*run, feed, *rev)).collect() };
        assert_eq!(seen(&records(&[(1, 1), (1, 2), (2, 2), (2, 3)])).unwrap()[&feed], 3);
        assert!(seen(&records(&[(1, 2), (1, 1)])).is_err());
        let cut = records(&[(1, 12)]).replace("2 .\n", "\n");
        assert_eq!(seen(&(cut + &records(&[(2, 12)]))).unwrap()[&feed], 12);
        assert!(seen("").is_err());
    }
}
