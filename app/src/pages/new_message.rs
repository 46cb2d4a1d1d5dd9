//! A new message: to one person, or to several, who become a group.

use crate::client_handle::use_client;
use crate::components::{PeoplePicker, PickerHead, When};
use crate::i18n::words;
use crate::navigation::{Route, use_navigation};
use leptos::prelude::*;
use myna_client::Answer;
use myna_protocol::limits::NAME_CHARS;
use myna_protocol::{Command, ConversationId, Person};

#[component]
pub(crate) fn NewMessage() -> impl IntoView {
    let (t, handle) = (words(), use_client());
    let navigation = use_navigation();
    let chosen = RwSignal::new(Vec::<Person>::new());
    let name = RwSignal::new(String::new());
    let asking = RwSignal::new(false);
    let error = RwSignal::new(None::<&'static str>);
    let start = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let users = chosen.get_untracked();
        asking.set(true);
        error.set(None);
        let command = move |request| match &users[..] {
            [one] => Command::Direct { request, user: one.id },
            several => {
                let name = name.get_untracked().trim().to_owned();
                Command::Group {
                    request,
                    conversation: new_id(),
                    name: (!name.is_empty()).then_some(name),
                    users: several.iter().map(|user| user.id).collect(),
                }
            }
        };
        handle.ask(command, move |answer| {
            asking.try_set(false);
            match answer {
                Answer::Done { conversation: Some(id) } => navigation.go(Route::Conversation(id)),
                Answer::Rejected(code, _) => {
                    error.try_set(Some(t.refusal(code)));
                }
                Answer::Done { conversation: None } | Answer::Found { .. } => {}
            }
        });
    };
    let is_group = Memo::new(move |_| chosen.with(|chosen| chosen.len() > 1));
    view! {
        <section class="picker">
            <PickerHead title=t.new_message()/>
            <PeoplePicker chosen without=Vec::new() described_by=Signal::derive(move || error.get().map(|_| "new-message-error"))/>
            {move || error.get().map(|text| view! { <p class="form-error" id="new-message-error" role="alert">{text}</p> })}
            <form class="picker-foot" on:submit=start>
                <When condition=move || is_group.get()>
                    <label class="field">
                        <span class="field-name">{t.group_name_optional()}</span>
                        <input maxlength=NAME_CHARS autocomplete="off" prop:value=name on:input:target=move |event| name.set(event.target().value())/>
                    </label>
                </When>
                <button
                    class="button primary"
                    type="submit"
                    disabled=move || asking.get() || chosen.with(Vec::is_empty)
                    aria-busy=move || asking.get().then_some("true")
                >
                    {t.start()}
                </button>
            </form>
        </section>
    }
    .into_any()
}

/// An id for a new conversation. Nobody asks for one on the server.
pub(super) fn new_id() -> ConversationId {
    #[cfg(feature = "hydrate")]
    return crate::browser::conversation_id();
    #[cfg(not(feature = "hydrate"))]
    ConversationId::from_bytes([0; 16])
}
