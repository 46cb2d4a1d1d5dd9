//! The MongoDB driver: the same store for any number of nodes.
//!
//! A batch of changes is one transaction, acknowledged by a majority and on disk (`commit`); on a standalone server, which
//! has no transactions, one node keeps a journal instead (`journal`). What several documents say is read in one snapshot
//! (`reading`). Nodes hear each other by one change stream each (`bus`). Every call has a deadline, is tried again where
//! that can help, and is refused at once while the database is dead (`calls`).

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
mod journal;
mod reading;
mod schema;
mod sessions;
mod store;
mod users;

pub use connect::MongoError;

use crate::MongoUrl;
use bus::{Node, Rings, Tasks};
use calls::Calls;
use connect::{Connected, connect};
use failure::Failure;
use journal::Journal;
use mongodb::bson::Uuid;
use mongodb::{Client, Collection, Database};
use myna_chat::store::StoreError;
use std::sync::Arc;
use std::time::Duration;

/// An open MongoDB store. Dropping it ends its tasks.
pub(crate) struct Mongo {
    client: Client,
    database: Database,
    calls: Arc<Calls>,
    /// On a standalone server only.
    journal: Option<Journal>,
    node: Node,
    rings: Rings,
    tasks: Tasks,
}

impl Mongo {
    /// Opens the database for a node that serves.
    pub(crate) async fn open(url: &MongoUrl, patience: Duration) -> Result<Self, MongoError> {
        let place = url.to_string();
        let store = Self::connected(url, patience).await?;
        let failed = |failure: Failure| MongoError::Unreachable {
            place: place.clone(),
            reason: StoreError::from(failure).to_string(),
        };
        if let Some(journal) = &store.journal {
            if bus::another_lives(&store.node).await.map_err(failed)? {
                return Err(MongoError::SecondNode { place });
            }
            journal.take(&store).await.map_err(failed)?;
            journal.turn(&store).await.map_err(failed)?;
            tracing::warn!(%place, "this MongoDB is a standalone server: one node works fully, a second would be refused");
        }
        store.beat();
        Ok(store)
    }

    /// Connects and brings the schema up to date.
    async fn connected(url: &MongoUrl, patience: Duration) -> Result<Self, MongoError> {
        let Connected { client, database, replicated } = connect(url, patience).await?;
        schema::bring_up_to_date(&database, &url.to_string()).await?;
        let calls = Arc::new(Calls::default());
        let id = Uuid::new().bytes();
        let node = Node { id, database: database.clone(), calls: calls.clone(), pulse: Arc::default() };
        let journal = (!replicated).then(|| Journal::new(Uuid::from_bytes(id)));
        Ok(Self { client, database, calls, journal, node, rings: Rings::default(), tasks: Tasks::default() })
    }

    fn collection<T: Send + Sync>(&self, name: &str) -> Collection<T> {
        self.database.collection(name)
    }
}
