//! What came of one fault: a line of the matrix.

use crate::checker::Verdict;
use crate::clock::Nanos;
use crate::latency::Latency;
use crate::scenario::EMBEDDED;
use crate::table::{Figure, Outcome, amount, number};
use std::fmt;

/// One fault, however often it was repeated.
#[derive(Debug, Clone)]
pub struct Row {
    pub name: &'static str,
    what: &'static str,
    pub repetitions: u64,
    pub verdict: Verdict,
    /// From the end of the fault until everybody is told everything again and all that was said is acknowledged.
    pub recovery: Latency,
    /// What else is worth telling, over all repetitions.
    figures: Vec<Figure>,
    /// What was not as it should be, each with its seed.
    pub failures: Vec<String>,
    /// Why it was not run.
    pub skipped: Option<&'static str>,
    seed: u64,
}

impl Row {
    pub(super) fn new(name: &'static str, what: &'static str) -> Self {
        Self {
            name,
            what,
            repetitions: 0,
            verdict: Verdict::default(),
            recovery: Latency::default(),
            figures: Vec::new(),
            failures: Vec::new(),
            skipped: None,
            seed: 0,
        }
    }

    /// A repetition begins, with this seed.
    pub(super) fn begin(&mut self, seed: u64) {
        self.seed = seed;
        self.repetitions += 1;
    }

    /// What the checker says of this repetition.
    pub(super) fn judged(&mut self, verdict: Verdict) {
        if !verdict.is_clean() {
            self.failed(&verdict.to_string());
        }
        self.verdict.merge(verdict);
    }

    /// Everybody was back so long after the end of the fault.
    pub(super) fn recovered(&mut self, after: Nanos) {
        self.recovery.add(after);
    }

    /// Something is not as it should be.
    pub(super) fn failed(&mut self, why: &str) {
        self.failures.push(format!("seed {}: {why}", self.seed));
    }

    /// So many more of these.
    pub(super) fn count(&mut self, name: &'static str, count: u64) {
        self.figure(name, "").value += count as f64;
    }

    /// The greatest of these.
    pub(super) fn most(&mut self, name: &'static str, value: f64, unit: &'static str) {
        let figure = self.figure(name, unit);
        figure.value = figure.value.max(value);
    }

    fn figure(&mut self, name: &'static str, unit: &'static str) -> &mut Figure {
        let place = self.figures.iter().position(|figure| figure.name == name).unwrap_or_else(|| {
            self.figures.push(Figure { name: name.to_owned(), value: 0.0, unit });
            self.figures.len() - 1
        });
        &mut self.figures[place]
    }

    /// The figure of this name.
    pub fn value(&self, name: &str) -> Option<f64> {
        self.figures.iter().find(|figure| figure.name == name).map(|figure| figure.value)
    }

    /// Whether every promise was kept each time. What was skipped has broken none.
    pub fn is_clean(&self) -> bool {
        self.failures.is_empty() && self.verdict.is_clean() && (self.repetitions > 0 || self.skipped.is_some())
    }
}

impl From<&Row> for Outcome {
    fn from(row: &Row) -> Self {
        let mut outcome = Self::new(row.name, EMBEDDED);
        outcome.setting(row.what);
        outcome.settings.extend(row.skipped.map(|why| format!("SKIPPED: {why}")));
        outcome.settings.extend(row.failures.iter().cloned());
        outcome.figure("repetitions", row.repetitions as f64, "");
        outcome.figures.extend(row.figures.iter().cloned());
        outcome.times("recovery", &row.recovery);
        outcome.verdict = Some(row.verdict.clone());
        outcome
    }
}

impl fmt::Display for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, what, verdict, .. } = self;
        if let Some(why) = self.skipped {
            return writeln!(f, "{name:<22} SKIPPED: {why}");
        }
        let word = if self.is_clean() { "clean" } else { "NOT CLEAN" };
        let order = if verdict.reordered == 0 { "kept" } else { "BROKEN" };
        let else_wrong = verdict.phantom + verdict.unseen + verdict.unanswered + verdict.broken;
        write!(
            f,
            "{name:<22} {:>3} times, {:>6} sent: {word:<9} lost {}  duplicated {}  order {order}  unauthorised {}  other {else_wrong}",
            self.repetitions,
            amount(verdict.sent),
            verdict.lost,
            verdict.duplicated,
            verdict.unauthorised,
        )?;
        if self.recovery.count() > 0 {
            let [median, longest] = [self.recovery.at(0.5), self.recovery.max()].map(|millis| number(millis / 1_000.0));
            write!(f, "  back in {median} s, at most {longest} s")?;
        }
        writeln!(f, "\n    {what}")?;
        for Figure { name, value, unit } in &self.figures {
            // What has no unit is counted.
            let value = if unit.is_empty() { amount(*value as u64) } else { format!("{} {unit}", number(*value)) };
            writeln!(f, "    {name}: {value}")?;
        }
        self.failures.iter().try_for_each(|failure| writeln!(f, "    {failure}"))
    }
}
