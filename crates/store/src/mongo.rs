//! The MongoDB driver: the same store for any number of nodes.
//!
//! A batch of changes is one transaction, acknowledged by a majority and on disk (`commit`); on a standalone server, which
//! has no transactions, one node keeps a journal instead (`journal`). What several documents say is read in one snapshot
//! (`reading`). Nodes hear each other by one change stream each (`bus`). Every call has a deadline, is tried again where
//! that can help, and is refused at once while the database is dead (`calls`).

mod archive;
mod bus;
mod calls;
mod circuit;
mod commit;
mod connect;
mod conversations;
mod documents;
mod failure;
mod feeds;
mod history;
mod hot_rows;
mod jobs;
mod journal;
mod log;
mod reading;
mod schema;
mod sessions;
mod store;
mod turns;
mod users;

#[cfg(test)]
mod tests;

pub use connect::MongoError;

use crate::archive::Origin;
use crate::{OpenError, Purpose};

use crate::MongoUrl;
use bus::{Node, Notices, Tasks};
use calls::Calls;
use commit::Sessions;
use connect::{Connected, connect};
use failure::Failure;
use hot_rows::HotRows;
use journal::Journal;
use log::Streams;
use mongodb::bson::{Document, Uuid};
use mongodb::{Client, Collection, Database};
use myna_chat::store::StoreError;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;
use tokio::sync::{Mutex, watch};

/// An open MongoDB store. Dropping it ends its tasks.
pub(crate) struct Mongo {
    client: Client,
    database: Database,
    calls: Arc<Calls>,
    /// Whether the server has neither transactions nor change streams.
    is_standalone: bool,
    /// On a standalone server only, and there for who writes.
    journal: Option<Journal>,
    /// Held by the batch that is being committed: two of one node would only outrun each other.
    committing: Mutex<()>,
    node: Node,
    notices: Notices,
    tasks: Tasks,
    sessions: Sessions,
    hot: HotRows,
    /// Counts this node's commits: it wakes the readers of a standalone server's log.
    commits: watch::Sender<u64>,
    /// Whether a standalone server's commits have to write the log.
    has_consumers: AtomicBool,
    streams: Streams,
}

impl Mongo {
    /// Opens the database for a node that serves.
    pub(crate) async fn open(url: &MongoUrl, patience: Duration) -> Result<Self, OpenError> {
        let place = url.to_string();
        let mut store = Self::connected(url, patience).await?;
        store.expect_whole(&place).await?;
        if store.is_standalone {
            if store.asked(&place, bus::another_lives(&store.node)).await? {
                return Err(MongoError::SecondNode { place }.into());
            }
            store.take_journal(&place).await?;
            store.asked(&place, store.count_consumers()).await?;
            tracing::warn!(%place, "this MongoDB is a standalone server: one node works fully, a second would be refused");
        }
        store.start_heartbeat();
        Ok(store)
    }

    /// Opens the database as an archive. Who only looks leaves nodes that serve alone.
    pub(crate) async fn archive(url: &MongoUrl, purpose: Purpose, patience: Duration) -> Result<Self, OpenError> {
        let place = url.to_string();
        if purpose != Purpose::Target {
            let connected = connect(url, patience).await?;
            if !schema::is_there(&connected.database, &place).await? {
                return Err(OpenError::Missing { place });
            }
        }
        let mut store = Self::connected(url, patience).await?;
        if purpose != Purpose::Target {
            store.expect_whole(&place).await?;
        }
        if purpose != Purpose::Look {
            if store.asked(&place, bus::another_lives(&store.node)).await? {
                return Err(MongoError::InUse { place }.into());
            }
            if store.is_standalone {
                store.take_journal(&place).await?;
            }
        }
        Ok(store)
    }

    async fn expect_whole(&self, place: &str) -> Result<(), OpenError> {
        match self.asked(place, self.find_origin()).await? {
            Some(Origin { url: from, .. }) => Err(OpenError::Unfinished { place: place.to_owned(), from }),
            None => Ok(()),
        }
    }

    async fn take_journal(&mut self, place: &str) -> Result<(), MongoError> {
        let journal = Journal::new(Uuid::from_bytes(self.node.id));
        self.asked(place, journal.take(self)).await?;
        self.asked(place, journal.turn(self)).await?;
        self.journal = Some(journal);
        Ok(())
    }

    /// The answer to a question that is asked while opening.
    async fn asked<T>(&self, place: &str, answer: impl Future<Output = Result<T, Failure>>) -> Result<T, MongoError> {
        let unreachable =
            |reason: StoreError| MongoError::Unreachable { place: place.to_owned(), reason: reason.to_string() };
        answer.await.map_err(|failure| unreachable(failure.into()))
    }

    /// Connects and brings the schema up to date.
    async fn connected(url: &MongoUrl, patience: Duration) -> Result<Self, MongoError> {
        let Connected { client, database, streams, replicated } = connect(url, patience).await?;
        schema::bring_up_to_date(&database, &url.to_string()).await?;
        let calls = Arc::new(Calls::default());
        let id = Uuid::new().bytes();
        let node = Node {
            id,
            database: database.clone(),
            streams,
            calls: calls.clone(),
            liveness: Arc::default(),
            turns: Arc::default(),
        };
        Ok(Self {
            client,
            database,
            calls,
            is_standalone: !replicated,
            journal: None,
            committing: Mutex::default(),
            node,
            notices: Notices::default(),
            tasks: Tasks::default(),
            sessions: Sessions::default(),
            hot: HotRows::default(),
            commits: watch::Sender::new(0),
            has_consumers: AtomicBool::new(false),
            streams: Streams::default(),
        })
    }

    fn collection(&self, name: &str) -> Collection<Document> {
        self.database.collection(name)
    }
}
