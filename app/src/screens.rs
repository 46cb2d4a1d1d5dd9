//! The screens that most visits never open. Their code is a second WASM file. The browser loads it when the page is first idle
//! after hydration, when such a screen opens before that, or before hydration if the address names one of them.

use crate::components::{
    AddPeople, AllScheduled, DateDialog, Details, EarlierVersions, EmojiPicker, EmojiUse, ForwardDialog, PickerHead,
    QuickSwitcher, Reactions, ScheduleDialog, ScheduledDialog, ScheduledLines, SelectionBar, Sheet, Shortcuts, Thread,
    choice_view, show_modal, use_overlay, when_closed,
};
use crate::i18n::{Words, words};
#[cfg(feature = "hydrate")]
use crate::navigation::Route;
use crate::pages::{Channels, NewMessage, Settings};
use futures_util::FutureExt as _;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos::wasm_split::{SplitLoaderError, wasm_split};
use myna_client::{Bubble, View};
use myna_protocol::{ClientId, ConversationId, Seq};
use std::sync::atomic::{AtomicBool, Ordering};

static LOADED: AtomicBool = AtomicBool::new(false);

#[derive(Debug, Clone, Copy)]
pub(crate) enum Screen {
    NewMessage,
    Channels,
    Settings,
    QuickSwitcher,
    Shortcuts,
    GoToDate(ConversationId),
    AddPeople(ConversationId),
    EarlierVersions(ConversationId, Seq),
    Reactions(ConversationId, Seq),
    Forward(ConversationId),
    Schedule(ConversationId),
    Scheduled {
        id: ClientId,
        of_all: bool,
    },
    ScheduledLines(ConversationId),
    AllScheduled,
    SelectionBar(ConversationId),
    /// The box that chooses this message.
    Choice(Memo<Bubble>),
    Emoji(EmojiUse),
    Thread(ConversationId),
    Details {
        id: ConversationId,
        view: Signal<Option<View>>,
        open: RwSignal<bool>,
    },
}

/// Whether this code has loaded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Code {
    NotAsked,
    Loading,
    Loaded,
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
        Screen::GoToDate(id) => view! { <DateDialog conversation=id close=move || overlay.close_sheet()/> }.into_any(),
        Screen::AddPeople(id) => view! { <AddPeople conversation=id close=move || overlay.close_sheet()/> }.into_any(),
        Screen::EarlierVersions(id, seq) => {
            view! { <EarlierVersions conversation=id seq close=move || overlay.close_sheet()/> }.into_any()
        }
        Screen::Forward(id) => {
            view! { <ForwardDialog conversation=id close=move || overlay.close_sheet()/> }.into_any()
        }
        Screen::Schedule(id) => {
            view! { <ScheduleDialog conversation=id close=move || overlay.close_sheet()/> }.into_any()
        }
        Screen::Scheduled { id, of_all } => {
            let close = move || if of_all { overlay.open_sheet(Sheet::AllScheduled) } else { overlay.close_sheet() };
            view! { <ScheduledDialog client_id=id close/> }.into_any()
        }
        Screen::ScheduledLines(id) => view! { <ScheduledLines id in_thread=false/> }.into_any(),
        Screen::AllScheduled => view! { <AllScheduled close=move || overlay.close_sheet()/> }.into_any(),
        Screen::Choice(bubble) => choice_view(bubble),
        Screen::SelectionBar(id) => view! { <SelectionBar conversation=id/> }.into_any(),
        Screen::Emoji(purpose) => view! { <EmojiPicker purpose close=move || overlay.close_sheet()/> }.into_any(),
        Screen::Reactions(id, seq) => {
            view! { <Reactions conversation=id seq close=move || overlay.close_sheet()/> }.into_any()
        }
        Screen::Thread(id) => view! { <Thread id/> }.into_any(),
        Screen::Details { id, view, open } => view! { <Details id view open/> }.into_any(),
    })
}

/// Tells everything beneath whether the code has loaded, and loads it when the browser has nothing else to do.
pub(crate) fn provide_screens() {
    let code = RwSignal::new(if is_loaded() { Code::Loaded } else { Code::NotAsked });
    provide_context(code);
    #[cfg(feature = "hydrate")]
    Effect::new(move |_| {
        let ask = move || ask(code);
        // Safari doesn't say when it is idle.
        if request_idle_callback_with_handle(ask).is_err() {
            set_timeout(ask, std::time::Duration::from_secs(1));
        }
    });
}

