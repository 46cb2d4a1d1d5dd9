//! Myna's own language, with as little reading as it takes to know what a frame is about.

use super::protocol_adapter::{Heard, ProtocolAdapter};
use crate::dataset::Dataset;
use crate::marker::{Marker, decimal, hex};
use anyhow::{Context, bail};
use memchr::memmem::{self, Finder};
use myna_protocol::{Command, Event};
use std::net::SocketAddr;
use std::ops::Range;
use std::sync::Arc;

/// A message's row begins so; then come its fields in this order.
const ROW: &str = r#"{"row":"message","conversation":""#;
const SEQ: &[u8] = br#"","seq":"#;
const SENDER: &[u8] = br#","sender":""#;
const CLIENT_ID: &[u8] = br#"","client_id":""#;
const TEXT: &[u8] = br#"","text":""#;
/// An id as it is written.
const ID: usize = 36;

/// People of a dataset, each quick (what matters is read) or whole (everything is).
pub struct Myna {
    dataset: Arc<Dataset>,
    address: SocketAddr,
    /// The places of those who are whole.
    whole: Range<usize>,
    row: Finder<'static>,
}

impl Myna {
    /// Quick people of a dataset whose server is here. They say how far they know everything, as the dataset was prepared: they
    /// are told nothing but what comes.
    pub fn quick(dataset: Arc<Dataset>, address: SocketAddr) -> Self {
        Self { dataset, address, whole: 0..0, row: Finder::new(ROW) }
    }

    /// The same, but those at these places are whole: they are told each frame as an event, and say hello themselves.
    #[must_use]
    pub fn with_whole(self, whole: Range<usize>) -> Self {
        Self { whole, ..self }
    }

    fn rows(&self, frame: &[u8], tell: &mut dyn FnMut(Heard)) -> anyhow::Result<usize> {
        let (mut from, mut count) = (0, 0);
        while let Some(place) = self.row.find(&frame[from..]) {
            let row = &frame[from + place + ROW.len()..];
            let (heard, length) = message(row).with_context(|| format!("{:?}", String::from_utf8_lossy(row)))?;
            tell(heard);
            count += 1;
            from += place + ROW.len() + length;
        }
        Ok(count)
    }
}

/// The message whose row goes on with these bytes, and how many of them were looked at. `None` when the fields are not those
/// of a message of this run, in the order in which a server writes them.
fn message(row: &[u8]) -> Option<(Heard, usize)> {
    let mut rest = row;
    let conversation = last_of_id(take(&mut rest, ID)?)?;
    expect(&mut rest, SEQ)?;
    let (seq, digits) = decimal(rest)?;
    take(&mut rest, digits)?;
    expect(&mut rest, SENDER)?;
    take(&mut rest, ID)?;
    expect(&mut rest, CLIENT_ID)?;
    let number = last_of_id(take(&mut rest, ID)?)?;
    expect(&mut rest, TEXT)?;
    let marker = Marker::read(rest)?;
    let conversation = u32::try_from(conversation).ok().filter(|_| marker.number == number)?;
    Some((Heard::Row { conversation, seq, number, due: marker.due }, row.len() - rest.len()))
}

fn take<'a>(rest: &mut &'a [u8], count: usize) -> Option<&'a [u8]> {
    let (taken, after) = rest.split_at_checked(count)?;
    *rest = after;
    Some(taken)
}

fn expect(rest: &mut &[u8], literal: &[u8]) -> Option<()> {
    take(rest, literal.len()).filter(|taken| *taken == literal).map(|_| ())
}

/// The number in the last 12 digits of an id, where a dataset puts it.
fn last_of_id(id: &[u8]) -> Option<u64> {
    hex(id.get(ID - 12..)?)
}

/// The number after these letters, wherever they are.
fn after(frame: &[u8], letters: &str) -> Option<u64> {
    let place = memmem::find(frame, letters.as_bytes())?;
    decimal(&frame[place + letters.len()..]).map(|(number, _)| number)
}

impl ProtocolAdapter for Myna {
    fn request(&self, person: usize) -> String {
        let (address, token) = (self.address, self.dataset.token(person));
        format!(
            "GET /ws HTTP/1.1\r\nHost: {address}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
             Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\
             Sec-WebSocket-Protocol: myna.v1\r\nOrigin: http://{address}\r\nCookie: myna={token}\r\n\r\n"
        )
    }

    fn greeting(&self, person: usize) -> Option<String> {
        let hello = Command::Hello { cursors: self.dataset.cursors(person) };
        if self.whole.contains(&person) { None } else { serde_json::to_string(&hello).ok() }
    }

    fn message(&self, _: usize, talk: u32, number: u64, text: &str) -> String {
        let (conversation, client_id) = (self.dataset.talks[talk as usize].id, self.dataset.client_id(number));
        format!(
            r#"{{"type":"send","request":{number},"conversation":"{conversation}","client_id":"{client_id}","text":"{text}"}}"#
        )
    }

