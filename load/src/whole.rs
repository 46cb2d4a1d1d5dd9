//! Whole people: each has the client that browsers have, which reconnects, resumes, and keeps its outbox. This does for
//! them what a browser does: sockets and timers.

mod changes;
mod settling;
mod tab;

use crate::clock::{MILLISECOND, Nanos, SECOND};
use crate::dataset::Dataset;
use crate::history::History;
use crate::latency::Latency;
use crate::marker::{Marker, TEXT_BYTES};
use crate::quick::{ClientPool, Heard, ProtocolAdapter, Told};
use anyhow::{Context, bail, ensure};
use changes::{Change, Changes, EMOJI, edited};
use myna_client::{Action, Client, Status};
use myna_protocol::{Command, ConversationId, Event, Row, Text, Timestamp};
use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};
use std::ops::Range;
use std::sync::Arc;
use tab::Tab;

/// What their clocks show when a run begins: milliseconds since 1970.
const BEGIN: i64 = 1_700_000_000_000;
/// One of so many messages is sent later, by so many milliseconds.
const LATER: u64 = 8;
const LATER_BY: i64 = 400;
/// After so long it should have been sent, also by a node that has just started.
const OVERDUE: Nanos = 45 * SECOND;
/// How long they may take to know everything after the last word.
const SETTLE: Nanos = 120 * SECOND;

/// Whole people at these places of a pool.
pub struct Tabs {
    dataset: Arc<Dataset>,
    places: Range<usize>,
    tabs: Vec<Tab>,
    timers: BinaryHeap<Reverse<(Nanos, usize)>>,
    live: usize,
    told: Vec<Told>,
    /// What they do besides sending, if they do.
    changes: Option<Changes>,
    /// How many scheduled messages the server did not send in time.
    overdue: u64,
    /// Whether the server's clock is set back: then a time may be hours away.
    pub clock_is_set: bool,
    /// How many connections were opened.
    opened: u64,
    /// From the beginning of an attempt to connect again until all that was missed is known, where it succeeded.
    pub replays: Latency,
    /// From the end of a connection until all is known again.
    pub absences: Latency,
    /// From when a message was due until somebody was shown it.
    pub deliveries: Latency,
}

fn timestamp(at: Nanos) -> Timestamp {
    Timestamp(BEGIN + (at / MILLISECOND) as i64)
}

fn moment(at: Timestamp) -> Nanos {
    u64::try_from(at.millis() - BEGIN).unwrap_or(0) * MILLISECOND
}

impl Tabs {
    /// The people at these places, who know nothing yet. Each looks at the first of their conversations.
    pub fn new(dataset: Arc<Dataset>, places: Range<usize>) -> Self {
        Self {
            tabs: places.clone().map(Tab::new).collect(),
            dataset,
            places,
            timers: BinaryHeap::new(),
            live: 0,
            told: Vec::new(),
            changes: None,
            overdue: 0,
            clock_is_set: false,
            opened: 0,
            replays: Latency::default(),
            absences: Latency::default(),
            deliveries: Latency::default(),
        }
    }

    /// They edit, react, reply and send later too.
    pub fn with_changes(self) -> Self {
        Self { changes: Some(Changes::default()), ..self }
    }

    /// How many know everything and are told at once.
    pub fn live(&self) -> usize {
        self.live
    }

    /// How many connections were opened so far.
    pub fn opened(&self) -> u64 {
        self.opened
    }

    /// Whether this person is one of them.
    pub fn has(&self, person: usize) -> bool {
        self.places.contains(&person)
    }

    /// When the next of them has something to do by itself.
    pub fn next_wake(&self) -> Nanos {
        self.timers.peek().map_or(Nanos::MAX, |Reverse((at, _))| *at)
    }

    /// Somebody's device has a network again.
    pub fn online(&mut self, pool: &mut ClientPool<impl ProtocolAdapter>, person: usize) -> anyhow::Result<()> {
        self.act(pool, person, Client::online)
    }

    /// Everybody begins to connect, and looks at the first of their conversations.
    pub fn connect(
        &mut self,
        pool: &mut ClientPool<impl ProtocolAdapter>,
        history: &mut History,
    ) -> anyhow::Result<()> {
        const AT_ONCE: usize = 200;
        let end = pool.clock().now() + SETTLE;
        for person in self.places.clone() {
            let look = self.dataset.people[person].talks.first().map(|talk| self.dataset.talks[*talk as usize].id);
            if let Some(talk) = look {
                self.act(pool, person, |client, now| client.open(talk, now))?;
            }
            self.act(pool, person, Client::connect)?;
            while person + 1 - self.places.start > self.live + AT_ONCE {
                ensure!(pool.clock().now() < end, "only {} of {} are connected", self.live, self.tabs.len());
                self.turn(pool, history, end)?;
            }
        }
        while self.live < self.tabs.len() {
            ensure!(pool.clock().now() < end, "only {} of {} are connected", self.live, self.tabs.len());
            self.turn(pool, history, end)?;
        }
        Ok(())
    }

