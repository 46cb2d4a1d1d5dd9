//! A simulated bus: nodes on one store, inside a test. The test decides when and how the notices between them arrive.

use async_trait::async_trait;
use myna_chat::ChangeNotices;
use myna_chat::bus::{Bus, BusState, ChangeNotice, EphemeralUpdate, NodeId};
use myna_chat::health::Monitor;
use myna_chat::rules::{Change, Committed, JobId};
use myna_chat::store::{
    Access, Account, Choice, CommitStore, ConsumerState, ConversationStore, Extent, FeedStore, Head, JobStore,
    LogEntry, LogError, LogStore, NewSession, NewUser, Page, Position, Session, SessionStore, Store, StoreError,
    UserStore,
};
use myna_protocol::{
    Conversation, ConversationId, Feed, FeedRows, Person, Rejection, Rev, Row, Seq, SessionId, Timestamp, UserId,
};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::sync::Notify;

/// So often nothing is under way, one look after the other, when all is quiet: more than any chain of tasks is long.
const LOOKS: usize = 30;

const DEADLINE: Duration = Duration::from_secs(20);

/// What becomes of the notices that wait for a node.
#[derive(Debug, Clone, Copy)]
pub(crate) enum DeliveryFault {
    None,
    Duplicated,
    Reordered,
    /// They are lost, and the node is told that something may have been.
    Lost,
}

/// The bus between the nodes.
pub(crate) struct SimulatedBus {
    inboxes: Vec<Inbox>,
    /// Questions to the store that are being answered.
    under_way: AtomicUsize,
}

/// The notices for one node, and the faults that this node meets.
struct Inbox {
    waiting: Mutex<Vec<ChangeNotice>>,
    heard: Mutex<Arc<ChangeNotices>>,
    polling: AtomicBool,
    /// The next commit lands, and the node is told that it may not have.
    uncertain: AtomicBool,
    /// So many questions for rows fail.
    failing: AtomicUsize,
    /// The next commit, or question for revs, panics.
    panicking: AtomicBool,
    /// Questions for rows get no answer.
    stuck: AtomicBool,
    /// Notified when a notice begins to wait.
    arrival: Notify,
}

impl Inbox {
    /// Whether its node has notices before it. A node that has died hears none any more.
    fn has_unheard(&self) -> bool {
        let heard = self.heard.lock().unwrap();
        Arc::strong_count(&heard) > 1 && !heard.is_empty()
    }

    fn panic_if_told(&self) {
        assert!(!self.panicking.swap(false, Ordering::SeqCst), "a panic on purpose");
    }
}

impl SimulatedBus {
    pub(crate) fn new(nodes: usize) -> Arc<Self> {
        let inbox = || {
            let (polling, uncertain, failing, panicking, stuck, arrival) = Default::default();
            Inbox {
                waiting: Mutex::default(),
                heard: Mutex::default(),
                polling,
                uncertain,
                failing,
                panicking,
                stuck,
                arrival,
            }
        };
        Arc::new(Self { inboxes: (0..nodes).map(|_| inbox()).collect(), under_way: AtomicUsize::new(0) })
    }

    /// The store as this node has it, from its start: it hears what notices from now on.
    pub(crate) fn node(self: &Arc<Self>, number: usize, store: Arc<dyn Store>) -> Arc<dyn Store> {
        let inbox = &self.inboxes[number];
        *inbox.heard.lock().unwrap() = Arc::default();
        inbox.waiting.lock().unwrap().clear();
        inbox.uncertain.store(false, Ordering::SeqCst);
        Arc::new(Node { number, store, bus: self.clone() })
    }

    /// Decides about what waits for a node; whether anything did.
    pub(crate) fn deliver(&self, node: usize, fault: DeliveryFault) -> bool {
        let inbox = &self.inboxes[node];
        let mut notices = std::mem::take(&mut *inbox.waiting.lock().unwrap());
        let any = !notices.is_empty();
        match fault {
            DeliveryFault::None => {}
            DeliveryFault::Duplicated => notices.extend(notices.clone()),
            DeliveryFault::Reordered => notices.reverse(),
            DeliveryFault::Lost => notices = vec![ChangeNotice::Missed],
        }
        for notice in notices {
            inbox.heard.lock().unwrap().push(notice);
        }
        any
    }

    /// The next commit of this node lands, and the node is told that it may not have.
    pub(crate) fn make_uncertain(&self, node: usize) {
        self.inboxes[node].uncertain.store(true, Ordering::SeqCst);
    }

    /// The next questions of this node for rows fail, so many of them.
    pub(crate) fn make_fail(&self, node: usize, questions: usize) {
        self.inboxes[node].failing.store(questions, Ordering::SeqCst);
    }

    /// The next commit of this node, or its next question for revs, panics.
    pub(crate) fn make_panic(&self, node: usize) {
        self.inboxes[node].panicking.store(true, Ordering::SeqCst);
    }

