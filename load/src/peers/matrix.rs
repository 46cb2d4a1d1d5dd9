//! Matrix' client-server interface: a message is a PUT, and what is new comes by asking again and again. Clients of it live
//! in a gateway of this process, to which the generator talks by texts as it does to everybody else.

use super::Rooms;
use crate::marker::{MARKER_BYTES, Marker, decimal};
use crate::quick::{Frame, Frames, Heard, OpCode, ProtocolAdapter, put_plain};
use anyhow::{Context, bail};
use reqwest::{Client, Method, StatusCode};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Runtime;
use tokio::sync::mpsc;

const PASSWORD: &str = "correct horse battery";
/// Members are told of when they speak, as the documentation advises clients; nothing is asked for that nobody needs.
const FILTER: &str = r#"{"presence":{"types":[]},"account_data":{"types":[]},"room":{"account_data":{"types":[]},"ephemeral":{"types":[]},"state":{"lazy_load_members":true},"timeline":{"limit":500}}}"#;
/// Milliseconds for which a question for what is new may stay open.
const WAIT: u32 = 30_000;

/// The generator's side of the gateway.
pub(super) struct Gateway;

impl ProtocolAdapter for Gateway {
    fn request(&self, person: usize) -> String {
        format!("GET /{person} HTTP/1.1\r\n\r\n")
    }

    fn greeting(&self, _: usize) -> Option<String> {
        None
    }

    fn message(&self, _: usize, talk: u32, number: u64, text: &str) -> String {
        format!("{talk} {number} {text}")
    }

    fn hear(&self, _: usize, message: &[u8], tell: &mut dyn FnMut(Heard)) -> anyhow::Result<()> {
        if message.is_empty() {
            tell(Heard::Live);
        } else if let Some(Marker { number, due }) = Marker::read(message) {
            tell(Heard::Row { conversation: 0, seq: 0, number, due });
        } else if let Some((request, _)) = message.strip_prefix(b"ack ").and_then(decimal) {
            tell(Heard::Ack { request, seq: 0 });
        } else {
            bail!("the gateway: {}", String::from_utf8_lossy(message));
        }
        Ok(())
    }
}

/// What the clients have in common.
struct Clients {
    http: Client,
    base: String,
    /// What makes transactions of this run differ from those of others.
    run: u64,
    known: Everybody,
}

/// Who is signed in already, and how far they were told: as their devices would remember it while the server is away.
pub(super) type Everybody = Arc<Mutex<HashMap<usize, Known>>>;

#[derive(Debug, Clone)]
pub(super) struct Known {
    token: String,
    since: String,
    /// The rooms' ids.
    rooms: Vec<String>,
}

#[derive(Deserialize)]
struct SignedIn {
    access_token: String,
}

#[derive(Deserialize)]
struct Joined {
    room_id: String,
}

#[derive(Deserialize)]
struct Synced {
    next_batch: String,
}

/// Opens a gateway to the server that is here, which lasts as long as the runtime; where it listens. Who is not known yet is
/// signed up first.
pub(super) fn gateway(
    runtime: &Runtime,
    server: SocketAddr,
    rooms: &Rooms,
    known: Everybody,
) -> anyhow::Result<SocketAddr> {
    let http = Client::builder().no_proxy().build()?;
    let base = format!("http://{server}/_matrix/client/v3");
    let clients = Arc::new(Clients { http, base, run: fastrand::u64(..), known });
    for person in 0..rooms.people() {
        if clients.known(person).is_none() {
            let known = runtime.block_on(clients.begin(person, &rooms.of(person)))?;
            clients.remember(person, known);
        }
    }
    let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0"))?;
    let address = listener.local_addr()?;
    runtime.spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(connection(clients.clone(), stream));
        }
    });
    Ok(address)
}

/// One client, from its connection to the gateway to the end of it. What goes wrong is told as the last text.
async fn connection(clients: Arc<Clients>, stream: TcpStream) {
    let _ = stream.set_nodelay(true);
    let (reader, writer) = stream.into_split();
    let (texts, queue) = mpsc::unbounded_channel();
    let writing = tokio::spawn(write(writer, queue));
    if let Err(error) = clients.serve(reader, &texts).await {
        let _ = texts.send(format!("{error:#}").into_bytes());
    }
    drop(texts);
    let _ = writing.await;
}

async fn write(mut writer: OwnedWriteHalf, mut queue: mpsc::UnboundedReceiver<Vec<u8>>) {
    let mut out = b"HTTP/1.1 101 Come in\r\n\r\n".to_vec();
    loop {
        if writer.write_all(&out).await.is_err() {
            return;
        }
        let Some(text) = queue.recv().await else { return };
        out.clear();
        put_plain(&mut out, OpCode::Text, &text);
    }
}

