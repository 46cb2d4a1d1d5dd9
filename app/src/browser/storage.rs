//! What survives a reload: messages on their way, drafts, and edits. Each has an entry of its own, written at once and whole, so
//! that two tabs never overwrite each other and a tab closed in the next moment has lost nothing.

use leptos::prelude::*;
use myna_client::{DraftPlace, Editing, Unsent};
use myna_protocol::{ClientId, ConversationId, Seq, UserId};
use web_sys::{Storage, StorageEvent};

fn storage() -> Option<Storage> {
    window().local_storage().ok().flatten()
}

fn unsent_key(user: UserId, client_id: &str) -> String {
    format!("myna/{user}/unsent/{client_id}")
}

fn draft_prefix(user: UserId) -> String {
    format!("myna/{user}/draft/")
}

/// The end of a draft's key: the conversation, and the thread if it is written in one.
fn place_key(place: DraftPlace) -> String {
    let DraftPlace { conversation, thread } = place;
    thread.map_or_else(|| conversation.to_string(), |root| format!("{conversation}/{root}"))
}

fn place(key: &str) -> Option<DraftPlace> {
    let (conversation, thread) = key.split_once('/').map_or((key, None), |(id, root)| (id, Some(root)));
    Some(DraftPlace { conversation: conversation.parse().ok()?, thread: thread.map(str::parse).transpose().ok()? })
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
    kept.sort_unstable_by_key(|unsent| (unsent.at, unsent.client_id));
    kept
}

/// What was being written, and where.
pub(crate) fn drafts(user: UserId) -> Vec<(DraftPlace, String)> {
    let Some(storage) = storage() else { return Vec::new() };
    let prefix = draft_prefix(user);
    let draft = |key: String| Some((place(key.strip_prefix(&prefix)?)?, storage.get_item(&key).ok().flatten()?));
    keys(&storage, &prefix).into_iter().filter_map(draft).collect()
}

/// What another tab of this browser has done.
pub(crate) enum OtherTab {
    /// It has written this, or emptied it.
    Draft(DraftPlace, String),
    /// Its draft answers this message, or none.
    Reply(DraftPlace, Option<Seq>),
    /// It has sent or deleted this message.
    Settled(ClientId),
}

/// What the event tells of this person's entries.
pub(crate) fn from_other_tab(user: UserId, event: &StorageEvent) -> Option<OtherTab> {
    let key = event.key()?;
    if let Some(id) = key.strip_prefix(&draft_prefix(user)) {
        return Some(OtherTab::Draft(place(id)?, event.new_value().unwrap_or_default()));
    }
    if let Some(id) = key.strip_prefix(&reply_prefix(user)) {
        let seq = event.new_value().and_then(|seq| seq.parse().ok());
        return Some(OtherTab::Reply(place(id)?, seq));
    }
    let id = key.strip_prefix(&unsent_key(user, ""))?;
    event.new_value().is_none().then_some(OtherTab::Settled(id.parse().ok()?))
}

/// A choice of this person on this device.
pub(crate) fn choice(user: UserId, name: &str) -> Option<String> {
    storage()?.get_item(&format!("myna/{user}/{name}")).ok().flatten()
}

pub(crate) fn keep_choice(user: UserId, name: &str, value: &str) {
    if let Some(storage) = storage() {
        let _ = storage.set_item(&format!("myna/{user}/{name}"), value);
    }
}

pub(crate) fn keep_draft(user: UserId, place: DraftPlace, text: &str) {
    let Some(storage) = storage() else { return };
    let key = draft_prefix(user) + &place_key(place);
    let _ = if text.is_empty() { storage.remove_item(&key) } else { storage.set_item(&key, text) };
}

fn edit_prefix(user: UserId) -> String {
    format!("myna/{user}/edit/")
}

/// Keeps the new text of a sent message, each in an entry of its own.
pub(crate) fn keep_edit(user: UserId, conversation: ConversationId, seq: Seq, text: Option<&str>) {
    let Some(storage) = storage() else { return };
    let key = format!("{}{conversation}/{seq}", edit_prefix(user));
    let _ = match text {
        Some(text) => storage.set_item(&key, text),
        None => storage.remove_item(&key),
    };
}

/// The edits that were being written, or were on their way, and where.
pub(crate) fn edits(user: UserId) -> Vec<(ConversationId, Editing)> {
    let Some(storage) = storage() else { return Vec::new() };
    let prefix = edit_prefix(user);
    let edit = |key: String| {
        let (conversation, seq) = key.strip_prefix(&prefix)?.split_once('/')?;
        let text = storage.get_item(&key).ok().flatten()?;
        Some((conversation.parse().ok()?, Editing { seq: seq.parse().ok()?, text }))
    };
    keys(&storage, &prefix).into_iter().filter_map(edit).collect()
}

fn reply_prefix(user: UserId) -> String {
    format!("myna/{user}/reply/")
}

/// Keeps which message a draft answers.
pub(crate) fn keep_reply(user: UserId, place: DraftPlace, seq: Option<Seq>) {
    let Some(storage) = storage() else { return };
    let key = reply_prefix(user) + &place_key(place);
    let _ = match seq {
        Some(seq) => storage.set_item(&key, &seq.to_string()),
        None => storage.remove_item(&key),
    };
}

/// The messages that drafts answer, and where.
pub(crate) fn replies(user: UserId) -> Vec<(DraftPlace, Seq)> {
    let Some(storage) = storage() else { return Vec::new() };
    let prefix = reply_prefix(user);
    let reply = |key: String| {
        let seq = storage.get_item(&key).ok().flatten()?;
        Some((place(key.strip_prefix(&prefix)?)?, seq.parse().ok()?))
    };
    keys(&storage, &prefix).into_iter().filter_map(reply).collect()
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
