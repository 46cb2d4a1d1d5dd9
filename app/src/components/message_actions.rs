//! What can be done with a message: the menu of its bubble, and its keys.

use super::selection::{Selection, use_selection};
use super::{EmojiUse, Glyph, Menu, MenuItem, Overlay, Sheet, TapbackRow, use_overlay};
use crate::client_handle::{ClientHandle, use_client};
use crate::i18n::{Words, words};
use crate::navigation::Route;
use leptos::prelude::*;
use myna_client::{Bubble, State};
use myna_protocol::{ConversationId, Seq};
use std::sync::Arc;

/// The key that offers the reactions while a message has the focus.
pub(crate) const REACT: &str = "t";

/// What actions need of the page.
#[derive(Clone, Copy)]
pub(crate) struct Page {
    t: Words,
    handle: ClientHandle,
    overlay: Overlay,
    selection: Selection,
}

impl Page {
    /// Whether messages are being chosen: then nothing else is done with them.
    #[cfg(feature = "hydrate")]
    pub(super) fn is_choosing(self) -> bool {
        self.selection.is_on_untracked()
    }
}

pub(crate) fn use_page() -> Page {
    Page { t: words(), handle: use_client(), overlay: use_overlay(), selection: use_selection() }
}

/// One thing that can be done with a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum MessageAction {
    Reply,
    /// Shows the thread of the message alone.
    ShowThread,
    /// Asks where to send its text.
    Forward,
    Copy,
    /// Copies the address of the message.
    CopyLink,
    /// Chooses it, and others.
    Select,
    /// Gives a message another text.
    Edit,
    /// Takes a message back.
    Unsend,
    /// Deletes a message that another person sent.
    DeleteForEveryone,
    /// Tries a message again that was not delivered.
    Retry,
    /// Gives a message up that was not sent, or that waits to be.
    Delete,
}

impl MessageAction {
    pub(crate) const ALL: [Self; 11] = [
        Self::Reply,
        Self::ShowThread,
        Self::Forward,
        Self::Copy,
        Self::CopyLink,
        Self::Select,
        Self::Edit,
        Self::Unsend,
        Self::DeleteForEveryone,
        Self::Retry,
        Self::Delete,
    ];

    /// What can be done with this message now.
    fn of(handle: ClientHandle, id: ConversationId, bubble: &Bubble) -> Vec<Self> {
        let (state, is_sent) = (bubble.state, bubble.seq.is_some());
        let (may_edit, may_unsend) =
            handle.look_now(|client, now| (client.may_edit(bubble, now), client.may_unsend(id, bubble, now)));
        let is_possible = |action: &Self| match action {
            Self::Reply => handle.look(|client| client.may_reply(bubble)),
            Self::ShowThread => is_sent && bubble.thread.is_some() && handle.look(|client| client.thread(id)).is_none(),
            Self::Forward => handle.look(|client| client.may_forward(bubble)),
            Self::Select => bubble.unsent.is_none() && is_sent,
            Self::Copy => bubble.unsent.is_none(),
            Self::CopyLink => bubble.unsent.is_none() && is_sent,
            Self::Edit => may_edit,
            Self::Unsend => may_unsend && bubble.mine,
            Self::DeleteForEveryone => may_unsend && !bubble.mine,
            Self::Retry => matches!(state, State::Failed(_)),
            Self::Delete => matches!(state, State::Failed(_) | State::Pending) && !is_sent,
        };
        Self::ALL.into_iter().filter(is_possible).collect()
    }

