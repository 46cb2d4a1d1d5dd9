//! Frames as they go over the wire.

use bytes::Bytes;
use myna_chat::{Broadcast, Content};
use myna_protocol::{Event, FeedRows, RequestId, Signal};
use serde::{Deserialize, Serialize};
use tokio_tungstenite::tungstenite::Error;
use tokio_tungstenite::tungstenite::error::ProtocolError;
use tokio_tungstenite::tungstenite::protocol::frame::FrameHeader;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use tokio_tungstenite::tungstenite::protocol::frame::coding::{Data, OpCode};

/// A text as it goes over the wire, its header before it. A server masks nothing, so that one serves all sockets.
#[derive(Debug, Clone)]
pub(super) struct Frame(pub(super) Bytes);

/// The two events that go to many, borrowed: they are written exactly as `Event` writes them (see the test).
#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Shared<'a> {
    Rows(&'a FeedRows),
    Signal(&'a Signal),
}

pub(super) fn text(event: &Event) -> Frame {
    Frame(framed(event))
}

/// A broadcast's frame: encoded for the first socket that needs it, shared by all others.
pub(super) fn broadcast(broadcast: &Broadcast) -> Frame {
    Frame(broadcast.encoding(|content| match content {
        Content::Rows(rows) => framed(&Shared::Rows(rows)),
        Content::Signal(signal) => framed(&Shared::Signal(signal)),
    }))
}

fn framed(value: &impl Serialize) -> Bytes {
    let json = serde_json::to_vec(value).expect("events have no maps with odd keys and no failing parts");
    let header = FrameHeader { is_final: true, opcode: OpCode::Data(Data::Text), ..FrameHeader::default() };
    let length = json.len() as u64;
    let mut frame = Vec::with_capacity(header.len(length) + json.len());
    header.format(length, &mut frame).expect("memory can be written to");
    frame.extend(json);
    frame.into()
}

/// The request id of a frame that is otherwise no command, so that its sender knows which one failed.
pub(super) fn request_of(text: &str) -> Option<RequestId> {
    #[derive(Deserialize)]
    struct Only {
        request: Option<RequestId>,
    }
    serde_json::from_str::<Only>(text).ok()?.request
}

/// The close code that tells a client what was wrong with its frames; `None` when there is nobody left to tell.
pub(super) fn close_code(error: &Error) -> Option<(u16, &'static str)> {
    let (code, why) = match error {
        Error::Capacity(_) => (CloseCode::Size, "this frame is too large"),
        Error::Utf8(_) => (CloseCode::Invalid, "this text is not UTF-8"),
        Error::Protocol(ProtocolError::ResetWithoutClosingHandshake) => return None,
        Error::Protocol(_) => (CloseCode::Protocol, "this frame breaks the protocol"),
        _ => return None,
    };
    Some((code.into(), why))
}

#[cfg(test)]
mod tests {
    use super::*;
    use myna_protocol::{ConversationId, Feed, UserId};

    #[test]
    fn what_goes_to_many_reads_like_any_other_event() {
        let feed = Feed::Conversation(ConversationId::from_bytes([1; 16]));
        let rows = FeedRows { feed, from: 1, rev: 2, rows: Vec::new() };
        let signal = Signal::Presence { users: vec![UserId::from_bytes([2; 16])], online: true };
        assert_eq!(framed(&Shared::Rows(&rows)), framed(&Event::Rows(rows)));
        assert_eq!(framed(&Shared::Signal(&signal)), framed(&Event::Signal(signal)));
    }

    #[test]
    fn a_broken_frame_still_names_its_request() {
        assert_eq!(request_of(r#"{"type":"dance","request":7,"x":[]}"#), Some(7));
        assert_eq!(request_of(r#"{"type":"dance"}"#), None);
        assert_eq!(request_of("{"), None);
    }
}
