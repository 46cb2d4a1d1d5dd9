//! WebSocket frames as bytes (RFC 6455), as far as a server of ours and its peers use them.

use anyhow::{bail, ensure};

/// A longer message is an error: nobody here says so much.
const MESSAGE_BYTES: usize = 64 * 1024 * 1024;

/// What a frame is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OpCode {
    Text,
    Close,
    Ping,
    Pong,
}

/// A whole message, or a word about the connection.
#[derive(Debug, PartialEq, Eq)]
pub enum Frame<'a> {
    /// A text or a binary message, put together if it came in pieces.
    Message(&'a [u8]),
    /// With the code, where there is one.
    Close(Option<u16>),
    Ping(&'a [u8]),
    Pong,
}

/// Finds the frames in what is read from a connection.
#[derive(Debug, Default)]
pub struct Frames {
    /// The beginning of a frame whose end has not come.
    rest: Vec<u8>,
    /// The pieces of a message so far.
    pieces: Vec<u8>,
}

impl Frames {
    /// Takes what was read, and tells each frame that is whole now.
    pub fn take(&mut self, bytes: &[u8], mut tell: impl FnMut(Frame<'_>) -> anyhow::Result<()>) -> anyhow::Result<()> {
        if self.rest.is_empty() {
            let used = self.scan(bytes, &mut tell)?;
            self.rest.extend_from_slice(&bytes[used..]);
            return Ok(());
        }
        let mut all = std::mem::take(&mut self.rest);
        all.extend_from_slice(bytes);
        let used = self.scan(&all, &mut tell)?;
        all.drain(..used);
        // Thousands of connections are not to keep the memory of their largest frame.
        all.shrink_to(all.len().max(1_024));
        self.rest = all;
        Ok(())
    }

    /// Tells the frames that are whole; how many bytes they have.
    fn scan(&mut self, bytes: &[u8], tell: &mut impl FnMut(Frame<'_>) -> anyhow::Result<()>) -> anyhow::Result<usize> {
        let mut used = 0;
        while let Some((head, body)) = Head::read(&bytes[used..])? {
            let from = used + body;
            let Some(payload) = bytes.get(from..from + head.length) else { break };
            used = from + head.length;
            match (head.code, head.last) {
                (0x1 | 0x2, true) => tell(Frame::Message(payload))?,
                (0x0..=0x2, last) => {
                    ensure!(self.pieces.len() + payload.len() <= MESSAGE_BYTES, "a message is too long");
                    self.pieces.extend_from_slice(payload);
                    if last {
                        let whole = std::mem::take(&mut self.pieces);
                        tell(Frame::Message(&whole))?;
                    }
                }
                (0x8, _) => tell(Frame::Close(payload.first_chunk().map(|code| u16::from_be_bytes(*code))))?,
                (0x9, _) => tell(Frame::Ping(payload))?,
                (0xa, _) => tell(Frame::Pong)?,
                (code, _) => bail!("there is no frame of kind {code}"),
            }
        }
        Ok(used)
    }
}

/// What comes before a payload.
struct Head {
    code: u8,
    last: bool,
    length: usize,
}

impl Head {
    /// The head that these bytes begin with, and where the payload begins; `None` while it is not whole.
    fn read(bytes: &[u8]) -> anyhow::Result<Option<(Self, usize)>> {
        let [first, second, rest @ ..] = bytes else { return Ok(None) };
        let (length, mut body) = match (second & 0x7f, rest) {
            (126, [high, low, ..]) => (usize::from(u16::from_be_bytes([*high, *low])), 4),
            (127, rest) => match rest.first_chunk::<8>() {
                Some(length) => (usize::try_from(u64::from_be_bytes(*length))?, 10),
                None => return Ok(None),
            },
            (126, _) => return Ok(None),
            (length, _) => (usize::from(length), 2),
        };
        ensure!(length <= MESSAGE_BYTES, "a frame of {length} bytes is too long");
        if second & 0x80 != 0 {
            let Some(mask) = bytes.get(body..body + 4) else { return Ok(None) };
            ensure!(mask == [0; 4], "only masks of zeros are read here");
            body += 4;
        }
        Ok(Some((Self { code: first & 0x0f, last: first & 0x80 != 0, length }, body)))
    }
}

/// Appends a client's frame, with a mask of zeros, which leaves the payload as it is: the server has the same work with it.
pub fn put_masked(out: &mut Vec<u8>, code: OpCode, payload: &[u8]) {
    put_head(out, code, payload.len(), 0x80);
    out.extend_from_slice(&[0; 4]);
    out.extend_from_slice(payload);
}

/// Appends a server's frame.
pub fn put_plain(out: &mut Vec<u8>, code: OpCode, payload: &[u8]) {
    put_head(out, code, payload.len(), 0);
    out.extend_from_slice(payload);
}

fn put_head(out: &mut Vec<u8>, code: OpCode, length: usize, masked: u8) {
    out.push(match code {
        OpCode::Text => 0x81,
        OpCode::Close => 0x88,
        OpCode::Ping => 0x89,
        OpCode::Pong => 0x8a,
    });
    match length {
        0..=125 => out.push(masked | length as u8),
        126..=0xffff => {
            out.push(masked | 126);
            out.extend_from_slice(&(length as u16).to_be_bytes());
        }
        _ => {
            out.push(masked | 127);
            out.extend_from_slice(&(length as u64).to_be_bytes());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is told of these bytes when they come in pieces of this size.
    fn told(bytes: &[u8], piece: usize) -> Vec<String> {
        let (mut frames, mut told) = (Frames::default(), Vec::new());
        for part in bytes.chunks(piece) {
            let tell = |frame: Frame<'_>| {
                told.push(match frame {
                    Frame::Message(text) => format!("{} bytes, {}", text.len(), text.first().copied().unwrap_or(0)),
                    other => format!("{other:?}"),
                });
                Ok(())
            };
            frames.take(part, tell).unwrap();
        }
        told
    }

    #[test]
    fn frames_are_the_same_in_whatever_pieces_they_come() {
        let mut bytes = Vec::new();
        for length in [0, 1, 125, 126, 1_000, 65_535, 65_536, 70_000] {
            put_plain(&mut bytes, OpCode::Text, &vec![b'x'; length]);
            put_masked(&mut bytes, OpCode::Text, &vec![b'y'; length]);
        }
        put_plain(&mut bytes, OpCode::Ping, b"?");
        put_plain(&mut bytes, OpCode::Pong, b"");
        // Two pieces with a ping between them are one message.
        bytes.extend_from_slice(b"\x01\x01a\x89\x00\x80\x02bc");
        put_plain(&mut bytes, OpCode::Close, &4_012_u16.to_be_bytes());
        let whole = told(&bytes, bytes.len());
        assert_eq!(whole.len(), 16 + 5);
        assert_eq!(whole[18..], ["Ping([])", "3 bytes, 97", "Close(Some(4012))"]);
        for piece in [1, 2, 3, 7, 1_000, 65_536] {
            assert_eq!(told(&bytes, piece), whole, "in pieces of {piece}");
        }
    }

    #[test]
    fn what_is_no_frame_is_an_error() {
        for bytes in [&b"\x83\x00"[..], b"\x81\x81\x01\x00\x00\x00x", b"\x81\x7f\xff\xff\xff\xff\xff\xff\xff\xff"] {
            assert!(Frames::default().take(bytes, |_| Ok(())).is_err(), "{bytes:?}");
        }
    }
}
