//! All connections of a run on one thread: one wait for whichever has something to tell.

use super::frames::{Frame, Frames, OpCode, put_masked};
use super::protocol_adapter::{Heard, ProtocolAdapter};
use crate::clock::{Clock, MILLISECOND, Nanos, SECOND};
use anyhow::{Context, bail, ensure};
use mio::net::TcpStream;
use mio::{Events, Interest, Poll, Token};
use socket2::{Domain, Socket, Type};
use std::io::{ErrorKind, Read, Write};
use std::net::{Ipv4Addr, SocketAddr};
use std::ops::Range;
use std::time::Duration;

/// Bytes read at once.
const READ: usize = 64 * 1024;
/// Connections told of by one wait.
const EVENTS: usize = 1_024;
/// Sockets from one source address: it has about 28,000 ports.
const PER_SOURCE: usize = 25_000;
/// Connections that are being opened at a time: a server has a queue for them.
const OPENING: usize = 200;
/// Who has said nothing for so long pings.
const SILENCE: Nanos = 25 * SECOND;
/// How long a request for a socket may take.
const PATIENCE: Nanos = 60 * SECOND;
/// The answer to a request for a socket is shorter.
const HEAD_BYTES: usize = 8 * 1024;
/// What a system says of a connection that is under way.
const EINPROGRESS: i32 = 115;

/// The state of a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConnectionState {
    /// There is none.
    Closed,
    Connecting,
    /// The request for a socket is not answered yet.
    Upgrading,
    Open,
}

struct Line {
    stream: Option<TcpStream>,
    state: ConnectionState,
    frames: Frames,
    /// The answer to the request for a socket, so far.
    head: Vec<u8>,
    /// What the system has not taken yet.
    out: Vec<u8>,
    said: Nanos,
    /// Nothing is read from it.
    timed_out: bool,
    /// What is said on it goes nowhere.
    mute: bool,
}

