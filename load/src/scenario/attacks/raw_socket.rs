//! A WebSocket without a client behind it: the attacker decides what it sends, and whether it reads.

use crate::quick::{Frame, Frames, Myna, OpCode, ProtocolAdapter, put_masked};
use anyhow::{Context, ensure};
use myna_protocol::{Command, Event};
use std::collections::VecDeque;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use tokio::time::timeout;

/// How long the server may take to answer the request for a socket, or to send something that is waited for.
const PATIENCE: Duration = Duration::from_secs(30);
/// Bytes of the system's buffer for what arrives: an attacker keeps it small, so that the server has to keep the rest.
const RECEIVE_BUFFER: u32 = 4 * 1_024;
/// Bytes of an answer to a request for a socket, at most.
const HEAD_BYTES: usize = 8 * 1_024;

/// An open WebSocket.
pub(super) struct RawSocket {
    stream: TcpStream,
    frames: Frames,
    waiting: VecDeque<Received>,
    closed: bool,
}

/// The payload of a frame that the server has sent. Reading it takes time, which a measurement may want to leave out.
pub(super) struct Received(Vec<u8>);

impl Received {
    pub(super) fn bytes(&self) -> usize {
        self.0.len()
    }

    pub(super) fn event(&self) -> anyhow::Result<Event> {
        serde_json::from_slice(&self.0).context("it is no event")
    }

    /// Whether it ends the answer to a `hello`, if no other answer is waited for.
    pub(super) fn is_caught_up(&self) -> bool {
        self.0.starts_with(br#"{"type":"caught_up""#)
    }
}

impl RawSocket {
    /// Opens a socket with the cookie of this person, or `None` if the server refuses. With `reads`, the system takes as much
    /// as it likes; without, it takes very little.
    pub(super) async fn open(
        myna: &Myna,
        person: usize,
        server: SocketAddr,
        reads: bool,
    ) -> anyhow::Result<Option<Self>> {
        let socket = TcpSocket::new_v4()?;
        if !reads {
            socket.set_recv_buffer_size(RECEIVE_BUFFER)?;
        }
        let mut stream = socket.connect(server).await.context("the server accepts no connection")?;
        stream.set_nodelay(true)?;
        let answer = timeout(PATIENCE, upgrade(&mut stream, &myna.request(person))).await;
        let is_open = answer.context("the request for a socket is not answered")?.unwrap_or(false);
        let (frames, waiting, closed) = Default::default();
        Ok(is_open.then_some(Self { stream, frames, waiting, closed }))
    }

    /// Sends a command. An error where the server has closed the connection.
    pub(super) async fn send(&mut self, command: &Command) -> anyhow::Result<()> {
        let mut frame = Vec::new();
        put_masked(&mut frame, OpCode::Text, serde_json::to_string(command)?.as_bytes());
        Ok(timeout(PATIENCE, self.stream.write_all(&frame)).await.context("the server reads nothing")??)
    }

    /// The next event, or `None` when the server has closed the connection. An error where none comes for long.
    pub(super) async fn next(&mut self) -> anyhow::Result<Option<Received>> {
        let mut buffer = vec![0; 64 * 1_024];
        while self.waiting.is_empty() && !self.closed {
            let count = match timeout(PATIENCE, self.stream.read(&mut buffer)).await.context("no event comes")? {
                Ok(0) | Err(_) => return Ok(None),
                Ok(count) => count,
            };
            let Self { frames, waiting, closed, .. } = self;
            frames.take(&buffer[..count], |frame| {
                match frame {
                    Frame::Message(payload) => waiting.push_back(Received(payload.to_vec())),
                    Frame::Close(_) => *closed = true,
                    Frame::Ping(_) | Frame::Pong => {}
                }
                Ok(())
            })?;
        }
        Ok(self.waiting.pop_front())
    }
}

/// Asks for a socket; whether the server opens it. It reads the answer's head and no byte more.
async fn upgrade(stream: &mut TcpStream, request: &str) -> anyhow::Result<bool> {
    stream.write_all(request.as_bytes()).await?;
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        ensure!(head.len() < HEAD_BYTES, "the answer to a request for a socket does not end");
        head.push(stream.read_u8().await?);
    }
    Ok(head.starts_with(b"HTTP/1.1 101 "))
}
