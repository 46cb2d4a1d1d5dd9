//! How far a long work is: a bar on a terminal, a line every few seconds otherwise.

use super::words::amount;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};
use myna_store::archive::{Progress, Step};
use std::fmt;
use std::io::{Write, stderr};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use tokio::time::Instant;

/// Between two lines, where there is no terminal.
const LINE_EVERY: Duration = Duration::from_secs(5);
const BAR: &str = "{msg:>9} {bar:40} {human_pos} of {human_len} rows, {pace} a second, {eta} left";

/// Shows progress on stderr.
pub(super) struct Meter {
    bar: ProgressBar,
    last_line: Mutex<Instant>,
}

impl Meter {
    pub(super) fn new() -> Self {
        let style = ProgressStyle::with_template(BAR).unwrap_or_else(|_| ProgressStyle::default_bar());
        let style = style.with_key("pace", |state: &ProgressState, text: &mut dyn fmt::Write| {
            // What cannot be written is only not seen.
            let _ = write!(text, "{}", amount(state.per_sec() as u64));
        });
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr()).with_style(style);
        Self { bar, last_line: Mutex::new(Instant::now()) }
    }

    pub(super) fn show(&self, progress: Progress) {
        let step = match progress.step {
            Step::Copying => "copying",
            Step::Comparing => "comparing",
        };
        if self.bar.is_hidden() {
            let mut last = self.last_line.lock().unwrap_or_else(PoisonError::into_inner);
            if last.elapsed() >= LINE_EVERY {
                *last = Instant::now();
                // Where nobody can read it, nothing is lost.
                let _ = writeln!(stderr(), "{step}: {} of {} rows", amount(progress.rows), amount(progress.of));
            }
            return;
        }
        if self.bar.message() != step {
            // A new step begins anew, its pace too.
            self.bar.set_message(step);
            self.bar.reset();
        }
        self.bar.set_length(progress.of);
        self.bar.set_position(progress.rows);
    }

    /// Leaves the terminal to what comes after.
    pub(super) fn end(&self) {
        self.bar.finish_and_clear();
    }
}

/// The most memory this process has had so far, in KB, where the system tells.
pub(super) fn peak_memory() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix("kB")?.trim().parse().ok()
}
