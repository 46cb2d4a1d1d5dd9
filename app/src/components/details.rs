//! About a conversation: who is in it, and the way out of it.

use super::pane_head::count;
use super::{Avatar, Glyph, Icon, NameDialog};
use crate::client_handle::use_client;
use leptos::prelude::*;
use leptos_router::hooks::use_navigate;
use myna_client::{Answer, View};
use myna_protocol::{Command, ConversationId, Kind};

#[component]
pub(crate) fn Details(
    id: ConversationId,
    #[prop(into)] view: Signal<Option<View>>,
    open: RwSignal<bool>,
) -> impl IntoView {
    let handle = use_client();
    let navigate = use_navigate();
    let asking = RwSignal::new(false);
    let leave = move |_| {
        let navigate = navigate.clone();
        asking.set(true);
        handle.ask(
            move |request| Command::Leave { request, conversation: id },
            move |answer| {
                asking.try_set(false);
                if matches!(answer, Answer::Done { .. }) {
                    navigate("/", Default::default());
                }
            },
        );
    };
    let head = Memo::new(move |_| {
        view.with(|view| {
            view.as_ref().map(|view| (view.title.clone(), view.avatar.clone(), view.kind, view.members, view.online))
        })
    });
    let people = move || view.with(|view| view.as_ref().map(|view| view.people.clone()).unwrap_or_default());
    let renaming = RwSignal::new(false);
    let may_rename =
        Memo::new(move |_| view.with(|view| view.as_ref().filter(|view| view.may_rename).map(|view| view.kind)));
    let own_name =
        Signal::derive(move || view.with(|view| view.as_ref().and_then(|view| view.name.clone()).unwrap_or_default()));
    let rename = Callback::new(move |(name, then): (String, Callback<Answer>)| {
        let name = Some(name.trim().to_owned()).filter(|name| !name.is_empty());
        handle.request(
            move |client, now| client.rename(id, name, now),
            move |answer| {
                then.try_run(answer);
            },
        );
    });
    let more = Memo::new(move |_| {
        view.with(|view| view.as_ref().filter(|view| view.has_more_people).map(|view| view.loading_people))
    });
    let can_leave = Memo::new(move |_| head.with(|head| head.as_ref().is_some_and(|head| head.2 != Kind::Direct)));
    view! {
        <aside class="details" aria-label="Details">
            <header class="details-head">
                <h2>"Details"</h2>
                <button class="icon-button" type="button" aria-label="Close details" on:click=move |_| open.set(false)>
                    <Icon glyph=Glyph::Close/>
                </button>
            </header>
            {move || {
                head.get()
                    .map(|(title, seed, kind, members, online)| {
                        view! {
                            <div class="details-hero">
                                <Avatar name=title.clone() seed kind online/>
                                <p class="details-name" dir="auto">{title}</p>
                                <p class="details-note">{note(kind, members)}</p>
                            </div>
                        }
                    })
            }}
            {move || {
                may_rename
                    .get()
                    .map(|kind| {
                        let is_group = kind == Kind::Group;
                        view! {
                            <button class="link rename" type="button" aria-haspopup="dialog" on:click=move |_| renaming.set(true)>
                                {if is_group { "Change group name" } else { "Change channel name" }}
                            </button>
                            <NameDialog
                                open=renaming
                                title=if is_group { "Group name" } else { "Channel name" }
                                hint=if is_group { "Leave it empty to name the group after its members." } else { "" }
                                name=own_name
                                required=!is_group
                                save=rename
                            />
                        }
                    })
            }}
            <section>
                <h3>"Members"</h3>
                <ul class="members">
                    <For each=people key=|person| (person.id, person.online, person.name.clone()) let:person>
                        <li class="row">
                            <Avatar name=person.name.clone() seed=person.id.to_string() online=person.online/>
                            <span class="row-body">
                                <span class="row-title" dir="auto">
                                    {if person.mine { format!("{} (you)", person.name) } else { person.name.clone() }}
                                </span>
                                <span class="row-preview">{if person.online { "Online" } else { "" }}</span>
                            </span>
                        </li>
                    </For>
                </ul>
                {move || {
                    more.get()
                        .map(|loading| {
                            view! {
                                <button
                                    class="link more"
                                    type="button"
                                    disabled=loading
                                    aria-busy=loading.then_some("true")
                                    on:click=move |_| handle.act(move |client, now| client.more_members(id, now))
                                >
                                    {if loading { "Loading…" } else { "Show more" }}
                                </button>
                            }
                        })
                }}
            </section>
            <Show when=move || can_leave.get()>
                <button class="button danger" type="button" aria-busy=move || asking.get().then_some("true") disabled=asking on:click=leave.clone()>
                    "Leave conversation"
                </button>
            </Show>
        </aside>
    }
    .into_any()
}

fn note(kind: Kind, members: u32) -> String {
    match kind {
        Kind::Direct => "Direct conversation".to_owned(),
        Kind::Group => format!("Group of {}", count(members)),
        Kind::Channel => format!("Public channel, {}", count(members)),
    }
}
