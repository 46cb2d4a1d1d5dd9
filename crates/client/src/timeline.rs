//! Loaded messages of a conversation without holes between them: those that end at the newest known, or an excerpt.

use litemap::LiteMap;
use myna_protocol::{Message, Seq, Timestamp};
use std::collections::VecDeque;
use std::ops::Range;

/// A window of messages by seq. Applying a message is an idempotent upsert: the one with the greater rev stays.
#[derive(Debug, Default)]
pub(crate) struct Timeline {
    messages: VecDeque<Message>,
    /// The page that is under way.
    asked: Option<Page>,
    /// Where a page brought nothing older, although there should be something: not to be asked again and again.
    stuck: Option<Seq>,
    /// How many times the number of messages to ask for above an excerpt is to be halved: a server cuts a page of long messages
    /// short at its old end, and then it does not touch the excerpt.
    halvings: u32,
}

/// A page that is under way.
#[derive(Debug, Default)]
struct Page {
    before: Seq,
    aside: Aside,
}

/// Rows that have come since a page was asked for that may be in it: the page may have been read before them.
#[derive(Debug, Default)]
pub(crate) struct Aside(LiteMap<Seq, Message>);

impl Timeline {
    pub(crate) fn messages(&self) -> impl DoubleEndedIterator<Item = &Message> + ExactSizeIterator {
        self.messages.iter()
    }

    /// These of the loaded messages.
    pub(crate) fn range(&self, range: Range<usize>) -> impl DoubleEndedIterator<Item = &Message> {
        self.messages.range(range)
    }

    /// How many loaded messages have this place or an older one.
    pub(crate) fn count_up_to(&self, seq: Seq) -> usize {
        let count = seq.saturating_add(1).saturating_sub(self.first());
        usize::try_from(count).unwrap_or(usize::MAX).min(self.messages.len())
    }

    /// The place of a loaded message.
    pub(crate) fn seq(&self, index: usize) -> Seq {
        self.first().saturating_add(index as Seq)
    }

    /// The message at this place, if it is loaded.
    pub(crate) fn get(&self, seq: Seq) -> Option<&Message> {
        let index = seq.checked_sub(self.first()).and_then(|offset| usize::try_from(offset).ok())?;
        self.messages.get(index)
    }

    /// The place of the oldest loaded message; 0 when none is.
    pub(crate) fn first(&self) -> Seq {
        self.messages.front().map_or(0, |message| message.seq)
    }

    /// The place of the newest message; 0 when there is none.
    pub(crate) fn last(&self) -> Seq {
        self.messages.back().map_or(0, |message| message.seq)
    }

    pub(crate) fn newest(&self) -> Option<&Message> {
        self.messages.back()
    }

    /// Whether there are older messages to load.
    pub(crate) fn has_older(&self) -> bool {
        self.first() > 1 && self.stuck != Some(self.first())
    }

    /// An excerpt of these messages; of several runs without holes the newest.
    pub(crate) fn excerpt(messages: Vec<Message>) -> Option<Self> {
        let mut excerpt = Self::default();
        excerpt.apply(messages, true);
        (!excerpt.messages.is_empty()).then_some(excerpt)
    }

    pub(crate) fn contains(&self, seq: Seq) -> bool {
        !self.messages.is_empty() && (self.first()..=self.last()).contains(&seq)
    }

    /// The place of the first message sent at this time or later, of the last if all are earlier.
    pub(crate) fn seq_at(&self, at: Timestamp) -> Seq {
        let earlier = self.messages.partition_point(|message| message.sent_at < at);
        self.seq(earlier.min(self.messages.len().saturating_sub(1)))
    }

    /// Whether the first message sent at this time or later is among these, as far as they can tell.
    pub(crate) fn reaches(&self, at: Timestamp) -> bool {
        self.messages.front().is_some_and(|first| first.sent_at < at || first.seq == 1)
    }

    /// How many messages above an excerpt to ask for, of at most so many; none when not even one could be had.
    pub(crate) fn reach(&self, most: u32) -> u32 {
        most.checked_shr(self.halvings).unwrap_or(0)
    }

    /// As `apply` for an excerpt: rows change its messages, and add none.
    pub(crate) fn amend(&mut self, messages: &[Message]) {
        for message in messages {
            if self.contains(message.seq) {
                self.upsert(message.clone());
            } else if let Some(page) = &mut self.asked {
                page.aside.put(message.clone());
            }
        }
    }

