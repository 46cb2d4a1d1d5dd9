//! A list whose rows keep their place in the page while what they show changes.

use super::{lock, set_if_changed};
use leptos::prelude::*;
use myna_client::{Line, LineKey, SidebarRow};
use myna_protocol::ConversationId;
use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex};

/// Something with a key that stays while it changes.
pub(crate) trait Keyed: Clone + PartialEq + Send + Sync + 'static {
    type Key: Copy + Eq + Hash + Send + Sync;

    fn key(&self) -> Self::Key;
}

impl Keyed for Line {
    type Key = LineKey;

    fn key(&self) -> LineKey {
        Self::key(self)
    }
}

impl Keyed for SidebarRow {
    type Key = ConversationId;

    fn key(&self) -> ConversationId {
        self.id
    }
}

/// One row: its key, and a signal of what it shows.
#[derive(Clone)]
pub(crate) struct RowSignal<T: Keyed> {
    pub(crate) key: T::Key,
    pub(crate) value: ArcRwSignal<T>,
}

/// The rows in order. The list changes when rows come, go or move; a row's own signal when it shows something else.
#[derive(Clone)]
pub(crate) struct Rows<T: Keyed> {
    list: ArcRwSignal<Vec<RowSignal<T>>>,
    by_key: Arc<Mutex<HashMap<T::Key, ArcRwSignal<T>>>>,
}

impl<T: Keyed> Rows<T> {
    pub(crate) fn new(values: Vec<T>) -> Self {
        let rows = Self { list: ArcRwSignal::new(Vec::new()), by_key: Arc::default() };
        rows.set(values);
        rows
    }

    /// The rows now; tracked.
    pub(crate) fn get(&self) -> Vec<RowSignal<T>> {
        self.list.get()
    }

    /// Whether these are the rows now, in this order; not tracked.
    pub(crate) fn are(&self, keys: &[T::Key]) -> bool {
        self.list
            .with_untracked(|list| list.len() == keys.len() && list.iter().zip(keys).all(|(row, key)| row.key == *key))
    }

    /// Some of the rows show something else.
    pub(crate) fn update(&self, values: Vec<T>) {
        for value in values {
            let signal = lock(&self.by_key).get(&value.key()).cloned();
            if let Some(signal) = signal {
                set_if_changed(&signal, value);
            }
        }
    }

    pub(crate) fn set(&self, values: Vec<T>) {
        let mut old = std::mem::take(&mut *lock(&self.by_key));
        let mut changed = Vec::new();
        let rows: Vec<RowSignal<T>> = values
            .into_iter()
            .map(|value| {
                let key = value.key();
                let signal = match old.remove(&key) {
                    Some(signal) => {
                        changed.push((signal.clone(), value));
                        signal
                    }
                    None => ArcRwSignal::new(value),
                };
                RowSignal { key, value: signal }
            })
            .collect();
        lock(&self.by_key).extend(rows.iter().map(|row| (row.key, row.value.clone())));
        for (signal, value) in changed {
            set_if_changed(&signal, value);
        }
        let keys: Vec<T::Key> = rows.iter().map(|row| row.key).collect();
        if !self.are(&keys) {
            self.list.set(rows);
        }
    }
}
