//! The list of conversations, the field that searches them, and everybody and every channel one could turn to.

use super::flow::{Each, When};
use super::{Avatar, ConversationRow, Glyph, Icon, is_composing};
#[cfg(feature = "hydrate")]
use crate::client_handle::ClientHandle;
use crate::client_handle::{Found, ListSignals, use_client};
use crate::i18n::words;
use crate::navigation::{Route, use_navigation};
use leptos::ev::KeyboardEvent;
use leptos::html::Div;
use leptos::prelude::*;
use myna_protocol::{Command, ConversationId, Kind, Person};

/// Pixels from the end of the list at which more of it is loaded.
#[cfg(feature = "hydrate")]
const NEAR_END: i32 = 600;

/// Rows that are drawn beyond those in sight, at each end.
#[cfg(feature = "hydrate")]
const OUT_OF_SIGHT: usize = 12;
/// Conversations that a search shows, at most.
const FOUND: usize = 50;

#[component]
pub(crate) fn Sidebar() -> impl IntoView {
    let t = words();
    let text = RwSignal::new(String::new());
    let entered = RwSignal::new(None::<String>);
    let searching = Memo::new(move |_| !text.with(|text| text.trim().is_empty()));
    let scroller: NodeRef<Div> = NodeRef::new();
    let row_height = RwSignal::new(None::<f64>);
    #[cfg(feature = "hydrate")]
    let on_scroll = {
        let handle = use_client();
        let scrolled = move || {
            show_in_sight(handle, scroller, row_height);
            load_more(handle, scroller, searching);
        };
        let (len, end) = (handle.list().len, handle.list().end);
        Effect::new(move |_| {
            // What is looked for may be further down, and what has come may not fill the list.
            let _ = (len.get(), end.get(), searching.get());
            request_animation_frame(scrolled);
        });
        let resize = window_event_listener(leptos::ev::resize, move |_| scrolled());
        on_cleanup(move || resize.remove());
        move |_| scrolled()
    };
    #[cfg(not(feature = "hydrate"))]
    let on_scroll = |_| ();
    view! {
        <nav class="sidebar" aria-label=t.conversations() on:keydown=move |event| step_through_results(&event)>
            <header class="sidebar-head">
                <div class="search">
                    <Icon glyph=Glyph::Search/>
                    <input
                        type="search"
                        aria-label=t.search()
                        placeholder=t.search()
                        autocomplete="off"
                        prop:value=text
                        on:input:target=move |event| text.set(event.target().value())
                        on:keydown=move |event| {
                            match event.key().as_str() {
                                "Escape" => text.set(String::new()),
                                "Enter" if !is_composing(&event) => entered.set(Some(text.get_untracked())),
                                _ => {}
                            }
                        }
                    />
                </div>
                <a href="/channels" class="icon-button" aria-label=t.channels() title=t.channels()>
                    <Icon glyph=Glyph::Hash/>
                </a>
                <a href="/new" class="icon-button" aria-label=t.new_message() title=t.new_message()>
                    <Icon glyph=Glyph::Compose/>
                </a>
            </header>
            <div class="sidebar-scroll" node_ref=scroller on:scroll=on_scroll>
                <When condition=move || searching.get() fallback=move || view! { <ConversationList row_height/> }>
                    <Results text entered/>
                </When>
                <MoreOfTheList/>
            </div>
            <Me/>
        </nav>
    }
    .into_any()
}

/// The arrow keys move from the search field to the results, and among them.
#[cfg(feature = "hydrate")]
fn step_through_results(event: &KeyboardEvent) {
    use crate::browser::page::{self, Step};
    const RESULT: &str = ".results .row";
    let Some(focused) = page::focused().filter(|_| !is_composing(event)) else { return };
    let is_on_result = focused.matches(RESULT) == Ok(true);
    if !is_on_result && focused.matches(".search input") != Ok(true) {
        return;
    }
    let done = match event.key().as_str() {
        "ArrowDown" => page::step_in(".sidebar-scroll", RESULT, Step::Next),
        "Escape" if is_on_result => {
            page::focus(".search input");
            true
        }
        "ArrowUp" if is_on_result => {
            if !page::step_in(".sidebar-scroll", RESULT, Step::Previous) {
                page::focus(".search input");
            }
            true
        }
        _ => false,
    };
    if done {
        event.prevent_default();
    }
}

