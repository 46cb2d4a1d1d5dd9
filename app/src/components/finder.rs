//! A field and a list of what it finds by a few letters: conversations, people, and for the quick switcher what can be done.

use super::composer::is_composing;
use super::flow::{Each, When};
use super::{Avatar, Glyph, Icon};
use crate::client_handle::use_client;
use crate::commands::Command;
use crate::i18n::{Words, words};
use crate::navigation::use_navigation;
use leptos::ev::KeyboardEvent;
use leptos::prelude::*;
use myna_client::SidebarRow;
use myna_protocol::{Kind, Person};

/// Conversations that it shows, at most.
const CONVERSATIONS: usize = 8;
/// People that it shows beside them, at most.
const PEOPLE: usize = 5;

/// The option after this one or before it, of so many; from the last one the next is the first.
pub(crate) fn next_option(at: Option<usize>, len: usize, forwards: bool) -> usize {
    match at {
        _ if len == 0 => 0,
        Some(at) if forwards => (at + 1) % len,
        Some(at) => (at + len - 1) % len,
        None if forwards => 0,
        None => len - 1,
    }
}

/// What is found.
#[derive(Clone, PartialEq)]
pub(crate) enum Found {
    Conversation(SidebarRow),
    Person(Person),
    Command(Command),
}

impl Found {
    pub(crate) fn key(&self) -> String {
        match self {
            // The same before and after there is a conversation with this person.
            Self::Conversation(row) if row.kind == Kind::Direct => row.avatar.clone(),
            Self::Conversation(row) => row.id.to_string(),
            Self::Person(person) => person.id.to_string(),
            Self::Command(command) => command.label(Words::default()).to_owned(),
        }
    }

    /// As the list shows it.
    pub(crate) fn name(&self, t: Words) -> String {
        match self {
            Self::Conversation(row) => t.title(&row.title),
            Self::Person(person) => person.name.clone(),
            Self::Command(command) => command.label(t).to_owned(),
        }
    }
}

/// How far something has come that was done with an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Progress {
    UnderWay,
    /// There is no connection: it is done as soon as there is one.
    Waiting,
    Done,
}

