//! One connection of a client, and the connection to the server that belongs to it.

use super::message::{Command, Message};
use super::steering::Steering;
use bson::doc;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};

#[derive(Debug)]
pub(super) struct Connection {
    steering: Arc<Steering>,
    /// How often all connections had been cut when this one started.
    cuts: u64,
    stream_cuts: u64,
    /// The id of the message that opens a change stream or asks for its next changes, until the server answers it.
    asked: Mutex<Option<i32>>,
}

impl Connection {
    pub(super) fn new(steering: Arc<Steering>) -> Self {
        let now = steering.now();
        Self { steering, cuts: now.cuts, stream_cuts: now.stream_cuts, asked: Mutex::new(None) }
    }

    /// Forwards messages both ways until either side closes or the proxy cuts the connection.
    pub(super) async fn carry(self, client: TcpStream, server: &str) {
        let carried = async {
            self.steering.wait_for(|state| !state.hangs).await;
            let server = TcpStream::connect(server).await?;
            // Messages are small and must not wait for more.
            client.set_nodelay(true)?;
            server.set_nodelay(true)?;
            let (from_client, to_client) = client.into_split();
            let (from_server, to_server) = server.into_split();
            let to_client = tokio::sync::Mutex::new(to_client);
            tokio::select! {
                ended = self.up(from_client, to_server, &to_client) => ended,
                ended = self.down(from_server, &to_client) => ended,
            }
        };
        tokio::select! {
            // An error ends the connection, which both sides notice by themselves.
            _ = carried => {}
            () = self.cut() => {}
        }
    }

    /// From the client to the server.
    async fn up(
        &self,
        mut client: OwnedReadHalf,
        mut server: OwnedWriteHalf,
        to_client: &tokio::sync::Mutex<OwnedWriteHalf>,
    ) -> io::Result<()> {
        while let Some(message) = Message::read(&mut client).await? {
            let delay = self.steering.now().delay;
            if !delay.is_zero() {
                tokio::time::sleep(delay).await;
            }
            self.steering.wait_for(|state| !state.hangs).await;
            if self.is_cut() {
                return Ok(());
            }
            if let Some(command) = message.command() {
                let of_stream = self.is_of_stream(&command);
                let is_refused = !command.any_server_answers() && self.steering.takes_step_down()
                    || command.opens_change_stream() && self.steering.takes_stream_refusal();
                if is_refused {
                    if message.expects_answer() {
                        let answer = refusal(&message, &command.labels_of_refusal(of_stream))?;
                        to_client.lock().await.write_all(answer.bytes()).await?;
                    }
                    // Cut only now, so that the client receives the answer first.
                    self.steering.cut();
                    return Ok(());
                }
                if command.reads_cursor().is_some_and(|cursor| self.steering.streams.is_doomed(cursor)) {
                    return Ok(());
                }
                if of_stream {
                    *self.asked() = Some(message.request_id());
                }
                if command.reads() {
                    self.steering.change(|state| state.reads += 1);
                }
            }
            server.write_all(message.bytes()).await?;
        }
        Ok(())
    }

    /// From the server to the client.
    async fn down(&self, mut server: OwnedReadHalf, to_client: &tokio::sync::Mutex<OwnedWriteHalf>) -> io::Result<()> {
        while let Some(message) = Message::read(&mut server).await? {
            let of_stream = *self.asked() == Some(message.response_to());
            self.steering.wait_for(|state| !(state.hangs || of_stream && state.holds_streams)).await;
            if self.is_cut() {
                return Ok(());
            }
            if of_stream {
                // Clear it before the client can ask for more.
                *self.asked() = None;
                if let Some(cursor) = message.cursor() {
                    self.steering.streams.opened(cursor);
                }
            }
            to_client.lock().await.write_all(message.bytes()).await?;
        }
        Ok(())
    }

    /// Waits until the proxy must cut this connection.
    async fn cut(&self) {
        let mut states = self.steering.subscribe();
        let mut stream_cuts = self.stream_cuts;
        loop {
            let now = states.borrow_and_update().clone();
            if now.cuts != self.cuts || (now.stream_cuts != stream_cuts && self.asked().is_some()) {
                return;
            }
            stream_cuts = now.stream_cuts;
            if states.changed().await.is_err() {
                return;
            }
        }
    }

    fn is_cut(&self) -> bool {
        self.steering.now().cuts != self.cuts
    }

    fn is_of_stream(&self, command: &Command<'_>) -> bool {
        command.opens_change_stream() || command.reads_cursor().is_some_and(|cursor| self.steering.streams.has(cursor))
    }

    fn asked(&self) -> MutexGuard<'_, Option<i32>> {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The answer of a server that was the primary a moment ago.
fn refusal(to: &Message, labels: &[&str]) -> io::Result<Message> {
    let mut body = doc! { "ok": 0.0, "errmsg": "not primary", "code": 10107, "codeName": "NotWritablePrimary" };
    if !labels.is_empty() {
        body.insert("errorLabels", labels);
    }
    Message::answer(to.request_id(), &body)
}