    /// From now on the questions of this node for rows get no answer.
    pub(crate) fn make_stuck(&self, node: usize) {
        self.inboxes[node].stuck.store(true, Ordering::SeqCst);
    }

    /// Waits until a node has asked the store something that is not answered yet.
    pub(crate) async fn until_asked(&self) {
        let asked = async {
            while self.under_way.load(Ordering::SeqCst) == 0 {
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(DEADLINE, asked).await.unwrap();
    }

    /// Waits until a notice like this waits for a node.
    pub(crate) async fn until(&self, node: usize, like: impl Fn(&ChangeNotice) -> bool) {
        let inbox = &self.inboxes[node];
        let until = async {
            while !inbox.waiting.lock().unwrap().iter().any(&like) {
                inbox.arrival.notified().await;
            }
        };
        tokio::time::timeout(DEADLINE, until).await.unwrap();
    }

    /// From now on the node says of itself that it hears nothing, or that it does.
    pub(crate) fn set_polling(&self, node: usize, polling: bool) {
        self.inboxes[node].polling.store(polling, Ordering::SeqCst);
    }

    /// Waits until the nodes have done all they could with what was delivered: on a runtime with one thread.
    pub(crate) async fn quiet(&self) {
        let quiet = async {
            let mut calm = 0;
            while calm < LOOKS {
                tokio::task::yield_now().await;
                let busy = self.under_way.load(Ordering::SeqCst) > 0 || self.inboxes.iter().any(Inbox::has_unheard);
                calm = if busy { 0 } else { calm + 1 };
            }
        };
        tokio::time::timeout(DEADLINE, quiet).await.unwrap();
    }

    /// All nodes hear it, the one it comes from too.
    fn notice(&self, notice: &ChangeNotice) {
        for inbox in &self.inboxes {
            inbox.waiting.lock().unwrap().push(notice.clone());
            inbox.arrival.notify_one();
        }
    }
}

/// A store as one node has it: the same as the others have, and a bus of the test's own.
struct Node {
    number: usize,
    store: Arc<dyn Store>,
    bus: Arc<SimulatedBus>,
}

/// A question that is being answered.
struct UnderWay(Arc<SimulatedBus>);

impl Drop for UnderWay {
    fn drop(&mut self) {
        self.0.under_way.fetch_sub(1, Ordering::SeqCst);
    }
}

impl Node {
    fn inbox(&self) -> &Inbox {
        &self.bus.inboxes[self.number]
    }

    fn ask(&self) -> (UnderWay, &dyn Store) {
        self.bus.under_way.fetch_add(1, Ordering::SeqCst);
        (UnderWay(self.bus.clone()), &*self.store)
    }
}

type Answer<T> = Result<T, StoreError>;

#[async_trait]
impl UserStore for Node {
    async fn create_user(&self, user: NewUser) -> Answer<()> {
        self.store.create_user(user).await
    }

    async fn account_by_name_key(&self, key: &str) -> Answer<Option<Account>> {
        self.store.account_by_name_key(key).await
    }

    async fn set_password_hash(&self, user: UserId, password_hash: &str) -> Answer<()> {
        self.store.set_password_hash(user, password_hash).await
    }

    async fn people(&self, ids: &[UserId]) -> Answer<Vec<Person>> {
        self.store.people(ids).await
    }

    async fn search_users(&self, prefix: &str, limit: u32) -> Answer<Vec<Person>> {
        self.store.search_users(prefix, limit).await
    }
}

#[async_trait]
impl SessionStore for Node {
    async fn create_session(&self, session: NewSession) -> Answer<()> {
        self.store.create_session(session).await
    }

    async fn session_by_token_hash(&self, token_hash: &[u8; 32]) -> Answer<Option<Session>> {
        self.store.session_by_token_hash(token_hash).await
    }

    async fn session_expiry(&self, id: SessionId) -> Answer<Option<Timestamp>> {
        self.store.session_expiry(id).await
    }

    async fn delete_session(&self, id: SessionId) -> Answer<()> {
        self.store.delete_session(id).await?;
        self.bus.notice(&ChangeNotice::SessionEnded(id));
        Ok(())
    }

    async fn ended_sessions(&self, ids: &[SessionId]) -> Answer<Vec<SessionId>> {
        let (_asking, store) = self.ask();
        store.ended_sessions(ids).await
    }

    async fn delete_expired_sessions(&self, now: Timestamp) -> Answer<u64> {
        self.store.delete_expired_sessions(now).await
    }
}

#[async_trait]
impl CommitStore for Node {
    async fn commit(&self, batch: Arc<[Change]>) -> Answer<Vec<Result<Committed, Rejection>>> {
        self.inbox().panic_if_told();
        // What the store was given it does, and the others hear of it, even if this node dies meanwhile.
        let (asking, _) = self.ask();
        let (bus, store) = (self.bus.clone(), self.store.clone());
        let outcomes = tokio::spawn(async move {
            let outcomes = store.commit(batch).await?;
            for event in outcomes.iter().flatten().flat_map(|committed| &committed.events) {
                bus.notice(&ChangeNotice::Feed(event.feed, event.rev));
            }
            drop(asking);
            Ok::<_, StoreError>(outcomes)
        });
        let outcomes = outcomes.await.unwrap()?;
        if self.inbox().uncertain.swap(false, Ordering::SeqCst) {
            return Err(StoreError::Unavailable("the answer was lost".to_owned()));
        }
        Ok(outcomes)
    }
}

#[async_trait]
impl ConversationStore for Node {
    async fn access(&self, user: UserId, conversation: ConversationId) -> Answer<Option<Access>> {
        let (_asking, store) = self.ask();
        store.access(user, conversation).await
    }

    async fn search_channels(&self, prefix: &str, limit: u32) -> Answer<Vec<Conversation>> {
        self.store.search_channels(prefix, limit).await
    }
}

#[async_trait]
impl FeedStore for Node {
    async fn heads(&self, user: UserId) -> Answer<Vec<Head>> {
        let (_asking, store) = self.ask();
        store.heads(user).await
    }

    async fn revs(&self, feeds: &[Feed]) -> Answer<Vec<(Feed, Rev)>> {
        self.inbox().panic_if_told();
        let (_asking, store) = self.ask();
        store.revs(feeds).await
    }

    async fn presence_peers(&self, user: UserId) -> Answer<Vec<UserId>> {
        let (_asking, store) = self.ask();
        store.presence_peers(user).await
    }

    async fn rows_since(&self, feed: Feed, rev: Rev, page: Page) -> Answer<Option<FeedRows>> {
        let (_asking, store) = self.ask();
        let less = |failing: usize| failing.checked_sub(1);
        if self.inbox().failing.fetch_update(Ordering::SeqCst, Ordering::SeqCst, less).is_ok() {
            return Err(StoreError::Unavailable("not now".to_owned()));
        }
        if self.inbox().stuck.load(Ordering::SeqCst) {
            std::future::pending::<()>().await;
        }
        store.rows_since(feed, rev, page).await
    }

    async fn load_user(&self, user: UserId) -> Answer<FeedRows> {
        self.store.load_user(user).await
    }

    async fn load_conversations(&self, ids: &[ConversationId], extent: Extent) -> Answer<Vec<FeedRows>> {
        self.store.load_conversations(ids, extent).await
    }

    async fn messages_before(&self, conversation: ConversationId, seq: Seq, limit: u32) -> Answer<Vec<Row>> {
        self.store.messages_before(conversation, seq, limit).await
    }

    async fn chosen_messages(&self, conversation: ConversationId, choice: Choice) -> Answer<Vec<Row>> {
        self.store.chosen_messages(conversation, choice).await
    }

    async fn members_after(&self, conversation: ConversationId, after: Option<UserId>, limit: u32) -> Answer<Vec<Row>> {
        self.store.members_after(conversation, after, limit).await
    }
}

#[async_trait]
impl LogStore for Node {
    async fn register(&self, consumer: &str) -> Answer<()> {
        self.store.register(consumer).await
    }

    async fn unregister(&self, consumer: &str) -> Answer<()> {
        self.store.unregister(consumer).await
    }

    async fn lease(&self, consumer: &str, holder: NodeId, now: Timestamp, until: Timestamp) -> Answer<bool> {
        self.store.lease(consumer, holder, now, until).await
    }

    async fn entries(&self, consumer: &str, limit: u32, patience: Duration) -> Result<Vec<LogEntry>, LogError> {
        self.store.entries(consumer, limit, patience).await
    }

    async fn advance(&self, consumer: &str, holder: NodeId, position: &Position) -> Answer<bool> {
        self.store.advance(consumer, holder, position).await
    }

    async fn log_end(&self) -> Answer<Position> {
        self.store.log_end().await
    }

    async fn consumers(&self) -> Answer<Vec<ConsumerState>> {
        self.store.consumers().await
    }
}

#[async_trait]
impl JobStore for Node {
    async fn due_jobs(&self, now: Timestamp, limit: u32) -> Answer<Vec<JobId>> {
        self.store.due_jobs(now, limit).await
    }

    async fn next_due(&self) -> Answer<Option<Timestamp>> {
        self.store.next_due().await
    }
}

#[async_trait]
impl Monitor for Node {
    async fn ping(&self) -> Answer<()> {
        self.store.ping().await
    }
}

#[async_trait]
impl Bus for Node {
    fn node(&self) -> Option<NodeId> {
        Some([self.number as u8; 16])
    }

    fn listen(&self) -> Option<Arc<ChangeNotices>> {
        Some(self.inbox().heard.lock().unwrap().clone())
    }

    /// As a driver that does not leave one's own update out.
    async fn publish(&self, update: EphemeralUpdate) -> Answer<()> {
        self.bus.notice(&ChangeNotice::EphemeralUpdate([self.number as u8; 16], update));
        Ok(())
    }

    fn bus_state(&self) -> BusState {
        if self.inbox().polling.load(Ordering::SeqCst) { BusState::Polling } else { BusState::Live }
    }
}
