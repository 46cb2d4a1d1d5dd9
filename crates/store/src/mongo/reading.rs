//! Reading several documents as they were at one moment.
//!
//! On a replica set that is a transaction with read concern `snapshot`, committed by a majority: what it has read will
//! not be rolled back. A standalone server has no transactions; there one process has the database to itself, and nothing
//! is written while a reading lasts (see `journal`).

use super::Mongo;
use super::failure::Failure;
use futures_util::TryStreamExt;
use futures_util::future::BoxFuture;
use mongodb::ClientSession;
use mongodb::bson::{Document, doc};
use mongodb::options::{FindOptions, ReadConcern};
use myna_chat::store::StoreError;
use serde::de::DeserializeOwned;

/// One moment, and how to ask what was stored then.
pub(super) struct Reading<'a> {
    store: &'a Mongo,
    session: Option<ClientSession>,
}

/// What to find, and in which order.
#[derive(Debug, Clone, Default)]
pub(super) struct Query {
    pub(super) filter: Document,
    pub(super) sort: Option<Document>,
    pub(super) limit: Option<i64>,
    pub(super) projection: Option<Document>,
}

impl Query {
    pub(super) fn of(filter: Document) -> Self {
        Self { filter, ..Self::default() }
    }

    pub(super) fn sorted(self, sort: Document) -> Self {
        Self { sort: Some(sort), ..self }
    }

    /// At most so many: more than none.
    pub(super) fn limited(self, limit: i64) -> Self {
        Self { limit: Some(limit), ..self }
    }

    pub(super) fn only(self, projection: Document) -> Self {
        Self { projection: Some(projection), ..self }
    }

    /// The same as a command, to be explained.
    #[cfg(test)]
    pub(super) fn command(&self, collection: &str) -> Document {
        let mut command = doc! { "find": collection, "filter": self.filter.clone() };
        if let Some(sort) = &self.sort {
            command.insert("sort", sort.clone());
        }
        if let Some(limit) = self.limit {
            command.insert("limit", limit);
        }
        if let Some(projection) = &self.projection {
            command.insert("projection", projection.clone());
        }
        command
    }
}

impl Mongo {
    /// Does this work, which only reads, in one snapshot.
    pub(super) async fn read<'a, T>(
        &'a self,
        work: impl for<'r> Fn(&'r mut Reading<'a>) -> BoxFuture<'r, Result<T, Failure>>,
    ) -> Result<T, StoreError> {
        self.calls
            .call(|| async {
                let _quiet = match &self.journal {
                    Some(journal) => Some(journal.quiet(self).await?),
                    None => None,
                };
                let mut reading = Reading { store: self, session: None };
                if !self.is_standalone {
                    let mut session = self.client.start_session().await?;
                    session.start_transaction().read_concern(ReadConcern::snapshot()).await?;
                    reading.session = Some(session);
                }
                let answer = work(&mut reading).await?;
                if let Some(mut session) = reading.session {
                    session.commit_transaction().await?;
                }
                Ok(answer)
            })
            .await
    }
}

impl Reading<'_> {
    pub(super) async fn all<T>(&mut self, collection: &str, query: Query) -> Result<Vec<T>, Failure>
    where
        T: DeserializeOwned + Send + Sync + Unpin,
    {
        let Query { filter, sort, limit, projection } = query;
        let mut options = FindOptions::default();
        (options.sort, options.limit, options.projection) = (sort, limit, projection);
        let find = self.store.collection::<T>(collection);
        let find = find.find(filter).with_options(options);
        match &mut self.session {
            Some(session) => {
                let mut cursor = find.session(&mut *session).await?;
                Ok(cursor.stream(session).try_collect().await?)
            }
            None => Ok(find.await?.try_collect().await?),
        }
    }

    pub(super) async fn one<T>(&mut self, collection: &str, query: Query) -> Result<Option<T>, Failure>
    where
        T: DeserializeOwned + Send + Sync + Unpin,
    {
        Ok(self.all(collection, query.limited(1)).await?.pop())
    }

    pub(super) async fn aggregate<T>(&mut self, collection: &str, pipeline: Vec<Document>) -> Result<Vec<T>, Failure>
    where
        T: DeserializeOwned + Send + Sync + Unpin,
    {
        let documents = self.store.collection::<Document>(collection);
        let aggregate = documents.aggregate(pipeline).with_type::<T>();
        match &mut self.session {
            Some(session) => {
                let mut cursor = aggregate.session(&mut *session).await?;
                Ok(cursor.stream(session).try_collect().await?)
            }
            None => Ok(aggregate.await?.try_collect().await?),
        }
    }
}

/// One document, by its id.
pub(super) fn by_id(id: mongodb::bson::Uuid) -> Query {
    Query::of(doc! { "_id": { "$eq": id } })
}