    pub(crate) fn label(self, t: Words) -> &'static str {
        match self {
            Self::Reply => t.reply(),
            Self::ShowThread => t.show_thread(),
            Self::Forward => t.forward(),
            Self::Copy => t.copy(),
            Self::CopyLink => t.copy_link(),
            Self::Select => t.select(),
            Self::Edit => t.edit(),
            Self::Unsend => t.undo_send(),
            Self::DeleteForEveryone => t.delete_for_everyone(),
            Self::Retry => t.try_again(),
            Self::Delete => t.delete(),
        }
    }

    /// The key that does it while the message has the focus. What cannot be undone has none: a letter typed on a message
    /// often belongs in the composer.
    pub(crate) fn key(self) -> Option<&'static str> {
        match self {
            Self::Copy => Some("c"),
            Self::Edit => Some("e"),
            Self::Forward => Some("f"),
            Self::ShowThread | Self::CopyLink | Self::Select | Self::Unsend | Self::DeleteForEveryone => None,
            // A message that was not delivered cannot be replied to.
            Self::Reply | Self::Retry => Some("r"),
            Self::Delete => Some("Delete"),
        }
    }

    /// Why it cannot be done any more.
    fn too_late(self, t: Words, bubble: &Bubble) -> &'static str {
        match self {
            _ if bubble.unsent.is_some() => t.refused_message_unsent(),
            Self::Edit => t.refused_edit_too_late(),
            Self::Unsend | Self::DeleteForEveryone => t.refused_unsend_too_late(),
            Self::Reply
            | Self::ShowThread
            | Self::Forward
            | Self::Copy
            | Self::CopyLink
            | Self::Select
            | Self::Retry
            | Self::Delete => t.too_late(),
        }
    }

    fn glyph(self) -> Glyph {
        match self {
            Self::Reply => Glyph::Reply,
            Self::ShowThread => Glyph::Thread,
            Self::Forward => Glyph::Forward,
            Self::Copy => Glyph::Copy,
            Self::CopyLink => Glyph::Link,
            Self::Select => Glyph::Select,
            Self::Edit => Glyph::Compose,
            Self::Unsend => Glyph::Undo,
            Self::DeleteForEveryone => Glyph::Trash,
            Self::Retry => Glyph::Retry,
            Self::Delete => Glyph::Trash,
        }
    }

    fn run(self, page: Page, conversation: ConversationId, bubble: &Bubble) {
        let Page { t, handle, overlay, selection } = page;
        let id = bubble.client_id;
        match self {
            Self::Reply => {
                if let Some(seq) = bubble.seq {
                    reply(page, conversation, seq);
                }
            }
            Self::ShowThread => {
                if let Some(root) = bubble.thread.as_ref().map(|thread| thread.root) {
                    handle.act(move |client, now| client.open_thread(conversation, root, now));
                }
            }
            Self::Forward => {
                if let Some(seq) = bubble.seq {
                    selection.add_or_only(seq);
                    overlay.open_sheet(Sheet::Forward(conversation));
                }
            }
            Self::Select => {
                if let Some(seq) = bubble.seq {
                    selection.start(seq);
                }
            }
            Self::Copy => {
                overlay.note(if copy(&bubble.text) { t.copied() } else { t.copy_failed() });
            }
            Self::CopyLink => {
                if let Some(seq) = bubble.seq {
                    let address = address(&Route::Message(conversation, seq).path());
                    overlay.note(if copy(&address) { t.copied() } else { t.copy_failed() });
                }
            }
            Self::Edit => {
                if let Some(seq) = bubble.seq {
                    handle.act(move |client, _| client.start_editing(conversation, seq));
                    // Also where it is in the field already.
                    #[cfg(feature = "hydrate")]
                    request_animation_frame(|| crate::browser::page::focus(".composer textarea"));
                }
            }
            Self::Unsend | Self::DeleteForEveryone => {
                if let Some(seq) = bubble.seq {
                    handle.change(move |client, now| client.unsend(conversation, seq, now));
                }
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

/// What is written next answers this message. An edit that is half done is not lost for it.
pub(super) fn reply(Page { t, handle, overlay, .. }: Page, id: ConversationId, seq: Seq) {
    if handle.look(|client| client.has_changed_edit(id)) {
        overlay.note(t.finish_editing());
    } else {
        handle.act(move |client, now| client.reply_to(id, Some(seq), now));
    }
    // Also where it is answered already.
    #[cfg(feature = "hydrate")]
    request_animation_frame(|| crate::browser::page::focus(".composer textarea"));
}

/// The whole address of a path.
fn address(path: &str) -> String {
    #[cfg(feature = "hydrate")]
    return crate::browser::page::origin() + path;
    #[cfg(not(feature = "hydrate"))]
    path.to_owned()
}

/// Whether the browser let us.
pub(crate) fn copy(text: &str) -> bool {
    #[cfg(feature = "hydrate")]
    return crate::browser::page::copy(text);
    #[cfg(not(feature = "hydrate"))]
    text.is_empty()
}

/// The menu of a message.
pub(crate) fn message_menu(
    page: Page,
    id: ConversationId,
    bubble: Memo<Bubble>,
    title: String,
    at: (i32, i32),
) -> Menu {
    let Page { t, handle, overlay, .. } = page;
    let item = |action: MessageAction| MenuItem {
        label: action.label(t),
        glyph: action.glyph(),
        is_destructive: matches!(action, MessageAction::Delete | MessageAction::DeleteForEveryone),
        run: Arc::new(move || {
            let Some(bubble) = bubble.try_get_untracked() else { return };
            // The menu may have been open for a while.
            if MessageAction::of(handle, id, &bubble).contains(&action) {
                action.run(page, id, &bubble);
            } else {
                overlay.note(action.too_late(t, &bubble));
            }
        }),
    };
    let actions = bubble.with_untracked(|bubble| MessageAction::of(handle, id, bubble));
    let seq = bubble.with_untracked(|bubble| bubble.seq.filter(|_| handle.look(|client| client.may_react(bubble))));
    let tapbacks = seq.map(|seq| TapbackRow {
        chosen: handle.look(|client| client.my_reaction(id, seq).map(str::to_owned)),
        has_focus: false,
        choose: Callback::new(move |emoji| {
            handle.change(move |client, now| client.react(id, seq, emoji, now));
        }),
        more: Callback::new(move |()| overlay.open_sheet(Sheet::Emoji(EmojiUse::Reaction(id, seq)))),
    });
    Menu { title, tapbacks, items: actions.into_iter().map(item).collect(), at }
}

/// Does what a key does on a message; whether it does anything.
pub(crate) fn on_key(key: &str, page: Page, id: ConversationId, bubble: &Bubble) -> bool {
    let actions = MessageAction::of(page.handle, id, bubble);
    let action = actions.into_iter().find(|action| action.key() == Some(key));
    if let Some(action) = action {
        action.run(page, id, bubble);
    }
    action.is_some()
}
