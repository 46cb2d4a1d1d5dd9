//! The traits of `myna_chat::store`, each method as a job for the right thread.

use super::{Embedded, commit, conversations, feeds, history, jobs, log, sessions, users};
use async_trait::async_trait;
use myna_chat::Supervisor;
use myna_chat::bus::{Bus, NodeId};
use myna_chat::health::Monitor;
use myna_chat::rules::{Change, Committed, JobId};
use myna_chat::store::{
    Access, Account, Choice, CommitStore, ConsumerState, ConversationStore, Extent, FeedStore, Head, JobStore,
    LogEntry, LogError, LogStore, NewSession, NewUser, Page, Position, Session, SessionStore, StoreError, UserStore,
};
use myna_protocol::{
    Conversation, ConversationId, Feed, FeedRows, Person, Rejection, Rev, Row, Seq, SessionId, Timestamp, UserId,
};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;
use tokio::time::{Instant, timeout_at};

#[async_trait]
impl UserStore for Embedded {
    async fn create_user(&self, user: NewUser) -> Result<(), StoreError> {
        self.write(move |connection| users::create(connection, &user)).await
    }

    async fn account_by_name_key(&self, key: &str) -> Result<Option<Account>, StoreError> {
        let key = key.to_owned();
        self.read(move |connection| users::by_name_key(connection, &key)).await
    }

    async fn set_password_hash(&self, user: UserId, password_hash: &str) -> Result<(), StoreError> {
        let password_hash = password_hash.to_owned();
        self.write(move |connection| users::set_password_hash(connection, user, &password_hash)).await
    }

    async fn people(&self, ids: &[UserId]) -> Result<Vec<Person>, StoreError> {
        let ids = ids.to_vec();
        self.read(move |connection| users::people(connection, &ids)).await
    }

    async fn search_users(&self, prefix: &str, limit: u32) -> Result<Vec<Person>, StoreError> {
        let prefix = prefix.to_owned();
        self.read(move |connection| users::search(connection, &prefix, limit)).await
    }
}

#[async_trait]
impl SessionStore for Embedded {
    async fn create_session(&self, session: NewSession) -> Result<(), StoreError> {
        self.write(move |connection| sessions::create(connection, &session)).await
    }

    async fn session_by_token_hash(&self, token_hash: &[u8; 32]) -> Result<Option<Session>, StoreError> {
        let token_hash = *token_hash;
        self.read(move |connection| sessions::by_token_hash(connection, &token_hash)).await
    }

    async fn session_expiry(&self, id: SessionId) -> Result<Option<Timestamp>, StoreError> {
        self.read(move |connection| sessions::expiry(connection, id)).await
    }

    async fn delete_session(&self, id: SessionId) -> Result<(), StoreError> {
        self.write(move |connection| sessions::delete(connection, id)).await
    }

    async fn ended_sessions(&self, ids: &[SessionId]) -> Result<Vec<SessionId>, StoreError> {
        let ids = ids.to_vec();
        self.read(move |connection| sessions::ended(connection, &ids)).await
    }

    async fn delete_expired_sessions(&self, now: Timestamp) -> Result<u64, StoreError> {
        self.write(move |connection| sessions::delete_expired(connection, now)).await
    }
}

#[async_trait]
impl ConversationStore for Embedded {
    async fn access(&self, user: UserId, conversation: ConversationId) -> Result<Option<Access>, StoreError> {
        self.read(move |connection| conversations::access(connection, user, conversation)).await
    }

    async fn search_channels(&self, prefix: &str, limit: u32) -> Result<Vec<Conversation>, StoreError> {
        let prefix = prefix.to_owned();
        self.read(move |connection| conversations::search_channels(connection, &prefix, limit)).await
    }
}

#[async_trait]
impl CommitStore for Embedded {
    async fn commit(&self, batch: Arc<[Change]>) -> Result<Vec<Result<Committed, Rejection>>, StoreError> {
        let has_erased = self.writer.has_erased();
        let outcomes = self
            .write(move |connection| {
                let outcomes = commit::commit(connection, &batch)?;
                if outcomes.iter().flatten().any(Committed::erases) {
                    has_erased.store(true, Ordering::Relaxed);
                }
                Ok(outcomes)
            })
            .await;
        self.commits.send_modify(|count| *count += 1);
        outcomes
    }
}

#[async_trait]
impl FeedStore for Embedded {
    async fn heads(&self, user: UserId) -> Result<Vec<Head>, StoreError> {
        self.read(move |connection| feeds::heads(connection, user)).await
    }

