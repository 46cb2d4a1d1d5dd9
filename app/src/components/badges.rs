//! The badges of a message: how people react to it, at the upper outer corner of its bubble.

use super::flow::When;
use super::tapback::{reaction_glyph, reaction_label, span};
use super::{Sheet, use_overlay};
use crate::i18n::{Words, words};
use leptos::ev::MouseEvent;
use leptos::prelude::*;
use myna_client::{Bubble, Tally};
use myna_protocol::ConversationId;

/// Badges of one message, at most; the others are counted.
const BADGES: usize = 3;

/// A button that leads to who reacts.
#[component]
pub(crate) fn Badges(
    id: ConversationId,
    bubble: Memo<Bubble>,
    /// Opens the menu of the message.
    menu: impl Fn(MouseEvent) + Copy + Send + Sync + 'static,
) -> impl IntoView {
    let (t, overlay) = (words(), use_overlay());
    let open = move |_| {
        if let Some(seq) = bubble.with_untracked(|bubble| bubble.seq) {
            overlay.open_sheet(Sheet::Reactions(id, seq));
        }
    };
    let names = move || bubble.with(|bubble| all_by_name(t, &bubble.reactions));
    let content = move || bubble.with(|bubble| content(&bubble.reactions));
    view! {
        <When condition=move || bubble.with(|bubble| !bubble.reactions.is_empty())>
            <button
                class="badges"
                type="button"
                aria-haspopup="dialog"
                aria-label=move || format!("{}: {}", t.reactions(), names())
                title=names
                on:click=open
                on:contextmenu=menu
            >
                {content}
            </button>
        </When>
    }
    .into_any()
}

fn content(all: &[Tally]) -> Vec<AnyView> {
    let badge =
        |tally: &Tally| span(if tally.mine { "reaction own" } else { "reaction" }, reaction_glyph(&tally.emoji));
    let mut content: Vec<AnyView> = all.iter().take(BADGES).map(badge).collect();
    let count: usize = all.iter().map(|tally| tally.count).sum();
    // One badge says that one person reacts.
    if count > content.len() {
        content.push(span("reaction-count", count.to_string().into_any()));
    }
    content
}

/// Each reaction with the names of those who give it.
fn all_by_name(t: Words, all: &[Tally]) -> String {
    let each = all.iter().map(|tally| {
        let mine = tally.mine.then(|| t.you_said().to_owned());
        let mut names: Vec<String> = mine.into_iter().chain(tally.names.iter().map(|name| t.person(name))).collect();
        if tally.count > names.len() {
            names.push(format!("+{}", tally.count - names.len()));
        }
        format!("{} ({})", reaction_label(t, &tally.emoji), names.join(", "))
    });
    each.collect::<Vec<_>>().join("; ")
}
