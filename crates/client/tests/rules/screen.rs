//! A page that draws only what the client says has changed: it must show what a page drawn anew shows.

use myna_client::{Client, Line, SidebarRow, View};
use myna_protocol::{ConversationId, UserId};
use std::collections::BTreeMap;

#[derive(Default)]
pub(crate) struct Screen {
    rows: Vec<SidebarRow>,
    conversations: BTreeMap<ConversationId, Drawn>,
}

/// One conversation as it is drawn.
#[derive(Debug, Clone, Default, PartialEq)]
struct Drawn {
    view: Option<View>,
    lines: Vec<Line>,
    typing: Vec<(UserId, String)>,
    draft: String,
}

impl Drawn {
    fn of(client: &Client, id: ConversationId) -> Self {
        let mut drawn = Self { lines: client.lines(id), ..Self::default() };
        drawn.draw_head(client, id);
        drawn
    }

    fn draw_head(&mut self, client: &Client, id: ConversationId) {
        (self.view, self.typing, self.draft) =
            (client.conversation(id), client.typing(id), client.draft(id).to_owned());
    }
}

impl Screen {
    /// Another conversation is opened: those that were drawn are not on the page any more.
    pub(crate) fn leave(&mut self) {
        self.conversations.clear();
    }

    /// Draws what has changed.
    ///
    /// # Panics
    /// If something else has changed too.
    pub(crate) fn draw(&mut self, client: &mut Client) {
        let changes = client.take_changes();
        if changes.list {
            let ids: Vec<ConversationId> = client.list_ids(0..usize::MAX).collect();
            if self.rows.iter().map(|row| row.id).eq(ids) {
                for row in self.rows.iter_mut().filter(|row| changes.conversations.contains(&row.id)) {
                    *row = client.sidebar_row(row.id).expect("it is in the list");
                }
            } else {
                self.rows = client.list(0..usize::MAX);
            }
        }
        assert_eq!(self.rows, client.sidebar(), "the list says what it shows anew");
        for id in &changes.conversations {
            if let Some(drawn) = self.conversations.get_mut(id) {
                drawn.draw_head(client, *id);
                if changes.transcripts.contains(id) {
                    drawn.lines = client.lines(*id);
                }
            }
        }
        for (id, drawn) in &self.conversations {
            assert_eq!(*drawn, Drawn::of(client, *id), "a conversation says what it shows anew");
        }
        for row in &self.rows {
            self.conversations.entry(row.id).or_insert_with(|| Drawn::of(client, row.id));
        }
    }
}
