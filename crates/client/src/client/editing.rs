//! Editing and unsending messages.

use super::Client;
use crate::{Action, Bubble, Editing, State};
use myna_protocol::limits::EDITS;
use myna_protocol::{Command, ConversationId, Message, Rejection, RequestId, Seq, Text, Timestamp};

impl Client {
    /// Whether the message can be edited now, as far as this device can tell.
    pub fn may_edit(&self, bubble: &Bubble, now: Timestamp) -> bool {
        usize::from(bubble.edits) < EDITS
            && bubble.origin.is_none()
            && self.is_within(bubble, self.limits.edit_millis, now)
    }

    /// Whether the message can be unsent now, as far as this device can tell. Who created a channel can delete any message.
    pub fn may_unsend(&self, id: ConversationId, bubble: &Bubble, now: Timestamp) -> bool {
        let is_there = bubble.state == State::Sent && bubble.seq.is_some() && bubble.unsent.is_none();
        is_there && self.may_delete(id) || self.is_within(bubble, self.limits.unsend_millis, now)
    }

    fn may_delete(&self, id: ConversationId) -> bool {
        let row = self.conversations.shown(id).map(|(_, row)| row);
        row.is_some_and(|row| row.kind == myna_protocol::Kind::Channel && Some(row.created_by) == self.my_id())
    }

    fn is_within(&self, bubble: &Bubble, window: u64, now: Timestamp) -> bool {
        let age = self.server_time(now).since(bubble.at);
        let is_sent = bubble.state == State::Sent && bubble.seq.is_some();
        bubble.mine && bubble.unsent.is_none() && is_sent && i64::try_from(window).is_ok_and(|window| age < window)
    }

    /// The reader's newest message of a conversation, or of the thread that is open in it, if it can be edited now: it is on the page.
    pub fn last_editable(&self, id: ConversationId, now: Timestamp) -> Option<Seq> {
        let lines = if self.thread_of(id).is_some() { self.thread_lines(id) } else { self.lines(id) };
        let mut bubbles = lines.iter().rev().filter_map(|line| match line {
            crate::Line::Bubble(bubble) if bubble.mine && bubble.unsent.is_none() => Some(bubble),
            _ => None,
        });
        bubbles.next().filter(|bubble| self.may_edit(bubble, now)).and_then(|bubble| bubble.seq)
    }

    /// What is written in a conversation's composer, and the place of the message that it is to replace; 0 when it is a draft.
    pub fn written(&self, id: ConversationId) -> (&str, Seq) {
        self.edits.writing(id).map_or_else(|| (self.draft(id), 0), |editing| (editing.text.as_str(), editing.seq))
    }

    /// Begins to edit a message: its text goes into the composer, and the draft waits. What is written for it already stays.
    pub fn start_editing(&mut self, id: ConversationId, seq: Seq) -> Vec<Action> {
        if self.edits.writing(id).is_some_and(|editing| editing.seq == seq) {
            return Vec::new();
        }
        let text = self.text_to_be(id, seq).map(str::to_owned);
        text.map_or_else(Vec::new, |text| self.write_edit(id, Some(Editing { seq, text })))
    }

    /// The text of the edit changed, or with `None` it is given up.
    pub fn write_edit(&mut self, id: ConversationId, editing: Option<Editing>) -> Vec<Action> {
        let before = self.edits.writing(id).map(|editing| editing.seq);
        if !self.edits.write(id, editing.clone()) {
            return Vec::new();
        }
        self.touch_view(id);
        let now = editing.as_ref().map(|editing| editing.seq);
        let given_up = before.filter(|seq| Some(*seq) != now).map(|seq| Action::KeepEdit(id, seq, None));
        let kept = editing.map(|editing| Action::KeepEdit(id, editing.seq, Some(editing.text)));
        given_up.into_iter().chain(kept).collect()
    }

    /// What was being written, or was on its way, when the page was closed. One edit of a conversation at a time.
    pub fn restore_edit(&mut self, id: ConversationId, editing: Editing) -> Vec<Action> {
        let mut actions = Vec::new();
        if self.edits.writing(id).is_none() {
            self.edits.write(id, Some(editing));
            self.drop_edit_of_unsent(id, &mut actions);
            self.touch_view(id);
        }
        actions
    }

