//! All connections of a run on one thread: one wait for whichever has something to tell.

mod events;

use super::connection::{Connection, ConnectionState, connect};
use super::frames::OpCode;
use super::protocol_adapter::{Heard, ProtocolAdapter};
use crate::clock::{Clock, MILLISECOND, Nanos, SECOND};
use anyhow::{Context, bail, ensure};
use mio::{Events, Interest, Poll, Token};
use std::io::ErrorKind;
use std::net::SocketAddr;
use std::ops::Range;
use std::time::Duration;

/// Bytes read at once.
const READ: usize = 64 * 1024;
/// Connections told of by one wait.
const EVENTS: usize = 1_024;
/// Connections that are being opened at a time: a server has a queue for them.
const OPENING: usize = 200;
/// Who has said nothing for so long pings.
const SILENCE: Nanos = 25 * SECOND;
/// How long a request for a socket may take.
const PATIENCE: Nanos = 60 * SECOND;

/// Something that a connection told, and when it was read.
#[derive(Debug)]
pub struct Told {
    pub at: Nanos,
    pub person: usize,
    pub heard: Heard,
}

/// People with a connection each, who speak one language.
pub struct ClientPool<D> {
    poll: Poll,
    events: Events,
    connections: Vec<Connection>,
    adapter: D,
    clock: Clock,
    /// Of the servers: people go to them in turn.
    addresses: Vec<SocketAddr>,
    buffer: Vec<u8>,
    open: usize,
    pinged: Nanos,
    frame: Vec<u8>,
    punctual: bool,
}

impl<D: ProtocolAdapter> ClientPool<D> {
    /// So many people, nobody of them connected, of a server that is here.
    pub fn new(adapter: D, people: usize, address: SocketAddr, clock: Clock) -> anyhow::Result<Self> {
        let limit = rlimit::increase_nofile_limit(u64::MAX).unwrap_or(1_024);
        ensure!(people as u64 + 64 < limit, "{people} sockets are more than the limit of open files, {limit}, allows");
        Ok(Self {
            poll: Poll::new()?,
            events: Events::with_capacity(EVENTS),
            connections: (0..people).map(|_| Connection::default()).collect(),
            adapter,
            clock,
            addresses: vec![address],
            buffer: vec![0; READ],
            open: 0,
            pinged: 0,
            frame: Vec::new(),
            punctual: true,
        })
    }

    /// Lets moments be missed by up to a millisecond, rather than to use a processor for waiting: for schedules that never
    /// pause, beside which a server has to find its time.
    pub fn relax(&mut self) {
        self.punctual = false;
    }

    /// The same people, who go to these servers in turn.
    #[must_use]
    pub fn spread(self, addresses: Vec<SocketAddr>) -> Self {
        Self { addresses, ..self }
    }

    /// What is spoken here.
    pub fn adapter(&self) -> &D {
        &self.adapter
    }

    /// The clock of the run.
    pub fn clock(&self) -> Clock {
        self.clock
    }

    /// How many people there are.
    pub fn people(&self) -> usize {
        self.connections.len()
    }

    /// How many have an open connection.
    pub fn open(&self) -> usize {
        self.open
    }

    /// The state of a person's connection.
    pub fn state(&self, person: usize) -> ConnectionState {
        self.connections[person].state
    }

    /// Opens the connections of these people, a few hundred at a time, until all are told everything as it happens.
    pub fn connect_all(&mut self, people: Range<usize>, mut progress: impl FnMut(usize)) -> anyhow::Result<()> {
        let end = self.clock.now() + PATIENCE + people.len() as u64 * 20 * MILLISECOND;
        let (mut next, mut live, mut told) = (0, 0, Vec::new());
        while live < people.len() {
            while next < people.len() && next - live < OPENING {
                self.connect(people.start + next)?;
                next += 1;
            }
            self.turn(Some(self.clock.now() + SECOND), &mut told)?;
            for Told { person, heard, .. } in told.drain(..) {
                match heard {
                    Heard::Live => live += 1,
                    Heard::Closed(code) => bail!("the server has closed the connection of {person}: {code:?}"),
                    _ => {}
                }
            }
            progress(live);
            ensure!(self.clock.now() < end, "only {live} of {} are connected after a long while", people.len());
        }
        Ok(())
    }

