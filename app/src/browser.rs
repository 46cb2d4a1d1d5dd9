//! The browser: the one place that does what the client asks for, and knows sockets, timers and storage.

pub(crate) mod emoji;
pub(crate) mod locale;
pub(crate) mod page;
mod socket;
pub(crate) mod sound;
pub(crate) mod storage;
pub(crate) mod tab;
pub(crate) mod words;

use crate::client_handle::ClientHandle;
use crate::preferences::SOUNDS_COOKIE;
use leptos::leptos_dom::helpers::TimeoutHandle;
use leptos::prelude::*;
use myna_client::Action;
use myna_protocol::{ClientId, ConversationId, Timestamp, UserId};
use socket::Socket;
use std::time::Duration;

/// The session has been ended from this page: nothing of it stays on the device.
pub(crate) fn forget_and_leave(user: UserId) {
    storage::clear(user);
    page::leave();
}

/// Plays the sound for a new message, if sounds are on and this window does not have the focus.
pub(crate) fn new_message() {
    if !page::is_looked_at() && page::preference(SOUNDS_COOKIE).is_some() {
        sound::chirp();
    }
}

/// What the client's actions act on.
#[derive(Default)]
pub(crate) struct Browser {
    socket: Option<Socket>,
    timer: Option<TimeoutHandle>,
    /// Counts sockets, so that a retired one can no longer tell the client anything.
    generation: u64,
    /// Whether the session is being ended from this page.
    pub(crate) signs_out: bool,
}

impl Browser {
    /// Does one thing. What it leads to is told to the client later, never from within.
    pub(crate) fn perform(&mut self, action: Action, handle: ClientHandle) {
        match action {
            Action::Connect => {
                self.generation += 1;
                self.socket = Some(Socket::open(handle, self.generation));
            }
            Action::Close(code) => {
                self.generation += 1;
                if let Some(socket) = self.socket.take() {
                    socket.close(code);
                }
            }
            Action::Send(command) => {
                if let Some(socket) = &self.socket {
                    socket.send(&command);
                }
            }
            Action::WakeAt(at) => {
                if let Some(timer) = self.timer.take() {
                    timer.clear();
                }
                let wait = u64::try_from(at.since(now())).unwrap_or(0);
                let tick = move || handle.act(|client, now| client.tick(now));
                self.timer = set_timeout_with_handle(tick, Duration::from_millis(wait)).ok();
            }
            Action::Keep(unsent) => storage::keep(handle.my_id(), &unsent),
            Action::Forget(client_id) => storage::forget(handle.my_id(), client_id),
            Action::KeepDraft(place, text) => storage::keep_draft(handle.my_id(), place, &text),
            Action::KeepEdit(id, seq, text) => storage::keep_edit(handle.my_id(), id, seq, text.as_deref()),
            Action::KeepReply(place, seq) => storage::keep_reply(handle.my_id(), place, seq),
            Action::SignedOut if self.signs_out => forget_and_leave(handle.my_id()),
            Action::SignedOut => page::leave(),
            Action::Answered(..) => {}
        }
    }

    pub(crate) fn is_current(&self, generation: u64) -> bool {
        self.generation == generation
    }
}

/// The device's clock.
pub(crate) fn now() -> Timestamp {
    Timestamp(js_sys::Date::now() as i64)
}

/// A new message's id.
pub(crate) fn client_id() -> ClientId {
    let (millis, random) = parts();
    ClientId::from_parts(millis, random)
}

/// A new group's or channel's id.
pub(crate) fn conversation_id() -> ConversationId {
    let (millis, random) = parts();
    ConversationId::from_parts(millis, random)
}

fn parts() -> (u64, [u8; 10]) {
    let mut random = [0; 10];
    if let Ok(crypto) = window().crypto() {
        // Without it the clock alone would make the id: still the sender's own, and the server refuses a double.
        let _ = crypto.get_random_values_with_u8_array(&mut random);
    }
    (u64::try_from(now().millis()).unwrap_or(0), random)
}
