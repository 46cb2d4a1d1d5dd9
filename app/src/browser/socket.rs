//! One WebSocket, as long as it lasts.

use crate::client_handle::ClientHandle;
use futures_util::future::poll_fn;
use futures_util::{FutureExt, SinkExt, StreamExt};
use gloo_net::http::Request;
use gloo_net::websocket::futures::WebSocket;
use gloo_net::websocket::{Message, State, WebSocketError};
use leptos::prelude::*;
use leptos::task::spawn_local;
use myna_protocol::{Command, Event, close};
use std::cell::RefCell;
use std::rc::Rc;
use std::task::Poll;

pub(super) struct Socket(Rc<RefCell<Option<WebSocket>>>);

impl Socket {
    /// Opens a socket to the page's own server and tells the client what comes of it.
    pub(super) fn open(handle: ClientHandle, generation: u64) -> Self {
        let socket = Self(Rc::new(RefCell::new(WebSocket::open_with_protocol(&address(), "myna.v1").ok())));
        spawn_local(listen(Rc::clone(&socket.0), handle, generation));
        socket
    }

    pub(super) fn send(&self, command: &Command) {
        let (Ok(text), Some(socket)) = (serde_json::to_string(command), &mut *self.0.borrow_mut()) else { return };
        // One that is closing ends in `listen`, and the client says it all again.
        if !matches!(socket.state(), State::Open) {
            return;
        }
        // An open socket always takes a frame at once.
        let _ = socket.send(Message::Text(text)).now_or_never();
    }

    pub(super) fn close(self, code: u16) {
        if let Some(socket) = self.0.borrow_mut().take() {
            let _ = socket.close(Some(code), None);
        }
    }
}

fn address() -> String {
    let location = window().location();
    let scheme = if location.protocol().is_ok_and(|protocol| protocol == "https:") { "wss" } else { "ws" };
    format!("{scheme}://{}/ws", location.host().unwrap_or_default())
}

async fn listen(socket: Rc<RefCell<Option<WebSocket>>>, handle: ClientHandle, generation: u64) {
    // It also counts as ready when it could not be opened.
    let opened = poll_fn(|cx| match &mut *socket.borrow_mut() {
        Some(socket) => socket.poll_ready_unpin(cx).map(|_| matches!(socket.state(), State::Open)),
        None => Poll::Ready(false),
    });
    let opened = opened.await;
    if opened && handle.hears(generation) {
        handle.socket_refused(false);
        handle.act(|client, now| client.opened(now));
    }
    let code = loop {
        let frame = poll_fn(|cx| match &mut *socket.borrow_mut() {
            Some(socket) => socket.poll_next_unpin(cx),
            None => Poll::Ready(None),
        });
        match frame.await {
            Some(Ok(Message::Text(text))) => match serde_json::from_str::<Event>(&text) {
                Ok(event) if handle.hears(generation) => handle.act(|client, now| client.event(event, now)),
                Ok(_) => return,
                // A frame of a newer server: what it means is learnt by a reload, and nothing breaks meanwhile.
                Err(error) => leptos::logging::warn!("a frame was not understood: {error}"),
            },
            Some(Ok(Message::Bytes(_))) => {}
            Some(Err(WebSocketError::ConnectionClose(event))) => break Some(event.code),
            Some(Err(_)) => {}
            None => break None,
        }
    };
    socket.borrow_mut().take();
    // Browsers do not tell a page why a socket failed to open.
    let session = if opened { None } else { session().await };
    handle.socket_refused(session == Some(SESSION_THERE));
    let code = if session == Some(SESSION_ENDED) { Some(close::REVOKED) } else { code };
    if handle.hears(generation) {
        handle.act(|client, now| client.closed(code, now));
    }
}

/// The HTTP statuses of `/session`: this browser has a session, or has none.
const SESSION_THERE: u16 = 204;
const SESSION_ENDED: u16 = 401;

/// What the server answers when it is asked for the session; `None` when it does not answer.
async fn session() -> Option<u16> {
    Request::get("/session").send().await.ok().map(|response| response.status())
}

impl ClientHandle {
    /// Whether the socket of this generation is still the client's.
    fn hears(self, generation: u64) -> bool {
        self.browser(|browser| browser.is_current(generation)).unwrap_or(false)
    }
}