    /// Somebody says something that was due at this moment.
    pub fn say(
        &mut self,
        pool: &mut ClientPool<impl ProtocolAdapter>,
        history: &mut History,
        person: usize,
        talk: u32,
        due: Nanos,
    ) -> anyhow::Result<()> {
        let number = history.send(person, talk, due);
        let text = Text::parse(&Marker { number, due }.text(TEXT_BYTES)).ok().context("a marker is a text")?;
        let (id, client_id) = (self.dataset.talks[talk as usize].id, self.dataset.client_id(number));
        if self.changes.is_some() {
            self.change(pool, person, id, number)?;
            if number % LATER == 5 {
                history.scheduled(number);
                return self.schedule(pool, person, number, id, text);
            }
        }
        self.act(pool, person, |client, now| client.send(id, client_id, text, now))
    }

    /// A person sends a message a little later.
    fn schedule(
        &mut self,
        pool: &mut ClientPool<impl ProtocolAdapter>,
        person: usize,
        number: u64,
        id: ConversationId,
        text: Text,
    ) -> anyhow::Result<()> {
        let (client_id, mut asked) = (self.dataset.client_id(number), None);
        self.act(pool, person, |client, now| {
            let send_at = client.server_time(now).plus(LATER_BY);
            let (request, actions) = client.schedule(id, client_id, text, send_at, now);
            asked = Some(request);
            actions
        })?;
        if let Some((request, changes)) = asked.zip(self.changes.as_mut()) {
            changes.ask(person, request, Change::Schedule(number));
        }
        Ok(())
    }

    /// What could not be scheduled is sent at once, under the same id: if it was scheduled all the same, it is that message. What
    /// is long overdue is sent now: where the server's clock was set back, its time may be hours away.
    fn send_scheduled(&mut self, pool: &mut ClientPool<impl ProtocolAdapter>, history: &History) -> anyhow::Result<()> {
        let unscheduled = self.changes.as_mut().map(Changes::take_unscheduled).unwrap_or_default();
        for (number, person) in unscheduled {
            let sent = &history.sent[number as usize];
            let text =
                Text::parse(&Marker { number, due: sent.due }.text(TEXT_BYTES)).ok().context("a marker is a text")?;
            let (id, client_id) = (self.dataset.talks[sent.talk as usize].id, self.dataset.client_id(number));
            self.act(pool, person, |client, now| client.send(id, client_id, text, now))?;
        }
        let before = pool.clock().now().saturating_sub(OVERDUE);
        let overdue = self.changes.as_mut().map(|changes| changes.take_overdue(before)).unwrap_or_default();
        for (number, person) in overdue.into_iter().filter(|(number, _)| history.sent[*number as usize].acked.is_none())
        {
            let client_id = self.dataset.client_id(number);
            self.overdue += 1;
            self.act(pool, person, |client, now| client.send_scheduled(client_id, now).1)?;
        }
        Ok(())
    }

    /// Before every fourth message its sender edits their last one, before another they react to the newest, and another is a
    /// reply to it.
    fn change(
        &mut self,
        pool: &mut ClientPool<impl ProtocolAdapter>,
        person: usize,
        id: ConversationId,
        number: u64,
    ) -> anyhow::Result<()> {
        let mut asked = None;
        self.act(pool, person, |client, now| {
            let newest = client.conversation(id).map_or(0, |view| view.last_seq);
            match number % 4 {
                1 if newest > 0 => client.reply_to(id, Some(newest), now),
                2 => {
                    let seq = client.last_editable(id, now);
                    let text = seq.and_then(|seq| edited(client.text_to_be(id, seq)?, number));
                    let text = text.and_then(|text| Text::parse(&text).ok());
                    let Some((seq, text)) = seq.zip(text) else { return Vec::new() };
                    let change = Change::Edit((id, seq), text.as_str().to_owned());
                    let (request, actions) = client.edit(id, seq, text, now);
                    asked = Some((request, change));
                    actions
                }
                3 if newest > 0 && client.my_reaction(id, newest).is_none() => {
                    let (request, actions) = client.react(id, newest, Some(EMOJI.to_owned()), now);
                    asked = Some((request, Change::React((id, newest))));
                    actions
                }
                _ => Vec::new(),
            }
        })?;
        if let Some(((request, change), changes)) = asked.zip(self.changes.as_mut()) {
            changes.ask(person, request, change);
        }
        Ok(())
    }

    /// Somebody's connection is cut, with a close frame or without a word.
    pub fn cut(
        &mut self,
        pool: &mut ClientPool<impl ProtocolAdapter>,
        person: usize,
        code: Option<u16>,
    ) -> anyhow::Result<()> {
        pool.close(person, code)?;
        self.act(pool, person, |client, now| client.closed(None, now))
    }

