//! What a person does.

use super::Client;
use crate::conversation::Held;
use crate::outbox::{Entry, Stage};
use crate::requests::Want;
use crate::window::{Mark, Window};
use crate::{Action, DraftPlace};
use myna_protocol::limits::PAGE_MESSAGES;
use myna_protocol::{ClientId, Command, ConversationId, RequestId, Seq, Text, Timestamp};

/// Conversations whose place is kept, at most.
const PLACES: usize = 50;

impl Client {
    /// Sends a message: it is in the transcript at once, and is said as soon as that can be. It answers what was chosen by
    /// `reply_to`, or belongs to the thread that is open. A client id that was used before changes nothing.
    pub fn send(
        &mut self,
        conversation: ConversationId,
        client_id: ClientId,
        text: Text,
        now: Timestamp,
    ) -> Vec<Action> {
        let mut actions = Vec::new();
        let sent = self.my_id().zip(self.conversations.held(conversation));
        let place = self.draft_place(conversation);
        let (text, reply_to, stage) = (text.into_string(), self.reply_target(place), Stage::Waiting);
        let entry = Entry { conversation, client_id, text, reply_to, forwards: None, at: now, stage };
        let unsent = entry.unsent();
        if !sent.is_some_and(|(me, held)| held.has_message(me, client_id)) && self.outbox.add(entry) {
            self.typing.sent(conversation);
            if self.drafts.set(place, String::new()) {
                actions.push(Action::KeepDraft(place, String::new()));
            }
            if self.drafts.set_reply(place, None) {
                actions.push(Action::KeepReply(place, None));
            }
            self.show_sent(conversation);
            actions.push(Action::Keep(unsent));
        }
        self.finish(now, actions)
    }

    /// A message of mine has come to the end of this conversation.
    pub(super) fn show_sent(&mut self, conversation: ConversationId) {
        // A thread that is open hides the transcript, which stays where it is.
        if self.shown == Some(conversation) && self.thread_of(conversation).is_none() {
            let is_in_excerpt = self.conversations.held(conversation).is_some_and(Held::is_in_excerpt);
            // A jump that is under way ends too: the reader is where they write.
            self.leave_excerpt();
            if is_in_excerpt {
                self.window.newest();
            }
            self.window.show_end();
        }
        self.touch(conversation);
    }

    /// Tries a failed message again, as the newest.
    pub fn retry(&mut self, client_id: ClientId, now: Timestamp) -> Vec<Action> {
        let mut actions = Vec::new();
        if let Some(unsent) = self.outbox.retry(client_id, now).map(Entry::unsent) {
            self.touch(unsent.conversation);
            actions.push(Action::Keep(unsent));
        }
        self.finish(now, actions)
    }

    /// Gives a message up. One that has been said may have been sent all the same: then it comes back as a row.
    pub fn discard(&mut self, client_id: ClientId) -> Vec<Action> {
        match self.outbox.entry(client_id) {
            // What the server has is sent: there is nothing to give up.
            Some(Entry { stage: Stage::Acked(_), .. }) | None => Vec::new(),
            Some(entry) => {
                let conversation = entry.conversation;
                self.outbox.remove(client_id);
                self.touch(conversation);
                vec![Action::Forget(client_id)]
            }
        }
    }

    /// Everything loaded of the conversation has been seen, see [`Self::read_to`].
    pub fn read(&mut self, conversation: ConversationId, now: Timestamp) -> Vec<Action> {
        self.read_to(conversation, Seq::MAX, now)
    }

    /// The conversation has been seen up to this message. One `read` is sent for each new last message, at most one a second.
    pub fn read_to(&mut self, conversation: ConversationId, seq: Seq, now: Timestamp) -> Vec<Action> {
        if let Some(me) = self.my_id()
            && self.conversations.shown(conversation).is_some()
            // A thread that is open hides the rest of its conversation.
            && self.thread_of(conversation).is_none()
            && self.conversations.unread(me, conversation) > 0
            && seq > self.conversations.known_read(me, conversation)
            && let Some(held) = self.conversations.held_mut(conversation)
            && seq.min(held.timeline.last()) > held.seen
        {
            held.seen = seq.min(held.timeline.last());
            self.requests.want(Want::Read(conversation));
            self.touch_view(conversation);
        }
        self.finish(now, Vec::new())
    }

