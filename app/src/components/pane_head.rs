//! The head of a conversation: with whom, and whether they are there.

use super::{Avatar, Glyph, Icon};
use crate::i18n::{Words, words};
use leptos::prelude::*;
use myna_client::{Person, View};
use myna_protocol::Kind;

#[component]
pub(crate) fn PaneHead(#[prop(into)] view: Signal<Option<View>>, details: RwSignal<bool>) -> impl IntoView {
    let t = words();
    let title =
        Memo::new(move |_| view.with(|view| view.as_ref().map(|view| t.title(&view.title)).unwrap_or_default()));
    let subtitle =
        Memo::new(move |_| view.with(|view| view.as_ref().map(|view| subtitle(t, view)).unwrap_or_default()));
    let online = Signal::derive(move || view.with(|view| view.as_ref().is_some_and(|view| view.online)));
    let avatar = Memo::new(move |_| view.with(|view| view.as_ref().map(|view| (view.avatar.clone(), view.kind))));
    view! {
        <header class="pane-head">
            <a href="/" class="back" aria-label=t.back()>
                <Icon glyph=Glyph::Back/>
            </a>
            {move || avatar.get().map(|(seed, kind)| view! { <Avatar name=title seed kind online/> })}
            <div class="pane-title">
                <h1 dir="auto">{title}</h1>
                <Show when=move || subtitle.with(|text| !text.is_empty())>
                    <p class="pane-subtitle" dir="auto">{subtitle}</p>
                </Show>
            </div>
            <button
                class="icon-button"
                type="button"
                aria-label=t.details()
                title=t.details()
                aria-expanded=move || if details.get() { "true" } else { "false" }
                on:click=move |_| details.update(|open| *open = !*open)
            >
                <Icon glyph=Glyph::Info/>
            </button>
        </header>
    }
    .into_any()
}

/// "Online" of a direct conversation, the names of a group, the number of a channel.
fn subtitle(t: Words, view: &View) -> String {
    const NAMES: usize = 4;
    match view.kind {
        Kind::Direct if view.online => t.online().to_owned(),
        Kind::Direct => String::new(),
        Kind::Group if view.people.len() <= NAMES && view.people.len() == view.members as usize => {
            let name = |person: &Person| if person.mine { t.you().to_owned() } else { t.person(&person.name) };
            view.people.iter().map(name).collect::<Vec<_>>().join(", ")
        }
        Kind::Group | Kind::Channel => t.member_count(view.members),
    }
}
