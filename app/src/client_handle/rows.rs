//! A list whose rows keep their place in the page while what they show changes.

use super::{lock, set_if_changed};
use leptos::prelude::*;
use myna_client::{Line, SidebarRow};
use std::collections::HashMap;
use std::sync::{Arc, Mutex};

/// Something with a key that stays while it changes.
pub(crate) trait Keyed: Clone + PartialEq + Send + Sync + 'static {
    fn key(&self) -> String;
}

impl Keyed for Line {
    fn key(&self) -> String {
        Self::key(self).to_owned()
    }
}

impl Keyed for SidebarRow {
    fn key(&self) -> String {
        self.id.to_string()
    }
}

/// One row: its key, and a signal of what it shows.
#[derive(Clone)]
pub(crate) struct RowSignal<T: Send + Sync + 'static> {
    pub(crate) key: String,
    pub(crate) value: ArcRwSignal<T>,
}

/// The rows in order. The list changes when rows come, go or move; a row's own signal when it shows something else.
#[derive(Clone)]
pub(crate) struct Rows<T: Send + Sync + 'static> {
    list: ArcRwSignal<Vec<RowSignal<T>>>,
    by_key: Arc<Mutex<HashMap<String, ArcRwSignal<T>>>>,
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
        lock(&self.by_key).extend(rows.iter().map(|row| (row.key.clone(), row.value.clone())));
        for (signal, value) in changed {
            set_if_changed(&signal, value);
        }
        let same = self.list.with_untracked(|list| {
            list.len() == rows.len() && list.iter().zip(&rows).all(|(old, new)| old.key == new.key)
        });
        if !same {
            self.list.set(rows);
        }
    }
}
