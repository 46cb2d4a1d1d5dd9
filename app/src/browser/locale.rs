//! Moments as this reader's device writes them, in the page's language.

use crate::i18n::words;
use crate::preferences::Clock;
use js_sys::{Array, Date, Function, Intl, Object, Reflect};
use leptos::prelude::window;
use myna_protocol::Timestamp;
use std::cell::RefCell;
use wasm_bindgen::JsValue;

fn date(at: Timestamp) -> Date {
    // Beyond these there is no date, and to write it is an exception.
    const MOST: f64 = 8.64e15;
    Date::new(&JsValue::from_f64((at.millis() as f64).clamp(-MOST, MOST)))
}

/// The page's language, with the device's region where that speaks it: times differ between "en-GB" and "en-US".
fn locales() -> Array {
    let language = words().language();
    let own = window().navigator().language().filter(|own| own.split('-').next() == Some(language));
    Array::of1(&own.as_deref().unwrap_or(language).into())
}

/// What of a time is written.
#[derive(Debug, Clone, Copy)]
enum Style {
    Time,
    Weekday,
    ShortDate,
}

impl Style {
    fn options(self) -> &'static [(&'static str, &'static str)] {
        match self {
            Self::Time => &[("hour", "numeric"), ("minute", "2-digit")],
            Self::Weekday => &[("weekday", "long")],
            Self::ShortDate => &[("year", "2-digit"), ("month", "numeric"), ("day", "numeric")],
        }
    }
}

/// Browsers take a thousand times as long to make one of these as to use it.
#[derive(Default)]
struct Formats {
    language: &'static str,
    dates: [Option<Function>; 3],
    plurals: Option<Intl::PluralRules>,
}

thread_local! {
    static FORMATS: RefCell<Formats> = RefCell::default();
}

fn with_formats<T>(language: &'static str, read: impl FnOnce(&mut Formats) -> T) -> T {
    FORMATS.with_borrow_mut(|formats| {
        if formats.language != language {
            *formats = Formats { language, ..Formats::default() };
        }
        read(formats)
    })
}

/// The device may be in another zone now.
pub(crate) fn forget_zone() {
    FORMATS.take();
}

fn format(style: Style) -> Intl::DateTimeFormat {
    let options = Object::new();
    for (name, value) in style.options() {
        let _ = Reflect::set(&options, &(*name).into(), &(*value).into());
    }
    Intl::DateTimeFormat::new(&locales(), &options)
}

fn written(at: Timestamp, style: Style) -> String {
    let format = with_formats(words().language(), |formats| {
        formats.dates[style as usize].get_or_insert_with(|| format(style).format()).clone()
    });
    text(&format, &date(at))
}

fn text(format: &Function, date: &Date) -> String {
    format.call1(&JsValue::UNDEFINED, date).ok().and_then(|text| text.as_string()).unwrap_or_default()
}

/// "9:41 AM".
pub(crate) fn time(at: Timestamp) -> String {
    written(at, Style::Time)
}

pub(crate) fn weekday(at: Timestamp) -> String {
    written(at, Style::Weekday)
}

/// "11/26/26".
pub(crate) fn short_date(at: Timestamp) -> String {
    written(at, Style::ShortDate)
}

/// For the `datetime` attribute.
pub(crate) fn iso(at: Timestamp) -> String {
    date(at).to_iso_string().into()
}

/// "one", "few", "other" and so on, as the language counts.
pub(crate) fn plural_category(language: &'static str, number: u64) -> String {
    with_formats(language, |formats| {
        let rules = || Intl::PluralRules::new(&Array::of1(&language.into()), &Object::new());
        formats.plurals.get_or_insert_with(rules).select(number as f64).into()
    })
}

/// The zone's IANA name and the clock, for the server.
pub(crate) fn zone_and_clock() -> (Option<String>, Option<Clock>) {
    let format = format(Style::Time);
    let options = format.resolved_options();
    let option = |name: &str| Reflect::get(&options, &name.into()).ok().and_then(|value| value.as_string());
    // Five past three in the morning, wherever the device is.
    let sample = Date::new_with_year_month_day_hr_min(2026, 0, 1, 3, 5);
    let is_padded = text(&format.format(), &sample).starts_with('0');
    let clock = option("hourCycle").map(|cycle| match cycle.as_str() {
        "h11" | "h12" => Clock::Twelve,
        _ if is_padded => Clock::TwentyFourPadded,
        _ => Clock::TwentyFour,
    });
    (option("timeZone"), clock)
}

/// When a day such as "2026-11-26" begins here.
pub(crate) fn beginning_of_day(day: &str) -> Option<Timestamp> {
    // With a time and without a zone, it is the device's own.
    let at = Date::parse(&format!("{day}T00:00"));
    at.is_finite().then_some(Timestamp(at as i64))
}

/// Today on this device, such as "2026-11-26".
pub(crate) fn today() -> String {
    let now = Date::new_0();
    format!("{:04}-{:02}-{:02}", now.get_full_year(), now.get_month() + 1, now.get_date())
}

/// What stays the same until midnight, or until the device goes to another zone.
pub(crate) fn day_and_zone(now: Timestamp) -> String {
    let now = date(now);
    format!("{}-{}-{} {}", now.get_full_year(), now.get_month(), now.get_date(), now.get_timezone_offset())
}

/// Midnights between two moments, here.
pub(crate) fn days_between(earlier: Timestamp, later: Timestamp) -> i64 {
    let midnight = |at: Timestamp| {
        let date = date(at);
        // As if it were UTC, so that days of 23 or 25 hours count as days.
        Date::utc(f64::from(date.get_full_year()), f64::from(date.get_month()))
            + f64::from(date.get_date()) * 86_400_000.0
    };
    ((midnight(later) - midnight(earlier)) / 86_400_000.0).round() as i64
}

/// A time such as "2026-11-26T09:00", as the device has it.
pub(crate) fn local(at: Timestamp) -> String {
    let at = date(at);
    let (year, month, day) = (at.get_full_year(), at.get_month() + 1, at.get_date());
    format!("{year:04}-{month:02}-{day:02}T{:02}:{:02}", at.get_hours(), at.get_minutes())
}

/// When it is this time here, such as "2026-11-26T09:00".
pub(crate) fn parse_local(time: &str) -> Option<Timestamp> {
    // With a time and without a zone, it is the device's own.
    let at = Date::parse(time);
    at.is_finite().then_some(Timestamp(at as i64))
}

/// This hour of the day that is so many days ahead.
pub(crate) fn coming(days: u32, hour: u32) -> Timestamp {
    let now = Date::new_0();
    let at = Date::new_with_year_month_day_hr(
        now.get_full_year(),
        now.get_month() as i32,
        (now.get_date() + days) as i32,
        hour as i32,
    );
    Timestamp(at.get_time() as i64)
}

/// Days until the next Monday; a week on a Monday.
pub(crate) fn days_to_monday() -> u32 {
    match (8 - Date::new_0().get_day()) % 7 {
        0 => 7,
        days => days,
    }
}