impl Clients {
    fn known(&self, person: usize) -> Option<Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner).get(&person).cloned()
    }

    fn remember(&self, person: usize, known: Known) {
        self.known.lock().unwrap_or_else(PoisonError::into_inner).insert(person, known);
    }

    async fn serve(
        self: &Arc<Self>,
        mut reader: OwnedReadHalf,
        texts: &mpsc::UnboundedSender<Vec<u8>>,
    ) -> anyhow::Result<()> {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            head.push(reader.read_u8().await?);
        }
        let person = head.strip_prefix(b"GET /").and_then(decimal).context("the request names a person")?.0 as usize;
        let known = self.known(person).context("everybody is known")?;
        texts.send(Vec::new())?;
        let listening = self.listen(person, known.clone(), texts);
        let speaking = self.speak(&known, reader, texts);
        // The generator hangs up, or something goes wrong.
        tokio::select! {
            ended = listening => ended,
            ended = speaking => ended,
        }
    }

    /// Signs somebody up, and lets them into these rooms, which are made by whoever comes first.
    async fn begin(&self, person: usize, into: &[usize]) -> anyhow::Result<Known> {
        let register =
            format!(r#"{{"auth":{{"type":"m.login.dummy"}},"username":"p{person}","password":"{PASSWORD}"}}"#);
        let signed_in: SignedIn = self.ask(Method::POST, "/register", None, register).await?;
        let token = signed_in.access_token;
        let mut rooms = Vec::new();
        for room in into {
            let path = format!("/join/%23r{room}:localhost");
            let mut joined: Result<Joined, String> =
                self.call(Method::POST, &path, Some(&token), "{}".to_owned()).await?;
            if joined.is_err() {
                // Nobody has made it yet.
                let make = format!(r#"{{"room_alias_name":"r{room}","preset":"public_chat"}}"#);
                joined = self.call(Method::POST, "/createRoom", Some(&token), make).await?;
            }
            let Joined { room_id } = joined.map_err(anyhow::Error::msg)?;
            rooms.push(room_id);
        }
        let synced: Synced = self.ask(Method::GET, &sync(None), Some(&token), String::new()).await?;
        Ok(Known { token, since: synced.next_batch, rooms })
    }

    /// Tells what is new, for ever.
    async fn listen(
        &self,
        person: usize,
        mut known: Known,
        texts: &mpsc::UnboundedSender<Vec<u8>>,
    ) -> anyhow::Result<()> {
        loop {
            self.remember(person, known.clone());
            let (status, body) =
                self.exchange(Method::GET, &sync(Some(&known.since)), Some(&known.token), String::new()).await?;
            anyhow::ensure!(status.is_success(), "{status}: {}", String::from_utf8_lossy(&body));
            known.since = serde_json::from_slice::<Synced>(&body)?.next_batch;
            let mut rest: &[u8] = &body;
            while let Some((_, end)) = Marker::find(rest) {
                texts.send(rest[end - MARKER_BYTES..end].to_vec())?;
                rest = &rest[end..];
            }
        }
    }

    /// Sends what the generator says, each message at once.
    async fn speak(
        self: &Arc<Self>,
        known: &Known,
        mut reader: OwnedReadHalf,
        texts: &mpsc::UnboundedSender<Vec<u8>>,
    ) -> anyhow::Result<()> {
        let (mut frames, mut buffer) = (Frames::default(), vec![0; 4 * 1_024]);
        loop {
            let count = reader.read(&mut buffer).await?;
            if count == 0 {
                return Ok(());
            }
            frames.take(&buffer[..count], |frame| {
                let Frame::Message(message) = frame else { return Ok(()) };
                let mut words = std::str::from_utf8(message)?.splitn(3, ' ');
                let (Some(room), Some(number), Some(text)) = (words.next(), words.next(), words.next()) else {
                    bail!("a message has three words");
                };
                let room = known.rooms.get(room.parse::<usize>()?).context("they are in the room")?;
                let path = format!("/rooms/{room}/send/m.room.message/{:016x}-{number}", self.run);
                let body = format!(r#"{{"msgtype":"m.text","body":"{text}"}}"#);
                let (clients, token, texts, number) =
                    (self.clone(), known.token.clone(), texts.clone(), number.to_owned());
                tokio::spawn(async move {
                    let told = match clients.exchange(Method::PUT, &path, Some(&token), body).await {
                        Ok((status, _)) if status.is_success() => format!("ack {number}"),
                        Ok((status, body)) => format!("{status}: {}", String::from_utf8_lossy(&body)),
                        Err(error) => format!("{error:#}"),
                    };
                    let _ = texts.send(told.into_bytes());
                });
                Ok(())
            })?;
        }
    }

    /// One request: its answer, which has to be a good one.
    async fn ask<T: DeserializeOwned>(
        &self,
        method: Method,
        path: &str,
        token: Option<&str>,
        body: String,
    ) -> anyhow::Result<T> {
        self.call(method, path, token, body).await?.map_err(anyhow::Error::msg)
    }

    /// One request: its answer, or what was said against it.
    async fn call<T: DeserializeOwned>(
        &self,
        method: Method,
        path: &str,
        token: Option<&str>,
        body: String,
    ) -> anyhow::Result<Result<T, String>> {
        let (status, answer) = self.exchange(method, path, token, body).await?;
        if status.is_success() {
            return Ok(Ok(serde_json::from_slice(&answer)?));
        }
        Ok(Err(format!("{path}: {status}: {}", String::from_utf8_lossy(&answer))))
    }

    async fn exchange(
        &self,
        method: Method,
        path: &str,
        token: Option<&str>,
        body: String,
    ) -> anyhow::Result<(StatusCode, Vec<u8>)> {
        let mut request = self.http.request(method, format!("{}{path}", self.base)).body(body);
        if let Some(token) = token {
            request = request.bearer_auth(token);
        }
        let answer = request.send().await?;
        Ok((answer.status(), answer.bytes().await?.to_vec()))
    }
}

/// The question for what is new since, or for how far everything has come.
fn sync(since: Option<&str>) -> String {
    let filter: String = FILTER.bytes().map(|byte| format!("%{byte:02X}")).collect();
    match since {
        Some(since) => format!("/sync?filter={filter}&timeout={WAIT}&since={since}"),
        None => format!("/sync?filter={filter}&timeout=0"),
    }
}
