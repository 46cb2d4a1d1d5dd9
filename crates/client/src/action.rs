//! What a client asks of whoever holds it, and what it tells them.

use crate::set::Set;
use crate::{DraftPlace, Unsent};
use myna_protocol::{ClientId, Command, Conversation, ConversationId, Person, Rejection, RequestId, Seq, Timestamp};

/// Something to be done, in the order given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// Open a socket. Tell `opened` or `closed` when it is known how that went.
    Connect,
    /// Close the socket with this code and forget it: report nothing more of this socket, not even `closed`.
    Close(u16),
    /// Send this frame on the open socket.
    Send(Command),
    /// Call `tick` at this moment. It replaces the wake-up asked for before: there is one timer.
    WakeAt(Timestamp),
    /// Write this down where it survives a reload, in place of what has the same client id.
    Keep(Unsent),
    /// Strike what was kept under this client id.
    Forget(ClientId),
    /// Write this draft down where it survives a reload; an empty one strikes it.
    KeepDraft(DraftPlace, String),
    /// Write the new text of the message at this place down where it survives a reload; `None` strikes it.
    KeepEdit(ConversationId, Seq, Option<String>),
    /// Write down, where it survives a reload, which message the draft answers; `None` strikes it.
    KeepReply(DraftPlace, Option<Seq>),
    /// What was asked has been answered.
    Answered(RequestId, Answer),
    /// This session is over: show the way to sign in. No action follows any more.
    SignedOut,
}

/// What came of something that was asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// Done, and durable; in this conversation, where it is about one.
    Done { conversation: Option<ConversationId> },
    /// The answer to a search.
    Found { people: Vec<Person>, channels: Vec<Conversation> },
    /// Refused, with a sentence to show.
    Rejected(Rejection, String),
}

/// How the connection stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// `connect` was not called yet.
    Idle,
    Connecting,
    /// The socket is open; what was missed is still coming in.
    CatchingUp,
    /// Everything is known and said at once.
    Live,
    /// The next attempt is made at `until`; it will be the `attempt`th after the failure (1, 2, 3 …).
    Waiting {
        until: Timestamp,
        attempt: u32,
    },
    /// As `Waiting`, but the device says that it has no network.
    Offline {
        until: Timestamp,
    },
    /// The session is over.
    SignedOut,
}

/// What has to be drawn again.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Changes {
    /// The sidebar's rows, or whether there are more of them.
    pub list: bool,
    /// The connection's status, or who is signed in.
    pub status: bool,
    /// These conversations: their view, transcript or typing people.
    pub conversations: Set<ConversationId>,
    /// Of those, the ones whose transcript may have changed.
    pub transcripts: Set<ConversationId>,
    /// Scheduled messages.
    pub schedule: bool,
    /// Whether a new message of another member has arrived live, not while catching up.
    pub news: bool,
}

impl Changes {
    /// Whether nothing has to be drawn again.
    pub fn is_empty(&self) -> bool {
        !self.list && !self.status && !self.schedule && !self.news && self.conversations.is_empty()
    }
}
