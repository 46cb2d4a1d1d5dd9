//! The list of conversations, the field that searches them, and everybody and every channel one could turn to.

use super::{Avatar, ConversationRow, Glyph, Icon, NameDialog};
#[cfg(feature = "hydrate")]
use crate::client_handle::ClientHandle;
use crate::client_handle::{Found, use_client};
use crate::server_fns::SignOut;
use leptos::html::Div;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos_router::components::A;
use leptos_router::hooks::use_navigate;
use myna_client::{Answer, SidebarRow};
use myna_protocol::{Command, ConversationId, Kind, Person};

/// Pixels from the end of the list at which more of it is loaded.
#[cfg(feature = "hydrate")]
const NEAR_END: i32 = 600;

#[component]
pub(crate) fn Sidebar() -> impl IntoView {
    let text = RwSignal::new(String::new());
    let searching = Memo::new(move |_| !text.with(|text| text.trim().is_empty()));
    let scroller: NodeRef<Div> = NodeRef::new();
    #[cfg(feature = "hydrate")]
    let on_scroll = {
        let handle = use_client();
        let load_more = move || load_more(handle, scroller, searching);
        let (rows, end) = (handle.sidebar(), handle.list_end());
        Effect::new(move |_| {
            // What is looked for may be further down, and what has come may not fill the list.
            let _ = (rows.get(), end.get(), searching.get());
            request_animation_frame(load_more);
        });
        move |_| load_more()
    };
    #[cfg(not(feature = "hydrate"))]
    let on_scroll = |_| ();
    view! {
        <nav class="sidebar" aria-label="Conversations">
            <header class="sidebar-head">
                <div class="search">
                    <Icon glyph=Glyph::Search/>
                    <input
                        type="search"
                        aria-label="Search"
                        placeholder="Search"
                        autocomplete="off"
                        prop:value=text
                        on:input:target=move |event| text.set(event.target().value())
                        on:keydown=move |event| {
                            if event.key() == "Escape" {
                                text.set(String::new());
                            }
                        }
                    />
                </div>
                <A href="/channels" attr:class="icon-button" attr:aria-label="Channels" attr:title="Channels">
                    <Icon glyph=Glyph::Hash/>
                </A>
                <A href="/new" attr:class="icon-button" attr:aria-label="New message" attr:title="New message">
                    <Icon glyph=Glyph::Compose/>
                </A>
            </header>
            <div class="sidebar-scroll" node_ref=scroller on:scroll=on_scroll>
                <Show when=move || searching.get() fallback=ConversationList>
                    <Results text/>
                </Show>
                <MoreOfTheList/>
            </div>
            <Me/>
        </nav>
    }
    .into_any()
}

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

/// The last row, while there are conversations that are not in the list yet.
#[component]
fn MoreOfTheList() -> impl IntoView {
    let end = use_client().list_end();
    let has_more = Memo::new(move |_| end.get().has_more);
    view! {
        <Show when=move || has_more.get()>
            <p class="list-more" role="status">"Loading…"</p>
        </Show>
    }
}

#[component]
fn ConversationList() -> impl IntoView {
    let rows = use_client().sidebar();
    let is_empty = {
        let rows = rows.clone();
        move || rows.is_empty()
    };
    view! {
        <ul class="conversations">
            <For each=move || rows.get() key=|row| row.key.clone() let:row>
                <ConversationRow row/>
            </For>
        </ul>
        <Show when=is_empty>
            <div class="empty-small">
                <p>"No conversations yet."</p>
                <A href="/new">"Write to somebody"</A>
            </div>
        </Show>
    }
}

