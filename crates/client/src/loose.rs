//! Messages that are held apart from the timelines: those that replies answer, and the replies of a thread.

use litemap::LiteMap;
use myna_protocol::{Message, Seq};

/// Places that are held before those that nothing needs are forgotten.
const MOST: usize = 500;

/// Messages by seq. Applying one is an idempotent upsert: the one with the greater rev stays.
#[derive(Debug, Default)]
pub(crate) struct Loose(LiteMap<Seq, Place>);

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
        if let Some(Place::There(message)) = self.0.get(&seq) { Some(message) } else { None }
    }

    pub(crate) fn messages(&self) -> impl Iterator<Item = &Message> {
        self.0.values().filter_map(|place| if let Place::There(message) = place { Some(message) } else { None })
    }

    /// Wants the message at this place, unless that is known to be none.
    pub(crate) fn want(&mut self, seq: Seq) {
        if !self.0.contains_key(&seq) {
            self.0.insert(seq, Place::Wanted);
        }
    }

    pub(crate) fn is_absent(&self, seq: Seq) -> bool {
        matches!(self.0.get(&seq), Some(Place::Absent))
    }

    /// The places to ask for.
    pub(crate) fn wanted(&self) -> impl Iterator<Item = Seq> {
        self.0.iter().filter(|(_, place)| matches!(place, Place::Wanted)).map(|(seq, _)| *seq)
    }

    /// Forgets all that these are not, once there are very many: what is needed again is asked for again.
    pub(crate) fn trim(&mut self, is_needed: impl Fn(Seq, Option<&Message>) -> bool) {
        if self.0.len() > MOST {
            self.0.retain(|seq, place| {
                is_needed(*seq, if let Place::There(message) = place { Some(message) } else { None })
            });
        }
    }

    pub(crate) fn put(&mut self, message: Message) {
        if self.get(message.seq).is_none_or(|held| message.rev > held.rev) {
            self.0.insert(message.seq, Place::There(message));
        }
    }

    /// As `put`, of those of these messages that are held or wanted.
    pub(crate) fn amend(&mut self, messages: &[Message]) {
        for message in messages {
            if matches!(self.0.get(&message.seq), Some(Place::Wanted | Place::There(_))) {
                self.put(message.clone());
            }
        }
    }

    /// Takes the answer to what was wanted. Long messages may have left no room for others; where it brings none of them, there
    /// are none.
    pub(crate) fn answered(&mut self, messages: Vec<Message>) {
        let is_news = messages.iter().any(|message| matches!(self.0.get(&message.seq), Some(Place::Wanted)));
        messages.into_iter().for_each(|message| self.put(message));
        if !is_news {
            self.refused();
        }
    }

    /// What was wanted cannot be had.
    pub(crate) fn refused(&mut self) {
        let wanted: Vec<Seq> = self.wanted().collect();
        for seq in wanted {
            self.0.insert(seq, Place::Absent);
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
        loose.answered(vec![message(9)]);
        assert_eq!(wanted(&loose), [3, 5], "there was room for no more");
        loose.answered(vec![message(9)]);
        assert_eq!(wanted(&loose), [0; 0]);
        assert!(loose.is_absent(3) && loose.is_absent(5) && !loose.is_absent(9));
        loose.want(3);
        assert_eq!(wanted(&loose), [0; 0], "it is not asked for again and again");
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
        loose.amend(&[newer.clone(), message(4)]);
        loose.answered(vec![message(3)]);
        assert_eq!(loose.get(3), Some(&newer));
        assert_eq!(loose.get(4), None);
    }
}