#[component]
pub(crate) fn ScreenView(screen: Screen) -> impl IntoView {
    let t = words();
    let code = use_context::<RwSignal<Code>>().expect("the chat gives the code of its screens to all its components");
    ask(code);
    let loaded = Memo::new(move |_| code.get() == Code::Loaded);
    move || {
        if loaded.get() {
            draw(screen).now_or_never().and_then(Result::ok).into_any()
        } else {
            stand_in(screen, t, code)
        }
    }
}

/// Draws a screen once its code has loaded, and does not ask for it. The server does not draw it: when the browser takes over the
/// page, the code is not there.
pub(crate) fn draw_later(screen: Screen) -> AnyView {
    let code = use_context::<RwSignal<Code>>().expect("the chat gives the code of its screens to all its components");
    (move || match code.get() {
        Code::Loaded if cfg!(feature = "hydrate") => draw(screen).now_or_never().and_then(Result::ok).into_any(),
        _ => ().into_any(),
    })
    .into_any()
}

/// The placeholder for a screen while its code loads or after loading failed.
fn stand_in(screen: Screen, t: Words, code: RwSignal<Code>) -> AnyView {
    let content = move || match code.get() {
        Code::Failed => view! {
            <div class="empty-small">
                <h2>{t.not_loaded_title()}</h2>
                <p role="alert">{t.not_loaded_text()}</p>
                <button class="button primary" type="button" on:click=move |_| get(code)>{t.try_again()}</button>
            </div>
        }
        .into_any(),
        Code::NotAsked | Code::Loading | Code::Loaded => {
            view! { <span class="spinner" role="status" aria-label=t.loading()></span> }.into_any()
        }
    };
    let page = |title| {
        view! {
            <section class="picker">
                <PickerHead title/>
                {content}
            </section>
        }
        .into_any()
    };
    match screen {
        Screen::QuickSwitcher
        | Screen::Shortcuts
        | Screen::GoToDate(_)
        | Screen::AddPeople(_)
        | Screen::EarlierVersions(..)
        | Screen::Reactions(..)
        | Screen::Forward(_)
        | Screen::Schedule(_)
        | Screen::Scheduled { .. }
        | Screen::AllScheduled
        | Screen::Emoji(..) => {
            let (overlay, dialog) = (use_overlay(), NodeRef::new());
            let _ = show_modal(dialog);
            view! { <dialog class="dialog" node_ref=dialog aria-label=t.loading() on:close=when_closed(move || overlay.close_sheet())>{content}</dialog> }
                .into_any()
        }
        Screen::Details { open, .. } => view! {
            <aside class="details" aria-label=t.details()>
                <button class="button" type="button" on:click=move |_| open.set(false)>{t.close()}</button>
                {content}
            </aside>
        }
        .into_any(),
        Screen::Thread(_) => view! { <section class="thread" aria-label=t.thread()>{content}</section> }.into_any(),
        Screen::Choice(_) | Screen::ScheduledLines(_) => ().into_any(),
        Screen::SelectionBar(_) => view! { <div class="selection-bar">{content}</div> }.into_any(),
        Screen::NewMessage => page(t.new_message()),
        Screen::Channels => page(t.channels()),
        Screen::Settings => page(t.settings()),
    }
}

/// Loads the code, if nobody has asked for it yet.
fn ask(code: RwSignal<Code>) {
    if code.try_get_untracked() == Some(Code::NotAsked) {
        get(code);
    }
}

/// Loads the code. It loads once.
fn get(code: RwSignal<Code>) {
    code.set(Code::Loading);
    spawn_local(async move {
        code.try_set(if load_once().await.is_ok() { Code::Loaded } else { Code::Failed });
    });
}

/// Whether the code is loaded; the server has all of it.
fn is_loaded() -> bool {
    cfg!(feature = "ssr") || LOADED.load(Ordering::Relaxed)
}

/// Loads the code if the address names one of these screens: hydration is synchronous, so the code must be there first.
#[cfg(feature = "hydrate")]
pub(crate) async fn load_at(path: &str) -> Result<(), SplitLoaderError> {
    match Route::at(path) {
        Some(Route::NewMessage | Route::Channels | Route::Settings) => load_once().await,
        Some(Route::List | Route::Conversation(_) | Route::Message(..)) | None => Ok(()),
    }
}

async fn load_once() -> Result<(), SplitLoaderError> {
    load().await.inspect(|()| LOADED.store(true, Ordering::Relaxed))
}
