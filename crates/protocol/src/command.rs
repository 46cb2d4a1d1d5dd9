//! What a client says on the socket.

use crate::{ClientId, ConversationId, Feed, ListPosition, MessageRef, Rev, Seq, Timestamp, UserId};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Chosen by the client, unique on its socket; the answer carries it back.
pub type RequestId = u64;

/// A client's frame. Unknown fields are refused, so that a typing error is never taken for silence.
///
/// Each command with a `request` gets exactly one answer that carries it: `ack`, `page`, `caught_up`, `found`, `people`,
/// `members` or `rejected`; but `typing` is answered only when it is refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum Command {
    /// The first frame: how far the client holds each feed. Answered by `welcome`, the rows it lacks, and `caught_up`.
    Hello { cursors: BTreeMap<Feed, Rev> },
    /// Send a message, perhaps in reply to another. The same `client_id` with the same text again gets the first answer again.
    Send {
        request: RequestId,
        conversation: ConversationId,
        client_id: ClientId,
        text: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reply_to: Option<Seq>,
    },
    /// Send the text of another message that you can read, perhaps of another conversation. Answered by `ack`; the same
    /// `client_id` with the same message again gets the first answer again.
    Forward { request: RequestId, conversation: ConversationId, client_id: ClientId, message: MessageRef },
    /// Send a message at a later time: the server sends it, whether or not you are connected then. Answered by `ack`; the same
    /// `client_id` again changes nothing.
    Schedule {
        request: RequestId,
        conversation: ConversationId,
        client_id: ClientId,
        text: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reply_to: Option<Seq>,
        send_at: Timestamp,
    },
    /// Give a scheduled message another text and another time.
    EditScheduled { request: RequestId, client_id: ClientId, text: String, send_at: Timestamp },
    /// Send a scheduled message now. Answered by `ack` with its place.
    SendScheduled { request: RequestId, client_id: ClientId },
    /// Delete a scheduled message: it is not sent.
    DeleteScheduled { request: RequestId, client_id: ClientId },
    /// Edit a message that you sent. Answered by `ack`; the same text again changes nothing.
    Edit { request: RequestId, conversation: ConversationId, seq: Seq, text: String },
    /// Unsend a message that you sent; the creator of a channel can delete any message in it. Its texts are deleted.
    Unsend { request: RequestId, conversation: ConversationId, seq: Seq },
    /// React to a message with an emoji, in place of the reaction before; without one, take it back. Answered by `ack`.
    React { request: RequestId, conversation: ConversationId, seq: Seq, emoji: Option<String> },
    /// Everything up to `seq` has been read.
    Read { request: RequestId, conversation: ConversationId, seq: Seq },
    /// The person began (true) or stopped typing. It holds for `TYPING_TTL_MILLIS`; say it again before then.
    Typing { request: RequestId, conversation: ConversationId, typing: bool },
    /// A page of messages older than `before`, answered by `page`; without it the conversation afresh, by `rows` from 0
    /// and `caught_up`.
    Load { request: RequestId, conversation: ConversationId, before: Option<Seq>, limit: u32 },
    /// A page with this message and those before and after it. Answered by `page`.
    LoadAround { request: RequestId, conversation: ConversationId, target: Target, limit: u32 },
    /// The messages at these places, at most `PAGE_MESSAGES_MAX`. Answered by `page`.
    LoadMessages { request: RequestId, conversation: ConversationId, seqs: Vec<Seq> },
    /// A page of the replies of a thread, the newest before `before`; without it, with the message that the thread begins with.
    /// Answered by `page`.
    LoadThread { request: RequestId, conversation: ConversationId, thread: Seq, before: Option<Seq>, limit: u32 },
    /// What changed in the feed after `rev`: after a gap. Answered by `rows` (or `reset` and `rows` from 0) and `caught_up`.
    Resync { request: RequestId, feed: Feed, rev: Rev },
    /// The conversation with this person, made if there is none. Answered by `ack` with its id.
    Direct { request: RequestId, user: UserId },
    /// Make a group of these people and oneself, under an id of the client's making (so that a retry makes no second one).
    Group { request: RequestId, conversation: ConversationId, name: Option<String>, users: Vec<UserId> },
    /// Make a public channel, under an id of the client's making.
    Channel { request: RequestId, conversation: ConversationId, name: String },
    /// Join a public channel.
    Join { request: RequestId, conversation: ConversationId },
    /// Add people to a group or a channel that you are in. Present members stay as they are.
    Add { request: RequestId, conversation: ConversationId, users: Vec<UserId> },
    /// Leave a group or a channel.
    Leave { request: RequestId, conversation: ConversationId },
    /// People and channels with a word that begins with `text`; all of both, by name, when it is empty. Answered by `found`.
    Search { request: RequestId, text: String },
    /// Change one's own name. Answered by `ack`; everybody who is signed in gets the new row of the server's feed.
    SetName { request: RequestId, name: String },
    /// Change the name of a group or a channel; without `name`, remove a group's.
    Rename { request: RequestId, conversation: ConversationId, name: Option<String> },
    /// The people with these ids, at most `PEOPLE_MAX`. Answered by `people`.
    People { request: RequestId, users: Vec<UserId> },
    /// Members in the order in which they joined, after this one. Answered by `members`.
    Members { request: RequestId, conversation: ConversationId, after: Option<UserId>, limit: u32 },
    /// The next conversations of one's own list, most recently active first, each with its newest message and a few members.
    /// Answered by `rows` from 0 for each, and `caught_up`, whose `next` says where the list goes on.
    List { request: RequestId, after: Option<ListPosition>, limit: u32 },
    /// Answered by `pong`.
    Ping {},
}

/// A message to go to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Target {
    /// The message at this place; the newest if there are fewer.
    Seq(Seq),
    /// The first message sent at this time or later; the newest if all are earlier.
    SentAt(Timestamp),
}

impl Command {
    /// The request id to answer to, where the command has one.
    pub fn request(&self) -> Option<RequestId> {
        match self {
            Self::Hello { .. } | Self::Ping {} => None,
            Self::Send { request, .. }
            | Self::Forward { request, .. }
            | Self::Schedule { request, .. }
            | Self::EditScheduled { request, .. }
            | Self::SendScheduled { request, .. }
            | Self::DeleteScheduled { request, .. }
            | Self::Edit { request, .. }
            | Self::Unsend { request, .. }
            | Self::React { request, .. }
            | Self::Read { request, .. }
            | Self::Typing { request, .. }
            | Self::Load { request, .. }
            | Self::LoadAround { request, .. }
            | Self::LoadMessages { request, .. }
            | Self::LoadThread { request, .. }
            | Self::Resync { request, .. }
            | Self::Direct { request, .. }
            | Self::Group { request, .. }
            | Self::Channel { request, .. }
            | Self::Join { request, .. }
            | Self::Add { request, .. }
            | Self::Leave { request, .. }
            | Self::Search { request, .. }
            | Self::SetName { request, .. }
            | Self::Rename { request, .. }
            | Self::People { request, .. }
            | Self::Members { request, .. }
            | Self::List { request, .. } => Some(*request),
        }
    }
}