#[component]
pub(crate) fn Finder(
    label: &'static str,
    hint: &'static str,
    /// Whether it finds what can be done, too.
    has_commands: bool,
    /// What has been done with the entries of these keys.
    progress: RwSignal<Vec<(String, Progress)>>,
    choose: Callback<Found>,
) -> impl IntoView {
    let (t, handle, navigation) = (words(), use_client(), use_navigation());
    let text = RwSignal::new(String::new());
    // The key of what Enter goes to; without it, the first. A key, since answers and news put others around it.
    let chosen = RwSignal::new(None::<String>);
    let search = handle.search(text);
    let version = handle.list().version;
    // What was typed, and in which order the list showed what that finds.
    let order = StoredValue::new((String::new(), Vec::new()));
    let entries = Memo::new(move |_| {
        version.track();
        let asked = text.with(|text| text.trim().to_lowercase());
        let rows = handle.look(|client| client.find_in_list(&asked, CONVERSATIONS, |title| t.title(title)));
        let is_known = |person: &Person| {
            let seed = person.id.to_string();
            rows.iter().any(|row| row.kind == Kind::Direct && row.avatar == seed)
        };
        let mut people = if asked.is_empty() { Vec::new() } else { search.answer().unwrap_or_default().people };
        people.retain(|person| !is_known(person));
        people.truncate(PEOPLE);
        let commands = Command::ALL.into_iter().filter(|command| {
            has_commands && *command != Command::QuickSwitcher && command.is_available(handle, navigation)
        });
        let commands = commands.filter(|command| command.label(t).to_lowercase().contains(&asked));
        let commands: Vec<_> = commands.map(Found::Command).collect();
        // An exact name comes before groups that contain it.
        let rank = |entry: &Found| {
            if matches!(entry, Found::Command(_)) {
                return 2;
            }
            let name = entry.name(t).to_lowercase();
            if asked.is_empty() || !name.starts_with(&asked) { 2 } else { u8::from(name != asked) }
        };
        let mut entries: Vec<Found> =
            rows.into_iter().map(Found::Conversation).chain(people.into_iter().map(Found::Person)).collect();
        entries.sort_by_key(rank);
        entries.extend(commands);
        // Where a click sends, the rows keep their order while the reader points at them.
        if !has_commands {
            order.update_value(|(of, keys)| {
                if *of != asked {
                    (*of, *keys) = (asked.clone(), Vec::new());
                }
                let place = |keys: &[String], entry: &Found| keys.iter().position(|key| *key == entry.key());
                entries.sort_by_key(|entry| place(keys, entry).unwrap_or(usize::MAX));
                *keys = entries.iter().map(Found::key).collect();
            });
        }
        entries
    });
    let place = move |entries: &[Found]| {
        let at = chosen.with(|chosen| entries.iter().position(|entry| chosen.as_ref() == Some(&entry.key())));
        // Where Enter sends, it does nothing until the reader has typed a name or moved to a row.
        at.or_else(|| (has_commands || text.with(|text| !text.trim().is_empty())).then_some(0))
    };
    // It stays the chosen one, wherever the list moves it: a second Enter is for the same.
    let take = move |found: Found| {
        chosen.set(Some(found.key()));
        choose.run(found);
    };
    let entered = RwSignal::new(None::<String>);
    search.on_enter(
        entered,
        move || entries.with(|entries| !entries.is_empty()),
        move || {
            let entry = untrack(|| entries.with(|entries| entries.get(place(entries)?).cloned()));
            if let Some(entry) = entry {
                take(entry);
            }
        },
    );
    let keys = move |event: KeyboardEvent| {
        // An input method has these keys while it composes a word.
        if is_composing(&event) {
            return;
        }
        let entries = entries.get_untracked();
        let step = |forwards: bool| {
            let next = next_option(untrack(|| place(&entries)), entries.len(), forwards);
            chosen.set(entries.get(next).map(Found::key));
        };
        match event.key().as_str() {
            "ArrowDown" => step(true),
            "ArrowUp" => step(false),
            "Enter" => entered.set(Some(text.get_untracked())),
            _ => return,
        }
        event.prevent_default();
    };
    let is_chosen = move |key: &str| {
        entries.with(|entries| place(entries).and_then(|at| entries.get(at)).is_some_and(|entry| entry.key() == key))
    };
    #[cfg(feature = "hydrate")]
    Effect::new(move |_| {
        let _ = entries.with(|entries| place(entries));
        request_animation_frame(|| crate::browser::page::reveal(".switcher [aria-selected=true]"));
    });
    let progress_of =
        move |key: &str| progress.with(|all| all.iter().find(|(of, _)| of == key).map(|(_, progress)| *progress));
    let option = move |entry: Found| {
        let key = entry.key();
        let (id, chosen_key, progress_key) = (format!("switch-{key}"), key.clone(), key);
        let clicked = entry.clone();
        view! {
            <li
                class="switch"
                role="option"
                id=id
                aria-selected=move || if is_chosen(&chosen_key) { "true" } else { "false" }
                on:click=move |_| take(clicked.clone())
            >
                {draw(t, &entry)}
                {move || progress_of(&progress_key).map(|progress| progress_view(t, progress))}
            </li>
        }
    };
    let active =
        move || entries.with(|entries| entries.get(place(entries)?).map(|entry| format!("switch-{}", entry.key())));
    view! {
            <input
                type="text"
                class="switcher-field"
                role="combobox"
                aria-label=hint
                aria-expanded="true"
                aria-controls="switcher-list"
                aria-autocomplete="list"
                aria-activedescendant=active
                placeholder=hint
                autocomplete="off"
                autofocus
                prop:value=text
                on:input:target=move |event| {
                    text.set(event.target().value());
                    chosen.set(None);
                }
                on:keydown=keys
            />
            <ul class="switcher-list" id="switcher-list" role="listbox" aria-label=label>
                <Each of=move || entries.get() key=Found::key children=option/>
            </ul>
            <When condition=move || entries.with(Vec::is_empty)>
                <p class="switcher-empty" role="status">{move || text.with(|text| t.no_results(text.trim()))}</p>
            </When>
    }
    .into_any()
}

fn draw(t: Words, entry: &Found) -> AnyView {
    match entry {
        Found::Conversation(row) => {
            let title = t.title(&row.title);
            let unread = (row.unread > 0).then(|| view! { <span class="unread-dot"></span> });
            view! {
                <Avatar name=title.clone() seed=row.avatar.clone() kind=row.kind/>
                <span class="switch-title" dir="auto">{title}</span>
                {unread}
            }
            .into_any()
        }
        Found::Person(person) => view! {
            <Avatar name=person.name.clone() seed=person.id.to_string()/>
            <span class="switch-title" dir="auto">{person.name.clone()}</span>
        }
        .into_any(),
        Found::Command(command) => {
            #[cfg(feature = "hydrate")]
            let is_mac = crate::browser::page::is_mac();
            #[cfg(not(feature = "hydrate"))]
            let is_mac = false;
            let keys = command.shortcut().map(|shortcut| shortcut.keys(t, is_mac)).unwrap_or_default();
            let keys = keys.into_iter().map(|key| view! { <kbd>{key}</kbd> });
            view! {
                <span class="switch-glyph"><Icon glyph=command.glyph()/></span>
                <span class="switch-title">{command.label(t)}</span>
                <span class="switch-keys" aria-hidden="true">{keys.collect_view()}</span>
            }
            .into_any()
        }
    }
}

fn progress_view(t: Words, progress: Progress) -> AnyView {
    match progress {
        Progress::UnderWay => view! { <span class="spinner"></span> }.into_any(),
        Progress::Waiting => view! { <span class="switch-done">{t.waiting()}</span> }.into_any(),
        Progress::Done => view! { <span class="switch-done"><Icon glyph=Glyph::Check/>{t.sent()}</span> }.into_any(),
    }
}
