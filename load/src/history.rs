//! What everybody of a run has said and been told: what the checker compares with the store.

use crate::clock::Nanos;
use crate::latency::Latency;
use myna_protocol::Seq;

/// A message, as its sender knows it. Its number is its place in the history.
#[derive(Debug, Clone, Copy)]
pub struct Sent {
    pub person: u32,
    pub talk: u32,
    /// When it was to be said; it may have been said later.
    pub due: Nanos,
    /// The place that the server has promised, and when.
    pub acked: Option<(Seq, Nanos)>,
    /// The server said that it could not take it, at least once: others may have overtaken it.
    pub refused: bool,
    /// It was to be sent by the server a little later: others may overtake it.
    pub scheduled: bool,
}

/// A message, as somebody was shown it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Received {
    pub talk: u32,
    pub seq: u32,
    pub number: u32,
}

/// What one person was shown, in that order.
#[derive(Debug, Clone, Default)]
pub struct Journal {
    pub received: Vec<Received>,
    /// Rows that came again and were not shown again: harmless, and told for those who wonder.
    pub repeats: u64,
    /// They went before the end, or were not there: what they were not shown proves nothing.
    pub absent: bool,
}

impl Journal {
    /// A row came. What was shown already is not shown again, as a client knows by its place.
    pub fn row(&mut self, talk: u32, seq: Seq, number: u64) {
        let received = Received { talk, seq: seq as u32, number: number as u32 };
        let newest = self.received.iter().rev().find(|other| other.talk == talk);
        let is_new = newest.is_none_or(|newest| newest.seq < received.seq);
        if is_new || !self.received.contains(&received) {
            self.received.push(received);
        } else {
            self.repeats += 1;
        }
    }
}

/// Everything of a run.
#[derive(Debug, Clone, Default)]
pub struct History {
    pub sent: Vec<Sent>,
    pub journals: Vec<Journal>,
}

impl History {
    /// An empty journal for each of so many people.
    pub fn new(people: usize) -> Self {
        Self { sent: Vec::new(), journals: vec![Journal::default(); people] }
    }

    /// Somebody is to say something at this moment: its number.
    pub fn send(&mut self, person: usize, talk: u32, due: Nanos) -> u64 {
        self.sent.push(Sent { person: person as u32, talk, due, acked: None, refused: false, scheduled: false });
        self.sent.len() as u64 - 1
    }

    /// The server has promised it.
    pub fn acked(&mut self, number: u64, seq: Seq, at: Nanos) {
        if let Some(sent) = self.sent.get_mut(number as usize) {
            // The first promise counts; that a retry gets the same one is the store's to show.
            sent.acked.get_or_insert((seq, at));
        }
    }

    /// The server could not take it.
    pub fn refused(&mut self, number: u64) {
        if let Some(sent) = self.sent.get_mut(number as usize) {
            sent.refused = true;
        }
    }

    /// It is scheduled.
    pub fn scheduled(&mut self, number: u64) {
        if let Some(sent) = self.sent.get_mut(number as usize) {
            sent.scheduled = true;
        }
    }

    /// How long each answer took since its message was due, of the messages that were due from this moment on and were not
    /// scheduled.
    pub fn answers(&self, from: Nanos) -> Latency {
        let mut times = Latency::default();
        let sent = self.sent.iter().filter(|sent| sent.due >= from && !sent.scheduled);
        sent.filter_map(|sent| Some(sent.acked?.1.saturating_sub(sent.due))).for_each(|took| times.add(took));
        times
    }

    /// How many are promised.
    pub fn acks(&self) -> u64 {
        self.sent.iter().filter(|sent| sent.acked.is_some()).count() as u64
    }
}