    /// Waits until something happens or this moment comes, and lets the clients do what follows.
    pub fn turn(
        &mut self,
        pool: &mut ClientPool<impl ProtocolAdapter>,
        history: &mut History,
        until: Nanos,
    ) -> anyhow::Result<()> {
        let mut told = std::mem::take(&mut self.told);
        pool.turn(Some(until.min(self.next_wake())), &mut told)?;
        for told in told.drain(..).filter(|told| self.places.contains(&told.person)).collect::<Vec<_>>() {
            self.hear(pool, history, told)?;
        }
        self.told = told;
        self.send_scheduled(pool, history)?;
        self.tick(pool)
    }

    /// Does what is due.
    pub fn tick(&mut self, pool: &mut ClientPool<impl ProtocolAdapter>) -> anyhow::Result<()> {
        let now = pool.clock().now();
        while let Some(Reverse((at, person))) = self.timers.peek().copied().filter(|Reverse((at, _))| *at <= now) {
            self.timers.pop();
            let tab = &mut self.tabs[person - self.places.start];
            if tab.wake == Some(at) {
                tab.wake = None;
                self.act(pool, person, Client::tick)?;
            }
        }
        Ok(())
    }

    /// One of them was told something.
    pub fn hear(
        &mut self,
        pool: &mut ClientPool<impl ProtocolAdapter>,
        history: &mut History,
        told: Told,
    ) -> anyhow::Result<()> {
        let Told { at, person, heard } = told;
        match heard {
            Heard::Opened => {
                self.opened += 1;
                self.act(pool, person, Client::opened)
            }
            Heard::Event(event) => {
                self.note(history, at, person, &event);
                self.act(pool, person, |client, now| client.event(*event, now))
            }
            Heard::Closed(code) => self.act(pool, person, |client, now| client.closed(code, now)),
            other => bail!("{person} is whole, and is told {other:?}"),
        }
    }

    /// Writes down what an event says of messages.
    fn note(&mut self, history: &mut History, at: Nanos, person: usize, event: &Event) {
        let tab = &mut self.tabs[person - self.places.start];
        match event {
            Event::Rows(rows) => {
                for row in &rows.rows {
                    let Row::Message(message) = row else { continue };
                    let Some(number) = self.dataset.number_of(message.client_id) else { continue };
                    if tab.had.insert(number)
                        && !history.sent.get(number as usize).is_some_and(|sent| sent.scheduled)
                        && let Some(marker) = Marker::read(message.text.as_bytes())
                    {
                        self.deliveries.add(at.saturating_sub(marker.due));
                    }
                    // A sender's own row is as good as the answer: the client asks no more.
                    if message.sender == self.dataset.people[person].id {
                        history.acked(number, message.seq, at);
                    }
                }
            }
            Event::Ack { request, seq: Some(seq), .. } => {
                if let Some(number) = tab.asked.remove(request) {
                    history.acked(number, *seq, at);
                }
            }
            Event::Rejected { request: Some(request), .. } => {
                if let Some(number) = tab.asked.remove(request) {
                    history.refused(number);
                }
            }
            _ => {}
        }
    }

    /// Does something to a client, and what it asks for.
    fn act(
        &mut self,
        pool: &mut ClientPool<impl ProtocolAdapter>,
        person: usize,
        act: impl FnOnce(&mut Client, Timestamp) -> Vec<Action>,
    ) -> anyhow::Result<()> {
        let now = pool.clock().now();
        let tab = &mut self.tabs[person - self.places.start];
        let mut actions = VecDeque::from(act(&mut tab.client, timestamp(now)));
        while let Some(action) = actions.pop_front() {
            match action {
                Action::Connect => {
                    tab.since = now;
                    tab.asked.clear();
                    pool.connect(person)?;
                }
                Action::Close(code) => pool.close(person, Some(code))?,
                Action::Send(command) => {
                    if let Command::Send { request, client_id, .. } = &command
                        && let Some(number) = self.dataset.number_of(*client_id)
                    {
                        tab.asked.insert(*request, number);
                    }
                    pool.say(person, &serde_json::to_string(&command)?)?;
                }
                Action::WakeAt(at) => {
                    // A moment of its clock has passed when the next one has begun.
                    let at = moment(at).max(now);
                    tab.wake = Some(at);
                    self.timers.push(Reverse((at, person)));
                }
                Action::Keep(unsent) => tab.kept.extend(self.dataset.number_of(unsent.client_id)),
                Action::Forget(client_id) => {
                    if let Some(number) = self.dataset.number_of(client_id) {
                        tab.kept.remove(&number);
                    }
                }
                Action::Answered(request, answer) => {
                    if let Some(changes) = &mut self.changes {
                        changes.answered(person, request, &answer, now);
                    }
                }
                Action::KeepDraft(..) | Action::KeepEdit(..) | Action::KeepReply(..) => {}
                Action::SignedOut => bail!("{person} was signed out"),
            }
        }
        let live = tab.client.status() == Status::Live;
        if live != tab.live {
            tab.live = live;
            if live {
                self.live += 1;
                if let Some(gone) = tab.gone {
                    self.replays.add(now.saturating_sub(tab.since));
                    self.absences.add(now.saturating_sub(gone));
                }
            } else {
                self.live -= 1;
                tab.gone = Some(now);
            }
        }
        Ok(())
    }
}