/// Who is signed in, where one changes one's name, and the way out.
#[component]
fn Me() -> impl IntoView {
    let handle = use_client();
    let id = handle.my_id();
    let me = handle.me();
    let name = Signal::derive(move || me.with(|me| me.name.clone()));
    let renaming = RwSignal::new(false);
    let rename = Callback::new(move |(name, then): (String, Callback<Answer>)| {
        handle.request(
            move |client, now| client.set_name(name, now),
            move |answer| {
                then.try_run(answer);
            },
        );
    });
    let clear = move |_| {
        #[cfg(feature = "hydrate")]
        crate::browser::storage::clear(id);
    };
    view! {
        <footer class="sidebar-foot">
            <button class="me" type="button" title="Change your name" aria-haspopup="dialog" on:click=move |_| renaming.set(true)>
                <Avatar name seed=id.to_string()/>
                <span class="me-name" dir="auto">{name}</span>
                <span class="visually-hidden">", change your name"</span>
            </button>
            <NameDialog open=renaming title="Your name" hint="Others find you by it, and you sign in with it." name required=true save=rename/>
            // A form, so that one can leave without WASM too.
            <form method="post" action=SignOut::url() on:submit=clear>
                <button class="icon-button" type="submit" aria-label="Sign out" title="Sign out">
                    <Icon glyph=Glyph::SignOut/>
                </button>
            </form>
        </footer>
    }
}

#[component]
fn Results(text: RwSignal<String>) -> impl IntoView {
    let handle = use_client();
    let found = handle.search(text);
    let rows = handle.sidebar();
    let conversations = Memo::new(move |_| {
        let needle = text.get().trim().to_lowercase();
        let rows = rows.get().into_iter().map(|row| row.value.get());
        rows.filter(|row| row.title.to_lowercase().contains(&needle)).collect::<Vec<SidebarRow>>()
    });
    // Who or what stands among the conversations is not offered again.
    let people = move || {
        let mut people = found.get().unwrap_or_default().people;
        people.retain(|user| {
            let seed = user.id.to_string();
            !conversations.with(|rows| rows.iter().any(|row| row.kind == Kind::Direct && row.avatar == seed))
        });
        people
    };
    let known = move |id: ConversationId| conversations.with(|rows| rows.iter().any(|row| row.id == id));
    let channels = move || {
        let mut channels = found.get().unwrap_or_default().channels;
        channels.retain(|channel| !known(channel.id));
        channels
    };
    let end = handle.list_end();
    let nothing = move || {
        let is_empty = |found: &Found| found.people.is_empty() && found.channels.is_empty();
        !end.get().has_more
            && conversations.with(Vec::is_empty)
            && found.with(|found| found.as_ref().is_some_and(is_empty))
    };
    view! {
        <Show when=move || !conversations.with(Vec::is_empty)>
            <section class="results">
                <h2>"Conversations"</h2>
                <ul>
                    <For each=move || conversations.get() key=|row| row.id let:row>
                        <Result title=row.title.clone() seed=row.avatar.clone() kind=row.kind note=row.preview.clone() go=Go::To(row.id) text/>
                    </For>
                </ul>
            </section>
        </Show>
        <Show when=move || !people().is_empty()>
            <section class="results">
                <h2>"People"</h2>
                <ul>
                    <For each=people key=|user| user.id let:user>
                        <Result title=user.name.clone() seed=user.id.to_string() kind=Kind::Direct note=String::new() go=Go::Direct(user.clone()) text/>
                    </For>
                </ul>
            </section>
        </Show>
        <Show when=move || !channels().is_empty()>
            <section class="results">
                <h2>"Channels"</h2>
                <ul>
                    <For each=channels key=|channel| channel.id let:channel>
                        <Result
                            title=channel.name.clone().unwrap_or_default()
                            seed=channel.id.to_string()
                            kind=Kind::Channel
                            note="Join this channel".to_owned()
                            go=Go::Join(channel.id)
                            text
                        />
                    </For>
                </ul>
            </section>
        </Show>
        <Show when=nothing>
            <div class="empty-small" role="status">
                <p>"Nobody and nothing by that name."</p>
            </div>
        </Show>
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
    let navigate = use_navigate();
    let choose = move |_| {
        let navigate = navigate.clone();
        let visit = move |id: ConversationId| navigate(&format!("/c/{id}"), Default::default());
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
