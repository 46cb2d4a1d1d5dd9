//! How much there is.

use crate::archive::{Counts, Stats, TableStats};
use crate::mongo::Mongo;
use crate::mongo::documents::{CONVERSATIONS, JOBS, MEMBERS, MESSAGES, PERSONAL, REACTIONS, SESSIONS, USERS};
use crate::mongo::failure::Failure;
use futures_util::TryStreamExt;
use mongodb::bson::{Document, doc};

/// A number, however large the server took it to be.
fn number(document: &Document, field: &str) -> Option<u64> {
    let whole = document.get_i64(field).or_else(|_| document.get_i32(field).map(i64::from));
    whole.or_else(|_| document.get_f64(field).map(|number| number as i64)).ok().and_then(|it| u64::try_from(it).ok())
}

impl Mongo {
    pub(super) async fn read_counts(&self) -> Result<Counts, Failure> {
        let count = async |name: &str| self.collection(name).count_documents(doc! {}).await;
        Ok(Counts {
            users: count(USERS).await?,
            sessions: count(SESSIONS).await?,
            conversations: count(CONVERSATIONS).await?,
            members: count(MEMBERS).await?,
            messages: count(MESSAGES).await?,
            reactions: count(REACTIONS).await?,
            jobs: count(JOBS).await?,
            personal: count(PERSONAL).await?,
        })
    }

    pub(super) async fn read_stats(&self) -> Result<Stats, Failure> {
        let whole = self.database.run_command(doc! { "dbStats": 1 }).await?;
        let bytes = number(&whole, "storageSize").unwrap_or(0) + number(&whole, "indexSize").unwrap_or(0);
        let mut names = self.database.list_collection_names().await?;
        names.sort_unstable();
        let mut tables = Vec::with_capacity(names.len());
        for name in names.into_iter().filter(|name| !name.starts_with("system.")) {
            let documents = self.collection(&name);
            let size = documents.aggregate([doc! { "$collStats": { "storageStats": {} } }]).await?;
            let size: Vec<Document> = size.try_collect().await?;
            let size = size.first().and_then(|found| found.get_document("storageStats").ok());
            let mut indexes = documents.list_index_names().await?;
            indexes.sort_unstable();
            tables.push(TableStats {
                rows: documents.count_documents(doc! {}).await?,
                bytes: size.and_then(|size| number(size, "size")),
                indexes,
                name,
            });
        }
        Ok(Stats { bytes, tables })
    }
}
