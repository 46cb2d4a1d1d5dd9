//! What the system reports of the connections of a client pool, and what follows from it.

use super::{ClientPool, READ, Told};
use crate::quick::connection::ConnectionState;
use crate::quick::frames::{Frame, OpCode};
use crate::quick::protocol_adapter::{Heard, ProtocolAdapter};
use anyhow::ensure;
use std::io::{ErrorKind, Read};

/// The answer to a request for a socket is shorter.
const HEAD_BYTES: usize = 8 * 1024;

impl<D: ProtocolAdapter> ClientPool<D> {
    pub(super) fn writable(&mut self, person: usize, told: &mut Vec<Told>) -> anyhow::Result<()> {
        let connection = &mut self.connections[person];
        let Some(stream) = &connection.stream else { return Ok(()) };
        if connection.state == ConnectionState::Connecting {
            let failed = stream.take_error()?.is_some();
            match stream.peer_addr() {
                Ok(_) if !failed => {
                    connection.state = ConnectionState::Upgrading;
                    connection.out = self.adapter.request(person).into_bytes();
                }
                Err(error) if error.kind() == ErrorKind::NotConnected && !failed => return Ok(()),
                _ => return self.lost(person, None, told),
            }
        }
        connection.flush();
        Ok(())
    }

    /// Reads until there is nothing left. A read that does not fill the buffer has emptied the connection, unless that is
    /// closed too.
    pub(super) fn readable(&mut self, person: usize, ends: bool, told: &mut Vec<Told>) -> anyhow::Result<()> {
        let mut buffer = std::mem::take(&mut self.buffer);
        let read = self.read(person, ends, &mut buffer, told);
        self.buffer = buffer;
        read
    }

    fn read(&mut self, person: usize, ends: bool, buffer: &mut [u8], told: &mut Vec<Told>) -> anyhow::Result<()> {
        loop {
            let Some(stream) = &mut self.connections[person].stream else { return Ok(()) };
            let count = match stream.read(buffer) {
                Ok(0) => return self.lost(person, None, told),
                Ok(count) => count,
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(()),
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                Err(_) => return self.lost(person, None, told),
            };
            if !self.took(person, &buffer[..count], told)? || (count < READ && !ends) {
                return Ok(());
            }
        }
    }

    /// Understands what was read; whether the connection lasts.
    fn took(&mut self, person: usize, bytes: &[u8], told: &mut Vec<Told>) -> anyhow::Result<bool> {
        let at = self.clock.now();
        let connection = &mut self.connections[person];
        let mut rest = Vec::new();
        let mut bytes: &[u8] = bytes;
        if connection.state == ConnectionState::Upgrading {
            connection.head.extend_from_slice(bytes);
            let Some(end) = memchr::memmem::find(&connection.head, b"\r\n\r\n") else {
                ensure!(connection.head.len() < HEAD_BYTES, "the answer to a request for a socket does not end");
                return Ok(true);
            };
            if !connection.head.starts_with(b"HTTP/1.1 101 ") {
                // Not now: a server that starts or stops says so.
                self.lost(person, None, told)?;
                return Ok(false);
            }
            rest.extend_from_slice(&connection.head[end + 4..]);
            (connection.head, connection.state) = (Vec::new(), ConnectionState::Open);
            self.open += 1;
            bytes = &rest;
            told.push(Told { at, person, heard: Heard::Opened });
            if let Some(greeting) = self.adapter.greeting(person) {
                self.say(person, &greeting)?;
            }
        }
        let connection = &mut self.connections[person];
        let mut frames = std::mem::take(&mut connection.frames);
        let (mut over, mut pongs) = (None, Vec::new());
        let first = told.len();
        frames.take(bytes, |frame| {
            match frame {
                Frame::Message(message) => {
                    self.adapter.hear(person, message, &mut |heard| told.push(Told { at, person, heard }))?;
                }
                Frame::Close(code) => over = Some(code),
                Frame::Ping(payload) => pongs.push(payload.to_vec()),
                Frame::Pong => {}
            }
            Ok(())
        })?;
        self.connections[person].frames = frames;
        for pong in pongs {
            self.put(person, OpCode::Pong, &pong);
        }
        let mut place = first;
        while let Some(entry) = told.get_mut(place) {
            if let Heard::Say(text) = &mut entry.heard {
                let text = std::mem::take(text);
                told.remove(place);
                self.say(person, &text)?;
            } else {
                place += 1;
            }
        }
        if let Some(code) = over {
            self.lost(person, code, told)?;
            return Ok(false);
        }
        Ok(true)
    }

    fn lost(&mut self, person: usize, code: Option<u16>, told: &mut Vec<Told>) -> anyhow::Result<()> {
        self.close(person, code)?;
        told.push(Told { at: self.clock.now(), person, heard: Heard::Closed(code) });
        Ok(())
    }
}
