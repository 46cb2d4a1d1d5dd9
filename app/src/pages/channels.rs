//! Public channels: those there are, and making one.

use super::new_message::new_id;
use crate::client_handle::use_client;
use crate::components::{Avatar, PickerHead};
use crate::components::{Each, When};
use crate::i18n::words;
use crate::navigation::{Route, use_navigation};
use leptos::prelude::*;
use myna_client::Answer;
use myna_protocol::limits::NAME_CHARS;
use myna_protocol::{Command, Conversation, ConversationId, Kind};

#[component]
pub(crate) fn Channels() -> impl IntoView {
    let (t, handle) = (words(), use_client());
    let navigation = use_navigation();
    let text = RwSignal::new(String::new());
    let error = RwSignal::new(None::<&'static str>);
    let asking = RwSignal::new(false);
    // What is typed finds channels too, so that one is joined rather than made twice.
    let search = handle.search(text);
    let channels = move || search.found().map(|found| found.channels);
    let go = move |answer: Answer| match answer {
        Answer::Done { conversation: Some(id) } => navigation.go(Route::Conversation(id)),
        Answer::Rejected(code, _) => {
            error.try_set(Some(t.refusal(code)));
        }
        Answer::Done { conversation: None } | Answer::Found { .. } => {}
    };
    let make = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        error.set(None);
        asking.set(true);
        let name = text.get_untracked();
        handle.ask(
            move |request| Command::Channel { request, conversation: new_id(), name },
            move |answer| {
                asking.try_set(false);
                go(answer);
            },
        );
    };
    view! {
        <section class="picker">
            <PickerHead title=t.channels()/>
            <form class="form inline" on:submit=make>
                <label class="field">
                    <span class="field-name">{t.find_channel()}</span>
                    <input
                        placeholder=t.name()
                        autocomplete="off"
                        required
                        aria-invalid=move || error.get().is_some().then_some("true")
                        aria-describedby=move || error.get().is_some().then_some("channel-error")
                        maxlength=NAME_CHARS
                        prop:value=text
                        on:input:target=move |event| {
                            text.set(event.target().value());
                            error.set(None);
                        }
                    />
                </label>
                <button class="button primary" type="submit" disabled=asking aria-busy=move || asking.get().then_some("true")>
                    {t.create_channel()}
                </button>
                {move || error.get().map(|text| view! { <p class="form-error" id="channel-error" role="alert">{text}</p> })}
            </form>
            <ul class="channels">
                <Each of=move || channels().unwrap_or_default() key=|channel| (channel.id, channel.rev) let:channel>
                    <ChannelRow channel go=Callback::new(go)/>
                </Each>
            </ul>
            <When condition=move || channels().is_some_and(|channels| channels.is_empty())>
                <div class="empty-small" role="status">
                    <p>{move || if text.with(String::is_empty) { t.no_channels() } else { t.no_channel_named() }}</p>
                </div>
            </When>
        </section>
    }
    .into_any()
}

#[component]
fn ChannelRow(channel: Conversation, go: Callback<Answer>) -> impl IntoView {
    let (t, handle) = (words(), use_client());
    let id: ConversationId = channel.id;
    let version = handle.list().version;
    let is_in = Memo::new(move |_| {
        version.track();
        handle.look(|client| client.sidebar_row(id).is_some())
    });
    let name = channel.name.unwrap_or_default();
    let join =
        move |_| handle.ask(move |request| Command::Join { request, conversation: id }, move |answer| go.run(answer));
    let label = StoredValue::new(name.clone());
    view! {
        <li class="channel">
            <Avatar name=name.clone() seed=id.to_string() kind=Kind::Channel/>
            <span class="row-body">
                <span class="row-title" dir="auto">{name}</span>
                <span class="row-preview">{t.member_count(channel.members)}</span>
            </span>
            <When
                condition=move || is_in.get()
                fallback=move || view! {
                    <button class="button small primary" type="button" aria-label=t.join_named(label.get_value()) on:click=join>
                        {t.join()}
                    </button>
                }
            >
                <a href=format!("/c/{id}") class="button small" aria-label=t.open_named(label.get_value())>
                    {t.open()}
                </a>
            </When>
        </li>
    }
}
