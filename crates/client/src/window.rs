//! The part of a transcript that is on the page. It is named by the places of its first and last message, so that nothing
//! moves while messages come at either end; what it costs to draw does not depend on how much is loaded.

use crate::timeline::Timeline;
use myna_protocol::Seq;
use std::ops::Range;

/// Messages that a window begins with.
const FIRST: usize = 60;
/// Messages by which it grows at an end.
const STEP: usize = 40;
/// Messages in a window, at most: when it grows at one end, it shrinks at the other.
const MOST: usize = 200;

/// Messages before the first unread one that a window begins with.
const BEFORE_UNREAD: u64 = 10;
/// Unread messages up to which a conversation begins at the first of them. Of more, the newest are more likely wanted.
const UNREAD_MOST: u64 = 400;

/// How far one had read a conversation when it was opened.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Mark {
    /// Nothing is loaded that could tell.
    #[default]
    Unknown,
    /// All of it.
    Nowhere,
    /// Up to this message: it begins there.
    At(Seq),
    /// Up to this message, which is so far back that it begins at its end.
    Far(Seq),
}

impl Mark {
    pub(crate) fn new(read: Seq, last: Seq) -> Self {
        match last.saturating_sub(read) {
            0 => Self::Nowhere,
            1..=UNREAD_MOST => Self::At(read),
            _ => Self::Far(read),
        }
    }

    /// The last message that had been read, if it begins there.
    pub(crate) fn start(self) -> Option<Seq> {
        if let Self::At(seq) = self { Some(seq) } else { None }
    }

    /// The last message that had been read, if something was unread.
    pub(crate) fn read(self) -> Option<Seq> {
        match self {
            Self::At(seq) | Self::Far(seq) => Some(seq),
            Self::Unknown | Self::Nowhere => None,
        }
    }
}

/// A window over the loaded messages of one conversation.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Window {
    /// `None`: as many as a window begins with.
    first: Option<Seq>,
    /// `None`: it ends at the newest message, and with what is on its way.
    last: Option<Seq>,
    /// The reader is not at the end: new messages push nothing out at the beginning.
    is_pinned: bool,
}

impl Window {
    /// Which of the loaded messages it shows.
    pub(crate) fn span(self, timeline: &Timeline) -> Range<usize> {
        let loaded = timeline.messages().len();
        let end = self.last.map_or(loaded, |last| timeline.count_up_to(last));
        let start = match self.first {
            Some(first) => timeline.count_up_to(first.saturating_sub(1)),
            None => end.saturating_sub(FIRST),
        };
        if start >= end {
            // What it showed is loaded no more.
            return loaded.saturating_sub(FIRST)..loaded;
        }
        match end - start {
            0..=MOST => start..end,
            _ if self.is_pinned => start..start + MOST,
            _ => end - MOST..end,
        }
    }

    /// A window that begins shortly before the first unread message.
    pub(crate) fn at(mark: Mark) -> Self {
        let first = mark.start().map(|read| (read + 1).saturating_sub(BEFORE_UNREAD));
        Self { first, last: None, is_pinned: first.is_some() }
    }

    /// A window that begins shortly before a message that the reader went to, or where they left the conversation.
    pub(crate) fn around(seq: Seq) -> Self {
        Self { first: Some(seq.saturating_sub(BEFORE_UNREAD).max(1)), last: None, is_pinned: true }
    }

    /// Shows the newest messages.
    pub(crate) fn newest(&mut self) {
        *self = Self::default();
    }

    /// Shows the newest messages too, and those that it shows as far as it can.
    pub(crate) fn show_end(&mut self) {
        if self.last.is_some() {
            self.newest();
        }
        self.is_pinned = false;
    }

    /// The window keeps the beginning that it has once it is as long as a window begins with, or begins where the conversation
    /// does: messages that come make it longer.
    pub(crate) fn hold(&mut self, timeline: &Timeline) {
        let span = self.span(timeline);
        let is_whole = !span.is_empty() && !timeline.has_older();
        if self.first.is_none() && (is_whole || span.len() >= FIRST) {
            self.first = Some(timeline.seq(span.start));
        }
    }

    /// The reader has come to the end of the window, or left it.
    pub(crate) fn follow(&mut self, timeline: &Timeline, is_at_end: bool) {
        if self.is_pinned == is_at_end {
            self.first = self.span(timeline).next().map(|first| timeline.seq(first));
            self.is_pinned = !is_at_end;
        }
    }

    /// Shows more of what is older; false when no more is loaded.
    pub(crate) fn up(&mut self, timeline: &Timeline) -> bool {
        let span = self.span(timeline);
        let start = span.start.saturating_sub(STEP);
        if start == span.start {
            return false;
        }
        self.first = Some(timeline.seq(start));
        if span.end - start > MOST {
            (self.last, self.is_pinned) = (Some(timeline.seq(start + MOST - 1)), true);
        }
        true
    }

    /// Whether it can go up once more at most.
    pub(crate) fn is_near_start(self, timeline: &Timeline) -> bool {
        self.span(timeline).start <= STEP
    }

    /// Whether it can go down once more at most.
    pub(crate) fn is_near_end(self, timeline: &Timeline) -> bool {
        self.span(timeline).end + STEP >= timeline.messages().len()
    }

