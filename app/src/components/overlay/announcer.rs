//! The announcer: the only live region of the page for screen readers.

use leptos::prelude::*;

#[component]
pub(super) fn Announcer(said: RwSignal<String>) -> impl IntoView {
    // It is there before anything is said: what is put into the page together with its text is not spoken.
    view! { <p class="visually-hidden announcer" role="log" aria-live="polite">{said}</p> }
}
