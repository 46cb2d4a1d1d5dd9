//! Forwards messages: each row of the list sends them there, at once.

use super::finder::{Finder, Found, Progress};
use super::modal::{show_sheet, when_closed};
use super::overlay::use_overlay;
use super::selection::use_selection;
use crate::client_handle::{ClientHandle, use_client};
use crate::i18n::words;
use leptos::html::Dialog;
use leptos::prelude::*;
use myna_protocol::{Command, ConversationId, MessageRef, Seq};

#[component]
pub(crate) fn ForwardDialog(
    conversation: ConversationId,
    close: impl Fn() + Copy + Send + Sync + 'static,
) -> impl IntoView {
    let (t, handle, selection, overlay) = (words(), use_client(), use_selection(), use_overlay());
    let dialog: NodeRef<Dialog> = NodeRef::new();
    let shut = show_sheet(dialog);
    let messages = selection.chosen();
    let progress = RwSignal::new(Vec::<(String, Progress)>::new());
    let preview = match messages.as_slice() {
        [seq] => handle.look(|client| client.words_of(conversation, *seq)).map(|(_, text)| text).unwrap_or_default(),
        several => t.messages_count(several.len() as u64),
    };
    // They may have been unsent since the dialog opened.
    let send = move |to| {
        let messages = handle.look(|client| client.with_text(conversation, &messages));
        if messages.is_empty() {
            overlay.note(t.refused_message_unsent());
            shut();
        }
        messages.iter().for_each(|seq| forward(handle, conversation, *seq, to));
        !messages.is_empty()
    };
    let choose = Callback::new(move |found: Found| {
        let key = found.key();
        if progress.with_untracked(|all| all.iter().any(|(of, _)| *of == key)) {
            return;
        }
        match found {
            Found::Conversation(row) => {
                if send(row.id) {
                    progress.update(|all| all.push((key, Progress::Done)));
                }
            }
            Found::Person(person) => {
                progress.update(|all| all.push((key.clone(), Progress::UnderWay)));
                let send = send.clone();
                handle.ask(
                    move |request| Command::Direct { request, user: person.id },
                    move |answer| {
                        let to = handle.conversation_of(&answer).filter(|to| send(*to));
                        // It is a row of the list by now, or to be tried again. The dialog may be closed.
                        progress.try_update(|all| {
                            all.retain(|(of, _)| *of != key);
                            if let Some(to) = to {
                                all.extend([to.to_string(), key].map(|of| (of, Progress::Done)));
                            }
                        });
                    },
                );
            }
            Found::Command(_) => {}
        }
    });
    let closed = move || {
        if progress.with_untracked(|all| !all.is_empty()) {
            selection.stop();
        }
        close();
    };
    view! {
        <dialog class="dialog switcher forward" node_ref=dialog aria-labelledby="forward-title" on:close=when_closed(closed)>
            <header class="forward-head">
                <h2 id="forward-title">{t.forward()}</h2>
                <p dir="auto">{preview}</p>
                <button class="button" type="button" on:click=move |_| shut()>{t.done()}</button>
            </header>
            <Finder label=t.forward() hint=t.forward_hint() has_commands=false progress choose/>
        </dialog>
    }
    .into_any()
}

fn forward(handle: ClientHandle, conversation: ConversationId, seq: Seq, to: ConversationId) {
    #[cfg(feature = "hydrate")]
    handle.act(|client, now| client.forward(MessageRef { conversation, seq }, to, crate::browser::client_id(), now));
    #[cfg(not(feature = "hydrate"))]
    let _ = (handle, MessageRef { conversation, seq }, to);
}
