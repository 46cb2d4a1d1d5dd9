//! What the tests share: servers, the people who use them, and their sockets.

mod chance;
mod due;
mod log;
mod person;
mod place;
mod process;
mod raw;
mod server;
mod socket;
mod speaker;
mod tab;

pub(crate) use chance::{Dice, tell};
pub(crate) use due::Due;
pub(crate) use log::{Entry, check, loaded, shown};
pub(crate) use person::{PASSWORD, Person};
pub(crate) use place::{Answer, Place};
pub(crate) use process::{ServerProcess, Starting, myna, myna_until};
pub(crate) use raw::{RawSocket, handshake};
pub(crate) use server::TestServer;
pub(crate) use socket::Socket;
pub(crate) use speaker::{Acknowledged, Sent, Speaker, UNANSWERED};
pub(crate) use tab::Tab;

use myna_chat::{Ids, RandomIds};
use myna_protocol::{ClientId, ConversationId, Event, FeedRows, Message, Row};
use std::time::Duration;
use tokio::time::timeout;

/// How long anything may take before a test fails: machines can be slow and busy.
pub(crate) const DEADLINE: Duration = Duration::from_secs(30);

/// Waits for something that has to happen.
pub(crate) async fn soon<T>(what: &str, happens: impl Future<Output = T>) -> T {
    timeout(DEADLINE, happens).await.unwrap_or_else(|_| panic!("{what}: it did not happen in time"))
}

fn random() -> [u8; 10] {
    let mut bytes = [0; 10];
    RandomIds.fill(&mut bytes);
    bytes
}

/// A message id that was never used before.
pub(crate) fn new_message() -> ClientId {
    ClientId::from_parts(1_700_000_000_000, random())
}

/// A conversation id that was never used before: nobody's, until somebody makes a conversation under it.
pub(crate) fn new_conversation() -> ConversationId {
    ConversationId::from_parts(1_700_000_000_000, random())
}

/// The rows of an event that brings some.
pub(crate) fn rows(event: &Event) -> Option<&FeedRows> {
    match event {
        Event::Rows(rows) => Some(rows),
        _ => None,
    }
}

/// The messages that an event brings, in their order.
pub(crate) fn messages(event: &Event) -> Vec<&Message> {
    let rows = match event {
        Event::Rows(rows) => &rows.rows,
        Event::Page { rows, .. } => rows,
        _ => return Vec::new(),
    };
    rows.iter().filter_map(message).collect()
}

fn message(row: &Row) -> Option<&Message> {
    match row {
        Row::Message(message) => Some(message),
        Row::Conversation(_)
        | Row::Member(_)
        | Row::Reaction(_)
        | Row::Thread(_)
        | Row::Membership(_)
        | Row::Scheduled(_)
        | Row::Person(_)
        | Row::Unknown => None,
    }
}

/// The texts of the messages that these events bring.
pub(crate) fn texts(events: &[Event]) -> Vec<String> {
    events.iter().flat_map(messages).map(|message| message.text.clone()).collect()
}

/// Asserts that nothing in these events names this conversation (or anything else, by its written form).
pub(crate) fn assert_unnamed(events: &[Event], name: &impl ToString) {
    let name = name.to_string();
    for event in events {
        let json = serde_json::to_string(event).expect("events can be written");
        assert!(!json.contains(&name), "this names {name}: {json}");
    }
}
