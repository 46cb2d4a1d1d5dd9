//! A connection on which a test says the bytes itself: what no honest client would.

use super::{Person, Place, soon};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// What the server answers to a request for a socket with these headers: the status, and head and body as they came.
pub(crate) async fn handshake(place: &Place, headers: &[(&str, &str)]) -> (u16, String) {
    let talk = async {
        let mut stream = TcpStream::connect(place.address).await.expect("the server listens");
        say_head(&mut stream, place, headers, "Connection: Upgrade\r\n").await;
        let mut answer = read_head(&mut stream).await;
        let status = status(&answer);
        if status != 101 {
            let length = answer
                .lines()
                .find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length: ").map(str::to_owned));
            let mut body = vec![0; length.and_then(|length| length.trim().parse().ok()).unwrap_or(0)];
            stream.read_exact(&mut body).await.expect("the body comes");
            answer.push_str(&String::from_utf8_lossy(&body));
        }
        (status, answer)
    };
    soon("the handshake is answered", talk).await
}

async fn say_head(stream: &mut TcpStream, place: &Place, headers: &[(&str, &str)], connection: &str) {
    let mut head = format!("GET /ws HTTP/1.1\r\nHost: {}\r\nUpgrade: websocket\r\n{connection}", place.address);
    head.push_str("Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n");
    for (name, value) in headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    head.push_str("\r\n");
    stream.write_all(head.as_bytes()).await.expect("the server reads");
}

async fn read_head(stream: &mut TcpStream) -> String {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.expect("the server answers"));
    }
    String::from_utf8(head).expect("a head is text")
}

fn status(head: &str) -> u16 {
    head.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("an answer begins with its status")
}

/// A socket on which frames are written byte by byte.
pub(crate) struct RawSocket(TcpStream);

impl RawSocket {
    pub(crate) async fn open(person: &Person) -> Self {
        let open = async {
            let mut stream = TcpStream::connect(person.place.address).await.expect("the server listens");
            let headers = [
                ("Origin", person.place.origin.as_str()),
                ("Cookie", &person.cookie),
                ("Sec-WebSocket-Protocol", "myna.v1"),
            ];
            say_head(&mut stream, &person.place, &headers, "Connection: Upgrade\r\n").await;
            let head = read_head(&mut stream).await;
            assert_eq!(status(&head), 101, "{head}");
            Self(stream)
        };
        soon("a socket opens", open).await
    }

    pub(crate) async fn write(&mut self, bytes: &[u8]) {
        soon("bytes are taken", self.0.write_all(bytes)).await.expect("the server reads");
    }

    /// A frame with a mask of zeros, which leaves the payload as it is.
    pub(crate) async fn frame(&mut self, first: u8, payload: &[u8]) {
        let mut frame = vec![first];
        match payload.len() {
            length @ 0..=125 => frame.push(0x80 | length as u8),
            length @ 126..=0xffff => {
                frame.push(0x80 | 126);
                frame.extend((length as u16).to_be_bytes());
            }
            length => {
                frame.push(0x80 | 127);
                frame.extend((length as u64).to_be_bytes());
            }
        }
        frame.extend([0; 4]);
        frame.extend(payload);
        self.write(&frame).await;
    }

    /// Waits until the server closes: its code, if it says one, and the texts it said before.
    pub(crate) async fn closed(&mut self) -> (Option<u16>, String) {
        let mut bytes = Vec::new();
        let read = async {
            // A connection that is torn off has ended too.
            let _ = self.0.read_to_end(&mut bytes).await;
        };
        soon("the server closes the connection", read).await;
        let (code, texts) = frames(&bytes);
        (code, String::from_utf8_lossy(&texts).into_owned())
    }
}

/// The code of the first close frame among the server's frames, and the texts before it.
fn frames(mut bytes: &[u8]) -> (Option<u16>, Vec<u8>) {
    let mut texts = Vec::new();
    while let [first, second, rest @ ..] = bytes {
        let (length, rest) = match (second, rest) {
            (126, [high, low, rest @ ..]) => (usize::from(u16::from_be_bytes([*high, *low])), rest),
            (126 | 127, _) => panic!("a test reads short frames only"),
            (length, rest) => (usize::from(*length), rest),
        };
        let (payload, rest) = rest.split_at_checked(length).expect("frames come whole");
        match (first, payload) {
            (0x88, [high, low, ..]) => return (Some(u16::from_be_bytes([*high, *low])), texts),
            (0x88, _) => return (None, texts),
            (0x81, text) => texts.extend(text),
            _ => {}
        }
        bytes = rest;
    }
    (None, texts)
}
