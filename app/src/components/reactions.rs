//! The sheet of who reacts to a message, and with what.

use super::Avatar;
use super::flow::Each;
use super::modal::{show_sheet, when_closed};
use super::tapback::{reaction_glyph, reaction_label};
use crate::client_handle::use_client;
use crate::i18n::words;
use leptos::html::Dialog;
use leptos::prelude::*;
use myna_client::Line;
use myna_protocol::{ConversationId, Seq, UserId};

#[component]
pub(crate) fn Reactions(
    conversation: ConversationId,
    seq: Seq,
    close: impl Fn() + Copy + Send + Sync + 'static,
) -> impl IntoView {
    let (t, handle) = (words(), use_client());
    let dialog: NodeRef<Dialog> = NodeRef::new();
    let shut = show_sheet(dialog);
    // Reactions come and go while the sheet is open.
    let lines = handle.signals(conversation).lines;
    let all = move || {
        let is_it = |line: &Line| matches!(line, Line::Bubble(bubble) if bubble.seq == Some(seq));
        lines.get().iter().any(|row| row.value.with(is_it));
        handle.look(|client| client.reactors(conversation, seq))
    };
    Effect::new({
        let all = all.clone();
        move |_| {
            if all().is_empty() {
                shut();
            }
        }
    });
    let me = handle.my_id();
    let remove = move |_| handle.change(move |client, now| client.react(conversation, seq, None, now));
    let row = move |(user, name, emoji): (UserId, String, String)| {
        let name = t.person(&name);
        let shown = if user == me { t.you_said().to_owned() } else { name.clone() };
        let label = reaction_label(t, &emoji);
        view! {
            <li class="reactor">
                <Avatar name seed=user.to_string()/>
                <span class="reactor-name" dir="auto">{shown}</span>
                {(user == me).then(|| view! { <button class="button small" type="button" on:click=remove>{t.remove_reaction()}</button> })}
                <span class="reaction" class:own=user == me role="img" aria-label=label.clone() title=label>{reaction_glyph(&emoji)}</span>
            </li>
        }
    };
    view! {
        <dialog class="dialog reactions" node_ref=dialog aria-labelledby="reactions-title" on:close=when_closed(close)>
            <header class="sheet-head">
                <h2 id="reactions-title">{t.reactions()}</h2>
                <button class="button small" type="button" autofocus on:click=move |_| shut()>{t.close()}</button>
            </header>
            <ul>
                <Each of=all key=|reactor| reactor.clone() children=row/>
            </ul>
        </dialog>
    }
    .into_any()
}
