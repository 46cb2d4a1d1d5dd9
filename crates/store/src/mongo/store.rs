//! The traits of `myna_chat::store`, each method as a call.

use super::{Mongo, feeds, history};
use async_trait::async_trait;
use futures_util::FutureExt;
use mongodb::bson::doc;
use myna_chat::bus::{Bus, BusState, EphemeralUpdate, NodeId};
use myna_chat::health::{Circuit, Monitor};
use myna_chat::rules::{Change, Committed, JobId};
use myna_chat::store::{
    Access, Account, Choice, CommitStore, ConsumerState, ConversationStore, Extent, FeedStore, Head, JobStore,
    LogEntry, LogError, LogStore, NewSession, NewUser, Page, Position, Session, SessionStore, StoreError, UserStore,
};
use myna_chat::{ChangeNotices, Supervisor};
use myna_protocol::{
    Conversation, ConversationId, Feed, FeedRows, Person, Rejection, Rev, Row, Seq, SessionId, Timestamp, UserId,
};
use std::sync::Arc;
use std::time::Duration;

#[async_trait]
impl UserStore for Mongo {
    async fn create_user(&self, user: NewUser) -> Result<(), StoreError> {
        self.calls.call(|| self.insert_user(&user)).await
    }

    async fn account_by_name_key(&self, key: &str) -> Result<Option<Account>, StoreError> {
        self.calls.call(|| self.find_account(key)).await
    }

    async fn set_password_hash(&self, user: UserId, password_hash: &str) -> Result<(), StoreError> {
        self.calls.call(|| self.update_password_hash(user, password_hash)).await
    }

    async fn people(&self, ids: &[UserId]) -> Result<Vec<Person>, StoreError> {
        self.calls.call(|| self.find_people(ids)).await
    }

    async fn search_users(&self, prefix: &str, limit: u32) -> Result<Vec<Person>, StoreError> {
        self.calls.call(|| self.find_users_by_word(prefix, limit)).await
    }
}

#[async_trait]
impl SessionStore for Mongo {
    async fn create_session(&self, session: NewSession) -> Result<(), StoreError> {
        self.calls.call(|| self.insert_session(&session)).await
    }

    async fn session_by_token_hash(&self, token_hash: &[u8; 32]) -> Result<Option<Session>, StoreError> {
        self.calls.call(|| self.find_session(token_hash)).await
    }

    async fn session_expiry(&self, id: SessionId) -> Result<Option<Timestamp>, StoreError> {
        self.calls.call(|| self.find_session_expiry(id)).await
    }

    async fn delete_session(&self, id: SessionId) -> Result<(), StoreError> {
        self.calls.call(|| self.remove_session(id)).await
    }

    async fn ended_sessions(&self, ids: &[SessionId]) -> Result<Vec<SessionId>, StoreError> {
        self.calls.call(|| self.find_ended_sessions(ids)).await
    }

    async fn delete_expired_sessions(&self, now: Timestamp) -> Result<u64, StoreError> {
        self.calls.call(|| self.remove_expired_sessions(now)).await
    }
}

#[async_trait]
impl ConversationStore for Mongo {
    async fn access(&self, user: UserId, conversation: ConversationId) -> Result<Option<Access>, StoreError> {
        self.calls.call(|| self.find_access(user, conversation)).await
    }

    async fn search_channels(&self, prefix: &str, limit: u32) -> Result<Vec<Conversation>, StoreError> {
        self.calls.call(|| self.find_channels_by_word(prefix, limit)).await
    }
}

#[async_trait]
impl CommitStore for Mongo {
    async fn commit(&self, batch: Arc<[Change]>) -> Result<Vec<Result<Committed, Rejection>>, StoreError> {
        self.commit_all(&batch).await
    }
}

#[async_trait]
impl FeedStore for Mongo {
    async fn heads(&self, user: UserId) -> Result<Vec<Head>, StoreError> {
        self.ask(|reading| feeds::heads(reading, user).boxed()).await
    }

    async fn revs(&self, feeds: &[Feed]) -> Result<Vec<(Feed, Rev)>, StoreError> {
        self.read(|reading| feeds::revs(reading, feeds).boxed()).await
    }

