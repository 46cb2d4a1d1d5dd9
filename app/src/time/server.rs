//! Times as the server writes them into a page: in the zone and with the clock that the reader's browser has told it, so that
//! the first paint is right. Before it has told them, in UTC and as the language has it.

use crate::i18n::Words;
use crate::preferences::Clock;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp as Instant, Zoned};
use myna_protocol::Timestamp;

/// How a reader reads times.
#[derive(Debug, Clone)]
pub struct ReaderZone {
    zone: TimeZone,
    clock: Option<Clock>,
}

impl Default for ReaderZone {
    fn default() -> Self {
        Self { zone: TimeZone::UTC, clock: None }
    }
}

impl ReaderZone {
    /// The zone by its IANA name, UTC where there is none; the clock as the language has it where it is not known.
    pub fn new(zone: Option<&str>, clock: Option<Clock>) -> Self {
        let zone = zone.and_then(|name| TimeZone::get(name).ok()).unwrap_or(TimeZone::UTC);
        Self { zone, clock }
    }

    fn zoned(&self, at: Timestamp) -> Zoned {
        // Times that no calendar has do not come from a store; if one does, its message is shown all the same.
        Instant::from_millisecond(at.millis()).unwrap_or(Instant::UNIX_EPOCH).to_zoned(self.zone.clone())
    }

    fn date(&self, at: Timestamp) -> Date {
        self.zoned(at).date()
    }

    /// "9:41 AM".
    pub(super) fn time(&self, t: Words, at: Timestamp) -> String {
        let pattern = match self.clock {
            // What browsers write, with a narrow space.
            Some(Clock::Twelve) => "%-I:%M\u{202f}%p",
            Some(Clock::TwentyFour) => "%-H:%M",
            Some(Clock::TwentyFourPadded) => "%H:%M",
            None => t.time_pattern(),
        };
        self.zoned(at).strftime(pattern).to_string()
    }

    /// Midnights between two moments.
    pub(super) fn days_between(&self, earlier: Timestamp, later: Timestamp) -> i64 {
        self.date(earlier).until(self.date(later)).map_or(0, |span| i64::from(span.get_days()))
    }

    pub(super) fn weekday(&self, t: Words, at: Timestamp) -> String {
        t.weekday(self.date(at).weekday().to_monday_one_offset().unsigned_abs() as u32)
    }

    /// "11/26/26".
    pub(super) fn short_date(&self, t: Words, at: Timestamp) -> String {
        self.date(at).strftime(t.date_pattern()).to_string()
    }

    /// What stays the same until midnight.
    pub(super) fn day(&self, now: Timestamp) -> String {
        self.date(now).to_string()
    }
}

/// For the `datetime` attribute.
pub(super) fn iso(at: Timestamp) -> String {
    ReaderZone::default().zoned(at).strftime("%Y-%m-%dT%H:%MZ").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: i64 = 86_400_000;

    #[test]
    fn known_moments_read_as_everybody_writes_them() {
        for (at, text) in [(0, "1970-01-01T00:00Z"), (951_782_400_000, "2000-02-29T00:00Z"), (-1, "1969-12-31T23:59Z")]
        {
            assert_eq!(iso(Timestamp(at)), text);
        }
        assert_eq!(iso(Timestamp(i64::MAX)), "1970-01-01T00:00Z");
    }

    #[test]
    fn a_time_follows_the_zone_the_clock_and_the_language() {
        let time = |zone, clock, language, at| {
            ReaderZone::new(zone, clock).time(Words::in_language(language).expect("there is one"), Timestamp(at))
        };
        assert_eq!(time(None, None, "en", 43_260_000), "12:01\u{202f}PM");
        assert_eq!(time(None, None, "de", 32_460_000), "09:01");
        assert_eq!(time(None, None, "es", 32_460_000), "9:01");
        assert_eq!(time(Some("Europe/Berlin"), None, "de", 1_795_000_000_000), "12:06");
        assert_eq!(time(Some("Asia/Kolkata"), Some(Clock::TwentyFour), "en", 0), "5:30");
        assert_eq!(time(None, Some(Clock::TwentyFourPadded), "en", 0), "00:00");
        assert_eq!(time(Some("America/New_York"), Some(Clock::Twelve), "de", 0), "7:00\u{202f}PM");
        assert_eq!(time(Some("../../etc/passwd"), None, "de", 0), "00:00");
    }

    #[test]
    fn days_go_from_midnight_to_midnight_in_the_zone() {
        let berlin = ReaderZone::new(Some("Europe/Berlin"), None);
        // 29 March 2026 has 23 hours there.
        let (evening, morning) = (Timestamp(1_774_735_200_000), Timestamp(1_774_821_600_000));
        assert_eq!(berlin.days_between(evening, morning), 2);
        assert_eq!(ReaderZone::default().days_between(Timestamp(DAY - 1), Timestamp(DAY)), 1);
        assert_eq!(ReaderZone::default().days_between(Timestamp(40 * DAY), Timestamp(0)), -40);
    }

    #[test]
    fn days_and_dates_are_said_in_the_language() {
        let zone = ReaderZone::default();
        for (language, weekday, date) in
            [("en", "Thursday", "1/1/70"), ("de", "Donnerstag", "01.01.70"), ("es", "jueves", "1/1/70")]
        {
            let t = Words::in_language(language).expect("there is one");
            assert_eq!(
                (zone.weekday(t, Timestamp(0)), zone.short_date(t, Timestamp(0))),
                (weekday.to_owned(), date.to_owned())
            );
        }
    }
}
