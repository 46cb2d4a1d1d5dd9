//! Forwarding messages.

use super::Client;
use crate::outbox::{Entry, Forwarding, Stage};
use crate::{Action, Bubble, State};
use myna_protocol::{ClientId, ConversationId, MessageRef, Seq, Timestamp};

/// Bytes of text that may wait in the outbox before no more is forwarded.
const OUTBOX_BYTES: usize = 1024 * 1024;

/// A message that is about to be forwarded.
#[derive(Debug, Clone)]
pub struct Forwardable {
    forwards: Forwarding,
    text: String,
}

impl Forwardable {
    /// The message that was chosen.
    pub fn message(&self) -> MessageRef {
        self.forwards.message
    }

    /// What it says.
    pub fn text(&self) -> &str {
        &self.text
    }
}

impl Client {
    /// Whether the message can be forwarded.
    pub fn may_forward(&self, bubble: &Bubble) -> bool {
        self.limits.forwards
            && bubble.seq.is_some()
            && bubble.unsent.is_none()
            && !matches!(bubble.state, State::Failed(_))
    }

    /// Whether the message is known to be unsent.
    pub fn is_unsent(&self, message: MessageRef) -> bool {
        self.message(message.conversation, message.seq).is_some_and(|message| message.unsent().is_some())
    }

    /// Whether the outbox has room for these messages. What waits in it is kept by the browser, which does not keep more than a
    /// few megabytes.
    pub fn has_room_for(&self, messages: &[Forwardable]) -> bool {
        self.outbox.bytes() + messages.iter().map(|message| message.text.len()).sum::<usize>() <= OUTBOX_BYTES
    }

    /// The name of the person who wrote a message, empty while it is not known, and what it says; `None` when it has no text.
    pub fn words_of(&self, id: ConversationId, seq: Seq) -> Option<(String, String)> {
        let message = self.message(id, seq).filter(|message| message.unsent().is_none())?;
        let text = self.text_to_be(id, seq).unwrap_or(&message.text);
        Some((self.people.name(message.origin().sender).to_owned(), text.to_owned()))
    }

    /// Those of these messages of a conversation that can be forwarded, as they are now.
    pub fn forwardable(&self, conversation: ConversationId, seqs: &[Seq]) -> Vec<Forwardable> {
        let forwardable = |seq: Seq| {
            let chosen = self.message(conversation, seq).filter(|chosen| chosen.unsent().is_none())?;
            let forwards = Forwarding { message: MessageRef { conversation, seq }, origin: chosen.origin() };
            let text = self.text_to_be(conversation, seq).unwrap_or(&chosen.text).to_owned();
            Some(Forwardable { forwards, text })
        };
        seqs.iter().copied().filter_map(forwardable).filter(|_| self.limits.forwards).collect()
    }

    /// Sends the text of this message to a conversation. It is in the transcript at once, with the text that this device has seen;
    /// the server sends what the message says by then. A client id that was used before changes nothing.
    pub fn forward(
        &mut self,
        message: Forwardable,
        conversation: ConversationId,
        client_id: ClientId,
        now: Timestamp,
    ) -> Vec<Action> {
        let mut actions = Vec::new();
        let Forwardable { forwards, text } = message;
        let (forwards, stage) = (Some(forwards), Stage::Waiting);
        let entry = Entry { conversation, client_id, text, reply_to: None, forwards, at: now, stage };
        let unsent = entry.unsent();
        if self.outbox.add(entry) {
            self.show_sent(conversation);
            actions.push(Action::Keep(unsent));
        }
        self.finish(now, actions)
    }
}
