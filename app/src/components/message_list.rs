//! The transcript of a conversation: it stays at the newest message unless one reads further up, and grows upwards
//! without jumping. Only a part of it is in the page: the client keeps a window over the messages, and what is near its ends
//! moves it.

use super::flow::{Each, When};
#[cfg(feature = "hydrate")]
use super::message_actions::{reply, use_page};
#[cfg(feature = "hydrate")]
use super::use_overlay;
use super::{Avatar, Glyph, Icon, TranscriptLine};
use crate::client_handle::{ConversationSignals, Typing, use_client};
use crate::i18n::words;
use crate::screens::{Screen, draw_later};
use leptos::ev::{KeyboardEvent, TouchEvent};
use leptos::html::Div;
use leptos::prelude::*;
use myna_client::View;
use myna_protocol::{ConversationId, Kind, Target};

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
    let jumping = Memo::new(move |_| view.with(|view| view.as_ref().is_some_and(|view| view.jumping)));
    let first_unread = Memo::new(move |_| view.with(|view| view.as_ref().and_then(|view| view.first_unread)));
    let handle = use_client();
    let go_to_unread = move |_| {
        if let Some(seq) = first_unread.get_untracked().filter(|_| !jumping.get_untracked()) {
            handle.act(|client, now| client.go_to(id, Target::Seq(seq), now));
        }
    };
    let in_thread = Memo::new(move |_| view.with(|view| view.as_ref().is_some_and(|view| view.thread.is_some())));
    let lines = signals.lines.clone();
    let typing: Signal<Typing> = signals.typing.into();

    #[cfg(feature = "hydrate")]
    let (on_scroll, jump) = {
        let unread = Memo::new(move |_| {
            view.with(|view| view.as_ref().filter(|view| view.starts_unread).map(|view| view.unread))
        });
        let scrolling = scrolling::Scrolling {
            handle,
            overlay: use_overlay(),
            t,
            id,
            scroller,
            at_end,
            seen,
            last_seq,
            announced: StoredValue::new(None),
            has_newer,
            unread,
            arrival: Memo::new(move |_| view.with(|view| view.as_ref().and_then(|view| view.arrival))),
            shown_arrival: StoredValue::new(0),
            place: StoredValue::new(None),
            width: StoredValue::new(0),
            is_placed: StoredValue::new(false),
            anchor: StoredValue::new_local(None),
        };
        scrolling.follow(signals.lines, typing, loading, in_thread);
        (move |_| scrolling.scrolled(), move |_| scrolling.jump())
    };
    #[cfg(feature = "hydrate")]
    let keys = move |event: KeyboardEvent| keys(&event, scroller);
    #[cfg(not(feature = "hydrate"))]
    let keys = |_: KeyboardEvent| ();
    #[cfg(feature = "hydrate")]
    let page = use_page();
    #[cfg(feature = "hydrate")]
    let (touched, moved, lifted, left) = {
        let (press, swipe) = (long_press::LongPress::new(), swipe::Swipe::new(scroller));
        (
            move |event: TouchEvent| {
                press.began(&event);
                swipe.began(&event);
            },
            move |event: TouchEvent| {
                press.moved(&event);
                swipe.moved(&event);
            },
            move |event: TouchEvent| {
                press.lifted(&event);
                if let Some(seq) = swipe.lifted().filter(|_| !page.is_choosing()) {
                    reply(page, id, seq);
                }
            },
            move || {
                press.ended();
                swipe.ended();
            },
        )
    };
    #[cfg(not(feature = "hydrate"))]
    let (touched, moved, lifted, left) = (|_: TouchEvent| (), |_: TouchEvent| (), |_: TouchEvent| (), || ());
    #[cfg(not(feature = "hydrate"))]
    let (on_scroll, jump) = {
        let _ = (id, last_seq, seen, has_newer, loading);
        (|_| (), |_| ())
    };
    view! {
        <div class="transcript" inert=move || in_thread.get() role="region" aria-label=t.messages() tabindex="0" node_ref=scroller on:scroll=on_scroll on:keydown=keys on:touchstart=touched on:touchmove=moved on:touchend=lifted on:touchcancel=move |_| left() on:contextmenu=move |_| left()>
            <div class="older">
                {move || match has_older.get() {
                    Some(true) => view! { <span class="spinner" role="status" aria-label=t.loading_older()></span> }.into_any(),
                    Some(false) if last_seq.get() == 0 => view! { <span>{t.no_messages()}</span> }.into_any(),
                    Some(false) => view! { <span>{t.beginning()}</span> }.into_any(),
                    None => ().into_any(),
                }}
            </div>
            <When condition=move || jumping.get() && first_unread.get().is_none()>
                <p class="jumping" role="status">
                    <span class="spinner"></span>
                    {t.loading()}
                </p>
            </When>
            // It stays while the message is loading, and with it the focus.
            <When condition=move || first_unread.get().is_some()>
                <button
                    class="first-unread"
                    type="button"
                    aria-disabled=move || jumping.get().then_some("true")
                    aria-busy=move || jumping.get().then_some("true")
                    on:click=go_to_unread
                >
                    <Icon glyph=Glyph::Up/>
                    {move || if jumping.get() { t.loading() } else { t.first_unread() }}
                </button>
            </When>
            <ol class="lines">
                <Each of=move || lines.get() key=|row| row.key let:row>
                    <TranscriptLine id row group/>
                </Each>
                <Each of=move || typing.get() key=|(user, name)| (*user, name.clone()) let((user, name))>
                    <li class="line theirs first last typing" class:group=move || group.get()>
                        {group.get_untracked().then(|| view! { <Avatar name=t.person(&name) seed=user.to_string() beside_line=true/> })}
                        <div class="bubble tail dots" role="img" aria-label=t.is_typing(t.person(&name))>
                            <i></i>
                            <i></i>
                            <i></i>
                        </div>
                    </li>
                </Each>
                {draw_later(Screen::ScheduledLines(id))}
            </ol>
            <When condition=move || !at_end.get()>
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
                    <When condition=move || { unseen.get() > 0 }>
                        <span class="badge">{unseen}</span>
                    </When>
                </button>
            </When>
        </div>
    }
    .into_any()
}