    /// The text in the composer changed: call it at every keystroke. It stores the draft and sends `typing`.
    pub fn write(&mut self, conversation: ConversationId, text: String, now: Timestamp) -> Vec<Action> {
        let mut actions = Vec::new();
        let is_blank = text.trim().is_empty();
        self.drafts.enter(conversation);
        let place = self.draft_place(conversation);
        if self.drafts.set(place, text.clone()) {
            actions.push(Action::KeepDraft(place, text));
        }
        actions.extend(self.type_in(conversation, is_blank, now));
        actions
    }

    /// One does not write in the conversation any more: the list shows its draft.
    pub fn stop_writing(&mut self, conversation: ConversationId) {
        self.drafts.leave(conversation);
        self.touch_view(conversation);
    }

    /// One begins to write in the conversation: the list does not show its draft any more.
    pub fn start_writing(&mut self, conversation: ConversationId) {
        self.drafts.enter(conversation);
        self.touch_view(conversation);
    }

    /// Another tab of this browser changed the draft; an empty text means that it was sent or deleted. That tab stores it.
    pub fn draft_from_other_tab(&mut self, place: DraftPlace, text: String) {
        if self.drafts.set(place, text) {
            self.touch_view(place.conversation);
        }
    }

    /// Another tab of this browser has sent or deleted this message.
    pub fn settled_in_other_tab(&mut self, client_id: ClientId) {
        if let Some(entry) = self.outbox.remove(client_id) {
            self.touch(entry.conversation);
        }
    }

    /// Sends `typing`, throttled, or its end when the text is empty. [`Self::write`] calls it.
    pub fn type_in(&mut self, conversation: ConversationId, text_is_empty: bool, now: Timestamp) -> Vec<Action> {
        let mut actions = Vec::new();
        if self.status() == crate::Status::Live
            && self.conversations.shown(conversation).is_some()
            && let Some(typing) = self.typing.typed(conversation, text_is_empty, now)
        {
            let request = self.requests.next_id();
            actions.push(Action::Send(Command::Typing { request, conversation, typing }));
        }
        self.finish(now, actions)
    }

    /// The conversation is shown: makes sure that a first page of it is or will be loaded, until another is shown.
    pub fn open(&mut self, conversation: ConversationId, now: Timestamp) -> Vec<Action> {
        if self.shown != Some(conversation) {
            self.leave_excerpt();
            (self.arrival, self.thread) = (None, None);
            self.shown = Some(conversation);
            (self.mark, self.window) = (Mark::Unknown, Window::default());
            self.redraw(conversation);
        }
        self.want_shown();
        self.finish(now, Vec::new())
    }

    /// The conversation is left with this message at the top of the page, so many pixels below it; `None`: at its end. It opens
    /// there again, unless something is unread by then.
    pub fn leave_at(&mut self, conversation: ConversationId, place: Option<(Seq, i32)>) {
        // The page is at its end only until it can be where it was left before.
        if place.is_none() && self.returning == Some(conversation) {
            return;
        }
        self.places.retain(|(of, ..)| *of != conversation);
        if let Some((seq, below)) = place {
            if self.places.len() == PLACES {
                self.places.remove(0);
            }
            self.places.push((conversation, seq, below));
        }
    }

    /// The conversation is not on show any more.
    pub fn close(&mut self, conversation: ConversationId) {
        if self.shown == Some(conversation) {
            self.leave_excerpt();
            (self.shown, self.thread) = (None, None);
            self.redraw(conversation);
        }
    }

    /// Brings older messages to the page. Where few that are loaded are left above it, loads the next page of them, unless
    /// one is under way or there is none. Of a conversation that is not open only the newest few hundred messages are kept.
    pub fn older(&mut self, conversation: ConversationId, now: Timestamp) -> Vec<Action> {
        if let Some((held, _)) = self.conversations.shown(conversation) {
            let (timeline, is_open) = (held.drawn(), self.shown == Some(conversation));
            let has_moved = is_open && self.window.up(timeline);
            let is_wanted = timeline.has_older()
                && (!is_open || self.window.is_near_start(timeline))
                && !self.requests.is_wanted(Want::Newer(conversation));
            if is_wanted && self.requests.want_once(Want::Older(conversation)) || has_moved {
                self.redraw(conversation);
            }
        }
        self.finish(now, Vec::new())
    }

