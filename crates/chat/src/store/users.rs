//! People and what proves who they are.

use super::StoreError;
use async_trait::async_trait;
use myna_protocol::{Name, Person, Timestamp, User, UserId};

/// A person about to be stored.
#[derive(Debug, Clone)]
pub struct NewUser {
    pub id: UserId,
    pub name: Name,
    /// A PHC string.
    pub password_hash: String,
    pub created_at: Timestamp,
}

/// A person with what proves them.
#[derive(Debug, Clone)]
pub struct Account {
    pub user: User,
    /// A PHC string.
    pub password_hash: String,
}

/// People.
#[async_trait]
pub trait UserStore: Send + Sync {
    /// Stores a person. `Conflict` when a person has a name with the same `Name::key`.
    async fn create_user(&self, user: NewUser) -> Result<(), StoreError>;

    /// The person whose name has this key (see `Name::key`).
    async fn account_by_name_key(&self, key: &str) -> Result<Option<Account>, StoreError>;

    /// Replaces the password's hash: after a sign-in, when the parameters have risen.
    async fn set_password_hash(&self, user: UserId, password_hash: &str) -> Result<(), StoreError>;

    /// Those of these people that exist, in no order.
    async fn people(&self, ids: &[UserId]) -> Result<Vec<Person>, StoreError>;

    /// People whose name, from one of its words on, begins with `prefix` (a `Name::search_key`; empty: everybody), by
    /// name key, at most `limit`.
    async fn search_users(&self, prefix: &str, limit: u32) -> Result<Vec<Person>, StoreError>;
}
