//! Replying to messages, and threads.

use super::Client;
use crate::requests::Want;
use crate::set::Set;
use crate::threads::{quote, words_are_missing};
use crate::transcript::{self, Reader};
use crate::{Action, Bubble, DraftPlace, Line, Quote, State, ThreadView};
use litemap::LiteMap;
use myna_protocol::{ConversationId, Message, Row, Seq, Timestamp};

/// The thread that is open.
#[derive(Debug)]
pub(super) struct OpenThread {
    conversation: ConversationId,
    root: Seq,
    /// The oldest reply that pages have brought: all from there on are held. `None` before the first page.
    from: Option<Seq>,
    /// All replies are loaded.
    is_complete: bool,
    /// The page under way was read before the rows that have replaced everything since.
    is_stale: bool,
}

impl Client {
    /// Whether the message can be replied to.
    pub fn may_reply(&self, bubble: &Bubble) -> bool {
        self.limits.replies
            && bubble.seq.is_some()
            && bubble.unsent.is_none()
            && !matches!(bubble.state, State::Failed(_))
    }

    /// Whether an edit is written in this conversation that would be lost.
    pub fn has_changed_edit(&self, id: ConversationId) -> bool {
        let editing = self.edits.writing(id);
        editing.is_some_and(|editing| self.message(id, editing.seq).is_none_or(|message| message.text != editing.text))
    }

    /// What is written next in this conversation answers this message, or with `None` none. It survives a reload.
    pub fn reply_to(&mut self, id: ConversationId, seq: Option<Seq>, now: Timestamp) -> Vec<Action> {
        let mut actions = Vec::new();
        let seq = seq.filter(|_| self.limits.replies);
        if seq.is_some() && self.edits.writing(id).is_some() {
            actions.extend(self.write_edit(id, None));
        }
        let place = self.draft_place(id);
        if self.drafts.set_reply(place, seq) {
            actions.push(Action::KeepReply(place, seq));
            self.redraw(id);
        }
        self.finish(now, actions)
    }

    /// Where the composer of a conversation writes: in the thread that is open, if one is.
    pub fn draft_place(&self, conversation: ConversationId) -> DraftPlace {
        DraftPlace { conversation, thread: self.thread_of(conversation).map(|thread| thread.root) }
    }

    /// Another tab of this browser has chosen what the draft answers. That tab stores it.
    pub fn reply_from_other_tab(&mut self, place: DraftPlace, seq: Option<Seq>, now: Timestamp) -> Vec<Action> {
        if self.drafts.set_reply(place, seq) {
            self.redraw(place.conversation);
        }
        self.finish(now, Vec::new())
    }

    /// The message that the person chose to answer in a conversation's composer.
    pub fn replying(&self, id: ConversationId) -> Option<Quote> {
        let chosen = self.drafts.reply_to(self.draft_place(id)).filter(|_| self.limits.replies);
        let ((held, _), seq) = self.conversations.shown(id).zip(chosen)?;
        Some(quote(held, seq, self.my_id()?, &self.people))
    }

    /// What the next message answers: what the person chose, else what the open thread begins with.
    pub(super) fn reply_target(&self, place: DraftPlace) -> Option<Seq> {
        self.drafts.reply_to(place).filter(|_| self.limits.replies).or(place.thread)
    }

    /// Shows a thread alone, in the open conversation. It has a draft of its own.
    pub fn open_thread(&mut self, id: ConversationId, root: Seq, now: Timestamp) -> Vec<Action> {
        if self.shown == Some(id) {
            // A page under way was asked for before rows of this thread were kept.
            let is_stale = self.requests.is_under_way(Want::Thread(id, root));
            self.thread = Some(OpenThread { conversation: id, root, from: None, is_complete: false, is_stale });
            self.requests.want(Want::Thread(id, root));
            self.redraw(id);
        }
        self.finish(now, Vec::new())
    }

    /// Shows the whole conversation again.
    pub fn close_thread(&mut self) {
        if let Some(thread) = self.thread.take() {
            self.touch(thread.conversation);
        }
    }

