//! The field for the time at which a message is to be sent.

use crate::i18n::words;
use leptos::prelude::*;
use myna_protocol::Timestamp;
use myna_protocol::limits::SCHEDULE_MILLIS;

/// `value` is as the browser writes it, in the time of the device: "2026-11-28T09:00".
#[component]
pub(crate) fn TimeField(value: RwSignal<String>, is_wrong: Signal<bool>, changed: Callback<()>) -> impl IntoView {
    let t = words();
    let (earliest, latest) = bounds();
    view! {
        <label class="field">
            <span class="field-name">{t.date_and_time()}</span>
            <input
                type="datetime-local"
                required
                min=earliest
                max=latest
                prop:value=value
                aria-invalid=move || is_wrong.get().then_some("true")
                aria-describedby="schedule-note"
                on:input:target=move |event| {
                    value.set(event.target().value());
                    changed.run(());
                }
            />
        </label>
    }
}

#[cfg(feature = "hydrate")]
fn bounds() -> (String, String) {
    use crate::browser::{locale, now};
    let earliest = now();
    (locale::local(earliest), locale::local(earliest.plus(i64::try_from(SCHEDULE_MILLIS).unwrap_or(i64::MAX))))
}

/// The server does not know the device's time; these dialogs open in the browser alone.
#[cfg(not(feature = "hydrate"))]
fn bounds() -> (String, String) {
    let _ = SCHEDULE_MILLIS;
    (String::new(), String::new())
}

/// A time as the field has it.
pub(super) fn written(at: Timestamp) -> String {
    #[cfg(feature = "hydrate")]
    return crate::browser::locale::local(at);
    #[cfg(not(feature = "hydrate"))]
    crate::time::iso(at)
}

/// The time that the field has, if that is one.
pub(super) fn read(value: &str) -> Option<Timestamp> {
    #[cfg(feature = "hydrate")]
    return crate::browser::locale::parse_local(value);
    #[cfg(not(feature = "hydrate"))]
    {
        let _ = value;
        None
    }
}
