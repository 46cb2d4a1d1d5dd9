//! The documents that the server sends: the chat, which the browser takes over, and pages that are forms and text.

mod destination;

pub use destination::{destination, with_destination};

use crate::App;
use crate::i18n::words;
use crate::pages::{NotFound, SignIn, SignUp};
use crate::preferences::{PAGE_COLORS, Theme};
use crate::request_context::RequestContext;
use leptos::html;
use leptos::nonce::use_nonce;
use leptos::prelude::*;
use leptos_meta::{HashedStylesheet, MetaTags, Title, provide_meta_context};
use myna_protocol::Rejection;

/// A page of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Page {
    Chat,
    SignIn,
    SignUp,
    NotFound,
}

/// What was sent by the form of a page, and why it was refused: given as context where a form is shown again.
#[derive(Debug, Clone)]
pub struct RefusedForm {
    pub name: String,
    pub why: Rejection,
}

/// A whole document.
pub fn document(options: LeptosOptions, page: Page) -> impl IntoView {
    let t = words();
    let (theme, accent) =
        use_context::<RequestContext>().map(|request| (request.theme, request.accent)).unwrap_or_default();
    let title = match page {
        // What people have called themselves comes to the title in the browser.
        Page::Chat => "Myna".to_owned(),
        Page::SignIn => t.page_title(t.sign_in()),
        Page::SignUp => t.page_title(t.create_account()),
        Page::NotFound => t.page_title(t.not_found_title()),
    };
    provide_meta_context();
    let body = match page {
        Page::Chat => view! { <App/> }.into_any(),
        Page::SignIn => view! { <SignIn/> }.into_any(),
        Page::SignUp => view! { <SignUp/> }.into_any(),
        Page::NotFound => view! { <NotFound/> }.into_any(),
    };
    let device = matches!(page, Page::SignIn | Page::SignUp)
        .then(|| view! { <script nonce=use_nonce()>{include_str!("document/device.js")}</script> });
    let stopped = (page == Page::Chat).then(|| view! { <Stopped/> });
    // A block of data, which no browser runs.
    let words = (page == Page::Chat)
        .then(|| view! { <script type="text/plain" id="words" nonce=use_nonce()>{t.all()}</script> });
    let scripts = (page == Page::Chat).then(|| view! { <HydrationScripts options=options.clone()/> });
    view! {
        <!DOCTYPE html>
        <html lang=t.language() dir=t.direction() data-theme=theme.name() data-accent=accent.name()>
            <head>
                <meta charset="utf-8"/>
                <meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover, interactive-widget=resizes-content"/>
                <meta name="color-scheme" content="light dark"/>
                {theme_colors(theme)}
                <meta name="description" content=t.app_description()/>
                <link rel="icon" href="/favicon.svg" type="image/svg+xml"/>
                <link rel="apple-touch-icon" href="/apple-touch-icon.png"/>
                <link rel="manifest" href="/manifest.webmanifest"/>
                <HashedStylesheet options=options.clone() id="style"/>
                <AutoReload options/>
                {words}
                {scripts}
                <Title text=title/>
                <MetaTags/>
            </head>
            <body>{body} {stopped} {device}</body>
        </html>
    }
}

/// Shown over a page that does not answer: its program could not start, has crashed, or may not run.
#[component]
fn Stopped() -> impl IntoView {
    let t = words();
    view! {
        <div id="stopped" class="banner problem stopped" role="alert" data-text=t.page_stopped() hidden>
            <span></span>
            // An empty address is that of the page itself.
            <a class="link" href="" rel="external">{t.reload()}</a>
        </div>
        <p id="scripts-needed" class="banner problem">{t.scripts_needed()}</p>
        <script nonce=use_nonce()>{include_str!("document/stopped.js")}</script>
    }
}

/// The colour that browsers draw around the page.
fn theme_colors(theme: Theme) -> impl IntoView {
    let color = |color: &'static str, media: Option<&'static str>| {
        html::meta().name("theme-color").content(color).attr("media", media)
    };
    let (light, dark) = PAGE_COLORS;
    match theme {
        Theme::System => {
            vec![color(light, Some("(prefers-color-scheme: light)")), color(dark, Some("(prefers-color-scheme: dark)"))]
        }
        Theme::Light => vec![color(light, None)],
        Theme::Dark => vec![color(dark, None)],
    }
}
