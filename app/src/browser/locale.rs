//! Moments as this reader's device writes them.

use js_sys::{Array, Date, Intl, Object, Reflect};
use myna_protocol::Timestamp;
use wasm_bindgen::JsValue;

fn date(at: Timestamp) -> Date {
    Date::new(&JsValue::from_f64(at.millis() as f64))
}

fn options(pairs: &[(&str, &str)]) -> Object {
    let options = Object::new();
    for (name, value) in pairs {
        let _ = Reflect::set(&options, &(*name).into(), &(*value).into());
    }
    options
}

pub(crate) fn time(at: Timestamp) -> String {
    written(at, &[("hour", "numeric"), ("minute", "2-digit")])
}

pub(crate) fn day(at: Timestamp, now: Timestamp) -> String {
    match days_between(&date(at), &date(now)) {
        0 => "Today".to_owned(),
        1 => "Yesterday".to_owned(),
        2..=6 => written(at, &[("weekday", "long")]),
        _ => written(at, &[("year", "2-digit"), ("month", "numeric"), ("day", "numeric")]),
    }
}

/// What stays the same until midnight, or until the device goes to another zone.
pub(crate) fn day_and_zone(now: Timestamp) -> String {
    let now = date(now);
    format!("{}-{}-{} {}", now.get_full_year(), now.get_month(), now.get_date(), now.get_timezone_offset())
}

fn written(at: Timestamp, pairs: &[(&str, &str)]) -> String {
    // An empty list of locales means the reader's own.
    let format = Intl::DateTimeFormat::new(&Array::new(), &options(pairs)).format();
    format.call1(&JsValue::UNDEFINED, &date(at)).ok().and_then(|text| text.as_string()).unwrap_or_default()
}

/// Midnights between two moments, here.
fn days_between(earlier: &Date, later: &Date) -> i64 {
    let midnight = |date: &Date| {
        // As if it were UTC, so that days of 23 or 25 hours count as days.
        Date::utc(f64::from(date.get_full_year()), f64::from(date.get_month()))
            + f64::from(date.get_date()) * 86_400_000.0
    };
    ((midnight(later) - midnight(earlier)) / 86_400_000.0).round() as i64
}