    /// Loads older replies of the open thread.
    pub fn older_replies(&mut self, id: ConversationId, now: Timestamp) -> Vec<Action> {
        if let Some(root) = self.thread_of(id).filter(|thread| !thread.is_complete).map(|thread| thread.root)
            && self.requests.want_once(Want::Thread(id, root))
        {
            self.redraw(id);
        }
        self.finish(now, Vec::new())
    }

    pub(super) fn thread_of(&self, id: ConversationId) -> Option<&OpenThread> {
        self.thread.as_ref().filter(|thread| thread.conversation == id)
    }

    /// The thread that is open in a conversation.
    pub fn thread(&self, id: ConversationId) -> Option<ThreadView> {
        let (thread, (held, _)) = self.thread_of(id).zip(self.conversations.shown(id))?;
        let root = thread.root;
        let replies = held.message(root).map_or(0, |message| held.replies(message));
        let loading = self.requests.is_wanted(Want::Thread(id, root));
        Some(ThreadView { root, replies, loading, has_older: !thread.is_complete && !loading })
    }

    /// The lines of the thread that is open in a conversation: what it begins with, the replies that are loaded, and those on
    /// their way.
    pub fn thread_lines(&self, id: ConversationId) -> Vec<Line> {
        let shown = self.thread_of(id).zip(self.conversations.shown(id)).zip(self.my_id());
        let Some(((thread, (held, _)), me)) = shown else { return Vec::new() };
        let root = thread.root;
        let is_reply = |message: &&Message| message.reply().is_some_and(|reply| reply.thread == root);
        let loaded = held.loose.messages().filter(|message| thread.from.is_some_and(|from| message.seq >= from));
        let replies = loaded.chain(held.timeline.messages()).filter(is_reply);
        let mut messages: LiteMap<Seq, &Message> = LiteMap::new();
        for message in held.message(root).into_iter().chain(replies) {
            let held = messages.entry(message.seq).or_insert(message);
            if message.rev > held.rev {
                *held = message;
            }
        }
        let is_here = |to: Seq| to == root || held.message(to).is_some_and(|message| message.thread() == root);
        // A page may have brought what the outbox has not heard of.
        let has_come =
            |client_id| messages.values().any(|message| message.sender == me && message.client_id == client_id);
        let unsent =
            self.outbox.of(id).filter(|entry| entry.reply_to.is_some_and(is_here) && !has_come(entry.client_id));
        let reader = Reader { me, people: &self.people, edits: &self.edits, reacting: &self.reacting };
        transcript::thread_lines(held, messages.values().copied(), reader, unsent, root)
    }

    /// The replies of the open thread among these rows.
    pub(super) fn of_open_thread(&self, id: ConversationId, rows: &[Row]) -> Vec<Message> {
        let Some(root) = self.thread_of(id).map(|thread| thread.root) else { return Vec::new() };
        let is_it = |row: &Row| match row {
            Row::Message(message) if message.thread() == root => Some(message.clone()),
            _ => None,
        };
        rows.iter().filter_map(is_it).collect()
    }

    /// Rows of this conversation were taken; these are of the open thread. After a fresh load it is loaded again.
    pub(super) fn thread_moved(&mut self, id: ConversationId, messages: Vec<Message>, is_fresh: bool) {
        let Some(held) = self.conversations.held_mut(id) else { return };
        messages.into_iter().for_each(|message| held.loose.put(message));
        if is_fresh && let Some(thread) = self.thread.as_mut().filter(|thread| thread.conversation == id) {
            let root = thread.root;
            let is_stale = self.requests.is_under_way(Want::Thread(id, root));
            (thread.from, thread.is_complete, thread.is_stale) = (None, false, is_stale);
            self.requests.want(Want::Thread(id, root));
        }
    }

    /// Where the page of replies that is asked for next ends.
    pub(super) fn replies_before(&self, id: ConversationId, root: Seq) -> Option<Option<Seq>> {
        let thread = self.thread_of(id).filter(|thread| thread.root == root && !thread.is_complete)?;
        Some(thread.from)
    }

