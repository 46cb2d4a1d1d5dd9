//! The Leptos UI of Myna: pages, components and server functions, the same source for the server and the browser.

#![recursion_limit = "256"]
#![expect(unreachable_pub, reason = "the component macro writes `pub` for what it generates")]

mod client_handle;
mod components;
mod pages;
mod problem;
pub mod server_fns;
mod time;

#[cfg(feature = "ssr")]
pub mod request_context;

#[cfg(feature = "hydrate")]
mod browser;

use leptos::prelude::*;
use leptos_meta::{HashedStylesheet, MetaTags, Title, provide_meta_context};
use leptos_router::components::{ParentRoute, Route, Router, Routes};
use leptos_router::{SsrMode, path};
use pages::{Chat, NotFound, SignIn, SignUp};

/// The document around the app, as the server sends it.
pub fn shell(options: LeptosOptions) -> impl IntoView {
    view! {
        <!DOCTYPE html>
        <html lang="en">
            <head>
                <meta charset="utf-8"/>
                <meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover, interactive-widget=resizes-content"/>
                <meta name="color-scheme" content="light dark"/>
                <meta name="theme-color" content="#ffffff" media="(prefers-color-scheme: light)"/>
                <meta name="theme-color" content="#1e1e1e" media="(prefers-color-scheme: dark)"/>
                <meta name="description" content="Myna: a chat of your own"/>
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
                </ParentRoute>
            </Routes>
        </Router>
    }
}
