//! The head of a conversation: with whom, and whether they are there.

use super::flow::When;
use super::{Avatar, Glyph, Icon};
use crate::client_handle::use_client;
use crate::i18n::{Words, words};
use leptos::prelude::*;
use myna_client::View;
use myna_protocol::Kind;

#[component]
pub(crate) fn PaneHead(#[prop(into)] view: Signal<Option<View>>, details: RwSignal<bool>) -> impl IntoView {
    let t = words();
    let title =
        Memo::new(move |_| view.with(|view| view.as_ref().map(|view| t.title(&view.title)).unwrap_or_default()));
    let subtitle =
        Memo::new(move |_| view.with(|view| view.as_ref().map(|view| subtitle(t, view)).unwrap_or_default()));
    let unread = RwSignal::from(use_client().list().unread);
    let avatar = Memo::new(move |_| view.with(|view| view.as_ref().map(|view| (view.avatar.clone(), view.kind))));
    let back = move || match unread.get() {
        0 => t.back().to_owned(),
        count => t.back_unread(count as u64),
    };
    view! {
        <header class="pane-head">
            <a href="/" class="back" aria-label=back>
                <Icon glyph=Glyph::Back/>
                {move || (unread.get() > 0).then(|| view! { <span class="back-count" aria-hidden="true">{unread.get()}</span> })}
            </a>
            {move || avatar.get().map(|(seed, kind)| view! { <Avatar name=title seed kind/> })}
            // The button beside it does the same for keys and screen readers.
            <div class="pane-title" on:click=move |_| details.set(true)>
                <h1 dir="auto">{title}</h1>
                <When condition=move || subtitle.with(|text| !text.is_empty())>
                    <p class="pane-subtitle" dir="auto">{subtitle}</p>
                </When>
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

/// Whether the other of a direct conversation is online; how many are in a group or channel that has a name.
fn subtitle(t: Words, view: &View) -> String {
    match view.kind {
        Kind::Direct if view.online => t.online().to_owned(),
        Kind::Group | Kind::Channel if view.name.is_some() => t.member_count(view.members),
        Kind::Direct | Kind::Group | Kind::Channel => String::new(),
    }
}
