//! What the server says.

use super::Client;
use crate::conversation::Said;
use crate::conversations::{Outcome, belongs};
use crate::outbox::Stage;
use crate::requests::Want;
use crate::session::NORMAL;
use crate::set::Set;
use crate::{Action, Answer, Status};
use myna_protocol::{
    ConversationId, Event, Feed, FeedRows, ListPosition, Person, Rejection, RequestId, Row, Seq, Signal, Timestamp,
    User, UserId,
};

/// Messages that are kept of a conversation that is not on show: a page that is left open for weeks must not grow.
const UNSEEN_MESSAGES: usize = 500;

impl Client {
    /// A frame came.
    pub fn event(&mut self, event: Event, now: Timestamp) -> Vec<Action> {
        let mut actions = Vec::new();
        // What is left of a connection that was given up is said again on the next one.
        if !self.session.is_open() {
            return actions;
        }
        self.session.heard(now);
        match event {
            Event::Welcome { user, server_time, limits } => {
                self.limits = limits;
                self.clock_ahead = now.since(server_time);
                self.welcome(user, &mut actions);
            }
            Event::Rows(rows) => self.rows(rows, &mut actions),
            Event::CaughtUp { request: None, next } => self.caught_up(next),
            Event::CaughtUp { request: Some(request), next } => self.answered(request, next, &mut actions),
            Event::Reset { feed: Feed::Server, .. } => self.people.reset(),
            Event::Reset { feed, .. } => {
                if let Some(me) = self.my_id() {
                    self.conversations.reset(me, feed);
                    if feed == Feed::User(me) {
                        self.schedule.reset();
                    }
                }
            }
            Event::Page { request, conversation, rows } => self.page(request, conversation, rows, &mut actions),
            Event::Ack { request, conversation, seq } => self.acked(request, conversation, seq, &mut actions),
            Event::People { request, people } => self.people(request, people),
            Event::Members { request, conversation, rows, next } => self.members(request, conversation, rows, next),
            Event::Found { request, people, channels } => {
                self.learn_people(people.iter().cloned());
                if let Some(Want::Ask(_)) = self.requests.answered(request) {
                    actions.push(Action::Answered(request, Answer::Found { people, channels }));
                }
            }
            Event::Rejected { request: Some(request), code, text } => {
                self.rejected(request, code, text, now, &mut actions);
            }
            Event::Rejected { request: None, .. } | Event::Pong { .. } => {}
            Event::Signal(signal) => self.signal(signal, now),
            Event::Bye { reason, retry_after } => self.session.bye(reason, retry_after),
        }
        self.finish(now, actions)
    }

    fn welcome(&mut self, user: User, actions: &mut Vec<Action>) {
        // Somebody else has signed in here since: what is on this page, and in its outbox, is not theirs.
        if self.my_id().is_some_and(|me| me != user.id) {
            actions.push(Action::Close(NORMAL));
            actions.extend(self.session.sign_out());
        } else {
            let name = self.people.get(user.id).map_or(user.name, str::to_owned);
            self.set_me(User { id: user.id, name });
        }
        self.changes.status = true;
    }

    /// Keeps who is signed in. Their own conversations show their name, also where no row has brought it.
    pub(super) fn set_me(&mut self, me: User) {
        if self.people.get(me.id).is_none() {
            self.learn_people([Person { id: me.id, name: me.name.clone(), rev: 0 }]);
        }
        self.me = Some(me);
    }

    fn rows(&mut self, rows: FeedRows, actions: &mut Vec<Action>) {
        let Some(me) = self.my_id() else { return };
        let (feed, live) = (rows.feed, rows.from > 0);
        // A person's row is whole by itself, whatever is missing before it.
        self.learn(&rows.rows);
        if feed == Feed::Server {
            if !self.people.advance(&rows) {
                self.requests.want(Want::Resync(feed));
            }
            return;
        }
        if feed == Feed::User(me) {
            self.changes.schedule |= self.schedule.apply(&rows);
        }
        let seen = users_of(&rows.rows);
        let replies = match feed {
            Feed::Conversation(id) => self.of_open_thread(id, &rows.rows),
            Feed::Server | Feed::User(_) => Vec::new(),
        };
        let was_in = self.shown.filter(|id| self.conversations.joined(*id));
        // A fresh feed tells of all memberships; only a new one may be of a conversation that the list has passed already.
        let before = if live { Set::default() } else { self.conversations.all_joined() };
        match (self.conversations.apply(me, rows), feed) {
            (Outcome::Taken { conversations, said }, Feed::Conversation(id)) => {
                self.people.saw(seen);
                self.said(id, &said, actions);
                self.thread_moved(id, replies, !live);
                self.settle_edits(id, actions);
                if !live {
                    self.reacting.renew(id);
                }
                self.settle_reactions(id);
                if let Some(held) = self.conversations.held_mut(id).filter(|_| self.shown != Some(id)) {
                    held.trim(UNSEEN_MESSAGES);
                }
                self.touch_all(conversations);
            }
            (Outcome::Taken { conversations, .. }, _) => {
                for id in conversations {
                    self.membership(id, !before.contains(&id));
                    // The row of a person who stays a member says how far they have read, which no line shows them.
                    if was_in == Some(id) && self.conversations.joined(id) {
                        self.touch_view(id);
                    } else {
                        self.touch(id);
                    }
                }
            }
            (Outcome::Gap, Feed::Conversation(id)) if self.conversations.is_missing(id) => {
                self.requests.want_once(Want::Load(id));
            }
            (Outcome::Gap, feed) => self.requests.want(Want::Resync(feed)),
            (Outcome::Ignored, _) => {}
        }
    }

