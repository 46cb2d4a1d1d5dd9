//! A thread alone: the message that it begins with, and its replies. What is written below it belongs to it.

use super::flow::{Each, When};
use super::{Glyph, Icon, ScheduledLines, TranscriptLine};
use crate::client_handle::{ClientHandle, use_client};
use crate::i18n::words;
use leptos::ev::{KeyboardEvent, TouchEvent};
use leptos::html::Div;
use leptos::prelude::*;
use myna_client::{ThreadView, View};
use myna_protocol::{ConversationId, Kind, Seq, Target};

#[component]
pub(crate) fn Thread(id: ConversationId) -> impl IntoView {
    let (t, handle) = (words(), use_client());
    let signals = handle.signals(id);
    let scroller: NodeRef<Div> = NodeRef::new();
    let view: Signal<Option<View>> = signals.view.into();
    let group = Memo::new(move |_| view.with(|view| view.as_ref().is_some_and(|view| view.kind != Kind::Direct)));
    let thread: Memo<Option<ThreadView>> =
        Memo::new(move |_| view.with(|view| view.as_ref().and_then(|view| view.thread)));
    let is = move |ask: fn(ThreadView) -> bool| move || thread.get().is_some_and(ask);
    let count = move || thread.get().map_or(0, |thread| thread.replies);
    let lines = signals.thread;
    let close = move || close(handle);
    let go_to_message = move |_| {
        if let Some(thread) = thread.get_untracked() {
            go_to_original(handle, id, thread.root);
        }
    };
    #[cfg(feature = "hydrate")]
    Effect::new(move |_| request_animation_frame(|| focus(".thread-lines")));
    #[cfg(feature = "hydrate")]
    let (touched, moved, lifted) = {
        let press = super::message_list::LongPress::new();
        (
            move |event: TouchEvent| press.began(&event),
            move |event: TouchEvent| press.moved(&event),
            move |event: TouchEvent| press.lifted(&event),
        )
    };
    #[cfg(not(feature = "hydrate"))]
    let (touched, moved, lifted) = (|_: TouchEvent| (), |_: TouchEvent| (), |_: TouchEvent| ());
    let keys = move |event: KeyboardEvent| {
        if event.key() == "Escape" && !event.default_prevented() {
            event.prevent_default();
            close();
        }
        #[cfg(feature = "hydrate")]
        super::message_list::keys(&event, scroller);
    };
    view! {
        <section class="thread" aria-labelledby="thread-title" on:keydown=keys>
            <header class="thread-head">
                <h2 id="thread-title">{t.thread()}</h2>
                <p>{move || if count() > 0 { t.replies(u64::from(count())) } else { String::new() }}</p>
                <button class="button small" type="button" on:click=go_to_message>{t.go_to_message()}</button>
                <button class="icon-button" type="button" aria-label=t.close_thread() title=t.close_thread() on:click=move |_| close()>
                    <Icon glyph=Glyph::Close/>
                </button>
            </header>
            <div class="thread-lines" role="region" aria-label=t.messages() tabindex="0" node_ref=scroller on:touchstart=touched on:touchmove=moved on:touchend=lifted>
                <div>
                    <When condition=is(|thread| thread.loading)>
                        <p class="older">
                            <span class="spinner" role="status" aria-label=t.loading()></span>
                        </p>
                    </When>
                    <When condition=is(|thread| thread.has_older)>
                        <p class="older">
                            <button class="link" type="button" on:click=move |_| handle.act(|client, now| client.older_replies(id, now))>
                                {t.earlier_replies()}
                            </button>
                        </p>
                    </When>
                    <ol class="lines">
                        <Each of=move || lines.get() key=|row| row.key let:row>
                            <TranscriptLine id row group/>
                        </Each>
                        <ScheduledLines id in_thread=true/>
                    </ol>
                </div>
            </div>
        </section>
    }
    .into_any()
}

/// Shows the whole conversation again.
pub(crate) fn close(handle: ClientHandle) {
    handle.act(|client, _| {
        client.close_thread();
        Vec::new()
    });
    #[cfg(feature = "hydrate")]
    request_animation_frame(|| focus(".transcript"));
}

/// Gives the focus to the field, or where that would open the keyboard of a phone to these messages.
#[cfg(feature = "hydrate")]
fn focus(messages: &str) {
    use crate::browser::page;
    let is_narrow = page::matches("(max-width: 43.75rem)");
    page::focus(if is_narrow { messages } else { ".composer textarea" });
}

/// Goes to what a quote shows: in the thread that is open, else in the conversation.
pub(crate) fn go_to_quoted(handle: ClientHandle, id: ConversationId, seq: Seq) {
    #[cfg(feature = "hydrate")]
    {
        use crate::browser::page;
        let message = format!(".thread [data-seq='{seq}'] [role=article]");
        if page::text_of(&message).is_some() {
            return page::focus(&message);
        }
    }
    go_to_original(handle, id, seq);
}

/// Goes to a message where it stands in its conversation.
fn go_to_original(handle: ClientHandle, id: ConversationId, seq: Seq) {
    handle.act(move |client, now| {
        client.close_thread();
        client.go_to(id, Target::Seq(seq), now)
    });
}