    /// Gives a message another text, in place of a change of it that is on its way. It shows at once; the answer is `Done` or
    /// `Rejected`. What was refused is in the composer again, unless something else is.
    pub fn edit(&mut self, id: ConversationId, seq: Seq, text: Text, now: Timestamp) -> (RequestId, Vec<Action>) {
        let text = text.into_string();
        // What is kept is struck when the server has answered: until then a closed page would lose it.
        self.edits.write(id, None);
        let said = text.clone();
        let kept = Action::KeepEdit(id, seq, Some(text.clone()));
        let (request, mut actions) =
            self.ask(|request| Command::Edit { request, conversation: id, seq, text: said }, now);
        actions.insert(0, kept);
        self.change(id, seq, request, Some(text));
        (request, actions)
    }

    /// Unsends a message. The answer is `Done` or `Rejected`.
    pub fn unsend(&mut self, id: ConversationId, seq: Seq, now: Timestamp) -> (RequestId, Vec<Action>) {
        let (request, mut actions) = self.ask(|request| Command::Unsend { request, conversation: id, seq }, now);
        if self.edits.writing(id).is_some_and(|editing| editing.seq == seq) {
            actions.extend(self.write_edit(id, None));
        }
        self.change(id, seq, request, None);
        (request, actions)
    }

    fn change(&mut self, id: ConversationId, seq: Seq, request: RequestId, text: Option<String>) {
        if let Some(message) = self.message(id, seq).cloned() {
            self.edits.ask(request, &message, text);
        }
        self.touch(id);
    }

    /// A message and its earlier texts, if it is loaded.
    pub fn message(&self, id: ConversationId, seq: Seq) -> Option<&Message> {
        self.conversations.shown(id)?.0.message(seq)
    }

    /// The text that a message has, or is to have; `None` when it is not loaded.
    pub fn text_to_be(&self, id: ConversationId, seq: Seq) -> Option<&str> {
        let message = self.message(id, seq)?;
        Some(self.edits.of(id, seq).flatten().unwrap_or(&message.text))
    }

    /// Forgets the changes that have come as rows, and what is being written for a message that was unsent.
    pub(super) fn settle_edits(&mut self, id: ConversationId, actions: &mut Vec<Action>) {
        let Some(held) = self.conversations.held(id) else { return self.edits.settle(id, |_| None) };
        self.edits.settle(id, |seq| {
            let (drawn, newest) = (held.drawn().get(seq), held.timeline.get(seq));
            drawn.into_iter().chain(newest).chain(held.loose.get(seq)).max_by_key(|message| message.rev)
        });
        self.drop_edit_of_unsent(id, actions);
    }

    fn drop_edit_of_unsent(&mut self, id: ConversationId, actions: &mut Vec<Action>) {
        let seq = self.edits.writing(id).map(|editing| editing.seq);
        let message = seq.and_then(|seq| self.message(id, seq));
        if message.is_some_and(|message| message.unsent().is_some()) {
            actions.extend(self.write_edit(id, None));
        }
    }

    /// The server has done a change of a message.
    pub(super) fn edit_acked(&mut self, request: RequestId, actions: &mut Vec<Action>) {
        let Some((id, seq)) = self.edits.acked(request) else { return };
        self.settle_edits(id, actions);
        if self.edits.writing(id).is_none_or(|editing| editing.seq != seq) {
            actions.push(Action::KeepEdit(id, seq, None));
        }
        self.touch(id);
    }

    /// The server has refused a change of a message. The words go back into the composer, unless others are there or the message
    /// is gone.
    pub(super) fn edit_refused(&mut self, request: RequestId, code: Rejection, actions: &mut Vec<Action>) {
        let Some((id, seq, text)) = self.edits.refused(request) else { return };
        self.touch(id);
        let is_gone =
            code == Rejection::MessageUnsent || self.message(id, seq).is_some_and(|row| row.unsent().is_some());
        match text {
            Some(_) if is_gone => {
                if self.edits.writing(id).is_none_or(|editing| editing.seq != seq) {
                    actions.push(Action::KeepEdit(id, seq, None));
                }
            }
            Some(text) if self.edits.writing(id).is_none() => {
                actions.extend(self.write_edit(id, Some(Editing { seq, text })));
            }
            Some(_) | None => {}
        }
    }
}
