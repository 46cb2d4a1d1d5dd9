//! What can be done with a message: the menu of its bubble, and its keys.

use super::{Glyph, Menu, MenuItem, Overlay};
use crate::client_handle::ClientHandle;
use crate::i18n::Words;
use leptos::prelude::*;
use myna_client::{Bubble, State};
use std::sync::Arc;

/// One thing that can be done with a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum MessageAction {
    Copy,
    /// Tries a message again that was not delivered.
    Retry,
    /// Gives a message up that was not sent, or that waits to be.
    Delete,
}

impl MessageAction {
    pub(crate) const ALL: [Self; 3] = [Self::Copy, Self::Retry, Self::Delete];

    /// What can be done with this message now.
    fn of(bubble: &Bubble) -> impl Iterator<Item = Self> {
        let state = bubble.state;
        Self::ALL.into_iter().filter(move |action| match action {
            Self::Copy => true,
            Self::Retry => matches!(state, State::Failed(_)),
            Self::Delete => matches!(state, State::Failed(_) | State::Pending),
        })
    }

    pub(crate) fn label(self, t: Words) -> &'static str {
        match self {
            Self::Copy => t.copy(),
            Self::Retry => t.try_again(),
            Self::Delete => t.delete(),
        }
    }

    /// The key that does it while the message has the focus.
    pub(crate) fn key(self) -> &'static str {
        match self {
            Self::Copy => "c",
            Self::Retry => "r",
            Self::Delete => "Delete",
        }
    }

    fn glyph(self) -> Glyph {
        match self {
            Self::Copy => Glyph::Copy,
            Self::Retry => Glyph::Retry,
            Self::Delete => Glyph::Trash,
        }
    }

    fn run(self, t: Words, handle: ClientHandle, overlay: Overlay, bubble: &Bubble) {
        let id = bubble.client_id;
        match self {
            Self::Copy => {
                overlay.note(if copy(&bubble.text) { t.copied() } else { t.copy_failed() });
            }
            Self::Retry => handle.act(move |client, now| client.retry(id, now)),
            Self::Delete => {
                handle.act(move |client, _| client.discard(id));
                // What had the focus is gone. On a phone the field would open the keyboard.
                #[cfg(feature = "hydrate")]
                if !crate::browser::page::matches("(pointer: coarse)") {
                    crate::browser::page::focus(".composer textarea");
                }
            }
        }
    }
}

/// Whether the browser let us.
fn copy(text: &str) -> bool {
    #[cfg(feature = "hydrate")]
    return crate::browser::page::copy(text);
    #[cfg(not(feature = "hydrate"))]
    text.is_empty()
}

/// The menu of a message.
pub(crate) fn message_menu(
    t: Words,
    handle: ClientHandle,
    overlay: Overlay,
    bubble: Memo<Bubble>,
    title: String,
    at: (i32, i32),
) -> Menu {
    let item = |action: MessageAction| MenuItem {
        label: action.label(t),
        glyph: action.glyph(),
        is_destructive: action == MessageAction::Delete,
        run: Arc::new(move || {
            let Some(bubble) = bubble.try_get_untracked() else { return };
            // The menu may have been open for a while.
            if MessageAction::of(&bubble).any(|possible| possible == action) {
                action.run(t, handle, overlay, &bubble);
            } else {
                overlay.note(t.too_late());
            }
        }),
    };
    Menu { title, items: bubble.with_untracked(|bubble| MessageAction::of(bubble).map(item).collect()), at }
}

/// Does what a key does on a message; whether it does anything.
pub(crate) fn on_key(key: &str, t: Words, handle: ClientHandle, overlay: Overlay, bubble: &Bubble) -> bool {
    let action = MessageAction::of(bubble).find(|action| action.key() == key);
    if let Some(action) = action {
        action.run(t, handle, overlay, bubble);
    }
    action.is_some()
}
