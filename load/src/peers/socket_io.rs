//! Socket.IO over WebSocket (Engine.IO 4): a few digits before JSON. Spoken with Flask-SocketIO and with Node's.

use super::{Rooms, handshake};
use crate::marker::{Marker, decimal};
use crate::quick::{Heard, ProtocolAdapter};
use anyhow::{Context, bail};
use serde::Deserialize;
use std::cell::RefCell;
use std::net::SocketAddr;

/// What asks to be let into a room is numbered from here, messages are numbered below.
const JOIN: u64 = 1 << 40;

/// Many clients of one server.
pub(super) struct SocketIo {
    address: SocketAddr,
    rooms: Rooms,
    /// What makes offsets of this run differ from those of others on the same store.
    run: u64,
    /// Whether clients remember how far they were told, to ask for the rest when they come back.
    resumes: bool,
    clients: RefCell<Vec<Client>>,
}

#[derive(Debug, Clone, Default)]
struct Client {
    /// What the server knows this client by when it comes back.
    pid: Option<String>,
    /// The last that it was told.
    offset: Option<String>,
    /// Rooms that it waits to be let into.
    joining: usize,
}

#[derive(Deserialize)]
struct Connected {
    pid: Option<String>,
}

impl SocketIo {
    pub(super) fn new(address: SocketAddr, rooms: Rooms, resumes: bool) -> Self {
        let clients = RefCell::new(vec![Client::default(); rooms.people()]);
        Self { address, rooms, run: fastrand::u64(..), resumes, clients }
    }

    /// The server has let somebody in. It says whether it knows them: then they are in their rooms already.
    fn connected(&self, person: usize, told: &[u8], tell: &mut dyn FnMut(Heard)) -> anyhow::Result<()> {
        let client = &mut self.clients.borrow_mut()[person];
        let Connected { pid } = serde_json::from_slice(told)?;
        let is_known = pid.is_some() && client.pid == pid;
        client.pid = pid.filter(|_| self.resumes);
        if is_known {
            tell(Heard::Live);
            return Ok(());
        }
        client.joining = 0;
        for room in self.rooms.of(person) {
            client.joining += 1;
            tell(Heard::Say(format!(r#"42{}["join","r{room}"]"#, JOIN + room as u64)));
        }
        Ok(())
    }

    fn answered(&self, person: usize, request: u64, tell: &mut dyn FnMut(Heard)) {
        if request < JOIN {
            tell(Heard::Ack { request, seq: 0 });
            return;
        }
        let client = &mut self.clients.borrow_mut()[person];
        client.joining = client.joining.saturating_sub(1);
        if client.joining == 0 {
            tell(Heard::Live);
        }
    }
}

impl ProtocolAdapter for SocketIo {
    fn request(&self, _: usize) -> String {
        handshake(self.address, "/socket.io/?EIO=4&transport=websocket", "")
    }

    fn greeting(&self, _: usize) -> Option<String> {
        None
    }

    fn message(&self, _: usize, talk: u32, number: u64, text: &str) -> String {
        format!(r#"42{number}["say","r{talk}","{:016x}-{number}","{text}"]"#, self.run)
    }

    fn hear(&self, person: usize, message: &[u8], tell: &mut dyn FnMut(Heard)) -> anyhow::Result<()> {
        match message {
            // An event.
            [b'4', b'2', event @ ..] => {
                if let Some((Marker { number, due }, _)) = Marker::find(event) {
                    tell(Heard::Row { conversation: 0, seq: 0, number, due });
                    if self.resumes
                        && let Some(offset) = last_text(event)
                    {
                        self.clients.borrow_mut()[person].offset = Some(offset.to_owned());
                    }
                }
            }
            // An acknowledgement.
            [b'4', b'3', answer @ ..] => {
                let (request, _) = decimal(answer).context("an acknowledgement has a number")?;
                self.answered(person, request, tell);
            }
            [b'4', b'0', told @ ..] => self.connected(person, told, tell)?,
            // The transport is open.
            [b'0', ..] => {
                let client = &self.clients.borrow()[person];
                tell(Heard::Say(match (&client.pid, &client.offset) {
                    (Some(pid), Some(offset)) => format!(r#"40{{"pid":"{pid}","offset":"{offset}"}}"#),
                    _ => "40".to_owned(),
                }));
            }
            // A ping is answered, or the server hangs up.
            [b'2', ..] => tell(Heard::Say("3".to_owned())),
            _ => bail!("unexpected: {}", String::from_utf8_lossy(message)),
        }
        Ok(())
    }
}

/// The last of an event's arguments, where that is a text: the offset that a server which can recover adds.
fn last_text(event: &[u8]) -> Option<&str> {
    let event = std::str::from_utf8(event).ok()?;
    let (_, last) = event.strip_suffix("\"]")?.rsplit_once(",\"")?;
    Some(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(adapter: &SocketIo, message: &str) -> Vec<String> {
        let mut told = Vec::new();
        adapter.hear(0, message.as_bytes(), &mut |heard| told.push(format!("{heard:?}"))).unwrap();
        told
    }

    fn adapter(resumes: bool) -> SocketIo {
        SocketIo::new(SocketAddr::from(([127, 0, 0, 1], 1)), Rooms::new(&[1, 2]), resumes)
    }

    #[test]
    fn somebody_is_live_when_they_are_in_all_their_rooms() {
        let adapter = adapter(false);
        assert_eq!(told(&adapter, r#"0{"sid":"a"}"#), [r#"Say("40")"#]);
        let joins = told(&adapter, r#"40{"sid":"b"}"#);
        assert_eq!(joins.len(), 2);
        assert_eq!(told(&adapter, &format!(r#"43{JOIN}["ok"]"#)), [""; 0]);
        assert_eq!(told(&adapter, &format!(r#"43{}["ok"]"#, JOIN + 1)), ["Live"]);
    }

    #[test]
    fn somebody_who_comes_back_says_how_far_they_were_told() {
        let adapter = adapter(true);
        told(&adapter, r#"40{"sid":"b","pid":"p"}"#);
        let text = Marker { number: 7, due: 9 }.text(200);
        let event = format!(r#"42["message",{{"id":1,"sender":"s","text":"{text}"}},"offset~1"]"#);
        assert_eq!(told(&adapter, &event), ["Row { conversation: 0, seq: 0, number: 7, due: 9 }"]);
        assert_eq!(told(&adapter, r#"0{"sid":"c"}"#), [r#"Say("40{\"pid\":\"p\",\"offset\":\"offset~1\"}")"#]);
        assert_eq!(told(&adapter, r#"40{"sid":"d","pid":"p"}"#), ["Live"]);
    }

    #[test]
    fn an_acknowledgement_names_its_message() {
        assert_eq!(told(&adapter(false), r#"43123["id"]"#), ["Ack { request: 123, seq: 0 }"]);
    }
}
