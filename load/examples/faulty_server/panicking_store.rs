//! A store in whose calls the caller's task panics at random: before the call, or when its answer has come.

use async_trait::async_trait;
use myna_chat::bus::{Bus, BusState, EphemeralUpdate, NodeId};
use myna_chat::health::{Circuit, Monitor};
use myna_chat::rules::{Change, Committed, JobId};
use myna_chat::store::*;
use myna_chat::{ChangeNotices, Supervisor};
use myna_protocol::*;
use std::fs::OpenOptions;
use std::io::Write;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

/// While the file exists, one of so many calls panics, and of commits, which are most calls, one of so many.
const CALLS: u32 = 5;
const COMMITS: u32 = 40;

pub(crate) struct PanickingStore {
    store: Arc<dyn Store>,
    file: PathBuf,
}

impl PanickingStore {
    /// Tasks panic while this file exists; each panic adds a line to it, with the name of the call.
    pub(crate) fn new(store: Arc<dyn Store>, file: PathBuf) -> Self {
        Self { store, file }
    }

    fn panic_at_random(&self, call: &str) {
        let calls = if call == "commit" { COMMITS } else { CALLS };
        // There are two places in each call.
        if fastrand::u32(..2 * calls) > 0 {
            return;
        }
        if let Ok(mut file) = OpenOptions::new().append(true).open(&self.file) {
            writeln!(file, "{call}").expect("it can be written");
            panic!("a fault: {call}");
        }
    }
}

macro_rules! panicking {
    ($($trait:ident { $(fn $call:ident($($argument:ident: $type:ty),*) -> $answer:ty;)* })*) => { $(
        #[async_trait]
        impl $trait for PanickingStore {
            $(async fn $call(&self, $($argument: $type),*) -> $answer {
                self.panic_at_random(stringify!($call));
                let answer = self.store.$call($($argument),*).await;
                self.panic_at_random(stringify!($call));
                answer
            })*
        }
    )* };
}

type Answer<T> = Result<T, StoreError>;

panicking! {
    UserStore {
        fn create_user(user: NewUser) -> Answer<()>;
        fn account_by_name_key(key: &str) -> Answer<Option<Account>>;
        fn set_password_hash(user: UserId, password_hash: &str) -> Answer<()>;
        fn people(ids: &[UserId]) -> Answer<Vec<Person>>;
        fn search_users(prefix: &str, limit: u32) -> Answer<Vec<Person>>;
    }
    SessionStore {
        fn create_session(session: NewSession) -> Answer<()>;
        fn session_by_token_hash(token_hash: &[u8; 32]) -> Answer<Option<Session>>;
        fn session_expiry(id: SessionId) -> Answer<Option<Timestamp>>;
        fn delete_session(id: SessionId) -> Answer<()>;
        fn ended_sessions(ids: &[SessionId]) -> Answer<Vec<SessionId>>;
        fn delete_expired_sessions(now: Timestamp) -> Answer<u64>;
    }
    ConversationStore {
        fn access(user: UserId, conversation: ConversationId) -> Answer<Option<Access>>;
        fn search_channels(prefix: &str, limit: u32) -> Answer<Vec<Conversation>>;
    }
    CommitStore {
        fn commit(batch: Arc<[Change]>) -> Answer<Vec<Result<Committed, Rejection>>>;
    }
    FeedStore {
        fn heads(user: UserId) -> Answer<Vec<Head>>;
        fn revs(feeds: &[Feed]) -> Answer<Vec<(Feed, Rev)>>;
        fn presence_peers(user: UserId) -> Answer<Vec<UserId>>;
        fn rows_since(feed: Feed, rev: Rev, page: Page) -> Answer<Option<FeedRows>>;
        fn load_user(user: UserId) -> Answer<FeedRows>;
        fn load_conversations(ids: &[ConversationId], extent: Extent) -> Answer<Vec<FeedRows>>;
        fn messages_before(conversation: ConversationId, seq: Seq, limit: u32) -> Answer<Vec<Row>>;
        fn chosen_messages(conversation: ConversationId, choice: Choice) -> Answer<Vec<Row>>;
        fn members_after(conversation: ConversationId, after: Option<UserId>, limit: u32) -> Answer<Vec<Row>>;
    }
    LogStore {
        fn register(consumer: &str) -> Answer<()>;
        fn unregister(consumer: &str) -> Answer<()>;
        fn lease(consumer: &str, holder: NodeId, now: Timestamp, until: Timestamp) -> Answer<bool>;
        fn entries(consumer: &str, limit: u32, patience: Duration) -> Result<Vec<LogEntry>, LogError>;
        fn advance(consumer: &str, holder: NodeId, position: &Position) -> Answer<bool>;
        fn log_end() -> Answer<Position>;
        fn consumers() -> Answer<Vec<ConsumerState>>;
    }
    JobStore {
        fn due_jobs(now: Timestamp, limit: u32) -> Answer<Vec<JobId>>;
        fn next_due() -> Answer<Option<Timestamp>>;
    }
}

#[async_trait]
impl Bus for PanickingStore {
    fn node(&self) -> Option<NodeId> {
        self.store.node()
    }

    fn listen(&self) -> Option<Arc<ChangeNotices>> {
        self.store.listen()
    }

    async fn publish(&self, update: EphemeralUpdate) -> Answer<()> {
        self.panic_at_random("publish");
        self.store.publish(update).await
    }

    fn bus_state(&self) -> BusState {
        self.store.bus_state()
    }
}

#[async_trait]
impl Monitor for PanickingStore {
    async fn ping(&self) -> Answer<()> {
        self.store.ping().await
    }

    fn circuit(&self) -> Circuit {
        self.store.circuit()
    }

    fn supervisor(&self) -> Supervisor {
        self.store.supervisor()
    }

    async fn close(&self) {
        self.store.close().await;
    }
}
