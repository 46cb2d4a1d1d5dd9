//! Changes of sent messages: those on their way, which are shown at once, and the edit that is being written.

use myna_protocol::{ConversationId, Message, RequestId, Rev, Seq};

/// A change that the server has not confirmed, or whose row has not come yet.
#[derive(Debug)]
struct Change {
    conversation: ConversationId,
    seq: Seq,
    request: RequestId,
    /// The text that it is to have; `None` when it is to be unsent.
    text: Option<String>,
    /// The rev that the message had.
    rev: Rev,
    is_acked: bool,
    /// Whether the message shows it, or something later, by now.
    is_seen: bool,
}

/// An edit that is being written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Editing {
    /// The place of the message.
    pub seq: Seq,
    pub text: String,
}

#[derive(Debug, Default)]
pub(crate) struct Edits {
    /// In the order in which they were asked for.
    on_their_way: Vec<Change>,
    /// At most one for each conversation.
    being_written: Vec<(ConversationId, Editing)>,
}

impl Edits {
    /// A change of this message has been asked for, in place of one that is on its way.
    pub(crate) fn ask(&mut self, request: RequestId, message: &Message, text: Option<String>) {
        let (conversation, seq, rev) = (message.conversation, message.seq, message.rev);
        self.on_their_way.retain(|change| (change.conversation, change.seq) != (conversation, seq));
        self.on_their_way.push(Change { conversation, seq, request, text, rev, is_acked: false, is_seen: false });
    }

    /// What the message is to become: another text, or with `Some(None)` nothing; `None` when no change is on its way.
    pub(crate) fn of(&self, conversation: ConversationId, seq: Seq) -> Option<Option<&str>> {
        let is_it = |change: &&Change| (change.conversation, change.seq) == (conversation, seq) && !change.is_seen;
        self.on_their_way.iter().find(is_it).map(|change| change.text.as_deref())
    }

    /// The server has done what was asked. Which message it was about, if that was a change.
    pub(crate) fn acked(&mut self, request: RequestId) -> Option<(ConversationId, Seq)> {
        let change = self.on_their_way.iter_mut().find(|change| change.request == request)?;
        change.is_acked = true;
        Some((change.conversation, change.seq))
    }

    /// The server has refused. Which message it was about, and the text that it does not get, if that was a change.
    pub(crate) fn refused(&mut self, request: RequestId) -> Option<(ConversationId, Seq, Option<String>)> {
        let at = self.on_their_way.iter().position(|change| change.request == request)?;
        let change = self.on_their_way.remove(at);
        Some((change.conversation, change.seq, change.text))
    }

    /// Forgets the changes that are acknowledged and show in the messages themselves by now; `message` finds one, `None` when
    /// it is not loaded.
    pub(crate) fn settle<'a>(&mut self, id: ConversationId, message: impl Fn(Seq) -> Option<&'a Message>) {
        self.on_their_way.retain_mut(|change| {
            if change.conversation != id {
                return true;
            }
            let Some(message) = message(change.seq) else { return !change.is_acked };
            let is_changed = message.rev > change.rev;
            let is_as_asked = match &change.text {
                Some(text) => message.text == *text,
                None => message.unsent().is_some(),
            };
            // What is acknowledged and was so already moves no rev.
            change.is_seen |= is_changed && (is_as_asked || message.unsent().is_some());
            !(change.is_acked && (is_changed || is_as_asked))
        });
    }

    pub(crate) fn writing(&self, id: ConversationId) -> Option<&Editing> {
        self.being_written.iter().find(|(of, _)| *of == id).map(|(_, editing)| editing)
    }

    /// Replaces the edit that is being written in a conversation. Answers whether that changes anything.
    pub(crate) fn write(&mut self, id: ConversationId, editing: Option<Editing>) -> bool {
        if self.writing(id) == editing.as_ref() {
            return false;
        }
        self.being_written.retain(|(of, _)| *of != id);
        self.being_written.extend(editing.map(|editing| (id, editing)));
        true
    }

    /// Whether an edit is being written anywhere, or a change is on its way.
    pub(crate) fn is_empty(&self) -> bool {
        self.being_written.is_empty() && self.on_their_way.iter().all(|change| change.is_acked)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{conversation, message};

    fn edited(rev: Rev, text: &str) -> Message {
        Message { rev, text: text.to_owned(), ..message(3) }
    }

    #[test]
    fn a_change_shows_until_its_row_and_its_answer_have_come_in_any_order() {
        let id = conversation(1);
        let rows = [edited(9, "new"), edited(9, "another device was later")];
        for (is_first_acked, row) in [(true, &rows[0]), (false, &rows[0]), (true, &rows[1]), (false, &rows[1])] {
            let mut edits = Edits::default();
            edits.ask(7, &message(3), Some("new".to_owned()));
            edits.settle(id, |_| None);
            assert_eq!(edits.of(id, 3), Some(Some("new")));
            if is_first_acked {
                assert_eq!(edits.acked(7), Some((id, 3)));
                let before = message(3);
                edits.settle(id, |_| Some(&before));
                assert_eq!(edits.of(id, 3), Some(Some("new")), "its row is missing");
                edits.settle(id, |_| Some(row));
            } else {
                edits.settle(id, |_| Some(row));
                edits.acked(7);
                edits.settle(id, |_| Some(row));
            }
            assert_eq!(edits.of(id, 3), None);
        }
    }

    #[test]
    fn a_refused_change_is_gone_and_a_later_one_takes_the_place_of_one_before() {
        let id = conversation(1);
        let mut edits = Edits::default();
        edits.ask(7, &message(3), Some("new".to_owned()));
        edits.ask(8, &message(3), None);
        assert_eq!(edits.refused(7), None);
        assert_eq!(edits.of(id, 3), Some(None));
        assert_eq!(edits.refused(8), Some((id, 3, None)));
        assert_eq!(edits.of(id, 3), None);
    }
}
