//! The quick switcher: to any conversation, to anybody, or to something that can be done, by a few letters.

use super::composer::is_composing;
use super::flow::{Each, When};
use super::modal::{show_sheet, when_closed};
use super::overlay::use_overlay;
use super::{Avatar, Icon};
use crate::client_handle::use_client;
use crate::commands::Command;
use crate::i18n::{Words, words};
use crate::navigation::{Route, use_navigation};
use leptos::ev::KeyboardEvent;
use leptos::html::Dialog;
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

/// Somewhere to go.
#[derive(Clone, PartialEq)]
enum Entry {
    Conversation(SidebarRow),
    Person(Person),
    Command(Command),
}

impl Entry {
    fn key(&self) -> String {
        match self {
            Self::Conversation(row) => row.id.to_string(),
            Self::Person(person) => person.id.to_string(),
            Self::Command(command) => command.label(Words::default()).to_owned(),
        }
    }
}

#[component]
pub(crate) fn QuickSwitcher(close: impl Fn() + Copy + Send + Sync + 'static) -> impl IntoView {
    let (t, handle, navigation, overlay) = (words(), use_client(), use_navigation(), use_overlay());
    let dialog: NodeRef<Dialog> = NodeRef::new();
    let shut = show_sheet(dialog);
    let text = RwSignal::new(String::new());
    // The key of what Enter goes to; without it, the first. A key, since answers and news put others around it.
    let chosen = RwSignal::new(None::<String>);
    let search = handle.search(text);
    let version = handle.list().version;
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
        let commands = Command::ALL
            .into_iter()
            .filter(|command| *command != Command::QuickSwitcher && command.is_available(handle, navigation));
        let commands = commands.filter(|command| command.label(t).to_lowercase().contains(&asked));
        let commands: Vec<_> = commands.map(Entry::Command).collect();
        // An exact name comes before groups that contain it.
        let rank = |entry: &Entry| {
            let name = match entry {
                Entry::Conversation(row) => t.title(&row.title),
                Entry::Person(person) => person.name.clone(),
                Entry::Command(_) => return 2,
            };
            let name = name.to_lowercase();
            if asked.is_empty() || !name.starts_with(&asked) { 2 } else { u8::from(name != asked) }
        };
        let mut entries: Vec<Entry> =
            rows.into_iter().map(Entry::Conversation).chain(people.into_iter().map(Entry::Person)).collect();
        entries.sort_by_key(rank);
        entries.extend(commands);
        entries
    });
    let go = move |entry: Entry| {
        // Closed first: a dialog that closes gives the focus back.
        shut();
        match entry {
            Entry::Conversation(row) => navigation.go(Route::Conversation(row.id)),
            Entry::Person(person) => handle.ask_conversation(
                move |request| myna_protocol::Command::Direct { request, user: person.id },
                move |id| navigation.go(Route::Conversation(id)),
            ),
            Entry::Command(command) => {
                close();
                command.run(handle, navigation, overlay);
            }
        }
    };
    let place = move |entries: &[Entry]| {
        chosen.with(|chosen| entries.iter().position(|entry| chosen.as_ref() == Some(&entry.key()))).unwrap_or(0)
    };
    let entered = RwSignal::new(None::<String>);
    search.on_enter(
        entered,
        move || entries.with(|entries| !entries.is_empty()),
        move || {
            let entry = untrack(|| entries.with(|entries| entries.get(place(entries)).cloned()));
            if let Some(entry) = entry {
                go(entry);
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
            let next = next_option(Some(untrack(|| place(&entries))), entries.len(), forwards);
            chosen.set(entries.get(next).map(Entry::key));
        };
        match event.key().as_str() {
            "ArrowDown" => step(true),
            "ArrowUp" => step(false),
            "Enter" => entered.set(Some(text.get_untracked())),
            _ => return,
        }
        event.prevent_default();
    };
    let is_chosen =
        move |key: &str| entries.with(|entries| entries.get(place(entries)).is_some_and(|entry| entry.key() == key));
    #[cfg(feature = "hydrate")]
    Effect::new(move |_| {
        let _ = entries.with(|entries| place(entries));
        request_animation_frame(|| crate::browser::page::reveal(".switcher [aria-selected=true]"));
    });
    let option = move |entry: Entry| {
        let key = entry.key();
        let (id, chosen_key) = (format!("switch-{key}"), key.clone());
        let clicked = entry.clone();
        view! {
            <li
                class="switch"
                role="option"
                id=id
                aria-selected=move || if is_chosen(&chosen_key) { "true" } else { "false" }
                on:click=move |_| go(clicked.clone())
            >
                {draw(t, &entry)}
            </li>
        }
    };
    let active =
        move || entries.with(|entries| entries.get(place(entries)).map(|entry| format!("switch-{}", entry.key())));
    view! {
        <dialog class="dialog switcher" node_ref=dialog aria-label=t.quick_switcher() on:close=when_closed(close)>
            <input
                type="text"
                class="switcher-field"
                role="combobox"
                aria-label=t.quick_switcher_hint()
                aria-expanded="true"
                aria-controls="switcher-list"
                aria-autocomplete="list"
                aria-activedescendant=active
                placeholder=t.quick_switcher_hint()
                autocomplete="off"
                autofocus
                prop:value=text
                on:input:target=move |event| {
                    text.set(event.target().value());
                    chosen.set(None);
                }
                on:keydown=keys
            />
            <ul class="switcher-list" id="switcher-list" role="listbox" aria-label=t.quick_switcher()>
                <Each of=move || entries.get() key=Entry::key children=option/>
            </ul>
            <When condition=move || entries.with(Vec::is_empty)>
                <p class="switcher-empty" role="status">{move || text.with(|text| t.no_results(text.trim()))}</p>
            </When>
        </dialog>
    }
    .into_any()
}

fn draw(t: Words, entry: &Entry) -> AnyView {
    match entry {
        Entry::Conversation(row) => {
            let title = t.title(&row.title);
            let unread = (row.unread > 0).then(|| view! { <span class="unread-dot"></span> });
            view! {
                <Avatar name=title.clone() seed=row.avatar.clone() kind=row.kind/>
                <span class="switch-title" dir="auto">{title}</span>
                {unread}
            }
            .into_any()
        }
        Entry::Person(person) => view! {
            <Avatar name=person.name.clone() seed=person.id.to_string()/>
            <span class="switch-title" dir="auto">{person.name.clone()}</span>
        }
        .into_any(),
        Entry::Command(command) => {
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
