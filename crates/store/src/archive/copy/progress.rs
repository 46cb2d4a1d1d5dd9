//! The progress of a copy.

use std::sync::atomic::{AtomicU64, Ordering};

/// The current step of a copy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    Copying,
    /// All rows are written. The copy reads both stores again.
    Comparing,
}

/// The progress of a copy within its step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    pub step: Step,
    /// Rows done so far.
    pub rows: u64,
    /// All rows of this step.
    pub of: u64,
}

/// Counts the rows of one step and reports the progress.
pub(super) struct Tally<'a> {
    step: Step,
    of: u64,
    rows: AtomicU64,
    written: AtomicU64,
    progress: &'a (dyn Fn(Progress) + Sync),
}

impl<'a> Tally<'a> {
    pub(super) fn of(step: Step, of: u64, progress: &'a (dyn Fn(Progress) + Sync)) -> Self {
        progress(Progress { step, rows: 0, of });
        Self { step, of, rows: AtomicU64::new(0), written: AtomicU64::new(0), progress }
    }

    pub(super) fn wrote(&self, rows: usize) {
        self.written.fetch_add(rows as u64, Ordering::Relaxed);
        self.done(rows as u64);
    }

    /// Counts rows that the target already had.
    pub(super) fn skipped(&self, rows: u64) {
        self.done(rows);
    }

    pub(super) fn done(&self, rows: u64) {
        let done = self.rows.fetch_add(rows, Ordering::Relaxed).saturating_add(rows);
        (self.progress)(Progress { step: self.step, rows: done.min(self.of), of: self.of });
    }

    pub(super) fn written(&self) -> u64 {
        self.written.load(Ordering::Relaxed)
    }
}
