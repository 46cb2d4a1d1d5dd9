//! A TCP proxy on loopback before one server or several, steered while it runs: what a network does to links.

mod link;

use link::Link;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::{JoinHandle, JoinSet};

/// What happens to everything that passes.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct LinkConditions {
    /// Nothing that clients say passes; it does later, as TCP repeats it. Connections can be opened.
    pub holds_up: bool,
    /// The same of what the server says.
    pub holds_down: bool,
    /// Everything comes so much later, each way.
    pub delay: Duration,
    /// And up to so much more, by chance; never out of its order.
    pub jitter: Duration,
    /// Each byte travels alone.
    pub sliced: bool,
    /// The chance that somebody who says something is cut off when its acknowledgement comes, and not told it.
    pub loses_acks: f64,
}

/// A proxy. Once it is dropped, its links are cut and its port is closed.
#[derive(Debug)]
pub struct Proxy {
    address: SocketAddr,
    steering: Arc<Steering>,
    accepting: JoinHandle<()>,
}

/// What all links of a proxy look at.
#[derive(Debug)]
struct Steering {
    servers: Vec<SocketAddr>,
    conditions: watch::Sender<LinkConditions>,
    cuts: watch::Sender<u64>,
    lost_acks: AtomicU64,
}

impl Proxy {
    /// A proxy before these servers. Each link goes to one of them by chance, or to another where that one is not there.
    pub async fn start(servers: Vec<SocketAddr>, seed: u64) -> anyhow::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        let (conditions, cuts) = (watch::Sender::new(LinkConditions::default()), watch::Sender::new(0));
        let steering = Arc::new(Steering { servers, conditions, cuts, lost_acks: AtomicU64::new(0) });
        let accepting = tokio::spawn(accept(listener, steering.clone(), fastrand::Rng::with_seed(seed)));
        Ok(Self { address, steering, accepting })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// From now on it is so.
    pub fn set_conditions(&self, conditions: LinkConditions) {
        self.steering.conditions.send_replace(conditions);
    }

    /// Cuts all links of now, without a close frame; new ones pass.
    pub fn cut(&self) {
        self.steering.cuts.send_modify(|cuts| *cuts += 1);
    }

    /// How many acknowledgements were lost with their links.
    pub fn lost_acks(&self) -> u64 {
        self.steering.lost_acks.load(Ordering::Relaxed)
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        // With the task go its links.
        self.accepting.abort();
    }
}

async fn accept(listener: TcpListener, steering: Arc<Steering>, mut random: fastrand::Rng) {
    let mut links = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => {
                // An error is of a connection that ended before it was taken: others may still come.
                let Ok((client, _)) = accepted else { continue };
                let (steering, random) = (steering.clone(), random.fork());
                links.spawn(async move {
                    let cut = steering.cuts.subscribe();
                    if let Some((server, random)) = connect(&steering.servers, random).await {
                        // A link that ends badly has ended: that is what it is for.
                        let _ = Link { steering, random, cut }.carry(client, server).await;
                    }
                });
            }
            Some(_) = links.join_next() => {}
        }
    }
}

/// A connection to one of these servers: the first that is there, from one by chance on.
async fn connect(servers: &[SocketAddr], mut random: fastrand::Rng) -> Option<(TcpStream, fastrand::Rng)> {
    let first = random.usize(..servers.len().max(1));
    for place in 0..servers.len() {
        if let Ok(server) = TcpStream::connect(servers[(first + place) % servers.len()]).await {
            return Some((server, random));
        }
    }
    None
}

#[cfg(test)]
mod tests;