#[cfg(not(feature = "hydrate"))]
fn step_through_results(_: &KeyboardEvent) {}

/// Loads more of the list where its end is near, and all of it while something is looked for.
#[cfg(feature = "hydrate")]
fn load_more(handle: ClientHandle, scroller: NodeRef<Div>, searching: Memo<bool>) {
    let Some(Some(element)) = scroller.try_get_untracked() else { return };
    // A list that is not on show has no height, and all ends are near.
    let is_near_end = element.client_height() > 0 && crate::browser::page::below(&element) <= NEAR_END;
    if is_near_end || searching.try_get_untracked() == Some(true) {
        handle.act(|client, now| client.more_list(now));
    }
}

/// Draws the rows of the list in sight, and some more.
#[cfg(feature = "hydrate")]
fn show_in_sight(handle: ClientHandle, scroller: NodeRef<Div>, row_height: RwSignal<Option<f64>>) {
    let Some(Some(element)) = scroller.try_get_untracked() else { return };
    // While something is looked for, or the list is not on show, there is no row to measure.
    let row = element.query_selector(".conversations > li").ok().flatten();
    let Some(height) = row.map(|row| row.get_bounding_client_rect().height()).filter(|height| *height > 0.0) else {
        return;
    };
    if row_height.try_get_untracked() != Some(Some(height)) {
        row_height.try_set(Some(height));
    }
    let rows = |pixels: i32| (f64::from(pixels.max(0)) / height) as usize;
    let (first, count) = (rows(element.scroll_top()), rows(element.client_height()) + 1);
    handle.show_in_list(first.saturating_sub(OUT_OF_SIGHT)..first + count + OUT_OF_SIGHT);
}

/// The last row, while there are conversations that are not in the list yet.
#[component]
fn MoreOfTheList() -> impl IntoView {
    let t = words();
    let end = use_client().list().end;
    let has_more = Memo::new(move |_| end.get().has_more);
    view! {
        <When condition=move || has_more.get()>
            <p class="list-more" role="status">{t.loading()}</p>
        </When>
    }
}

/// The rows in sight, with the height of the others above and below them.
#[component]
fn ConversationList(row_height: RwSignal<Option<f64>>) -> impl IntoView {
    let t = words();
    let ListSignals { rows, range, len, .. } = use_client().list();
    let is_empty = {
        let len = len.clone();
        move || len.get() == 0
    };
    // All rows have the same height. The server does not know it, and draws no room.
    let room = move |rows: usize| row_height.get().map(|height| format!("{}px", (height * rows as f64).round() as u64));
    let above = {
        let (range, len) = (range.clone(), len.clone());
        move || room(range.with(|range| range.start).min(len.get()))
    };
    let below = move || room(len.get().saturating_sub(range.with(|range| range.end)));
    view! {
        <ul class="conversations" style:padding-block-start=above style:padding-block-end=below>
            <Each of=move || rows.get() key=|row| row.key let:row>
                <ConversationRow row/>
            </Each>
        </ul>
        <When condition=is_empty>
            <div class="empty-small">
                <p>{t.no_conversations()}</p>
                <a href="/new">{t.start_conversation()}</a>
            </div>
        </When>
    }
}

/// The signed-in person, as a link to the settings.
#[component]
fn Me() -> impl IntoView {
    let (t, handle) = (words(), use_client());
    let me = handle.me();
    let name = Signal::derive(move || me.with(|me| me.name.clone()));
    view! {
        <footer class="sidebar-foot">
            <a href="/settings" class="me" title=t.settings() aria-label=move || t.said_by(name.get(), t.settings())>
                <Avatar name seed=handle.my_id().to_string()/>
                <span class="me-name" dir="auto">{name}</span>
                <Icon glyph=Glyph::Settings/>
            </a>
        </footer>
    }
}

