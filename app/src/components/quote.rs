//! What a reply answers, above it; where a forwarded message comes from; and how many replies a message has, below it.

use super::thread::go_to_quoted;
use super::{Glyph, Icon, Overlay};
use crate::client_handle::{ClientHandle, use_client};
use crate::i18n::{Words, words};
use crate::navigation::{Navigation, Route};
use leptos::prelude::*;
use myna_client::{Bubble, InThread, Quote, Words as Quoted};
use myna_protocol::{ConversationId, MessageRef};

/// What the quote shows of the message.
pub(crate) fn quoted(t: Words, quote: &Quote) -> String {
    match &quote.words {
        Quoted::Text(text) => text.clone(),
        Quoted::Unsent => t.refused_message_unsent().to_owned(),
        Quoted::Absent => t.message_not_found().to_owned(),
        // It keeps the room.
        Quoted::Loading => "\u{a0}".to_owned(),
    }
}

/// Whom a reply to it answers.
pub(crate) fn replying_to(t: Words, quote: &Quote) -> String {
    if quote.mine { t.replying_to_yourself().to_owned() } else { t.replying_to(t.person(&quote.name)) }
}

/// Leads to the message that is answered.
pub(crate) fn quote_view(t: Words, id: ConversationId, quote: &Quote) -> AnyView {
    let (handle, seq) = (use_client(), quote.seq);
    let text = quoted(t, quote);
    if !matches!(quote.words, Quoted::Text(_)) {
        return view! { <p class="quote"><span class="quote-text">{text}</span></p> }.into_any();
    }
    let name = if quote.mine { t.you_said().to_owned() } else { t.person(&quote.name) };
    let label = if quote.mine { t.in_reply_to_you(text.as_str()) } else { t.in_reply_to(name.clone(), text.as_str()) };
    view! {
        <button class="quote" type="button" aria-label=label on:click=move |_| go_to_quoted(handle, id, seq)>
            <span class="quote-name" dir="auto">{name}</span>
            <span class="quote-text" dir="auto">{text}</span>
        </button>
    }
    .into_any()
}

/// Leads to the thread.
pub(crate) fn replies_view(id: ConversationId, thread: &InThread) -> AnyView {
    let (t, handle, root) = (words(), use_client(), thread.root);
    view! {
        <p class="replies">
            <button class="link" type="button" on:click=move |_| handle.act(move |client, now| client.open_thread(id, root, now))>
                {t.replies(u64::from(thread.replies))}
            </button>
        </p>
    }
    .into_any()
}

/// Who wrote a forwarded text. Leads to the message, for those who may read it.
pub(crate) fn origin_view(
    handle: ClientHandle,
    overlay: Overlay,
    navigation: Navigation,
    bubble: Memo<Bubble>,
    label: String,
) -> AnyView {
    let go = move |_| {
        let message = bubble.with_untracked(|bubble| bubble.origin.as_ref().map(|origin| origin.message));
        let Some(MessageRef { conversation, seq }) = message else { return };
        if handle.look(|client| client.is_outside(conversation)) {
            overlay.note(words().origin_not_yours());
        } else {
            navigation.go(Route::Message(conversation, seq));
        }
    };
    view! {
        <button class="origin" type="button" on:click=go>
            <Icon glyph=Glyph::Forward/>
            <span dir="auto">{label}</span>
        </button>
    }
    .into_any()
}
