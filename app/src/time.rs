//! Moments as this reader reads them: in their language, their zone, and with the clock they are used to.

#[cfg(feature = "ssr")]
pub mod server;

#[cfg(feature = "hydrate")]
use crate::browser::locale;
use crate::i18n::{Words, words};
use leptos::prelude::*;
use myna_protocol::Timestamp;

/// How this reader reads times.
#[derive(Clone, Copy)]
pub(crate) struct Zone {
    t: Words,
    /// Whether the browser writes the times. A page that it takes over keeps what the server wrote until a text changes: so
    /// this changes once, and with it every time.
    #[cfg(feature = "hydrate")]
    is_local: RwSignal<bool>,
    #[cfg(feature = "ssr")]
    reader: StoredValue<server::ReaderZone>,
    now: RwSignal<Timestamp>,
    /// The day that `now` is in and the zone that the device is in: when it changes, every time is written anew.
    day: RwSignal<String>,
}

/// Gives the zone to everything beneath. `now` is set by who knows it first: the server's first page.
pub(crate) fn provide_zone() {
    let zone = Zone {
        t: words(),
        #[cfg(feature = "hydrate")]
        is_local: RwSignal::new(false),
        #[cfg(feature = "ssr")]
        reader: StoredValue::new(
            use_context::<crate::request_context::RequestContext>().map(|request| request.zone).unwrap_or_default(),
        ),
        now: RwSignal::new(Timestamp(0)),
        day: RwSignal::new(String::new()),
    };
    provide_context(zone);
    #[cfg(feature = "hydrate")]
    Effect::new(move |_| zone.is_local.set(true));
}

pub(crate) fn use_zone() -> Zone {
    use_context().expect("the app gives the zone to all its pages")
}

impl Zone {
    /// Tells what time it is, so that "Today" is today. Cheap where it still is.
    pub(crate) fn set_now(self, now: Timestamp) {
        #[cfg(feature = "hydrate")]
        let day = locale::day_and_zone(now);
        #[cfg(not(feature = "hydrate"))]
        let day = self.on_server(|reader| reader.day(now));
        if self.day.with_untracked(|before| *before != day) {
            #[cfg(feature = "hydrate")]
            locale::forget_zone();
            self.now.set(now);
            self.day.set(day);
        }
    }

    /// "9:41 AM".
    pub(crate) fn time(self, at: Timestamp) -> String {
        self.day.track();
        #[cfg(feature = "hydrate")]
        return if self.is_local.get() { locale::time(at) } else { String::new() };
        #[cfg(not(feature = "hydrate"))]
        self.on_server(|reader| reader.time(self.t, at))
    }

    /// "Today", "Yesterday", a weekday within a week, else the date.
    pub(crate) fn day(self, at: Timestamp) -> String {
        let now = self.now.get();
        self.day.track();
        #[cfg(feature = "hydrate")]
        {
            if !self.is_local.get() {
                return String::new();
            }
            match locale::days_between(at, now) {
                // Shortly before midnight here, it is tomorrow by a clock that is fast.
                -1 | 0 => self.t.today().to_owned(),
                1 => self.t.yesterday().to_owned(),
                2..=6 => locale::weekday(at),
                _ => locale::short_date(at),
            }
        }
        #[cfg(not(feature = "hydrate"))]
        self.on_server(|reader| match reader.days_between(at, now) {
            -1 | 0 => self.t.today().to_owned(),
            1 => self.t.yesterday().to_owned(),
            2..=6 => reader.weekday(self.t, at),
            _ => reader.short_date(self.t, at),
        })
    }

    /// "Today", "Tomorrow", a weekday within a week, else the date: of a time to come.
    pub(crate) fn coming_day(self, at: Timestamp) -> String {
        let now = self.now.get();
        self.day.track();
        #[cfg(feature = "hydrate")]
        {
            if !self.is_local.get() {
                return String::new();
            }
            match locale::days_between(now, at) {
                0 => self.t.today().to_owned(),
                1 => self.t.tomorrow().to_owned(),
                2..=6 => locale::weekday(at),
                _ => locale::short_date(at),
            }
        }
        #[cfg(not(feature = "hydrate"))]
        self.on_server(|reader| match reader.days_between(now, at) {
            0 => self.t.today().to_owned(),
            1 => self.t.tomorrow().to_owned(),
            2..=6 => reader.weekday(self.t, at),
            _ => reader.short_date(self.t, at),
        })
    }

    /// As `day`, but nothing for today.
    pub(crate) fn day_unless_today(self, at: Timestamp) -> Option<String> {
        Some(self.day(at)).filter(|day| day != self.t.today())
    }

    /// What a list shows: the time today, else the day.
    pub(crate) fn brief(self, at: Timestamp) -> String {
        self.day_unless_today(at).unwrap_or_else(|| self.time(at))
    }

    #[cfg(feature = "ssr")]
    fn on_server<T>(self, say: impl FnOnce(&server::ReaderZone) -> T) -> T {
        self.reader.with_value(say)
    }
}

/// For the `datetime` attribute: UTC, as ISO 8601 writes it.
pub(crate) fn iso(at: Timestamp) -> String {
    #[cfg(feature = "hydrate")]
    return locale::iso(at);
    #[cfg(not(feature = "hydrate"))]
    server::iso(at)
}
