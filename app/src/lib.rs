//! The Leptos UI of Myna: pages, components and server functions, the same source for the server and the browser.

#![recursion_limit = "256"]
#![expect(unreachable_pub, reason = "the component macro writes `pub` for what it generates")]

mod client_handle;
mod commands;
mod components;
pub mod emoji;
pub mod i18n;
mod navigation;
mod pages;
mod preferences;
mod problem;
mod screens;
pub mod server_fns;
mod time;

#[cfg(feature = "ssr")]
pub mod document;
#[cfg(feature = "ssr")]
pub mod request_context;

#[cfg(feature = "hydrate")]
mod browser;

use leptos::prelude::*;

/// The chat, all its addresses: what the browser takes over. The pages to sign in and up and to say that there is no page
/// are the server's alone.
#[component]
pub fn App() -> impl IntoView {
    time::provide_zone();
    pages::Chat()
}

/// Gets what the page at this address needs before hydration: its words, and the WASM of a rare screen.
///
/// # Errors
/// When the words are missing, or a file does not load.
#[cfg(feature = "hydrate")]
pub async fn load() -> Result<(), Box<dyn std::error::Error>> {
    browser::words::load()?;
    Ok(screens::load_at(&browser::page::path()).await?)
}
