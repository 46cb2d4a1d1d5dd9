//! People who talk by a schedule, and what they write down: the loop under most scenarios.
//!
//! An open loop computes its moments from the start. What is said late is measured from when it was due, so that a server
//! that makes everybody wait is not measured as if nobody had wanted to speak meanwhile.

use crate::clock::{Clock, Nanos, SECOND};
use crate::history::History;
use crate::latency::Latency;
use crate::marker::{Marker, TEXT_BYTES};
use crate::quick::{ClientPool, Heard, ProtocolAdapter, Told};
use crate::whole::Tabs;
use anyhow::{bail, ensure};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

/// How long what is under way may take to arrive after the last word.
const SETTLE: Nanos = 60 * SECOND;

/// A client pool that sends messages by a schedule.
pub struct LoadLoop<'a, D> {
    pub pool: &'a mut ClientPool<D>,
    pub history: History,
    /// Times of what was due within these moments.
    pub measured: Range<Nanos>,
    /// From when a message was due until somebody had it, for each who had it.
    pub deliveries: Latency,
    /// The same, for each of these people alone.
    pub to: BTreeMap<usize, Latency>,
    /// The same, until the last of its conversation had it.
    pub last: Latency,
    /// What was told within the measured moments.
    pub delivered: u64,
    pub acked: u64,
    /// What was told since the beginning.
    pub all_delivered: u64,
    /// How long the texts are.
    pub text_bytes: usize,
    /// Those of them who are whole.
    pub tabs: Option<Tabs>,
    /// Whose connection may end without ending the run.
    pub frail: BTreeSet<usize>,
    /// How many are to have a message of each conversation.
    audience: Vec<u32>,
    /// By number: how many do not have it yet.
    missing: Vec<u32>,
    /// Messages that somebody does not have yet.
    under_way: usize,
    unanswered: usize,
    /// Whether a message is answered.
    answers: bool,
    told: Vec<Told>,
}

/// Something that a message has come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    /// Its sender has the server's promise.
    Acked { person: usize, number: u64 },
    /// Everybody has it.
    Arrived { number: u64 },
}

impl<'a, D: ProtocolAdapter> LoadLoop<'a, D> {
    /// Takes the client pool and how many people each conversation has. `answers`: whether the protocol acknowledges messages.
    pub fn new(pool: &'a mut ClientPool<D>, audience: Vec<u32>, answers: bool) -> Self {
        let history = History::new(pool.people());
        Self {
            pool,
            history,
            measured: 0..Nanos::MAX,
            deliveries: Latency::default(),
            to: BTreeMap::new(),
            last: Latency::default(),
            delivered: 0,
            acked: 0,
            all_delivered: 0,
            text_bytes: TEXT_BYTES,
            tabs: None,
            frail: BTreeSet::new(),
            audience,
            missing: Vec::new(),
            under_way: 0,
            unanswered: 0,
            answers,
            told: Vec::new(),
        }
    }

    /// The same, but so many of each conversation are waited for: some do not read.
    #[must_use]
    pub fn with_audience(self, audience: Vec<u32>) -> Self {
        Self { audience, ..self }
    }

    /// From here on, for so long, everything is measured; what was measured before is forgotten. Answers when it ends.
    pub fn measure(&mut self, lasts: Nanos) -> Nanos {
        let start = self.clock().now();
        self.measured = start..start + lasts;
        (self.deliveries, self.last) = (Latency::default(), Latency::default());
        (self.delivered, self.acked) = (0, 0);
        self.measured.end
    }

    pub fn clock(&self) -> Clock {
        self.pool.clock()
    }

    /// Somebody says something that was due at this moment.
    pub fn say(&mut self, person: usize, talk: u32, due: Nanos) -> anyhow::Result<u64> {
        let number = self.history.send(person, talk, due);
        let text = Marker { number, due }.text(self.text_bytes);
        let message = self.pool.adapter().message(person, talk, number, &text);
        self.missing.push(self.audience[talk as usize]);
        self.under_way += 1;
        self.unanswered += usize::from(self.answers);
        self.pool.say(person, &message)?;
        Ok(number)
    }

    /// Waits until something happens or this moment comes, writes down what was told, and marks what has come of it.
    pub fn turn(&mut self, until: Nanos, marks: &mut Vec<Mark>) -> anyhow::Result<()> {
        let mut told = std::mem::take(&mut self.told);
        let until = self.tabs.as_ref().map_or(until, |tabs| until.min(tabs.next_wake()));
        self.pool.turn(Some(until), &mut told)?;
        self.hear_all(&mut told, marks)?;
        self.told = told;
        if let Some(tabs) = &mut self.tabs {
            tabs.tick(self.pool)?;
        }
        Ok(())
    }

    /// A person whose reading was paused reads again, first the bytes that arrived meanwhile.
    pub fn listen_again(&mut self, person: usize) -> anyhow::Result<()> {
        self.pool.pause_reading(person, false);
        let mut told = Vec::new();
        self.pool.catch_up(person, &mut told)?;
        self.hear_all(&mut told, &mut Vec::new())
    }

    fn hear_all(&mut self, told: &mut Vec<Told>, marks: &mut Vec<Mark>) -> anyhow::Result<()> {
        for told in told.drain(..) {
            match &mut self.tabs {
                Some(tabs) if tabs.has(told.person) => tabs.hear(self.pool, &mut self.history, told)?,
                _ => self.hear(told.at, told.person, &told.heard, marks)?,
            }
        }
        Ok(())
    }

