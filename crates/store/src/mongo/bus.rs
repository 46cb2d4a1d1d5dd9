//! Hearing the other nodes, and publishing to them.
//!
//! One change stream a node on the whole database, filtered to what clients see: the counters of conversations and of
//! people, sessions that end, updates of other nodes, and the node's own heartbeat, by which it knows that the stream is
//! alive. The stream is a notifier: it says which feed has come how far, and what changed is read from the store. It is
//! resumed after its last token; when that is too old, `ChangeNotice::Missed` says that everything has to be looked at.

mod heartbeat;
pub(super) use heartbeat::{another_lives, end_sessions_of_the_gone, name_session};
mod ephemeral;
pub(super) use ephemeral::ask_for_turn;
mod stream;

use super::Mongo;
use heartbeat::Liveness;
use myna_chat::bus::{BusState, ChangeNotice, EphemeralUpdate, NodeId};
use myna_chat::store::StoreError;
use myna_chat::{ChangeNotices, Supervisor, lock};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::task::JoinSet;
use tokio::time::timeout;

/// How long the server may take to hear that cursors and sessions are not needed any more.
const LEAVE_TIMEOUT: Duration = Duration::from_secs(1);

/// The notices of one node, and whether its stream has been started.
#[derive(Default)]
pub(super) struct Notices {
    notices: Arc<ChangeNotices>,
    has_stream: AtomicBool,
}

impl Notices {
    /// Everything has to be looked at.
    pub(super) fn missed(&self) {
        self.notices.push(ChangeNotice::Missed);
    }
}

/// Tasks that end with the store. The supervisor watches over them.
#[derive(Default)]
pub(super) struct Tasks {
    running: Mutex<JoinSet<()>>,
    pub(super) supervisor: Supervisor,
}

impl Tasks {
    /// Starts a task, and starts it again when it panics.
    fn start<F>(&self, name: &'static str, start: impl FnMut() -> F + Send + 'static)
    where
        F: Future<Output = ()> + Send + 'static,
    {
        lock(&self.running).spawn(self.supervisor.clone().restart_on_panic(name, start));
    }

    async fn end(&self) {
        let mut tasks = std::mem::take(&mut *lock(&self.running));
        tasks.shutdown().await;
    }
}

/// What a node needs of its store for its heartbeat and its stream, without keeping the store open.
#[derive(Clone)]
pub(super) struct Node {
    pub(super) id: NodeId,
    pub(super) database: mongodb::Database,
    /// The same database, for change streams alone.
    pub(super) streams: mongodb::Database,
    pub(super) calls: Arc<super::calls::Calls>,
    pub(super) liveness: Arc<Liveness>,
    pub(super) turns: Arc<super::turns::Turns>,
}

impl Mongo {
    /// Starts the heartbeat: others can see that this node is there.
    pub(super) fn start_heartbeat(&self) {
        let node = self.node.clone();
        self.tasks.start("MongoDB heartbeat", move || heartbeat::run(node.clone()));
    }

    /// The notices from now on. The first call starts the change stream, where the server has one.
    pub(super) fn listen_to_changes(&self) -> Arc<ChangeNotices> {
        let notices = self.notices.notices.clone();
        if !self.is_standalone && !self.notices.has_stream.swap(true, Ordering::Relaxed) {
            let (node, notices) = (self.node.clone(), notices.clone());
            self.tasks.start("MongoDB change stream", move || stream::listen(node.clone(), notices.clone()));
        }
        notices
    }

    /// Ends the tasks, and tells the server what it need not keep: what the driver still has to say about a cursor when the
    /// runtime has ended would be a panic of its own.
    pub(super) async fn leave(&self) {
        self.tasks.end().await;
        self.sessions.forget();
        let streams = self.node.streams.client().clone();
        let shutdown = async { tokio::join!(self.client.clone().shutdown(), streams.shutdown()) };
        if timeout(LEAVE_TIMEOUT, shutdown).await.is_err() {
            tracing::debug!("the database could not be told that this node leaves");
        }
    }

    pub(super) async fn insert_update(&self, update: EphemeralUpdate) -> Result<(), StoreError> {
        if self.is_standalone {
            return Ok(());
        }
        self.calls.call(|| ephemeral::insert(&self.node, &update)).await
    }

    pub(super) fn state_of_bus(&self) -> BusState {
        match self.node.liveness.is_confirmed() {
            _ if self.is_standalone => BusState::Alone,
            true => BusState::Live,
            false => BusState::Polling,
        }
    }
}
