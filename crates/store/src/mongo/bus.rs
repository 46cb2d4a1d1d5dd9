//! Hearing the other nodes, and telling them.
//!
//! One change stream a node on the whole database, filtered to what clients see: the counters of conversations and of
//! people, sessions that end, update of other nodes, and the node's own heartbeat, by which it knows that the stream is
//! alive. The stream is a notifier: it says which feed has come how far, and what changed is read from the store. It is
//! resumed after its last token; when that is too old, `ChangeNotice::Missed` says that everything has to be looked at.

mod heartbeat;
pub(super) use heartbeat::{another_lives, end_sessions_of_the_gone, name_session};
mod ephemeral;
mod stream;

use super::Mongo;
use heartbeat::Liveness;
use myna_chat::lock;
use myna_chat::store::{BusState, ChangeNotice, EphemeralUpdate, NodeId, StoreError};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::timeout;

/// How long the server may take to hear that cursors and sessions are not needed any more.
const LEAVE_TIMEOUT: Duration = Duration::from_secs(1);

/// Notices that may wait for who listens. While they do, the stream waits too, and nothing is lost.
const QUEUE: usize = 1_024;

/// The notices of one node: whoever serves takes the receiving end.
pub(super) struct Notices {
    sender: mpsc::Sender<ChangeNotice>,
    receiver: Mutex<Option<mpsc::Receiver<ChangeNotice>>>,
}

impl Default for Notices {
    fn default() -> Self {
        let (sender, receiver) = mpsc::channel(QUEUE);
        Self { sender, receiver: Mutex::new(Some(receiver)) }
    }
}

impl Notices {
    /// Everything has to be looked at. A full queue will make its reader look anyway.
    pub(super) fn missed(&self) {
        let _ = self.sender.try_send(ChangeNotice::Missed);
    }

    fn take(&self) -> Option<mpsc::Receiver<ChangeNotice>> {
        lock(&self.receiver).take()
    }
}

/// Tasks that end with the store.
#[derive(Default)]
pub(super) struct Tasks(Mutex<JoinSet<()>>);

impl Tasks {
    fn add(&self, task: impl Future<Output = ()> + Send + 'static) {
        lock(&self.0).spawn(task);
    }

    async fn end(&self) {
        let mut tasks = std::mem::take(&mut *lock(&self.0));
        tasks.shutdown().await;
    }
}

/// What a node needs of its store to beat and to listen, without keeping the store open.
#[derive(Clone)]
pub(super) struct Node {
    pub(super) id: NodeId,
    pub(super) database: mongodb::Database,
    pub(super) calls: Arc<super::calls::Calls>,
    pub(super) liveness: Arc<Liveness>,
}

impl Mongo {
    /// Begins to beat: others can see that this node is there.
    pub(super) fn beat(&self) {
        self.tasks.add(heartbeat::beat(self.node.clone()));
    }

    pub(super) fn hear(&self) -> Option<mpsc::Receiver<ChangeNotice>> {
        let receiver = self.notices.take()?;
        if !self.is_standalone {
            let listening = stream::listen(self.node.clone(), self.notices.sender.clone());
            self.tasks.add(listening);
        }
        Some(receiver)
    }

    /// Ends the tasks, and tells the server what it need not keep: what the driver still has to say about a cursor when the
    /// runtime has ended would be a panic of its own.
    pub(super) async fn leave(&self) {
        self.tasks.end().await;
        self.sessions.forget();
        if timeout(LEAVE_TIMEOUT, async { self.client.clone().shutdown().await }).await.is_err() {
            tracing::debug!("the database did not hear that this node leaves");
        }
    }

    pub(super) async fn tell_all(&self, update: EphemeralUpdate) -> Result<(), StoreError> {
        if self.is_standalone {
            return Ok(());
        }
        self.calls.call(|| ephemeral::insert(&self.node, &update)).await
    }

    pub(super) fn bus_state(&self) -> BusState {
        match self.node.liveness.is_felt() {
            _ if self.is_standalone => BusState::Alone,
            true => BusState::Live,
            false => BusState::Polling,
        }
    }
}
