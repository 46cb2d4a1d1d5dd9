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
        self.returning = None;
        self.jump(conversation, Jump { target, below: None });
        self.finish(now, Vec::new())
    }

    /// The conversation has been opened: goes to where the reader left it, unless something is unread.
    pub(super) fn return_to_place(&mut self, me: UserId, id: ConversationId) {
        let place = self.places.iter().find(|(of, ..)| *of == id && self.conversations.unread(me, id) == 0).copied();
        self.returning = None;
        if let Some((_, seq, below)) = place {
            self.jump(id, Jump { target: Target::Seq(seq), below: Some(below) });
            self.returning = self.jump.map(|_| id);
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
        let Some(jump) = self.jump.filter(|jump| self.shown == Some(id) && jump.target == target) else {
            self.forget_unless_asked(id);
            return;
        };
        match self.conversations.excerpt_page(id, rows) {
            Some(said) => {
                self.said(id, &said, actions);
                self.settle_edits(id, actions);
                self.settle_reactions(id);
                let seq = self.conversations.held(id).and_then(|held| nearest(held, target));
                match seq {
                    Some(seq) => self.arrive(id, seq, jump.below),
                    None => self.give_up_target(id, target),
                }
            }
            None => self.requests.want(Want::Around(id, target)),
        }
    }

    /// The server refused the page around the target, or it is empty.
    pub(super) fn give_up_target(&mut self, id: ConversationId, target: Target) {
        // By now the reader may want to go somewhere else.
        if self.shown == Some(id) && self.jump.is_some_and(|jump| jump.target == target) {
            self.end_jump();
        }
        self.forget_unless_asked(id);
        self.touch(id);
    }

    pub(super) fn end_jump(&mut self) {
        (self.jump, self.returning) = (None, None);
    }

    /// No page around a message is under way for this conversation, unless a jump waits for it.
    fn forget_unless_asked(&mut self, id: ConversationId) {
        if self.jump.is_none() || self.shown != Some(id) {
            self.conversations.held_mut(id).into_iter().for_each(Held::excerpt_not_asked);
        }
    }

    fn arrive(&mut self, id: ConversationId, seq: Seq, below: Option<i32>) {
        if let Some(held) = self.conversations.held_mut(id).filter(|held| held.timeline.contains(seq)) {
            held.leave_excerpt();
        }
        self.window = Window::around(seq);
        let times = self.arrival.map_or(0, |arrival| arrival.times);
        self.arrival = Some(Arrival { seq, below, times: times + 1 });
        self.end_jump();
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
