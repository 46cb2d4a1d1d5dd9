//! One connection of a client pool: its socket, its state, and the bytes under way.

use super::frames::{Frames, OpCode, put_masked};
use crate::clock::Nanos;
use mio::net::TcpStream;
use socket2::{Domain, Socket, Type};
use std::io::{ErrorKind, Write};
use std::net::{Ipv4Addr, SocketAddr};

/// Sockets from one source address: it has about 28,000 ports.
const PER_SOURCE: usize = 25_000;
/// The error of a system whose connection is under way.
const EINPROGRESS: i32 = 115;

/// The state of a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConnectionState {
    /// There is no connection.
    Closed,
    Connecting,
    /// The server has not answered the request for a socket yet.
    Upgrading,
    Open,
}

pub(super) struct Connection {
    pub(super) stream: Option<TcpStream>,
    pub(super) state: ConnectionState,
    pub(super) frames: Frames,
    /// The answer to the request for a socket, so far.
    pub(super) head: Vec<u8>,
    /// Bytes that the system has not taken yet.
    pub(super) out: Vec<u8>,
    /// When the client sent its last frame.
    pub(super) last_sent: Nanos,
    /// The client reads nothing.
    pub(super) paused: bool,
    /// Frames that the client sends are lost.
    pub(super) broken: bool,
}

impl Default for Connection {
    fn default() -> Self {
        Self {
            stream: None,
            state: ConnectionState::Closed,
            frames: Frames::default(),
            head: Vec::new(),
            out: Vec::new(),
            last_sent: 0,
            paused: false,
            broken: false,
        }
    }
}

impl Connection {
    pub(super) fn is_open(&self) -> bool {
        self.state == ConnectionState::Open
    }

    /// Sends a frame at this time. On a connection that is not open it is lost. `frame` is memory to write it in.
    pub(super) fn send(&mut self, code: OpCode, payload: &[u8], now: Nanos, frame: &mut Vec<u8>) {
        if !self.is_open() || self.broken {
            return;
        }
        self.last_sent = now;
        if self.out.is_empty() {
            frame.clear();
            put_masked(frame, code, payload);
            let written = self.write(frame);
            self.out.extend_from_slice(&frame[written..]);
        } else {
            put_masked(&mut self.out, code, payload);
        }
    }

    /// Writes the bytes that wait, as far as the system takes them.
    pub(super) fn flush(&mut self) {
        let mut out = std::mem::take(&mut self.out);
        let written = self.write(&out);
        if written < out.len() {
            out.drain(..written);
            self.out = out;
        }
    }

    /// Writes as much as the system takes; how many bytes. Bytes that cannot be written any more are lost: the next read
    /// finds the end of the connection.
    fn write(&mut self, bytes: &[u8]) -> usize {
        let Some(stream) = &mut self.stream else { return bytes.len() };
        let mut written = 0;
        while written < bytes.len() {
            match stream.write(&bytes[written..]) {
                Ok(count) => written += count,
                Err(error) if error.kind() == ErrorKind::WouldBlock => break,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(_) => return bytes.len(),
            }
        }
        written
    }
}

/// Begins to open a connection for one of so many people: from several source addresses, where one has too few ports.
pub(super) fn connect(address: SocketAddr, person: usize, people: usize) -> std::io::Result<TcpStream> {
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
