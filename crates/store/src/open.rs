//! Opens the store that a URL names.

use crate::StoreUrl;
use crate::archive::Archive;
use crate::embedded::Embedded;
use crate::mongo::Mongo;
pub use crate::mongo::MongoError;
use myna_chat::store::Store;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

/// Why a store could not be opened, in one sentence for the person who starts the server. It contains no password.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The folder of the file does not exist and cannot be created.
    #[error("the folder {} cannot be created: {reason}", path.display())]
    Folder { path: PathBuf, reason: String },
    /// The file, or one of its companion files, cannot be read or written.
    #[error("the store {} cannot be read and written: {reason}", path.display())]
    File { path: PathBuf, reason: String },
    /// Another process, or another store in this process, uses the file.
    #[error("the store {} is in use by another Myna: stop that one first", path.display())]
    Locked { path: PathBuf },
    /// The file is not a store.
    #[error("{} is not a Myna store: {reason}", path.display())]
    Foreign { path: PathBuf, reason: &'static str },
    /// The file is a damaged store.
    #[error("the store {} is damaged ({reason}): restore it from a backup", path.display())]
    Damaged { path: PathBuf, reason: String },
    /// The schema is newer than the newest that this version knows.
    #[error("{} was written by a newer Myna (schema {found}, this one knows {known}): run that version", path.display())]
    Newer { path: PathBuf, found: u32, known: u32 },
    /// A migration failed. The file is unchanged.
    #[error("the store {} cannot be brought to schema {number}: {reason}", path.display())]
    Migration { path: PathBuf, number: u32, reason: String },
    /// SQLite did not accept a setting that durability needs.
    #[error("the store {} would not be durable: {setting} is {found}, not {expected}", path.display())]
    NotDurable { path: PathBuf, setting: &'static str, found: String, expected: &'static str },
    /// There is no store to read from.
    #[error("there is no store at {place}")]
    Missing { place: String },
    /// The store is the target of an unfinished copy. Both URLs are without passwords.
    #[error(
        "{place} is the unfinished copy of another store: finish it with `myna store copy --from {from} --to {place}`"
    )]
    Unfinished { place: String, from: String },
    /// A store in memory cannot be an archive: its data ends with its process.
    #[error("memory: is empty at first and keeps nothing after: use sqlite:<path to file>")]
    Forgetful,
    /// The process cannot start more threads.
    #[error("the store's threads cannot be started: {0}")]
    Threads(String),
    #[error(transparent)]
    Mongo(#[from] MongoError),
}

/// Opens the store at this URL. Creates it if there is none, and migrates its schema.
///
/// Opening a file blocks the thread until it is done. If a database cannot be reached, this tries again until
/// `patience` has passed, and logs each attempt.
///
/// The store closes when its last `Arc` is dropped. The file is then complete by itself and free for another process.
pub async fn open(url: &StoreUrl, patience: Duration) -> Result<Arc<dyn Store>, OpenError> {
    match url {
        StoreUrl::Memory => Ok(Arc::new(Embedded::in_memory()?)),
        StoreUrl::Sqlite(path) => Ok(Arc::new(Embedded::in_file(path)?)),
        StoreUrl::Mongo(url) => Ok(Arc::new(Mongo::open(url, patience).await?)),
    }
}

/// Why a caller opens a store as an archive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// To see how much it holds. It must exist and be complete. Others may use it meanwhile if the driver allows that.
    Look,
    /// To read all of it. It must exist and be complete.
    Source,
    /// To copy another store into it. It is created if there is none, and may be the unfinished target of an earlier
    /// copy.
    Target,
}

/// Opens the store at this URL as an archive, which no server uses meanwhile, and migrates its schema. `patience` and
/// closing work as for [`open`].
pub async fn open_archive(url: &StoreUrl, purpose: Purpose, patience: Duration) -> Result<Arc<dyn Archive>, OpenError> {
    match url {
        StoreUrl::Memory => Err(OpenError::Forgetful),
        StoreUrl::Sqlite(path) => Ok(Arc::new(Embedded::archive(path, purpose)?)),
        StoreUrl::Mongo(url) => Ok(Arc::new(Mongo::archive(url, purpose, patience).await?)),
    }
}
