//! One line of a transcript: a time, a notice, or a bubble with its tail, its name, its avatar and its status.

use super::flow::When;
#[cfg(feature = "hydrate")]
use super::message_actions::REACT;
use super::message_actions::{message_menu, on_key, use_page};
use super::quote::{origin_view, quote_view, replies_view};
use super::selection::use_selection;
use super::{Avatar, Badges, Glyph, Icon, Sheet, use_overlay};
use crate::client_handle::{RowSignal, use_client};
use crate::i18n::{Words, words};
use crate::navigation::use_navigation;
use crate::screens::{Screen, ScreenView};
use crate::time::{Zone, iso, use_zone};
use leptos::ev::{KeyboardEvent, MouseEvent};
use leptos::prelude::*;
use myna_client::{Bubble, Line, Notice, Part, Receipt, State, SystemEvent, parts};
use myna_protocol::{ConversationId, Timestamp};

/// Finds the messages of a transcript.
#[cfg(feature = "hydrate")]
pub(crate) const MESSAGE: &str = "[role=article]";

#[component]
pub(crate) fn TranscriptLine(id: ConversationId, row: RowSignal<Line>, group: Memo<bool>) -> impl IntoView {
    match row.value.get_untracked() {
        Line::Separator { .. } => {
            let at = Memo::new(move |_| {
                row.value.with(|line| if let Line::Separator { at, .. } = line { *at } else { Timestamp(0) })
            });
            view! { <Separator at/> }.into_any()
        }
        Line::Notice(_) => {
            // The people in it may change their names.
            let t = words();
            let text = move || {
                row.value.with(|line| if let Line::Notice(notice) = line { sentence(t, notice) } else { String::new() })
            };
            view! { <li class="notice">{text}</li> }.into_any()
        }
        Line::Unread => view! {
            <li class="unread-line">
                <span>{words().unread_messages()}</span>
            </li>
        }
        .into_any(),
        Line::Bubble(first) => {
            let bubble = Memo::new(move |_| match row.value.get() {
                Line::Bubble(bubble) => bubble,
                // A key belongs to one kind of line.
                Line::Separator { .. } | Line::Unread | Line::Notice(_) => first.clone(),
            });
            view! { <BubbleLine id bubble group/> }.into_any()
        }
    }
}

#[component]
fn Separator(at: Memo<Timestamp>) -> impl IntoView {
    let zone = use_zone();
    view! {
        <li class="separator">
            <time datetime=move || iso(at.get())>
                <b>{move || zone.day(at.get())}</b>
                " "
                {move || zone.time(at.get())}
            </time>
        </li>
    }
}

fn sentence(t: Words, notice: &Notice) -> String {
    match (notice.what, notice.mine) {
        (SystemEvent::Joined, true) => t.you_joined().to_owned(),
        (SystemEvent::Left, true) => t.you_left().to_owned(),
        (SystemEvent::Joined, false) => t.joined(t.person(&notice.who)),
        (SystemEvent::Left, false) => t.left(t.person(&notice.who)),
    }
}

