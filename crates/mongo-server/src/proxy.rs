//! A proxy on loopback in front of a server. Tests steer it to simulate a failing network and a primary that steps
//! down.

mod connection;
mod message;
mod steering;
mod streams;

use crate::server::MongoServer;
use crate::uri::Uri;
use anyhow::ensure;
use connection::Connection;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;
use steering::Steering;
use tokio::net::TcpListener;
use tokio::task::{JoinHandle, JoinSet};

/// A proxy in front of a server. It forwards everything until a method changes that. When it is dropped, it cuts its
/// connections and closes its port. It belongs to the runtime in which it was started.
///
/// Each method takes effect before it returns: the proxy treats every later message the new way.
#[derive(Debug)]
pub struct Proxy {
    address: SocketAddr,
    direct: Uri,
    steering: Arc<Steering>,
    accepting: JoinHandle<()>,
}

impl Proxy {
    /// Starts a proxy in front of this server, which may stop and restart meanwhile. Fails if the server uses TLS.
    pub async fn start(server: &MongoServer) -> anyhow::Result<Self> {
        ensure!(
            !server.parts().has_tls(),
            "the proxy reads the messages that it forwards, so the server cannot use TLS"
        );
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        let steering = Arc::new(Steering::default());
        let accepting = tokio::spawn(accept(listener, server.address().to_owned(), steering.clone()));
        Ok(Self { address, direct: server.parts().direct(&address.to_string()), steering, accepting })
    }

    /// The connection string for this database through the proxy. The driver stays on it, whatever address the server
    /// reports.
    pub fn uri(&self, database: &str) -> String {
        self.direct.database(database)
    }

    /// The address that it listens on.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Cuts all current connections. New ones work.
    pub fn cut(&self) {
        self.steering.cut();
    }

    /// With `true`, cuts all connections and closes new ones at once.
    pub fn refuse(&self, refuse: bool) {
        self.steering.change(|state| state.refuses = refuse);
        if refuse {
            self.steering.cut();
        }
    }

    /// With `true`, connections stay open and new ones succeed, but nothing passes in either direction. Messages that
    /// arrive meanwhile pass after `false`.
    pub fn hang(&self, hang: bool) {
        self.steering.change(|state| state.hangs = hang);
    }

    /// Delays each message to the server by this much.
    pub fn delay(&self, delay: Duration) {
        self.steering.change(|state| state.delay = delay);
    }

    /// Cuts each current change stream once: the connection on which it waits for its next change, or the one on which
    /// it asks for it next.
    pub fn cut_change_streams(&self) {
        self.steering.cut_change_streams();
    }

    /// With `true`, change streams fall silent: the proxy holds back the server's answers to them until `false`.
    /// Ordinary commands pass.
    pub fn hold_change_streams(&self, hold: bool) {
        self.steering.change(|state| state.holds_streams = hold);
    }

    /// The next `commands` commands do not reach the server. The proxy answers each like a primary that has just
    /// stepped down, and then cuts all connections, as servers before 4.2 do. (Later servers report it in their answer
    /// to `hello` instead, and the driver treats both alike.) `hello`, pings, sign-ins and the closing of cursors and
    /// sessions pass and do not count.
    pub fn step_down(&self, commands: u32) {
        self.steering.change(|state| state.step_downs = commands);
    }

    /// As `step_down`, but only the next `count` openings of a change stream are refused.
    pub fn refuse_change_streams(&self, count: u32) {
        self.steering.change(|state| state.stream_refusals = count);
    }

    /// Waits until the proxy has refused as many openings as `refuse_change_streams` asked for.
    pub async fn refused_change_streams(&self) {
        self.steering.wait_for(|state| state.stream_refusals == 0).await;
    }

    /// How many questions have passed: `find` and `aggregate`, without the further pages of their answers.
    pub fn reads(&self) -> u64 {
        self.steering.now().reads
    }

    /// Waits until the proxy has refused as many commands as `step_down` asked for.
    pub async fn stepped_down(&self) {
        self.steering.wait_for(|state| state.step_downs == 0).await;
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        // This also ends the connections, which belong to the task.
        self.accepting.abort();
    }
}

async fn accept(listener: TcpListener, server: String, steering: Arc<Steering>) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => {
                // The connection ended before it was accepted. Others may still come.
                let Ok((client, _)) = accepted else { continue };
                let connection = Connection::new(steering.clone());
                if !steering.now().refuses {
                    let server = server.clone();
                    connections.spawn(async move { connection.carry(client, &server).await });
                }
            }
            Some(_) = connections.join_next() => {}
        }
    }
}
