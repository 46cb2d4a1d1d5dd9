//! The calendar in UTC, from milliseconds since 1970. Small enough that a crate for it would weigh more in the browser.

use myna_protocol::Timestamp;

const DAY: i64 = 86_400_000;
const WEEKDAYS: [&str; 7] = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];

/// Year, month and day of the month. (Days to civil, in eras of 400 years that begin on 1 March.)
fn date(at: Timestamp) -> (i64, i64, i64) {
    let days = at.millis().div_euclid(DAY) + 719_468;
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    (year, month, day)
}

fn hour_and_minute(at: Timestamp) -> (i64, i64) {
    let minutes = at.millis().rem_euclid(DAY) / 60_000;
    (minutes / 60, minutes % 60)
}

pub(super) fn time(at: Timestamp) -> String {
    let (hour, minute) = hour_and_minute(at);
    let half = if hour < 12 { "AM" } else { "PM" };
    format!("{}:{minute:02} {half}", (hour + 11) % 12 + 1)
}

pub(super) fn day(at: Timestamp, now: Timestamp) -> String {
    let (day, today) = (at.millis().div_euclid(DAY), now.millis().div_euclid(DAY));
    match today - day {
        0 => "Today".to_owned(),
        1 => "Yesterday".to_owned(),
        2..=6 => WEEKDAYS[(day + 4).rem_euclid(7) as usize].to_owned(),
        _ => {
            let (year, month, day) = date(at);
            format!("{month}/{day}/{:02}", year.rem_euclid(100))
        }
    }
}

pub(super) fn iso(at: Timestamp) -> String {
    let (year, month, day) = date(at);
    let (hour, minute) = hour_and_minute(at);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}Z")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_moments_read_as_everybody_writes_them() {
        assert_eq!(iso(Timestamp(0)), "1970-01-01T00:00Z");
        assert_eq!(iso(Timestamp(951_782_400_000)), "2000-02-29T00:00Z");
        assert_eq!(iso(Timestamp(-1)), "1969-12-31T23:59Z");
        assert_eq!(time(Timestamp(0)), "12:00 AM");
        assert_eq!(time(Timestamp(43_260_000)), "12:01 PM");
    }

    #[test]
    fn days_are_named_as_far_as_people_remember_them() {
        let now = Timestamp(1_000 * DAY + 5);
        assert_eq!(day(now, now), "Today");
        assert_eq!(day(now.plus(-DAY), now), "Yesterday");
        assert_eq!(day(Timestamp(0), Timestamp(3 * DAY)), "Thursday");
        assert_eq!(day(Timestamp(0), Timestamp(7 * DAY)), "1/1/70");
    }
}
