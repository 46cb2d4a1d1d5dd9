//! The page for an address that leads nowhere.

use crate::components::Logo;
use leptos::prelude::*;
use leptos_router::components::A;

#[component]
pub(crate) fn NotFound() -> impl IntoView {
    #[cfg(feature = "ssr")]
    if let Some(response) = use_context::<leptos_axum::ResponseOptions>() {
        response.set_status(http::StatusCode::NOT_FOUND);
    }
    view! {
        <main class="sign-in">
            <section class="sign-in-card">
                <Logo/>
                <h1>"Nothing here"</h1>
                <p class="sign-in-lead">"This address leads nowhere."</p>
                <p class="sign-in-other">
                    <A href="/">"Go to your conversations"</A>
                </p>
            </section>
        </main>
    }
}
