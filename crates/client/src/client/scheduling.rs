//! Messages that the server sends later.

use super::Client;
use crate::scheduled::ScheduledItem;
use crate::threads::{quote, words_are_missing};
use crate::{Action, DraftPlace, Quote, Title, view};
use myna_protocol::{ClientId, Command, ConversationId, RequestId, Text, Timestamp};

impl Client {
    /// Whether messages can be scheduled.
    pub fn may_schedule(&self) -> bool {
        self.limits.scheduled > 0
    }

    /// Whether there is anything to list of scheduled messages: some may wait where no more can be scheduled.
    pub fn may_list_scheduled(&self) -> bool {
        self.may_schedule() || !self.schedule.all().is_empty()
    }

    /// Whether what is written in a conversation can be scheduled: a text for a message that was sent cannot.
    pub fn may_schedule_draft(&self, id: ConversationId) -> bool {
        self.may_schedule() && self.edits.writing(id).is_none() && !self.draft(id).trim().is_empty()
    }

    /// Schedules what is written in a conversation, this text; the answer is `Done` or `Rejected`. The draft stays: after `Done`, call
    /// [`Self::scheduled_draft`].
    pub fn schedule(
        &mut self,
        conversation: ConversationId,
        client_id: ClientId,
        text: Text,
        send_at: Timestamp,
        now: Timestamp,
    ) -> (RequestId, Vec<Action>) {
        let place = self.draft_place(conversation);
        let (text, reply_to) = (text.into_string(), self.reply_target(place));
        self.ask(|request| Command::Schedule { request, conversation, client_id, text, reply_to, send_at }, now)
    }

    /// The server has what was this draft: it is emptied, unless it has changed meanwhile. The page shows the end of the conversation,
    /// where the message waits.
    pub fn scheduled_draft(&mut self, place: DraftPlace, draft: &str) -> Vec<Action> {
        let mut actions = Vec::new();
        self.show_sent(place.conversation);
        if self.drafts.text(place) == draft {
            if self.drafts.set(place, String::new()) {
                actions.push(Action::KeepDraft(place, String::new()));
            }
            if self.drafts.set_reply(place, None) {
                actions.push(Action::KeepReply(place, None));
            }
        }
        actions
    }

    /// Gives a scheduled message another text and another time; the answer is `Done` or `Rejected`.
    pub fn edit_scheduled(
        &mut self,
        client_id: ClientId,
        text: Text,
        send_at: Timestamp,
        now: Timestamp,
    ) -> (RequestId, Vec<Action>) {
        let text = text.into_string();
        self.ask(|request| Command::EditScheduled { request, client_id, text, send_at }, now)
    }

    /// Sends a scheduled message now; the answer is `Done` or `Rejected`.
    pub fn send_scheduled(&mut self, client_id: ClientId, now: Timestamp) -> (RequestId, Vec<Action>) {
        self.ask(|request| Command::SendScheduled { request, client_id }, now)
    }

    /// Deletes a scheduled message; the answer is `Done` or `Rejected`.
    pub fn delete_scheduled(&mut self, client_id: ClientId, now: Timestamp) -> (RequestId, Vec<Action>) {
        self.ask(|request| Command::DeleteScheduled { request, client_id }, now)
    }

    /// A message that waits for its time, or could not be sent.
    pub fn scheduled(&self, client_id: ClientId) -> Option<ScheduledItem> {
        self.schedule.get(client_id)
    }

    /// All messages that wait for their time or could not be sent, the next to be sent first, each with its conversation's title;
    /// `None` where one is not in it, or where it is not loaded.
    pub fn all_scheduled(&self) -> Vec<(ScheduledItem, Option<Title>)> {
        let title = |id| {
            let (held, row) = self.conversations.shown(id)?;
            Some(view::title(held, row, self.my_id()?, &self.people))
        };
        self.schedule
            .all()
            .into_iter()
            .map(|item| (title(item.conversation), item))
            .map(|(title, item)| (item, title))
            .collect()
    }

    /// Those of a conversation, or of the thread that is open in it, but not one that has come as a message already. Each with the message
    /// that it answers, if that is loaded.
    pub fn scheduled_in(&self, id: ConversationId) -> Vec<(ScheduledItem, Option<Quote>)> {
        let (Some(me), Some((held, _))) = (self.my_id(), self.conversations.shown(id)) else { return Vec::new() };
        let root = self.draft_place(id).thread;
        let is_in_thread = |item: &ScheduledItem| {
            root.is_none_or(|root| {
                item.reply_to
                    .is_some_and(|seq| seq == root || held.message(seq).is_some_and(|message| message.thread() == root))
            })
        };
        let mut all = self.schedule.all();
        let has_come = |item: &ScheduledItem| item.failed.is_none() && held.has_message(me, item.client_id);
        all.retain(|item| item.conversation == id && is_in_thread(item) && !has_come(item));
        let quote_of = |item: &ScheduledItem| {
            let seq = item.reply_to.filter(|seq| root.is_none() && !words_are_missing(held, *seq))?;
            Some(quote(held, seq, me, &self.people))
        };
        all.into_iter().map(|item| (quote_of(&item), item)).map(|(quote, item)| (item, quote)).collect()
    }
}
