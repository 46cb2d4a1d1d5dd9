//! What survives a reload: messages on their way, and drafts. Each has an entry of its own, written at once and whole, so
//! that two tabs never overwrite each other and a tab closed in the next moment has lost nothing.

use leptos::prelude::*;
use myna_client::Unsent;
use myna_protocol::{ClientId, ConversationId, UserId};
use web_sys::Storage;

fn storage() -> Option<Storage> {
    window().local_storage().ok().flatten()
}

fn unsent_key(user: UserId, client_id: &str) -> String {
    format!("myna/{user}/unsent/{client_id}")
}

fn draft_key(user: UserId, conversation: ConversationId) -> String {
    format!("myna/{user}/draft/{conversation}")
}

/// Keeps a message until it is settled. Where storage is full or forbidden, the message still lives in this tab.
pub(crate) fn keep(user: UserId, unsent: &Unsent) {
    if let (Some(storage), Ok(text)) = (storage(), serde_json::to_string(unsent)) {
        let _ = storage.set_item(&unsent_key(user, &unsent.client_id.to_string()), &text);
    }
}

pub(crate) fn forget(user: UserId, client_id: ClientId) {
    if let Some(storage) = storage() {
        let _ = storage.remove_item(&unsent_key(user, &client_id.to_string()));
    }
}

/// What was kept, in the order in which it was written.
pub(crate) fn unsent(user: UserId) -> Vec<Unsent> {
    let Some(storage) = storage() else { return Vec::new() };
    let mut kept: Vec<Unsent> = keys(&storage, &unsent_key(user, ""))
        .iter()
        .filter_map(|key| storage.get_item(key).ok().flatten())
        .filter_map(|text| serde_json::from_str(&text).ok())
        .collect();
    // Ids begin with their moment: they break ties within a millisecond.
    kept.sort_by_key(|unsent| (unsent.at, unsent.client_id));
    kept
}

/// The text that was being written in this conversation.
pub(crate) fn draft(user: UserId, conversation: ConversationId) -> String {
    storage().and_then(|storage| storage.get_item(&draft_key(user, conversation)).ok().flatten()).unwrap_or_default()
}

pub(crate) fn keep_draft(user: UserId, conversation: ConversationId, text: &str) {
    let Some(storage) = storage() else { return };
    let key = draft_key(user, conversation);
    let _ = if text.is_empty() { storage.remove_item(&key) } else { storage.set_item(&key, text) };
}

/// Leaves nothing of this person on the device: they signed out.
pub(crate) fn clear(user: UserId) {
    if let Some(storage) = storage() {
        for key in keys(&storage, &format!("myna/{user}/")) {
            let _ = storage.remove_item(&key);
        }
    }
}

fn keys(storage: &Storage, prefix: &str) -> Vec<String> {
    let count = storage.length().unwrap_or(0);
    (0..count).filter_map(|n| storage.key(n).ok().flatten()).filter(|key| key.starts_with(prefix)).collect()
}
