//! A client as a whole: what it knows, and how that is shown.

mod connection;
mod events;
mod sending;
mod verbs;

use crate::backoff::Backoff;
use crate::conversations::Conversations;
use crate::outbox::{Outbox, Stage};
use crate::people::People;
use crate::presence::Presence;
use crate::receipts::Receipts;
use crate::requests::{Requests, Want};
use crate::session::Session;
use crate::typing::Typing;
use crate::{Changes, Line, SidebarRow, Status, View, sidebar, transcript, view};
use myna_protocol::limits::Limits;
use myna_protocol::{ConversationId, ListPosition, Timestamp, User, UserId};
use std::collections::BTreeSet;

/// Everything that a client knows, and the rules by which it learns and says more.
///
/// Every method that may have something done returns it as actions; moments are those of the device's clock. It believes
/// nothing of what it receives to be in order: any frames at any time leave it in one piece.
#[derive(Debug)]
pub struct Client {
    me: Option<User>,
    limits: Limits,
    session: Session,
    backoff: Backoff,
    conversations: Conversations,
    people: People,
    outbox: Outbox,
    requests: Requests,
    typing: Typing,
    presence: Presence,
    receipts: Receipts,
    /// Where the list of conversations goes on; `None` when it is complete.
    list_next: Option<ListPosition>,
    /// The conversation that was opened last: its first page is kept loaded.
    shown: Option<ConversationId>,
    /// The wake-up that was asked for and has not come.
    wake: Option<Timestamp>,
    changes: Changes,
}

impl Client {
    /// A client that knows nothing yet. The seed only spreads its attempts to reconnect.
    pub fn new(seed: u64) -> Self {
        Self {
            me: None,
            limits: Limits::default(),
            session: Session::new(),
            backoff: Backoff::new(seed),
            conversations: Conversations::default(),
            people: People::default(),
            outbox: Outbox::default(),
            requests: Requests::default(),
            typing: Typing::default(),
            presence: Presence::default(),
            receipts: Receipts::default(),
            list_next: None,
            shown: None,
            wake: None,
            changes: Changes::default(),
        }
    }

    /// Who is signed in, once that is known.
    pub fn me(&self) -> Option<&User> {
        self.me.as_ref()
    }

    fn my_id(&self) -> Option<UserId> {
        self.me.as_ref().map(|me| me.id)
    }

    /// How the connection stands.
    pub fn status(&self) -> Status {
        self.session.status()
    }

    /// The limits of the server, or the usual ones before `welcome`.
    pub fn limits(&self) -> Limits {
        self.limits
    }

    /// The conversations that one is in, the newest activity first, as far as the list is loaded.
    pub fn sidebar(&self) -> Vec<SidebarRow> {
        let Some(me) = self.my_id() else { return Vec::new() };
        let mut rows: Vec<SidebarRow> = self
            .conversations
            .all_shown()
            .map(|(held, row)| {
                let (preview, at) = sidebar::newest(held, row, me, &self.people, self.outbox.of(row.id).next_back());
                SidebarRow {
                    id: row.id,
                    kind: row.kind,
                    title: view::title(held, row, me, &self.people),
                    avatar: view::avatar(held, row, me),
                    preview,
                    at,
                    unread: self.conversations.unread(me, row.id),
                    online: view::is_online(held, me, &self.presence),
                    typing: self.typing.people(row.id).next().is_some(),
                    failed: self.outbox.of(row.id).any(|entry| matches!(entry.stage, Stage::Failed(_))),
                }
            })
            .collect();
        rows.sort_by_key(|row| std::cmp::Reverse((row.at, row.id)));
        rows
    }

    /// Whether there are conversations that are not in the sidebar yet: `more_list` brings the next of them.
    pub fn has_more_list(&self) -> bool {
        self.list_next.is_some()
    }

    /// Whether more of the list has been asked for and has not come yet.
    pub fn is_list_loading(&self) -> bool {
        self.requests.is_wanted(Want::List)
    }

    /// A conversation that one is in, without its messages.
    pub fn conversation(&self, id: ConversationId) -> Option<View> {
        let me = self.my_id()?;
        let (held, row) = self.conversations.shown(id)?;
        Some(View {
            id,
            kind: row.kind,
            title: view::title(held, row, me, &self.people),
            avatar: view::avatar(held, row, me),
            note_to_self: view::is_note_to_self(held, row, me),
            people: view::people(held, me, &self.people, &self.presence),
            members: row.members,
            has_more_people: held.has_more_members(),
            loading_people: self.requests.is_wanted(Want::Members(id)),
            may_rename: view::may_rename(row, me),
            name: row.name.clone(),
            online: view::is_online(held, me, &self.presence),
            unread: self.conversations.unread(me, id),
            last_seq: held.timeline.last(),
            has_older: held.timeline.has_older(),
            loading: self.requests.is_wanted(Want::Older(id)),
        })
    }

    /// Whether one is in this conversation and nothing of it has been loaded yet: opening it loads it.
    pub fn is_loading(&self, id: ConversationId) -> bool {
        self.conversations.is_missing(id)
    }

    /// What is loaded of a conversation, oldest first, and what is on its way; empty when one is not in it.
    pub fn transcript(&self, id: ConversationId) -> Vec<Line> {
        match (self.my_id(), self.conversations.shown(id)) {
            (Some(me), Some((held, _))) => transcript::lines(held, me, &self.people, self.outbox.of(id)),
            _ => Vec::new(),
        }
    }

    /// Who else is typing there, by name.
    pub fn typing(&self, id: ConversationId) -> Vec<(UserId, String)> {
        if self.conversations.shown(id).is_none() {
            return Vec::new();
        }
        let mut people: Vec<_> = self.typing.people(id).map(|user| (user, self.people.name(user).to_owned())).collect();
        people.sort_by_cached_key(|(user, name)| (name.to_lowercase(), *user));
        people
    }

    /// What has changed since this was last asked.
    pub fn take_changes(&mut self) -> Changes {
        std::mem::take(&mut self.changes)
    }

    /// Something of this conversation is to be drawn again, here and in the list.
    fn touch(&mut self, id: ConversationId) {
        self.changes.list = true;
        self.changes.conversations.insert(id);
    }

    fn touch_all(&mut self, ids: impl IntoIterator<Item = ConversationId>) {
        ids.into_iter().for_each(|id| self.touch(id));
    }

    /// The names of these people are to be drawn again, wherever they are; one's own too.
    fn touch_names(&mut self, users: &BTreeSet<UserId>) {
        if let Some(me) = &mut self.me
            && let Some(name) = self.people.get(me.id).filter(|name| *name != me.name)
        {
            me.name = name.to_owned();
            self.changes.status = true;
        }
        if users.is_empty() {
            return;
        }
        let shown = self.conversations.all_shown();
        let with = shown.filter(|(held, row)| {
            held.shows_any(users) || users.iter().any(|user| self.typing.people(row.id).any(|typing| typing == *user))
        });
        let ids: Vec<_> = with.map(|(_, row)| row.id).collect();
        self.touch_all(ids);
    }

    /// The presence of these people is to be drawn again, wherever they are.
    fn touch_presence(&mut self, users: &[UserId]) {
        let shown = self.conversations.all_shown();
        let with = shown.filter(|(held, _)| users.iter().any(|user| held.members.contains_key(user)));
        let ids: Vec<_> = with.map(|(_, row)| row.id).collect();
        self.touch_all(ids);
    }
}