#[component]
fn Results(text: RwSignal<String>, entered: RwSignal<Option<String>>) -> impl IntoView {
    let (t, handle) = (words(), use_client());
    let search = handle.search(text);
    let version = handle.list().version;
    let conversations = Memo::new(move |_| {
        version.track();
        text.with(|text| handle.look(|client| client.find_in_list(text, FOUND, |title| t.title(title))))
    });
    search.on_enter(
        entered,
        move || !conversations.with(Vec::is_empty),
        || {
            #[cfg(feature = "hydrate")]
            crate::browser::page::click_first(".results .row");
        },
    );
    // Who or what stands among the conversations is not offered again.
    let people = move || {
        let mut people = search.found().unwrap_or_default().people;
        people.retain(|user| {
            let seed = user.id.to_string();
            !conversations.with(|rows| rows.iter().any(|row| row.kind == Kind::Direct && row.avatar == seed))
        });
        people
    };
    let known = move |id: ConversationId| conversations.with(|rows| rows.iter().any(|row| row.id == id));
    let channels = move || {
        let mut channels = search.found().unwrap_or_default().channels;
        channels.retain(|channel| !known(channel.id));
        channels
    };
    let end = handle.list().end;
    let nothing = move || {
        let is_empty = |found: &Found| found.people.is_empty() && found.channels.is_empty();
        !end.get().has_more && conversations.with(Vec::is_empty) && search.found().as_ref().is_some_and(is_empty)
    };
    view! {
        <When condition=move || !conversations.with(Vec::is_empty)>
            <section class="results">
                <h2>{t.conversations()}</h2>
                <ul>
                    <Each of=move || conversations.get() key=|row| row.id let:row>
                        <Result title=t.title(&row.title) seed=row.avatar.clone() kind=row.kind note=row.preview.clone() go=Go::To(row.id) text/>
                    </Each>
                </ul>
            </section>
        </When>
        <When condition=move || !people().is_empty()>
            <section class="results">
                <h2>{t.people()}</h2>
                <ul>
                    <Each of=people key=|user| user.id let:user>
                        <Result title=user.name.clone() seed=user.id.to_string() kind=Kind::Direct note=String::new() go=Go::Direct(user.clone()) text/>
                    </Each>
                </ul>
            </section>
        </When>
        <When condition=move || !channels().is_empty()>
            <section class="results">
                <h2>{t.channels()}</h2>
                <ul>
                    <Each of=channels key=|channel| channel.id let:channel>
                        <Result
                            title=channel.name.clone().unwrap_or_default()
                            seed=channel.id.to_string()
                            kind=Kind::Channel
                            note=t.join_channel().to_owned()
                            go=Go::Join(channel.id)
                            text
                        />
                    </Each>
                </ul>
            </section>
        </When>
        <When condition=nothing>
            <div class="empty-small" role="status">
                <p>{move || text.with(|text| t.no_results(text.trim()))}</p>
            </div>
        </When>
    }
}

/// Where a result leads.
#[derive(Clone)]
enum Go {
    To(ConversationId),
    Direct(Person),
    Join(ConversationId),
}

#[component]
fn Result(title: String, seed: String, kind: Kind, note: String, go: Go, text: RwSignal<String>) -> impl IntoView {
    let handle = use_client();
    let navigation = use_navigation();
    let choose = move |_| {
        let visit = move |id: ConversationId| navigation.go(Route::Conversation(id));
        text.set(String::new());
        match go.clone() {
            Go::To(id) => visit(id),
            Go::Direct(user) => {
                handle.ask_conversation(move |request| Command::Direct { request, user: user.id }, visit)
            }
            Go::Join(conversation) => {
                handle.ask_conversation(move |request| Command::Join { request, conversation }, visit)
            }
        }
    };
    view! {
        <li>
            <button class="row" type="button" on:click=choose>
                <Avatar name=title.clone() seed kind/>
                <span class="row-body">
                    <span class="row-top">
                        <span class="row-title" dir="auto">{title}</span>
                    </span>
                    <span class="row-bottom">
                        <span class="row-preview" dir="auto">{note}</span>
                    </span>
                </span>
            </button>
        </li>
    }
}