    /// Brings newer messages to the page, where it does not end with the newest. Near the end of an excerpt it loads the next
    /// page, unless one is under way.
    pub fn newer(&mut self, conversation: ConversationId, now: Timestamp) -> Vec<Action> {
        if let Some((held, _)) = self.conversations.shown(conversation).filter(|_| self.shown == Some(conversation)) {
            let (drawn, is_excerpt) = (held.drawn(), held.is_in_excerpt());
            let has_moved = self.window.down(drawn);
            let is_wanted = is_excerpt
                && drawn.reach(PAGE_MESSAGES) > 0
                && self.window.is_near_end(drawn)
                && !self.requests.is_wanted(Want::Older(conversation));
            if is_wanted && self.requests.want_once(Want::Newer(conversation)) || has_moved {
                self.redraw(conversation);
            }
        }
        self.finish(now, Vec::new())
    }

    /// Brings the newest messages to the page.
    pub fn newest(&mut self, conversation: ConversationId) {
        if self.shown == Some(conversation) {
            self.leave_excerpt();
            self.window.newest();
            self.redraw(conversation);
        }
    }

    /// The reader has come to the end of the page, or left it: then new messages push nothing out at its beginning.
    pub fn follow(&mut self, conversation: ConversationId, is_at_end: bool) {
        if let Some((held, _)) = self.conversations.shown(conversation).filter(|_| self.shown == Some(conversation)) {
            self.window.follow(held.drawn(), is_at_end);
            // A reader who scrolls does not want to be moved any more.
            if !is_at_end && self.returning == Some(conversation) {
                self.end_jump();
                self.touch_view(conversation);
            }
        }
    }

    /// Loads the next conversations of the list, unless they are under way or the list is complete.
    pub fn more_list(&mut self, now: Timestamp) -> Vec<Action> {
        if self.list_next.is_some() && !self.is_list_loading() {
            self.requests.want(Want::List);
            self.changes.list = true;
        }
        self.finish(now, Vec::new())
    }

    /// Loads the next members of a conversation, those who left included, unless they are under way or all have come.
    pub fn more_members(&mut self, conversation: ConversationId, now: Timestamp) -> Vec<Action> {
        if self.conversations.shown(conversation).is_some_and(|(held, _)| !held.members_complete()) {
            self.requests.want_once(Want::Members(conversation));
            self.redraw(conversation);
        }
        self.finish(now, Vec::new())
    }

    /// Changes one's own name; the answer is `Done` or `Rejected`. The new name itself comes as a row, like anybody's.
    pub fn set_name(&mut self, name: String, now: Timestamp) -> (RequestId, Vec<Action>) {
        self.ask(|request| Command::SetName { request, name }, now)
    }

    /// Changes the name of a group or channel, or removes that of a group; the answer is `Done` or `Rejected`.
    pub fn rename(
        &mut self,
        conversation: ConversationId,
        name: Option<String>,
        now: Timestamp,
    ) -> (RequestId, Vec<Action>) {
        self.ask(|request| Command::Rename { request, conversation, name }, now)
    }

    /// Gives up something that was asked for and waits for the connection; false when it has been said already, or answered.
    pub fn cancel(&mut self, request: RequestId) -> bool {
        self.requests.cancel(request)
    }

    /// Asks for something that is answered by `Answered`: direct, group, channel, join, leave, search. It waits for the
    /// connection and is repeated after a lost one until it is answered; a refusal is an answer.
    pub fn ask(&mut self, command: impl FnOnce(RequestId) -> Command, now: Timestamp) -> (RequestId, Vec<Action>) {
        let id = self.requests.next_id();
        self.requests.ask(id, command(id));
        (id, self.finish(now, Vec::new()))
    }
}
