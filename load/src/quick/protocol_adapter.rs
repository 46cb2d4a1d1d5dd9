//! What is said on a socket, and what is understood of it: Myna's own language is one, those of its peers are others.

use crate::clock::Nanos;
use crate::marker::Marker;
use myna_protocol::{Event, Rejection};

/// Something that a connection has told.
#[derive(Debug)]
pub enum Heard {
    /// The connection is open: what is to be said first has been said.
    Opened,
    /// All that came before is known; from here on everything is told as it happens.
    Live,
    /// Somebody's message. Where the language has no places in a conversation, `seq` is 0.
    Row {
        conversation: u32,
        seq: u64,
        number: u64,
        due: Nanos,
    },
    /// What was asked under this request is done, and as durable as the server's class is.
    Ack {
        request: u64,
        seq: u64,
    },
    Rejected {
        request: Option<u64>,
        code: Rejection,
    },
    /// A page of so many messages.
    Page {
        request: u64,
        messages: usize,
    },
    /// All of a frame, for people who understand it themselves.
    Event(Box<Event>),
    /// Say this on the connection, to go on with its beginning.
    Say(String),
    /// The connection is over, or could not be opened; with the close code, if one was told.
    Closed(Option<u16>),
}

/// A language.
pub trait ProtocolAdapter {
    /// The head of this person's request for a socket, to its empty line.
    fn request(&self, person: usize) -> String;

    /// What this person says first.
    fn greeting(&self, person: usize) -> Option<String>;

    /// How this person says a message: this text, in this conversation, under this number.
    fn message(&self, person: usize, talk: u32, number: u64, text: &str) -> String;

    /// What somebody says who has been silent for a while, so as not to be closed.
    fn ping(&self) -> Option<&str> {
        None
    }

    /// What this message tells. An error ends the run: what is not understood cannot be measured.
    fn hear(&self, person: usize, message: &[u8], tell: &mut dyn FnMut(Heard)) -> anyhow::Result<()>;
}

impl ProtocolAdapter for Box<dyn ProtocolAdapter> {
    fn request(&self, person: usize) -> String {
        (**self).request(person)
    }

    fn greeting(&self, person: usize) -> Option<String> {
        (**self).greeting(person)
    }

    fn message(&self, person: usize, talk: u32, number: u64, text: &str) -> String {
        (**self).message(person, talk, number, text)
    }

    fn ping(&self) -> Option<&str> {
        (**self).ping()
    }

    fn hear(&self, person: usize, message: &[u8], tell: &mut dyn FnMut(Heard)) -> anyhow::Result<()> {
        (**self).hear(person, message, tell)
    }
}

/// A language of nothing but texts with markers: that of the baseline.
#[derive(Debug, Clone, Copy)]
pub struct Bare;

impl ProtocolAdapter for Bare {
    fn request(&self, _: usize) -> String {
        "GET / HTTP/1.1\r\n\r\n".to_owned()
    }

    fn greeting(&self, _: usize) -> Option<String> {
        None
    }

    fn message(&self, _: usize, _: u32, _: u64, text: &str) -> String {
        text.to_owned()
    }

    fn hear(&self, _: usize, message: &[u8], tell: &mut dyn FnMut(Heard)) -> anyhow::Result<()> {
        match Marker::read(message) {
            Some(Marker { number, due }) => tell(Heard::Row { conversation: 0, seq: 0, number, due }),
            // The baseline says an empty message when somebody has come in.
            None => tell(Heard::Live),
        }
        Ok(())
    }
}