/// Arrow keys move from message to message; Escape moves to the composer.
#[cfg(feature = "hydrate")]
pub(super) fn keys(event: &KeyboardEvent, scroller: NodeRef<Div>) {
    use super::bubble::MESSAGE;
    use super::selection::CHOICE;
    use crate::browser::page::{self, Step};
    let Some(scroller) = scroller.get_untracked() else { return };
    if event.default_prevented() || event.ctrl_key() || event.meta_key() || event.alt_key() || event.shift_key() {
        return;
    }
    let is_on = |what: &str| page::focused().is_some_and(|focused| focused.matches(what) == Ok(true));
    let is_on_box = is_on(CHOICE);
    let messages = if is_on_box { CHOICE } else { MESSAGE };
    let is_on_message = is_on_box || is_on(MESSAGE);
    let done = match event.key().as_str() {
        "ArrowUp" => page::step(&scroller, messages, Step::Previous, false),
        "ArrowDown" if is_on_message => {
            page::step(&scroller, messages, Step::Next, false) || {
                page::focus(".composer textarea");
                true
            }
        }
        "Home" if is_on_message => page::step(&scroller, messages, Step::First, false),
        "End" if is_on_message => page::step(&scroller, messages, Step::Last, false),
        "Escape" => {
            page::focus(".composer textarea");
            true
        }
        // A letter typed on a message belongs in the composer: the browser delivers it to the field that has the focus.
        key if is_on_message && !is_on_box && key.chars().count() == 1 => {
            page::focus(".composer textarea");
            false
        }
        _ => false,
    };
    if done {
        event.prevent_default();
    }
}

#[cfg(feature = "hydrate")]
mod fit;
#[cfg(feature = "hydrate")]
mod long_press;
#[cfg(feature = "hydrate")]
pub(super) use long_press::LongPress;
#[cfg(feature = "hydrate")]
mod scrolling;
#[cfg(feature = "hydrate")]
mod swipe;
