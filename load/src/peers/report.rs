//! What came of the comparison, as tables in Markdown and as JSON.

use super::cuts::Cuts;
use super::job::{Done, WINDOW, low_rate};
use super::place::Tools;
use super::{Language, Peer};
use crate::disk::flushes;
use crate::latency::{Latency, Summary};
use crate::machine::{Machine, load_average};
use crate::table::{Durability, Table, amount, number};
use serde::{Serialize, Serializer};
use std::fmt;
use std::process::Command;

/// Flushes of the disk that are timed.
const FLUSHES: usize = 200;

/// A figure of each round.
#[derive(Debug, Clone, Default, Serialize)]
#[serde(transparent)]
pub(super) struct Rounds(Vec<f64>);

/// What came of one peer.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Record {
    pub(super) name: &'static str,
    #[serde(skip)]
    pub(super) peer: &'static Peer,
    /// What its installer says it is.
    pub(super) version: String,
    /// Flushes to disk for a lone message; `None` where they could not be counted.
    pub(super) flushes: Option<f64>,
    pub(super) cold_start_millis: Rounds,
    /// All its processes, with the database, before anybody has come.
    pub(super) empty_mb: Rounds,
    pub(super) idle_kb: Rounds,
    pub(super) cuts: Option<Cuts>,
    pub(super) sizes: Vec<Size>,
    /// What did not go as it should have.
    pub(super) failures: Vec<String>,
}

/// The same among so many members.
#[derive(Debug, Clone, Default, Serialize)]
pub(super) struct Size {
    members: usize,
    sends_per_second: Rounds,
    deliveries_per_second: Rounds,
    cpu_millis_per_thousand_sends: Rounds,
    cpu_millis_per_thousand_deliveries: Rounds,
    /// Of all rounds together.
    #[serde(serialize_with = "summary")]
    ack: Latency,
    #[serde(serialize_with = "summary")]
    last: Latency,
}

/// What came of all.
#[derive(Debug, Serialize)]
pub(super) struct Report {
    date: String,
    machine: Machine,
    /// Of a small write to the disk, before anything else goes on.
    flush: Summary,
    /// The processors that the peers had, where that was not all.
    processors: Option<String>,
    /// At the beginning, and at the end of each round: the run itself is part of it.
    pub(super) load_average: Vec<f64>,
    rounds: usize,
    pub(super) peers: Vec<Record>,
}

fn summary<S: Serializer>(times: &Latency, serializer: S) -> Result<S::Ok, S::Error> {
    times.summary().serialize(serializer)
}

impl Rounds {
    pub(super) fn add(&mut self, figure: f64) {
        self.0.push(figure);
    }

    /// The middle one; of an even count the lower of the two in the middle.
    fn median(&self) -> Option<f64> {
        let mut figures = self.0.clone();
        figures.sort_by(f64::total_cmp);
        figures.get(figures.len().checked_sub(1)? / 2).copied()
    }
}

/// The middle one, and from the least to the greatest where they differ.
impl fmt::Display for Rounds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(median) = self.median() else { return f.write_str("–") };
        let least = number(self.0.iter().copied().fold(f64::MAX, f64::min));
        let greatest = number(self.0.iter().copied().fold(f64::MIN, f64::max));
        f.write_str(&number(median))?;
        if least == greatest { Ok(()) } else { write!(f, " ({least}–{greatest})") }
    }
}

impl Record {
    pub(super) fn new(peer: &'static Peer, version: String) -> Self {
        Self {
            name: peer.name,
            peer,
            version,
            flushes: None,
            cold_start_millis: Rounds::default(),
            empty_mb: Rounds::default(),
            idle_kb: Rounds::default(),
            cuts: None,
            sizes: Vec::new(),
            failures: Vec::new(),
        }
    }

    /// The job was done once more among so many members.
    pub(super) fn done(&mut self, members: usize, done: &Done) {
        let place = self.sizes.iter().position(|size| size.members == members).unwrap_or_else(|| {
            self.sizes.push(Size { members, ..Size::default() });
            self.sizes.len() - 1
        });
        let size = &mut self.sizes[place];
        size.sends_per_second.add(done.sends_per_second);
        size.deliveries_per_second.add(done.deliveries_per_second);
        size.cpu_millis_per_thousand_sends.add(done.cpu_per_thousand_sends);
        size.cpu_millis_per_thousand_deliveries.add(done.cpu_per_thousand_deliveries);
        size.ack.merge(&done.acks);
        size.last.merge(&done.last);
    }

    /// What an acknowledged message has outlived, as was counted.
    fn durability(&self) -> String {
        match (self.peer.language, self.flushes) {
            (Language::Baseline, _) => "D0: nothing is kept".to_owned(),
            (_, None) => "not checked".to_owned(),
            // A message that was alone has its own flush, or none before its answer.
            (_, Some(flushes)) => {
                let class = if flushes >= 1.0 { Durability::D2 } else { Durability::D1 };
                format!("{class:?}: {flushes:.1} flushes a send")
            }
        }
    }
}

