//! What is said on a live connection: what is wanted, then what is in the outbox.

use super::Client;
use crate::requests::Want;
use crate::{Action, Status};
use myna_protocol::limits::PAGE_MESSAGES;
use myna_protocol::{Command, ConversationId, RequestId, Timestamp};

impl Client {
    /// Says everything that is due, once everything missed has come in: before that a retry could draw a message twice.
    pub(super) fn say_all(&mut self, now: Timestamp, actions: &mut Vec<Action>) {
        if self.status() != Status::Live {
            return;
        }
        for want in self.requests.ready(now) {
            self.say(want, actions);
        }
        self.expire(now, actions);
        let unanswered = usize::try_from(self.limits.unanswered_sends).unwrap_or(usize::MAX).max(1);
        while let Some(entry) = self.outbox.next(unanswered, now) {
            let request = self.requests.next_id();
            let (conversation, client_id, text) = (entry.conversation, entry.client_id, entry.text.clone());
            self.outbox.said(client_id, request);
            actions.push(Action::Say(Command::Send { request, conversation, client_id, text }));
        }
    }

    /// Says what is wanted, as it is at this moment, unless it has settled itself.
    fn say(&mut self, want: Want, actions: &mut Vec<Action>) {
        let id = match want {
            Want::Ask(id) => id,
            Want::Resync(_) | Want::Load(_) | Want::Older(_) | Want::Read(_) => self.requests.next_id(),
        };
        match self.command(want, id) {
            Some(command) => {
                if let Want::Older(conversation) = want
                    && let Some(held) = self.conversations.held_mut(conversation)
                {
                    held.timeline.page_asked();
                }
                self.requests.said(want, id);
                actions.push(Action::Say(command));
            }
            None => self.requests.drop(want),
        }
    }

    fn command(&self, want: Want, request: RequestId) -> Option<Command> {
        let limit = PAGE_MESSAGES.min(self.limits.page_messages_max).max(1);
        match want {
            Want::Ask(id) => self.requests.asked(id).cloned(),
            Want::Resync(feed) => {
                let (rev, behind) = self.conversations.progress(feed);
                (rev < behind).then_some(Command::Resync { request, feed, rev })
            }
            Want::Load(conversation) => {
                let missing = self.conversations.is_missing(conversation);
                missing.then_some(Command::Load { request, conversation, before: None, limit })
            }
            Want::Older(conversation) => {
                let (held, _) = self.conversations.shown(conversation)?;
                let before = Some(held.timeline.first());
                held.timeline.has_older().then_some(Command::Load { request, conversation, before, limit })
            }
            Want::Read(conversation) => {
                let (held, _) = self.conversations.shown(conversation)?;
                let seq = held.seen;
                (seq > self.conversations.told(self.my_id()?, conversation)).then_some(Command::Read {
                    request,
                    conversation,
                    seq,
                })
            }
        }
    }

    /// Fails what has waited in the outbox for too long.
    pub(super) fn expire(&mut self, now: Timestamp, actions: &mut Vec<Action>) {
        let expired: Vec<_> = self.outbox.expire(now).into_iter().map(|entry| entry.unsent()).collect();
        for unsent in expired {
            self.touch(unsent.conversation);
            actions.push(Action::Keep(unsent));
        }
    }

    /// Makes sure that the conversation on show has a first page, loaded or on its way.
    pub(super) fn want_first_page(&mut self, id: ConversationId) {
        let Some((held, _)) = self.conversations.shown(id) else { return };
        if held.timeline.has_older() && held.timeline.messages().len() < PAGE_MESSAGES as usize {
            self.requests.want_once(Want::Older(id));
            self.changes.conversations.insert(id);
        }
    }
}
