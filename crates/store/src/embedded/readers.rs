//! The threads that read: each answer comes from one snapshot, and none waits for the writer.

use super::job::{Job, Jobs, stopped};
use crate::OpenError;
use myna_chat::store::StoreError;
use myna_chat::{Supervisor, lock};
use rusqlite::Connection;
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use tokio::sync::mpsc;

/// Jobs that may wait; past it, callers wait to be let in.
const WAITING: usize = 1_024;

/// What the threads are called. Reads are short; more threads than these would only contend.
pub(super) const NAMES: [&str; 3] = ["SQLite reader 1", "SQLite reader 2", "SQLite reader 3"];

/// The way to the reading threads. Dropping it waits until everything sent is done.
pub(super) struct Readers {
    jobs: Option<mpsc::Sender<Box<dyn Job>>>,
    threads: Vec<JoinHandle<()>>,
}

impl Readers {
    /// Starts a thread for each connection.
    pub(super) fn start(connections: [Connection; NAMES.len()], supervisor: &Supervisor) -> Result<Self, OpenError> {
        let (sender, receiver) = mpsc::channel(WAITING);
        let queue = Arc::new(Mutex::new(receiver));
        let mut readers = Self { jobs: Some(sender), threads: Vec::new() };
        for (name, connection) in NAMES.into_iter().zip(connections) {
            let (queue, supervisor) = (Arc::clone(&queue), supervisor.clone());
            let thread = thread::Builder::new()
                .name("myna-reader".to_owned())
                .spawn(move || supervisor.restart_thread_on_panic(name, || read(&connection, &queue)))
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
            // The supervisor has caught a panic there.
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