    async fn presence_peers(&self, user: UserId) -> Result<Vec<UserId>, StoreError> {
        self.ask(|reading| feeds::presence_peers(reading, user).boxed()).await
    }

    async fn rows_since(&self, feed: Feed, rev: Rev, page: Page) -> Result<Option<FeedRows>, StoreError> {
        self.read(|reading| feeds::rows_since(reading, feed, rev, page).boxed()).await
    }

    async fn load_user(&self, user: UserId) -> Result<FeedRows, StoreError> {
        self.read(|reading| feeds::load_user(reading, user).boxed()).await
    }

    async fn load_conversations(&self, ids: &[ConversationId], extent: Extent) -> Result<Vec<FeedRows>, StoreError> {
        self.read(|reading| feeds::load_conversations(reading, ids, extent).boxed()).await
    }

    async fn messages_before(
        &self,
        conversation: ConversationId,
        seq: Seq,
        limit: u32,
    ) -> Result<Vec<Row>, StoreError> {
        self.read(|reading| history::before(reading, conversation, seq, limit).boxed()).await
    }

    async fn chosen_messages(&self, conversation: ConversationId, choice: Choice) -> Result<Vec<Row>, StoreError> {
        self.read(|reading| history::chosen(reading, conversation, choice.clone()).boxed()).await
    }

    async fn members_after(
        &self,
        conversation: ConversationId,
        after: Option<UserId>,
        limit: u32,
    ) -> Result<Vec<Row>, StoreError> {
        self.read(|reading| feeds::members_after(reading, conversation, after, limit).boxed()).await
    }
}

#[async_trait]
impl LogStore for Mongo {
    async fn register(&self, consumer: &str) -> Result<(), StoreError> {
        self.calls.call(|| self.add_consumer(consumer)).await
    }

    async fn unregister(&self, consumer: &str) -> Result<(), StoreError> {
        self.calls.call(|| self.remove_consumer(consumer)).await
    }

    async fn lease(
        &self,
        consumer: &str,
        holder: NodeId,
        now: Timestamp,
        until: Timestamp,
    ) -> Result<bool, StoreError> {
        self.calls.call(|| self.take_lease(consumer, holder, now, until)).await
    }

    async fn entries(&self, consumer: &str, limit: u32, patience: Duration) -> Result<Vec<LogEntry>, LogError> {
        self.entries_for(consumer, limit, patience).await
    }

    async fn advance(&self, consumer: &str, holder: NodeId, position: &Position) -> Result<bool, StoreError> {
        self.calls.call(|| self.move_consumer(consumer, holder, position)).await
    }

    async fn log_end(&self) -> Result<Position, StoreError> {
        self.calls.call(|| self.end_of_log()).await
    }

    async fn consumers(&self) -> Result<Vec<ConsumerState>, StoreError> {
        self.calls.call(|| self.find_consumers()).await
    }
}

#[async_trait]
impl JobStore for Mongo {
    async fn due_jobs(&self, now: Timestamp, limit: u32) -> Result<Vec<JobId>, StoreError> {
        self.calls.call(|| self.find_due_jobs(now, limit)).await
    }

    async fn next_due(&self) -> Result<Option<Timestamp>, StoreError> {
        self.calls.call(|| self.find_next_due()).await
    }
}

#[async_trait]
impl Monitor for Mongo {
    async fn ping(&self) -> Result<(), StoreError> {
        let ping = || async {
            self.database.run_command(doc! { "ping": 1 }).await?;
            Ok(())
        };
        self.calls.call(ping).await
    }

    fn circuit(&self) -> Circuit {
        self.calls.state()
    }

    fn supervisor(&self) -> Supervisor {
        self.tasks.supervisor.clone()
    }

    async fn close(&self) {
        self.leave().await;
    }
}

#[async_trait]
impl Bus for Mongo {
    fn listen(&self) -> Option<Arc<ChangeNotices>> {
        Some(self.listen_to_changes())
    }

    fn node(&self) -> Option<NodeId> {
        (!self.is_standalone).then_some(self.node.id)
    }

    async fn publish(&self, update: EphemeralUpdate) -> Result<(), StoreError> {
        self.insert_update(update).await
    }

    fn bus_state(&self) -> BusState {
        self.state_of_bus()
    }
}
