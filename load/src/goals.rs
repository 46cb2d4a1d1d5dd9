//! The table of goals: what was asked, what it is today, and what the checker says of each run.

use crate::harness::Tools;
use crate::scenario::Span;
use crate::scenario::flaky::Flaky;
use crate::scenario::history::HistoryPages;
use crate::scenario::idle::Idle;
use crate::scenario::lone::Lone;
use crate::scenario::pairs::Pairs;
use crate::scenario::restart::Restart;
use crate::scenario::room::Room;
use crate::table::{Outcome, Table, number};
use std::io::Write;

/// The table of goals, in a few minutes
#[derive(Debug, Clone, clap::Args)]
pub struct Goals {
    /// Messages in the store whose pages are read; it is made the first time
    #[arg(long, default_value_t = 10_000_000)]
    pub history: u64,
    /// Seconds for which links are cut
    #[arg(long, default_value_t = 60.0)]
    pub flaky: f64,
}

/// One line of the table.
struct Goal {
    name: &'static str,
    asked: &'static str,
    today: String,
    /// `None` where it takes another tool to know.
    met: Option<bool>,
    verdict: &'static str,
}

/// What a run of many has shown for a goal.
fn goal(
    name: &'static str,
    asked: &'static str,
    today: Option<f64>,
    unit: &str,
    met: fn(f64) -> bool,
    of: &Outcome,
) -> Goal {
    let verdict = if of.is_clean() { "clean" } else { "NOT CLEAN" };
    match today {
        Some(today) => Goal {
            name,
            asked,
            today: format!("{} {unit}", number(today)),
            met: Some(met(today) && of.is_clean()),
            verdict,
        },
        None => Goal { name, asked, today: "not measured".to_owned(), met: Some(false), verdict },
    }
}

impl Goals {
    /// Runs what the goals need, prints each outcome when it is there and the table at the end.
    pub fn run(&self, tools: &Tools) -> anyhow::Result<Vec<Outcome>> {
        let mut goals = Vec::new();
        let mut outcomes = Vec::new();
        let mut told = |outcome: Outcome, its: &dyn Fn(&Outcome) -> Vec<Goal>| {
            goals.extend(its(&outcome));
            // Where nobody can read it, nothing is lost: it comes with the JSON.
            let _ = writeln!(std::io::stdout(), "{outcome}");
            outcomes.push(outcome);
        };

        let enough = |share| share >= 65.0;
        let room = Room { members: 1_000, rate: None, senders: 8, window: 64, rounds: 2, span: Span::of(5.0) };
        told(room.run(tools)?, &|of| {
            let share = of.value("share of the baseline");
            let cpu = of.value("CPU of the server per 1,000 deliveries");
            vec![
                goal("fan-out in a room of 1,000, 8 speak", ">= 65 % of the baseline", share, "%", enough, of),
                Goal {
                    met: None,
                    ..goal("  CPU of the server per 1,000 deliveries", "<= 1/3 of a peer's", cpu, "ms", |_| true, of)
                },
            ]
        });

        // One who speaks has all that is on its way read at once: nothing suits the baseline better.
        told(Room { senders: 1, window: 32, ..room.clone() }.run(tools)?, &|of| {
            let share = of.value("share of the baseline");
            vec![goal("fan-out in a room of 1,000, 1 speaks", ">= 65 % of the baseline", share, "%", enough, of)]
        });

        let pairs = Pairs { pairs: 500, rate: None, window: 32, span: Span::of(10.0) };
        told(pairs.run(tools)?, &|of| {
            let sends = of.value("durable sends a second");
            vec![Goal {
                met: None,
                ..goal("durable sends, 500 pairs", ">= 10x Flask, 4x Node", sends, "/s", |_| true, of)
            }]
        });

        told(Lone { messages: 1_000 }.run(tools)?, &|of| {
            let flush = of.summary("flush of 4 KiB (write, fdatasync)").map(|flush| flush.p50);
            let send = of.summary("said to acknowledged").map(|send| send.p99);
            let beyond = send.zip(flush).map(|(send, flush)| send - flush);
            vec![goal(
                "a lone send, p99, beyond the median flush",
                "<= 10 ms",
                beyond,
                "ms",
                |beyond| beyond <= 10.0,
                of,
            )]
        });

        // As many messages as make a percentile more than the slowest of them.
        let paced = Room { rate: Some(2.0), span: Span::of(75.0), ..room };
        told(paced.run(tools)?, &|of| {
            let last = of.summary("due to the last member").map(|last| last.p99);
            vec![goal("send to last of 1,000, p99, at 2 a second", "<= 25 ms", last, "ms", |last| last <= 25.0, of)]
        });

        told(Idle { people: 10_000, rest: 10.0 }.run(tools)?, &|of| {
            let (each, empty) = (of.value("each idle socket (RSS)"), of.value("empty server (RSS)"));
            let start = of.summary("start on an empty folder until /health answers").map(|start| start.p50 / 1_000.0);
            vec![
                goal("an idle connection at 10,000", "<= 10 KB", each, "KB", |each| each <= 10.0, of),
                goal("a cold start on an empty folder, median", "<= 0.1 s", start, "s", |start| start <= 0.1, of),
                goal("an empty server", "<= 30 MB", empty, "MB", |empty| empty <= 30.0, of),
            ]
        });

        let flaky = Flaky { people: 500, rate: 50.0, seconds: self.flaky, cut: 5.0 };
        told(flaky.run(tools)?, &|of| {
            let replay = of.summary("attempt to know all that was missed").map(|replay| replay.p99 / 1_000.0);
            vec![goal(
                "links cut every 5 to 15 s: all once; replay, p99",
                "<= 1 s",
                replay,
                "s",
                |replay| replay <= 1.0,
                of,
            )]
        });

        told(Restart { people: 5_000, rate: 50.0, before: 3.0 }.run(tools)?, &|of| {
            let (stopped, killed) =
                (of.value("told to stop: until all were back"), of.value("killed: until all were back"));
            vec![
                goal("restart with 5,000 clients: all back", "<= 8 s", stopped, "s", |back| back <= 8.0, of),
                goal("kill -9 with 5,000 clients: all back", "<= 8 s", killed, "s", |back| back <= 8.0, of),
            ]
        });

        let history = HistoryPages { messages: self.history, pages: 5_000, people: 1 };
        told(history.run(tools)?, &|of| {
            let page = of.summary("page, 1 asking at a time").map(|page| page.p99);
            let start = of.summary("start until /health answers").map(|start| start.p50 / 1_000.0);
            vec![
                goal("a history page of 50, p99", "<= 8 ms", page, "ms", |page| page <= 8.0, of),
                goal("a cold start on that store, median", "<= 0.3 s", start, "s", |start| start <= 0.3, of),
            ]
        });

        let mut table = Table::new(["goal", "asked", "today", "met", "checker"]);
        for Goal { name, asked, today, met, verdict } in goals {
            let met = met.map_or("see bench-peers", |met| if met { "yes" } else { "NO" });
            table.row([name, asked, &today, met, verdict]);
        }
        let _ = writeln!(std::io::stdout(), "{table}");
        Ok(outcomes)
    }
}
