//! Finding conversations, and who is in them.

use super::StoreError;
use async_trait::async_trait;
use myna_protocol::{Conversation, ConversationId, UserId};

/// That a person is in a conversation, and what of it matters to others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Access {
    /// Whether members see how far the others have read, and who is online.
    pub receipts: bool,
}

/// Conversations.
#[async_trait]
pub trait ConversationStore: Send + Sync {
    /// What a person may see of the conversation; `None` when they are not in it now.
    async fn access(&self, user: UserId, conversation: ConversationId) -> Result<Option<Access>, StoreError>;

    /// Public channels with a name of which some word begins with `prefix` (a `Name::search_key`; empty: all), by name key,
    /// at most `limit`.
    async fn search_channels(&self, prefix: &str, limit: u32) -> Result<Vec<Conversation>, StoreError>;
}
