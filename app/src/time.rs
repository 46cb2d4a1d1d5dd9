//! Moments as people read them. The server does not know the reader's time zone: it writes UTC, and the browser writes
//! local time as soon as it runs.

mod civil;

use leptos::prelude::*;
use myna_protocol::Timestamp;

/// How this reader reads time; changes once, when the browser takes over.
#[derive(Clone, Copy)]
pub(crate) struct Zone {
    local: RwSignal<bool>,
    now: RwSignal<Timestamp>,
    /// The day that `now` is in and the zone that the device is in: when it changes, every time is written anew.
    day: RwSignal<String>,
}

/// Gives the zone to everything beneath. `now` is set by who knows it first: the server's first page.
pub(crate) fn provide_zone() {
    let zone =
        Zone { local: RwSignal::new(false), now: RwSignal::new(Timestamp(0)), day: RwSignal::new(String::new()) };
    provide_context(zone);
    Effect::new(move |_| zone.local.set(true));
}

pub(crate) fn use_zone() -> Zone {
    use_context().expect("the app gives the zone to all its pages")
}

impl Zone {
    /// Tells what time it is, so that "Today" is today. Cheap where it still is.
    pub(crate) fn set_now(self, now: Timestamp) {
        #[cfg(feature = "hydrate")]
        let day = crate::browser::locale::day_and_zone(now);
        #[cfg(not(feature = "hydrate"))]
        let day = civil::iso(now).chars().take("2026-11-26".len()).collect::<String>();
        if self.day.with_untracked(|before| *before != day) {
            self.now.set(now);
            self.day.set(day);
        }
    }

    /// "9:41 AM", as the reader's locale writes it.
    pub(crate) fn time(self, at: Timestamp) -> String {
        self.day.track();
        #[cfg(feature = "hydrate")]
        if self.local.get() {
            return crate::browser::locale::time(at);
        }
        let _ = self.local;
        civil::time(at)
    }

    /// "Today", "Yesterday", a weekday within a week, else the date.
    pub(crate) fn day(self, at: Timestamp) -> String {
        let now = self.now.get();
        #[cfg(feature = "hydrate")]
        if self.local.get() {
            return crate::browser::locale::day(at, now);
        }
        civil::day(at, now)
    }

    /// What a list shows: the time today, else the day.
    pub(crate) fn brief(self, at: Timestamp) -> String {
        let day = self.day(at);
        if day == "Today" { self.time(at) } else { day }
    }
}

/// For the `datetime` attribute: UTC, as ISO 8601 writes it.
pub(crate) fn iso(at: Timestamp) -> String {
    civil::iso(at)
}
