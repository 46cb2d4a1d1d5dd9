//! A server inside the test.

use super::{Person, Place};
use myna_server::config::Config;
use myna_server::serve::Server;

/// A server inside this process, on a port of its own, with a store that forgets unless the test says otherwise.
pub(crate) struct TestServer {
    server: Server,
    pub(crate) place: Place,
}

impl TestServer {
    pub(crate) async fn start() -> Self {
        Self::with(|_| ()).await
    }

    /// A server with other settings.
    pub(crate) async fn with(change: impl FnOnce(&mut Config)) -> Self {
        let mut config = Config::for_tests();
        change(&mut config);
        let server = Server::start(&config).await.expect("the server starts");
        let place = Place::new(server.address());
        Self { server, place }
    }

    /// A server that lets one socket say a lot at once.
    pub(crate) async fn patient() -> Self {
        Self::with(|config| (config.frames_per_second, config.frames_burst) = (10_000, 10_000)).await
    }

    pub(crate) async fn sign_up(&self, name: &str) -> Person {
        self.place.sign_up(name).await
    }

    /// How many sockets are open.
    pub(crate) fn sockets(&self) -> usize {
        self.server.sockets()
    }

    pub(crate) async fn stop(self) {
        self.server.stop().await;
    }
}
