//! What the server says on the socket.

use crate::code::codes;
use crate::limits::Limits;
use crate::tagged::tagged;
use crate::{
    Conversation, ConversationId, Feed, FeedRows, ListPosition, Person, Rejection, RequestId, Row, Seq, Timestamp,
    User, UserId,
};

tagged! {
    "Event", tag = "type",

    /// A server's frame. Readers ignore fields they do not know.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub enum Event {
        /// The answer to `hello`: who you are here.
        Welcome { user: User, server_time: Timestamp, limits: Limits },
        /// What changed in a feed.
        Rows(FeedRows),
        /// Everything that was asked for (`load`, `resync`, `list`; without a request: `hello`) has been sent. After `hello` and
        /// `list`, `next` is where one's list of conversations goes on; without it the list is complete.
        CaughtUp {
            request: Option<RequestId>,
            #[serde(default, skip_serializing_if = "Option::is_none")]
            next: Option<ListPosition>,
        },
        /// Forget what you hold of the feed; its rows from 0 follow.
        Reset { feed: Feed, reason: ResetReason },
        /// Messages that were asked for, oldest first, and the members who sent them. It moves no cursor.
        Page { request: RequestId, conversation: ConversationId, rows: Vec<Row> },
        /// Done, and durable. `conversation` and `seq` say what came of it.
        Ack { request: RequestId, conversation: Option<ConversationId>, seq: Option<Seq> },
        /// The answer to `search`.
        Found { request: RequestId, people: Vec<Person>, channels: Vec<Conversation> },
        /// The answer to `people`: those of them that exist.
        People { request: RequestId, people: Vec<Person> },
        /// The answer to `members`: member and person rows. With `next`, ask again with `after` set to it.
        Members { request: RequestId, conversation: ConversationId, rows: Vec<Row>, next: Option<UserId> },
        /// Not done, and why; nothing was changed. Without a request: the frame could not be read so far.
        Rejected { request: Option<RequestId>, code: Rejection, text: String },
        /// Something that holds for a moment and is never stored.
        Signal(Signal),
        /// The answer to `ping`.
        Pong { server_time: Timestamp },
        /// The server is about to close the socket. Come back after a random part of `retry_after` milliseconds.
        Bye { reason: ByeReason, retry_after: u32 },
    }
}

/// Why a client has to load a feed afresh.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ResetReason {
    /// More has changed than one answer may carry.
    TooFarBehind,
    /// The client's cursor is ahead of the store: it was made on another one.
    UnknownCursor,
}

codes! {
    ResetReason {
        TooFarBehind = "too_far_behind",
        UnknownCursor = "unknown_cursor",
    }
}

tagged! {
    "Signal", tag = "signal",

    /// Something that holds for a moment: it has no rev, is never stored, and only goes to people who see the one it is about.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub enum Signal {
        /// Somebody types (or stopped). It lapses by itself after `ttl` milliseconds.
        Typing { conversation: ConversationId, user: UserId, typing: bool, ttl: u32 },
        /// These people came online, or went. It holds until the next word on them or the end of the socket.
        Presence { users: Vec<UserId>, online: bool },
    }
}

/// Why the server ends a socket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ByeReason {
    Stopping,
    SignedOut,
    Revoked,
    Lagging,
    TooManyFrames,
}

codes! {
    ByeReason {
        Stopping = "stopping",
        SignedOut = "signed_out",
        Revoked = "revoked",
        Lagging = "lagging",
        TooManyFrames = "too_many_frames",
    }
}
