//! Reads what a feed lacks here, lets people in and out as it says, and publishes it.

use crate::Hub;
use crate::feeds::without_known_texts;
use crate::hub::Delivered;
use crate::lock;
use crate::store::{MAX_ROWS, Page, Store, StoreError};
use myna_protocol::{ConversationId, Feed, FeedRows, Membership, Rev, Row, UserId};
use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex};

/// A conversation that somebody here came into is delivered whole when it has at most so many rows: a new one, mostly. Of any
/// other the newest row is delivered, and clients load what they show.
const FIRST_ROWS: Page = Page { rows: 192, ..MAX_ROWS };

/// Brings feeds up to date.
pub(super) struct Reader {
    store: Arc<dyn Store>,
    hub: Arc<Hub>,
    /// Who came into which conversations, and has not been introduced yet.
    came: Mutex<HashMap<ConversationId, HashSet<UserId>>>,
}

impl Reader {
    pub(super) fn new(store: Arc<dyn Store>, hub: Arc<Hub>) -> Self {
        Self { store, hub, came: Mutex::default() }
    }

    /// Who came into which conversations since the last time.
    pub(super) fn take_came(&self) -> HashMap<ConversationId, HashSet<UserId>> {
        std::mem::take(&mut lock(&self.came))
    }

    /// Tells the listeners of a feed what they lack up to `rev`; false when the store does not know that much yet.
    pub(super) async fn bring(&self, feed: Feed, rev: Rev) -> Result<bool, StoreError> {
        let since = match self.hub.delivered(feed) {
            Delivered::ToNobody => return Ok(true),
            Delivered::UpTo(delivered_rev) if delivered_rev >= rev => return Ok(true),
            Delivered::UpTo(delivered_rev) => delivered_rev,
            Delivered::Unknown => rev.saturating_sub(1),
        };
        let Some(rows) = self.store.rows_since(feed, since, MAX_ROWS).await? else {
            return self.give_up(feed, since, rev).await;
        };
        let (reached, rows) = (rows.rev >= rev, without_known_texts(rows));
        match feed {
            Feed::User(user) => self.publish_own(user, rows).await?,
            Feed::Conversation(id) => self.publish_shared(id, rows).await?,
            Feed::Server => self.hub.publish(rows),
        }
        Ok(reached)
    }

    /// There are no rows since then, or too many.
    async fn give_up(&self, feed: Feed, since: Rev, rev: Rev) -> Result<bool, StoreError> {
        match self.head(feed).await? {
            Some(head) if head > since => {
                self.hub.skip(feed, head);
                Ok(head >= rev)
            }
            // An answer older than the notice.
            Some(_) => Ok(false),
            None => Ok(true),
        }
    }

    /// Delivery is authorised: who left, as these rows of their own feed say, is out before anything else is delivered, and who
    /// came in hears the conversation first, as on the node where they did.
    async fn publish_own(&self, user: UserId, rows: FeedRows) -> Result<(), StoreError> {
        for row in &rows.rows {
            let Row::Membership(row) = row else { continue };
            if !row.joined {
                self.hub.unsubscribe(user, row.conversation, row.rev);
            } else if !self.hub.listens_everywhere(user, row.conversation) {
                self.subscribe(user, row).await?;
            }
        }
        self.hub.publish(rows);
        Ok(())
    }

    async fn subscribe(&self, user: UserId, row: &Membership) -> Result<(), StoreError> {
        let id = row.conversation;
        // Who has left again meanwhile stays outside.
        let Some(access) = self.store.access(user, id).await? else { return Ok(()) };
        let Some(first) = self.first_rows(id).await? else { return Ok(()) };
        self.hub.subscribe(user, id, row.rev, access.receipts, &first);
        self.publish_shared(id, first).await?;
        let mut came = lock(&self.came);
        came.entry(id).or_default().insert(user);
        Ok(())
    }

    /// What somebody who came into a conversation is delivered of it.
    async fn first_rows(&self, id: ConversationId) -> Result<Option<FeedRows>, StoreError> {
        let feed = Feed::Conversation(id);
        if let Some(rows) = self.store.rows_since(feed, 0, FIRST_ROWS).await? {
            return Ok(Some(rows));
        }
        let Some(head) = self.head(feed).await? else { return Ok(None) };
        self.store.rows_since(feed, head.saturating_sub(1), MAX_ROWS).await
    }

    /// Rows of a conversation also say who left. The notice of that person's own feed may come later than this one: before
    /// they could hear what is no longer theirs, the store is asked where they are.
    async fn publish_shared(&self, id: ConversationId, rows: FeedRows) -> Result<(), StoreError> {
        for row in &rows.rows {
            if let Row::Member(member) = row
                && member.left_seq.is_some()
                && self.hub.listens(member.user, id)
            {
                self.check(member.user, id).await?;
            }
        }
        self.hub.publish(rows);
        Ok(())
    }

    async fn check(&self, user: UserId, id: ConversationId) -> Result<(), StoreError> {
        let heads = self.store.heads(user).await?;
        if !heads.iter().any(|head| head.feed == Feed::Conversation(id)) {
            let own = heads.iter().find(|head| head.feed == Feed::User(user));
            self.hub.unsubscribe(user, id, own.map_or(Rev::MAX, |head| head.rev));
        }
        Ok(())
    }

    async fn head(&self, feed: Feed) -> Result<Option<Rev>, StoreError> {
        Ok(self.store.revs(&[feed]).await?.into_iter().find(|(of, _)| *of == feed).map(|(_, rev)| rev))
    }
}
