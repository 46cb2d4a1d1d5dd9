//! Many people whose connections end at the same moment: whether those who see them learn that they went.

use super::finding::Finding;
use super::raw_socket::RawSocket;
use crate::dataset::Plan;
use crate::harness::{Harness, Tools};
use crate::quick::{ClientPool, Myna};
use anyhow::{Context, ensure};
use myna_protocol::{Command, Event, Signal, UserId};
use std::collections::BTreeSet;
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::timeout;

/// Groups that the peer is in, and the others in each: few enough that the members of a group see who is online.
const GROUPS: usize = 25;
const EACH: usize = 60;
const PEOPLE: usize = GROUPS * EACH;
/// The place of the peer.
const PEER: usize = PEOPLE;
/// How long the peer may take to see that everybody is there, and that everybody went.
const ARRIVAL: Duration = Duration::from_secs(20);
const WAIT: Duration = Duration::from_secs(40);

/// How many people a peer still sees online, 40 s after all of them have gone.
pub(super) fn attack(tools: &Tools) -> anyhow::Result<Vec<Finding>> {
    let harness = Harness::set(tools, &Plan::groups_around_one(GROUPS, EACH), &[])?;
    let myna = Myna::quick(harness.dataset.clone(), harness.address);
    let mut pool = ClientPool::new(myna, PEOPLE, harness.address, harness.clock)?;
    pool.connect_all(0..PEOPLE, |_| ())?;
    let (sender, mut online) = watch::channel(BTreeSet::new());
    let peer = tools.runtime.block_on(peer(&harness))?;
    let watching = tools.runtime.spawn(watch_presence(peer, sender));
    let seen = |online: &BTreeSet<UserId>| online.len() == PEOPLE;
    let all = tools.runtime.block_on(async { timeout(ARRIVAL, online.wait_for(seen)).await.is_ok() });
    ensure!(all, "the peer sees only {} of {PEOPLE} people before the attack", online.borrow().len());
    drop(pool);
    // Nobody comes back, so that nothing is missed by ending early.
    let empty = async { timeout(WAIT, online.wait_for(BTreeSet::is_empty)).await.is_ok() };
    let none_left = tools.runtime.block_on(empty);
    let ended = watching.is_finished();
    watching.abort();
    ensure!(none_left || !ended, "the server has closed the peer's socket");
    let left = online.borrow().len();
    let name = format!("{PEOPLE} people dropped at once: still online to a peer after 40 s");
    Ok(vec![Finding::at_most(name, left as f64, 0.0, "people", "0")])
}

/// The peer's socket, which knows everything but who is there.
async fn peer(harness: &Harness<'_>) -> anyhow::Result<RawSocket> {
    let myna = Myna::quick(harness.dataset.clone(), harness.address);
    let socket = RawSocket::open(&myna, PEER, harness.address, true).await?;
    let mut socket = socket.context("the peer's socket is refused")?;
    socket.send(&Command::Hello { cursors: harness.dataset.cursors(PEER) }).await?;
    Ok(socket)
}

/// Keeps the set of people whom the peer sees online, until the socket ends.
async fn watch_presence(mut socket: RawSocket, online: watch::Sender<BTreeSet<UserId>>) {
    loop {
        let received = match timeout(Duration::from_secs(20), socket.next()).await {
            Ok(Ok(Some(received))) => received,
            Ok(_) => return,
            // Nothing was said for a while: the socket stays open as long as the peer pings.
            Err(_) => match socket.send(&Command::Ping {}).await {
                Ok(()) => continue,
                Err(_) => return,
            },
        };
        if let Ok(Event::Signal(Signal::Presence { users, online: there })) = received.event() {
            online.send_modify(|online| {
                for user in users {
                    if there {
                        online.insert(user)
                    } else {
                        online.remove(&user)
                    };
                }
            });
        }
    }
}
