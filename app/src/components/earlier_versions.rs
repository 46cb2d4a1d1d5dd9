//! The sheet of a message's earlier texts.

use super::flow::Each;
use super::modal::{show_sheet, when_closed};
use crate::client_handle::use_client;
use crate::i18n::words;
use crate::time::use_zone;
use leptos::html::Dialog;
use leptos::prelude::*;
use myna_client::Line;
use myna_protocol::{ConversationId, Message, Seq, Timestamp};

#[component]
pub(crate) fn EarlierVersions(
    conversation: ConversationId,
    seq: Seq,
    close: impl Fn() + Copy + Send + Sync + 'static,
) -> impl IntoView {
    let (t, zone, handle) = (words(), use_zone(), use_client());
    let dialog: NodeRef<Dialog> = NodeRef::new();
    let shut = show_sheet(dialog);
    // The message may be edited again, or unsent, while the sheet is open.
    let lines = handle.signals(conversation).lines;
    let all = Memo::new(move |_| {
        let is_it = |line: &Line| matches!(line, Line::Bubble(bubble) if bubble.seq == Some(seq));
        lines.get().iter().any(|row| row.value.with(is_it));
        handle.look(|client| client.message(conversation, seq).map(versions).unwrap_or_default())
    });
    // What was unsent has none.
    Effect::new(move |_| {
        if all.with(Vec::is_empty) {
            shut();
        }
    });
    let version = move |(number, at, text): (usize, Timestamp, String)| {
        let is_last = move || all.with(|all| all.len() == number + 1);
        view! {
            <li class="version">
                <p class="version-time">
                    {move || if is_last() { t.version_now().to_owned() } else { format!("{} {}", zone.day(at), zone.time(at)) }}
                </p>
                <p class="version-text" dir="auto">{text}</p>
            </li>
        }
    };
    view! {
        <dialog class="dialog versions" node_ref=dialog aria-labelledby="versions-title" on:close=when_closed(close)>
            <header class="sheet-head">
                <h2 id="versions-title">{t.earlier_versions()}</h2>
                <button class="button small" type="button" autofocus on:click=move |_| shut()>{t.close()}</button>
            </header>
            <ol>
                <Each of=move || all.get() key=|version| version.clone() children=version/>
            </ol>
        </dialog>
    }
    .into_any()
}

/// Each text of a message, and since when it was that.
fn versions(message: &Message) -> Vec<(usize, Timestamp, String)> {
    if message.unsent().is_some() {
        return Vec::new();
    }
    let earlier = message.earlier();
    let since = std::iter::once(message.sent_at).chain(earlier.iter().map(|earlier| earlier.until));
    let texts = earlier.iter().map(|earlier| &earlier.text).chain([&message.text]);
    since.zip(texts).enumerate().map(|(number, (at, text))| (number, at, text.clone())).collect()
}
