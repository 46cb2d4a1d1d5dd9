//! The embedded driver: SQLite in this process, in one file or in memory.
//!
//! One thread writes, with group commit: what waits goes into one transaction, one disk flush serves all of it, and only
//! then is anybody answered. A few threads read, each answer in one snapshot. Another thread copies the write-ahead log
//! into the file, so that no commit waits for that.

#[macro_use]
mod queries;

mod archive;
mod checkpoints;
mod commit;
mod connection;
mod conversations;
mod failure;
mod feeds;
mod history;
mod job;
mod jobs;
mod location;
mod log;
mod migrations;
mod readers;
mod rows;
mod sessions;
mod store;
mod users;
mod writer;

#[cfg(test)]
mod tests;

use crate::{OpenError, Purpose};
use checkpoints::Checkpoints;
use job::Reply;
use location::Location;
use myna_chat::Supervisor;
use myna_chat::store::StoreError;
use readers::Readers;
use rusqlite::Connection;
use std::path::Path;
use tokio::sync::watch;
use writer::Writer;

/// An open embedded store. Dropping it ends its threads after what they were given is done.
pub(crate) struct Embedded {
    // Fields are dropped in this order: nobody reads any more, then nobody writes, then the log is emptied into the file
    // by its last user, then the file is free.
    readers: Option<Readers>,
    writer: Writer,
    /// Counts commits: it wakes the readers of the change log.
    commits: watch::Sender<u64>,
    _checkpoints: Option<Checkpoints>,
    _location: Option<Location>,
    supervisor: Supervisor,
}

impl Embedded {
    /// A store that goes with the process. One connection serves all: an SQLite database in memory has only one.
    pub(crate) fn in_memory() -> Result<Self, OpenError> {
        let connection = connection::in_memory()?;
        let supervisor = Supervisor::default();
        let writer = Writer::start(connection, None, supervisor.clone())?;
        let commits = watch::Sender::new(0);
        Ok(Self { readers: None, writer, commits, _checkpoints: None, _location: None, supervisor })
    }

    /// The store in this file, made when there is none; one whose copy is not finished is refused.
    pub(crate) fn in_file(path: &Path) -> Result<Self, OpenError> {
        let location = Location::take(path)?;
        let connection = connection::writing(location.path())?;
        connection::expect_whole(&connection, location.path())?;
        Self::start(location, connection)
    }

    /// The store in this file as an archive: rows may come in any order. As the target of a copy it is made when there is
    /// none, and may be unfinished.
    pub(crate) fn archive(path: &Path, purpose: Purpose) -> Result<Self, OpenError> {
        if purpose != Purpose::Target && !path.exists() {
            return Err(OpenError::Missing { place: format!("sqlite:{}", path.display()) });
        }
        let location = Location::take(path)?;
        let connection = connection::writing(location.path())?;
        match purpose {
            Purpose::Look | Purpose::Source => connection::expect_whole(&connection, location.path())?,
            Purpose::Target => connection::forgo_references(&connection, location.path())?,
        }
        Self::start(location, connection)
    }

    fn start(location: Location, connection: Connection) -> Result<Self, OpenError> {
        let (supervisor, reading) = (Supervisor::default(), || connection::reading(location.path()));
        let readers = Readers::start([reading()?, reading()?, reading()?], &supervisor)?;
        let (checkpoints, trigger) =
            Checkpoints::start(connection::checkpointing(location.path())?, supervisor.clone())?;
        let writer = Writer::start(connection, Some(trigger), supervisor.clone())?;
        Ok(Self {
            readers: Some(readers),
            writer,
            commits: watch::Sender::new(0),
            _checkpoints: Some(checkpoints),
            _location: Some(location),
            supervisor,
        })
    }

    /// Does this work in a durable transaction of its own or of many; when it fails it has changed nothing.
    async fn write<T, F>(&self, work: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    {
        let (job, reply) = Reply::to(work);
        self.writer.send(job).await?;
        reply.wait().await
    }

    /// Does this work, which only reads, in one snapshot.
    async fn read<T, F>(&self, work: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    {
        let (job, reply) = Reply::to(work);
        match &self.readers {
            Some(readers) => readers.send(job).await?,
            None => self.writer.send(job).await?,
        }
        reply.wait().await
    }
}
