//! What can be done with the messages that are chosen, in the place of the composer.

use super::selection::{MOST, use_selection};
use super::{Glyph, Icon, Sheet, copy, use_overlay};
use crate::client_handle::use_client;
use crate::i18n::words;
use leptos::ev::KeyboardEvent;
use leptos::prelude::*;
use myna_protocol::{ConversationId, MessageRef, Seq};

#[component]
pub(crate) fn SelectionBar(conversation: ConversationId) -> impl IntoView {
    let (t, handle, overlay, selection) = (words(), use_client(), use_overlay(), use_selection());
    let count = Memo::new(move |_| selection.count());
    // Whether all that is chosen has a text still; says so if not.
    let has_all = move || {
        let chosen = selection.chosen();
        let is_unsent = |seq: &Seq| handle.look(|client| client.is_unsent(MessageRef { conversation, seq: *seq }));
        let there: Vec<Seq> = chosen.iter().copied().filter(|seq| !is_unsent(seq)).collect();
        let is_loaded = |seq: &Seq| handle.look(|client| client.message(conversation, *seq).is_some());
        if there.len() < chosen.len() {
            overlay.note(t.chosen_unsent());
            selection.keep(there);
            false
        } else if !there.iter().all(is_loaded) {
            overlay.note(t.chosen_not_loaded());
            false
        } else {
            true
        }
    };
    let copy_all = move |_| {
        if !has_all() {
            return;
        }
        let said: Vec<(String, String)> = handle.look(|client| {
            selection.chosen().into_iter().filter_map(|seq| client.words_of(conversation, seq)).collect()
        });
        let text = match said.as_slice() {
            [(_, text)] => text.clone(),
            several => {
                let lines: Vec<String> =
                    several.iter().map(|(name, text)| format!("{}: {text}", t.person(name))).collect();
                lines.join("\n")
            }
        };
        overlay.note(if copy(&text) { t.copied() } else { t.copy_failed() });
        selection.stop();
    };
    let forward = move |_| {
        if has_all() {
            overlay.open_sheet(Sheet::Forward(conversation));
        }
    };
    let keys = move |event: KeyboardEvent| {
        if event.key() == "Escape" {
            event.prevent_default();
            selection.stop();
        }
    };
    let is_nothing = move || count.get() == 0;
    view! {
        <div class="selection-bar" role="toolbar" aria-label=t.selected_messages() on:keydown=keys>
            <button class="button" type="button" on:click=move |_| selection.stop()>{t.cancel()}</button>
            <p role="status">
                {move || match count.get() {
                    count if count >= MOST => t.selected_most(count as u64),
                    count => t.selected(count as u64),
                }}
            </p>
            <button class="icon-button" type="button" aria-label=t.copy() title=t.copy() disabled=is_nothing on:click=copy_all>
                <Icon glyph=Glyph::Copy/>
            </button>
            <button
                class="icon-button"
                type="button"
                aria-haspopup="dialog"
                aria-label=t.forward()
                title=t.forward()
                disabled=is_nothing
                on:click=forward
            >
                <Icon glyph=Glyph::Forward/>
            </button>
        </div>
    }
    .into_any()
}
