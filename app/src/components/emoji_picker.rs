//! The sheet of all emoji: to react to a message with one, or to write one.

use super::flow::When;
use super::modal::{show_sheet, when_closed};
use super::{Glyph, Icon};
use crate::client_handle::use_client;
use crate::emoji::{EmojiGroup, GroupName};
use crate::i18n::{Words, words};
use leptos::ev::KeyboardEvent;
use leptos::html::{Dialog, Input};
use leptos::prelude::*;
use myna_protocol::{ConversationId, Seq, UserId};
use std::cell::RefCell;

/// Emoji that were chosen last and are offered first.
#[cfg(feature = "hydrate")]
const RECENT: usize = 16;
/// The hand in each skin tone, the yellow one first.
const TONES: [&str; 6] = [
    "\u{270b}",
    "\u{270b}\u{1f3fb}",
    "\u{270b}\u{1f3fc}",
    "\u{270b}\u{1f3fd}",
    "\u{270b}\u{1f3fe}",
    "\u{270b}\u{1f3ff}",
];

thread_local! {
    /// All emoji, once they are loaded: for as long as the page lives. No signal, whose machinery the browser would load for
    /// this alone.
    static ALL: RefCell<Vec<EmojiGroup>> = const { RefCell::new(Vec::new()) };
}

/// What is offered: a heading, and each emoji with its name.
type Section = (&'static str, Vec<(String, String)>);

/// What an emoji is chosen for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum EmojiUse {
    /// To react to the message at this place.
    Reaction(ConversationId, Seq),
    /// To be written into the composer.
    Text,
}

