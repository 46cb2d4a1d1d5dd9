//! Every limit that a client can reach, in one place.

use serde::{Deserialize, Serialize};

/// Characters (Unicode scalar values, after NFC) in a message.
pub const TEXT_CHARS: usize = 8_000;
/// How many times a message can be edited.
pub const EDITS: usize = 5;
/// People who can have a reaction to one message, at most.
pub const REACTIONS: u32 = 500;
/// Milliseconds after sending in which a message can be edited, unless the server is set otherwise.
pub const EDIT_MILLIS: u64 = 15 * 60 * 1_000;
/// Milliseconds after sending in which a message can be unsent, unless the server is set otherwise.
pub const UNSEND_MILLIS: u64 = 2 * 60 * 1_000;
/// Messages that a person can have scheduled, at most.
pub const SCHEDULED: u32 = 100;
/// Bytes of text in all messages that a person has scheduled.
pub const SCHEDULED_BYTES: usize = 256 * 1024;
/// How many milliseconds ahead a message can be scheduled.
pub const SCHEDULE_MILLIS: u64 = 14 * 24 * 60 * 60 * 1_000;
/// Characters in a person's, group's or channel's name.
pub const NAME_CHARS: usize = 64;
/// The fewest characters in a password.
pub const PASSWORD_CHARS_MIN: usize = 8;
/// The most characters in a password. It bounds the work of hashing.
pub const PASSWORD_CHARS_MAX: usize = 256;
/// People in a group, including its creator.
pub const GROUP_MEMBERS: usize = 256;
/// People in the largest group whose members see how far the others have read.
pub const RECEIPT_MEMBERS: usize = 64;
/// Bytes in one frame from a client.
pub const FRAME_BYTES: usize = 64 * 1024;
/// Messages in one page of history.
pub const PAGE_MESSAGES: u32 = 50;
/// Messages in one page of history, at most.
pub const PAGE_MESSAGES_MAX: u32 = 200;
/// Bytes of rows in one answer, about: a page ends early, and a resync of more is a reset.
pub const ANSWER_BYTES: usize = 512 * 1024;
/// Conversations that `hello`, the first page and one page of the list bring.
pub const LIST_CONVERSATIONS: u32 = 50;
/// Members that come with a conversation of the list.
pub const SUMMARY_MEMBERS: u32 = 8;
/// Members that come with a conversation that is opened, and with a new one.
pub const LOADED_MEMBERS: u32 = 64;
/// Members in one page of them, at most.
pub const PAGE_MEMBERS_MAX: u32 = 256;
/// People in one question for people by id.
pub const PEOPLE_MAX: usize = 200;
/// Rows in one answer to a resync; more than that is a reset.
pub const RESYNC_ROWS: u32 = 1_000;
/// People, and channels, in one answer to a search.
pub const SEARCH_RESULTS: u32 = 20;
/// Milliseconds for which a typing signal is valid.
pub const TYPING_TTL_MILLIS: u32 = 6_000;
/// Sends that a client may have unanswered at a time.
pub const UNANSWERED_SENDS: usize = 32;

/// The limits that a client must respect, as `welcome` announces them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    pub text_chars: u32,
    pub frame_bytes: u32,
    pub page_messages_max: u32,
    pub unanswered_sends: u32,
    /// Milliseconds after sending in which a message can be edited.
    #[serde(default)]
    pub edit_millis: u64,
    /// Milliseconds after sending in which a message can be unsent.
    #[serde(default)]
    pub unsend_millis: u64,
    /// People who can have a reaction to one message; 0: there are no reactions.
    #[serde(default)]
    pub reactions: u32,
    /// Whether a message can be sent in reply to another.
    #[serde(default)]
    pub replies: bool,
    /// Whether a message can be forwarded.
    #[serde(default)]
    pub forwards: bool,
    /// Messages that a person can have scheduled; 0: messages cannot be scheduled.
    #[serde(default)]
    pub scheduled: u32,
    /// How many milliseconds ahead a message can be scheduled.
    #[serde(default)]
    pub schedule_millis: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            text_chars: TEXT_CHARS as u32,
            frame_bytes: FRAME_BYTES as u32,
            page_messages_max: PAGE_MESSAGES_MAX,
            unanswered_sends: UNANSWERED_SENDS as u32,
            edit_millis: EDIT_MILLIS,
            unsend_millis: UNSEND_MILLIS,
            reactions: REACTIONS,
            replies: true,
            forwards: true,
            scheduled: SCHEDULED,
            schedule_millis: SCHEDULE_MILLIS,
        }
    }
}
