//! What lies over the page to say that the connection is lost, or that something was not done.

use super::{Glyph, Icon};
use crate::client_handle::use_client;
use crate::i18n::words;
use leptos::prelude::*;
use myna_client::Status;

/// After so many refused sockets in a row the banner explains it. A server that starts may refuse one or two.
const REFUSED: u64 = 3;

#[component]
pub(crate) fn Banner() -> impl IntoView {
    let (t, handle) = (words(), use_client());
    let status = handle.status();
    // The first connection is under way in every page: that is no news.
    let refused = handle.refused_sockets();
    let lost = Memo::new(move |_| match status.get() {
        Status::Waiting { .. } if refused.get() >= REFUSED => Some(t.no_live_connection()),
        Status::Waiting { .. } => Some(t.reconnecting()),
        Status::Offline { .. } => Some(t.offline()),
        Status::Idle | Status::Connecting | Status::CatchingUp | Status::Live | Status::SignedOut => None,
    });
    // An attempt to reconnect is shown as part of the wait: the banner does not come and go with each.
    let was_lost = Memo::new(move |old: Option<&Option<&'static str>>| match (lost.get(), handle.status().get()) {
        (Some(text), _) => Some(text),
        (None, Status::Connecting | Status::CatchingUp) => old.copied().flatten(),
        (None, _) => None,
    });
    let problem = handle.problem();
    let dismiss = {
        let problem = problem.clone();
        move |_| problem.set(None)
    };
    view! {
        {move || {
            let dismiss = dismiss.clone();
            problem
                .get()
                .map(|problem| {
                    view! {
                        <div class="banner problem" role="alert">
                            <span>{t.problem(&problem)}</span>
                            <button class="link" type="button" on:click=dismiss>{t.dismiss()}</button>
                        </div>
                    }
                })
        }}
        <div class="banner" class:offline=move || was_lost.get().is_some() role="status">
            {move || {
                was_lost
                    .get()
                    .map(|text| {
                        view! {
                            <Icon glyph=Glyph::Offline/>
                            <span>{text}</span>
                            <button
                                class="link"
                                type="button"
                                on:click=move |_| handle.act(|client, now| client.visible(now))
                            >
                                {t.reconnect_now()}
                            </button>
                        }
                    })
            }}
        </div>
    }
}