#[component]
pub(crate) fn EmojiPicker(purpose: EmojiUse, close: impl Fn() + Copy + Send + Sync + 'static) -> impl IntoView {
    let (t, handle) = (words(), use_client());
    let dialog: NodeRef<Dialog> = NodeRef::new();
    let shut = show_sheet(dialog);
    let me = handle.my_id();
    let title = if purpose == EmojiUse::Text { t.insert_emoji() } else { t.choose_reaction() };
    let is_here = RwSignal::new(ALL.with_borrow(|all| !all.is_empty()));
    let has_failed = RwSignal::new(false);
    let text = RwSignal::new(String::new());
    let tone = RwSignal::new(stored_tone(me));
    let load = move || {
        has_failed.set(false);
        #[cfg(feature = "hydrate")]
        leptos::task::spawn_local(async move {
            match crate::browser::emoji::load().await {
                Some(all) => {
                    ALL.set(all);
                    is_here.try_set(true);
                }
                None => {
                    has_failed.try_set(true);
                }
            }
        });
    };
    if !is_here.get_untracked() {
        load();
    }
    let field: NodeRef<Input> = NodeRef::new();
    // On a phone the field would bring the keyboard, and leave little room for the emoji.
    #[cfg(feature = "hydrate")]
    Effect::new(move |_| {
        if let Some(field) = field.get()
            && !crate::browser::page::matches("(pointer: coarse)")
        {
            let _ = field.focus();
        }
    });
    let sections = move || {
        let (text, tone) = (text.get().trim().to_lowercase(), tone.get());
        ALL.with_borrow(|groups| sections(t, groups, &stored_recent(me), &text, tone))
    };
    let choose = move |emoji: String| {
        keep_recent(me, &emoji);
        shut();
        match purpose {
            EmojiUse::Reaction(conversation, seq) => {
                handle.change(move |client, now| client.react(conversation, seq, Some(emoji), now));
            }
            EmojiUse::Text => {
                #[cfg(feature = "hydrate")]
                crate::browser::page::insert_text(".composer textarea", &emoji);
            }
        }
    };
    let enter = move |event: KeyboardEvent| {
        if event.key() == "Enter" && !super::is_composing(&event) && !text.with_untracked(|text| text.trim().is_empty())
        {
            event.prevent_default();
            let first = untrack(sections).into_iter().next();
            let first = first.and_then(|(_, all)| all.into_iter().next());
            if let Some((emoji, _)) = first {
                choose(emoji);
            }
        }
    };
    let section = move |(heading, all): Section| {
        let choices = all.into_iter().enumerate().map(|(place, (emoji, name))| {
            let label = format!("{emoji} {name}");
            // Tab goes from group to group.
            let tab = if place == 0 { "0" } else { "-1" };
            let press = {
                let emoji = emoji.clone();
                move |_| choose(emoji.clone())
            };
            view! {
                <button class="emoji-choice" type="button" tabindex=tab aria-label=label title=name on:click=press>{emoji}</button>
            }
        });
        view! {
            <section class="emoji-group">
                <h3 hidden=heading.is_empty()>{heading}</h3>
                // The names are English in every language.
                <div class="emoji-grid" lang="en">{choices.collect_view()}</div>
            </section>
        }
    };
    let tones = TONES.into_iter().zip(0_usize..).map(|(hand, number)| {
        let set = move |_| {
            tone.set(number);
            #[cfg(feature = "hydrate")]
            crate::browser::storage::keep_choice(me, "skin-tone", &number.to_string());
        };
        view! {
            <label class="tone">
                <input type="radio" name="skin-tone" class="visually-hidden" checked=move || tone.get() == number on:change=set/>
                <span>{hand}</span>
            </label>
        }
    });
    let all = move || {
        is_here.get().then(|| {
            let all = sections();
            if all.is_empty() {
                view! { <p class="empty-small" role="status">{text.with(|text| t.no_emoji(text.trim()))}</p> }
                    .into_any()
            } else {
                all.into_iter().map(section).collect_view().into_any()
            }
        })
    };
    view! {
        <dialog class="dialog emoji-picker" node_ref=dialog aria-labelledby="emoji-title" on:close=when_closed(close) on:keydown=move |event| move_in_grid(&event)>
            <header class="sheet-head">
                <h2 id="emoji-title">{title}</h2>
                <button class="button small" type="button" on:click=move |_| shut()>{t.close()}</button>
            </header>
            <div class="emoji-head">
                <div class="search">
                    <Icon glyph=Glyph::Search/>
                    <input
                        type="search"
                        autocomplete="off"
                        node_ref=field
                        aria-label=t.search_emoji()
                        placeholder=t.search_emoji()
                        prop:value=text
                        on:input:target=move |event| text.set(event.target().value())
                        on:keydown=enter
                    />
                </div>
                <fieldset class="tones">
                    <legend class="visually-hidden">{t.skin_tone()}</legend>
                    {tones.collect_view()}
                </fieldset>
            </div>
            <div class="emoji-scroll">
                {all}
                <When condition=move || !is_here.get() && !has_failed.get()>
                    <span class="spinner" role="status" aria-label=t.loading()></span>
                </When>
                <When condition=move || has_failed.get()>
                    <div class="empty-small">
                        <p role="alert">{t.emoji_not_loaded()}</p>
                        <button class="button primary" type="button" on:click=move |_| load()>{t.try_again()}</button>
                    </div>
                </When>
            </div>
        </dialog>
    }
    .into_any()
}

/// The emoji to offer: those chosen last, then all groups; or those that a search finds.
fn sections(t: Words, groups: &[EmojiGroup], recent: &[String], text: &str, tone: usize) -> Vec<Section> {
    let in_tone = |entry: &crate::emoji::EmojiEntry| {
        let emoji = tone.checked_sub(1).and_then(|tone| entry.tones.get(tone)).unwrap_or(&entry.emoji);
        (emoji.clone(), entry.name.clone())
    };
    let all = || groups.iter().flat_map(|group| &group.emoji);
    if !text.is_empty() {
        let is_found = |entry: &&crate::emoji::EmojiEntry| {
            let words = || entry.name.split(' ').chain(entry.words.split(' '));
            entry.emoji == text || text.split_whitespace().all(|part| words().any(|word| word.starts_with(part)))
        };
        let found: Vec<_> = all().filter(is_found).map(in_tone).collect();
        return if found.is_empty() { Vec::new() } else { vec![("", found)] };
    }
    let entry_of = |emoji: &String| all().find(|entry| entry.emoji == *emoji || entry.tones.contains(emoji));
    let recent: Vec<_> =
        recent.iter().filter_map(|emoji| Some((emoji.clone(), entry_of(emoji)?.name.clone()))).collect();
    let recent = (!recent.is_empty()).then(|| (t.recent_emoji(), recent));
    let groups = groups.iter().map(|group| (heading(t, group.name), group.emoji.iter().map(in_tone).collect()));
    recent.into_iter().chain(groups).collect()
}

