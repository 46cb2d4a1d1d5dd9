//! The head of a conversation: with whom, and whether they are there.

use super::{Avatar, Glyph, Icon};
use leptos::prelude::*;
use leptos_router::components::A;
use myna_client::View;
use myna_protocol::Kind;

#[component]
pub(crate) fn PaneHead(#[prop(into)] view: Signal<Option<View>>, details: RwSignal<bool>) -> impl IntoView {
    let title = Memo::new(move |_| view.with(|view| view.as_ref().map(|view| view.title.clone()).unwrap_or_default()));
    let subtitle = Memo::new(move |_| view.with(|view| view.as_ref().map(subtitle).unwrap_or_default()));
    let online = Signal::derive(move || view.with(|view| view.as_ref().is_some_and(|view| view.online)));
    let avatar = Memo::new(move |_| view.with(|view| view.as_ref().map(|view| (view.avatar.clone(), view.kind))));
    view! {
        <header class="pane-head">
            <A href="/" attr:class="back" attr:aria-label="Back to conversations">
                <Icon glyph=Glyph::Back/>
            </A>
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
                aria-label="Details"
                title="Details"
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
fn subtitle(view: &View) -> String {
    const NAMES: usize = 4;
    match view.kind {
        Kind::Direct if view.online => "Online".to_owned(),
        Kind::Direct => String::new(),
        Kind::Group if view.people.len() <= NAMES && view.people.len() == view.members as usize => {
            let names: Vec<&str> =
                view.people.iter().map(|person| if person.mine { "you" } else { person.name.as_str() }).collect();
            names.join(", ")
        }
        Kind::Group | Kind::Channel => count(view.members),
    }
}

/// "1 member", "5 members".
pub(crate) fn count(members: u32) -> String {
    if members == 1 { "1 member".to_owned() } else { format!("{members} members") }
}
