//! How far a run is: a bar on a terminal, and nothing elsewhere, where a table follows anyway.

use crate::clock::{Clock, Nanos, SECOND};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

const BAR: &str = "{msg:>24} {bar:40} {human_pos} of {human_len}";

/// A bar on stderr; gone when it is dropped.
pub struct Progress(ProgressBar);

impl Progress {
    /// Something that has so many steps.
    pub fn steps(what: &str, steps: u64) -> Self {
        let style = ProgressStyle::with_template(BAR).unwrap_or_else(|_| ProgressStyle::default_bar());
        let bar = ProgressBar::with_draw_target(Some(steps), ProgressDrawTarget::stderr()).with_style(style);
        bar.set_message(what.to_owned());
        Self(bar)
    }

    /// Something that lasts until this moment, told in tenths of seconds.
    pub fn until(what: &str, clock: Clock, end: Nanos) -> impl FnMut(Nanos) {
        let start = clock.now();
        let steps = |since: Nanos| since / (SECOND / 10);
        let progress = Self::steps(what, steps(end.saturating_sub(start)));
        let mut shown = 0;
        move |now| {
            let step = steps(now.saturating_sub(start));
            // A word for each of thousands of turns would cost more than the turn.
            if step != shown {
                shown = step;
                progress.at(step);
            }
        }
    }

    pub fn at(&self, step: u64) {
        self.0.set_position(step);
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}
