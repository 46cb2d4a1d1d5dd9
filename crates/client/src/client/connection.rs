//! What the holder tells of the socket, the device and the time.

use super::Client;
use crate::conversations::Outcome;
use crate::outbox::Entry;
use crate::session::Session;
use crate::{Action, Status, Unsent};
use myna_protocol::{Command, Feed, FeedRows, ListPosition, Timestamp, User};
use std::collections::BTreeMap;

impl Client {
    /// Takes what the server has rendered into the page: who is signed in, feeds from 0 like any rows, and where the list of
    /// conversations goes on.
    pub fn start(&mut self, me: User, feeds: Vec<FeedRows>, next: Option<ListPosition>) {
        let id = me.id;
        self.set_me(me);
        self.list_next = next;
        self.changes.status = true;
        self.changes.list = true;
        for rows in feeds {
            self.learn(&rows.rows);
            self.saw(&rows.rows);
            if rows.feed == Feed::Server {
                self.people.start(rows.rev);
                continue;
            }
            if rows.feed == Feed::User(id) {
                self.schedule.apply(&rows);
            }
            if let Outcome::Taken { conversations, .. } = self.conversations.apply(id, rows) {
                self.touch_all(conversations);
            }
        }
    }

    /// Takes back what was kept on an earlier visit, in the order in which it was written. What waited for more than an
    /// hour is not sent before it is retried.
    pub fn restore(&mut self, unsent: Vec<Unsent>, now: Timestamp) -> Vec<Action> {
        let mut actions = Vec::new();
        for unsent in unsent {
            let (id, client_id) = (unsent.conversation, unsent.client_id);
            self.people.saw(unsent.forwards.map(|forwards| forwards.origin.sender));
            let sent =
                self.my_id().zip(self.conversations.held(id)).is_some_and(|(me, held)| held.has_message(me, client_id));
            if sent {
                actions.push(Action::Forget(client_id));
            } else if self.outbox.add(Entry::from(unsent)) {
                self.touch(id);
            }
        }
        self.expire(now, &mut actions);
        self.finish(now, actions)
    }

    /// Begins to connect, unless it is connected or connecting.
    pub fn connect(&mut self, now: Timestamp) -> Vec<Action> {
        let actions = self.session.connect(now);
        self.changes.status = true;
        self.finish(now, actions)
    }

    /// The socket asked for is open.
    pub fn opened(&mut self, now: Timestamp) -> Vec<Action> {
        let mut actions = Vec::new();
        if self.session.opened(now) {
            self.changes.status = true;
            let forgotten = self.conversations.fit_into_hello(self.shown);
            self.touch_all(forgotten);
            let mut cursors = self.my_id().map_or_else(BTreeMap::new, |me| self.conversations.cursors(me));
            if self.people.cursor() > 0 {
                cursors.insert(Feed::Server, self.people.cursor());
            }
            actions.push(Action::Send(Command::Hello { cursors }));
        }
        self.finish(now, actions)
    }

    /// The socket is closed, or could not be opened.
    pub fn closed(&mut self, code: Option<u16>, now: Timestamp) -> Vec<Action> {
        let before = self.status();
        let actions = self.session.closed(code, now, &mut self.backoff);
        self.after(before, actions, now)
    }

    /// The moment of the last `WakeAt` has come. Calling it at other times is harmless.
    pub fn tick(&mut self, now: Timestamp) -> Vec<Action> {
        self.wake = None;
        let before = self.status();
        let lapsed = self.typing.lapse(now);
        lapsed.into_iter().for_each(|id| self.touch_view(id));
        let actions = self.session.tick(now, &mut self.backoff);
        self.after(before, actions, now)
    }

    /// The device has a network again.
    pub fn online(&mut self, now: Timestamp) -> Vec<Action> {
        self.nudge(Session::online, now)
    }

    /// The page is seen again.
    pub fn visible(&mut self, now: Timestamp) -> Vec<Action> {
        self.nudge(Session::nudge, now)
    }

    /// What waits is tried at once, and what time has been missed (devices sleep, pages are frozen) is made up for.
    fn nudge(&mut self, nudge: fn(&mut Session, Timestamp) -> Vec<Action>, now: Timestamp) -> Vec<Action> {
        let before = self.status();
        let actions = nudge(&mut self.session, now);
        let mut actions = self.after(before, actions, now);
        actions.extend(self.tick(now));
        actions
    }

    /// The device says that it has lost its network.
    pub fn offline(&mut self, now: Timestamp) -> Vec<Action> {
        let before = self.status();
        let actions = self.session.offline(now);
        self.after(before, actions, now)
    }

    /// Draws the consequences where the session has gone from one status to another.
    fn after(&mut self, before: Status, actions: Vec<Action>, now: Timestamp) -> Vec<Action> {
        if self.status() != before {
            self.changes.status = true;
            if matches!(before, Status::CatchingUp | Status::Live) && !self.session.is_open() {
                self.lost();
            }
        }
        self.finish(now, actions)
    }

    /// The connection is lost, and with it all that holds for the moment.
    fn lost(&mut self) {
        self.outbox.lost();
        self.requests.lost();
        self.people.portion_lost();
        for held in self.conversations.all_held_mut() {
            held.pages_lost();
        }
        let typed = self.typing.clear();
        typed.into_iter().for_each(|id| self.touch_view(id));
        let online = self.presence.clear();
        self.touch_presence(&online);
    }

    /// Says what is to be said, and asks to be woken in time; the end of every call.
    pub(super) fn finish(&mut self, now: Timestamp, mut actions: Vec<Action>) -> Vec<Action> {
        self.want_quotes();
        self.send_due(now, &mut actions);
        let receipt = self.requests.reads().filter_map(|id| self.receipts.pause(id)).min();
        let pauses = [self.outbox.deadline(), self.requests.deadline(), receipt];
        let pauses = pauses.into_iter().filter(|_| self.status() == Status::Live);
        let deadlines = [self.session.deadline(), self.typing.deadline()].into_iter().chain(pauses);
        // A wake-up that comes too early does no harm; asking anew at every frame would.
        if let Some(next) = deadlines.flatten().min()
            && self.wake.is_none_or(|asked| next < asked)
            && self.status() != Status::SignedOut
        {
            self.wake = Some(next);
            actions.push(Action::WakeAt(next));
        }
        actions
    }
}
