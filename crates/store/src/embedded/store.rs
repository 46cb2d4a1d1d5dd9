//! The traits of `myna_chat::store`, each method as a job for the right thread.

use super::{Embedded, commit, conversations, feeds, history, sessions, users};
use async_trait::async_trait;
use myna_chat::Supervisor;
use myna_chat::store::{
    Access, Account, Bus, Change, Committed, ConversationStore, FeedStore, Head, NewSession, NewUser, Session,
    SessionStore, StoreError, UserStore,
};
use myna_protocol::{
    Conversation, ConversationId, Feed, FeedRows, Rejection, Rev, Row, Seq, SessionId, Timestamp, User, UserId,
};

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

    async fn users(&self, ids: &[UserId]) -> Result<Vec<User>, StoreError> {
        let ids = ids.to_vec();
        self.read(move |connection| users::by_ids(connection, &ids)).await
    }

    async fn search_users(&self, prefix: &str, limit: u32) -> Result<Vec<User>, StoreError> {
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
    async fn commit(&self, batch: Vec<Change>) -> Result<Vec<Result<Committed, Rejection>>, StoreError> {
        self.write(move |connection| commit::commit(connection, batch)).await
    }

    async fn access(&self, user: UserId, conversation: ConversationId) -> Result<Option<Access>, StoreError> {
        self.read(move |connection| conversations::access(connection, user, conversation)).await
    }

    async fn search_channels(&self, prefix: &str, limit: u32) -> Result<Vec<Conversation>, StoreError> {
        let prefix = prefix.to_owned();
        self.read(move |connection| conversations::search_channels(connection, &prefix, limit)).await
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

    async fn rows_since(&self, feed: Feed, rev: Rev, limit: u32) -> Result<Option<FeedRows>, StoreError> {
        self.read(move |connection| feeds::rows_since(connection, feed, rev, limit)).await
    }

    async fn load_user(&self, user: UserId) -> Result<FeedRows, StoreError> {
        self.read(move |connection| feeds::load_user(connection, user)).await
    }

    async fn load_conversations(&self, ids: &[ConversationId], messages: u32) -> Result<Vec<FeedRows>, StoreError> {
        let ids = ids.to_vec();
        self.read(move |connection| feeds::load_conversations(connection, &ids, messages)).await
    }

    async fn messages_before(
        &self,
        conversation: ConversationId,
        seq: Seq,
        limit: u32,
    ) -> Result<Vec<Row>, StoreError> {
        self.read(move |connection| history::before(connection, conversation, seq, limit)).await
    }

    async fn messages_after(&self, conversation: ConversationId, seq: Seq, limit: u32) -> Result<Vec<Row>, StoreError> {
        self.read(move |connection| history::after(connection, conversation, seq, limit)).await
    }

    async fn ping(&self) -> Result<(), StoreError> {
        self.writer.expect_kept()?;
        self.read(|connection| connection.query_row("SELECT 1", [], |_| Ok(()))).await
    }
}

/// One process has the file to itself: there is nobody to hear and nobody to tell.
impl Bus for Embedded {
    fn supervisor(&self) -> Supervisor {
        self.supervisor.clone()
    }
}