    async fn revs(&self, feeds: &[Feed]) -> Result<Vec<(Feed, Rev)>, StoreError> {
        let feeds = feeds.to_vec();
        self.read(move |connection| feeds::revs(connection, &feeds)).await
    }

    async fn presence_peers(&self, user: UserId) -> Result<Vec<UserId>, StoreError> {
        self.read(move |connection| feeds::presence_peers(connection, user)).await
    }

    async fn rows_since(&self, feed: Feed, rev: Rev, page: Page) -> Result<Option<FeedRows>, StoreError> {
        self.read(move |connection| feeds::rows_since(connection, feed, rev, page)).await
    }

    async fn load_user(&self, user: UserId) -> Result<FeedRows, StoreError> {
        self.read(move |connection| feeds::load_user(connection, user)).await
    }

    async fn load_conversations(&self, ids: &[ConversationId], extent: Extent) -> Result<Vec<FeedRows>, StoreError> {
        let ids = ids.to_vec();
        self.read(move |connection| feeds::load_conversations(connection, &ids, extent)).await
    }

    async fn messages_before(
        &self,
        conversation: ConversationId,
        seq: Seq,
        limit: u32,
    ) -> Result<Vec<Row>, StoreError> {
        self.read(move |connection| history::before(connection, conversation, seq, limit)).await
    }

    async fn chosen_messages(&self, conversation: ConversationId, choice: Choice) -> Result<Vec<Row>, StoreError> {
        self.read(move |connection| history::chosen(connection, conversation, &choice)).await
    }

    async fn members_after(
        &self,
        conversation: ConversationId,
        after: Option<UserId>,
        limit: u32,
    ) -> Result<Vec<Row>, StoreError> {
        self.read(move |connection| feeds::members_after(connection, conversation, after, limit)).await
    }
}

#[async_trait]
impl LogStore for Embedded {
    async fn register(&self, consumer: &str) -> Result<(), StoreError> {
        let consumer = consumer.to_owned();
        self.write(move |connection| log::register(connection, &consumer)).await
    }

    async fn unregister(&self, consumer: &str) -> Result<(), StoreError> {
        let consumer = consumer.to_owned();
        self.write(move |connection| log::unregister(connection, &consumer)).await
    }

    async fn lease(
        &self,
        consumer: &str,
        holder: NodeId,
        now: Timestamp,
        until: Timestamp,
    ) -> Result<bool, StoreError> {
        let consumer = consumer.to_owned();
        self.write(move |connection| log::lease(connection, &consumer, holder, now, until)).await
    }

    async fn entries(&self, consumer: &str, limit: u32, patience: Duration) -> Result<Vec<LogEntry>, LogError> {
        let deadline = Instant::now() + patience;
        let mut commits = self.commits.subscribe();
        loop {
            let name = consumer.to_owned();
            match self.read(move |connection| log::entries(connection, &name, limit)).await? {
                log::Entries::TooOld => return Err(LogError::TooOld),
                log::Entries::Found(entries) if !entries.is_empty() => return Ok(entries),
                log::Entries::Found(_) => {}
            }
            // The sender lives as long as the store.
            if !matches!(timeout_at(deadline, commits.changed()).await, Ok(Ok(()))) {
                return Ok(Vec::new());
            }
        }
    }

    async fn advance(&self, consumer: &str, holder: NodeId, position: &Position) -> Result<bool, StoreError> {
        let strange = || StoreError::Corrupt("a position of another store's log".to_owned());
        let (consumer, number) = (consumer.to_owned(), log::number_of(position).ok_or_else(strange)?);
        self.write(move |connection| log::advance(connection, &consumer, holder, number)).await
    }

    async fn log_end(&self) -> Result<Position, StoreError> {
        Ok(log::position_of(self.read(log::end).await?))
    }

    async fn consumers(&self) -> Result<Vec<ConsumerState>, StoreError> {
        self.read(log::consumers).await
    }
}

#[async_trait]
impl JobStore for Embedded {
    async fn due_jobs(&self, now: Timestamp, limit: u32) -> Result<Vec<JobId>, StoreError> {
        self.read(move |connection| jobs::due(connection, now, limit)).await
    }

    async fn next_due(&self) -> Result<Option<Timestamp>, StoreError> {
        self.read(jobs::next).await
    }
}

#[async_trait]
impl Monitor for Embedded {
    async fn ping(&self) -> Result<(), StoreError> {
        self.writer.expect_kept()?;
        self.read(|connection| connection.query_row("SELECT 1", [], |_| Ok(()))).await
    }

    fn supervisor(&self) -> Supervisor {
        self.supervisor.clone()
    }
}

/// One process has the file to itself: there are no other nodes.
impl Bus for Embedded {}