    /// A page of the open thread has been asked for: the answer is as new as what has come so far.
    pub(super) fn thread_asked(&mut self, id: ConversationId, root: Seq) {
        if let Some(thread) = self.thread.as_mut().filter(|thread| thread.conversation == id && thread.root == root) {
            thread.is_stale = false;
        }
    }

    /// Takes a page of a thread.
    pub(super) fn thread_page(&mut self, id: ConversationId, root: Seq, rows: Vec<Row>) {
        let Some(held) = self.conversations.held_mut(id) else { return };
        let Some(thread) = self.thread.as_mut().filter(|thread| thread.conversation == id && thread.root == root)
        else {
            return;
        };
        if std::mem::take(&mut thread.is_stale) {
            return;
        }
        let messages = held.take(rows);
        let replies = messages.iter().filter(|message| message.reply().is_some_and(|reply| reply.thread == root));
        let (oldest, count) = (replies.clone().map(|reply| reply.seq).min(), replies.count());
        messages.into_iter().for_each(|message| held.loose.put(message));
        let is_older = oldest.is_some_and(|oldest| thread.from.is_none_or(|from| oldest < from));
        if is_older {
            thread.from = oldest;
        }
        let from = *thread.from.get_or_insert(root);
        // Those that were unsent are not counted, so that a page more may be asked for, and be empty.
        let loaded = held.loose.messages().filter(|message| {
            message.seq >= from
                && message.unsent().is_none()
                && message.reply().is_some_and(|reply| reply.thread == root)
        });
        let all = held.message(root).map_or(0, |message| held.replies(message));
        thread.is_complete = count == 0 || !is_older || loaded.count() >= all as usize;
    }

    /// The server has no such thread.
    pub(super) fn thread_refused(&mut self, id: ConversationId, root: Seq) {
        if let Some(thread) = self.thread.as_mut().filter(|thread| thread.conversation == id && thread.root == root) {
            thread.is_complete = true;
            self.redraw(id);
        }
    }

    /// Asks for what replies on the page answer and is not loaded.
    pub(super) fn want_quotes(&mut self) {
        let Some(id) = self.shown.filter(|id| self.changes.transcripts.contains(id)) else { return };
        let Some((held, _)) = self.conversations.shown(id) else { return };
        let root = self.thread_of(id).map(|thread| thread.root);
        let in_thread = held.loose.messages().filter(|message| root == Some(message.thread()));
        let on_page = held.drawn().range(self.span(id, held)).chain(in_thread);
        let answered = on_page.filter_map(|message| message.reply().map(|reply| reply.to));
        let chosen = self.drafts.reply_to(self.draft_place(id));
        let on_their_way = self.outbox.of(id).filter_map(|entry| entry.reply_to);
        let needed: Set<Seq> = answered.chain(chosen).chain(on_their_way).chain(root).collect();
        let is_missing = |seq: &&Seq| words_are_missing(held, **seq);
        let missing: Vec<Seq> = needed.iter().filter(is_missing).copied().collect();
        let Some(held) = self.conversations.held_mut(id) else { return };
        held.loose.trim(|seq, message| {
            needed.contains(&seq) || message.is_some_and(|message| root == Some(message.thread()))
        });
        if !missing.is_empty() {
            missing.into_iter().for_each(|seq| held.loose.want(seq));
            self.requests.want_once(Want::Quotes(id));
        }
    }

    /// Takes messages that replies answer.
    pub(super) fn quotes(&mut self, id: ConversationId, rows: Vec<Row>) {
        if let Some(held) = self.conversations.held_mut(id) {
            // An answer that nothing waits for may be older than the members and reactions that have come since.
            if held.loose.is_asked() {
                let messages = held.take(rows);
                held.loose.answered(messages);
            }
            if held.loose.wanted().next().is_some() {
                self.requests.want(Want::Quotes(id));
            }
        }
    }

    /// They cannot be had.
    pub(super) fn quotes_refused(&mut self, id: ConversationId) {
        if let Some(held) = self.conversations.held_mut(id) {
            held.loose.refused();
            self.redraw(id);
        }
    }
}
