//! The composer: Enter sends, Shift+Enter breaks the line, and what is not sent yet is kept for each conversation. From an
//! empty field the arrow leads up to the messages.

#[cfg(feature = "hydrate")]
use super::bubble::MESSAGE;
use super::{Glyph, Icon};
use crate::client_handle::use_client;
use crate::i18n::words;
use leptos::ev::KeyboardEvent;
use leptos::html::Textarea;
use leptos::prelude::*;
use myna_client::clean_pasted;
use myna_protocol::{ConversationId, Text};

/// Bytes of a text that is far too long for a message.
const LONG: usize = 100_000;

/// The code of a key that an input method has taken.
const COMPOSING: u32 = 229;

/// Whether an input method has this key, while it composes a word. Safari says so by the code alone.
pub(crate) fn is_composing(event: &KeyboardEvent) -> bool {
    event.is_composing() || event.key_code() == COMPOSING
}

#[component]
pub(crate) fn Composer(id: ConversationId, draft: ArcRwSignal<String>) -> impl IntoView {
    let (t, handle) = (words(), use_client());
    let field: NodeRef<Textarea> = NodeRef::new();
    // Another tab of the same browser may write here too.
    let text = RwSignal::from(draft);
    let error = RwSignal::new(None::<&'static str>);
    // Typed before the page is alive, a text would be lost.
    let ready = RwSignal::new(false);
    let is_empty = Memo::new(move |_| text.with(|text| text.trim().is_empty()));

    let write = move |value: String| {
        text.set(value.clone());
        error.set(None);
        handle.act(|client, now| client.write(id, value, now));
    };
    let send = move || match text.with_untracked(|text| Text::parse(&composed(&clean_pasted(text)))) {
        Ok(parsed) => {
            #[cfg(feature = "hydrate")]
            handle.act(|client, now| client.send(id, crate::browser::client_id(), parsed, now));
            #[cfg(not(feature = "hydrate"))]
            let _ = parsed;
            error.set(None);
        }
        Err(myna_protocol::Rejection::TextEmpty) => {}
        Err(rejection) => error.set(Some(t.refusal(rejection))),
    };
    #[cfg(feature = "hydrate")]
    Effect::new(move |_| {
        ready.set(true);
        request_animation_frame(move || {
            // A phone would open its keyboard over what one came to read.
            let is_wide = !crate::browser::page::matches("(max-width: 43.75rem)");
            if let (Some(Some(field)), true) = (field.try_get_untracked(), is_wide) {
                let _ = field.focus();
            } else {
                crate::browser::page::focus(".transcript");
            }
        });
    });
    Effect::new(move |_| {
        handle.act(move |client, _| {
            client.start_writing(id);
            Vec::new()
        });
    });
    on_cleanup(move || {
        handle.act(move |client, _| {
            client.stop_writing(id);
            Vec::new()
        });
    });
    view! {
        <form
            class="composer"
            on:submit=move |event| {
                event.prevent_default();
                send();
            }
        >
            <div class="composer-box" data-value=text>
                <textarea
                    aria-label=t.message()
                    placeholder=t.message()
                    rows="1"
                    aria-invalid=move || error.get().is_some().then_some("true")
                    aria-describedby=move || error.get().is_some().then_some("composer-error")
                    // To find the direction of a very long text, browsers take seconds at each layout.
                    dir=move || text.with(|text| if text.len() > LONG { None } else { Some("auto") })
                    node_ref=field
                    disabled=move || !ready.get()
                    prop:value=text
                    on:input:target=move |event| write(event.target().value())
                    on:keydown=move |event| {
                        // While an input method composes a word, Enter chooses it.
                        let is_chosen = is_composing(&event);
                        // On a phone it breaks the line: there is no Shift beside it, and a button that sends.
                        #[cfg(feature = "hydrate")]
                        if event.key() == "ArrowUp" && is_empty.get_untracked() && !event.alt_key() && !is_chosen {
                            use crate::browser::page;
                            if page::step_in(".lines", MESSAGE, page::Step::Last) {
                                event.prevent_default();
                            }
                        }
                        if event.key() == "Enter" && !event.shift_key() && !is_chosen && !is_touched() {
                            event.prevent_default();
                            send();
                        }
                    }
                ></textarea>
            </div>
            // A click leaves the focus in the field, and a phone's keyboard where it is.
            <button class="send" type="submit" aria-label=t.send() disabled=move || is_empty.get() on:mousedown=move |event| event.prevent_default()>
                <Icon glyph=Glyph::Send/>
            </button>
            {move || error.get().map(|text| view! { <p class="form-error" id="composer-error" role="alert">{text}</p> })}
        </form>
    }
    .into_any()
}

/// Whether one writes with fingers on a screen.
fn is_touched() -> bool {
    #[cfg(feature = "hydrate")]
    return crate::browser::page::matches("(pointer: coarse)");
    #[cfg(not(feature = "hydrate"))]
    false
}

/// The text in NFC, which the limit counts in.
fn composed(text: &str) -> String {
    #[cfg(feature = "hydrate")]
    return js_sys::JsString::from(text).normalize("NFC").into();
    #[cfg(not(feature = "hydrate"))]
    text.to_owned()
}
