//! The transcript of a conversation: it stays at the newest message unless one reads further up, and grows upwards
//! without jumping. Only a part of it is in the page: the client keeps a window over the messages, and what is near its ends
//! moves it.

use super::{Avatar, Glyph, Icon, TranscriptLine};
use crate::client_handle::{ConversationSignals, Typing, use_client};
use crate::i18n::words;
use leptos::html::Div;
use leptos::prelude::*;
use myna_client::View;
use myna_protocol::{ConversationId, Kind};

#[component]
pub(crate) fn MessageList(id: ConversationId, signals: ConversationSignals) -> impl IntoView {
    let t = words();
    let scroller: NodeRef<Div> = NodeRef::new();
    // Whether the newest message is in sight; the place of the newest one seen.
    let at_end = RwSignal::new(true);
    let seen = RwSignal::new(0_u64);
    let view: Signal<Option<View>> = signals.view.into();
    let last_seq = Memo::new(move |_| view.with(|view| view.as_ref().map_or(0, |view| view.last_seq)));
    let unseen = Memo::new(move |_| if at_end.get() { 0 } else { last_seq.get().saturating_sub(seen.get()) });
    let group = Memo::new(move |_| view.with(|view| view.as_ref().is_some_and(|view| view.kind != Kind::Direct)));
    let has_older = Memo::new(move |_| view.with(|view| view.as_ref().map(|view| view.has_older || view.hides_older)));
    let has_newer = Memo::new(move |_| view.with(|view| view.as_ref().is_some_and(|view| view.hides_newer)));
    let loading = Memo::new(move |_| view.with(|view| view.as_ref().is_some_and(|view| view.loading)));
    let lines = signals.lines.clone();
    let typing: Signal<Typing> = signals.typing.into();

    #[cfg(feature = "hydrate")]
    let (on_scroll, jump) = {
        let unread = Memo::new(move |_| {
            view.with(|view| view.as_ref().filter(|view| view.starts_unread).map(|view| view.unread))
        });
        let scrolling =
            scrolling::Scrolling::new(use_client(), id, scroller, at_end, seen, last_seq, has_newer, unread);
        scrolling.follow(signals.lines, typing, loading);
        (move |_| scrolling.scrolled(), move |_| scrolling.jump())
    };
    #[cfg(not(feature = "hydrate"))]
    let (on_scroll, jump) = {
        let _ = (use_client(), id, last_seq, seen, has_newer, loading);
        (|_| (), |_| ())
    };
    view! {
        <div class="transcript" role="log" aria-label=t.messages() tabindex="0" node_ref=scroller on:scroll=on_scroll>
            <div class="older">
                {move || match has_older.get() {
                    Some(true) => view! { <span class="spinner" role="status" aria-label=t.loading_older()></span> }.into_any(),
                    Some(false) if last_seq.get() == 0 => view! { <span>{t.no_messages()}</span> }.into_any(),
                    Some(false) => view! { <span>{t.beginning()}</span> }.into_any(),
                    None => ().into_any(),
                }}
            </div>
            <ol class="lines">
                <For each=move || lines.get() key=|row| row.key.clone() let:row>
                    <TranscriptLine row group/>
                </For>
                <For each=move || typing.get() key=|(user, name)| (*user, name.clone()) let((user, name))>
                    <li class="line theirs first last typing" class:group=move || group.get()>
                        {group.get_untracked().then(|| view! { <Avatar name=t.person(&name) seed=user.to_string() beside_line=true/> })}
                        <div class="bubble tail dots" role="img" aria-label=t.is_typing(t.person(&name))>
                            <i></i>
                            <i></i>
                            <i></i>
                        </div>
                    </li>
                </For>
            </ol>
            <Show when=move || !at_end.get()>
                <button
                    class="latest"
                    type="button"
                    aria-label=move || match unseen.get() {
                        0 => t.jump_to_latest().to_owned(),
                        count => t.jump_to_latest_new(count),
                    }
                    on:click=jump
                >
                    <Icon glyph=Glyph::Down/>
                    <Show when=move || { unseen.get() > 0 }>
                        <span class="badge">{unseen}</span>
                    </Show>
                </button>
            </Show>
        </div>
    }
    .into_any()
}

#[cfg(feature = "hydrate")]
mod scrolling;
