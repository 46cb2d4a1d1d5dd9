//! Reacting to messages.

use super::Client;
use crate::{Action, Bubble, reactions};
use myna_protocol::{Command, ConversationId, RequestId, Seq, Timestamp, UserId};

impl Client {
    /// The reader's reaction to a message, with a change that is on its way applied; `None` when there is none.
    pub fn my_reaction(&self, id: ConversationId, seq: Seq) -> Option<&str> {
        let stored = || self.conversations.held(id)?.reactions.of(seq, self.my_id()?)?.emoji.as_deref();
        self.reacting.to(id, seq).unwrap_or_else(stored)
    }

    /// Whether the reader can react to this message.
    pub fn may_react(&self, bubble: &Bubble) -> bool {
        self.limits.reactions > 0 && bubble.seq.is_some() && bubble.unsent.is_none()
    }

    /// Reacts to a message, in place of the reaction before; `None` takes it back. It shows at once; the answer is `Done` or
    /// `Rejected`.
    pub fn react(
        &mut self,
        id: ConversationId,
        seq: Seq,
        emoji: Option<String>,
        now: Timestamp,
    ) -> (RequestId, Vec<Action>) {
        let said = emoji.clone();
        let (request, actions) =
            self.ask(|request| Command::React { request, conversation: id, seq, emoji: said }, now);
        let held = self.conversations.held(id).zip(self.my_id());
        let rev = held.and_then(|(held, me)| held.reactions.of(seq, me)).map_or(0, |row| row.rev);
        self.reacting.ask(request, (id, seq), emoji, rev);
        self.touch(id);
        (request, actions)
    }

    /// Who reacts to a message, by name, and with what; those first who did so first.
    pub fn reactors(&self, id: ConversationId, seq: Seq) -> Vec<(UserId, String, String)> {
        let Some((held, me)) = self.conversations.held(id).zip(self.my_id()) else { return Vec::new() };
        if self.message(id, seq).is_some_and(|message| message.unsent().is_some()) {
            return Vec::new();
        }
        let all = reactions::in_order(held.reactions.to(seq), self.reacting.to(id, seq), me);
        all.map(|(user, emoji)| (user, self.people.name(user).to_owned(), emoji.to_owned())).collect()
    }

    /// Forgets the reactions that have come as rows.
    pub(super) fn settle_reactions(&mut self, id: ConversationId) {
        if let Some((held, me)) = self.conversations.held(id).zip(self.my_id()) {
            self.reacting.settle(id, |seq| {
                let is_loaded = held.message(seq).is_some();
                is_loaded.then(|| held.reactions.of(seq, me))
            });
        }
    }

    pub(super) fn reaction_acked(&mut self, request: RequestId) {
        if let Some(id) = self.reacting.acked(request) {
            self.settle_reactions(id);
            self.touch(id);
        }
    }

    pub(super) fn reaction_refused(&mut self, request: RequestId) {
        if let Some(id) = self.reacting.refused(request) {
            self.touch(id);
        }
    }
}
