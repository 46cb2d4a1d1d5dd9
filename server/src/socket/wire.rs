//! The connection under a socket: frames come in, texts go out, and its end comes with a reason that can be read.

use bytes::Bytes;
use futures_util::{SinkExt, StreamExt};
use hyper::upgrade::Upgraded;
use hyper_util::rt::TokioIo;
use myna_protocol::limits::FRAME_BYTES;
use std::time::Duration;
use tokio::io::{AsyncWriteExt, copy, sink};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::protocol::frame::Frame;
use tokio_tungstenite::tungstenite::protocol::frame::coding::{Data, OpCode};
use tokio_tungstenite::tungstenite::protocol::{CloseFrame, Role, WebSocketConfig};
use tokio_tungstenite::tungstenite::{Error, Message, Utf8Bytes};

/// The read buffer of a socket; the default of 128 KiB would be most of what an idle one costs.
const READ_BUFFER: usize = 4 * 1024;
/// Bytes written at once at most, and bytes that may wait to be written.
const WRITE_BUFFER: usize = 4 * 1024;
const WRITE_BUFFER_MAX: usize = 512 * 1024;
/// Longer texts go out in pieces of so many bytes: the write buffer has a limit, and keeps the size of the largest frame
/// it has held for as long as the socket lasts.
const PIECE: usize = 4 * 1024;
/// How long one write may take before the client counts as gone.
const WRITE_TIMEOUT: Duration = Duration::from_secs(15);
/// How long the other side has to read why it is closed.
const GOODBYE: Duration = Duration::from_secs(1);

/// One connection after its handshake.
pub(super) struct Wire(WebSocketStream<TcpStream>);

impl Wire {
    /// Takes over what the HTTP server has let go; `None` when it came by anything but TCP.
    pub(super) async fn new(upgraded: Upgraded) -> Option<Self> {
        // Without the layers in between, and without the buffer of the HTTP server.
        let parts = upgraded.downcast::<TokioIo<TcpStream>>().ok()?;
        let config = WebSocketConfig::default()
            .read_buffer_size(READ_BUFFER)
            .write_buffer_size(WRITE_BUFFER)
            .max_write_buffer_size(WRITE_BUFFER_MAX)
            .max_frame_size(Some(FRAME_BYTES))
            .max_message_size(Some(FRAME_BYTES));
        let (stream, early) = (parts.io.into_inner(), parts.read_buf.to_vec());
        Some(Self(WebSocketStream::from_partially_read(stream, early, Role::Server, Some(config)).await))
    }

    /// The next frame; `None` when there is no other side any more. Cancel safe.
    pub(super) async fn hear(&mut self) -> Option<Result<Message, Error>> {
        self.0.next().await
    }

    /// Hands over a text, to go out with the next `flush` at the latest.
    pub(super) async fn feed(&mut self, text: Utf8Bytes) -> Result<(), Error> {
        if text.len() <= PIECE {
            return in_time(self.0.feed(Message::Text(text))).await;
        }
        let mut rest = Bytes::from(text);
        let mut kind = Data::Text;
        while !rest.is_empty() {
            let piece = rest.split_to(PIECE.min(rest.len()));
            in_time(self.0.feed(Message::Frame(Frame::message(piece, OpCode::Data(kind), rest.is_empty())))).await?;
            kind = Data::Continue;
        }
        Ok(())
    }

    pub(super) async fn flush(&mut self) -> Result<(), Error> {
        in_time(self.0.flush()).await
    }

    /// Says why, and gives the other side a moment to read it.
    pub(super) async fn close(&mut self, code: u16, reason: &'static str) {
        let frame = CloseFrame { code: code.into(), reason: Utf8Bytes::from_static(reason) };
        let goodbye = async {
            let _ = self.0.close(Some(frame)).await;
            while let Some(Ok(_)) = self.0.next().await {}
            // After a broken frame nothing can be understood any more. What still comes is let through to nowhere: a
            // connection that is dropped before it is read to its end is torn off, and the reason with it.
            let stream = self.0.get_mut();
            let _ = stream.shutdown().await;
            let _ = copy(stream, &mut sink()).await;
        };
        let _ = timeout(GOODBYE, goodbye).await;
    }
}

/// Waits for a write, but not for ever.
async fn in_time(write: impl Future<Output = Result<(), Error>>) -> Result<(), Error> {
    timeout(WRITE_TIMEOUT, write).await.unwrap_or(Err(Error::ConnectionClosed))
}
