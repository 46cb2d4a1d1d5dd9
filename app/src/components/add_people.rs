//! The sheet that brings people into a group or a channel.

use super::PeoplePicker;
use super::modal::{show_modal, when_closed};
use crate::client_handle::use_client;
use crate::i18n::words;
use leptos::ev::SubmitEvent;
use leptos::html::Dialog;
use leptos::prelude::*;
use myna_client::Answer;
use myna_protocol::{Command, ConversationId, Person};

#[component]
pub(crate) fn AddPeople(
    conversation: ConversationId,
    close: impl Fn() + Copy + Send + Sync + 'static,
) -> impl IntoView {
    let (t, handle) = (words(), use_client());
    let dialog: NodeRef<Dialog> = NodeRef::new();
    let shut = show_modal(dialog);
    let chosen = RwSignal::new(Vec::<Person>::new());
    let asking = RwSignal::new(false);
    let error = RwSignal::new(None::<&'static str>);
    let view = handle.signals(conversation).view;
    let members = Signal::derive(move || {
        view.with(|view| view.iter().flat_map(|view| view.people.iter().map(|person| person.id)).collect::<Vec<_>>())
    });
    let add = move |event: SubmitEvent| {
        event.prevent_default();
        let users = chosen.with_untracked(|chosen| chosen.iter().map(|person| person.id).collect());
        asking.set(true);
        error.set(None);
        handle.ask(
            move |request| Command::Add { request, conversation, users },
            move |answer| {
                asking.try_set(false);
                match answer {
                    Answer::Done { .. } => shut(),
                    Answer::Rejected(code, _) => {
                        error.try_set(Some(t.refusal(code)));
                    }
                    Answer::Found { .. } => {}
                }
            },
        );
    };
    view! {
        <dialog class="dialog add-people" node_ref=dialog aria-labelledby="add-people-title" on:close=when_closed(close)>
            <h2 id="add-people-title">{t.add_people()}</h2>
            <PeoplePicker chosen without=members described_by=Signal::derive(move || error.get().map(|_| "add-people-error"))/>
            {move || error.get().map(|text| view! { <p class="form-error" id="add-people-error" role="alert">{text}</p> })}
            <p class="dialog-text">{t.add_people_text()}</p>
            <form class="picker-foot dialog-foot" on:submit=add>
                <button class="button" type="button" on:click=move |_| shut()>{t.cancel()}</button>
                <button
                    class="button primary"
                    type="submit"
                    disabled=move || asking.get() || chosen.with(Vec::is_empty)
                    aria-busy=move || asking.get().then_some("true")
                >
                    {t.add()}
                </button>
            </form>
        </dialog>
    }
    .into_any()
}
