//! The Leptos UI of Myna: pages, components and server functions, the same source for the server and the browser.

#![recursion_limit = "256"]
#![expect(unreachable_pub, reason = "the component macro writes `pub` for what it generates")]

mod client_handle;
mod components;
pub mod i18n;
mod pages;
mod preferences;
mod problem;
pub mod server_fns;
mod time;

#[cfg(feature = "ssr")]
pub mod request_context;

#[cfg(feature = "hydrate")]
mod browser;

use i18n::words;
use leptos::html;
use leptos::prelude::*;
use leptos_meta::{HashedStylesheet, MetaTags, Title, provide_meta_context};
use leptos_router::components::{ParentRoute, Route, Router, Routes};
use leptos_router::{SsrMode, path};
use pages::{Chat, NotFound, SignIn, SignUp};
use preferences::Theme;

/// The document around the app, as the server sends it.
pub fn shell(options: LeptosOptions) -> impl IntoView {
    let (t, theme) = (words(), theme());
    view! {
        <!DOCTYPE html>
        <html lang=t.language() dir=t.direction() data-theme=theme.name()>
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
                <AutoReload options=options.clone()/>
                <HydrationScripts options/>
                <MetaTags/>
            </head>
            <body>
                <App/>
            </body>
        </html>
    }
}

/// The theme that was chosen in the settings.
fn theme() -> Theme {
    #[cfg(feature = "ssr")]
    return use_context::<request_context::RequestContext>().map(|request| request.theme).unwrap_or_default();
    #[cfg(not(feature = "ssr"))]
    Theme::default()
}

/// The colour that browsers draw around the page.
fn theme_colors(theme: Theme) -> impl IntoView {
    let color = |color: &'static str, media: Option<&'static str>| {
        html::meta().name("theme-color").content(color).attr("media", media)
    };
    const LIGHT: &str = "#ffffff";
    const DARK: &str = "#1e1e1e";
    match theme {
        Theme::System => {
            vec![color(LIGHT, Some("(prefers-color-scheme: light)")), color(DARK, Some("(prefers-color-scheme: dark)"))]
        }
        Theme::Light => vec![color(LIGHT, None)],
        Theme::Dark => vec![color(DARK, None)],
    }
}

/// The app: one route a page. The chat stays in place while one goes from conversation to conversation.
#[component]
pub fn App() -> impl IntoView {
    provide_meta_context();
    time::provide_zone();
    view! {
        <Title text="Myna"/>
        <Router>
            <Routes fallback=NotFound>
                <Route path=path!("/sign-in") view=SignIn/>
                <Route path=path!("/sign-up") view=SignUp/>
                // In one piece: streamed out of order, the list would only come into its place by a script.
                <ParentRoute path=path!("") view=Chat ssr=SsrMode::Async>
                    <Route path=path!("") view=|| ()/>
                    <Route path=path!("c/:conversation") view=|| ()/>
                    <Route path=path!("new") view=|| ()/>
                    <Route path=path!("channels") view=|| ()/>
                    <Route path=path!("settings") view=|| ()/>
                </ParentRoute>
            </Routes>
        </Router>
    }
}
