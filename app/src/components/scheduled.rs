//! Scheduled messages: at the end of their conversation, as dashed bubbles, and the sheet of all of them.

use super::Sheet;
use super::flow::{Each, When};
use super::modal::{show_sheet, when_closed};
use super::quote::quote_view;
use super::use_overlay;
use crate::client_handle::use_client;
use crate::i18n::words;
use crate::time::{iso, use_zone};
use leptos::html::Dialog;
use leptos::prelude::*;
use myna_client::{Quote, ScheduledItem, Title, View};
use myna_protocol::ConversationId;

/// Bubbles that are shown below a conversation, at most.
const SHOWN: usize = 3;

/// The scheduled messages of a conversation, the next to be sent first: after the newest message, or in the thread that is open. The
/// button that sends offers to send later.
#[component]
pub(crate) fn ScheduledLines(id: ConversationId, in_thread: bool) -> impl IntoView {
    let (t, zone, handle, overlay) = (words(), use_zone(), use_client(), use_overlay());
    let view: Signal<Option<View>> = handle.signals(id).view.into();
    let hint = move |is_edit: bool, may_schedule: bool| match (is_edit, may_schedule) {
        (true, _) => t.save(),
        (false, true) => t.send_hint(),
        (false, false) => t.send(),
    };
    #[cfg(feature = "hydrate")]
    if !in_thread {
        send_button::offer_later(id, handle, overlay, hint);
    }
    #[cfg(not(feature = "hydrate"))]
    let _ = hint;
    let line = move |(item, quote): (ScheduledItem, Option<Quote>)| {
        let ScheduledItem { client_id, text, send_at, failed, .. } = item;
        let edit = move || overlay.open_sheet(Sheet::Scheduled { id: client_id, of_all: false });
        let when = move || format!("{} {}", zone.coming_day(send_at), zone.time(send_at));
        view! {
            <li class="line mine first last scheduled">
                {quote.map(|quote| quote_view(t, id, &quote))}
                <p class="scheduled-head">
                    {match failed {
                        Some(_) => view! { <span class="scheduled-failed">{t.not_sent()}</span> }.into_any(),
                        None => view! { <time datetime=iso(send_at)>{when}</time> }.into_any(),
                    }}
                    " · "
                    <button class="link" type="button" aria-haspopup="dialog" on:click=move |_| edit()>
                        {t.edit()}
                    </button>
                </p>
                <div
                    class="bubble"
                    role="article"
                    tabindex="-1"
                    aria-label=move || if failed.is_some() { t.not_sent().to_owned() } else { t.scheduled_for(when()) }
                    on:contextmenu=move |event| {
                        event.prevent_default();
                        edit();
                    }
                    on:keydown=move |event| {
                        if matches!(event.key().as_str(), "Enter" | "e") && event.target() == event.current_target() {
                            event.prevent_default();
                            edit();
                        }
                    }
                >
                    <p dir="auto">{text}</p>
                </div>
            </li>
        }
    };
    let schedule = RwSignal::from(handle.schedule());
    let is_shown = move |view: &View| view.thread.is_some() == in_thread && (in_thread || !view.hides_newer);
    // One that is sent goes when its message comes, which changes the view.
    let items = move || {
        schedule.track();
        let is_shown = view.with(|view| view.as_ref().is_some_and(is_shown));
        if is_shown { handle.look(|client| client.scheduled_in(id)) } else { Vec::new() }
    };
    // More of them would fill the page, and hide what others write.
    let first = move || items().into_iter().take(SHOWN).collect();
    let count = Memo::new(move |_| items().len());
    view! {
        <Each of=first key=|item| format!("{item:?}") children=line/>
        <When condition=move || { count.get() > SHOWN }>
            <li class="line mine scheduled">
                <p class="scheduled-head">
                    <button class="link" type="button" aria-haspopup="dialog" on:click=move |_| overlay.open_sheet(Sheet::AllScheduled)>
                        {move || t.all_scheduled(count.get() as u64)}
                    </button>
                </p>
            </li>
        </When>
    }
    .into_any()
}

/// All scheduled messages.
#[component]
pub(crate) fn AllScheduled(close: impl Fn() + Copy + Send + Sync + 'static) -> impl IntoView {
    let (t, zone, handle, overlay) = (words(), use_zone(), use_client(), use_overlay());
    let schedule = handle.schedule();
    let dialog: NodeRef<Dialog> = NodeRef::new();
    let shut = show_sheet(dialog);
    let changes = handle.list().version;
    let all = Memo::new(move |_| {
        schedule.track();
        // The titles of conversations.
        changes.track();
        handle.look(myna_client::Client::all_scheduled)
    });
    let row = move |(item, title): (ScheduledItem, Option<Title>)| {
        let ScheduledItem { client_id, text, send_at, failed, .. } = item;
        let title = title.map_or_else(|| t.not_in_conversation().to_owned(), |title| t.title(&title));
        view! {
            <li class="version">
                <h3 dir="auto">{title}</h3>
                <p class="version-text" dir="auto">{text}</p>
                <p class="scheduled-head">
                    {failed.map(|_| view! { <span class="scheduled-failed">{t.not_sent()}</span> " · " })}
                    <time datetime=iso(send_at)>{move || format!("{} {}", zone.coming_day(send_at), zone.time(send_at))}</time>
                    " · "
                    <button class="link" type="button" aria-haspopup="dialog" on:click=move |_| overlay.open_sheet(Sheet::Scheduled { id: client_id, of_all: true })>
                        {t.edit()}
                    </button>
                </p>
            </li>
        }
    };
    view! {
        <dialog class="dialog versions" node_ref=dialog aria-labelledby="all-scheduled-title" on:close=when_closed(close)>
            <header class="sheet-head">
                <h2 id="all-scheduled-title">{t.scheduled_messages()}</h2>
                <button class="button small" type="button" autofocus on:click=move |_| shut()>{t.close()}</button>
            </header>
            <When condition=move || all.with(Vec::is_empty)>
                <p class="dialog-text">{t.no_scheduled()}</p>
            </When>
            <ol>
                <Each of=move || all.get() key=|row| format!("{row:?}") children=row/>
            </ol>
        </dialog>
    }
    .into_any()
}

#[cfg(feature = "hydrate")]
mod send_button;
