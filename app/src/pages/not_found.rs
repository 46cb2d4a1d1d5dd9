//! The page for an address that leads nowhere.

use crate::components::Logo;
use crate::i18n::words;
use leptos::prelude::*;

#[component]
pub(crate) fn NotFound() -> impl IntoView {
    if let Some(response) = use_context::<leptos_axum::ResponseOptions>() {
        response.set_status(http::StatusCode::NOT_FOUND);
    }
    let t = words();
    view! {
        <main class="sign-in">
            <section class="sign-in-card">
                <Logo/>
                <h1>{t.not_found_title()}</h1>
                <p class="sign-in-lead">{t.not_found_text()}</p>
                <p class="sign-in-other">
                    <a href="/">{t.your_conversations()}</a>
                </p>
            </section>
        </main>
    }
}