    fn ping(&self) -> Option<&str> {
        Some(r#"{"type":"ping"}"#)
    }

    fn hear(&self, person: usize, frame: &[u8], tell: &mut dyn FnMut(Heard)) -> anyhow::Result<()> {
        if self.whole.contains(&person) {
            tell(Heard::Event(Box::new(serde_json::from_slice(frame)?)));
            return Ok(());
        }
        let kind = frame.strip_prefix(br#"{"type":""#).context("a frame says its type first")?;
        if kind.starts_with(b"rows\"") {
            self.rows(frame, tell)?;
        } else if kind.starts_with(b"ack\"") {
            let request = after(kind, r#""request":"#).context("an answer names its request")?;
            tell(Heard::Ack { request, seq: after(kind, r#""seq":"#).unwrap_or(0) });
        } else if kind.starts_with(b"page\"") {
            let request = after(kind, r#""request":"#).context("an answer names its request")?;
            tell(Heard::Page { request, messages: memmem::find_iter(kind, ROW).count() });
        } else if !kind.starts_with(b"signal\"") {
            match serde_json::from_slice(frame)? {
                Event::CaughtUp { request: None, .. } => tell(Heard::Live),
                Event::Rejected { request, code, .. } => tell(Heard::Rejected { request, code }),
                Event::Welcome { .. } | Event::CaughtUp { .. } | Event::Pong { .. } | Event::Bye { .. } => {}
                // It knew everything: whoever is told to begin anew has been told something wrong.
                event => bail!("unexpected: {event:?}"),
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dataset::Plan;
    use myna_protocol::{ClientId, ConversationId, Feed, FeedRows, Message, Row, Timestamp, UserId};

    fn row(number: u64) -> Row {
        let id = |last: u8| [1, 2, 3, 4, 5, 6, 0x77, 8, 0x89, 10, 0, 0, 0, 0, 0, last];
        Row::Message(Message {
            conversation: ConversationId::from_bytes(id(7)),
            seq: 40 + number,
            sender: UserId::from_bytes(id(1)),
            client_id: ClientId::from_bytes(id(number as u8)),
            text: Marker { number, due: 99 }.text(200),
            sent_at: Timestamp(5),
            rev: 6,
            extra: None,
        })
    }

    #[test]
    fn the_messages_of_a_frame_are_found_as_the_server_writes_them() {
        let feed = Feed::Conversation(ConversationId::from_bytes([7; 16]));
        let rows = FeedRows { feed, from: 1, rev: 3, rows: vec![row(1), row(2)] };
        let frame = serde_json::to_string(&Event::Rows(rows)).unwrap();
        let (dataset, address) = (Arc::new(Dataset::default()), SocketAddr::from(([127, 0, 0, 1], 1)));
        let mut heard = Vec::new();
        Myna::quick(dataset, address).hear(0, frame.as_bytes(), &mut |told| heard.push(format!("{told:?}"))).unwrap();
        assert_eq!(
            heard,
            [1, 2].map(|n| format!("Row {{ conversation: 7, seq: {}, number: {n}, due: 99 }}", 40 + n)).to_vec()
        );
    }

    #[test]
    fn an_answer_tells_its_request_and_its_place() {
        let frame = serde_json::to_string(&Event::Ack { request: 12, conversation: None, seq: Some(34) }).unwrap();
        let mut heard = Vec::new();
        let myna = Myna::quick(Arc::new(Dataset::default()), SocketAddr::from(([127, 0, 0, 1], 1)));
        myna.hear(0, frame.as_bytes(), &mut |told| heard.push(format!("{told:?}"))).unwrap();
        assert_eq!(heard, ["Ack { request: 12, seq: 34 }"]);
    }

    #[test]
    fn what_quick_people_say_is_what_the_protocol_says() {
        let dataset = Arc::new(Dataset::new(&Plan::pairs(1), 1));
        let myna = Myna::quick(dataset.clone(), SocketAddr::from(([127, 0, 0, 1], 1)));
        let said = serde_json::from_str(&myna.message(0, 0, 7, "hello")).unwrap();
        let (conversation, client_id) = (dataset.talks[0].id, dataset.client_id(7));
        assert_eq!(
            Command::Send { request: 7, conversation, client_id, text: "hello".to_owned(), reply_to: None },
            said
        );
        assert_eq!(Command::Ping {}, serde_json::from_str(myna.ping().unwrap()).unwrap());
    }

    #[test]
    fn a_row_that_is_not_of_the_run_is_an_error_and_not_overlooked() {
        let frame = format!(r#"{{"type":"rows","rows":[{ROW}0190f000-0000-7000-8000-000000000001","seq":1}}]}}"#);
        let myna = Myna::quick(Arc::new(Dataset::default()), SocketAddr::from(([127, 0, 0, 1], 1)));
        assert!(myna.hear(0, frame.as_bytes(), &mut |_| ()).is_err());
    }
}