    /// Learns what rows say of people.
    pub(super) fn learn(&mut self, rows: &[Row]) {
        let people = rows.iter().filter_map(|row| if let Row::Person(row) = row { Some(row.clone()) } else { None });
        self.learn_people(people);
    }

    fn learn_people(&mut self, people: impl IntoIterator<Item = Person>) {
        let changed = self.people.learn(people);
        self.touch_names(&changed);
    }

    /// Asks, later, for the people of these rows whose names are not known.
    pub(super) fn saw(&mut self, rows: &[Row]) {
        self.people.saw(users_of(rows));
    }

    /// A row of one's membership came: the conversation is loaded if the row is new and its rows are missing, and forgotten if it is over.
    fn membership(&mut self, id: ConversationId, changed: bool) {
        if !self.conversations.joined(id) {
            self.typing.forget(id);
        } else if self.shown == Some(id) {
            self.want_first_page(id);
        }
        let wanted = (changed && self.status() == Status::Live) || self.shown == Some(id);
        if wanted && self.conversations.is_missing(id) {
            self.requests.want_once(Want::Load(id));
        }
    }

    /// Messages came: they settle what is on its way, and end the typing of who said them.
    pub(super) fn said(&mut self, id: ConversationId, said: &[Said], actions: &mut Vec<Action>) {
        for Said { sender, client_id, new } in said {
            if *new {
                self.typing.stopped(id, *sender);
                // The history of a channel just joined is already read, so it is not new.
                let is_unread = self.my_id().is_some_and(|me| me != *sender && self.conversations.unread(me, id) > 0);
                self.changes.news |= is_unread && self.status() == Status::Live;
            }
            if self.my_id() == Some(*sender)
                && self.outbox.entry(*client_id).is_some_and(|entry| entry.conversation == id)
            {
                let entry = self.outbox.remove(*client_id);
                if entry.is_some_and(|entry| !matches!(entry.stage, Stage::Acked(_))) {
                    actions.push(Action::Forget(*client_id));
                }
            }
        }
        if let Some(held) = self.conversations.held(id) {
            self.outbox.known_up_to(id, held.timeline.last());
        }
        if self.shown == Some(id) {
            self.want_first_page(id);
        }
    }

    /// All that was missed has come in.
    fn caught_up(&mut self, next: Option<ListPosition>) {
        if self.session.caught_up() {
            self.changes.status = true;
            self.changes.list = true;
            self.list_next = next;
            let strangers = self.conversations.drop_strangers();
            self.touch_all(strangers);
            self.want_shown();
        }
    }

    /// A resync or a load has been answered in full.
    fn answered(&mut self, request: RequestId, next: Option<ListPosition>, actions: &mut Vec<Action>) {
        match self.requests.answered(request) {
            Some(Want::Resync(Feed::User(_))) => {
                let strangers = self.conversations.drop_strangers();
                self.touch_all(strangers);
            }
            Some(Want::Ask(_)) => actions.push(Action::Answered(request, Answer::Done { conversation: None })),
            Some(Want::List) => {
                // The same place again would never end.
                self.list_next = next.filter(|next| Some(*next) != self.list_next);
                self.changes.list = true;
            }
            Some(Want::People) => self.people.portion_answered(),
            Some(Want::Members(id)) => self.refused(Want::Members(id)),
            Some(
                Want::Resync(_)
                | Want::Load(_)
                | Want::Older(_)
                | Want::Newer(_)
                | Want::Around(..)
                | Want::Thread(..)
                | Want::Quotes(_)
                | Want::Read(_),
            )
            | None => {}
        }
    }

    fn page(&mut self, request: RequestId, id: ConversationId, mut rows: Vec<Row>, actions: &mut Vec<Action>) {
        let purpose = self.requests.purpose(request);
        let Some(Want::Older(of) | Want::Newer(of) | Want::Around(of, _) | Want::Thread(of, _) | Want::Quotes(of)) =
            purpose
        else {
            return;
        };
        if of != id {
            return;
        }
        self.requests.answered(request);
        rows.retain(|row| belongs(row, id));
        self.learn(&rows);
        self.saw(&rows);
        let said = match purpose {
            Some(Want::Around(_, target)) => return self.found(id, target, rows, actions),
            Some(Want::Thread(_, root)) => {
                self.thread_page(id, root, rows);
                Vec::new()
            }
            Some(Want::Quotes(_)) => {
                self.quotes(id, rows);
                Vec::new()
            }
            Some(Want::Newer(_)) => self.conversations.newer_page(id, rows),
            _ => self.conversations.page(id, rows),
        };
        self.said(id, &said, actions);
        self.settle_edits(id, actions);
        self.settle_reactions(id);
        self.touch(id);
    }

