//! A client as a whole: what it knows, and how that is shown.

mod connection;
mod editing;
mod events;
mod forwarding;
pub use forwarding::Forwardable;
mod jumping;
mod reacting;
mod replying;
mod scheduling;
mod sending;
mod verbs;

use crate::backoff::Backoff;
use crate::conversation::Held;
use crate::conversations::Conversations;
use crate::drafts::Drafts;
use crate::edits::Edits;
use crate::order::{Order, Standing};
use crate::outbox::{Outbox, Stage};
use crate::people::People;
use crate::presence::Presence;
use crate::reactions::Reacting;
use crate::receipts::Receipts;
use crate::requests::{Requests, Want};
use crate::scheduled::Schedule;
use crate::session::Session;
use crate::set::Set;
use crate::timeline::Timeline;
use crate::transcript::Reader;
use crate::typing::Typing;
use crate::window::{Mark, Window};
use crate::{Arrival, Changes, Line, SidebarRow, Status, Title, View, sidebar, transcript, view};
use jumping::Jump;
use myna_protocol::limits::Limits;
use myna_protocol::{ConversationId, ListPosition, Seq, Timestamp, User, UserId};
use replying::OpenThread;
use std::ops::Range;

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
    drafts: Drafts,
    edits: Edits,
    reacting: Reacting,
    schedule: Schedule,
    requests: Requests,
    typing: Typing,
    presence: Presence,
    receipts: Receipts,
    /// Milliseconds that this device's clock is ahead of the server's, as of the last `welcome`.
    clock_ahead: i64,
    /// Where the list of conversations goes on; `None` when it is complete.
    list_next: Option<ListPosition>,
    /// The conversation that was opened last: its first page is kept loaded.
    shown: Option<ConversationId>,
    /// How far one had read that conversation when it was opened, if there was more.
    mark: Mark,
    /// What is on the page of that conversation's transcript.
    window: Window,
    /// Where the reader wants to be in that conversation, while the messages there are loading.
    jump: Option<Jump>,
    /// The thread that is open in that conversation.
    thread: Option<OpenThread>,
    /// The conversation that was opened last at a place that is loading.
    returning: Option<ConversationId>,
    /// The last message that the reader went to.
    arrival: Option<Arrival>,
    /// Scroll positions of conversations that were closed, see [`Self::leave_at`]. The newest is the last.
    places: Vec<(ConversationId, Seq, i32)>,
    /// The order of the list as of the last `take_changes`.
    order: Order,
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
            drafts: Drafts::default(),
            edits: Edits::default(),
            reacting: Reacting::default(),
            schedule: Schedule::default(),
            requests: Requests::default(),
            typing: Typing::default(),
            presence: Presence::default(),
            receipts: Receipts::default(),
            clock_ahead: 0,
            list_next: None,
            shown: None,
            mark: Mark::default(),
            window: Window::default(),
            jump: None,
            thread: None,
            returning: None,
            arrival: None,
            places: Vec::new(),
            order: Order::default(),
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

    /// The time of the server's clock, as of the last `welcome`.
    pub fn server_time(&self, now: Timestamp) -> Timestamp {
        now.plus(-self.clock_ahead)
    }

    /// The limits of the server, or the usual ones before `welcome`.
    pub fn limits(&self) -> Limits {
        self.limits
    }

    /// The conversations that one is in, the newest activity first, as far as the list is loaded. All of them: a page shows
    /// a part, see [`Self::list`].
    pub fn sidebar(&self) -> Vec<SidebarRow> {
        let mut rows: Vec<_> = self.conversations.all_shown().filter_map(|(_, row)| self.sidebar_row(row.id)).collect();
        rows.sort_unstable_by_key(|row| std::cmp::Reverse((row.at, row.id)));
        rows
    }

    /// The rows from one place of the list to another, as of the last `take_changes`.
    pub fn list(&self, range: Range<usize>) -> Vec<SidebarRow> {
        self.list_ids(range).filter_map(|id| self.sidebar_row(id)).collect()
    }

    /// The conversations of these rows, as of the last `take_changes`.
    pub fn list_ids(&self, range: Range<usize>) -> impl Iterator<Item = ConversationId> {
        self.order.range(range)
    }

    /// How many rows the list has, as of the last `take_changes`.
    pub fn list_len(&self) -> usize {
        self.order.len()
    }

    /// In how many conversations something is unread, as of the last `take_changes`.
    pub fn unread_conversations(&self) -> usize {
        self.order.unread()
    }

    /// The conversations of the list whose titles contain this text, in whatever case; at most so many. `read` is how the reader
    /// reads a title.
    pub fn find_in_list(&self, text: &str, most: usize, read: impl Fn(&Title) -> String) -> Vec<SidebarRow> {
        let Some(me) = self.my_id() else { return Vec::new() };
        let text = text.trim().to_lowercase();
        let is_found = |id: &ConversationId| {
            self.conversations.shown(*id).is_some_and(|(held, row)| {
                read(&view::title(held, row, me, &self.people)).to_lowercase().contains(&text)
            })
        };
        self.order.all().filter(is_found).take(most).filter_map(|id| self.sidebar_row(id)).collect()
    }

    /// The conversation after this one in the list, or before it; where `only_unread`, the next one in which something is
    /// unread, from the other end if need be. `None` when there is none.
    pub fn beside_in_list(
        &self,
        here: Option<ConversationId>,
        forwards: bool,
        only_unread: bool,
    ) -> Option<ConversationId> {
        let me = self.my_id()?;
        let mut ids: Vec<ConversationId> = self.order.all().collect();
        if !forwards {
            ids.reverse();
        }
        let after = here.and_then(|here| ids.iter().position(|id| *id == here)).map_or(0, |at| at + 1);
        let is_wanted = |id: &&ConversationId| !only_unread || self.conversations.unread(me, **id) > 0;
        let (before, after) = ids.split_at(after);
        let next = after.iter().find(is_wanted);
        next.or_else(|| before.iter().find(|id| only_unread && Some(**id) != here && is_wanted(id))).copied()
    }

    /// One conversation as the list shows it; `None` when one is not in it.
    pub fn sidebar_row(&self, id: ConversationId) -> Option<SidebarRow> {
        let me = self.my_id()?;
        let (held, row) = self.conversations.shown(id)?;
        let sidebar::Newest {
            sender: preview_sender,
            text: preview,
            unsent: preview_unsent,
            reaction: preview_reaction,
            at,
        } = sidebar::newest(held, row, me, &self.people, self.outbox.of(id).next_back());
        Some(SidebarRow {
            id,
            kind: row.kind,
            title: view::title(held, row, me, &self.people),
            avatar: view::avatar(held, row, me),
            preview_sender,
            preview,
            preview_unsent,
            preview_reaction,
            draft: self.drafts.shown(id).map(sidebar::one_line),
            at,
            unread: self.conversations.unread(me, id),
            online: view::is_online(held, me, &self.presence),
            typing: self.typing.people(id).next().is_some(),
            failed: self.outbox.of(id).any(|entry| matches!(entry.stage, Stage::Failed(_))),
        })
    }

    fn standing(&self, id: ConversationId) -> Option<Standing> {
        let me = self.my_id()?;
        let (held, row) = self.conversations.shown(id)?;
        let at = sidebar::active_at(held, row, self.outbox.of(id).next_back());
        Some(Standing { at, is_unread: self.conversations.unread(me, id) > 0 })
    }

    /// Whether there are conversations that are not in the sidebar yet: `more_list` brings the next of them.
    pub fn has_more_list(&self) -> bool {
        self.list_next.is_some()
    }

    /// Whether the reader is surely not in this conversation: the whole list is loaded, and it is not there.
    pub fn is_outside(&self, id: ConversationId) -> bool {
        !self.conversations.joined(id) && !self.has_more_list()
    }

    /// Whether more of the list has been asked for and has not come yet.
    pub fn is_list_loading(&self) -> bool {
        self.requests.is_wanted(Want::List)
    }

    /// Whether messages wait in the outbox, or could not be sent.
    pub fn has_unsent(&self) -> bool {
        !self.outbox.is_empty()
    }

    /// Whether something is written in a conversation and not sent, or a change of a message is on its way.
    pub fn has_drafts(&self) -> bool {
        !self.drafts.is_empty() || !self.edits.is_empty()
    }

    /// What is written in a conversation, or in the thread that is open in it, and not sent; empty when nothing is.
    pub fn draft(&self, id: ConversationId) -> &str {
        self.drafts.text(self.draft_place(id))
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
            starts_unread: self.shown == Some(id) && self.mark.start().is_some(),
            first_unread: self.far_unread(id, held),
            last_seq: held.timeline.last(),
            has_older: held.drawn().has_older(),
            hides_older: self.span(id, held).start > 0,
            hides_newer: held.is_in_excerpt() || self.span(id, held).end < held.timeline.messages().len(),
            loading: self.requests.is_wanted(Want::Older(id)) || self.requests.is_wanted(Want::Newer(id)),
            thread: self.thread(id),
            jumping: self.shown == Some(id) && self.jump.is_some(),
            arrival: self.arrival.filter(|arrival| self.shown == Some(id) && held.drawn().contains(arrival.seq)),
        })
    }

    /// Whether one is in this conversation and nothing of it has been loaded yet: opening it loads it.
    pub fn is_loading(&self, id: ConversationId) -> bool {
        self.conversations.is_missing(id)
    }

    /// What is loaded of a conversation, oldest first, and what is on its way; empty when one is not in it. All of it: a page
    /// shows a part, see [`Self::lines`].
    pub fn transcript(&self, id: ConversationId) -> Vec<Line> {
        self.conversations.shown(id).map_or_else(Vec::new, |(held, _)| {
            self.lines_of(id, held, &held.timeline, 0..held.timeline.messages().len())
        })
    }

    /// The part of a conversation's transcript that is on the page: of the one that is open what [`Self::older`] and
    /// [`Self::newer`] have brought there, of others their end.
    pub fn lines(&self, id: ConversationId) -> Vec<Line> {
        self.conversations
            .shown(id)
            .map_or_else(Vec::new, |(held, _)| self.lines_of(id, held, held.drawn(), self.span(id, held)))
    }

    fn lines_of(&self, id: ConversationId, held: &Held, messages: &Timeline, span: Range<usize>) -> Vec<Line> {
        let mark = if self.shown == Some(id) { self.mark.read() } else { None };
        let lines = |me| {
            let reader = Reader { me, people: &self.people, edits: &self.edits, reacting: &self.reacting };
            transcript::lines(held, messages, reader, self.outbox.of(id), mark, span)
        };
        self.my_id().map_or_else(Vec::new, lines)
    }

    /// The first message that was unread when the conversation was opened, if it is too far back to begin there and not on the
    /// page.
    fn far_unread(&self, id: ConversationId, held: &Held) -> Option<Seq> {
        let Mark::Far(read) = self.mark else { return None };
        let (span, first) = (self.span(id, held), read + 1);
        let is_shown = span.contains(&held.drawn().count_up_to(read)) && held.drawn().contains(first);
        (self.shown == Some(id) && !is_shown).then_some(first)
    }

    fn span(&self, id: ConversationId, held: &Held) -> Range<usize> {
        let window = if self.shown == Some(id) { self.window } else { Window::default() };
        window.span(held.drawn())
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
        for id in &self.changes.conversations {
            let standing = self.standing(*id);
            self.order.set(*id, standing);
        }
        std::mem::take(&mut self.changes)
    }

    /// Something of this conversation is to be drawn again, here and in the list.
    fn touch(&mut self, id: ConversationId) {
        if self.shown == Some(id)
            && let Some((held, _)) = self.conversations.shown(id)
        {
            self.window.hold(held.drawn());
        }
        self.changes.list = true;
        self.redraw(id);
    }

    /// As `touch`, but not its transcript.
    fn touch_view(&mut self, id: ConversationId) {
        self.changes.list = true;
        self.changes.conversations.insert(id);
    }

    /// Something of this conversation is to be drawn again, but not in the list.
    fn redraw(&mut self, id: ConversationId) {
        self.changes.conversations.insert(id);
        self.changes.transcripts.insert(id);
    }

    fn touch_all(&mut self, ids: impl IntoIterator<Item = ConversationId>) {
        ids.into_iter().for_each(|id| self.touch(id));
    }

    /// The names of these people are to be drawn again, wherever they are; one's own too.
    fn touch_names(&mut self, users: &Set<UserId>) {
        if let Some(me) = &mut self.me
            && let Some(name) = self.people.get(me.id).filter(|name| *name != me.name)
        {
            me.name = name.to_owned();
            self.changes.status = true;
        }
        if users.is_empty() {
            return;
        }
        // The person who is signed in is in all of them, also where their own row is on a page of members that is not loaded.
        let is_own = self.my_id().is_some_and(|me| users.contains(&me));
        let shown = self.conversations.all_shown();
        let with = shown.filter(|(held, row)| {
            is_own
                || held.shows_any(users)
                || users.iter().any(|user| self.typing.people(row.id).any(|typing| typing == *user))
                || self
                    .outbox
                    .of(row.id)
                    .any(|entry| entry.forwards.is_some_and(|of| users.contains(&of.origin.sender)))
        });
        let ids: Vec<_> = with.map(|(_, row)| row.id).collect();
        self.touch_all(ids);
    }

    /// The presence of these people is to be drawn again, wherever they are.
    fn touch_presence(&mut self, users: &[UserId]) {
        let shown = self.conversations.all_shown();
        let with = shown.filter(|(held, _)| users.iter().any(|user| held.members.contains_key(user)));
        let ids: Vec<_> = with.map(|(_, row)| row.id).collect();
        ids.into_iter().for_each(|id| self.touch_view(id));
    }
}