    /// Applies the messages of a page: it extends an excerpt upwards where it touches it.
    pub(crate) fn page_up(&mut self, mut messages: Vec<Message>) {
        let last = self.last();
        messages.sort_unstable_by_key(|message| message.seq);
        let mut aside = self.asked.take().unwrap_or_default().aside;
        for mut message in messages {
            aside.renew(&mut message);
            if self.contains(message.seq) || message.seq == self.last().saturating_add(1) {
                self.upsert(message);
            }
        }
        self.halvings = if self.last() == last { self.halvings + 1 } else { self.halvings.saturating_sub(1) };
    }

    /// No page can be had above the excerpt.
    pub(crate) fn page_up_refused(&mut self) {
        self.asked = None;
        self.halvings = u32::BITS;
    }

    /// Takes an excerpt in, where they leave no hole between them; gives it back where they do.
    pub(crate) fn join(&mut self, excerpt: Self) -> Option<Self> {
        if self.messages.is_empty() || excerpt.last().saturating_add(1) < self.first() {
            return Some(excerpt);
        }
        if let Some(page) = &mut self.asked {
            page.aside.0.clear();
        }
        self.stuck = None;
        let (below, shared): (Vec<_>, Vec<_>) =
            excerpt.messages.into_iter().partition(|message| message.seq < self.first());
        shared.into_iter().for_each(|message| self.upsert(message));
        self.extend_down(below);
        None
    }

    /// Applies the message rows of an event. They extend the window upwards; a hole drops what is before it. Only
    /// those of a fresh load that is as new as the window (`extend`) may extend it downwards too: other rows below it
    /// need not be the newest of their message, and a page will bring that.
    pub(crate) fn apply(&mut self, mut messages: Vec<Message>, extend: bool) {
        messages.sort_unstable_by_key(|message| message.seq);
        let split = messages.partition_point(|message| message.seq < self.first());
        let above = messages.split_off(split);
        if extend {
            self.extend_down(messages);
        } else if let Some(page) = &mut self.asked {
            messages.into_iter().for_each(|message| page.aside.put(message));
        }
        for message in above {
            self.upsert(message);
        }
    }

    /// Drops the messages below this place, or all.
    pub(crate) fn drop_below(&mut self, seq: Option<Seq>) {
        let gone = seq.map_or(self.messages.len(), |seq| self.messages.partition_point(|message| message.seq < seq));
        if gone > 0 {
            self.messages.drain(..gone);
            self.stuck = None;
        }
    }

    /// A page below `first` has been asked for.
    pub(crate) fn page_asked(&mut self) {
        self.asked = Some(Page { before: self.first(), ..Page::default() });
    }

    /// Whether a page is under way.
    pub(crate) fn is_page_asked(&self) -> bool {
        self.asked.is_some()
    }

    /// The page asked for will not come, or may be asked for again.
    pub(crate) fn page_lost(&mut self) {
        self.asked = None;
    }

    /// No page can be had below the window.
    pub(crate) fn page_refused(&mut self) {
        self.asked = None;
        self.stuck = Some(self.first());
    }

    /// Forgets all but the newest messages: pages can bring the others back. Not while one is under way.
    pub(crate) fn trim(&mut self, keep: usize) {
        if self.asked.is_none() && self.messages.len() > keep {
            self.messages.drain(..self.messages.len() - keep);
            self.stuck = None;
        }
    }

    /// Applies the messages of a page: it extends the window downwards where it touches it.
    pub(crate) fn page(&mut self, mut messages: Vec<Message>) {
        let first = self.first();
        messages.sort_unstable_by_key(|message| message.seq);
        messages.retain(|message| message.seq <= self.last());
        let split = messages.partition_point(|message| message.seq < first);
        for message in messages.split_off(split) {
            self.upsert(message);
        }
        let Page { before, mut aside } = self.asked.take().unwrap_or_default();
        messages.iter_mut().for_each(|message| aside.renew(message));
        self.extend_down(messages);
        // A page of a window that has been dropped since says nothing about this one.
        self.stuck = (self.first() == first && before == first).then_some(first);
    }

    /// Extends the window downwards by messages in order, as far as they leave no hole.
    fn extend_down(&mut self, messages: Vec<Message>) {
        for message in messages.into_iter().rev() {
            if message.seq > 0 && message.seq == self.first().wrapping_sub(1) {
                self.messages.push_front(message);
            }
        }
    }

