//! Forwarding messages.

use super::Client;
use crate::outbox::{Entry, Forwarding, Stage};
use crate::{Action, Bubble, State};
use myna_protocol::{ClientId, ConversationId, MessageRef, Seq, Timestamp};

impl Client {
    /// Whether the message can be forwarded.
    pub fn may_forward(&self, bubble: &Bubble) -> bool {
        self.limits.forwards
            && bubble.seq.is_some()
            && bubble.unsent.is_none()
            && !matches!(bubble.state, State::Failed(_))
    }

    /// Those of these messages of a conversation that have a text: they are loaded, and were not unsent.
    pub fn with_text(&self, id: ConversationId, seqs: &[Seq]) -> Vec<Seq> {
        let has_text = |seq: &&Seq| self.message(id, **seq).is_some_and(|message| message.unsent().is_none());
        seqs.iter().filter(has_text).copied().collect()
    }

    /// The sender's name of a message, empty while it is not known, and what it says; `None` when it has no text.
    pub fn words_of(&self, id: ConversationId, seq: Seq) -> Option<(String, String)> {
        let message = self.message(id, seq).filter(|message| message.unsent().is_none())?;
        let text = self.text_to_be(id, seq).unwrap_or(&message.text);
        Some((self.people.name(message.sender).to_owned(), text.to_owned()))
    }

    /// Sends the text of this message to a conversation. It is in the transcript at once, with the text that this device holds; the
    /// server sends what the message says by then. What is not loaded, or was unsent, is not sent.
    pub fn forward(
        &mut self,
        message: MessageRef,
        conversation: ConversationId,
        client_id: ClientId,
        now: Timestamp,
    ) -> Vec<Action> {
        let mut actions = Vec::new();
        let chosen = self.message(message.conversation, message.seq).filter(|chosen| chosen.unsent().is_none());
        if let Some(chosen) = chosen.filter(|_| self.limits.forwards) {
            let forwards = Some(Forwarding { message, origin: chosen.origin() });
            let text = chosen.text.clone();
            let entry =
                Entry { conversation, client_id, text, reply_to: None, forwards, at: now, stage: Stage::Waiting };
            let unsent = entry.unsent();
            if self.outbox.add(entry) {
                self.show_sent(conversation);
                actions.push(Action::Keep(unsent));
            }
        }
        self.finish(now, actions)
    }
}
