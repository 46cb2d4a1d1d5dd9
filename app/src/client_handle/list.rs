//! The list of conversations on the page: the rows in sight and some around them, however many there are.

use super::{Rows, set_if_changed};
use leptos::prelude::*;
use myna_client::Set;
use myna_client::{Client, SidebarRow};
use myna_protocol::ConversationId;
use std::ops::Range;

/// Rows that the server draws, before the page knows its height.
const FIRST: usize = 40;

/// What is drawn of the list. Clones are the same.
#[derive(Clone)]
pub(crate) struct ListSignals {
    /// The rows of `range`.
    pub(crate) rows: Rows<SidebarRow>,
    pub(crate) range: ArcRwSignal<Range<usize>>,
    /// How many rows there are.
    pub(crate) len: ArcRwSignal<usize>,
    /// In how many conversations something is unread.
    pub(crate) unread: ArcRwSignal<usize>,
    /// Counts the changes of any row, in sight or not.
    pub(crate) version: ArcRwSignal<u64>,
    pub(crate) end: ArcRwSignal<ListEnd>,
}

/// What follows the last row of the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ListEnd {
    /// Whether there are more conversations than the list holds.
    pub(crate) has_more: bool,
    /// Whether the next of them have been asked for.
    pub(crate) loading: bool,
}

impl ListEnd {
    fn of(client: &Client) -> Self {
        Self { has_more: client.has_more_list(), loading: client.is_list_loading() }
    }
}

/// What the list shows now, read from the client while it is locked.
pub(super) struct Drawn {
    rows: DrawnRows,
    len: usize,
    unread: usize,
    end: ListEnd,
}

/// The rows to draw again.
enum DrawnRows {
    All(Vec<SidebarRow>),
    /// Where all stay in their places.
    Changed(Vec<SidebarRow>),
}

impl ListSignals {
    pub(super) fn new(client: &Client) -> Self {
        Self {
            rows: Rows::new(client.list(0..FIRST)),
            range: ArcRwSignal::new(0..FIRST),
            len: ArcRwSignal::new(client.list_len()),
            unread: ArcRwSignal::new(client.unread_conversations()),
            version: ArcRwSignal::new(0),
            end: ArcRwSignal::new(ListEnd::of(client)),
        }
    }

    /// `changed` are the conversations of which something changed.
    pub(super) fn read(&self, client: &Client, changed: &Set<ConversationId>) -> Drawn {
        let ids: Vec<ConversationId> = client.list_ids(self.range.get_untracked()).collect();
        let rows = if self.rows.are(&ids) {
            let changed = ids.into_iter().filter(|id| changed.contains(id));
            DrawnRows::Changed(changed.filter_map(|id| client.sidebar_row(id)).collect())
        } else {
            DrawnRows::All(ids.into_iter().filter_map(|id| client.sidebar_row(id)).collect())
        };
        Drawn { rows, len: client.list_len(), unread: client.unread_conversations(), end: ListEnd::of(client) }
    }

    pub(super) fn draw(&self, drawn: Drawn) {
        match drawn.rows {
            DrawnRows::All(rows) => self.rows.set(rows),
            DrawnRows::Changed(rows) => self.rows.update(rows),
        }
        set_if_changed(&self.len, drawn.len);
        set_if_changed(&self.unread, drawn.unread);
        set_if_changed(&self.end, drawn.end);
        self.version.update(|version| *version += 1);
    }
}
