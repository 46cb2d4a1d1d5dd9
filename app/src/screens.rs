//! The screens that most visits never open. Their code is a file of its own, which the browser loads once the chat is live, or
//! before it takes over a page that shows one of them.

use crate::components::{Details, QuickSwitcher, Shortcuts, use_overlay};
use crate::i18n::words;
#[cfg(feature = "hydrate")]
use crate::navigation::Route;
use crate::pages::{Channels, NewMessage, Settings};
use futures_util::FutureExt as _;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos::wasm_split::{SplitLoaderError, wasm_split};
use myna_client::View;
use myna_protocol::ConversationId;
use std::sync::atomic::{AtomicBool, Ordering};

static LOADED: AtomicBool = AtomicBool::new(false);

#[derive(Debug, Clone, Copy)]
pub(crate) enum Screen {
    NewMessage,
    Channels,
    Settings,
    QuickSwitcher,
    Shortcuts,
    Details { id: ConversationId, view: Signal<Option<View>>, open: RwSignal<bool> },
}

/// How far the code of these screens is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Code {
    OnItsWay,
    Here,
    Failed,
}

/// Draws a screen: in the browser a function of the other file, which loads it first.
#[wasm_split(screens, fallible, preload(load), wasm_split_path = leptos::wasm_split)]
fn draw(screen: Screen) -> Result<AnyView, SplitLoaderError> {
    let overlay = use_overlay();
    Ok(match screen {
        Screen::NewMessage => view! { <NewMessage/> }.into_any(),
        Screen::Channels => view! { <Channels/> }.into_any(),
        Screen::Settings => view! { <Settings/> }.into_any(),
        Screen::QuickSwitcher => view! { <QuickSwitcher close=move || overlay.close_sheet()/> }.into_any(),
        Screen::Shortcuts => view! { <Shortcuts close=move || overlay.close_sheet()/> }.into_any(),
        Screen::Details { id, view, open } => view! { <Details id view open/> }.into_any(),
    })
}

/// Gives the code of these screens to everything beneath, and loads it when the browser has nothing else to do.
pub(crate) fn provide_screens() {
    let code = RwSignal::new(if is_here() { Code::Here } else { Code::OnItsWay });
    provide_context(code);
    #[cfg(feature = "hydrate")]
    Effect::new(move |_| {
        if !is_here() {
            leptos::leptos_dom::helpers::request_idle_callback(move || get(code));
        }
    });
}

#[component]
pub(crate) fn ScreenView(screen: Screen) -> impl IntoView {
    let t = words();
    let code = use_context::<RwSignal<Code>>().expect("the chat gives the code of its screens to all its components");
    move || match code.get() {
        Code::Here => draw(screen).now_or_never().and_then(Result::ok).into_any(),
        Code::OnItsWay => view! { <span class="spinner" role="status" aria-label=t.loading()></span> }.into_any(),
        Code::Failed => view! {
            <div class="empty">
                <h1>{t.not_loaded_title()}</h1>
                <p role="alert">{t.not_loaded_text()}</p>
                <button class="button primary" type="button" on:click=move |_| get(code)>{t.try_again()}</button>
            </div>
        }
        .into_any(),
    }
}

/// Loads the code. What loaded once stays.
fn get(code: RwSignal<Code>) {
    code.set(Code::OnItsWay);
    spawn_local(async move {
        code.try_set(if load_once().await.is_ok() { Code::Here } else { Code::Failed });
    });
}

/// Whether the code is loaded; the server has all of it.
fn is_here() -> bool {
    cfg!(feature = "ssr") || LOADED.load(Ordering::Relaxed)
}

/// Loads the code if the address names one of these screens: a page is taken over all at once.
#[cfg(feature = "hydrate")]
pub(crate) async fn load_at(path: &str) -> Result<(), SplitLoaderError> {
    match Route::at(path) {
        Some(Route::NewMessage | Route::Channels | Route::Settings) => load_once().await,
        Some(Route::List | Route::Conversation(_)) | None => Ok(()),
    }
}

async fn load_once() -> Result<(), SplitLoaderError> {
    load().await.inspect(|()| LOADED.store(true, Ordering::Relaxed))
}
