//! What only a screen reader is told: the one place of the page that speaks by itself.

use leptos::prelude::*;

#[component]
pub(super) fn Announcer(said: RwSignal<String>) -> impl IntoView {
    // It is there before anything is said: what is put into the page together with its text is not spoken.
    view! { <p class="visually-hidden announcer" role="log" aria-live="polite">{said}</p> }
}
