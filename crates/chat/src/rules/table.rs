//! Rows by key, as they were read and as they are to be.

use std::collections::BTreeMap;

/// A row as it was read, if there was one, and as it is to be, if it stays.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written<R> {
    pub before: Option<R>,
    pub now: Option<R>,
}

/// The rows of one noun, in the order of their keys: two nodes that write the same rows write them in the same order.
#[derive(Debug, Clone)]
pub(super) struct Table<K, R>(BTreeMap<K, Written<R>>);

impl<K: Ord, R: Clone + PartialEq> Table<K, R> {
    /// The row as the changes so far have made it; `None` where there is none, or where none was loaded.
    pub(super) fn get(&self, key: &K) -> Option<&R> {
        self.0.get(key)?.now.as_ref()
    }

    /// Whether it is known if there is such a row.
    pub(super) fn is_loaded(&self, key: &K) -> bool {
        self.0.contains_key(key)
    }

    /// What the store holds under this key. What is known already stays.
    pub(super) fn load(&mut self, key: K, row: Option<R>) {
        self.0.entry(key).or_insert_with(|| Written { before: row.clone(), now: row });
    }

    pub(super) fn set(&mut self, key: K, row: Option<R>) {
        match self.0.get_mut(&key) {
            Some(written) => written.now = row,
            None => {
                self.0.insert(key, Written { before: None, now: row });
            }
        }
    }

    /// Every row that is there, as far as rows are loaded.
    pub(super) fn rows(&self) -> impl Iterator<Item = &R> {
        self.0.values().filter_map(|written| written.now.as_ref())
    }

    /// The rows that are not as they were read.
    pub(super) fn into_changed(self) -> Vec<Written<R>> {
        self.0.into_values().filter(|written| written.before != written.now).collect()
    }

    pub(super) fn changed(&self) -> impl Iterator<Item = &Written<R>> {
        self.0.values().filter(|written| written.before != written.now)
    }
}

impl<K, R> Default for Table<K, R> {
    fn default() -> Self {
        Self(BTreeMap::new())
    }
}
