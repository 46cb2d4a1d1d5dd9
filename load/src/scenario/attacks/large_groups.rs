//! One account makes many large groups: what that does to the page and the `hello` of a person who is put into them.

use super::finding::Finding;
use super::http_client::{HttpClient, source};
use super::raw_socket::RawSocket;
use crate::dataset::Plan;
use crate::harness::{Harness, Tools};
use crate::quick::Myna;
use anyhow::{Context, bail, ensure};
use myna_protocol::limits::GROUP_MEMBERS;
use myna_protocol::{Command, ConversationId, Event, UserId};
use std::collections::BTreeMap;
use std::time::Duration;
use tokio::time::{Instant, sleep};

const GROUPS: usize = 400;
const PEOPLE: usize = 512;
/// How long the attacker goes on.
const LASTS: Duration = Duration::from_secs(60);
/// How long the attacker waits after a refusal.
const PAUSE: Duration = Duration::from_millis(100);
/// Times that the page and the `hello` are asked for, of which the middle one counts.
const TIMES: usize = 5;
const ATTACKER: usize = 0;
const VICTIM: usize = 1;

/// What came of the attacker's requests.
#[derive(Debug, Default)]
struct Made {
    groups: usize,
    refused: usize,
    closed: usize,
}

/// The bytes and the time of the victim's page, and of their `hello`.
pub(super) fn attack(tools: &Tools) -> anyhow::Result<Vec<Finding>> {
    let harness = Harness::set(tools, &Plan::strangers(PEOPLE), &[])?;
    tools.runtime.block_on(async {
        let started = Instant::now();
        let made = make_groups(&harness).await?;
        let made = format!(
            "{} groups in {:.0} s, {} refused, {} sockets closed",
            made.groups,
            started.elapsed().as_secs_f64(),
            made.refused,
            made.closed
        );
        let who = format!("{GROUPS} groups of {GROUP_MEMBERS} by one account: another person's");
        let (page, page_time) = middle(|| page(&harness)).await?;
        let (hello, hello_time) = middle(|| hello(&harness)).await?;
        Ok(vec![
            Finding::at_most(format!("{who} page"), kilobytes(page), 300.0, "KB", "300 KB").with_note(made),
            Finding::at_most(format!("{who} page, time"), page_time, 200.0, "ms", "200 ms"),
            Finding::at_most(format!("{who} `hello`, time"), hello_time, 200.0, "ms", "200 ms")
                .with_note(format!("{:.0} KB", kilobytes(hello))),
        ])
    })
}

fn kilobytes(bytes: usize) -> f64 {
    bytes as f64 / 1_024.0
}

/// Makes groups one after the other, each with the victim in it and with others in turn, until all are made or time is up.
async fn make_groups(harness: &Harness<'_>) -> anyhow::Result<Made> {
    let myna = Myna::quick(harness.dataset.clone(), harness.address);
    let end = Instant::now() + LASTS;
    let mut made = Made::default();
    let mut socket = None;
    let mut request = 0;
    while made.groups < GROUPS && Instant::now() < end {
        let open = match &mut socket {
            Some(open) => open,
            none => {
                let mut opened = RawSocket::open(&myna, ATTACKER, harness.address, true).await?;
                if let Some(opened) = &mut opened {
                    opened.send(&Command::Hello { cursors: BTreeMap::new() }).await?;
                } else {
                    made.refused += 1;
                    sleep(PAUSE).await;
                }
                *none = opened;
                continue;
            }
        };
        request += 1;
        match make_group(open, harness, request).await {
            Ok(true) => made.groups += 1,
            Ok(false) => {
                made.refused += 1;
                sleep(PAUSE).await;
            }
            // The server has closed the socket: the attacker opens another one.
            Err(_) => {
                made.closed += 1;
                socket = None;
                sleep(PAUSE).await;
            }
        }
    }
    Ok(made)
}

/// Asks for one group, and waits for the answer: whether it was made.
async fn make_group(socket: &mut RawSocket, harness: &Harness<'_>, request: u64) -> anyhow::Result<bool> {
    let people = &harness.dataset.people;
    let others = (0..GROUP_MEMBERS - 2).map(|n| 2 + (request as usize * 31 + n) % (people.len() - 2));
    let users: Vec<UserId> = std::iter::once(VICTIM).chain(others).map(|person| people[person].id).collect();
    let mut random = [0; 10];
    fastrand::fill(&mut random);
    let conversation = ConversationId::from_parts(request, random);
    socket.send(&Command::Group { request, conversation, name: Some(format!("Group {request}")), users }).await?;
    while let Some(received) = socket.next().await? {
        match received.event()? {
            Event::Ack { request: answered, .. } if answered == request => return Ok(true),
            Event::Rejected { request: Some(answered), .. } if answered == request => return Ok(false),
            _ => {}
        }
    }
    bail!("the server has closed the socket")
}

/// Asks several times; what the middle one measured: bytes, and milliseconds.
async fn middle<F: Future<Output = anyhow::Result<usize>>>(ask: impl Fn() -> F) -> anyhow::Result<(usize, f64)> {
    let mut times = Vec::new();
    for _ in 0..TIMES {
        let start = Instant::now();
        let bytes = ask().await?;
        times.push((bytes, start.elapsed().as_secs_f64() * 1_000.0));
    }
    times.sort_by(|one, other| one.1.total_cmp(&other.1));
    Ok(times[TIMES / 2])
}

/// The bytes of the victim's first page.
async fn page(harness: &Harness<'_>) -> anyhow::Result<usize> {
    let client = HttpClient::new(source(1), harness.address)?;
    let (status, bytes) = client.page("/", Some(&harness.dataset.token(VICTIM))).await?;
    ensure!(status.is_success(), "the page is refused: {status}");
    Ok(bytes)
}

/// The bytes that the victim receives until they know everything, from nothing.
async fn hello(harness: &Harness<'_>) -> anyhow::Result<usize> {
    let myna = Myna::quick(harness.dataset.clone(), harness.address);
    let socket = RawSocket::open(&myna, VICTIM, harness.address, true).await?;
    let mut socket = socket.context("the victim's socket is refused")?;
    socket.send(&Command::Hello { cursors: BTreeMap::new() }).await?;
    let mut bytes = 0;
    while let Some(received) = socket.next().await? {
        bytes += received.bytes();
        if received.is_caught_up() {
            return Ok(bytes);
        }
    }
    bail!("the server has closed the victim's socket")
}
