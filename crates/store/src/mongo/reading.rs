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
use mongodb::bson::{Document, RawDocumentBuf, deserialize_from_slice, doc, serialize_to_document};
use mongodb::options::{FindOptions, ReadConcern};
use myna_chat::store::StoreError;
use serde::Serialize;
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
        self.read_with(!self.is_standalone, work).await
    }

    /// Does this work, which is one question: it needs no transaction around it, which would be a second one.
    pub(super) async fn ask<'a, T>(
        &'a self,
        work: impl for<'r> Fn(&'r mut Reading<'a>) -> BoxFuture<'r, Result<T, Failure>>,
    ) -> Result<T, StoreError> {
        self.read_with(false, work).await
    }

    async fn read_with<'a, T>(
        &'a self,
        in_transaction: bool,
        work: impl for<'r> Fn(&'r mut Reading<'a>) -> BoxFuture<'r, Result<T, Failure>>,
    ) -> Result<T, StoreError> {
        self.calls
            .call(|| async {
                let _quiet = match &self.journal {
                    Some(journal) => Some(journal.quiet(self).await?),
                    None => None,
                };
                let mut reading = Reading { store: self, session: None };
                if in_transaction {
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

/// Documents as the driver hands them over. What is generic ends here: the driver's machinery is compiled once, not once
/// for each kind of document.
fn decoded<T: DeserializeOwned>(documents: &[RawDocumentBuf]) -> Result<Vec<T>, Failure> {
    documents.iter().map(|document| Ok(deserialize_from_slice(document.as_bytes())?)).collect()
}

impl Query {
    fn into_options(self) -> (Document, FindOptions) {
        let mut options = FindOptions::default();
        (options.sort, options.limit, options.projection) = (self.sort, self.limit, self.projection);
        (self.filter, options)
    }
}

impl Mongo {
    /// What is found, not of one moment with anything else.
    pub(super) async fn find<T: DeserializeOwned>(&self, collection: &str, query: Query) -> Result<Vec<T>, Failure> {
        decoded(&self.find_documents(collection, query).await?)
    }

    pub(super) async fn find_one<T: DeserializeOwned>(
        &self,
        collection: &str,
        query: Query,
    ) -> Result<Option<T>, Failure> {
        Ok(self.find(collection, query.limited(1)).await?.pop())
    }

    pub(super) async fn aggregate<T: DeserializeOwned>(
        &self,
        collection: &str,
        pipeline: Vec<Document>,
    ) -> Result<Vec<T>, Failure> {
        let documents = self.collection(collection);
        let found = documents.aggregate(pipeline).with_type::<RawDocumentBuf>().await?;
        decoded(&found.try_collect::<Vec<_>>().await?)
    }

    /// Adds one document. `DuplicateKey` when its key, or a unique one, is there.
    pub(super) async fn insert<T: Serialize>(&self, collection: &str, document: &T) -> Result<(), Failure> {
        self.collection(collection).insert_one(serialize_to_document(document)?).await?;
        Ok(())
    }

    async fn find_documents(&self, collection: &str, query: Query) -> Result<Vec<RawDocumentBuf>, Failure> {
        let (filter, options) = query.into_options();
        let documents = self.database.collection::<RawDocumentBuf>(collection);
        Ok(documents.find(filter).with_options(options).await?.try_collect().await?)
    }
}

impl Reading<'_> {
    pub(super) async fn all<T: DeserializeOwned>(&mut self, collection: &str, query: Query) -> Result<Vec<T>, Failure> {
        decoded(&self.documents(collection, query).await?)
    }

    pub(super) async fn one<T: DeserializeOwned>(
        &mut self,
        collection: &str,
        query: Query,
    ) -> Result<Option<T>, Failure> {
        Ok(self.all(collection, query.limited(1)).await?.pop())
    }

    /// What is found, decoded one by one; `None` when it weighs more than so many bytes. No more than that is held.
    pub(super) async fn bounded<T: DeserializeOwned, R>(
        &mut self,
        collection: &str,
        query: Query,
        bytes: usize,
        read: impl Fn(T) -> Result<R, Failure>,
    ) -> Result<Option<Vec<R>>, Failure> {
        let (filter, options) = query.into_options();
        let documents = self.store.database.collection::<RawDocumentBuf>(collection);
        let find = documents.find(filter).with_options(options);
        let (mut rows, mut weight) = (Vec::new(), 0);
        let mut take = |document: RawDocumentBuf| {
            weight += document.as_bytes().len();
            rows.push(read(deserialize_from_slice(document.as_bytes())?)?);
            Ok::<_, Failure>(weight <= bytes)
        };
        let mut fits = true;
        match &mut self.session {
            Some(session) => {
                let mut cursor = find.session(&mut *session).await?;
                while let Some(document) = cursor.next(session).await.transpose()?
                    && fits
                {
                    fits = take(document)?;
                }
            }
            None => {
                let mut cursor = find.await?;
                while let Some(document) = cursor.try_next().await?
                    && fits
                {
                    fits = take(document)?;
                }
            }
        }
        Ok(fits.then_some(rows))
    }

    pub(super) async fn aggregate<T: DeserializeOwned>(
        &mut self,
        collection: &str,
        pipeline: Vec<Document>,
    ) -> Result<Vec<T>, Failure> {
        let Some(session) = &mut self.session else { return self.store.aggregate(collection, pipeline).await };
        let documents = self.store.collection(collection);
        let aggregate = documents.aggregate(pipeline).with_type::<RawDocumentBuf>();
        let mut cursor = aggregate.session(&mut *session).await?;
        decoded(&cursor.stream(session).try_collect::<Vec<_>>().await?)
    }

    async fn documents(&mut self, collection: &str, query: Query) -> Result<Vec<RawDocumentBuf>, Failure> {
        let Some(session) = &mut self.session else { return self.store.find_documents(collection, query).await };
        let (filter, options) = query.into_options();
        let documents = self.store.database.collection::<RawDocumentBuf>(collection);
        let mut cursor = documents.find(filter).with_options(options).session(&mut *session).await?;
        Ok(cursor.stream(session).try_collect().await?)
    }
}

/// One document, by its id.
pub(super) fn by_id(id: mongodb::bson::Uuid) -> Query {
    Query::of(doc! { "_id": { "$eq": id } })
}
