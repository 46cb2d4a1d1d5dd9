//! A message of either origin, as a transcript draws it.

use super::{Reader, State, UnsentBy, unsent_by};
use crate::conversation::Held;
use crate::outbox::{Entry, Stage};
use crate::reactions::{Tally, tallies};
use myna_protocol::{ClientId, Message, Origin, Seq, Timestamp, UserId};
use std::sync::Arc;

/// A message of either origin: the log, or the outbox.
pub(super) struct Said<'a> {
    pub(super) sender: UserId,
    pub(super) client_id: ClientId,
    pub(super) text: &'a str,
    pub(super) at: Timestamp,
    pub(super) seq: Option<Seq>,
    pub(super) state: State,
    pub(super) reactions: Arc<[Tally]>,
    /// What it answers.
    pub(super) reply_to: Option<Seq>,
    /// What its thread begins with; 0 outside threads.
    pub(super) root: Seq,
    pub(super) replies: u32,
    pub(super) origin: Option<Origin>,
    pub(super) edits: u8,
    pub(super) unsent: Option<UnsentBy>,
}

impl<'a> Said<'a> {
    /// A message of the log, as it is to be: what is asked to become of it shows at once.
    pub(super) fn sent(message: &'a Message, held: &Held, reader: Reader<'a>) -> Self {
        let Reader { me, people, edits, reacting } = reader;
        let Message { seq, sender, client_id, ref text, sent_at: at, .. } = *message;
        let change = edits.of(message.conversation, seq);
        let (text, state) = match change {
            Some(text_to_be) => (text_to_be.unwrap_or(text), State::Pending),
            None => (text.as_str(), State::Sent),
        };
        let edits = u8::try_from(message.earlier().len()).unwrap_or(u8::MAX);
        let unsent = unsent_by(message, me, people);
        let reactions = if unsent.is_some() {
            Arc::default()
        } else {
            tallies(held.reactions.to(seq), reacting.to(message.conversation, seq), me, people).into()
        };
        let (reply_to, replies) = (message.reply().map(|reply| reply.to), held.replies(message));
        let root = if reply_to.is_some() || replies > 0 { message.thread() } else { 0 };
        let origin = message.forwarded().filter(|_| unsent.is_none());
        let seq = Some(seq);
        Self { sender, client_id, text, at, seq, state, reactions, reply_to, root, replies, origin, edits, unsent }
    }

    pub(super) fn unsent(entry: &'a Entry, held: &Held, Reader { me, people, .. }: Reader<'_>) -> Self {
        let (seq, state) = match entry.stage {
            Stage::Waiting | Stage::Said(_) => (None, State::Pending),
            Stage::Acked(seq) => (Some(seq), State::Sent),
            Stage::Failed(failure) => (None, State::Failed(failure)),
        };
        Self {
            sender: me,
            client_id: entry.client_id,
            text: &entry.text,
            at: entry.at,
            seq,
            state,
            reactions: Arc::default(),
            reply_to: entry.reply_to,
            root: entry.reply_to.map_or(0, |to| held.message(to).map_or(to, Message::thread)),
            replies: 0,
            origin: entry.forwards.filter(|_| !entry.text.is_empty()).map(|forwards| forwards.origin),
            edits: 0,
            unsent: entry.forwards.filter(|_| entry.text.is_empty()).map(|forwards| match forwards.origin.sender {
                sender if sender == me => UnsentBy::Me,
                sender => UnsentBy::Sender(people.name(sender).to_owned()),
            }),
        }
    }
}

impl Said<'_> {
    /// What the message above answers, if the same person sent it.
    pub(super) fn goes_on_answering(&self, above: &Self) -> Option<Seq> {
        above.quoted().filter(|_| above.sender == self.sender)
    }

    /// What it answers, unless it was unsent.
    pub(super) fn quoted(&self) -> Option<Seq> {
        self.reply_to.filter(|_| self.unsent.is_none())
    }

    /// Whether it goes on with what its sender has said before, at most so long ago.
    pub(super) fn follows(&self, previous: &Self, pause: i64) -> bool {
        previous.sender == self.sender
            && previous.unsent.is_none()
            && self.unsent.is_none()
            && self.at.since(previous.at) <= pause
    }
}
