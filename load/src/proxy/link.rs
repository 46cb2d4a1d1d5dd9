//! One link through the proxy: what passes on it, when, and in which pieces.

use super::{LinkConditions, Steering};
use memchr::memmem;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, sleep_until, timeout_at};

/// Bytes read at once.
const READ: usize = 16 * 1024;
/// Pieces under way in each direction; while there are more, nothing is read.
const UNDER_WAY: usize = 1_024;
/// Who has said something that is not acknowledged for so long is told everything after all.
const NO_ACK: Duration = Duration::from_secs(2);

/// A message begins so.
const SEND: &[u8] = br#"{"type":"send""#;
/// An acknowledgement begins so, and that of a message goes on with a number after this.
const ACK: &[u8] = br#""type":"ack""#;
const SEQ: &[u8] = br#""seq":"#;

/// A way on which bytes travel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    Up,
    Down,
}

pub(super) struct Link {
    pub(super) steering: Arc<Steering>,
    pub(super) random: fastrand::Rng,
    pub(super) cut: watch::Receiver<u64>,
}

impl Link {
    /// Passes everything on until one side ends, or the link is cut.
    pub(super) async fn carry(mut self, client: TcpStream, server: TcpStream) -> io::Result<()> {
        client.set_nodelay(true)?;
        server.set_nodelay(true)?;
        let ((from_client, to_client), (from_server, to_server)) = (client.into_split(), server.into_split());
        let awaits_ack = AtomicBool::new(false);
        let [up, down] = [Way::Up, Way::Down].map(|way| Passage {
            way,
            awaits_ack: &awaits_ack,
            random: self.random.fork(),
            conditions: self.steering.conditions.subscribe(),
            steering: &self.steering,
        });
        tokio::select! {
            ended = up.carry(from_client, to_server) => ended,
            ended = down.carry(from_server, to_client) => ended,
            _ = self.cut.changed() => Ok(()),
        }
    }
}

/// One direction of a link.
struct Passage<'a> {
    way: Way,
    /// Something was said whose acknowledgement is to be lost.
    awaits_ack: &'a AtomicBool,
    random: fastrand::Rng,
    conditions: watch::Receiver<LinkConditions>,
    steering: &'a Steering,
}

impl Passage<'_> {
    async fn carry(self, from: OwnedReadHalf, to: OwnedWriteHalf) -> io::Result<()> {
        let (pieces, under_way) = mpsc::channel(UNDER_WAY);
        let Self { way, awaits_ack, random, conditions, steering } = self;
        // What was read before the end still arrives.
        let (read, written) = tokio::join!(
            take(from, pieces, way, awaits_ack, random, conditions.clone()),
            give(to, under_way, way, awaits_ack, conditions, steering),
        );
        read.and(written)
    }
}

/// Reads, and says when each piece is to arrive.
async fn take(
    mut from: OwnedReadHalf,
    pieces: mpsc::Sender<(Instant, Vec<u8>)>,
    way: Way,
    awaits_ack: &AtomicBool,
    mut random: fastrand::Rng,
    conditions: watch::Receiver<LinkConditions>,
) -> io::Result<()> {
    let mut last = Instant::now();
    loop {
        let mut piece = vec![0; READ];
        let count = tokio::select! {
            read = from.read(&mut piece) => read?,
            () = pieces.closed() => return Ok(()),
        };
        if count == 0 {
            return Ok(());
        }
        piece.truncate(count);
        let now = *conditions.borrow();
        if way == Way::Up && says_something(&piece) && random.f64() < now.loses_acks {
            awaits_ack.store(true, Ordering::Relaxed);
        }
        // Nothing overtakes what was said before it.
        last = last.max(Instant::now() + now.delay + now.jitter.mul_f64(random.f64()));
        if pieces.send((last, piece)).await.is_err() {
            return Ok(());
        }
    }
}

/// Writes each piece when its time has come. It ends, and the link with it, when an acknowledgement is to be lost.
async fn give(
    mut to: OwnedWriteHalf,
    mut pieces: mpsc::Receiver<(Instant, Vec<u8>)>,
    way: Way,
    awaits_ack: &AtomicBool,
    mut conditions: watch::Receiver<LinkConditions>,
    steering: &Steering,
) -> io::Result<()> {
    let (mut kept, mut since) = (Vec::new(), None::<Instant>);
    loop {
        let next = match since {
            Some(since) => timeout_at(since + NO_ACK, pieces.recv()).await,
            None => Ok(pieces.recv().await),
        };
        match next {
            Ok(Some((at, piece))) => {
                sleep_until(at).await;
                kept.extend_from_slice(&piece);
            }
            Ok(None) => return Ok(()),
            Err(_) => awaits_ack.store(false, Ordering::Relaxed),
        }
        let holds =
            |conditions: &LinkConditions| if way == Way::Up { conditions.holds_up } else { conditions.holds_down };
        // With an error the proxy is gone, and the link with it.
        let Ok(now) = conditions.wait_for(|conditions| !holds(conditions)).await.map(|now| *now) else { return Ok(()) };
        if way == Way::Down && awaits_ack.load(Ordering::Relaxed) {
            if acknowledges(&kept) {
                steering.lost_acks.fetch_add(1, Ordering::Relaxed);
                return Ok(());
            }
            since.get_or_insert_with(Instant::now);
            continue;
        }
        since = None;
        let slice = if now.sliced { 1 } else { kept.len() };
        for slice in kept.chunks(slice.max(1)) {
            to.write_all(slice).await?;
        }
        kept.clear();
    }
}

/// Whether a client's frame begins here that says a message: what clients say is masked.
pub(super) fn says_something(said: &[u8]) -> bool {
    let head = match said.get(1).map(|length| length & 0x7f) {
        Some(126) => 4,
        Some(127) => 10,
        _ => 2,
    };
    let Some((mask, payload)) = said.get(head..).and_then(|rest| rest.split_at_checked(4)) else { return false };
    let mut plain = payload.iter().zip(mask.iter().cycle()).map(|(byte, mask)| byte ^ mask);
    payload.len() >= SEND.len() && SEND.iter().all(|byte| plain.next() == Some(*byte))
}

/// Whether the server says here that a message is stored.
pub(super) fn acknowledges(said: &[u8]) -> bool {
    memmem::find_iter(said, ACK).any(|place| {
        let rest = &said[place..];
        let seq = memmem::find(rest, SEQ).and_then(|seq| rest.get(seq + SEQ.len()));
        seq.is_some_and(u8::is_ascii_digit)
    })
}
