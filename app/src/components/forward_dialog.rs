//! Forwards messages: each row of the list sends them there, at once.

use super::finder::{Finder, Found, Progress};
use super::modal::{show_sheet, when_closed};
use super::overlay::use_overlay;
use super::selection::use_selection;
use crate::client_handle::{ClientHandle, use_client};
use crate::i18n::words;
use leptos::html::Dialog;
use leptos::prelude::*;
use myna_client::{Forwardable, Status};
use myna_protocol::{Command, ConversationId};

#[component]
pub(crate) fn ForwardDialog(
    conversation: ConversationId,
    close: impl Fn() + Copy + Send + Sync + 'static,
) -> impl IntoView {
    let (t, handle, selection, overlay) = (words(), use_client(), use_selection(), use_overlay());
    let dialog: NodeRef<Dialog> = NodeRef::new();
    let shut = show_sheet(dialog);
    // As they are now: the page may not hold them any more when they are sent.
    let messages = handle.look(|client| client.forwardable(conversation, &selection.chosen()));
    let said = RwSignal::new(String::new());
    let progress = RwSignal::new(Vec::<(String, Progress)>::new());
    let preview = match messages.as_slice() {
        [message] => message.text().to_owned(),
        several => t.messages_count(several.len() as u64),
    };
    let count = messages.len();
    let choose = Callback::new(move |found: Found| {
        let key = found.key();
        if progress.with_untracked(|all| all.iter().any(|(of, _)| *of == key)) {
            return;
        }
        // They may have been unsent since the dialog opened.
        let mut messages = messages.clone();
        messages.retain(|message| !handle.look(|client| client.is_unsent(message.message())));
        if messages.is_empty() {
            overlay.note(t.refused_message_unsent());
            return shut();
        }
        let is_part = messages.len() < count;
        if !handle.look(|client| client.has_room_for(&messages)) {
            return said.set(t.outbox_full().to_owned());
        }
        let name = found.name(t);
        let done = move || {
            let is_live = handle.look(|client| client.status()) == Status::Live;
            let mut text = if is_live { t.sent_to(name.as_str()) } else { t.will_be_sent_to(name.as_str()) };
            if is_part {
                text = format!("{text}. {}", t.chosen_unsent());
            }
            said.try_set(text);
            if is_live { Progress::Done } else { Progress::Waiting }
        };
        match found {
            Found::Conversation(row) => {
                forward(handle, messages, row.id);
                progress.update(|all| all.push((key, done())));
            }
            Found::Person(person) => {
                progress.update(|all| all.push((key.clone(), Progress::UnderWay)));
                handle.ask(
                    move |request| Command::Direct { request, user: person.id },
                    move |answer| {
                        let to = handle.conversation_of(&answer);
                        if let Some(to) = to {
                            forward(handle, messages, to);
                        }
                        // Else it can be tried again. The dialog may be closed by now.
                        progress.try_update(|all| {
                            all.retain(|(of, _)| *of != key);
                            all.extend(to.map(|_| (key, done())));
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
            <p class="forward-status" role="status">{said}</p>
            <Finder label=t.forward() hint=t.forward_hint() has_commands=false progress choose/>
        </dialog>
    }
    .into_any()
}

fn forward(handle: ClientHandle, messages: Vec<Forwardable>, to: ConversationId) {
    #[cfg(feature = "hydrate")]
    for message in messages {
        handle.act(|client, now| client.forward(message, to, crate::browser::client_id(), now));
    }
    #[cfg(not(feature = "hydrate"))]
    let _ = (handle, messages, to);
}
