//! Every limit that a client can run into, in one place.

use serde::{Deserialize, Serialize};

/// Characters (Unicode scalar values, after NFC) in a message.
pub const TEXT_CHARS: usize = 8_000;
/// Characters in a person's, group's or channel's name.
pub const NAME_CHARS: usize = 64;
/// Characters in a password, at least.
pub const PASSWORD_CHARS_MIN: usize = 8;
/// Characters in a password, at most: it bounds the work of hashing.
pub const PASSWORD_CHARS_MAX: usize = 256;
/// People in a group, its maker included.
pub const GROUP_MEMBERS: usize = 256;
/// People in the largest group that tells its members how far the others have read.
pub const RECEIPT_MEMBERS: usize = 64;
/// Bytes in one frame from a client.
pub const FRAME_BYTES: usize = 64 * 1024;
/// Messages in one page of history.
pub const PAGE_MESSAGES: u32 = 50;
/// Messages in one page of history, at most.
pub const PAGE_MESSAGES_MAX: u32 = 200;
/// Rows in one answer to a resync; more than that is a reset.
pub const RESYNC_ROWS: u32 = 1_000;
/// People, and channels, in one answer to a search.
pub const SEARCH_RESULTS: u32 = 20;
/// Milliseconds for which a typing signal holds.
pub const TYPING_TTL_MILLIS: u32 = 6_000;
/// Sends that a client may have unanswered at a time.
pub const UNANSWERED_SENDS: usize = 32;

/// The limits a client should keep to, as `welcome` tells them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    pub text_chars: u32,
    pub frame_bytes: u32,
    pub page_messages_max: u32,
    pub unanswered_sends: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            text_chars: TEXT_CHARS as u32,
            frame_bytes: FRAME_BYTES as u32,
            page_messages_max: PAGE_MESSAGES_MAX,
            unanswered_sends: UNANSWERED_SENDS as u32,
        }
    }
}
