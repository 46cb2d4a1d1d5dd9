//! Loading and resuming: the same rows, whether they come first, live or late.

use crate::{Chat, Connection, Error};
use myna_protocol::limits::{PAGE_MESSAGES, RESYNC_ROWS};
use myna_protocol::{ConversationId, Feed, FeedRows, Rejection, ResetReason, Rev, Row, UserId};
use std::collections::BTreeMap;

/// Messages of a conversation that is loaded for the list only: its preview.
const SUMMARY_MESSAGES: u32 = 1;
/// Conversations loaded by one question to the store, so that none takes long.
const LOAD_CHUNK: usize = 64;

/// What brings one feed of a client up to date.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Catchup {
    Rows(FeedRows),
    /// The client must forget what it holds of the feed; these rows are from 0.
    Reset(ResetReason, FeedRows),
}

impl Chat {
    /// Lets the connection listen to all its person's feeds, then says what it lacks. Listening comes first, so that
    /// what is committed meanwhile is told twice rather than never.
    pub async fn catch_up(
        &self,
        connection: &Connection,
        cursors: &BTreeMap<Feed, Rev>,
    ) -> Result<Vec<Catchup>, Error> {
        self.hub().follow(connection, &self.inner().store.heads(connection.user()).await?);
        // What was committed between the question above and the listening was notified for nobody: how far the feeds have
        // come is asked once more. Into a conversation that is new by now its own commit let the connection in, or its
        // notice will.
        let heads = self.inner().store.heads(connection.user()).await?;
        let mut answers = Vec::new();
        let mut unknown = Vec::new();
        for head in heads {
            match (cursors.get(&head.feed), head.feed) {
                (Some(cursor), _) if *cursor == head.rev => {}
                (Some(cursor), feed) => answers.push(self.rows_or_reset(feed, *cursor, head.rev).await?),
                (None, Feed::User(user)) => answers.push(Catchup::Rows(self.inner().store.load_user(user).await?)),
                (None, Feed::Conversation(conversation)) => unknown.push(conversation),
            }
        }
        for chunk in unknown.chunks(LOAD_CHUNK) {
            let loaded = self.inner().store.load_conversations(chunk, SUMMARY_MESSAGES).await?;
            answers.extend(loaded.into_iter().map(Catchup::Rows));
        }
        Ok(answers)
    }

    /// What changed in one feed after `rev`. `NotFound` when the feed is not the person's to see.
    pub async fn resync(&self, user: UserId, feed: Feed, rev: Rev) -> Result<Catchup, Error> {
        match feed {
            Feed::User(id) if id == user => {}
            Feed::User(_) => return Err(Rejection::NotFound.into()),
            Feed::Conversation(conversation) => {
                self.member(user, conversation).await?;
            }
        }
        self.rows_or_reset(feed, rev, Rev::MAX).await
    }

    async fn rows_or_reset(&self, feed: Feed, cursor: Rev, head: Rev) -> Result<Catchup, Error> {
        let store = &self.inner().store;
        if let Some(rows) = store.rows_since(feed, cursor, RESYNC_ROWS).await? {
            return Ok(Catchup::Rows(rows));
        }
        let fresh = match feed {
            Feed::User(user) => store.load_user(user).await?,
            Feed::Conversation(id) => {
                store.load_conversations(&[id], PAGE_MESSAGES).await?.pop().ok_or(Rejection::NotFound)?
            }
        };
        let reason = if cursor > head.min(fresh.rev) { ResetReason::UnknownCursor } else { ResetReason::TooFarBehind };
        Ok(Catchup::Reset(reason, fresh))
    }

    /// Everything a page shows at first: the person's own feed, every conversation with its newest message, and the
    /// open one with a page of them.
    pub async fn snapshot(&self, user: UserId, open: Option<ConversationId>) -> Result<Vec<FeedRows>, Error> {
        let store = &self.inner().store;
        let own = store.load_user(user).await?;
        let mut ids: Vec<ConversationId> = own.rows.iter().filter_map(joined).collect();
        let open = open.filter(|id| ids.contains(id));
        ids.retain(|id| Some(*id) != open);
        let mut feeds = vec![own];
        for chunk in ids.chunks(LOAD_CHUNK) {
            feeds.extend(store.load_conversations(chunk, SUMMARY_MESSAGES).await?);
        }
        if let Some(open) = open {
            feeds.extend(store.load_conversations(&[open], PAGE_MESSAGES).await?);
        }
        Ok(feeds)
    }
}

fn joined(row: &Row) -> Option<ConversationId> {
    match row {
        Row::Membership(membership) if membership.joined => Some(membership.conversation),
        Row::Membership(_) | Row::Conversation(_) | Row::Member(_) | Row::Message(_) => None,
    }
}
