//! Messages that are held apart from the timelines: those that replies answer, and the replies of a thread.

use litemap::LiteMap;
use myna_protocol::{Message, Seq};

/// Places that are held before those that nothing needs are forgotten.
const MOST: usize = 500;

/// Messages by seq. Applying one is an idempotent upsert: the one with the greater rev stays.
#[derive(Debug, Default)]
pub(crate) struct Loose {
    places: LiteMap<Seq, Place>,
    /// Those that the request under way asks for.
    asked: Vec<Seq>,
}

#[derive(Debug)]
enum Place {
    /// To be asked for, or under way.
    Wanted,
    /// The server does not have it.
    Absent,
    There(Message),
}

impl Loose {
    pub(crate) fn get(&self, seq: Seq) -> Option<&Message> {
        if let Some(Place::There(message)) = self.places.get(&seq) { Some(message) } else { None }
    }

    pub(crate) fn messages(&self) -> impl Iterator<Item = &Message> {
        self.places.values().filter_map(|place| if let Place::There(message) = place { Some(message) } else { None })
    }

    /// Wants the message at this place, unless that is known to be none.
    pub(crate) fn want(&mut self, seq: Seq) {
        if !self.places.contains_key(&seq) {
            self.places.insert(seq, Place::Wanted);
        }
    }

    pub(crate) fn is_absent(&self, seq: Seq) -> bool {
        matches!(self.places.get(&seq), Some(Place::Absent))
    }

    /// The places to ask for.
    pub(crate) fn wanted(&self) -> impl Iterator<Item = Seq> {
        self.places.iter().filter(|(_, place)| matches!(place, Place::Wanted)).map(|(seq, _)| *seq)
    }

    /// Forgets all that these are not, once there are very many: what is needed again is asked for again.
    pub(crate) fn trim(&mut self, is_needed: impl Fn(Seq, Option<&Message>) -> bool) {
        if self.places.len() > MOST {
            self.places.retain(|seq, place| {
                is_needed(*seq, if let Place::There(message) = place { Some(message) } else { None })
            });
        }
    }

    pub(crate) fn put(&mut self, message: Message) {
        if self.get(message.seq).is_none_or(|held| message.rev > held.rev) {
            self.places.insert(message.seq, Place::There(message));
        }
    }

    /// As `put`, of the messages that were held or wanted before.
    pub(crate) fn amend(&mut self, messages: &[Message]) {
        for message in messages {
            if self.places.contains_key(&message.seq) {
                self.put(message.clone());
            }
        }
    }

    /// These have been asked for.
    pub(crate) fn asked(&mut self, seqs: &[Seq]) {
        self.asked = seqs.to_vec();
    }

    /// Whether an answer is waited for.
    pub(crate) fn is_asked(&self) -> bool {
        !self.asked.is_empty()
    }

    /// Takes the answer to what was asked for. Long messages may have left no room for others; where it brings none of them, there
    /// are none. An answer that was asked for before all was forgotten may be older than what has come since: it counts for nothing.
    pub(crate) fn answered(&mut self, messages: Vec<Message>) {
        if self.asked.is_empty() {
            return;
        }
        if messages.iter().any(|message| self.asked.contains(&message.seq)) {
            messages.into_iter().for_each(|message| self.put(message));
            self.asked.clear();
        } else {
            self.refused();
        }
    }

    /// What was asked for cannot be had.
    pub(crate) fn refused(&mut self) {
        for seq in std::mem::take(&mut self.asked) {
            if matches!(self.places.get(&seq), Some(Place::Wanted)) {
                self.places.insert(seq, Place::Absent);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::message;

    fn wanted(loose: &Loose) -> Vec<Seq> {
        loose.wanted().collect()
    }

    #[test]
    fn what_is_wanted_is_asked_for_until_an_answer_brings_nothing_more() {
        let mut loose = Loose::default();
        [3, 5, 9, 5].into_iter().for_each(|seq| loose.want(seq));
        assert_eq!(wanted(&loose), [3, 5, 9]);
        loose.asked(&[3, 5, 9]);
        loose.answered(vec![message(9)]);
        assert_eq!(wanted(&loose), [3, 5], "there was room for no more");
        loose.asked(&[3, 5]);
        loose.answered(vec![message(9)]);
        assert_eq!(wanted(&loose), [0; 0]);
        assert!(loose.is_absent(3) && loose.is_absent(5) && !loose.is_absent(9));
        loose.want(3);
        assert_eq!(wanted(&loose), [0; 0], "it is not asked for again and again");
    }

    #[test]
    fn an_answer_that_nothing_asked_for_counts_for_nothing() {
        let mut loose = Loose::default();
        loose.want(3);
        loose.answered(vec![message(3)]);
        assert_eq!((wanted(&loose), loose.get(3)), (vec![3], None));
    }

    #[test]
    fn of_very_many_only_those_that_are_needed_stay() {
        let mut loose = Loose::default();
        (1..=MOST as Seq).for_each(|seq| loose.put(message(seq)));
        loose.trim(|_, _| false);
        assert_eq!(loose.messages().count(), MOST);
        loose.put(message(9_999));
        loose.trim(|seq, message| seq == 7 || message.is_some_and(|message| message.seq == 9_999));
        assert_eq!(loose.messages().map(|message| message.seq).collect::<Vec<_>>(), [7, 9_999]);
    }

    #[test]
    fn rows_change_what_is_held_or_wanted_and_the_newest_stays() {
        let mut loose = Loose::default();
        loose.want(3);
        let newer = Message { rev: 50, text: "newer".to_owned(), ..message(3) };
        loose.asked(&[3]);
        loose.amend(&[newer.clone(), message(4)]);
        // What an answer lets be wanted was not asked for yet.
        loose.want(7);
        loose.answered(vec![message(3)]);
        assert_eq!(wanted(&loose), [7]);
        assert_eq!(loose.get(3), Some(&newer));
        assert_eq!(loose.get(4), None);
    }
}