    /// Begins to open somebody's connection. What comes of it is told.
    pub fn connect(&mut self, person: usize) -> anyhow::Result<()> {
        self.disconnect(person);
        let address = self.addresses[person % self.addresses.len()];
        let mut stream = connect(address, person, self.connections.len()).context("no connection can be opened")?;
        self.poll.registry().register(&mut stream, Token(person), Interest::READABLE | Interest::WRITABLE)?;
        let connection = &mut self.connections[person];
        (connection.stream, connection.state, connection.last_sent) =
            (Some(stream), ConnectionState::Connecting, self.clock.now());
        Ok(())
    }

    /// Ends somebody's connection, saying so with a code or not at all. Nothing more is told of it.
    pub fn close(&mut self, person: usize, code: Option<u16>) -> anyhow::Result<()> {
        if let Some(code) = code.filter(|_| self.connections[person].is_open()) {
            self.put(person, OpCode::Close, &code.to_be_bytes());
        }
        self.disconnect(person);
        Ok(())
    }

    fn disconnect(&mut self, person: usize) {
        let connection = std::mem::take(&mut self.connections[person]);
        self.open -= usize::from(connection.is_open());
    }

    /// Whether the system has taken everything that somebody has said, so that more may be said.
    pub fn is_clear(&self, person: usize) -> bool {
        self.connections[person].out.is_empty()
    }

    /// Stops reading from a person's connection, or goes on with it.
    pub fn pause_reading(&mut self, person: usize, paused: bool) {
        self.connections[person].paused = paused;
    }

    /// Loses everything on a person's connection, in both directions: a broken link before anybody notices it.
    pub fn break_link(&mut self, person: usize) {
        let connection = &mut self.connections[person];
        (connection.paused, connection.broken) = (true, true);
    }

    /// Says something. On a connection that is not open it is lost.
    pub fn say(&mut self, person: usize, text: &str) -> anyhow::Result<()> {
        self.put(person, OpCode::Text, text.as_bytes());
        Ok(())
    }

    fn put(&mut self, person: usize, code: OpCode, payload: &[u8]) {
        self.connections[person].send(code, payload, self.clock.now(), &mut self.frame);
    }

    /// Waits until somebody tells something or this moment comes, and appends what was told. It may end early.
    pub fn turn(&mut self, until: Option<Nanos>, told: &mut Vec<Told>) -> anyhow::Result<()> {
        let now = self.clock.now();
        if now > self.pinged + SECOND {
            self.pinged = now;
            self.ping(now)?;
        }
        let wait = until.unwrap_or(now + SECOND).saturating_sub(now).min(SECOND);
        // The system waits for whole milliseconds: who is punctual does not wait for the last part of one.
        let wait = if self.punctual { wait / MILLISECOND } else { wait.div_ceil(MILLISECOND) };
        let wait = Duration::from_millis(wait);
        match self.poll.poll(&mut self.events, Some(wait)) {
            Err(error) if error.kind() == ErrorKind::Interrupted => return Ok(()),
            polled => polled?,
        }
        let mut events = std::mem::replace(&mut self.events, Events::with_capacity(0));
        for event in &events {
            let person = event.token().0;
            if event.is_writable() {
                self.writable(person, told)?;
            }
            if event.is_readable() && !self.connections[person].paused {
                let ends = event.is_read_closed() || event.is_error();
                self.readable(person, ends, told)?;
            }
        }
        events.clear();
        self.events = events;
        Ok(())
    }

    /// Reads the bytes that arrived while reading was paused.
    pub fn catch_up(&mut self, person: usize, told: &mut Vec<Told>) -> anyhow::Result<()> {
        if self.connections[person].stream.is_some() { self.readable(person, true, told) } else { Ok(()) }
    }

    fn ping(&mut self, now: Nanos) -> anyhow::Result<()> {
        let Some(ping) = self.adapter.ping().map(str::to_owned) else { return Ok(()) };
        for person in 0..self.connections.len() {
            let connection = &self.connections[person];
            if connection.is_open() && now > connection.last_sent + SILENCE {
                self.say(person, &ping)?;
            }
        }
        Ok(())
    }
}
