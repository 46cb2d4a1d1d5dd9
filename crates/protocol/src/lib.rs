//! What Myna's people, clients and servers say to each other: nouns, ids, commands, events, rejections, limits.
//!
//! Pure: serde and text rules only. It does no I/O, knows no time, and builds for every target.

mod id;
pub use id::{ClientId, ConversationId, InvalidId, SessionId, UserId};

mod time;
pub use time::Timestamp;

mod user;
pub use user::{Person, User};

mod conversation;
pub use conversation::{Conversation, Kind};

mod member;
pub use member::{Member, Membership};

mod message;
pub use message::{EarlierText, Message, MessageExtra, MessageRef, Origin, Replies, Reply, Thread, Unsending};

mod reaction;
pub use reaction::Reaction;

mod scheduled;
pub use scheduled::{Scheduled, ScheduledMessage};

mod feed;
pub use feed::{Feed, FeedRows, InvalidFeed, Rev, Row, Seq};

mod command;
pub use command::{Command, RequestId, Target};

mod list;
pub use list::ListPosition;

mod event;
pub use event::{ByeReason, Event, ResetReason, Signal};

mod rejection;
pub use rejection::Rejection;

mod code;
mod tagged;

pub mod close;
pub mod limits;

mod invisible;

mod text;
pub use text::{Password, Text};

#[cfg(feature = "unicode")]
mod emoji;
#[cfg(feature = "unicode")]
pub use emoji::Emoji;

#[cfg(feature = "unicode")]
mod name;
#[cfg(feature = "unicode")]
pub use name::Name;