    fn hear(&mut self, at: Nanos, person: usize, heard: &Heard, marks: &mut Vec<Mark>) -> anyhow::Result<()> {
        match *heard {
            Heard::Row { conversation, seq, number, due } => {
                // Where a language has no places, those of a run are told apart by their numbers.
                let place = if seq == 0 { number + 1 } else { seq };
                self.history.journals[person].row(conversation, place, number);
                self.delivered += u64::from(self.measured.contains(&at));
                self.all_delivered += 1;
                if let Some(times) = self.to.get_mut(&person).filter(|_| self.measured.contains(&due)) {
                    times.add(at.saturating_sub(due));
                }
                self.arrived(at, number, due, marks);
            }
            Heard::Ack { request: number, seq } => {
                self.history.acked(number, seq, at);
                self.acked += u64::from(self.measured.contains(&at));
                self.unanswered = self.unanswered.saturating_sub(1);
                marks.push(Mark::Acked { person, number });
            }
            Heard::Rejected { request: Some(number), .. } => {
                self.history.refused(number);
                self.unanswered = self.unanswered.saturating_sub(1);
                self.under_way = self.under_way.saturating_sub(1);
            }
            Heard::Closed(_) if self.frail.contains(&person) => {
                self.history.journals[person].absent = true;
            }
            Heard::Closed(code) => bail!("the server has closed the connection of {person}: {code:?}"),
            Heard::Rejected { request: None, code } => bail!("the server did not understand {person}: {code:?}"),
            Heard::Event(_) | Heard::Live | Heard::Opened | Heard::Page { .. } | Heard::Say(_) => {}
        }
        Ok(())
    }

    fn arrived(&mut self, at: Nanos, number: u64, due: Nanos, marks: &mut Vec<Mark>) {
        let Some(missing) = self.missing.get_mut(number as usize) else { return };
        let is_measured = self.measured.contains(&due);
        if is_measured {
            self.deliveries.add(at.saturating_sub(due));
        }
        *missing = missing.saturating_sub(1);
        if *missing == 0 {
            self.under_way = self.under_way.saturating_sub(1);
            if is_measured {
                self.last.add(at.saturating_sub(due));
            }
            marks.push(Mark::Arrived { number });
        }
    }

    /// So many messages a second since measuring began until `end`, each when it is due; `who` says by number who says it, and where.
    pub fn open_loop(
        &mut self,
        rate: f64,
        end: Nanos,
        who: impl Fn(u64) -> (usize, u32),
        progress: impl FnMut(Nanos),
    ) -> anyhow::Result<()> {
        self.open_loop_beside(rate, end, who, progress, |_| Ok(()))
    }

    /// The same, with something that goes on beside it.
    pub fn open_loop_beside(
        &mut self,
        rate: f64,
        end: Nanos,
        who: impl Fn(u64) -> (usize, u32),
        mut progress: impl FnMut(Nanos),
        mut beside: impl FnMut(&mut Self) -> anyhow::Result<()>,
    ) -> anyhow::Result<()> {
        let start = self.measured.start;
        let due = |turn: u64| start + (turn as f64 * SECOND as f64 / rate) as Nanos;
        let (mut turn, mut marks) = (0, Vec::new());
        while due(turn) < end {
            while due(turn) <= self.clock().now() && due(turn) < end {
                let (person, talk) = who(turn);
                self.say(person, talk, due(turn))?;
                turn += 1;
            }
            self.turn(due(turn).min(end), &mut marks)?;
            marks.clear();
            beside(self)?;
            progress(self.clock().now());
        }
        self.settle()
    }

    /// Each of these people has so many messages unanswered at any moment until `end`: as fast as the server promises.
    pub fn saturate(
        &mut self,
        senders: &[(usize, u32)],
        window: usize,
        end: Nanos,
        mut progress: impl FnMut(Nanos),
    ) -> anyhow::Result<()> {
        let mut marks = Vec::new();
        for (person, talk) in senders.iter().copied().cycle().take(senders.len() * window) {
            self.say(person, talk, self.clock().now())?;
        }
        while self.clock().now() < end {
            self.turn(end, &mut marks)?;
            for mark in std::mem::take(&mut marks) {
                if let Mark::Acked { person, number } = mark {
                    let talk = self.history.sent[number as usize].talk;
                    self.say(person, talk, self.clock().now())?;
                }
            }
            progress(self.clock().now());
        }
        self.settle()
    }

    /// At any moment until `end` so many messages are on their way to the last who is to have them, said in turn by these
    /// people: as fast as the server delivers. A window of answers would not do: answers come before deliveries.
    pub fn flood(
        &mut self,
        senders: &[(usize, u32)],
        window: usize,
        end: Nanos,
        mut progress: impl FnMut(Nanos),
    ) -> anyhow::Result<()> {
        let (mut marks, mut turn) = (Vec::new(), 0);
        while self.clock().now() < end {
            while self.under_way < window {
                let (person, talk) = senders[turn % senders.len()];
                turn += 1;
                self.say(person, talk, self.clock().now())?;
            }
            self.turn(end, &mut marks)?;
            marks.clear();
            progress(self.clock().now());
        }
        self.settle()
    }

    /// Waits until everything that was said is answered and everybody has it.
    pub fn settle(&mut self) -> anyhow::Result<()> {
        let end = self.clock().now() + SETTLE;
        let mut marks = Vec::new();
        while self.under_way > 0 || self.unanswered > 0 {
            let (waiting, unanswered) = (self.under_way, self.unanswered);
            ensure!(self.clock().now() < end, "{waiting} messages do not arrive, {unanswered} are not answered");
            self.turn(end, &mut marks)?;
            marks.clear();
        }
        Ok(())
    }

    /// Lets time pass, and writes down what is told.
    pub fn listen(&mut self, until: Nanos) -> anyhow::Result<()> {
        let mut marks = Vec::new();
        while self.clock().now() < until {
            self.turn(until, &mut marks)?;
            marks.clear();
        }
        Ok(())
    }
}
