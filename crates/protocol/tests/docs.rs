//! `docs/protocol.md` is enough to write a client: its examples are frames, all frames have one, and no code is missing.

use myna_protocol::{Command, Event, Rejection, Row, Signal, close};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::collections::BTreeSet;

const PAGE: &str = include_str!("../../../docs/protocol.md");

const COMMANDS: [&str; 30] = [
    "hello",
    "send",
    "forward",
    "schedule",
    "edit_scheduled",
    "send_scheduled",
    "delete_scheduled",
    "edit",
    "unsend",
    "react",
    "read",
    "typing",
    "load",
    "load_around",
    "load_messages",
    "load_thread",
    "resync",
    "direct",
    "group",
    "channel",
    "join",
    "add",
    "leave",
    "search",
    "set_name",
    "rename",
    "people",
    "members",
    "list",
    "ping",
];
const EVENTS: [&str; 13] = [
    "welcome",
    "rows",
    "caught_up",
    "reset",
    "page",
    "ack",
    "found",
    "people",
    "members",
    "rejected",
    "signal",
    "pong",
    "bye",
];

/// A new variant fails to compile here: give it an example in the page.
fn command(command: &Command) -> &'static str {
    match command {
        Command::Hello { .. } => "hello",
        Command::Send { .. } => "send",
        Command::Forward { .. } => "forward",
        Command::Schedule { .. } => "schedule",
        Command::EditScheduled { .. } => "edit_scheduled",
        Command::SendScheduled { .. } => "send_scheduled",
        Command::DeleteScheduled { .. } => "delete_scheduled",
        Command::Edit { .. } => "edit",
        Command::Unsend { .. } => "unsend",
        Command::React { .. } => "react",
        Command::Read { .. } => "read",
        Command::Typing { .. } => "typing",
        Command::Load { .. } => "load",
        Command::LoadAround { .. } => "load_around",
        Command::LoadMessages { .. } => "load_messages",
        Command::LoadThread { .. } => "load_thread",
        Command::Resync { .. } => "resync",
        Command::Direct { .. } => "direct",
        Command::Group { .. } => "group",
        Command::Channel { .. } => "channel",
        Command::Join { .. } => "join",
        Command::Add { .. } => "add",
        Command::Leave { .. } => "leave",
        Command::Search { .. } => "search",
        Command::SetName { .. } => "set_name",
        Command::Rename { .. } => "rename",
        Command::People { .. } => "people",
        Command::Members { .. } => "members",
        Command::List { .. } => "list",
        Command::Ping {} => "ping",
    }
}

fn event(event: &Event) -> &'static str {
    match event {
        Event::Welcome { .. } => "welcome",
        Event::Rows(_) => "rows",
        Event::CaughtUp { .. } => "caught_up",
        Event::Reset { .. } => "reset",
        Event::Page { .. } => "page",
        Event::Ack { .. } => "ack",
        Event::Found { .. } => "found",
        Event::People { .. } => "people",
        Event::Members { .. } => "members",
        Event::Rejected { .. } => "rejected",
        Event::Signal(_) => "signal",
        Event::Pong { .. } => "pong",
        Event::Bye { .. } => "bye",
    }
}

fn row(row: &Row) -> &'static str {
    match row {
        Row::Conversation(_) => "conversation",
        Row::Member(_) => "member",
        Row::Message(_) => "message",
        Row::Reaction(_) => "reaction",
        Row::Thread(_) => "thread",
        Row::Membership(_) => "membership",
        Row::Scheduled(_) => "scheduled",
        Row::Person(_) => "person",
        Row::Unknown => unreachable!("no example is unknown"),
    }
}

/// The blocks of JSON in the page.
fn examples() -> Vec<&'static str> {
    let blocks = PAGE.split("```json\n").skip(1);
    blocks.map(|block| block.split_once("```").expect("a block ends").0).collect()
}

/// The frame, if this is one and has neither more nor fewer fields than it is written with.
fn read<T: Serialize + DeserializeOwned>(example: &str) -> Option<T> {
    let frame: T = serde_json::from_str(example).ok()?;
    let written: serde_json::Value = serde_json::from_str(example).ok()?;
    (serde_json::to_value(&frame).ok()? == written).then_some(frame)
}

#[test]
fn every_example_is_a_frame_and_every_frame_has_an_example() {
    let (mut commands, mut events) = (BTreeSet::new(), BTreeSet::new());
    let (mut rows, mut signals) = (BTreeSet::new(), BTreeSet::new());
    for example in examples() {
        match (read::<Command>(example), read::<Event>(example)) {
            (Some(frame), None) => {
                commands.insert(command(&frame));
            }
            (None, Some(frame)) => {
                events.insert(event(&frame));
                if let Event::Rows(feed) = &frame {
                    rows.extend(feed.rows.iter().map(row));
                }
                if let Event::Signal(signal) = &frame {
                    signals.insert(matches!(signal, Signal::Typing { .. }));
                }
            }
            (command, event) => panic!("it is {command:?} and {event:?}:\n{example}"),
        }
    }
    assert_eq!(commands, BTreeSet::from(COMMANDS));
    assert_eq!(events, BTreeSet::from(EVENTS));
    assert_eq!(rows.len(), 8, "{rows:?}");
    assert_eq!(signals.len(), 2);
}

#[test]
fn every_code_is_explained() {
    for rejection in Rejection::ALL {
        let code = serde_json::to_value(rejection).expect("a code is text");
        let code = code.as_str().expect("a code is text");
        assert!(PAGE.contains(&format!("`{code}`")), "{code}");
    }
    for code in [close::SIGNED_OUT, close::REVOKED, close::LAGGING, close::TOO_MANY_FRAMES, close::STOPPING] {
        assert!(PAGE.contains(&format!("| {code} |")), "{code}");
    }
}
