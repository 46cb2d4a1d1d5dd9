//! Somebody who is signed in, and their sockets.

use crate::node::{DEADLINE, Node};
use anyhow::{Context, bail};
use futures_util::{SinkExt, StreamExt};
use myna_protocol::{ClientId, Command, ConversationId, Event, RequestId, Row, UserId};
use reqwest::Client;
use std::collections::BTreeMap;
use std::hash::{BuildHasher, RandomState};
use std::net::SocketAddr;
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::{WebSocketStream, client_async};

/// What everybody says.
const TEXT: &str = "See you at the station at half past seven, and bring the bird book.";

pub(crate) struct Person {
    pub(crate) id: UserId,
    cookie: String,
}

impl Person {
    pub(crate) async fn sign_up(node: &Node, name: &str) -> anyhow::Result<Self> {
        let address = node.address;
        let request = Client::new().post(format!("http://{address}/api/sign_up"));
        let request = request.header("origin", format!("http://{address}"));
        let answer = request.form(&[("name", name), ("password", "correct horse battery")]).send().await?;
        let cookie = answer.headers().get("set-cookie").with_context(|| format!("{name} was not let in"))?;
        let cookie = cookie.to_str()?.split(';').next().unwrap_or_default().to_owned();
        let (_, id) = Socket::open(address, &cookie).await?;
        Ok(Self { id, cookie })
    }

    /// A socket to a node, which may be another one than where they signed up.
    pub(crate) async fn connect(&self, node: &Node) -> anyhow::Result<Socket> {
        Ok(Socket::open(node.address, &self.cookie).await?.0)
    }
}

pub(crate) struct Socket {
    stream: WebSocketStream<TcpStream>,
    request: RequestId,
}

/// An id that nobody else has.
pub(crate) fn random_id<T>(from_bytes: impl FnOnce([u8; 16]) -> T) -> T {
    // Each state is seeded with the system's randomness.
    let half = || RandomState::new().hash_one(()).to_be_bytes();
    let mut bytes = [0; 16];
    bytes[..8].copy_from_slice(&half());
    bytes[8..].copy_from_slice(&half());
    // Version 7, variant 1: what ids of clients have to be.
    (bytes[6], bytes[8]) = (bytes[6] & 0x0f | 0x70, bytes[8] & 0x3f | 0x80);
    from_bytes(bytes)
}

impl Socket {
    /// A socket that has been told everything, and whose it is.
    async fn open(address: SocketAddr, cookie: &str) -> anyhow::Result<(Self, UserId)> {
        let mut request = format!("ws://{address}/ws").into_client_request()?;
        let origin = format!("http://{address}");
        for (name, value) in [("origin", origin.as_str()), ("cookie", cookie), ("sec-websocket-protocol", "myna.v1")] {
            request.headers_mut().insert(name, value.parse()?);
        }
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        let (stream, _) = timeout(DEADLINE, client_async(request, stream)).await??;
        let mut socket = Self { stream, request: 0 };
        socket.command(&Command::Hello { cursors: BTreeMap::new() }).await?;
        let mut whose = None;
        loop {
            match socket.event().await? {
                Event::Welcome { user, .. } => whose = Some(user.id),
                Event::CaughtUp { .. } => return Ok((socket, whose.context("the server says who one is")?)),
                _ => {}
            }
        }
    }

    async fn command(&mut self, command: &Command) -> anyhow::Result<()> {
        Ok(self.stream.send(Message::text(serde_json::to_string(command)?)).await?)
    }

    /// The next frame with a text.
    pub(crate) async fn frame(&mut self) -> anyhow::Result<String> {
        loop {
            let frame = timeout(DEADLINE, self.stream.next()).await?.context("the server closed the socket")??;
            if let Message::Text(text) = frame {
                return Ok(text.as_str().to_owned());
            }
        }
    }

    async fn event(&mut self) -> anyhow::Result<Event> {
        Ok(serde_json::from_str(&self.frame().await?)?)
    }

    fn next_request(&mut self) -> RequestId {
        self.request += 1;
        self.request
    }

    /// Says something, without waiting for the answer.
    pub(crate) async fn say(&mut self, conversation: ConversationId) -> anyhow::Result<(RequestId, ClientId)> {
        let (request, client_id) = (self.next_request(), random_id(ClientId::from_bytes));
        self.command(&Command::Send { request, conversation, client_id, text: TEXT.to_owned() }).await?;
        Ok((request, client_id))
    }

    /// Waits for the answer to this request.
    pub(crate) async fn acked(&mut self, wanted: RequestId) -> anyhow::Result<Option<ConversationId>> {
        loop {
            match self.event().await? {
                Event::Ack { request, conversation, .. } if request == wanted => return Ok(conversation),
                Event::Rejected { text, .. } => bail!("refused: {text}"),
                _ => {}
            }
        }
    }

    /// Waits for the row of this message.
    pub(crate) async fn reads(&mut self, client_id: ClientId) -> anyhow::Result<()> {
        loop {
            let Event::Rows(rows) = self.event().await? else { continue };
            let is_it = |row: &Row| matches!(row, Row::Message(message) if message.client_id == client_id);
            if rows.rows.iter().any(is_it) {
                return Ok(());
            }
        }
    }

    pub(crate) async fn direct(&mut self, user: UserId) -> anyhow::Result<ConversationId> {
        let request = self.next_request();
        self.command(&Command::Direct { request, user }).await?;
        self.acked(request).await?.context("the server says which conversation it is")
    }

    /// Makes a channel.
    pub(crate) async fn channel(&mut self, name: &str) -> anyhow::Result<ConversationId> {
        let (request, conversation) = (self.next_request(), random_id(ConversationId::from_bytes));
        self.command(&Command::Channel { request, conversation, name: name.to_owned() }).await?;
        self.acked(request).await?;
        Ok(conversation)
    }

    pub(crate) async fn join(&mut self, conversation: ConversationId) -> anyhow::Result<()> {
        let request = self.next_request();
        self.command(&Command::Join { request, conversation }).await?;
        self.acked(request).await?;
        Ok(())
    }
}
