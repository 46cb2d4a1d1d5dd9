//! The chat: the list at the side, and beside it what the address names. It stays while one goes from place to place.

use super::conversation::ConversationPane;
use crate::client_handle::ClientHandle;
use crate::components::{Banner, Glyph, Icon, OverlayLayer, Sidebar, provide_overlay, provide_selection, use_overlay};
use crate::i18n::words;
use crate::navigation::{Navigation, Route, provide_navigation, use_navigation};
use crate::problem::Problem;
use crate::screens::{Screen, ScreenView, provide_screens};
use crate::server_fns::FirstPage;
use crate::time::use_zone;
use leptos::prelude::*;
use myna_protocol::ConversationId;

#[component]
pub(crate) fn Chat() -> impl IntoView {
    let t = words();
    let navigation = provide_navigation();
    let open = untrack(|| navigation.route()).conversation();
    // Loaded once: what follows comes by the socket.
    let first = Resource::new_blocking(|| (), move |()| first_page(open));
    view! {
        <Suspense fallback=move || view! { <div class="chat" data-view="list"><span class="spinner" role="status" aria-label=t.loading()></span></div> }>
            {move || Suspend::new(async move {
                match first.await {
                    Ok(first) => view! { <Connected first/> }.into_any(),
                    Err(problem) => view! { <Unreachable text=t.problem(&problem)/> }.into_any(),
                }
            })}
        </Suspense>
    }
}

/// The server puts it into the page. The browser could load it by the same function, but the code that reads it would be there
/// twice: for text, as sockets bring it, and for bytes.
async fn first_page(open: Option<ConversationId>) -> Result<FirstPage, Problem> {
    #[cfg(feature = "ssr")]
    return crate::server_fns::load_first_page(open).await;
    #[cfg(not(feature = "ssr"))]
    {
        let _ = open;
        Err(Problem::Unreachable)
    }
}

/// The title of the tab, and in how many conversations something is unread.
fn in_tab(handle: ClientHandle, navigation: Navigation) -> Signal<(String, usize)> {
    let t = words();
    let list = handle.list();
    Signal::derive(move || {
        list.version.track();
        let open = navigation.route().conversation().and_then(|id| handle.look(|client| client.sidebar_row(id)));
        let name = open.map_or_else(|| "Myna".to_owned(), |row| t.title(&row.title));
        match list.unread.get() {
            0 => (name, 0),
            count => (t.unread_title(count as u64, name), count),
        }
    })
}

/// The chat of somebody who is signed in.
#[component]
fn Connected(first: FirstPage) -> impl IntoView {
    use_zone().set_now(first.server_time);
    let handle = ClientHandle::new(first);
    provide_context(handle);
    provide_overlay();
    provide_selection();
    provide_screens();
    #[cfg(feature = "hydrate")]
    connect(handle);
    let t = words();
    let navigation = use_navigation();
    let in_tab = in_tab(handle, navigation);
    #[cfg(feature = "hydrate")]
    crate::browser::tab::follow(in_tab);
    #[cfg(not(feature = "hydrate"))]
    let _ = in_tab;
    let overlay = use_overlay();
    Effect::new(move |before: Option<Route>| {
        let here = navigation.route();
        if before.is_some_and(|before| before != here) {
            overlay.close();
            // The focused element was removed with the previous screen.
            #[cfg(feature = "hydrate")]
            request_animation_frame(move || {
                use crate::browser::page;
                // Nor does the focus stay in the search, unless the list is what came.
                let is_left = || here != Route::List && page::has_focus(".search input");
                if page::has_no_focus() || is_left() {
                    page::focus_once("#pane");
                }
            });
        }
        here
    });
    let has_conversations = {
        let len = handle.list().len;
        Memo::new(move |_| len.get() > 0)
    };
    view! {
        // External: the browser itself goes there, and takes the Tab key along.
        <a class="skip" href="#pane" rel="external">{t.skip_to_conversation()}</a>
        <div class="chat" data-moved=move || navigation.has_moved().then_some("true") data-view=move || if navigation.route() == Route::List { "list" } else { "conversation" }>
            <Banner/>
            <Sidebar/>
            <main class="pane" id="pane">
                {move || match navigation.route() {
                    Route::Conversation(id) | Route::Message(id, _) => view! { <ConversationPane id/> }.into_any(),
                    Route::NewMessage => view! { <ScreenView screen=Screen::NewMessage/> }.into_any(),
                    Route::Channels => view! { <ScreenView screen=Screen::Channels/> }.into_any(),
                    Route::Settings => view! { <ScreenView screen=Screen::Settings/> }.into_any(),
                    Route::List => view! { <NothingOpen has_conversations/> }.into_any(),
                }}
            </main>
        </div>
        <OverlayLayer/>
    }
}

