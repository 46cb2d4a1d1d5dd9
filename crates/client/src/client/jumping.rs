//! Going to a message, wherever it is.

use super::Client;
use crate::conversation::Held;
use crate::requests::Want;
use crate::window::Window;
use crate::{Action, Arrival, Target};
use myna_protocol::{ConversationId, Row, Seq, Timestamp};

impl Client {
    /// Brings this message of the open conversation to the page, with others around it. Where it is not loaded, it is asked for.
    pub fn go_to(&mut self, conversation: ConversationId, target: Target, now: Timestamp) -> Vec<Action> {
        if let Some((held, _)) = self.conversations.shown(conversation).filter(|_| self.shown == Some(conversation)) {
            match find(held, target) {
                Some(seq) => self.arrive(conversation, seq),
                None => {
                    self.target = Some(target);
                    self.requests.want_once(Want::Around(conversation, target));
                    self.touch_view(conversation);
                }
            }
        }
        self.finish(now, Vec::new())
    }

    /// Takes the page around a target.
    pub(super) fn found(&mut self, id: ConversationId, target: Target, rows: Vec<Row>, actions: &mut Vec<Action>) {
        if self.shown != Some(id) || self.target != Some(target) {
            return;
        }
        match self.conversations.excerpt_page(id, rows) {
            Some(said) => {
                self.said(id, &said, actions);
                let seq = self.conversations.held(id).and_then(|held| nearest(held, target));
                match seq {
                    Some(seq) => self.arrive(id, seq),
                    None => self.give_up_target(id),
                }
            }
            None => self.requests.want(Want::Around(id, target)),
        }
    }

    /// The server refused the page around the target, or it is empty.
    pub(super) fn give_up_target(&mut self, id: ConversationId) {
        // By now the reader may want to go somewhere in another conversation.
        if self.shown == Some(id) {
            self.target = None;
        }
        self.touch(id);
    }

    fn arrive(&mut self, id: ConversationId, seq: Seq) {
        if let Some(held) = self.conversations.held_mut(id).filter(|held| held.timeline.contains(seq)) {
            held.leave_excerpt();
        }
        self.window = Window::around(seq);
        let times = self.arrival.map_or(0, |arrival| arrival.times);
        self.arrival = Some(Arrival { seq, times: times + 1 });
        self.target = None;
        self.touch(id);
    }

    /// The reader is at the newest messages, or has closed the conversation.
    pub(super) fn leave_excerpt(&mut self) {
        self.target = None;
        if let Some(held) = self.shown.and_then(|id| self.conversations.held_mut(id)) {
            held.leave_excerpt();
        }
    }
}

/// The place of a target among the loaded messages; `None` if it may be a message that is not loaded.
fn find(held: &Held, target: Target) -> Option<Seq> {
    let parts = [&held.timeline, held.drawn()];
    match target {
        Target::Message(seq) => parts.iter().any(|part| part.contains(seq)).then_some(seq),
        Target::Time(at) => held.timeline.reaches(at).then(|| held.timeline.seq_at(at)),
    }
}

/// The place of a target among the messages of the page that was asked for it, or of the message nearest to it.
fn nearest(held: &Held, target: Target) -> Option<Seq> {
    let drawn = held.drawn();
    if drawn.messages().len() == 0 {
        return None;
    }
    Some(match target {
        Target::Message(seq) => seq.clamp(drawn.first(), drawn.last()),
        Target::Time(at) => drawn.seq_at(at),
    })
}
