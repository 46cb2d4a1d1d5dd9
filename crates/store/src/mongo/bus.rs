//! Hearing the other nodes, and telling them.
//!
//! One change stream a node on the whole database, filtered to what clients see: the counters of conversations and of
//! people, sessions that end, news of other nodes, and the node's own heartbeat, by which it knows that the stream is
//! alive. The stream is a doorbell: it says which feed has come how far, and what changed is read from the store. It is
//! resumed after its last token; when that is too old, `Ring::Missed` says that everything has to be looked at.

mod heartbeat;
pub(super) use heartbeat::{another_lives, end_sessions_of_the_gone, name_session};
mod news;
mod stream;

use super::Mongo;
use heartbeat::Pulse;
use myna_chat::store::{BusState, News, NodeId, Ring, StoreError};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::mpsc;
use tokio::task::AbortHandle;

/// Rings that may wait for who listens. While they do, the stream waits too, and nothing is lost.
const QUEUE: usize = 1_024;

/// The rings of one node: whoever serves takes the receiving end.
pub(super) struct Rings {
    sender: mpsc::Sender<Ring>,
    receiver: Mutex<Option<mpsc::Receiver<Ring>>>,
}

impl Default for Rings {
    fn default() -> Self {
        let (sender, receiver) = mpsc::channel(QUEUE);
        Self { sender, receiver: Mutex::new(Some(receiver)) }
    }
}

impl Rings {
    /// Everything has to be looked at. A full queue will make its reader look anyway.
    pub(super) fn missed(&self) {
        let _ = self.sender.try_send(Ring::Missed);
    }

    fn take(&self) -> Option<mpsc::Receiver<Ring>> {
        self.receiver.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

/// Tasks that end with the store.
#[derive(Default)]
pub(super) struct Tasks(Mutex<Vec<AbortHandle>>);

impl Tasks {
    fn add(&self, task: AbortHandle) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(task);
    }
}

impl Drop for Tasks {
    fn drop(&mut self) {
        for task in self.0.lock().unwrap_or_else(PoisonError::into_inner).iter() {
            task.abort();
        }
    }
}

/// What a node needs of its store to beat and to listen, without keeping the store open.
#[derive(Clone)]
pub(super) struct Node {
    pub(super) id: NodeId,
    pub(super) database: mongodb::Database,
    pub(super) calls: Arc<super::calls::Calls>,
    pub(super) pulse: Arc<Pulse>,
}

impl Mongo {
    /// Begins to beat: others can see that this node is there.
    pub(super) fn beat(&self) {
        self.tasks.add(tokio::spawn(heartbeat::beat(self.node.clone())).abort_handle());
    }

    pub(super) fn hear(&self) -> Option<mpsc::Receiver<Ring>> {
        let receiver = self.rings.take()?;
        if !self.is_standalone {
            let listening = stream::listen(self.node.clone(), self.rings.sender.clone());
            self.tasks.add(tokio::spawn(listening).abort_handle());
        }
        Some(receiver)
    }

    pub(super) async fn tell_all(&self, news: News) -> Result<(), StoreError> {
        if self.is_standalone {
            return Ok(());
        }
        self.calls.call(|| news::insert(&self.node, &news)).await
    }

    pub(super) fn bus_state(&self) -> BusState {
        match self.node.pulse.is_felt() {
            _ if self.is_standalone => BusState::Alone,
            true => BusState::Live,
            false => BusState::Polling,
        }
    }
}
