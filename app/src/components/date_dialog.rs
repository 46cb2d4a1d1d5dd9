//! A dialog that asks for a day, and goes to the first message since then.

use super::modal::{show_modal, when_closed};
use crate::client_handle::use_client;
use crate::i18n::words;
use leptos::ev::SubmitEvent;
use leptos::html::Dialog;
use leptos::prelude::*;
use myna_protocol::{ConversationId, Target};

#[component]
pub(crate) fn DateDialog(
    conversation: ConversationId,
    close: impl Fn() + Copy + Send + Sync + 'static,
) -> impl IntoView {
    let (t, handle) = (words(), use_client());
    let dialog: NodeRef<Dialog> = NodeRef::new();
    let shut = show_modal(dialog);
    #[cfg(feature = "hydrate")]
    let today = crate::browser::locale::today();
    #[cfg(not(feature = "hydrate"))]
    let today = String::new();
    let day = RwSignal::new(today.clone());
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        #[cfg(feature = "hydrate")]
        let at = crate::browser::locale::beginning_of_day(&day.get_untracked());
        #[cfg(not(feature = "hydrate"))]
        let at = None;
        if let Some(at) = at {
            // Closed first: a dialog that closes gives the focus back, and the message gets it.
            shut();
            close();
            handle.act(|client, now| client.go_to(conversation, Target::SentAt(at), now));
        }
    };
    view! {
        <dialog class="dialog" node_ref=dialog aria-labelledby="date-dialog-title" on:close=when_closed(close)>
            <form class="form" on:submit=submit>
                <h2 id="date-dialog-title">{t.go_to_date()}</h2>
                <label class="field">
                    <span class="field-name">{t.date()}</span>
                    <input
                        type="date"
                        autofocus
                        required
                        max=today
                        prop:value=day
                        on:input:target=move |event| day.set(event.target().value())
                    />
                </label>
                <div class="dialog-foot">
                    <button class="button" type="button" on:click=move |_| shut()>{t.cancel()}</button>
                    <button class="button primary" type="submit">{t.go()}</button>
                </div>
            </form>
        </dialog>
    }
    .into_any()
}
