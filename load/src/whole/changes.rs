//! What people do with messages besides sending them: they edit, react, reply and send later. What was acknowledged has to be on
//! show with everybody in the end.

use crate::clock::Nanos;
use crate::marker::MARKER_BYTES;
use myna_client::{Answer, Client, Line};
use myna_protocol::{ConversationId, RequestId, Seq};
use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};

/// The emoji that everybody reacts with.
pub(super) const EMOJI: &str = "\u{1f44d}";

/// A message: its conversation and its place.
pub(super) type Place = (ConversationId, Seq);

/// Something that was asked for.
#[derive(Debug, Clone)]
pub(super) enum Change {
    Edit(Place, String),
    React(Place),
    /// The message of this number is to be sent later.
    Schedule(u64),
}

/// What was asked for, and what was acknowledged.
#[derive(Debug, Default)]
pub(super) struct Changes {
    /// By person, in the order of asking.
    asked: HashMap<usize, BTreeMap<RequestId, Change>>,
    /// The last text of each message that was edited.
    texts: HashMap<Place, String>,
    /// Who has reacted to each message.
    reactors: HashMap<Place, BTreeSet<usize>>,
    /// The messages that the server has for later, with their senders, and since when.
    scheduled: VecDeque<(Nanos, u64, usize)>,
    /// Messages that could not be scheduled: they are sent at once.
    unscheduled: Vec<(u64, usize)>,
}

/// The text that an edit gives a message: it goes on saying which message it is.
pub(super) fn edited(text: &str, number: u64) -> Option<String> {
    Some(format!("{} edited {number}", text.get(..MARKER_BYTES)?))
}

impl Changes {
    pub(super) fn ask(&mut self, person: usize, request: RequestId, change: Change) {
        self.asked.entry(person).or_default().insert(request, change);
    }

    /// What was refused has changed nothing.
    pub(super) fn answered(&mut self, person: usize, request: RequestId, answer: &Answer, now: Nanos) {
        let change = self.asked.get_mut(&person).and_then(|asked| asked.remove(&request));
        if let Some(Change::Schedule(number)) = change {
            if matches!(answer, Answer::Done { .. }) {
                self.scheduled.push_back((now, number, person));
            } else {
                self.unscheduled.push((number, person));
            }
            return;
        }
        if !matches!(answer, Answer::Done { .. }) {
            return;
        }
        match change {
            Some(Change::Edit(place, text)) => {
                self.texts.insert(place, text);
            }
            Some(Change::React(place)) => {
                self.reactors.entry(place).or_default().insert(person);
            }
            Some(Change::Schedule(_)) | None => {}
        }
    }

    /// The messages that could not be scheduled since the last time, with their senders.
    pub(super) fn take_unscheduled(&mut self) -> Vec<(u64, usize)> {
        std::mem::take(&mut self.unscheduled)
    }

    /// The messages that the server has had for later since before this moment, with their senders; each is named once.
    pub(super) fn take_overdue(&mut self, before: Nanos) -> Vec<(u64, usize)> {
        let mut overdue = Vec::new();
        while let Some((_, number, person)) = self.scheduled.pop_front_if(|(since, ..)| *since < before) {
            overdue.push((number, person));
        }
        overdue
    }

    /// Whether everything that somebody asked for was answered.
    pub(super) fn is_settled(&self, person: usize) -> bool {
        self.asked.get(&person).is_none_or(BTreeMap::is_empty)
    }

    /// How many changes were acknowledged.
    pub(super) fn count(&self) -> usize {
        self.texts.len() + self.reactors.values().map(BTreeSet::len).sum::<usize>()
    }

    /// What a client shows of a conversation that is not what was acknowledged; `None` when all is right.
    pub(super) fn wrong(&self, client: &Client, id: ConversationId) -> Option<String> {
        let mut replies: HashMap<Seq, u32> = HashMap::new();
        let mut counted: Vec<(Seq, u32)> = Vec::new();
        for line in client.transcript(id) {
            let Line::Bubble(bubble) = line else { continue };
            let Some(seq) = bubble.seq else { continue };
            let place = (id, seq);
            if let Some(text) = self.texts.get(&place)
                && bubble.text != *text
            {
                return Some(format!("message {seq} says {:?}, and was edited to {text:?}", bubble.text));
            }
            let shown = bubble.reactions.iter().find(|tally| tally.emoji == EMOJI).map_or(0, |tally| tally.count);
            let acknowledged = self.reactors.get(&place).map_or(0, BTreeSet::len);
            if shown != acknowledged {
                return Some(format!("message {seq} has {shown} reactions, and {acknowledged} were acknowledged"));
            }
            if let Some(thread) = &bubble.thread {
                if thread.root == seq {
                    counted.push((seq, thread.replies));
                } else {
                    *replies.entry(thread.root).or_default() += 1;
                }
            }
        }
        let miscounted = counted.into_iter().find(|(seq, count)| replies.remove(seq).unwrap_or(0) != *count);
        if let Some((seq, count)) = miscounted {
            return Some(format!("message {seq} says that it has {count} replies, and has another number"));
        }
        replies.into_keys().next().map(|seq| format!("message {seq} has replies and does not say so"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::marker::{Marker, TEXT_BYTES};

    #[test]
    fn an_edited_text_is_still_that_message() {
        let marker = Marker { number: 7, due: 9 };
        let text = edited(&marker.text(TEXT_BYTES), 3).expect("it has a marker");
        assert_eq!(Marker::read(text.as_bytes()), Some(marker));
        assert_eq!(edited("short", 3), None);
    }

    #[test]
    fn what_was_refused_is_not_expected() {
        let place = (ConversationId::from_bytes([1; 16]), 4);
        let mut changes = Changes::default();
        changes.ask(1, 10, Change::React(place));
        changes.ask(1, 11, Change::Edit(place, "new".to_owned()));
        assert!(!changes.is_settled(1) && changes.is_settled(2));
        changes.answered(1, 10, &Answer::Done { conversation: None }, 0);
        changes.answered(1, 11, &Answer::Rejected(myna_protocol::Rejection::Unavailable, String::new()), 0);
        assert!(changes.is_settled(1));
        assert_eq!(changes.count(), 1);
    }
}