    fn upsert(&mut self, message: Message) {
        if message.seq == 0 {
            return;
        }
        let Some(offset) = message.seq.checked_sub(self.first()).filter(|_| !self.messages.is_empty()) else {
            if self.messages.is_empty() {
                self.messages.push_back(message);
            }
            return;
        };
        let place = usize::try_from(offset).ok().filter(|place| *place <= self.messages.len());
        match place.map(|place| self.messages.get_mut(place)) {
            Some(Some(held)) => {
                if message.rev > held.rev {
                    *held = message;
                }
            }
            Some(None) => self.messages.push_back(message),
            None => {
                self.messages.clear();
                self.stuck = None;
                self.messages.push_back(message);
            }
        }
    }
}

impl Aside {
    pub(crate) fn put(&mut self, message: Message) {
        match self.0.get_mut(&message.seq) {
            Some(held) if held.rev >= message.rev => {}
            Some(held) => *held = message,
            None => {
                self.0.insert(message.seq, message);
            }
        }
    }

    /// Replaces a message of the page by what has come since.
    pub(crate) fn renew(&mut self, message: &mut Message) {
        if let Some(newer) = self.0.remove(&message.seq).filter(|newer| newer.rev > message.rev) {
            *message = newer;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::message;

    fn seqs(timeline: &Timeline) -> Vec<Seq> {
        timeline.messages().map(|message| message.seq).collect()
    }

    fn window(range: std::ops::RangeInclusive<Seq>) -> Timeline {
        let mut timeline = Timeline::default();
        timeline.apply(range.map(message).collect(), true);
        timeline
    }

    fn edited(seq: Seq, rev: u64) -> Message {
        Message { rev, text: format!("edited at {rev}"), ..message(seq) }
    }

    #[test]
    fn messages_of_one_event_may_come_in_any_order() {
        let mut timeline = window(1..=3);
        timeline.apply(vec![message(6), message(4), message(5)], false);
        assert_eq!(seqs(&timeline), [1, 2, 3, 4, 5, 6]);
    }

    #[test]
    fn the_greater_rev_stays() {
        let mut timeline = window(1..=3);
        timeline.apply(vec![edited(2, 9)], false);
        timeline.apply(vec![edited(2, 8)], false);
        assert_eq!(timeline.messages().nth(1).map(|m| m.text.as_str()), Some("edited at 9"));
    }

    #[test]
    fn a_fresh_load_that_does_not_touch_the_window_drops_it() {
        let mut timeline = window(1..=3);
        timeline.apply((10..=12).map(message).collect(), true);
        assert_eq!(seqs(&timeline), [10, 11, 12]);
        assert!(timeline.has_older());
    }

    #[test]
    fn a_fresh_load_extends_the_window_downwards_but_other_rows_do_not() {
        let mut timeline = window(10..=12);
        timeline.apply((8..=9).map(message).collect(), false);
        assert_eq!(seqs(&timeline), [10, 11, 12]);
        timeline.apply((8..=11).map(message).collect(), true);
        assert_eq!(seqs(&timeline), [8, 9, 10, 11, 12]);
    }

    #[test]
    fn a_page_extends_the_window_only_where_it_touches_it() {
        let mut timeline = window(10..=12);
        timeline.page((3..=5).map(message).collect());
        assert_eq!(seqs(&timeline), [10, 11, 12]);
        let mut timeline = window(10..=12);
        timeline.page((7..=11).map(message).collect());
        assert_eq!(seqs(&timeline), [7, 8, 9, 10, 11, 12]);
        timeline.page(vec![message(13), message(6)]);
        assert_eq!(timeline.last(), 12, "a page never says what is newest");
    }

    #[test]
    fn a_change_that_overtakes_the_page_it_is_in_is_not_lost() {
        let mut timeline = window(10..=12);
        timeline.page_asked();
        timeline.apply(vec![edited(8, 40), edited(12, 41)], false);
        timeline.page((7..=9).map(message).collect());
        assert_eq!(timeline.messages().nth(1).map(|m| m.text.as_str()), Some("edited at 40"));
    }

    #[test]
    fn a_page_that_brings_nothing_older_is_not_asked_for_again() {
        let mut timeline = window(10..=12);
        timeline.page_asked();
        timeline.page(Vec::new());
        assert!(!timeline.has_older());
        timeline.apply(vec![message(20)], true);
        assert!(timeline.has_older());
    }

    #[test]
    fn a_page_of_a_window_that_was_dropped_since_says_nothing_about_the_new_one() {
        let mut timeline = window(10..=12);
        timeline.page_asked();
        timeline.apply(vec![message(20)], true);
        timeline.page((7..=9).map(message).collect());
        assert_eq!(seqs(&timeline), [20]);
        assert!(timeline.has_older());
    }

    #[test]
    fn a_trimmed_window_still_ends_at_the_newest() {
        let mut timeline = window(1..=9);
        timeline.trim(4);
        assert_eq!(seqs(&timeline), [6, 7, 8, 9]);
        timeline.page_asked();
        timeline.trim(2);
        assert_eq!(seqs(&timeline).len(), 4, "a page is under way");
        timeline.page((1..=5).map(message).collect());
        assert_eq!(seqs(&timeline).len(), 9);
    }

    fn excerpt(range: std::ops::RangeInclusive<Seq>) -> Timeline {
        Timeline::excerpt(range.map(message).collect()).expect("there are messages")
    }

    #[test]
    fn an_excerpt_grows_at_both_ends_and_is_changed_by_rows() {
        let mut excerpt = excerpt(10..=12);
        excerpt.amend(&[edited(11, 30), message(13), edited(40, 31)]);
        assert_eq!(seqs(&excerpt), [10, 11, 12]);
        assert_eq!(excerpt.messages().nth(1).map(|m| m.text.as_str()), Some("edited at 30"));
        excerpt.page_asked();
        excerpt.amend(&[edited(14, 32), edited(9, 33)]);
        excerpt.page_up((12..=15).map(message).collect());
        assert_eq!(seqs(&excerpt), [10, 11, 12, 13, 14, 15]);
        assert_eq!(excerpt.messages().nth(4).map(|m| m.text.as_str()), Some("edited at 32"));
        excerpt.page_up(vec![message(20), message(9)]);
        assert_eq!(seqs(&excerpt), [10, 11, 12, 13, 14, 15], "no hole, and not downwards");
        assert_eq!(excerpt.reach(50), 25, "fewer would have touched it");
        (0..5).for_each(|_| excerpt.page_up(Vec::new()));
        assert_eq!(excerpt.reach(50), 0, "there is nothing");
        excerpt.page_up(vec![message(16)]);
        assert_eq!(excerpt.reach(50), 1);
        excerpt.page_up_refused();
        assert_eq!(excerpt.reach(u32::MAX), 0);
    }

    #[test]
    fn an_excerpt_is_taken_in_once_there_is_no_hole() {
        let mut timeline = window(20..=22);
        let apart = timeline.join(excerpt(10..=18)).expect("19 is missing");
        assert_eq!(seqs(&apart).len(), 9);
        assert!(timeline.join(excerpt(15..=19)).is_none());
        assert_eq!(seqs(&timeline), (15..=22).collect::<Vec<_>>());
        let mut changed = excerpt(13..=16);
        changed.amend(&[edited(15, 40)]);
        assert!(timeline.join(changed).is_none());
        assert_eq!(seqs(&timeline), (13..=22).collect::<Vec<_>>());
        assert_eq!(timeline.messages().nth(2).map(|m| m.text.as_str()), Some("edited at 40"));
        assert!(
            Timeline::default().join(excerpt(1..=2)).is_some(),
            "an empty timeline does not know the newest message"
        );
    }

    #[test]
    fn a_time_is_found_where_the_messages_reach_it() {
        let timeline = window(5..=9);
        let at = |seq| message(seq).sent_at;
        assert!(!timeline.reaches(at(5)), "an older message may be of that time");
        assert!(timeline.reaches(at(6)));
        assert_eq!([at(4), at(6), at(9), Timestamp(i64::MAX)].map(|at| timeline.seq_at(at)), [5, 6, 9, 9]);
        assert!(window(1..=3).reaches(Timestamp(0)));
        assert!(!Timeline::default().reaches(Timestamp(0)));
    }

    #[test]
    fn odd_places_do_no_harm() {
        let mut timeline = window(1..=2);
        timeline.apply(vec![message(0), message(u64::MAX), message(u64::MAX - 5)], true);
        assert_eq!(seqs(&timeline), [u64::MAX]);
        timeline.page(vec![message(0), message(u64::MAX - 1)]);
        assert_eq!(timeline.first(), u64::MAX - 1);
        let mut empty = Timeline::default();
        empty.page(vec![message(5)]);
        empty.apply(vec![message(0)], true);
        assert_eq!(seqs(&empty), [0; 0]);
    }
}
