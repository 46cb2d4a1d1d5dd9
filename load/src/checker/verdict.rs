//! What a checker has found.

use crate::table::amount;
use serde::Serialize;
use std::fmt;

/// Findings that are told in words.
const EXAMPLES: usize = 5;

/// How much there was, and how much of it was wrong.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Verdict {
    pub sent: u64,
    pub acked: u64,
    pub stored: u64,
    /// Messages on somebody's screen.
    pub shown: u64,
    /// Promised and not stored.
    pub lost: u64,
    /// Stored or shown, and never sent.
    pub phantom: u64,
    /// Stored twice, or shown twice to one person.
    pub duplicated: u64,
    /// Stored or shown in another order than promised.
    pub reordered: u64,
    /// Shown to somebody who is not in the conversation.
    pub unauthorised: u64,
    /// Stored, and never shown to a member who was there to the end.
    pub unseen: u64,
    /// Sent by somebody who was there to the end, and neither promised nor refused.
    pub unanswered: u64,
    /// Breaks a rule of the store.
    pub broken: u64,
    /// Rows that came more than once and were shown once: no fault.
    pub repeats: u64,
    /// The first findings.
    pub examples: Vec<String>,
}

impl Verdict {
    /// Whether nothing is wrong.
    pub fn is_clean(&self) -> bool {
        self.faults().iter().all(|(count, _)| *count == 0)
    }

    /// What was found in this run and in another.
    pub fn merge(&mut self, other: Self) {
        let Self { sent, acked, stored, shown, lost, phantom, duplicated, reordered, .. } = other;
        for (all, more) in [
            (&mut self.sent, sent),
            (&mut self.acked, acked),
            (&mut self.stored, stored),
            (&mut self.shown, shown),
            (&mut self.lost, lost),
            (&mut self.phantom, phantom),
            (&mut self.duplicated, duplicated),
            (&mut self.reordered, reordered),
            (&mut self.unauthorised, other.unauthorised),
            (&mut self.unseen, other.unseen),
            (&mut self.unanswered, other.unanswered),
            (&mut self.broken, other.broken),
            (&mut self.repeats, other.repeats),
        ] {
            *all += more;
        }
        other.examples.into_iter().for_each(|example| self.example(example));
    }

    /// How often each kind of fault was found.
    pub(super) fn faults(&self) -> [(u64, &'static str); 8] {
        [
            (self.lost, "lost"),
            (self.phantom, "phantom"),
            (self.duplicated, "duplicated"),
            (self.reordered, "reordered"),
            (self.unauthorised, "unauthorised"),
            (self.unseen, "unseen"),
            (self.unanswered, "unanswered"),
            (self.broken, "broken"),
        ]
    }

    fn example(&mut self, words: String) {
        if self.examples.len() < EXAMPLES {
            self.examples.push(words);
        }
    }

    pub(super) fn lost(&mut self, words: String) {
        self.lost += 1;
        self.example(words);
    }

    pub(super) fn phantom(&mut self, words: String) {
        self.phantom += 1;
        self.example(words);
    }

    pub(super) fn duplicated(&mut self, words: String) {
        self.duplicated += 1;
        self.example(words);
    }

    pub(super) fn reordered(&mut self, words: String) {
        self.reordered += 1;
        self.example(words);
    }

    pub(super) fn unauthorised(&mut self, words: String) {
        self.unauthorised += 1;
        self.example(words);
    }

    pub(super) fn unseen(&mut self, words: String) {
        self.unseen += 1;
        self.example(words);
    }

    pub(super) fn unanswered(&mut self, words: String) {
        self.unanswered += 1;
        self.example(words);
    }

    pub(super) fn broken(&mut self, words: String) {
        self.broken += 1;
        self.example(words);
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [sent, acked, stored, shown] = [self.sent, self.acked, self.stored, self.shown].map(amount);
        let word = if self.is_clean() { "clean" } else { "NOT CLEAN" };
        write!(f, "{word}: {sent} sent, {acked} acknowledged, {stored} stored, {shown} shown; ")?;
        let faults: Vec<String> =
            self.faults().into_iter().map(|(count, name)| format!("{} {name}", amount(count))).collect();
        f.write_str(&faults.join(", "))?;
        for example in &self.examples {
            write!(f, "\n    {example}")?;
        }
        Ok(())
    }
}
