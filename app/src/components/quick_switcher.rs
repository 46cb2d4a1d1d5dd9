//! The quick switcher: to any conversation, to anybody, or to something that can be done, by a few letters.

use super::finder::{Finder, Found};
use super::modal::{show_sheet, when_closed};
use super::overlay::use_overlay;
use crate::client_handle::use_client;
use crate::i18n::words;
use crate::navigation::{Route, use_navigation};
use leptos::html::Dialog;
use leptos::prelude::*;
use myna_protocol::Command;

#[component]
pub(crate) fn QuickSwitcher(close: impl Fn() + Copy + Send + Sync + 'static) -> impl IntoView {
    let (t, handle, navigation, overlay) = (words(), use_client(), use_navigation(), use_overlay());
    let dialog: NodeRef<Dialog> = NodeRef::new();
    let shut = show_sheet(dialog);
    let go = Callback::new(move |found: Found| {
        // Closed first: a dialog that closes gives the focus back.
        shut();
        match found {
            Found::Conversation(row) => navigation.go(Route::Conversation(row.id)),
            Found::Person(person) => handle.ask_conversation(
                move |request| Command::Direct { request, user: person.id },
                move |id| navigation.go(Route::Conversation(id)),
            ),
            Found::Command(command) => {
                close();
                command.run(handle, navigation, overlay);
            }
        }
    });
    view! {
        <dialog class="dialog switcher" node_ref=dialog aria-label=t.quick_switcher() on:close=when_closed(close)>
            <Finder label=t.quick_switcher() hint=t.quick_switcher_hint() has_commands=true progress=RwSignal::new(Vec::new()) choose=go/>
        </dialog>
    }
    .into_any()
}
