//! A database of one test's own.

use mongodb::Client;
use myna_chat::store::Store;
use myna_mongo_server::{MongoServer, Topology, fresh_database_name, shared_of, skipped};
use myna_store::{OpenError, StoreUrl, open};
use std::io::Write;
use std::sync::Arc;
use std::time::Duration;

/// A database with nothing in it, on the server that all tests share.
pub(crate) struct Place {
    pub(crate) server: &'static MongoServer,
    name: String,
}

impl Place {
    /// Or why this machine has no server of this kind.
    pub(crate) async fn new(topology: Topology) -> Result<Self, &'static str> {
        let server = shared_of(topology).await.expect("the server starts")?;
        Ok(Self { server, name: fresh_database_name() })
    }

    /// A database on the replica set. `None` when there is none: it is said already that the test was skipped.
    pub(crate) async fn on_replica_set() -> Option<Self> {
        Self::or_skipped(Topology::ReplicaSet).await
    }

    /// The same on the standalone server.
    pub(crate) async fn on_standalone() -> Option<Self> {
        Self::or_skipped(Topology::Standalone).await
    }

    async fn or_skipped(topology: Topology) -> Option<Self> {
        match Self::new(topology).await {
            Ok(place) => {
                tell(place.server);
                Some(place)
            }
            Err(why) => {
                skipped(why);
                None
            }
        }
    }

    pub(crate) fn uri(&self) -> String {
        self.server.uri(&self.name)
    }

    pub(crate) async fn try_open(&self) -> Result<Arc<dyn Store>, OpenError> {
        try_open(&self.uri(), Duration::ZERO).await
    }

    pub(crate) async fn opened(&self) -> Arc<dyn Store> {
        self.try_open().await.expect("the store opens")
    }

    /// The database as anybody sees it who has a driver.
    pub(crate) async fn database(&self) -> mongodb::Database {
        let client = Client::with_uri_str(self.uri()).await.expect("it is a connection string");
        client.database(&self.name)
    }

    /// So that the server does not grow from test to test.
    pub(crate) async fn remove(self) {
        self.database().await.drop().await.expect("the database can be dropped");
    }
}

/// Says which server the verdict of this test comes from, whatever the test runner keeps to itself.
pub(crate) fn tell(server: &MongoServer) {
    let thread = std::thread::current();
    // Nobody may be listening.
    let _ = writeln!(std::io::stderr(), "{}: {}", thread.name().unwrap_or("a test"), server.name());
}

pub(crate) async fn try_open(uri: &str, patience: Duration) -> Result<Arc<dyn Store>, OpenError> {
    let url: StoreUrl = uri.parse().expect("it is a store's URL");
    open(&url, patience).await
}
