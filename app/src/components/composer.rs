//! The composer: Enter sends, Shift+Enter breaks the line, and what is not sent yet is kept for each conversation. It also
//! edits sent messages; the draft waits meanwhile. From an empty field, the up arrow edits the last message that the person sent,
//! or moves to the messages.

#[cfg(feature = "hydrate")]
use super::bubble::MESSAGE;
use super::flow::When;
use super::quote::{quoted, replying_to};
#[cfg(feature = "hydrate")]
use super::thread::close;
use super::{EmojiUse, Glyph, Icon, Sheet, use_overlay};
use crate::client_handle::use_client;
use crate::i18n::words;
use leptos::ev::KeyboardEvent;
use leptos::html::Textarea;
use leptos::prelude::*;
use myna_client::{Editing, Quote, clean_pasted};
use myna_protocol::{ConversationId, Rejection, Seq, Text};

/// Bytes of a text that is far too long for a message.
const LONG: usize = 100_000;

/// The code of a key that an input method has taken.
const COMPOSING: u32 = 229;

/// Whether an input method has this key, while it composes a word. Safari says so by the code alone.
pub(crate) fn is_composing(event: &KeyboardEvent) -> bool {
    event.is_composing() || event.key_code() == COMPOSING
}

#[component]
pub(crate) fn Composer(
    id: ConversationId,
    written: ArcRwSignal<String>,
    /// The place of the message that the text is for; 0 when it is a draft.
    edited: ArcRwSignal<Seq>,
    /// The message that the draft answers.
    replying: ArcRwSignal<Option<Quote>>,
    /// Whether a thread is open.
    #[prop(into)]
    in_thread: Signal<bool>,
) -> impl IntoView {
    let overlay = use_overlay();
    let (t, handle) = (words(), use_client());
    let field: NodeRef<Textarea> = NodeRef::new();
    // Another tab of the same browser may write here too.
    let (text, edited) = (RwSignal::from(written), RwSignal::from(edited));
    let is_edit = Memo::new(move |_| edited.get() > 0);
    let replying = RwSignal::from(replying);
    let is_reply = Memo::new(move |_| replying.with(Option::is_some) && !is_edit.get());
    let error = RwSignal::new(None::<&'static str>);
    // Typed before the page is alive, a text would be lost.
    let ready = RwSignal::new(false);
    let is_empty = Memo::new(move |_| text.with(|text| text.trim().is_empty()));

    let write = move |value: String| {
        error.set(None);
        text.set(value.clone());
        let seq = edited.get_untracked();
        handle.act(|client, now| match seq {
            0 => client.write(id, value, now),
            seq => client.write_edit(id, Some(Editing { seq, text: value })),
        });
    };
    let stop_editing = move || {
        error.set(None);
        handle.act(|client, _| client.write_edit(id, None));
        focus(field);
    };
    let stop_replying = move || {
        handle.act(|client, now| client.reply_to(id, None, now));
        focus(field);
    };
    let save = move |seq: Seq, text: Text| {
        let is_same = handle.look(|client| client.text_to_be(id, seq) == Some(text.as_str()));
        if is_same {
            return stop_editing();
        }
        handle.change(move |client, now| client.edit(id, seq, text, now));
    };
    let send = move || match text.with_untracked(|text| parsed(text)) {
        Ok(parsed) if is_edit.get_untracked() => {
            error.set(None);
            save(edited.get_untracked(), parsed);
        }
        Ok(parsed) => {
            #[cfg(feature = "hydrate")]
            handle.act(|client, now| client.send(id, crate::browser::client_id(), parsed, now));
            #[cfg(not(feature = "hydrate"))]
            let _ = parsed;
            error.set(None);
        }
        Err(Rejection::TextEmpty) if !is_edit.get_untracked() => {}
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
    // Who edits another message writes on at its end.
    Effect::new(move |before: Option<Seq>| {
        let edited = edited.get();
        if before.is_some_and(|before| before != edited) && edited > 0 {
            request_animation_frame(move || focus(field));
        }
        edited
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
                <When condition=move || is_edit.get()>
                    <p class="composer-editing" id="composer-editing">
                        <Icon glyph=Glyph::Compose/>
                        <span>{t.editing()}</span>
                        <button class="icon-button" type="button" aria-label=t.cancel_editing() title=t.cancel_editing() on:click=move |_| stop_editing()>
                            <Icon glyph=Glyph::Close/>
                        </button>
                    </p>
                </When>
                <When condition=move || is_reply.get()>
                    <p class="composer-editing" id="composer-replying">
                        <Icon glyph=Glyph::Reply/>
                        <span class="composer-quote">
                            {move || replying.with(|quote| quote.as_ref().map(|quote| {
                                view! {
                                    <b dir="auto">{replying_to(t, quote)}</b>
                                    " "
                                    <span dir="auto">{quoted(t, quote)}</span>
                                }
                            }))}
                        </span>
                        <button class="icon-button" type="button" aria-label=t.cancel_reply() title=t.cancel_reply() on:click=move |_| stop_replying()>
                            <Icon glyph=Glyph::Close/>
                        </button>
                    </p>
                </When>
                <textarea
                    aria-label=t.message()
                    placeholder=move || if is_reply.get() || in_thread.get() { t.reply() } else { t.message() }
                    rows="1"
                    aria-invalid=move || error.get().is_some().then_some("true")
                    aria-describedby=move || match (error.get().is_some(), is_edit.get(), is_reply.get()) {
                        (true, ..) => Some("composer-error"),
                        (false, true, _) => Some("composer-editing"),
                        (false, false, true) => Some("composer-replying"),
                        (false, false, false) => None,
                    }
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
                        if event.key() == "Escape" && !is_chosen {
                            if is_edit.get_untracked() {
                                event.prevent_default();
                                stop_editing();
                            } else if is_reply.get_untracked() {
                                event.prevent_default();
                                stop_replying();
                            } else if in_thread.get_untracked() {
                                event.prevent_default();
                                close(handle);
                            }
                        }
                        #[cfg(feature = "hydrate")]
                        if event.key() == "ArrowUp" && is_empty.get_untracked() && !event.alt_key() && !is_chosen {
                            use crate::browser::page;
                            let editable = handle.look_now(|client, now| client.last_editable(id, now));
                            if let Some(seq) = editable.filter(|_| !is_edit.get_untracked()) {
                                event.prevent_default();
                                handle.act(move |client, _| client.start_editing(id, seq));
                            } else if page::step_in(".lines", MESSAGE, page::Step::Last) {
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
            <button
                class="icon-button insert-emoji"
                type="button"
                aria-haspopup="dialog"
                aria-label=t.insert_emoji()
                title=t.insert_emoji()
                disabled=move || !ready.get()
                on:click=move |_| overlay.open_sheet(Sheet::Emoji(EmojiUse::Text))
            >
                <Icon glyph=Glyph::Emoji/>
            </button>
            // A click leaves the focus in the field, and a phone's keyboard where it is.
            <button class="send" type="submit" aria-label=move || if is_edit.get() { t.save() } else { t.send() } disabled=move || is_empty.get() on:mousedown=move |event| event.prevent_default()>
                {move || {
                    let glyph = if is_edit.get() { Glyph::Check } else { Glyph::Send };
                    view! { <Icon glyph/> }
                }}
            </button>
            {move || error.get().map(|text| view! { <p class="form-error" id="composer-error" role="alert">{text}</p> })}
        </form>
    }
    .into_any()
}

/// Gives the field the focus, with the cursor behind its text.
fn focus(field: NodeRef<Textarea>) {
    if let Some(Some(field)) = field.try_get_untracked() {
        let _ = field.focus();
        let end = field.text_length();
        let _ = field.set_selection_range(end, end);
    }
}

/// Whether one writes with fingers on a screen.
fn is_touched() -> bool {
    #[cfg(feature = "hydrate")]
    return crate::browser::page::matches("(pointer: coarse)");
    #[cfg(not(feature = "hydrate"))]
    false
}

/// What is written, as a text to send.
pub(super) fn parsed(text: &str) -> Result<Text, Rejection> {
    Text::parse(&composed(&clean_pasted(text)))
}

/// The text in NFC, which the limit counts in.
fn composed(text: &str) -> String {
    #[cfg(feature = "hydrate")]
    return js_sys::JsString::from(text).normalize("NFC").into();
    #[cfg(not(feature = "hydrate"))]
    text.to_owned()
}
