//! The socket: a person's tab, for as long as it lasts. One task, one loop: what comes in, what goes out, what lapses.

mod commands;
mod frame;
mod open_sockets;
mod throttle;
mod wire;

use crate::auth::Signed;
use crate::client_address::ClientAddress;
use crate::log_throttle::LogThrottle;
use crate::reply::{Refused, malformed, rejected};
use crate::state::{AppState, Pace};
use axum::body::Body;
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use commands::Answer;
use futures_util::StreamExt;
use futures_util::future::BoxFuture;
use futures_util::stream::FuturesUnordered;
use http::header::{SEC_WEBSOCKET_PROTOCOL, UPGRADE};
use http::{HeaderMap, HeaderValue};
use hyper::upgrade::OnUpgrade;
use myna_chat::store::Session;
use myna_chat::{CatchUp, Chat, Connection, Error, Outgoing};
use myna_protocol::{ByeReason, Command, Event, Feed, Rejection, RequestId, Signal, close};
pub(crate) use open_sockets::OpenSockets;
use std::net::IpAddr;
use std::pin::pin;
use std::time::Duration;
use throttle::Throttle;
use tokio::time::{Instant, sleep_until};
use tokio_tungstenite::tungstenite::handshake::server::create_response_with_body;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use tokio_tungstenite::tungstenite::{self, Message};
use wire::Wire;

const SUBPROTOCOL: &str = "myna.v1";
/// How long a client may take to say hello.
const HELLO_TIMEOUT: Duration = Duration::from_secs(10);
/// How long a client may say nothing at all; it pings more often than that.
const SILENCE_TIMEOUT: Duration = Duration::from_secs(75);
/// How often the store is asked whether the session still holds.
const SESSION_CHECK: Duration = Duration::from_secs(15 * 60);
/// Commands whose answers are still being worked on; no more are read while there are so many.
const UNANSWERED: usize = 64;
/// Broadcasts written before the loop looks elsewhere again.
const BROADCASTS_AT_ONCE: usize = 64;
/// How long somebody counts as still there after their last socket ended: a reload is no departure.
const LEAVING_GRACE: Duration = Duration::from_secs(3);
/// Within how many milliseconds clients come back after the server stops: spread, so that they do not come all at once.
const COME_BACK_MILLIS: u32 = 3_000;

/// `GET /ws`: only from our own pages (see `origin`), only signed in, only in our language, and only
/// so many at a time (see `OpenSockets`).
pub(crate) async fn upgrade(
    State(state): State<AppState>,
    signed: Result<Signed, Refused>,
    mut request: Request,
) -> Response {
    let session = match signed {
        Ok(Signed(session)) => session,
        Err(refused) => return refused.into_response(),
    };
    static LOG: LogThrottle = LogThrottle::new();
    if !request.headers().contains_key(UPGRADE) && LOG.allow() {
        tracing::info!(
            "a request for /ws came without an Upgrade header: does the proxy pass Upgrade and Connection on?"
        );
    }
    let answer = create_response_with_body(&request, Body::empty).ok().filter(|_| speaks_ours(request.headers()));
    let Some((mut answer, upgrade)) = answer.zip(request.extensions_mut().remove::<OnUpgrade>()) else {
        return Refused(Rejection::Malformed).into_response();
    };
    let Some(open) = state.open_sockets.admit(&session) else {
        return Refused(Rejection::TooMany).into_response();
    };
    answer.headers_mut().insert(SEC_WEBSOCKET_PROTOCOL, HeaderValue::from_static(SUBPROTOCOL));
    let (token, chat, pace) = (state.sockets.token(), state.chat, state.pace);
    let from = request.extensions().get::<ClientAddress>().map(|address| address.0);
    tokio::spawn(async move {
        if let Some(mut session) = Box::pin(opened(upgrade, chat, pace, session, from)).await {
            session.run().await;
            session.depart();
        }
        drop((open, token));
    });
    answer
}

/// A socket whose client has the answer; `None` where it went before, and there is nothing to talk to.
async fn opened(
    upgrade: OnUpgrade,
    chat: Chat,
    pace: Pace,
    session: Session,
    from: Option<IpAddr>,
) -> Option<Box<SocketSession>> {
    let wire = Wire::new(upgrade.await.ok()?).await?;
    let connection = chat.hub().connect(session.user.id, session.id);
    Some(Box::new(SocketSession::new(chat, pace, wire, connection, session, from)))
}

/// Whether our language is among those that the client offers.
fn speaks_ours(headers: &HeaderMap) -> bool {
    let offers = headers.get_all(SEC_WEBSOCKET_PROTOCOL).iter().filter_map(|value| value.to_str().ok());
    offers.flat_map(|value| value.split(',')).any(|offer| offer.trim() == SUBPROTOCOL)
}

