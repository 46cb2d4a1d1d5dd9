//! One person opens many sockets, asks on each for as much as the protocol gives, and reads nothing.

use super::finding::Finding;
use super::raw_socket::RawSocket;
use crate::dataset::Plan;
use crate::harness::{Harness, Tools};
use crate::process::Usage;
use crate::quick::Myna;
use myna_protocol::limits::{PAGE_MESSAGES_MAX, TEXT_CHARS};
use myna_protocol::{Command, Feed};
use std::collections::BTreeMap;
use std::time::Duration;
use tokio::time::{Instant, sleep};

const SOCKETS: usize = 200;
const CONVERSATIONS: usize = 20;
/// Messages in each of them, all as long as a message may be: 64 MB together.
const MESSAGES: u64 = 400;
/// How long the server works on what it was asked before its memory is read.
const WAIT: Duration = Duration::from_secs(10);
/// Megabytes of growth at which the attack stops: the machine is needed by others.
const STOP_AT: f64 = 2_048.0;
const ASKED_MB: f64 = 64.0;
/// The attacker.
const PERSON: usize = 0;

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

/// The growth of the server's memory for each kind of request.
pub(super) fn attack(tools: &Tools) -> anyhow::Result<Vec<Finding>> {
    let plan = Plan::shared_by_two(CONVERSATIONS, MESSAGES).with_text_bytes(TEXT_CHARS);
    let mut harness = Harness::set(tools, &plan, &[])?;
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
    let before = harness.usage()?;
    let growth = || anyhow::Ok(megabytes(&before, &harness.usage()?));
    let (mut sockets, mut refused, mut greatest) = (Vec::new(), 0, 0_f64);
    for _ in 0..SOCKETS {
        // A server that refuses a socket may close the connection without an answer.
        match RawSocket::open(&myna, PERSON, harness.address, false).await {
            Ok(Some(mut socket)) => {
                for command in &commands {
                    // One that the server has closed meanwhile asks for nothing more.
                    let _ = socket.send(command).await;
                }
                sockets.push(socket);
            }
            Ok(None) | Err(_) => refused += 1,
        }
        greatest = greatest.max(growth()?);
        if greatest > STOP_AT {
            break;
        }
    }
    let end = Instant::now() + WAIT;
    while Instant::now() < end && greatest <= STOP_AT {
        sleep(Duration::from_millis(50)).await;
        greatest = greatest.max(growth()?);
    }
    let (grown, open) = (growth()?, sockets.len());
    let stopped = if greatest > STOP_AT { ", stopped there" } else { "" };
    let name = format!("{SOCKETS} sockets of one person, {}, nothing read: growth of RSS", request.name());
    Ok(Finding::at_most(name, grown, ASKED_MB, "MB", "64 MB")
        .with_note(format!("{greatest:.0} MB at most{stopped}; {open} open, {refused} refused")))
}

/// How much more memory, in MB.
pub(super) fn megabytes(before: &Usage, after: &Usage) -> f64 {
    (after.resident as f64 - before.resident as f64) / 1_024.0
}
