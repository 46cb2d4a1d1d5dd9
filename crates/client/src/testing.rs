//! Rows and ids for tests, told apart by small numbers.

use myna_protocol::{ClientId, ConversationId, Message, Seq, Timestamp, UserId};

pub(crate) fn user(n: u8) -> UserId {
    UserId::from_bytes([n; 16])
}

pub(crate) fn conversation(n: u8) -> ConversationId {
    ConversationId::from_bytes([n; 16])
}

pub(crate) fn client_id(n: u64) -> ClientId {
    ClientId::from_parts(n, [0; 10])
}

/// The message at this place, in conversation 1, by user 2, a second after the one before.
pub(crate) fn message(seq: Seq) -> Message {
    Message {
        conversation: conversation(1),
        seq,
        sender: user(2),
        client_id: client_id(seq % 1_000_000),
        text: format!("message {seq}"),
        sent_at: Timestamp(1_700_000_000_000).plus(i64::try_from(seq % 1_000_000).unwrap_or_default() * 1_000),
        rev: seq.saturating_add(1),
        extra: None,
    }
}
