//! What is sent on a live connection: what is wanted, then what is in the outbox.

use super::Client;
use crate::outbox::{Entry, Forwarding};
use crate::requests::Want;
use crate::window::{Mark, Window};
use crate::{Action, Status};
use myna_protocol::limits::{LIST_CONVERSATIONS, PAGE_MEMBERS_MAX, PAGE_MESSAGES};
use myna_protocol::{Command, ConversationId, Feed, RequestId, Timestamp};

impl Client {
    /// Sends everything that is due, once everything missed has come in: before that a retry could draw a message twice.
    pub(super) fn send_due(&mut self, now: Timestamp, actions: &mut Vec<Action>) {
        if self.status() != Status::Live {
            return;
        }
        if self.people.are_wanted() {
            self.requests.want_once(Want::People);
        }
        self.receipts.pass(now);
        let receipts = &self.receipts;
        let waits = |want| matches!(want, Want::Read(id) if receipts.pause(id).is_some());
        for want in self.requests.ready(now, waits) {
            self.send_want(want, now, actions);
        }
        self.expire(now, actions);
        let unanswered = usize::try_from(self.limits.unanswered_sends).unwrap_or(usize::MAX).max(1);
        while let Some(entry) = self.outbox.next(unanswered, now) {
            let request = self.requests.next_id();
            let Entry { conversation, client_id, reply_to, .. } = *entry;
            let command = match entry.forwards {
                Some(Forwarding { message, .. }) => Command::Forward { request, conversation, client_id, message },
                None => Command::Send { request, conversation, client_id, text: entry.text.clone(), reply_to },
            };
            self.outbox.said(client_id, request);
            actions.push(Action::Send(command));
        }
    }

    /// Sends what is wanted, as it is at this moment, unless it has settled itself.
    fn send_want(&mut self, want: Want, now: Timestamp, actions: &mut Vec<Action>) {
        let id = if let Want::Ask(id) = want { id } else { self.requests.next_id() };
        match self.command(want, id) {
            Some(command) => {
                self.note(want, &command, now);
                self.requests.said(want, id);
                actions.push(Action::Send(command));
            }
            None => {
                self.requests.drop(want);
                if let Want::Around(conversation, target) = want {
                    self.give_up_target(conversation, target);
                }
            }
        }
    }

    /// Notes what the answer will be compared with.
    fn note(&mut self, want: Want, command: &Command, now: Timestamp) {
        match (want, command) {
            (Want::Older(conversation) | Want::Newer(conversation), _) => {
                if let Some(held) = self.conversations.held_mut(conversation) {
                    held.page_asked();
                }
            }
            (Want::Around(conversation, _), _) => {
                if let Some(held) = self.conversations.held_mut(conversation) {
                    held.excerpt_asked();
                }
            }
            (Want::Members(conversation), _) => {
                if let Some(held) = self.conversations.held_mut(conversation) {
                    held.members_asked();
                }
            }
            (Want::Quotes(conversation), Command::LoadMessages { seqs, .. }) => {
                if let Some(held) = self.conversations.held_mut(conversation) {
                    held.loose.asked(seqs);
                }
            }
            (Want::Thread(conversation, root), _) => self.thread_asked(conversation, root),
            (Want::Read(conversation), _) => self.receipts.sent(conversation, now),
            (Want::People, Command::People { users, .. }) => self.people.portion_asked(users.clone()),
            (Want::Ask(_) | Want::Resync(_) | Want::Load(_) | Want::Quotes(_) | Want::People | Want::List, _) => {}
        }
    }

    fn command(&self, want: Want, request: RequestId) -> Option<Command> {
        let limit = PAGE_MESSAGES.min(self.limits.page_messages_max).max(1);
        match want {
            Want::Ask(id) => self.requests.asked(id).cloned(),
            Want::Resync(feed) => {
                let (rev, behind) = match feed {
                    Feed::Server => self.people.progress(),
                    Feed::Conversation(_) | Feed::User(_) => self.conversations.progress(feed),
                };
                (rev < behind).then_some(Command::Resync { request, feed, rev })
            }
            Want::Load(conversation) => {
                let missing = self.conversations.is_missing(conversation);
                missing.then_some(Command::Load { request, conversation, before: None, limit })
            }
            Want::People => {
                let users = self.people.portion();
                (!users.is_empty()).then_some(Command::People { request, users })
            }
            Want::List => {
                let after = Some(self.list_next?);
                Some(Command::List { request, after, limit: LIST_CONVERSATIONS })
            }
            Want::Members(conversation) => {
                let (held, _) = self.conversations.shown(conversation)?;
                let (after, limit) = (held.members_after(), PAGE_MEMBERS_MAX);
                (!held.members_complete()).then_some(Command::Members { request, conversation, after, limit })
            }
            Want::Older(conversation) => {
                let (held, _) = self.conversations.shown(conversation)?;
                let drawn = held.drawn();
                let before = Some(drawn.first());
                drawn.has_older().then_some(Command::Load { request, conversation, before, limit })
            }
            Want::Newer(conversation) => {
                let (held, _) = self.conversations.shown(conversation)?;
                let limit = held.drawn().reach(limit);
                let before = Some(held.drawn().last().saturating_add(1).saturating_add(u64::from(limit)));
                (limit > 0 && held.is_in_excerpt()).then_some(Command::Load { request, conversation, before, limit })
            }
            Want::Around(conversation, target) => {
                self.conversations.shown(conversation)?;
                let is_wanted = self.shown == Some(conversation) && self.jump.is_some_and(|jump| jump.target == target);
                is_wanted.then_some(Command::LoadAround { request, conversation, target, limit })
            }
            Want::Thread(conversation, thread) => {
                let before = self.replies_before(conversation, thread)?;
                Some(Command::LoadThread { request, conversation, thread, before, limit })
            }
            Want::Quotes(conversation) => {
                let (held, _) = self.conversations.shown(conversation)?;
                let seqs: Vec<_> = held.loose.wanted().take(limit as usize).collect();
                (!seqs.is_empty()).then_some(Command::LoadMessages { request, conversation, seqs })
            }
            Want::Read(conversation) => {
                let (held, _) = self.conversations.shown(conversation)?;
                let seq = held.seen;
                (seq > self.conversations.known_read(self.my_id()?, conversation)).then_some(Command::Read {
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

    /// Makes sure that the conversation on show is loaded or on its way.
    pub(super) fn want_shown(&mut self) {
        let Some(id) = self.shown else { return };
        if self.conversations.is_missing(id) {
            self.requests.want_once(Want::Load(id));
        }
        self.want_first_page(id);
    }

    /// Makes sure that the conversation on show has a first page, and all that is unread, loaded or on its way.
    pub(super) fn want_first_page(&mut self, id: ConversationId) {
        let (Some(me), Some((held, _))) = (self.my_id(), self.conversations.shown(id)) else { return };
        if self.mark == Mark::Unknown && self.shown == Some(id) {
            self.mark = Mark::new(held.seen.max(self.conversations.known_read(me, id)), held.timeline.last());
            self.window = Window::at(self.mark);
            self.redraw(id);
            self.return_to_place(me, id);
        }
        let Some((held, _)) = self.conversations.shown(id) else { return };
        let is_short = held.timeline.messages().len() < PAGE_MESSAGES as usize;
        let lacks_unread =
            self.shown == Some(id) && self.mark.start().is_some_and(|read| held.timeline.seq(0) > read + 1);
        if held.timeline.has_older() && (is_short || lacks_unread) && !held.is_in_excerpt() {
            self.requests.want_once(Want::Older(id));
            self.redraw(id);
        }
    }
}
