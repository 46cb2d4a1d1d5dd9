//! The job, the same for all: a message of one of so many members is kept, told to each of them, and acknowledged.

use super::SENDER;
use super::stack::Stack;
use crate::clock::{MILLISECOND, SECOND};
use crate::latency::Latency;
use crate::load_loop::LoadLoop;
use crate::quick::ProtocolAdapter;

/// Messages that are on their way at any moment, where as many are sent as go through: sent, and not yet with the last.
pub(super) const WINDOW: usize = 32;
/// How long the messages flow before they are counted: what compiles itself as it runs has done so then.
const WARM_UP: u64 = 500 * MILLISECOND;

/// How long each part lasts.
#[derive(Debug, Clone, Copy)]
pub(super) struct Seconds {
    /// At a low rate.
    pub(super) low: u64,
    /// With all that goes through.
    pub(super) flood: u64,
}

/// What came of it among so many members, once.
#[derive(Debug, Clone)]
pub(super) struct Done {
    pub(super) sends_per_second: f64,
    pub(super) deliveries_per_second: f64,
    /// Milliseconds of the processors, of all processes of the peer.
    pub(super) cpu_per_thousand_sends: f64,
    pub(super) cpu_per_thousand_deliveries: f64,
    /// At a low rate, from when a message was due: until its answer, and until the last member had it.
    pub(super) acks: Latency,
    pub(super) last: Latency,
}

/// Messages a second where each is alone.
pub(super) fn low_rate(members: usize) -> f64 {
    if members < 100 { 20.0 } else { 2.0 }
}

/// Does the job in this conversation, first at a low rate and then with all that goes through.
pub(super) fn job<D: ProtocolAdapter>(
    load_loop: &mut LoadLoop<'_, D>,
    stack: &Stack,
    talk: u32,
    members: usize,
    seconds: Seconds,
) -> anyhow::Result<Done> {
    let from = load_loop.clock().now();
    let end = from + seconds.low * SECOND;
    load_loop.measured = from..end;
    load_loop.last = Latency::default();
    load_loop.open_loop(low_rate(members), end, |_| (SENDER, talk), |_| ())?;
    let (acks, last) = (load_loop.history.answers(from), std::mem::take(&mut load_loop.last));

    let senders = [(SENDER, talk)];
    load_loop.flood(&senders, WINDOW, load_loop.clock().now() + WARM_UP, |_| ())?;
    let (before, said, from) = (stack.usage()?, load_loop.history.sent.len(), load_loop.clock().now());
    load_loop.flood(&senders, WINDOW, from + seconds.flood * SECOND, |_| ())?;
    // All that was sent counts, and the time until the last of it had arrived: a slow peer is not cut off in the middle.
    let took = (load_loop.clock().now() - from) as f64 / SECOND as f64;
    let cpu = stack.usage()?.cpu_since(&before) * 1e6;
    let sends = (load_loop.history.sent.len() - said) as f64;
    Ok(Done {
        sends_per_second: sends / took,
        deliveries_per_second: sends * members as f64 / took,
        cpu_per_thousand_sends: cpu / sends,
        cpu_per_thousand_deliveries: cpu / (sends * members as f64),
        acks,
        last,
    })
}

/// So many messages, each after the one before has its answer and is with everybody.
pub(super) fn lone<D: ProtocolAdapter>(load_loop: &mut LoadLoop<'_, D>, talk: u32, count: usize) -> anyhow::Result<()> {
    for _ in 0..count {
        load_loop.say(SENDER, talk, load_loop.clock().now())?;
        load_loop.settle()?;
    }
    Ok(())
}
