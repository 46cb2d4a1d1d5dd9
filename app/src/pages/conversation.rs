//! One conversation: its head, its messages, and where one writes.

use crate::components::{Composer, Details, Glyph, Icon, MessageList, PaneHead};
use crate::live::use_live;
use leptos::prelude::*;
use leptos_router::components::A;
use myna_protocol::ConversationId;

#[component]
pub(crate) fn ConversationPane(id: ConversationId) -> impl IntoView {
    let live = use_live();
    let room = live.room(id);
    let view = Signal::from(room.view.clone());
    let there = Memo::new(move |_| view.with(Option::is_some));
    let details = RwSignal::new(false);
    Effect::new(move |_| live.act(|client, now| client.open(id, now)));
    view! {
        <Show when=move || there.get() fallback=Absent>
            <PaneHead view details/>
            <MessageList id room=room.clone()/>
            <Composer id/>
            <Show when=move || details.get()>
                <Details view open=details/>
            </Show>
        </Show>
    }
}

/// For a conversation that is not there, or not one's own: which of the two is not told.
#[component]
fn Absent() -> impl IntoView {
    view! {
        <div class="empty">
            <Icon glyph=Glyph::Bird/>
            <h1>"No such conversation"</h1>
            <p>"It does not exist, or you are not in it."</p>
            <A href="/" attr:class="button primary">"Go to your conversations"</A>
        </div>
    }
}
