//! Going to a message, wherever it is.

use super::Client;
use crate::conversation::Held;
use crate::requests::Want;
use crate::window::Window;
use crate::{Action, Arrival};
use myna_protocol::{ConversationId, Row, Seq, Target, Timestamp, UserId};

/// Where a reader wants to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Jump {
    pub(super) target: Target,
    /// As in `Arrival`.
    below: Option<i32>,
}

impl Client {
    /// Brings this message of the open conversation to the page, with others around it. Where it is not loaded, it is asked for.
    pub fn go_to(&mut self, conversation: ConversationId, target: Target, now: Timestamp) -> Vec<Action> {
        self.jump(conversation, Jump { target, below: None });
        self.finish(now, Vec::new())
    }

    /// The conversation has been opened: goes to where the reader left it, unless something is unread.
    pub(super) fn return_to_place(&mut self, me: UserId, id: ConversationId) {
        let place = self.places.iter().find(|(of, ..)| *of == id && self.conversations.unread(me, id) == 0).copied();
        if let Some((_, seq, below)) = place {
            self.jump(id, Jump { target: Target::Seq(seq), below: Some(below) });
        }
    }

    fn jump(&mut self, id: ConversationId, jump: Jump) {
        if let Some((held, _)) = self.conversations.shown(id).filter(|_| self.shown == Some(id)) {
            match find(held, jump.target) {
                Some(seq) => self.arrive(id, seq, jump.below),
                None => {
                    self.jump = Some(jump);
                    self.requests.want_once(Want::Around(id, jump.target));
                    self.touch_view(id);
                }
            }
        }
    }

    /// Takes the page around a target.
    pub(super) fn found(&mut self, id: ConversationId, target: Target, rows: Vec<Row>, actions: &mut Vec<Action>) {
        let Some(jump) = self.jump.filter(|jump| self.shown == Some(id) && jump.target == target) else { return };
        match self.conversations.excerpt_page(id, rows) {
            Some(said) => {
                self.said(id, &said, actions);
                let seq = self.conversations.held(id).and_then(|held| nearest(held, target));
                match seq {
                    Some(seq) => self.arrive(id, seq, jump.below),
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
            self.jump = None;
        }
        self.touch(id);
    }

    fn arrive(&mut self, id: ConversationId, seq: Seq, below: Option<i32>) {
        if let Some(held) = self.conversations.held_mut(id).filter(|held| held.timeline.contains(seq)) {
            held.leave_excerpt();
        }
        self.window = Window::around(seq);
        let times = self.arrival.map_or(0, |arrival| arrival.times);
        self.arrival = Some(Arrival { seq, below, times: times + 1 });
        self.jump = None;
        self.touch(id);
    }

    /// The reader is at the newest messages, or has closed the conversation.
    pub(super) fn leave_excerpt(&mut self) {
        self.jump = None;
        if let Some(held) = self.shown.and_then(|id| self.conversations.held_mut(id)) {
            held.leave_excerpt();
        }
    }
}

/// The place of a target among the loaded messages; `None` if it may be a message that is not loaded.
fn find(held: &Held, target: Target) -> Option<Seq> {
    let parts = [&held.timeline, held.drawn()];
    match target {
        Target::Seq(seq) => parts.iter().any(|part| part.contains(seq)).then_some(seq),
        Target::SentAt(at) => held.timeline.reaches(at).then(|| held.timeline.seq_at(at)),
    }
}

/// The place of a target among the messages of the page that was asked for it, or of the message nearest to it.
fn nearest(held: &Held, target: Target) -> Option<Seq> {
    let drawn = held.drawn();
    if drawn.messages().len() == 0 {
        return None;
    }
    Some(match target {
        Target::Seq(seq) => seq.clamp(drawn.first(), drawn.last()),
        Target::SentAt(at) => drawn.seq_at(at),
    })
}
