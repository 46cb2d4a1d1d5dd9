//! What a log that has become long needs.

use std::time::Duration;
use tokio::time::Instant;

/// Pages (of 4 KB) past which the log is long. Without a reader that holds it, it never is.
const LONG: i32 = 16 * 1_024;
/// Pages past which a reader that holds the log is worth a warning.
const WARNED_ABOUT: i32 = 64 * 1_024;
/// Pages in a megabyte.
const MEGABYTE: i32 = 256;
/// The least time between two tries to empty the log: commits wait for each.
const TRUNCATE_INTERVAL: Duration = Duration::from_secs(10);
/// The least time between two warnings.
const WARN_INTERVAL: Duration = Duration::from_secs(60);

/// Looks at the log after each copy.
#[derive(Debug, Default)]
pub(in crate::embedded) struct LogWatch {
    is_long: bool,
    truncated_at: Option<Instant>,
    warned_at: Option<Instant>,
}

/// What to do about the log.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Action {
    Nothing,
    /// All of it is in the file: it can be emptied when nobody reads it.
    Truncate,
    /// Somebody reads a state so old that most of the log cannot be copied.
    Warn {
        megabytes: i32,
    },
}

impl LogWatch {
    /// Whether the log was long when it was last looked at.
    pub(super) fn is_long(&self) -> bool {
        self.is_long
    }

    /// Decides, for a log of so many pages of which the file has `copied`; `must_empty`: however short it is.
    pub(super) fn look(&mut self, log: i32, copied: i32, must_empty: bool, now: Instant) -> Action {
        self.is_long = log > LONG;
        let is_due = |last: Option<Instant>, interval| last.is_none_or(|at| now >= at + interval);
        if (self.is_long || must_empty) && copied == log && is_due(self.truncated_at, TRUNCATE_INTERVAL) {
            self.truncated_at = Some(now);
            Action::Truncate
        } else if log > WARNED_ABOUT && copied < log && is_due(self.warned_at, WARN_INTERVAL) {
            self.warned_at = Some(now);
            Action::Warn { megabytes: log / MEGABYTE }
        } else {
            Action::Nothing
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_log_that_is_in_the_file_is_emptied_now_and_then() {
        let (mut watch, now) = (LogWatch::default(), Instant::now());
        assert_eq!(watch.look(LONG, LONG, false, now), Action::Nothing);
        assert!(!watch.is_long());
        assert_eq!(watch.look(LONG + 1, LONG, false, now), Action::Nothing, "somebody reads an older state");
        assert_eq!(watch.look(LONG + 1, LONG + 1, false, now), Action::Truncate);
        assert!(watch.is_long());
        assert_eq!(watch.look(LONG + 1, LONG + 1, false, now + TRUNCATE_INTERVAL / 2), Action::Nothing);
        assert_eq!(watch.look(LONG + 1, LONG + 1, false, now + TRUNCATE_INTERVAL), Action::Truncate);
        assert_eq!(watch.look(0, 0, false, now + TRUNCATE_INTERVAL), Action::Nothing);
        assert!(!watch.is_long());
    }

    #[test]
    fn a_log_with_erased_words_is_emptied_however_short_it_is() {
        let (mut watch, now) = (LogWatch::default(), Instant::now());
        assert_eq!(watch.look(3, 2, true, now), Action::Nothing, "somebody reads an older state");
        assert_eq!(watch.look(3, 3, true, now), Action::Truncate);
        assert_eq!(watch.look(2, 2, true, now + TRUNCATE_INTERVAL / 2), Action::Nothing, "not at every commit");
        assert_eq!(watch.look(2, 2, true, now + TRUNCATE_INTERVAL), Action::Truncate);
    }

    #[test]
    fn a_log_of_more_than_256_megabytes_is_warned_about_once_a_minute() {
        let (mut watch, now) = (LogWatch::default(), Instant::now());
        assert_eq!(watch.look(WARNED_ABOUT, 10, false, now), Action::Nothing);
        assert_eq!(watch.look(WARNED_ABOUT + 1, 10, false, now), Action::Warn { megabytes: 256 });
        assert_eq!(watch.look(WARNED_ABOUT * 2, 10, false, now + WARN_INTERVAL / 2), Action::Nothing);
        assert_eq!(watch.look(WARNED_ABOUT * 2, 10, false, now + WARN_INTERVAL), Action::Warn { megabytes: 512 });
    }
}