#[component]
fn NothingOpen(has_conversations: Memo<bool>) -> impl IntoView {
    let t = words();
    view! {
        <div class="empty">
            <Icon glyph=Glyph::Bird/>
            <h1>{move || if has_conversations.get() { t.nothing_open_title() } else { t.welcome_title() }}</h1>
            <p>
                {move || if has_conversations.get() { t.nothing_open_text() } else { t.welcome_text() }}
            </p>
            <a href="/new" class="button primary">{t.new_message()}</a>
        </div>
    }
}

#[component]
fn Unreachable(text: &'static str) -> impl IntoView {
    let t = words();
    view! {
        <main class="sign-in">
            <section class="sign-in-card">
                <h1>{t.problem_title()}</h1>
                <p class="sign-in-lead" role="alert">{text}</p>
                <p class="sign-in-other">
                    <a href="/" rel="external">{t.try_again()}</a>
                </p>
            </section>
        </main>
    }
}

/// How often the page looks at the clock.
#[cfg(feature = "hydrate")]
const CLOCK: std::time::Duration = std::time::Duration::from_secs(30);

/// Brings the client to life: what was kept, the socket, and the browser's own news.
#[cfg(feature = "hydrate")]
fn connect(handle: ClientHandle) {
    use crate::browser::{locale, now, page, storage};
    use crate::commands;
    use crate::preferences::{CLOCK_COOKIE, Clock, ZONE_COOKIE};
    use leptos::ev;
    let zone = use_zone();
    Effect::new(move |_| {
        // What the server needs to write the next page's times.
        let (name, clock) = locale::zone_and_clock();
        page::keep_preference(ZONE_COOKIE, name.as_deref());
        page::keep_preference(CLOCK_COOKIE, clock.map(Clock::name));
        zone.set_now(now());
        handle.act(|client, now| {
            storage::drafts(handle.my_id()).into_iter().for_each(|(id, text)| client.draft_from_other_tab(id, text));
            for (id, seq) in storage::replies(handle.my_id()) {
                client.reply_from_other_tab(id, Some(seq), now);
            }
            let edits = storage::edits(handle.my_id()).into_iter();
            let mut actions: Vec<_> = edits.flat_map(|(id, editing)| client.restore_edit(id, editing)).collect();
            actions.extend(client.restore(storage::unsent(handle.my_id()), now));
            actions
        });
        handle.act(|client, now| client.connect(now));
    });
    // A page that stays open goes over midnight, and to other zones.
    let clock = set_interval_with_handle(move || zone.set_now(now()), CLOCK).ok();
    let online = window_event_listener(ev::online, move |_| handle.act(|client, now| client.online(now)));
    let offline = window_event_listener(ev::offline, move |_| handle.act(|client, now| client.offline(now)));
    let visible = window_event_listener_untyped("visibilitychange", move |_| {
        if page::is_visible() {
            zone.set_now(now());
            handle.act(|client, now| client.visible(now));
        }
    });
    // Other tabs of this browser write and send too.
    let stored = window_event_listener(ev::storage, move |event| {
        let Some(change) = storage::from_other_tab(handle.my_id(), &event) else { return };
        handle.act(|client, now| {
            match change {
                storage::OtherTab::Draft(id, text) => client.draft_from_other_tab(id, text),
                storage::OtherTab::Reply(id, seq) => return client.reply_from_other_tab(id, seq, now),
                storage::OtherTab::Settled(id) => client.settled_in_other_tab(id),
            }
            Vec::new()
        });
    });
    commands::listen(handle, use_navigation(), use_overlay());
    // A file that misses its target would replace the chat.
    let dragged = window_event_listener(ev::dragover, page::refuse_files);
    let dropped = window_event_listener(ev::drop, page::refuse_files);
    on_cleanup(move || {
        stored.remove();
        dragged.remove();
        dropped.remove();
        if let Some(clock) = clock {
            clock.clear();
        }
        online.remove();
        offline.remove();
        visible.remove();
    });
}
