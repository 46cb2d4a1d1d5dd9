//! Pages of history from random places of a large store, and how soon a server on it answers.

use super::EMBEDDED;
use crate::clock::{Clock, SECOND};
use crate::dataset::{Dataset, Plan};
use crate::harness::{Harness, PATIENT, Tools};
use crate::history::History;
use crate::latency::Latency;
use crate::process::Usage;
use crate::progress::Progress;
use crate::quick::{ClientPool, Heard, Myna, Told};
use crate::table::{Outcome, amount};
use anyhow::{Context, ensure};
use myna_protocol::Command;
use myna_protocol::limits::PAGE_MESSAGES;
use std::io::Read;
use std::path::Path;

/// Conversations that share the messages, at most.
const GROUPS: u64 = 500;
/// Messages for each conversation more, up to there.
const PER_GROUP: u64 = 200;
/// What the content of a kept store follows from: with another one it would not be the dataset that is expected.
const SEED: u64 = 5;
/// Times that a server is started.
const STARTS: usize = 7;

/// Pages of history of a large store, and a cold start on it
#[derive(Debug, Clone, clap::Args)]
pub struct HistoryPages {
    /// Messages in the store, which is made once and kept
    #[arg(long, default_value_t = 10_000_000)]
    pub messages: u64,
    /// Pages that are asked for
    #[arg(long, default_value_t = 5_000)]
    pub pages: u64,
    /// People who ask at the same time, each for one page after another
    #[arg(long, default_value_t = 1)]
    pub people: usize,
}

impl HistoryPages {
    pub fn run(&self, tools: &Tools) -> anyhow::Result<Outcome> {
        let name = format!("history pages of {PAGE_MESSAGES} in a store of {} messages", amount(self.messages));
        let mut outcome = Outcome::new(name, EMBEDDED);
        let (dataset, url, file) = self.dataset(tools, &mut outcome)?;
        outcome.setting(format!("warm: the file, {} MB, is read once before", std::fs::metadata(&file)?.len() >> 20));
        read_through(&file)?;
        let mut harness = Harness::over(tools, dataset, url, None, PATIENT)?;
        let (mut pool, before) = (self.connect(&harness)?, harness.usage()?);
        // The first few are not measured: the server's own caches are empty.
        self.ask(&harness, &mut pool, self.pages / 10)?;
        let times = self.ask(&harness, &mut pool, self.pages)?;
        let after: Usage = harness.usage()?;
        outcome.times(format!("page, {} asking at a time", self.people), &times);
        outcome.used(&before, &after, self.pages + self.pages / 10, "pages");
        drop(pool);
        harness.stop()?;
        outcome.times("start until /health answers", &Harness::starts(tools, &harness.url, STARTS)?);
        outcome.verdict = Some(harness.check(&History::new(self.people))?);
        outcome.end();
        Ok(outcome)
    }

    /// The dataset, in a store that is made the first time.
    fn dataset(&self, tools: &Tools, outcome: &mut Outcome) -> anyhow::Result<(Dataset, String, std::path::PathBuf)> {
        let groups = (self.messages / PER_GROUP).clamp(2, GROUPS);
        let dataset = Dataset::new(&Plan::history(groups as usize, self.messages), SEED);
        let folder = tools.folder.join(format!("history-{}", self.messages));
        let (file, done) = (folder.join("myna.db"), folder.join("done"));
        let url = format!("sqlite:{}", file.display());
        if !done.is_file() {
            // What a broken run has left is no store to measure.
            let _ = std::fs::remove_dir_all(&folder);
            std::fs::create_dir_all(&folder)?;
            let clock = Clock::start();
            let progress = Progress::steps("filling the store", self.messages);
            tools.runtime.block_on(dataset.fill(&url, |messages| progress.at(messages)))?;
            std::fs::write(&done, "")?;
            outcome.figure("filling the store, once", clock.now() as f64 / SECOND as f64, "s");
        }
        Ok((dataset, url, file))
    }

    fn connect(&self, harness: &Harness<'_>) -> anyhow::Result<ClientPool<Myna>> {
        let myna = Myna::quick(harness.dataset.clone(), harness.address);
        let mut pool = ClientPool::new(myna, self.people, harness.address, harness.clock)?;
        pool.connect_all(0..self.people, |_| ())?;
        Ok(pool)
    }

    /// So many pages from random places.
    fn ask(&self, harness: &Harness<'_>, pool: &mut ClientPool<Myna>, pages: u64) -> anyhow::Result<Latency> {
        let (mut times, mut told) = (Latency::default(), Vec::new());
        let mut since = vec![0; self.people];
        let progress = Progress::steps("pages", pages);
        let (mut asked, mut answered) = (0, 0);
        let ask = |pool: &mut ClientPool<Myna>, person: usize, request: u64| {
            pool.say(person, &serde_json::to_string(&place(harness, person, request))?)
        };
        for (person, since) in since.iter_mut().enumerate() {
            *since = pool.clock().now();
            ask(pool, person, asked)?;
            asked += 1;
        }
        while answered < asked {
            let before = answered;
            let end = pool.clock().now() + 10 * SECOND;
            pool.turn(Some(end), &mut told)?;
            for Told { at, person, heard } in told.drain(..) {
                let Heard::Page { messages, .. } = heard else { continue };
                ensure!(messages == PAGE_MESSAGES as usize, "a page has {messages} messages");
                times.add(at - since[person]);
                answered += 1;
                if asked < pages {
                    since[person] = pool.clock().now();
                    ask(pool, person, asked)?;
                    asked += 1;
                }
            }
            ensure!(answered > before || pool.clock().now() < end, "a page does not come");
            progress.at(answered);
        }
        Ok(times)
    }
}

/// A random page: half of them in the conversation that has half of all messages.
fn place(harness: &Harness<'_>, person: usize, request: u64) -> Command {
    let talks = &harness.dataset.people[person].talks;
    let largest = talks.iter().copied().max_by_key(|talk| harness.dataset.talks[*talk as usize].messages).unwrap_or(0);
    let talk = if fastrand::bool() { largest } else { talks[fastrand::usize(..talks.len())] };
    let talk = &harness.dataset.talks[talk as usize];
    let before = fastrand::u64(u64::from(PAGE_MESSAGES) + 1..=talk.messages);
    Command::Load { request, conversation: talk.id, before: Some(before), limit: PAGE_MESSAGES }
}

/// Reads a file to its end, so that the system has it in memory.
fn read_through(file: &Path) -> anyhow::Result<()> {
    let mut file = std::fs::File::open(file).context("the store cannot be read")?;
    let mut buffer = vec![0; 1 << 20];
    while file.read(&mut buffer)? > 0 {}
    Ok(())
}