fn heading(t: Words, name: GroupName) -> &'static str {
    match name {
        GroupName::Smileys => t.emoji_smileys(),
        GroupName::People => t.emoji_people(),
        GroupName::Animals => t.emoji_animals(),
        GroupName::Food => t.emoji_food(),
        GroupName::Travel => t.emoji_travel(),
        GroupName::Activities => t.emoji_activities(),
        GroupName::Objects => t.emoji_objects(),
        GroupName::Symbols => t.emoji_symbols(),
        GroupName::Flags => t.emoji_flags(),
    }
}

/// Arrow keys move from the field to the emoji, and among them.
#[cfg(feature = "hydrate")]
fn move_in_grid(event: &KeyboardEvent) {
    use crate::browser::page::{self, Step};
    const CHOICE: &str = ".emoji-choice";
    let Some(focused) = page::focused().filter(|_| !super::is_composing(event)) else { return };
    let is_choice = focused.matches(CHOICE) == Ok(true);
    let key = event.key();
    let is_field = focused.matches("[type=search]") == Ok(true);
    if !(is_choice || key == "ArrowDown" && is_field) {
        return;
    }
    let (to, count) = match key.as_str() {
        "ArrowDown" if !is_choice => (Step::First, 1),
        "ArrowLeft" | "ArrowRight" => {
            ((if (key == "ArrowLeft") == page::is_rtl() { Step::Next } else { Step::Previous }), 1)
        }
        "ArrowDown" => (Step::Next, page::columns(&focused)),
        "ArrowUp" => (Step::Previous, page::columns(&focused)),
        "Home" => (Step::First, 1),
        "End" => (Step::Last, 1),
        _ => return,
    };
    for _ in 0..count {
        if !page::step_in(".emoji-scroll", CHOICE, to) {
            break;
        }
    }
    event.prevent_default();
}

#[cfg(not(feature = "hydrate"))]
fn move_in_grid(_: &KeyboardEvent) {}

#[cfg(feature = "hydrate")]
fn stored_tone(me: UserId) -> usize {
    crate::browser::storage::choice(me, "skin-tone").and_then(|tone| tone.parse().ok()).unwrap_or(0)
}

#[cfg(not(feature = "hydrate"))]
fn stored_tone(_: UserId) -> usize {
    0
}

/// Those chosen last, the last one first.
#[cfg(feature = "hydrate")]
fn stored_recent(me: UserId) -> Vec<String> {
    let stored = crate::browser::storage::choice(me, "recent-emoji").unwrap_or_default();
    stored.split(' ').filter(|emoji| !emoji.is_empty()).take(RECENT).map(str::to_owned).collect()
}

#[cfg(not(feature = "hydrate"))]
fn stored_recent(_: UserId) -> Vec<String> {
    Vec::new()
}

#[cfg(feature = "hydrate")]
fn keep_recent(me: UserId, emoji: &str) {
    let mut recent = stored_recent(me);
    recent.retain(|other| other != emoji);
    recent.insert(0, emoji.to_owned());
    recent.truncate(RECENT);
    crate::browser::storage::keep_choice(me, "recent-emoji", &recent.join(" "));
}

#[cfg(not(feature = "hydrate"))]
fn keep_recent(_: UserId, _: &str) {}