impl Default for Line {
    fn default() -> Self {
        Self {
            stream: None,
            state: ConnectionState::Closed,
            frames: Frames::default(),
            head: Vec::new(),
            out: Vec::new(),
            said: 0,
            timed_out: false,
            mute: false,
        }
    }
}

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
    lines: Vec<Line>,
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
            lines: (0..people).map(|_| Line::default()).collect(),
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
        self.lines.len()
    }

    /// How many have an open connection.
    pub fn open(&self) -> usize {
        self.open
    }

    /// The state of a person's connection.
    pub fn state(&self, person: usize) -> ConnectionState {
        self.lines[person].state
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
        self.drop_line(person);
        let address = self.addresses[person % self.addresses.len()];
        let mut stream = connect(address, person, self.lines.len()).context("no connection can be opened")?;
        self.poll.registry().register(&mut stream, Token(person), Interest::READABLE | Interest::WRITABLE)?;
        let line = &mut self.lines[person];
        (line.stream, line.state, line.said) = (Some(stream), ConnectionState::Connecting, self.clock.now());
        Ok(())
    }

    /// Ends somebody's connection, saying so with a code or not at all. Nothing more is told of it.
    pub fn close(&mut self, person: usize, code: Option<u16>) -> anyhow::Result<()> {
        if let Some(code) = code.filter(|_| self.lines[person].state == ConnectionState::Open) {
            self.put(person, OpCode::Close, &code.to_be_bytes())?;
        }
        self.drop_line(person);
        Ok(())
    }

    fn drop_line(&mut self, person: usize) {
        let line = std::mem::take(&mut self.lines[person]);
        self.open -= usize::from(line.state == ConnectionState::Open);
    }

    /// Whether the system has taken everything that somebody has said, so that more may be said.
    pub fn is_clear(&self, person: usize) -> bool {
        self.lines[person].out.is_empty()
    }

    /// From now on nothing is read from somebody's connection, or it is again.
    pub fn deafen(&mut self, person: usize, timed_out: bool) {
        self.lines[person].timed_out = timed_out;
    }

    /// From now on nothing gets through on somebody's connection, and nobody is told: a broken link before it is noticed.
    pub fn break_link(&mut self, person: usize) {
        let line = &mut self.lines[person];
        (line.timed_out, line.mute) = (true, true);
    }

    /// Says something. On a connection that is not open it is lost.
    pub fn say(&mut self, person: usize, text: &str) -> anyhow::Result<()> {
        self.put(person, OpCode::Text, text.as_bytes())
    }

    fn put(&mut self, person: usize, code: OpCode, payload: &[u8]) -> anyhow::Result<()> {
        let line = &mut self.lines[person];
        if line.state != ConnectionState::Open || line.mute {
            return Ok(());
        }
        line.said = self.clock.now();
        if line.out.is_empty() {
            self.frame.clear();
            put_masked(&mut self.frame, code, payload);
            let written = write(line, &self.frame)?;
            line.out.extend_from_slice(&self.frame[written..]);
        } else {
            put_masked(&mut line.out, code, payload);
        }
        Ok(())
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
            if event.is_readable() && !self.lines[person].timed_out {
                let ends = event.is_read_closed() || event.is_error();
                self.readable(person, ends, told)?;
            }
        }
        events.clear();
        self.events = events;
        Ok(())
    }

    /// Reads what has come while somebody was timed_out.
    pub fn catch_up(&mut self, person: usize, told: &mut Vec<Told>) -> anyhow::Result<()> {
        if self.lines[person].stream.is_some() { self.readable(person, true, told) } else { Ok(()) }
    }

    fn ping(&mut self, now: Nanos) -> anyhow::Result<()> {
        let Some(ping) = self.adapter.ping().map(str::to_owned) else { return Ok(()) };
        for person in 0..self.lines.len() {
            let line = &self.lines[person];
            if line.state == ConnectionState::Open && now > line.said + SILENCE {
                self.say(person, &ping)?;
            }
        }
        Ok(())
    }

    fn writable(&mut self, person: usize, told: &mut Vec<Told>) -> anyhow::Result<()> {
        let line = &mut self.lines[person];
        let Some(stream) = &line.stream else { return Ok(()) };
        if line.state == ConnectionState::Connecting {
            let failed = stream.take_error()?.is_some();
            match stream.peer_addr() {
                Ok(_) if !failed => {
                    line.state = ConnectionState::Upgrading;
                    line.out = self.adapter.request(person).into_bytes();
                }
                Err(error) if error.kind() == ErrorKind::NotConnected && !failed => return Ok(()),
                _ => return self.lost(person, None, told),
            }
        }
        let out = std::mem::take(&mut line.out);
        let written = write(line, &out)?;
        if written < out.len() {
            line.out = out[written..].to_vec();
        }
        Ok(())
    }

    /// Reads until there is nothing left. A read that does not fill the buffer has emptied the connection, unless that is
    /// closed too.
    fn readable(&mut self, person: usize, ends: bool, told: &mut Vec<Told>) -> anyhow::Result<()> {
        let mut buffer = std::mem::take(&mut self.buffer);
        let read = self.read(person, ends, &mut buffer, told);
        self.buffer = buffer;
        read
    }

    fn read(&mut self, person: usize, ends: bool, buffer: &mut [u8], told: &mut Vec<Told>) -> anyhow::Result<()> {
        loop {
            let Some(stream) = &mut self.lines[person].stream else { return Ok(()) };
            let count = match stream.read(buffer) {
                Ok(0) => return self.lost(person, None, told),
                Ok(count) => count,
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(()),
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                Err(_) => return self.lost(person, None, told),
            };
            if !self.took(person, &buffer[..count], told)? || (count < READ && !ends) {
                return Ok(());
            }
        }
    }

    /// Understands what was read; whether the connection lasts.
    fn took(&mut self, person: usize, bytes: &[u8], told: &mut Vec<Told>) -> anyhow::Result<bool> {
        let at = self.clock.now();
        let line = &mut self.lines[person];
        let mut rest = Vec::new();
        let mut bytes: &[u8] = bytes;
        if line.state == ConnectionState::Upgrading {
            line.head.extend_from_slice(bytes);
            let Some(end) = memchr::memmem::find(&line.head, b"\r\n\r\n") else {
                ensure!(line.head.len() < HEAD_BYTES, "the answer to a request for a socket does not end");
                return Ok(true);
            };
            if !line.head.starts_with(b"HTTP/1.1 101 ") {
                // Not now: a server that starts or stops says so.
                self.lost(person, None, told)?;
                return Ok(false);
            }
            rest.extend_from_slice(&line.head[end + 4..]);
            (line.head, line.state) = (Vec::new(), ConnectionState::Open);
            self.open += 1;
            bytes = &rest;
            told.push(Told { at, person, heard: Heard::Opened });
            if let Some(greeting) = self.adapter.greeting(person) {
                self.say(person, &greeting)?;
            }
        }
        let line = &mut self.lines[person];
        let mut frames = std::mem::take(&mut line.frames);
        let (mut over, mut pongs) = (None, Vec::new());
        let first = told.len();
        frames.take(bytes, |frame| {
            match frame {
                Frame::Message(message) => {
                    self.adapter.hear(person, message, &mut |heard| told.push(Told { at, person, heard }))?;
                }
                Frame::Close(code) => over = Some(code),
                Frame::Ping(payload) => pongs.push(payload.to_vec()),
                Frame::Pong => {}
            }
            Ok(())
        })?;
        self.lines[person].frames = frames;
        for pong in pongs {
            self.put(person, OpCode::Pong, &pong)?;
        }
        let mut place = first;
        while let Some(entry) = told.get_mut(place) {
            if let Heard::Say(text) = &mut entry.heard {
                let text = std::mem::take(text);
                told.remove(place);
                self.say(person, &text)?;
            } else {
                place += 1;
            }
        }
        if let Some(code) = over {
            self.lost(person, code, told)?;
            return Ok(false);
        }
        Ok(true)
    }

    fn lost(&mut self, person: usize, code: Option<u16>, told: &mut Vec<Told>) -> anyhow::Result<()> {
        self.close(person, code)?;
        told.push(Told { at: self.clock.now(), person, heard: Heard::Closed(code) });
        Ok(())
    }
}

