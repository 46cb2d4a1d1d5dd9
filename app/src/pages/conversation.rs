//! One conversation: its head, its messages, and where one writes.

use crate::client_handle::use_client;
use crate::components::When;
use crate::components::{Composer, Glyph, Icon, MessageList, PaneHead, use_selection};
use crate::i18n::words;
use crate::navigation::use_navigation;
use crate::screens::{Screen, ScreenView};
use leptos::prelude::*;
use myna_client::View;
use myna_protocol::{ConversationId, Target};

#[component]
pub(crate) fn ConversationPane(id: ConversationId) -> impl IntoView {
    let handle = use_client();
    let signals = handle.signals(id);
    let view = Signal::from(signals.view.clone());
    let there = Memo::new(move |_| view.with(Option::is_some));
    let loading = Signal::from(signals.loading.clone());
    let in_thread =
        Memo::new(move |_| view.with(|view| view.as_ref().is_some_and(|view: &View| view.thread.is_some())));
    let selection = use_selection();
    // What is chosen is on the page.
    Effect::new(move |_| {
        in_thread.track();
        there.track();
        selection.stop();
    });
    let details = RwSignal::new(false);
    Effect::new(move |_| handle.act(|client, now| client.open(id, now)));
    let navigation = use_navigation();
    Effect::new(move |_| {
        if let Some(seq) = navigation.take_target(id) {
            handle.act(|client, now| client.go_to(id, Target::Seq(seq), now));
        }
    });
    on_cleanup(move || {
        selection.stop();
        handle.act(move |client, _| {
            client.close(id);
            Vec::new()
        });
    });
    view! {
        <When condition=move || there.get() fallback=move || view! { <NotYet loading/> }>
            <PaneHead view details/>
            <When condition=move || in_thread.get()>
                <ScreenView screen=Screen::Thread(id)/>
            </When>
            <MessageList id signals=signals.clone()/>
            <When condition=move || selection.is_on()>
                <ScreenView screen=Screen::SelectionBar(id)/>
            </When>
            <Composer id written=signals.written.clone() edited=signals.edited.clone() replying=signals.replying.clone() in_thread/>
            <When condition=move || details.get()>
                <ScreenView screen=Screen::Details { id, view, open: details }/>
            </When>
        </When>
    }
}

/// For a conversation that is on its way, or that will not come.
#[component]
fn NotYet(loading: Signal<bool>) -> impl IntoView {
    let t = words();
    view! {
        {move || {
            if loading.get() {
                view! { <span class="spinner" role="status" aria-label=t.loading_conversation()></span> }.into_any()
            } else {
                view! { <Absent/> }.into_any()
            }
        }}
    }
}

/// For a conversation that is not there, or not one's own: which of the two is not told.
#[component]
fn Absent() -> impl IntoView {
    let t = words();
    view! {
        <div class="empty">
            <Icon glyph=Glyph::Bird/>
            <h1>{t.absent_title()}</h1>
            <p>{t.absent_text()}</p>
            <a href="/" class="button primary">{t.your_conversations()}</a>
        </div>
    }
}
