//! Opening the store that a URL names.

use crate::StoreUrl;
use crate::archive::Archive;
use crate::embedded::Embedded;
use crate::mongo::Mongo;
pub use crate::mongo::MongoError;
use myna_chat::store::Store;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

/// Why a store could not be opened: one sentence for whoever starts the server. It holds no password.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The folder of the file is not there and cannot be made.
    #[error("the folder {} cannot be created: {reason}", path.display())]
    Folder { path: PathBuf, reason: String },
    /// The file, or something beside it, cannot be read or written.
    #[error("the store {} cannot be read and written: {reason}", path.display())]
    File { path: PathBuf, reason: String },
    /// Another process (or another store of this one) has the file.
    #[error("the store {} is in use by another Myna: stop that one first", path.display())]
    Locked { path: PathBuf },
    /// The file holds something else.
    #[error("{} is not a Myna store: {reason}", path.display())]
    Foreign { path: PathBuf, reason: &'static str },
    /// The file was one of ours.
    #[error("the store {} is damaged ({reason}): restore it from a backup", path.display())]
    Damaged { path: PathBuf, reason: String },
    /// The schema is of a later version than this one knows.
    #[error("{} was written by a newer Myna (schema {found}, this one knows {known}): run that version", path.display())]
    Newer { path: PathBuf, found: u32, known: u32 },
    /// The schema could not be brought up to date; the file is as it was.
    #[error("the store {} cannot be brought to schema {number}: {reason}", path.display())]
    Migration { path: PathBuf, number: u32, reason: String },
    /// What is acknowledged would not be safe on disk.
    #[error("the store {} would not be durable: {setting} is {found}, not {expected}", path.display())]
    NotDurable { path: PathBuf, setting: &'static str, found: String, expected: &'static str },
    /// There is nothing to read from.
    #[error("there is no store at {place}")]
    Missing { place: String },
    /// Somebody has begun to copy another store into this one. Both are as URLs show them: without passwords.
    #[error(
        "{place} is the unfinished copy of another store: finish it with `myna store copy --from {from} --to {place}`"
    )]
    Unfinished { place: String, from: String },
    /// What is in memory is gone with its process.
    #[error("memory: holds nothing before and keeps nothing after: use sqlite:<path to file>")]
    Forgetful,
    /// The process may start no more threads.
    #[error("the store's threads cannot be started: {0}")]
    Threads(String),
    #[error(transparent)]
    Mongo(#[from] MongoError),
}

/// Opens the store at this URL, making it when there is none and bringing its schema up to date.
///
/// A file is opened at once, and blocks meanwhile. A database that cannot be reached is tried again for as long as
/// `patience` lasts, saying so in the log.
///
/// The store is closed when the last `Arc` goes: what was committed is then in the file alone, and the file is free.
pub async fn open(url: &StoreUrl, patience: Duration) -> Result<Arc<dyn Store>, OpenError> {
    match url {
        StoreUrl::Memory => Ok(Arc::new(Embedded::in_memory()?)),
        StoreUrl::Sqlite(path) => Ok(Arc::new(Embedded::in_file(path)?)),
        StoreUrl::Mongo(url) => Ok(Arc::new(Mongo::open(url, patience).await?)),
    }
}

/// What somebody opens a whole store for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// To see how much it holds: it has to be there, and whole. Where the driver can let them, others use it meanwhile.
    Look,
    /// To read all of it: it has to be there, and whole.
    Source,
    /// To copy another one into it: it is made when there is none, and may be the unfinished target of an earlier copy.
    Target,
}

/// Opens the store at this URL as an archive, which no server uses meanwhile, bringing its schema up to date. What is
/// promised of `patience` and of closing is the same as for [`open`].
pub async fn open_archive(url: &StoreUrl, purpose: Purpose, patience: Duration) -> Result<Arc<dyn Archive>, OpenError> {
    match url {
        StoreUrl::Memory => Err(OpenError::Forgetful),
        StoreUrl::Sqlite(path) => Ok(Arc::new(Embedded::archive(path, purpose)?)),
        StoreUrl::Mongo(url) => Ok(Arc::new(Mongo::archive(url, purpose, patience).await?)),
    }
}