    /// Shows more of what is newer; false when it ends at the newest message already.
    pub(crate) fn down(&mut self, timeline: &Timeline) -> bool {
        let (span, loaded) = (self.span(timeline), timeline.messages().len());
        if span.end == loaded {
            self.last = None;
            return false;
        }
        let end = (span.end + STEP).min(loaded);
        self.first = Some(timeline.seq(span.start.max(end.saturating_sub(MOST))));
        self.last = (end < loaded).then(|| timeline.seq(end - 1));
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::message;

    fn loaded(messages: std::ops::RangeInclusive<Seq>) -> Timeline {
        let mut timeline = Timeline::default();
        timeline.apply(messages.map(message).collect(), true);
        timeline
    }

    fn seqs(window: Window, timeline: &Timeline) -> (Seq, Seq) {
        let span = window.span(timeline);
        (timeline.seq(span.start), timeline.seq(span.end - 1))
    }

    #[test]
    fn it_begins_with_the_newest_and_goes_along_with_new_messages() {
        let (mut timeline, window) = (loaded(1..=500), Window::default());
        assert_eq!(seqs(window, &timeline), (441, 500));
        timeline.apply((501..=510).map(message).collect(), false);
        assert_eq!(seqs(window, &timeline), (451, 510));
        assert_eq!(window.span(&loaded(1..=3)), 0..3);
        assert_eq!(window.span(&Timeline::default()), 0..0);
    }

    #[test]
    fn it_begins_shortly_before_the_first_unread_message() {
        let (mut timeline, window) = (loaded(301..=350), Window::at(Mark::new(150, 350)));
        assert_eq!(seqs(window, &timeline), (301, 350), "what comes before is on its way");
        for first in [251, 201, 151, 101] {
            timeline.page_asked();
            timeline.page((first..first + 50).map(message).collect());
        }
        assert_eq!(seqs(window, &timeline), (141, 340));
        assert_eq!(Window::at(Mark::new(350, 350)), Window::default());
        assert_eq!(Window::at(Mark::new(0, 401)), Window::default(), "of very many, the newest are shown");
    }

    #[test]
    fn it_goes_up_and_down_and_never_shows_more_than_its_most() {
        let (timeline, mut window) = (loaded(1..=1_000), Window::default());
        for _ in 0..3 {
            assert!(window.up(&timeline));
        }
        assert_eq!(seqs(window, &timeline), (821, 1_000));
        window.up(&timeline);
        assert_eq!(seqs(window, &timeline), (781, 980));
        while window.up(&timeline) {}
        assert_eq!(seqs(window, &timeline), (1, 200));
        assert!(window.down(&timeline));
        assert_eq!(seqs(window, &timeline), (41, 240));
        while window.down(&timeline) {}
        assert_eq!(seqs(window, &timeline), (801, 1_000));
        window.newest();
        assert_eq!(seqs(window, &timeline), (941, 1_000));
    }

    #[test]
    fn what_is_read_stays_while_messages_come() {
        let (mut timeline, mut window) = (loaded(1..=500), Window::default());
        window.follow(&timeline, false);
        timeline.apply((501..=600).map(message).collect(), false);
        assert_eq!(seqs(window, &timeline), (441, 600));
        timeline.apply((601..=900).map(message).collect(), false);
        assert_eq!(seqs(window, &timeline), (441, 640));
        let mut writing = window;
        writing.show_end();
        assert_eq!(seqs(writing, &timeline), (701, 900), "what one writes is at the end");
        window.follow(&timeline, true);
        assert_eq!(seqs(window, &timeline), (701, 900), "who comes to the end goes along again");
    }

    #[test]
    fn a_window_that_is_held_grows_with_new_messages_up_to_its_most() {
        let (mut timeline, mut window) = (loaded(11..=40), Window::default());
        window.hold(&timeline);
        timeline.apply((41..=80).map(message).collect(), false);
        assert_eq!(seqs(window, &timeline), (21, 80), "it is not held before it is long enough");
        window.hold(&timeline);
        timeline.apply((81..=150).map(message).collect(), false);
        assert_eq!(seqs(window, &timeline), (21, 150));
        timeline.apply((151..=500).map(message).collect(), false);
        assert_eq!(seqs(window, &timeline), (301, 500));
        let (mut timeline, mut window) = (loaded(1..=3), Window::default());
        window.hold(&timeline);
        timeline.apply((4..=150).map(message).collect(), false);
        assert_eq!(seqs(window, &timeline), (1, 150), "a conversation that is all here");
    }

    #[test]
    fn pages_of_older_messages_change_nothing_until_it_goes_up() {
        let (mut timeline, mut window) = (loaded(101..=150), Window::default());
        window.follow(&timeline, false);
        timeline.page_asked();
        timeline.page((51..=100).map(message).collect());
        assert_eq!(seqs(window, &timeline), (101, 150));
        assert!(window.up(&timeline));
        assert_eq!(seqs(window, &timeline), (61, 150));
    }

    #[test]
    fn what_is_loaded_no_more_gives_way_to_the_newest() {
        let (mut timeline, mut window) = (loaded(1..=500), Window::default());
        while window.up(&timeline) {}
        timeline.apply((900..=950).map(message).collect(), true);
        assert_eq!(seqs(window, &timeline), (900, 950));
        window.newest();
        window.follow(&timeline, false);
        timeline.apply(vec![message(5_000)], true);
        assert_eq!(seqs(window, &timeline), (5_000, 5_000));
    }
}