impl Report {
    /// What is known before anything is measured.
    pub(super) fn begin(tools: &Tools, rounds: usize) -> anyhow::Result<Self> {
        let date = Command::new("date").arg("+%Y-%m-%d").output()?.stdout;
        Ok(Self {
            date: String::from_utf8_lossy(&date).trim().to_owned(),
            machine: Machine::here(&tools.folder),
            flush: flushes(&tools.folder, FLUSHES)?.summary(),
            processors: tools.others.clone(),
            load_average: vec![load_average()],
            rounds,
            peers: Vec::new(),
        })
    }

    fn among(&self, members: usize) -> impl Iterator<Item = (&Record, &Size)> {
        let size = move |record: &Record| record.sizes.iter().position(|size| size.members == members);
        self.peers.iter().filter_map(move |record| Some((record, &record.sizes[size(record)?])))
    }

    fn job(&self, f: &mut fmt::Formatter<'_>, members: usize) -> fmt::Result {
        let rate = number(low_rate(members));
        writeln!(f, "\n{} members. Alone: {rate} sends a second.\n", amount(members as u64))?;
        let baseline = self.among(members).find(|(record, _)| record.peer.language == Language::Baseline);
        let baseline = baseline.and_then(|(_, size)| size.deliveries_per_second.median());
        let mut table = Markdown::new([
            "",
            "sends/s",
            "deliveries/s",
            "of the baseline",
            "CPU ms per 1,000 deliveries",
            "CPU ms per 1,000 sends",
            "alone: ack, p50 / p99 ms",
            "alone: last member, p50 / p99 ms",
        ]);
        for (record, size) in self.among(members) {
            let share = baseline.zip(size.deliveries_per_second.median());
            let share = share.map_or("–".to_owned(), |(baseline, own)| format!("{:.0} %", 100.0 * own / baseline));
            table.row(&[
                record.name.to_owned(),
                size.sends_per_second.to_string(),
                size.deliveries_per_second.to_string(),
                share,
                size.cpu_millis_per_thousand_deliveries.to_string(),
                size.cpu_millis_per_thousand_sends.to_string(),
                times(&size.ack),
                times(&size.last),
            ]);
        }
        write!(f, "{table}")
    }
}

fn times(times: &Latency) -> String {
    if times.count() == 0 {
        "–".to_owned()
    } else {
        format!("{} / {}", number(times.at(0.5)), number(times.at(0.99)))
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let loads: Vec<String> = self.load_average.iter().map(|load| format!("{load:.1}")).collect();
        writeln!(f, "{}, {}", self.date, self.machine)?;
        if let Some(processors) = &self.processors {
            writeln!(f, "Peers have the processors {processors}, the generator has the last one")?;
        }
        writeln!(f, "A flush of 4 KiB to disk: p50 {} ms, p99 {} ms", number(self.flush.p50), number(self.flush.p99))?;
        writeln!(f, "Load average before, and after each round: {}", loads.join(", "))?;
        writeln!(
            f,
            "{} rounds, the peers in turn: the middle one (least–greatest). {WINDOW} messages on their way at any moment.",
            self.rounds
        )?;

        let mut sizes: Vec<usize> =
            self.peers.iter().flat_map(|record| &record.sizes).map(|size| size.members).collect();
        sizes.sort_unstable();
        sizes.dedup();
        sizes.into_iter().try_for_each(|members| self.job(f, members))?;

        writeln!(f, "\nThe rest.\n")?;
        let mut table = Markdown::new([
            "",
            "version",
            "durability, as counted",
            "start until it answers, ms",
            "memory when empty, MB",
            "memory of an idle connection, KB",
            "delivered while links are cut",
        ]);
        for record in &self.peers {
            let cuts = record.cuts.map_or("–".to_owned(), |cuts| {
                let share = 100.0 * cuts.arrived as f64 / cuts.due as f64;
                // What is nearly all is not all.
                let share =
                    if cuts.arrived == cuts.due { "100 %".to_owned() } else { format!("{:.2} %", share.min(99.99)) };
                format!("{share} of {}, {} cuts", amount(cuts.due), amount(cuts.cut))
            });
            table.row(&[
                record.name.to_owned(),
                record.version.clone(),
                record.durability(),
                record.cold_start_millis.to_string(),
                record.empty_mb.to_string(),
                record.idle_kb.to_string(),
                cuts,
            ]);
        }
        write!(f, "{table}")?;
        for record in &self.peers {
            for failure in &record.failures {
                writeln!(f, "\nFAILED {}: {failure}", record.name)?;
            }
        }
        Ok(())
    }
}

/// A table as documents have it.
struct Markdown(Table);

impl Markdown {
    fn new<const N: usize>(head: [&str; N]) -> Self {
        let mut table = Self(Table::default());
        table.row(&head.map(str::to_owned));
        table.row(&[(); N].map(|()| "---".to_owned()));
        table
    }

    fn row<const N: usize>(&mut self, cells: &[String; N]) {
        self.0.row([format!("| {} |", cells.join(" | "))]);
    }
}

impl fmt::Display for Markdown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rounds_are_told_by_the_middle_one_and_how_far_they_lie_apart() {
        assert_eq!(Rounds(vec![30.0, 10.0, 20.0]).to_string(), "20.0 (10.0–30.0)");
        assert_eq!(Rounds(vec![30.0]).to_string(), "30.0");
        assert_eq!(Rounds::default().to_string(), "–");
    }
}