/// Writes as much as the system takes. What cannot be written any more is lost, and the end is read next.
fn write(line: &mut Line, bytes: &[u8]) -> anyhow::Result<usize> {
    let Some(stream) = &mut line.stream else { return Ok(bytes.len()) };
    let mut written = 0;
    while written < bytes.len() {
        match stream.write(&bytes[written..]) {
            Ok(count) => written += count,
            Err(error) if error.kind() == ErrorKind::WouldBlock => break,
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(_) => return Ok(bytes.len()),
        }
    }
    Ok(written)
}

/// A connection that is being opened, from one of several addresses where one has too few ports.
fn connect(address: SocketAddr, person: usize, people: usize) -> std::io::Result<TcpStream> {
    if people <= PER_SOURCE {
        let stream = TcpStream::connect(address)?;
        return stream.set_nodelay(true).map(|()| stream);
    }
    let source = Ipv4Addr::new(127, 0, 0, u8::try_from(1 + person / PER_SOURCE).unwrap_or(u8::MAX));
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None)?;
    socket.set_nonblocking(true)?;
    socket.set_tcp_nodelay(true)?;
    socket.bind(&SocketAddr::from((source, 0)).into())?;
    match socket.connect(&address.into()) {
        Err(error) if error.raw_os_error() != Some(EINPROGRESS) => Err(error),
        _ => Ok(TcpStream::from_std(socket.into())),
    }
}
