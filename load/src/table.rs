//! What was measured, for people as tables and for programs as JSON.

use crate::checker::Verdict;
use crate::latency::{Latency, Summary};
use crate::machine::Machine;
use crate::process::Usage;
use serde::Serialize;
use std::fmt;

/// What an acknowledged message has outlived.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum Durability {
    /// Nothing: it may be in memory alone.
    D0,
    /// The end of the program: the operating system has it.
    D1,
    /// A power failure: it was flushed to disk before the acknowledgement.
    D2,
}

impl fmt::Display for Durability {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::D0 => "D0 (in memory when acknowledged)",
            Self::D1 => "D1 (given to the system when acknowledged)",
            Self::D2 => "D2 (flushed to disk before the acknowledgement)",
        })
    }
}

/// One number with its name and unit.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Figure {
    pub name: String,
    pub value: f64,
    pub unit: &'static str,
}

/// Many times with their name.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Times {
    pub name: String,
    /// In milliseconds.
    pub times: Summary,
}

/// What came of one run.
#[derive(Debug, Clone, Serialize)]
pub struct Outcome {
    pub name: String,
    pub durability: Durability,
    /// How it was set up, as words.
    pub settings: Vec<String>,
    pub times: Vec<Times>,
    pub figures: Vec<Figure>,
    pub verdict: Option<Verdict>,
    /// What wanted the processors in the minute before and at the end.
    pub load_average: [f64; 2],
}

/// What came of all runs.
#[derive(Debug, Clone, Serialize)]
pub struct Report {
    pub machine: Machine,
    pub outcomes: Vec<Outcome>,
}

impl Outcome {
    /// A run that begins now.
    pub fn new(name: impl Into<String>, durability: Durability) -> Self {
        let load = crate::machine::load_average();
        Self {
            name: name.into(),
            durability,
            settings: Vec::new(),
            times: Vec::new(),
            figures: Vec::new(),
            verdict: None,
            load_average: [load, load],
        }
    }

    /// How it was set up.
    pub fn setting(&mut self, words: impl Into<String>) {
        self.settings.push(words.into());
    }

    pub fn figure(&mut self, name: impl Into<String>, value: f64, unit: &'static str) {
        self.figures.push(Figure { name: name.into(), value, unit });
    }

    pub fn times(&mut self, name: impl Into<String>, times: &Latency) {
        self.times.push(Times { name: name.into(), times: times.summary() });
    }

    /// What the server used of the machine for so many units of work, of which a thousand are told.
    pub fn used(&mut self, before: &Usage, after: &Usage, units: u64, unit: &str) {
        let cpu = after.cpu_since(before);
        self.figure("CPU of the server", cpu, "s");
        self.figure(format!("CPU of the server per 1,000 {unit}"), cpu * 1e6 / units.max(1) as f64, "ms");
        self.figure("memory of the server (RSS)", after.resident as f64 / 1_024.0, "MB");
        self.figure("memory of the server (PSS)", after.proportional as f64 / 1_024.0, "MB");
    }

    /// The figure of this name.
    pub fn value(&self, name: &str) -> Option<f64> {
        self.figures.iter().find(|figure| figure.name == name).map(|figure| figure.value)
    }

    /// The times of this name.
    pub fn summary(&self, name: &str) -> Option<Summary> {
        self.times.iter().find(|times| times.name == name).map(|times| times.times)
    }

    /// Whether a checker has found nothing wrong, or has not been asked.
    pub fn is_clean(&self) -> bool {
        self.verdict.as_ref().is_none_or(Verdict::is_clean)
    }

    /// The run is over.
    pub fn end(&mut self) {
        self.load_average[1] = crate::machine::load_average();
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [before, after] = self.load_average;
        writeln!(f, "{}: {}; load average {before:.1} to {after:.1}", self.name, self.durability)?;
        for setting in &self.settings {
            writeln!(f, "  {setting}")?;
        }
        if !self.times.is_empty() {
            let mut table = Table::new(["  milliseconds", "count", "p50", "p95", "p99", "max"]);
            for Times { name, times } in &self.times {
                let numbers = [times.p50, times.p95, times.p99, times.max].map(number);
                let [p50, p95, p99, max] = numbers;
                table.row([format!("  {name}"), amount(times.count), p50, p95, p99, max]);
            }
            write!(f, "{table}")?;
        }
        if !self.figures.is_empty() {
            let mut table = Table::new(["", "", ""]);
            for Figure { name, value, unit } in &self.figures {
                table.row([format!("  {name}"), number(*value), (*unit).to_owned()]);
            }
            write!(f, "{table}")?;
        }
        if let Some(verdict) = &self.verdict {
            writeln!(f, "  checker: {verdict}")?;
        }
        Ok(())
    }
}

/// Rows of texts in columns: the first to the left, all others to the right.
#[derive(Debug, Clone, Default)]
pub struct Table(Vec<Vec<String>>);

impl Table {
    /// A table with these heads; with empty ones it has none.
    pub fn new<S: Into<String>>(head: impl IntoIterator<Item = S>) -> Self {
        Self(vec![head.into_iter().map(Into::into).collect()])
    }

    pub fn row<S: Into<String>>(&mut self, row: impl IntoIterator<Item = S>) {
        self.0.push(row.into_iter().map(Into::into).collect());
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let columns = self.0.iter().map(Vec::len).max().unwrap_or(0);
        let width =
            |column: usize| self.0.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count()).max();
        let widths: Vec<usize> = (0..columns).map(|column| width(column).unwrap_or(0)).collect();
        for row in self.0.iter().filter(|row| row.iter().any(|cell| !cell.is_empty())) {
            let mut line = String::new();
            for (place, cell) in row.iter().enumerate() {
                let width = widths[place];
                line += &if place == 0 { format!("{cell:<width$}") } else { format!("  {cell:>width$}") };
            }
            writeln!(f, "{}", line.trim_end())?;
        }
        Ok(())
    }
}

/// A number with as many digits as say something.
pub fn number(value: f64) -> String {
    match value.abs() {
        large if large >= 1_000.0 => amount(value.round() as u64),
        middle if middle >= 100.0 => format!("{value:.0}"),
        small if small >= 10.0 => format!("{value:.1}"),
        _ => format!("{value:.2}"),
    }
}

/// A whole number with commas.
pub fn amount(number: u64) -> String {
    indicatif::HumanCount(number).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_as_wide_as_their_widest_cell() {
        let mut table = Table::new(["what", "ms"]);
        table.row(["p50", "1.25"]);
        table.row(["the longest", "12"]);
        assert_eq!(table.to_string(), "what           ms\np50          1.25\nthe longest    12\n");
    }

    #[test]
    fn numbers_are_as_precise_as_they_matter() {
        assert_eq!([0.1234, 12.34, 123.4, 12_345.6].map(number), ["0.12", "12.3", "123", "12,346"]);
    }
}
