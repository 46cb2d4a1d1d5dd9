//! The part of MongoDB's wire protocol that a proxy must read: <https://www.mongodb.com/docs/manual/reference/mongodb-wire-protocol/>.

use bson::{Document, RawDocument};
use std::io;
use tokio::io::{AsyncRead, AsyncReadExt};

const HEADER: usize = 16;
/// The largest message that servers accept, with room for its header and sections.
const LONGEST: usize = 48_000_000 + 16_384;
const OP_MSG: i32 = 2013;
/// A flag: a checksum of four bytes follows the sections.
const CHECKSUM_PRESENT: u32 = 1;
/// A flag: the sender expects no answer, or sends more without being asked.
const MORE_TO_COME: u32 = 1 << 1;

/// One message, in either direction, of any kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Message(Vec<u8>);

impl Message {
    /// Reads the next message. `None` if the other side closed between two messages.
    pub(super) async fn read(from: &mut (impl AsyncRead + Unpin)) -> io::Result<Option<Self>> {
        let mut length = [0; 4];
        match from.read_exact(&mut length).await {
            Ok(_) => {}
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
            Err(error) => return Err(error),
        }
        let size = usize::try_from(i32::from_le_bytes(length)).unwrap_or(0);
        if !(HEADER..=LONGEST).contains(&size) {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "not a message of MongoDB"));
        }
        let mut bytes = vec![0; size];
        bytes[..4].copy_from_slice(&length);
        from.read_exact(&mut bytes[4..]).await?;
        Ok(Some(Self(bytes)))
    }

    pub(super) fn bytes(&self) -> &[u8] {
        &self.0
    }

    pub(super) fn request_id(&self) -> i32 {
        self.number(4).unwrap_or_default()
    }

    pub(super) fn response_to(&self) -> i32 {
        self.number(8).unwrap_or_default()
    }

    /// An OP_MSG that answers the message with this id.
    pub(super) fn answer(to: i32, body: &Document) -> io::Result<Self> {
        let body = body.to_vec().map_err(io::Error::other)?;
        let size = HEADER + 4 + 1 + body.len();
        let mut bytes = Vec::with_capacity(size);
        bytes.extend(i32::try_from(size).map_err(io::Error::other)?.to_le_bytes());
        // An answer has no answer, so its own id does not matter.
        for number in [0, to, OP_MSG, 0] {
            bytes.extend(number.to_le_bytes());
        }
        bytes.push(0);
        bytes.extend(body);
        Ok(Self(bytes))
    }

    pub(super) fn expects_answer(&self) -> bool {
        self.flags() & MORE_TO_COME == 0
    }

    /// The command or the answer in it. `None` if it is not an OP_MSG or is malformed.
    pub(super) fn body(&self) -> Option<&RawDocument> {
        if self.number(12)? != OP_MSG {
            return None;
        }
        let checksum = if self.flags() & CHECKSUM_PRESENT != 0 { 4 } else { 0 };
        let mut rest = self.0.get(HEADER + 4..self.0.len().checked_sub(checksum)?)?;
        loop {
            let (kind, section) = rest.split_first()?;
            let size = usize::try_from(number(section, 0)?).ok()?;
            match kind {
                0 => return RawDocument::from_bytes(section.get(..size)?).ok(),
                // A sequence of documents: an argument of the command.
                1 => rest = section.get(size.max(4)..)?,
                _ => return None,
            }
        }
    }

    /// The id of the cursor in an answer.
    pub(super) fn cursor(&self) -> Option<i64> {
        self.body()?.get_document("cursor").ok()?.get_i64("id").ok()
    }

    pub(super) fn command(&self) -> Option<Command<'_>> {
        let body = self.body()?;
        let (name, _) = body.iter().next()?.ok()?;
        Some(Command { name: name.as_str(), body })
    }

    fn flags(&self) -> u32 {
        self.number(HEADER).unwrap_or_default().cast_unsigned()
    }

    fn number(&self, at: usize) -> Option<i32> {
        number(&self.0, at)
    }
}

fn number(bytes: &[u8], at: usize) -> Option<i32> {
    let bytes = bytes.get(at..at.checked_add(4)?)?;
    Some(i32::from_le_bytes(bytes.try_into().ok()?))
}

/// A client's command.
#[derive(Debug, Clone, Copy)]
pub(super) struct Command<'a> {
    name: &'a str,
    body: &'a RawDocument,
}

impl Command<'_> {
    /// Whether every member answers it, primary or not: greetings, sign-ins, and the closing of cursors and sessions.
    pub(super) fn any_server_answers(&self) -> bool {
        const ANY: [&str; 12] = [
            "hello",
            "ismaster",
            "ping",
            "buildinfo",
            "saslstart",
            "saslcontinue",
            "authenticate",
            "logout",
            "getnonce",
            "endsessions",
            "killsessions",
            "killcursors",
        ];
        ANY.contains(&self.name.to_ascii_lowercase().as_str())
    }

    /// Whether it asks for documents.
    pub(super) fn reads(&self) -> bool {
        matches!(self.name, "find" | "aggregate")
    }

    pub(super) fn opens_change_stream(&self) -> bool {
        let first_stage = || self.body.get_array("pipeline").ok()?.into_iter().next()?.ok()?.as_document();
        self.name == "aggregate" && first_stage().is_some_and(|stage| matches!(stage.get("$changeStream"), Ok(Some(_))))
    }

    /// The cursor from which it requests the next documents.
    pub(super) fn reads_cursor(&self) -> Option<i64> {
        if self.name == "getMore" { self.body.get_i64("getMore").ok() } else { None }
    }

    /// The error labels in the refusal of a server that no longer accepts writes.
    pub(super) fn labels_of_refusal(&self, of_stream: bool) -> Vec<&'static str> {
        let numbered = matches!(self.body.get("txnNumber"), Ok(Some(_)));
        let in_transaction = matches!(self.body.get_bool("autocommit"), Ok(false));
        let ends_transaction = matches!(self.name, "commitTransaction" | "abortTransaction");
        if of_stream {
            vec!["ResumableChangeStreamError"]
        } else if ends_transaction || (numbered && !in_transaction) {
            vec!["RetryableWriteError"]
        } else if in_transaction {
            vec!["TransientTransactionError"]
        } else {
            Vec::new()
        }
    }
}

#[cfg(test)]
mod tests;
