//! The connection under a socket: frames come in, texts go out, and its end comes with a reason that can be read.
//!
//! What comes in, and what answers it (pongs, the closing handshake), is tungstenite's. Texts go past it: their frames are
//! made once for all sockets, and are written from where they are, many in one call, without a copy for each socket.

use super::frame::Frame;
use crate::client_stream::ClientStream;
use bytes::{Buf, Bytes};
use futures_util::FutureExt;
use futures_util::{SinkExt, StreamExt};
use hyper::upgrade::Upgraded;
use hyper_util::rt::TokioIo;
use myna_protocol::limits::FRAME_BYTES;
use std::future::poll_fn;
use std::io::{self, IoSlice};
use std::pin::{Pin, pin};
use std::time::Duration;
use tokio::io::{AsyncWrite, AsyncWriteExt, copy, sink};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::protocol::{CloseFrame, Role, WebSocketConfig};
use tokio_tungstenite::tungstenite::{Error, Message, Utf8Bytes};

/// The read buffer of a socket; the default of 128 KiB would be most of what an idle one costs.
const READ_BUFFER: usize = 2 * 1024;
/// Bytes of pongs that may wait to be written.
const CONTROL_MAX: usize = 4 * 1024;
/// Frames written by one call, at most.
const AT_ONCE: usize = 64;
/// Bytes that may wait to be written together.
const TOGETHER: usize = 64 * 1024;
/// How long one write may take before the client counts as gone.
const WRITE_TIMEOUT: Duration = Duration::from_secs(15);
/// How long the other side has to read why it is closed.
const GOODBYE: Duration = Duration::from_secs(1);

/// One connection after its handshake.
pub(super) struct Wire {
    socket: WebSocketStream<TcpStream>,
    /// Frames that were handed over and are not written yet.
    waiting: Vec<Bytes>,
    waiting_bytes: usize,
}

impl Wire {
    /// Takes over what the HTTP server has let go; `None` when it came by anything but TCP.
    pub(super) async fn new(upgraded: Upgraded) -> Option<Self> {
        // Without the layers in between, and without the buffer of the HTTP server.
        let parts = upgraded.downcast::<TokioIo<ClientStream<TcpStream>>>().ok()?;
        let config = WebSocketConfig::default()
            .read_buffer_size(READ_BUFFER)
            .write_buffer_size(0)
            .max_write_buffer_size(CONTROL_MAX)
            .max_frame_size(Some(FRAME_BYTES))
            .max_message_size(Some(FRAME_BYTES));
        let (stream, early) = (parts.io.into_inner().into_inner(), parts.read_buf.to_vec());
        let socket = WebSocketStream::from_partially_read(stream, early, Role::Server, Some(config)).await;
        Some(Self { socket, waiting: Vec::new(), waiting_bytes: 0 })
    }

    /// The next frame; `None` when there is no other side any more. Cancel safe.
    pub(super) async fn next(&mut self) -> Option<Result<Message, Error>> {
        self.socket.next().await
    }

    /// Hands over a frame, to go out with the next `flush` at the latest.
    pub(super) async fn feed(&mut self, Frame(frame): Frame) -> Result<(), Error> {
        self.waiting_bytes += frame.len();
        self.waiting.push(frame);
        if self.waiting_bytes >= TOGETHER { self.flush().await } else { Ok(()) }
    }

    /// Writes what was handed over, after the answers that tungstenite has to give: no frame begins inside another.
    pub(super) async fn flush(&mut self) -> Result<(), Error> {
        // Most writes are done at once: no timer is asked for then.
        match self.socket.flush().now_or_never() {
            Some(flushed) => flushed?,
            None => in_time(self.socket.flush()).await?,
        }
        let frames = std::mem::take(&mut self.waiting);
        self.waiting_bytes = 0;
        let mut writing = pin!(write_all(self.socket.get_mut(), frames));
        match writing.as_mut().now_or_never() {
            Some(written) => Ok(written?),
            None => in_time(async { Ok(writing.await?) }).await,
        }
    }

    /// Says why, and gives the other side a moment to read it.
    pub(super) async fn close(&mut self, code: u16, reason: &'static str) {
        let frame = CloseFrame { code: code.into(), reason: Utf8Bytes::from_static(reason) };
        let goodbye = async {
            let _ = self.socket.close(Some(frame)).await;
            while let Some(Ok(_)) = self.socket.next().await {}
            // After a broken frame nothing can be understood any more. What still comes is let through to nowhere: a
            // connection that is dropped before it is read to its end is torn off, and the reason with it.
            let stream = self.socket.get_mut();
            let _ = stream.shutdown().await;
            let _ = copy(stream, &mut sink()).await;
        };
        let _ = timeout(GOODBYE, goodbye).await;
    }
}

/// Writes all these frames, one after the other.
async fn write_all(stream: &mut TcpStream, mut frames: Vec<Bytes>) -> io::Result<()> {
    let mut first = 0;
    while first < frames.len() {
        let next = &frames[first..];
        let write = poll_fn(|context| {
            let mut slices = [IoSlice::new(&[]); AT_ONCE];
            for (slice, frame) in slices.iter_mut().zip(next) {
                *slice = IoSlice::new(frame);
            }
            let count = slices.len().min(next.len());
            Pin::new(&mut *stream).poll_write_vectored(context, &slices[..count])
        });
        let mut written = write.await?;
        if written == 0 {
            return Err(io::ErrorKind::WriteZero.into());
        }
        while first < frames.len() && written >= frames[first].len() {
            written -= frames[first].len();
            first += 1;
        }
        if written > 0 {
            frames[first].advance(written);
        }
    }
    Ok(())
}

/// Waits for a write, but not for ever.
async fn in_time(write: impl Future<Output = Result<(), Error>>) -> Result<(), Error> {
    timeout(WRITE_TIMEOUT, write).await.unwrap_or(Err(Error::ConnectionClosed))
}
