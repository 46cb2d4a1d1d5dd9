//! One person opens many sockets, asks on each for as much as the protocol gives, and reads nothing.

use super::finding::Finding;
use super::memory::MemoryWatch;
use super::raw_socket::RawSocket;
use crate::dataset::{Plan, Texts};
use crate::harness::{Harness, Tools};
use crate::quick::Myna;
use myna_protocol::limits::PAGE_MESSAGES_MAX;
use myna_protocol::{Command, Feed};
use std::collections::BTreeMap;
use std::time::Duration;

const SOCKETS: usize = 200;
const CONVERSATIONS: usize = 20;
/// Messages in each of them, all as long as a message may be: 64 MB together.
const MESSAGES: u64 = 400;
/// How long the server works on what it was asked before its memory is read.
const WAIT: Duration = Duration::from_secs(10);
/// The attacker.
pub(super) const PERSON: usize = 0;

/// What the attacker asks for on each socket.
#[derive(Debug, Clone, Copy)]
enum Request {
    /// A `hello` that knows each conversation as it was before its first message.
    OldCursors,
    /// A `resync` of each conversation from 0.
    Resync,
    /// A `load` of the largest page of each conversation.
    Load,
}

impl Request {
    const ALL: [Self; 3] = [Self::OldCursors, Self::Resync, Self::Load];

    fn name(self) -> &'static str {
        match self {
            Self::OldCursors => "`hello` with old cursors",
            Self::Resync => "`resync` from 0",
            Self::Load => "`load` of 200",
        }
    }

    /// The commands for one socket, `hello` first.
    fn commands(self, harness: &Harness<'_>) -> Vec<Command> {
        let (dataset, person) = (&harness.dataset, &harness.dataset.people[PERSON]);
        let talks: Vec<_> = person.talks.iter().map(|talk| dataset.talks[*talk as usize].id).collect();
        let cursors = match self {
            Self::OldCursors => {
                let own = [(Feed::User(person.id), person.talks.len() as u64)];
                talks.iter().map(|talk| (Feed::Conversation(*talk), 1)).chain(own).collect::<BTreeMap<_, _>>()
            }
            Self::Resync | Self::Load => dataset.cursors(PERSON),
        };
        let rest = talks.iter().zip(1..).filter_map(|(talk, request)| match self {
            Self::OldCursors => None,
            Self::Resync => Some(Command::Resync { request, feed: Feed::Conversation(*talk), rev: 0 }),
            Self::Load => Some(Command::Load {
                request,
                conversation: *talk,
                before: Some(MESSAGES + 1),
                limit: PAGE_MESSAGES_MAX,
            }),
        });
        std::iter::once(Command::Hello { cursors }).chain(rest).collect()
    }
}

/// A store whose attacker can ask for a lot.
pub(super) fn plan() -> Plan {
    Plan::shared_by_two(CONVERSATIONS, MESSAGES).with_texts(Texts::Hostile)
}

/// The growth of the server's memory for each kind of request.
pub(super) fn attack(tools: &Tools) -> anyhow::Result<Vec<Finding>> {
    let mut harness = Harness::set(tools, &plan(), &[])?;
    let mut findings = Vec::new();
    for request in Request::ALL {
        findings.push(tools.runtime.block_on(ask(&harness, request))?);
        harness.kill();
        harness.start()?;
    }
    Ok(findings)
}

async fn ask(harness: &Harness<'_>, request: Request) -> anyhow::Result<Finding> {
    let myna = Myna::quick(harness.dataset.clone(), harness.address);
    let commands = request.commands(harness);
    let mut memory = MemoryWatch::begin(harness)?;
    let (mut open, mut refused) = (Vec::new(), 0);
    for _ in 0..SOCKETS {
        // A server that refuses a socket may close the connection without an answer.
        match RawSocket::open(&myna, PERSON, harness.address, false).await {
            Ok(Some(mut socket)) => {
                for command in &commands {
                    // A socket that the server has closed meanwhile asks for nothing more.
                    let _ = socket.send(command).await;
                }
                open.push(socket);
            }
            Ok(None) | Err(_) => refused += 1,
        }
        if memory.must_stop()? {
            break;
        }
    }
    memory.watch(WAIT).await?;
    let name = format!("{SOCKETS} sockets of one person, {}, none read: growth of RSS after 10 s", request.name());
    let finding = memory.finding(name, 64.0, "64 MB")?;
    let note = format!("{}; {} open, {refused} refused", finding.note, open.len());
    Ok(finding.with_note(note))
}