#[component]
fn BubbleLine(id: ConversationId, bubble: Memo<Bubble>, group: Memo<bool>) -> impl IntoView {
    let t = words();
    let zone = use_zone();
    let (handle, overlay, selection) = (use_client(), use_overlay(), use_selection());
    let (page, navigation) = (use_page(), use_navigation());
    // These never change while a message keeps its key.
    let Bubble { mine, client_id, .. } = bubble.get_untracked();
    let failure = Memo::new(move |_| {
        bubble.with(|bubble| if let State::Failed(failure) = bubble.state { Some(failure) } else { None })
    });
    let line_class = Memo::new(move |_| {
        bubble.with(|bubble| {
            classes(&[
                ("line", true),
                ("mine", mine),
                ("theirs", !mine),
                ("unsent", bubble.unsent.is_some()),
                ("reacted", !bubble.reactions.is_empty()),
                ("first", bubble.first),
                ("resumed", bubble.resumed),
                ("last", bubble.last),
                ("group", !mine && group.get()),
            ])
        })
    });
    let bubble_class = Memo::new(move |_| {
        bubble.with(|bubble| {
            classes(&[
                ("bubble", true),
                ("emoji", bubble.emoji),
                ("tail", bubble.last && !bubble.emoji && bubble.unsent.is_none()),
                ("pending", bubble.state == State::Pending),
                ("failed", matches!(bubble.state, State::Failed(_))),
            ])
        })
    });
    let retry = move |_| handle.act(move |client, now| client.retry(client_id, now));
    let discard = move |_| handle.act(move |client, _| client.discard(client_id));
    let is_unsent = move || bubble.with(|bubble| bubble.unsent.is_some());
    let text = Memo::new(move |_| {
        bubble.with(|bubble| bubble.unsent.as_ref().map_or_else(|| bubble.text.clone(), |by| t.unsent_by(by)))
    });
    // A name is no link, whatever it looks like.
    let content = move || {
        text.with(|text| match untrack(is_unsent) {
            true => text.clone().into_any(),
            false => parts(text).into_iter().map(part).collect_view().into_any(),
        })
    };
    let is_edited = Memo::new(move |_| bubble.with(|bubble| bubble.edits > 0 && bubble.unsent.is_none()));
    let show_earlier = move |_| {
        if let Some(seq) = bubble.with_untracked(|bubble| bubble.seq) {
            overlay.open_sheet(Sheet::EarlierVersions(id, seq));
        }
    };
    let thread = Memo::new(move |_| bubble.with(|bubble| bubble.thread.clone()));
    // Empty unless it is forwarded.
    let origin =
        Memo::new(move |_| bubble.with(|bubble| bubble.origin.as_ref().map_or_else(String::new, |of| t.origin(of))));
    let at = Memo::new(move |_| bubble.with(|bubble| bubble.at));
    let by = move || bubble.with(|bubble| if bubble.mine { t.you_said().to_owned() } else { t.person(&bubble.name) });
    let open_menu = move |at: (i32, i32), is_for_tapbacks: bool| {
        let (by, sent) = untrack(|| (by(), at_length(zone, bubble.with(|bubble| bubble.at))));
        let mut menu = message_menu(page, id, bubble, t.said_by(by, sent), at);
        if let Some(tapbacks) = &mut menu.tapbacks {
            tapbacks.has_focus = is_for_tapbacks;
            // A finger that stays is mostly about to react.
            #[cfg(feature = "hydrate")]
            {
                tapbacks.has_focus |= crate::browser::page::matches("(pointer: coarse)");
            }
        }
        if !menu.items.is_empty() {
            overlay.open_menu(menu);
        }
    };
    let menu = move |event: MouseEvent| {
        // The browser's own menu is for links and for what is selected.
        #[cfg(feature = "hydrate")]
        if crate::browser::page::has_selection() || crate::browser::page::is_on_link(&event) {
            return;
        }
        event.prevent_default();
        open_menu((event.client_x(), event.client_y()), false);
    };
    #[cfg(feature = "hydrate")]
    let may_react = move || bubble.with_untracked(|bubble| handle.look(|client| client.may_react(bubble)));
    let tap = move |event: MouseEvent| {
        #[cfg(feature = "hydrate")]
        if crate::browser::page::is_on_link(&event) || !may_react() {
            return;
        }
        #[cfg(feature = "hydrate")]
        crate::browser::page::select_nothing();
        open_menu((event.client_x(), event.client_y()), true);
    };
    let keys = move |event: KeyboardEvent| {
        if event.ctrl_key() || event.meta_key() || event.alt_key() || event.shift_key() {
            return;
        }
        let key = event.key();
        #[cfg(feature = "hydrate")]
        if key == "Enter" && event.target() == event.current_target() {
            event.prevent_default();
            open_menu(crate::browser::page::below_start_of(&event), false);
            return;
        }
        #[cfg(feature = "hydrate")]
        if key == REACT && may_react() {
            event.prevent_default();
            open_menu(crate::browser::page::below_start_of(&event), true);
            return;
        }
        if bubble.with_untracked(|bubble| on_key(&key, page, id, bubble)) {
            event.prevent_default();
        }
    };
    view! {
        <li
            class=line_class
            data-seq=move || bubble.with(|bubble| bubble.seq)
        >
            {move || thread.with(|thread| thread.as_ref().and_then(|thread| thread.quote.as_ref()).map(|quote| quote_view(t, id, quote)))}
            {move || bubble.with(|bubble| bubble.sender.clone()).map(|name| view! { <span class="sender" dir="auto">{t.person(&name)}</span> })}
            {move || {
                bubble
                    .with(|bubble| bubble.avatar.clone())
                    .map(|(id, name)| view! { <Avatar name=t.person(&name) seed=id.to_string() beside_line=true/> })
            }}
            <div
                class=bubble_class
                role="article"
                tabindex="-1"
                aria-label=move || t.said_by(by(), zone.time(at.get()))
                on:contextmenu=menu
                on:dblclick=tap
                on:keydown=keys
            >
                {move || origin.with(|label| (!label.is_empty()).then(|| origin_view(handle, overlay, navigation, bubble, label.clone())))}
                <p dir="auto">{content}</p>
            </div>
            <When condition=move || selection.is_on()>
                <ScreenView screen=Screen::Choice(bubble)/>
            </When>
            <Badges id bubble menu/>
            <time class="line-time" datetime=move || iso(at.get()) data-day=move || zone.day_unless_today(at.get())>{move || zone.time(at.get())}</time>
            {move || {
                failure
                    .get()
                    .map(|failure| {
                        view! {
                            <button class="retry" type="button" aria-label=t.not_delivered_retry() title=t.try_again() on:click=retry>
                                <Icon glyph=Glyph::Exclamation/>
                            </button>
                            <p class="status failed" role="alert">
                                {t.failure(failure)}
                                " "
                                <button class="link" type="button" on:click=discard>{t.delete()}</button>
                            </p>
                        }
                    })
            }}
            {move || {
                is_edited
                    .get()
                    .then(|| {
                        view! {
                            <p class="edited">
                                <button class="link" type="button" aria-haspopup="dialog" on:click=show_earlier>{t.edited()}</button>
                            </p>
                        }
                    })
            }}
            {move || thread.with(|thread| thread.as_ref().filter(|thread| thread.replies > 0).map(|thread| replies_view(id, thread)))}
            {move || bubble.with(|bubble| bubble.status).map(|status| view! { <StatusLine status/> })}
        </li>
    }
}

/// The classes that hold. One text costs less than a signal for each.
fn classes(all: &[(&'static str, bool)]) -> String {
    let mut classes = String::new();
    for (class, _) in all.iter().filter(|(_, holds)| *holds) {
        if !classes.is_empty() {
            classes.push(' ');
        }
        classes.push_str(class);
    }
    classes
}

/// The day and the time.
fn at_length(zone: Zone, at: Timestamp) -> String {
    format!("{} {}", zone.day(at), zone.time(at))
}

fn part(part: Part<'_>) -> AnyView {
    match part {
        Part::Text(text) => text.to_owned().into_any(),
        Part::Link { text, href } => {
            view! { <a href=href target="_blank" rel="noopener noreferrer nofollow">{text.to_owned()}</a> }.into_any()
        }
    }
}

#[component]
fn StatusLine(status: Receipt) -> impl IntoView {
    let (t, zone) = (words(), use_zone());
    match status {
        Receipt::Delivered => view! { <p class="status">{t.delivered()}</p> }.into_any(),
        Receipt::Read(at) => view! {
            <p class="status">
                <b>{t.read()}</b>
                " "
                {move || zone.brief(at)}
            </p>
        }
        .into_any(),
    }
}
