//! As many messages as go through.

use crate::node::Node;
use crate::person::{Person, Socket};
use crate::times::Times;
use anyhow::{Context, bail};
use futures_util::future::try_join_all;
use myna_protocol::{ConversationId, RequestId};
use serde::Deserialize;
use std::collections::HashMap;
use std::time::Duration;
use tokio::time::Instant;

pub(crate) const CLIENTS: usize = 8;
/// Messages of one client that may wait for their answer.
pub(crate) const WINDOW: usize = 32;
pub(crate) const LASTS: Duration = Duration::from_secs(10);

/// Where the clients talk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Talks {
    /// Each to themselves.
    Apart,
    /// All in one channel, so that each hears all.
    Together,
}

/// What came of it.
pub(crate) struct Load {
    pub(crate) acks: Times,
    /// Until the last answer.
    took: Duration,
    cpu: Duration,
}

impl Load {
    /// Clients on these nodes in turn send for a while; then every answer is waited for.
    pub(crate) async fn run(nodes: &[Node], talks: Talks) -> anyhow::Result<Self> {
        let mut clients = Vec::new();
        let mut shared = None;
        for number in 0..CLIENTS {
            let node = &nodes[number % nodes.len()];
            let person = Person::sign_up(node, &format!("Person {number}")).await?;
            let mut socket = person.connect(node).await?;
            let talk = match (talks, shared) {
                (Talks::Apart, _) => socket.direct(person.id).await?,
                (Talks::Together, None) => *shared.insert(socket.channel("All").await?),
                (Talks::Together, Some(talk)) => {
                    socket.join(talk).await?;
                    talk
                }
            };
            clients.push((socket, talk));
        }
        let before = cpu(nodes)?;
        let start = Instant::now();
        let sending = clients.into_iter().map(|(socket, talk)| async move {
            // Tasks of their own, so that one client does not wait for another to be read.
            tokio::spawn(send(socket, talk, start + LASTS)).await?
        });
        let mut acks = Times::default();
        try_join_all(sending).await?.into_iter().for_each(|times| acks.extend(times));
        Ok(Self { acks, took: start.elapsed(), cpu: cpu(nodes)?.saturating_sub(before) })
    }

    pub(crate) fn sends_per_second(&self) -> f64 {
        self.acks.count() as f64 / self.took.as_secs_f64()
    }

    pub(crate) fn cpu_per_thousand(&self) -> Duration {
        self.cpu.mul_f64(1_000.0 / self.acks.count().max(1) as f64)
    }
}

fn cpu(nodes: &[Node]) -> anyhow::Result<Duration> {
    nodes.iter().map(Node::cpu).sum()
}

/// Keeps the window full until the end, then waits for what is unanswered: how long each answer took.
async fn send(mut socket: Socket, talk: ConversationId, end: Instant) -> anyhow::Result<Times> {
    let mut unanswered: HashMap<RequestId, Instant> = HashMap::new();
    let mut times = Times::default();
    loop {
        while unanswered.len() < WINDOW && Instant::now() < end {
            let (request, _) = socket.say(talk).await?;
            unanswered.insert(request, Instant::now());
        }
        if unanswered.is_empty() {
            return Ok(times);
        }
        let frame = socket.frame().await?;
        if let Some(request) = answered(&frame)? {
            let sent = unanswered.remove(&request).context("an answer to nothing")?;
            times.add(sent.elapsed());
        }
    }
}

/// The request that this frame acknowledges. Rows are not looked into: the machine is to be the server's.
fn answered(frame: &str) -> anyhow::Result<Option<RequestId>> {
    #[derive(Deserialize)]
    struct Ack {
        request: RequestId,
    }
    if frame.starts_with(r#"{"type":"ack""#) {
        let ack: Ack = serde_json::from_str(frame)?;
        return Ok(Some(ack.request));
    }
    if !frame.starts_with(r#"{"type":"rows""#) && !frame.starts_with(r#"{"type":"signal""#) {
        bail!("unexpected: {frame}");
    }
    Ok(None)
}