    fn members(&mut self, request: RequestId, id: ConversationId, rows: Vec<Row>, next: Option<UserId>) {
        if self.requests.purpose(request) == Some(Want::Members(id)) {
            self.requests.answered(request);
            self.learn(&rows);
            self.saw(&rows);
            if !self.conversations.members_page(id, rows, next) {
                self.requests.want(Want::Members(id));
            }
            self.touch(id);
        }
    }

    fn people(&mut self, request: RequestId, people: Vec<Person>) {
        self.learn_people(people);
        if self.requests.purpose(request) == Some(Want::People) {
            self.requests.answered(request);
            self.people.portion_answered();
        }
    }

    fn acked(
        &mut self,
        request: RequestId,
        conversation: Option<ConversationId>,
        seq: Option<Seq>,
        actions: &mut Vec<Action>,
    ) {
        if let Some(entry) = self.outbox.by_request(request) {
            let (id, client_id) = (entry.conversation, entry.client_id);
            self.outbox.acked(client_id, seq.unwrap_or(0));
            let known = self.conversations.shown(id).map_or(Seq::MAX, |(held, _)| held.timeline.last());
            self.outbox.known_up_to(id, known);
            self.touch(id);
            actions.push(Action::Forget(client_id));
        } else if let Some(Want::Ask(_)) = self.requests.answered(request) {
            self.edit_acked(request, actions);
            self.reaction_acked(request);
            actions.push(Action::Answered(request, Answer::Done { conversation }));
        }
    }

    fn rejected(
        &mut self,
        request: RequestId,
        code: Rejection,
        text: String,
        now: Timestamp,
        actions: &mut Vec<Action>,
    ) {
        if let Some(entry) = self.outbox.by_request(request) {
            let (id, client_id) = (entry.conversation, entry.client_id);
            if code.is_temporary() {
                self.outbox.refused_for_now(client_id, now, &mut self.backoff);
            } else if let Some(entry) = self.outbox.failed(client_id, code) {
                actions.push(Action::Keep(entry.unsent()));
            }
            self.touch(id);
            return;
        }
        match self.requests.purpose(request) {
            Some(Want::Ask(_)) => {
                self.requests.answered(request);
                self.edit_refused(request, code, actions);
                self.reaction_refused(request);
                actions.push(Action::Answered(request, Answer::Rejected(code, text)));
            }
            Some(_) if code.is_temporary() => {
                self.requests.refused_for_now(request, now, &mut self.backoff);
            }
            Some(want) => {
                self.requests.answered(request);
                self.refused(want);
            }
            None => {}
        }
    }

    /// What was wanted cannot be had: it is not asked for again and again.
    fn refused(&mut self, want: Want) {
        match want {
            Want::Older(id) | Want::Newer(id) | Want::Members(id) => {
                if let Some(held) = self.conversations.held_mut(id) {
                    match want {
                        Want::Older(_) => held.page_refused(),
                        Want::Newer(_) => held.newer_page_refused(),
                        _ => held.members_refused(),
                    }
                }
                self.touch(id);
            }
            Want::Around(id, target) => self.give_up_target(id, target),
            Want::Thread(id, root) => self.thread_refused(id, root),
            Want::Quotes(id) => self.quotes_refused(id),
            Want::People => self.people.portion_answered(),
            Want::List => (self.list_next, self.changes.list) = (None, true),
            Want::Ask(_) | Want::Resync(_) | Want::Load(_) | Want::Read(_) => {}
        }
    }

    fn signal(&mut self, signal: Signal, now: Timestamp) {
        match signal {
            Signal::Typing { conversation, user, typing, ttl } => {
                let seen = self.my_id() != Some(user) && self.conversations.shown(conversation).is_some();
                if seen && self.typing.signal(conversation, user, typing, ttl, now) {
                    self.people.saw([user]);
                    self.touch_view(conversation);
                }
            }
            Signal::Presence { users, online } => {
                self.presence.signal(&users, online);
                self.touch_presence(&users);
            }
        }
    }
}

/// Whose names these rows need.
fn users_of(rows: &[Row]) -> Set<UserId> {
    let users = |row: &Row| match row {
        Row::Member(row) => [Some(row.user), None],
        Row::Message(row) => [Some(row.sender), row.forwarded().map(|origin| origin.sender)],
        Row::Reaction(row) => [Some(row.user), None],
        Row::Conversation(_)
        | Row::Membership(_)
        | Row::Scheduled(_)
        | Row::Person(_)
        | Row::Thread(_)
        | Row::Unknown => [None, None],
    };
    rows.iter().flat_map(users).flatten().collect()
}
