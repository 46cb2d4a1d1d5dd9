//! The way out of a session. Messages that were not sent and drafts are deleted with it, so it asks first.

use super::ConfirmDialog;
#[cfg(feature = "hydrate")]
use crate::client_handle::ClientHandle;
use crate::client_handle::use_client;
use crate::i18n::words;
use leptos::prelude::*;

#[component]
pub(crate) fn SignOutButton() -> impl IntoView {
    let (t, handle) = (words(), use_client());
    let confirming = RwSignal::new(false);
    let leave = move || {
        #[cfg(feature = "hydrate")]
        leptos::task::spawn_local(sign_out(handle));
    };
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        if handle.look(|client| client.has_unsent() || client.has_drafts()) { confirming.set(true) } else { leave() }
    };
    view! {
        // A form, so that one can leave without WASM too.
        <form method="post" action="/sign-out" on:submit=submit>
            <button class="button danger" type="submit">{t.sign_out()}</button>
        </form>
        <ConfirmDialog
            open=confirming
            title=t.sign_out_confirm()
            text=t.sign_out_unsent()
            action=t.sign_out()
            confirm=Callback::new(move |()| leave())
        />
    }
}

/// Ends the session. What is kept on the device goes once the server has said so, and not before.
#[cfg(feature = "hydrate")]
async fn sign_out(handle: ClientHandle) {
    let id = handle.my_id();
    handle.signs_out(true);
    match crate::server_fns::sign_out().await {
        Ok(()) => crate::browser::forget_and_leave(id),
        Err(problem) => {
            handle.signs_out(false);
            handle.tell(problem);
        }
    }
}
