//! About a conversation: who is in it, and the way out of it.

use super::pane_head::count;
use super::{Avatar, Glyph, Icon};
use crate::live::use_live;
use leptos::prelude::*;
use leptos_router::hooks::use_navigate;
use myna_client::{Answer, View};
use myna_protocol::{Command, Kind};

#[component]
pub(crate) fn Details(#[prop(into)] view: Signal<Option<View>>, open: RwSignal<bool>) -> impl IntoView {
    let live = use_live();
    let navigate = use_navigate();
    let asking = RwSignal::new(false);
    let leave = move |_| {
        let Some(conversation) = view.with_untracked(|view| view.as_ref().map(|view| view.id)) else { return };
        let navigate = navigate.clone();
        asking.set(true);
        live.ask(
            move |request| Command::Leave { request, conversation },
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
            <section>
                <h3>"Members"</h3>
                <ul class="members">
                    <For each=people key=|person| (person.id, person.online) let:person>
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
