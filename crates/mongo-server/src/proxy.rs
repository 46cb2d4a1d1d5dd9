//! A proxy on loopback before a server, steered while it runs: everything that a network and a changing primary do.

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

/// A proxy before a server. It passes everything on until it is told otherwise; once it is dropped, its connections are cut
/// and its port is closed. It belongs to the runtime in which it was started.
///
/// What it is told holds from the return of the call: no message that comes later goes the old way.
#[derive(Debug)]
pub struct Proxy {
    address: SocketAddr,
    direct: Uri,
    steering: Arc<Steering>,
    accepting: JoinHandle<()>,
}

impl Proxy {
    /// A proxy before this server, which may go and come back meanwhile. It does not understand TLS.
    pub async fn start(server: &MongoServer) -> anyhow::Result<Self> {
        ensure!(
            !server.parts().has_tls(),
            "the proxy reads what it passes on, and so cannot stand before a server with TLS"
        );
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        let steering = Arc::new(Steering::default());
        let accepting = tokio::spawn(accept(listener, server.address().to_owned(), steering.clone()));
        Ok(Self { address, direct: server.parts().direct(&address.to_string()), steering, accepting })
    }

    /// The connection string for this database through the proxy. The driver stays on it, whatever the server says of where
    /// it is.
    pub fn uri(&self, database: &str) -> String {
        self.direct.database(database)
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Cuts all connections of now; new ones pass.
    pub fn cut(&self) {
        self.steering.cut();
    }

    /// With `true` cuts all connections, and closes new ones at once.
    pub fn refuse(&self, refuse: bool) {
        self.steering.change(|state| state.refuses = refuse);
        if refuse {
            self.steering.cut();
        }
    }

    /// With `true` connections stay and can be opened, and nothing passes in either direction; what was said meanwhile
    /// passes after `false`.
    pub fn hang(&self, hang: bool) {
        self.steering.change(|state| state.hangs = hang);
    }

    /// Each message to the server comes so much later.
    pub fn delay(&self, delay: Duration) {
        self.steering.change(|state| state.delay = delay);
    }

    /// Cuts each change stream of now once: the connection on which it waits for its next change, or on which it would ask
    /// for that next.
    pub fn cut_change_streams(&self) {
        self.steering.cut_change_streams();
    }

    /// With `true` change streams fall silent: what the server answers to them is held back until `false`, while ordinary
    /// commands pass.
    pub fn hold_change_streams(&self, hold: bool) {
        self.steering.change(|state| state.holds_streams = hold);
    }

    /// The next `commands` commands do not reach the server. Each is answered as by a primary that has just stepped down, and
    /// then all connections are cut, as servers before 4.2 do; later ones send their news to who waits for a greeting, which
    /// the driver takes alike. Greetings, pings, sign-ins and the closing of cursors and sessions pass and do not count.
    pub fn step_down(&self, commands: u32) {
        self.steering.change(|state| state.step_downs = commands);
    }

    /// Waits until as many commands have been refused as `step_down` said.
    pub async fn stepped_down(&self) {
        self.steering.wait_for(|state| state.step_downs == 0).await;
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        // With the task go its connections.
        self.accepting.abort();
    }
}

async fn accept(listener: TcpListener, server: String, steering: Arc<Steering>) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => {
                // An error is of a connection that ended before it was taken: others may still come.
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
