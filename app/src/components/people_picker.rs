//! A field and a list to choose people from.

use super::finder::next_option;
use super::flow::{Each, When};
use super::{Avatar, Glyph, Icon, is_composing};
#[cfg(feature = "hydrate")]
use crate::browser::page;
use crate::client_handle::use_client;
use crate::i18n::words;
use leptos::ev::KeyboardEvent;
use leptos::html::Input;
use leptos::prelude::*;
use myna_protocol::{Person, UserId};

/// Enter with an empty field sends the form `.picker-foot`, which is beside it.
#[component]
pub(crate) fn PeoplePicker(
    chosen: RwSignal<Vec<Person>>,
    /// These are members already, and cannot be chosen.
    #[prop(into)]
    without: Signal<Vec<UserId>>,
    /// The element that says why the choice was refused.
    #[prop(into)]
    described_by: Signal<Option<&'static str>>,
) -> impl IntoView {
    let (t, handle) = (words(), use_client());
    let text = RwSignal::new(String::new());
    let search = handle.search(text);
    let found = Memo::new(move |_| search.found().map(|found| found.people));
    let is_member = move |id: UserId| without.with(|without| without.contains(&id));
    let people = move || found.get().unwrap_or_default();
    // The person whom the arrow keys have moved to.
    let active = RwSignal::new(None::<UserId>);
    // The attribute only works in a page that the server has sent.
    let to: NodeRef<Input> = NodeRef::new();
    Effect::new(move |_| {
        if let Some(field) = to.get() {
            let _ = field.focus();
        }
    });
    let is_chosen = move |user: &Person| chosen.with(|chosen| chosen.iter().any(|other| other.id == user.id));
    let toggle = move |user: Person| {
        if untrack(|| is_member(user.id)) {
            return;
        }
        chosen.update(|chosen| match chosen.iter().position(|other| other.id == user.id) {
            Some(place) => {
                chosen.remove(place);
            }
            // A note to self has nobody else in it, and everyone is in their own groups.
            None if user.id == handle.my_id() => *chosen = vec![user],
            None => {
                chosen.retain(|other| other.id != handle.my_id());
                chosen.push(user);
            }
        });
        text.set(String::new());
        active.set(None);
        if let Some(field) = to.get_untracked() {
            let _ = field.focus();
        }
    };
    // Enter adds the person whom the arrow keys have moved to, else the first of the results, or takes them back. With an empty
    // field it sends the form.
    let is_typed = move || text.with(|text| !text.trim().is_empty());
    let place = move || {
        let active = active.get();
        let at = found.with(|found| found.iter().flatten().position(|user| Some(user.id) == active));
        at.or_else(|| is_typed().then_some(0))
    };
    let current = Memo::new(move |_| place().and_then(|at| found.with(|found| found.as_ref()?.get(at).cloned())));
    let entered = RwSignal::new(None::<String>);
    search.on_enter(
        entered,
        move || !is_typed() || active.get().is_some(),
        move || {
            let user = current.get_untracked();
            #[cfg(feature = "hydrate")]
            if user.is_none() && !untrack(is_typed) {
                page::click_first(".picker-foot [type=submit]");
            }
            if let Some(user) = user {
                toggle(user);
            }
        },
    );
    let keys = move |event: KeyboardEvent| {
        if is_composing(&event) {
            return;
        }
        let step = |forwards: bool| {
            let people = people();
            let next = next_option(place(), people.len(), forwards);
            active.set(people.get(next).map(|user| user.id));
        };
        match event.key().as_str() {
            "ArrowDown" => untrack(|| step(true)),
            "ArrowUp" => untrack(|| step(false)),
            "Enter" => match current.get_untracked().filter(|_| untrack(|| search.answer()).is_some()) {
                Some(user) => toggle(user),
                None if untrack(|| is_typed() && search.answer().is_some()) => {}
                None => entered.set(Some(text.get_untracked())),
            },
            "Backspace" if text.with_untracked(String::is_empty) && !event.repeat() => {
                chosen.update(|chosen| {
                    chosen.pop();
                });
            }
            _ => return,
        }
        if event.key() != "Enter" {
            event.prevent_default();
        }
    };
    #[cfg(feature = "hydrate")]
    Effect::new(move |_| {
        if active.get().is_some() {
            request_animation_frame(|| page::reveal(".people .active"));
        }
    });
    view! {
        <div class="to-field">
            <label class="to-label" for="to">{t.to()}</label>
            <Each of=move || chosen.get() key=|user| user.id let:user>
                <span class="chip">
                    <span class="chip-name" dir="auto">{user.name.clone()}</span>
                    <button type="button" aria-label=t.remove_named(user.name.as_str()) on:click=move |_| toggle(user.clone())>
                        <Icon glyph=Glyph::Close/>
                    </button>
                </span>
            </Each>
            <input
                id="to"
                node_ref=to
                placeholder=t.name()
                autocomplete="off"
                autofocus
                role="combobox"
                aria-expanded=move || if found.with(|found| found.as_ref().is_some_and(|found| !found.is_empty())) { "true" } else { "false" }
                aria-controls="people"
                aria-autocomplete="list"
                aria-activedescendant=move || current.with(|user| user.as_ref().map(|user| person_id(user.id)))
                aria-describedby=described_by
                prop:value=text
                on:input:target=move |event| {
                    text.set(event.target().value());
                    active.set(None);
                }
                on:keydown=keys
            />
        </div>
        <ul class="people" id="people" role="listbox" aria-multiselectable="true" aria-label=t.people()>
            <Each of=people key=|user| user.id let:user>
                {
                    let (id, pressed, clicked) = (user.id, user.clone(), user.clone());
                    view! {
                        <li
                            class="row"
                            class:active=move || current.with(|user| user.as_ref().is_some_and(|user| user.id == id))
                            id=person_id(id)
                            role="option"
                            aria-selected=move || if is_chosen(&pressed) { "true" } else { "false" }
                            aria-disabled=move || is_member(id).then_some("true")
                            on:click=move |_| toggle(clicked.clone())
                        >
                            <Avatar name=user.name.clone() seed=user.id.to_string()/>
                            <span class="row-body">
                                <span class="row-title" dir="auto">{user.name.clone()}</span>
                                {move || is_member(id).then(|| view! { <span class="row-preview">{t.already_member()}</span> })}
                                {(user.id == handle.my_id() && !untrack(|| is_member(id))).then(|| view! { <span class="row-preview">{t.title_self()}</span> })}
                            </span>
                            <Icon glyph=Glyph::Check/>
                        </li>
                    }
                }
            </Each>
        </ul>
        <When condition=move || found.with(|found| found.as_ref().is_some_and(Vec::is_empty))>
            <div class="empty-small" role="status">
                <p>{move || text.with(|text| t.no_person_named(text.trim()))}</p>
            </div>
        </When>
    }
    .into_any()
}

/// The id of a person's row.
fn person_id(user: UserId) -> String {
    format!("person-{user}")
}
