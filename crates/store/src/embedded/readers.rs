//! The threads that read: each answer comes from one snapshot, and none waits for the writer.

use super::job::{Job, Jobs, stopped};
use crate::OpenError;
use myna_chat::lock;
use myna_chat::store::StoreError;
use rusqlite::Connection;
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use tokio::sync::mpsc;

/// Jobs that may wait; past it, callers wait to be let in.
const WAITING: usize = 1_024;

/// The way to the reading threads. Dropping it waits until everything sent is done.
pub(super) struct Readers {
    jobs: Option<mpsc::Sender<Box<dyn Job>>>,
    threads: Vec<JoinHandle<()>>,
}

impl Readers {
    /// Starts a thread for each connection.
    pub(super) fn start(connections: Vec<Connection>) -> Result<Self, OpenError> {
        let (sender, receiver) = mpsc::channel(WAITING);
        let queue = Arc::new(Mutex::new(receiver));
        let mut readers = Self { jobs: Some(sender), threads: Vec::new() };
        for connection in connections {
            let queue = Arc::clone(&queue);
            let thread = thread::Builder::new()
                .name("myna-reader".to_owned())
                .spawn(move || read(&connection, &queue))
                .map_err(|error| OpenError::Threads(error.to_string()))?;
            readers.threads.push(thread);
        }
        Ok(readers)
    }

    pub(super) async fn send(&self, job: Box<dyn Job>) -> Result<(), StoreError> {
        let jobs = self.jobs.as_ref().ok_or_else(stopped)?;
        jobs.send(job).await.map_err(|_| stopped())
    }
}

impl Drop for Readers {
    fn drop(&mut self) {
        drop(self.jobs.take());
        for thread in self.threads.drain(..) {
            // A panic there has already answered who waited for it, and was printed.
            let _ = thread.join();
        }
    }
}

fn read(connection: &Connection, queue: &Mutex<Jobs>) {
    loop {
        // One thread waits for the next job while it holds the lock, the others wait for the lock.
        let job = lock(queue).blocking_recv();
        let Some(mut job) = job else { return };
        let failure = in_snapshot(connection, &mut *job).err().map(|error| error.to_string());
        job.answer(failure.as_deref());
    }
}

fn in_snapshot(connection: &Connection, job: &mut dyn Job) -> rusqlite::Result<()> {
    // Dropping it rolls back: there is nothing to keep.
    let _snapshot = connection.unchecked_transaction()?;
    // A failure is its own answer: there is nothing to undo.
    let _ = job.run(connection);
    Ok(())
}