/// Why the loop ends, with the close code to send; `None` when the other side is gone already.
struct End(Option<(u16, &'static str)>);

impl From<tungstenite::Error> for End {
    fn from(error: tungstenite::Error) -> Self {
        Self(frame::close_code(&error))
    }
}

/// One socket's loop and what it needs.
struct SocketSession {
    chat: Chat,
    wire: Wire,
    connection: Connection,
    session: Session,
    from: Option<IpAddr>,
    throttle: Throttle,
    /// Whether `hello` has been said. Until then nothing is told but refusals: `hello` brings everything anyway.
    welcomed: bool,
    answers: FuturesUnordered<BoxFuture<'static, Event>>,
    last_heard: Instant,
    check_session_at: Instant,
}

impl SocketSession {
    fn new(chat: Chat, pace: Pace, wire: Wire, connection: Connection, session: Session, from: Option<IpAddr>) -> Self {
        let now = Instant::now();
        Self {
            chat,
            throttle: Throttle::new(pace, now),
            wire,
            connection,
            session,
            from,
            welcomed: false,
            answers: FuturesUnordered::new(),
            last_heard: now,
            check_session_at: now + SESSION_CHECK,
        }
    }

    async fn run(&mut self) {
        let End(close) = match self.serve().await {
            Ok(never) => match never {},
            Err(end) => end,
        };
        if let Some((code, reason)) = close {
            Box::pin(self.wire.close(code, reason)).await;
        }
    }

    /// Tells the others, after a while, that the person went, if they did not come back.
    fn depart(self: Box<Self>) {
        let (chat, user) = (self.chat.clone(), self.session.user.id);
        drop(self.connection);
        if chat.hub().is_online(user) {
            return;
        }
        tokio::spawn(async move {
            tokio::time::sleep(LEAVING_GRACE).await;
            chat.departed(user);
        });
    }

    /// Whatever is not about waiting or telling is in a box while it lasts: a socket that waits costs what this future
    /// takes, and most sockets wait.
    async fn serve(&mut self) -> Result<std::convert::Infallible, End> {
        // One timer for the socket's life, set anew only when it has fired: every frame puts the lapse off, and a timer that
        // is made and unmade for each delivery is a good part of what a delivery costs.
        let mut lapse = pin!(sleep_until(self.lapse_at()));
        loop {
            let may_read = self.answers.len() < UNANSWERED;
            let read_at = self.throttle.ready_at();
            tokio::select! {
                outgoing = self.connection.next() => self.deliver(outgoing).await?,
                Some(event) = self.answers.next(), if !self.answers.is_empty() => self.send(&event).await?,
                frame = read(&mut self.wire, read_at), if may_read => {
                    let frame = frame.ok_or(End(None))??;
                    Box::pin(self.on_frame(frame)).await?;
                }
                () = lapse.as_mut() => {
                    Box::pin(self.lapse()).await?;
                    lapse.as_mut().reset(self.lapse_at());
                }
            }
        }
    }

    /// When to look whether something has lapsed. It never comes to be earlier than it was.
    fn lapse_at(&self) -> Instant {
        self.silent_at().min(self.check_session_at)
    }

    /// When the client counts as silent. Who is made to wait by us is not.
    fn silent_at(&self) -> Instant {
        let silence = if self.welcomed { SILENCE_TIMEOUT } else { HELLO_TIMEOUT };
        (self.last_heard + silence).max(self.throttle.ready_at())
    }

    async fn lapse(&mut self) -> Result<(), End> {
        let now = Instant::now();
        if now >= self.check_session_at {
            self.check_session_at = now + SESSION_CHECK;
            if matches!(self.chat.session_holds(self.session.id).await, Ok(false)) {
                return self.end(ByeReason::Revoked).await;
            }
        }
        if now >= self.silent_at() {
            return Err(End(Some((CloseCode::Policy.into(), "nothing was heard for too long"))));
        }
        Ok(())
    }

    /// One frame from the client.
    async fn on_frame(&mut self, frame: Message) -> Result<(), End> {
        let now = Instant::now();
        self.last_heard = now;
        if !self.throttle.take(now) {
            return self.end(ByeReason::TooManyFrames).await;
        }
        match frame {
            Message::Text(text) => match serde_json::from_str(&text) {
                Ok(command) => self.handle(command).await,
                Err(error) => self.send(&malformed(frame::request_of(&text), &error.to_string())).await,
            },
            Message::Binary(_) => Err(End(Some((CloseCode::Unsupported.into(), "only text frames are understood")))),
            Message::Ping(_) | Message::Pong(_) | Message::Frame(_) => Ok(()),
            // The answer to it waits to be written.
            Message::Close(_) => {
                self.flush().await?;
                Err(End(None))
            }
        }
    }

    async fn handle(&mut self, command: Command) -> Result<(), End> {
        match (command, self.welcomed) {
            (Command::Ping {}, _) => self.send(&Event::Pong { server_time: self.chat.clock().now() }).await,
            // A session that has ended since the handshake has ended this connection too: the hub sees to that.
            (Command::Hello { cursors }, false) => self.welcome(&cursors).await,
            (command @ Command::Hello { .. }, true) | (command, false) => {
                self.send(&rejected(command.request(), &Rejection::OutOfOrder.into())).await
            }
            (command, true) => match commands::answer(&self.chat, &self.connection, self.from, command).await {
                Answer::Now(events) => self.send_all(&events).await,
                Answer::Feeds(request, mut feeds) => self.catch_up(Some(request), &mut feeds).await,
                Answer::Later(answer) => {
                    self.answers.push(answer);
                    Ok(())
                }
            },
        }
    }

    /// Welcomes the client and brings it up to date. From here on it gets what happens.
    async fn welcome(
        &mut self,
        cursors: &std::collections::BTreeMap<myna_protocol::Feed, myna_protocol::Rev>,
    ) -> Result<(), End> {
        let chat: Chat = self.chat.clone();
        let mut feeds = match chat.catch_up(&self.connection, cursors).await {
            Ok(feeds) => feeds,
            Err(error) => return self.defer(&error).await,
        };
        self.welcomed = true;
        let (user, server_time) = (self.session.user.clone(), chat.clock().now());
        self.feed(frame::text(&Event::Welcome { user, server_time, limits: chat.limits() })).await?;
        let users = chat.online_for(&self.connection).await;
        if !users.is_empty() {
            self.feed(frame::text(&Event::Signal(Signal::Presence { users, online: true }))).await?;
        }
        self.catch_up(None, &mut feeds).await?;
        chat.arrived(&self.connection);
        Ok(())
    }

    /// Writes feeds one by one: the next one is read when the one before it is on its way, so that a slow reader makes the
    /// server hold one of them, and not all.
    async fn catch_up(&mut self, request: Option<RequestId>, feeds: &mut CatchUp) -> Result<(), End> {
        while let Some(caught) = feeds.next().await {
            match caught {
                // Whoever left meanwhile is told no more of it.
                Ok(caught) if !self.may_hear(caught.feed()) => {}
                Ok(caught) => {
                    for event in commands::events(caught) {
                        self.feed(frame::text(&event)).await?;
                    }
                }
                Err(error) if request.is_none() => return self.defer(&error).await,
                Err(error) => return self.send(&rejected(request, &error)).await,
            }
        }
        self.send(&Event::CaughtUp { request, next: feeds.list_position() }).await
    }

    fn may_hear(&self, feed: Feed) -> bool {
        match feed {
            Feed::Conversation(id) => self.connection.listens(id),
            Feed::User(_) | Feed::Server => true,
        }
    }

    /// The client cannot be welcomed now. Nothing is lost: it comes back and says hello again.
    async fn defer(&mut self, error: &Error) -> Result<(), End> {
        self.send(&rejected(None, error)).await?;
        Err(End(Some((CloseCode::Again.into(), "the server cannot do this right now"))))
    }

    /// Something from the hub, and what waits behind it, in one write.
    async fn deliver(&mut self, outgoing: Outgoing) -> Result<(), End> {
        let broadcast = match outgoing {
            Outgoing::Broadcast(broadcast) => broadcast,
            Outgoing::Bye(reason) => return Box::pin(self.end(reason)).await,
        };
        if !self.welcomed {
            return Ok(());
        }
        self.feed(frame::broadcast(&broadcast)).await?;
        for _ in 1..BROADCASTS_AT_ONCE {
            let Some(broadcast) = self.connection.waiting() else { break };
            self.feed(frame::broadcast(&broadcast)).await?;
        }
        self.flush().await
    }

    async fn end<T>(&mut self, reason: ByeReason) -> Result<T, End> {
        let (code, text) = match reason {
            ByeReason::Stopping => (close::STOPPING, "stopping"),
            ByeReason::SignedOut => (close::SIGNED_OUT, "signed out"),
            ByeReason::Revoked => (close::REVOKED, "revoked"),
            ByeReason::Lagging => (close::LAGGING, "lagging"),
            ByeReason::TooManyFrames => (close::TOO_MANY_FRAMES, "too many frames"),
        };
        if reason == ByeReason::Stopping {
            // What was committed is acknowledged, and what was notified is told, before the end.
            while let Some(event) = self.answers.next().await {
                self.feed(frame::text(&event)).await?;
            }
            while let Some(broadcast) = self.connection.waiting().filter(|_| self.welcomed) {
                self.feed(frame::broadcast(&broadcast)).await?;
            }
        }
        let retry_after = if reason == ByeReason::Stopping { COME_BACK_MILLIS } else { 0 };
        self.send(&Event::Bye { reason, retry_after }).await?;
        Err(End(Some((code, text))))
    }

    async fn send(&mut self, event: &Event) -> Result<(), End> {
        self.send_all(std::slice::from_ref(event)).await
    }

    async fn send_all(&mut self, events: &[Event]) -> Result<(), End> {
        for event in events {
            self.feed(frame::text(event)).await?;
        }
        self.flush().await
    }

    async fn feed(&mut self, frame: frame::Frame) -> Result<(), End> {
        Ok(self.wire.feed(frame).await?)
    }

    async fn flush(&mut self) -> Result<(), End> {
        Ok(self.wire.flush().await?)
    }
}

/// The next frame, but none before `at`. Cancel safe.
async fn read(wire: &mut Wire, at: Instant) -> Option<Result<Message, tungstenite::Error>> {
    if at > Instant::now() {
        sleep_until(at).await;
    }
    wire.next().await
}
