//! Loading and resuming: the same rows, whether they come first, live or late. Every answer is bounded, and a large one is
//! given feed by feed, so that a slow reader holds one feed's rows and no more.

use crate::store::{Extent, Head, MAX_ROWS, Store};
use crate::weight::weight;
use crate::{Chat, Connection, Error};
use myna_protocol::limits::{ANSWER_BYTES, LIST_CONVERSATIONS, LOADED_MEMBERS, PAGE_MESSAGES, SUMMARY_MEMBERS};
use myna_protocol::{ConversationId, Feed, FeedRows, ListPosition, Rejection, ResetReason, Rev, Row, UserId};
use std::cmp::Reverse;
use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

/// A conversation of the list: its newest message, and enough members for its title.
const SUMMARY: Extent = Extent { messages: 1, members: SUMMARY_MEMBERS };
/// A conversation that is opened.
const OPENED: Extent = Extent { messages: PAGE_MESSAGES, members: LOADED_MEMBERS };
/// Conversations that one call to the store loads, so that none takes long and none answers much.
const LOAD_CHUNK: usize = 16;

/// What brings one feed of a client up to date.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Caught {
    Rows(FeedRows),
    /// The client must forget what it holds of the feed; these rows are from 0.
    Reset(ResetReason, FeedRows),
}

impl Caught {
    pub fn feed(&self) -> Feed {
        match self {
            Self::Rows(rows) | Self::Reset(_, rows) => rows.feed,
        }
    }
}

/// Everything a page shows first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snapshot {
    pub feeds: Vec<FeedRows>,
    /// Where the list of conversations goes on.
    pub next: Option<ListPosition>,
}

/// What a client lacks, feed by feed.
pub struct CatchUp {
    store: Arc<dyn Store>,
    steps: VecDeque<Step>,
    list: List,
}

enum Step {
    /// The rows of a feed after the client's cursor; the feed has come to this head.
    Since(Feed, Rev, Rev),
    /// All of the person's own feed.
    Own(UserId),
    /// The server's feed, of which a new client needs only the rev, and its own person.
    Server(Rev, UserId),
}

impl CatchUp {
    /// The next feed; `None` when that was all.
    pub async fn next(&mut self) -> Option<Result<Caught, Error>> {
        match self.steps.pop_front() {
            Some(step) => Some(self.step(step).await),
            None => self.list.next(&*self.store).await.map(|rows| rows.map(Caught::Rows)),
        }
    }

    /// Where the list of conversations goes on, once `next` has given all.
    pub fn list_position(&self) -> Option<ListPosition> {
        self.list.position
    }

    async fn step(&self, step: Step) -> Result<Caught, Error> {
        match step {
            Step::Since(feed, cursor, head) => rows_or_reset(&*self.store, feed, cursor, head).await,
            Step::Own(user) => Ok(Caught::Rows(self.store.load_user(user).await?)),
            Step::Server(rev, user) => Ok(Caught::Rows(server_feed(&*self.store, rev, user).await?)),
        }
    }
}

/// Conversations of a person's list, as far as one answer brings them.
struct List {
    /// What is still to be loaded, each with whether the client has it already.
    waiting: VecDeque<(ListPosition, bool)>,
    loaded: VecDeque<FeedRows>,
    bytes: usize,
    /// The list is complete down to here; `None` when it is complete.
    position: Option<ListPosition>,
}

impl List {
    /// The conversations after this position, at most `limit`, the most recently active first. Those that the client has
    /// are not loaded.
    fn new(heads: &[Head], after: Option<ListPosition>, limit: u32, has: impl Fn(ConversationId) -> bool) -> Self {
        let mut all: Vec<ListPosition> = heads.iter().filter_map(position).collect();
        all.sort_unstable_by_key(|position| Reverse(*position));
        all.retain(|position| after.is_none_or(|after| *position < after));
        let is_rest = all.len() > limit as usize;
        all.truncate(limit as usize);
        let position = all.last().copied().filter(|_| is_rest);
        let waiting = all.into_iter().map(|position| (position, has(position.conversation))).collect();
        Self { waiting, loaded: VecDeque::new(), bytes: 0, position }
    }

    async fn next(&mut self, store: &dyn Store) -> Option<Result<FeedRows, Error>> {
        while self.loaded.is_empty() {
            let mut last = None;
            let mut ids = Vec::new();
            while ids.len() < LOAD_CHUNK
                && let Some((position, has)) = self.waiting.pop_front()
            {
                last = Some(position);
                if !has {
                    ids.push(position.conversation);
                }
            }
            if ids.is_empty() {
                return None;
            }
            match store.load_conversations(&ids, SUMMARY).await {
                Ok(feeds) => self.loaded.extend(feeds),
                Err(error) => return Some(Err(error.into())),
            }
            self.bytes += self.loaded.iter().map(weight).sum::<usize>();
            if self.bytes > ANSWER_BYTES && !self.waiting.is_empty() {
                self.waiting.clear();
                self.position = last;
            }
        }
        self.loaded.pop_front().map(Ok)
    }
}

/// A conversation's place in its members' lists.
fn position(head: &Head) -> Option<ListPosition> {
    match head.feed {
        Feed::Conversation(conversation) => Some(ListPosition { active_at: head.active_at, conversation }),
        Feed::Server | Feed::User(_) => None,
    }
}

impl Chat {
    /// Subscribes the connection to all its person's feeds, then says what it lacks. It subscribes first, so that a commit in
    /// between arrives twice rather than never.
    pub async fn catch_up(&self, connection: &Connection, cursors: &BTreeMap<Feed, Rev>) -> Result<CatchUp, Error> {
        let store = &self.inner().store;
        self.hub().follow(connection, &store.heads(connection.user()).await?);
        // A commit between the question above and the subscription reached no one here: ask once more how far the feeds have
        // come. A conversation that is new by now subscribed the connection by its own commit, or its notice will.
        let heads = store.heads(connection.user()).await?;
        let mut steps = VecDeque::new();
        for head in &heads {
            match (cursors.get(&head.feed), head.feed) {
                (Some(cursor), _) if *cursor == head.rev => {}
                (Some(cursor), feed) => steps.push_back(Step::Since(feed, *cursor, head.rev)),
                (None, Feed::User(user)) => steps.push_back(Step::Own(user)),
                (None, Feed::Server) => steps.push_back(Step::Server(head.rev, connection.user())),
                (None, Feed::Conversation(_)) => {}
            }
        }
        let has = |id| cursors.contains_key(&Feed::Conversation(id));
        let list = List::new(&heads, None, LIST_CONVERSATIONS, has);
        Ok(CatchUp { store: store.clone(), steps, list })
    }

    /// The conversations of a person's list after this position.
    pub async fn list(&self, user: UserId, after: Option<ListPosition>, limit: u32) -> Result<CatchUp, Error> {
        let store = &self.inner().store;
        let heads = store.heads(user).await?;
        let list = List::new(&heads, after, limit.clamp(1, LIST_CONVERSATIONS), |_| false);
        Ok(CatchUp { store: store.clone(), steps: VecDeque::new(), list })
    }

    /// What changed in one feed after `rev`. `NotFound` when the person may not see the feed.
    pub async fn resync(&self, user: UserId, feed: Feed, rev: Rev) -> Result<Caught, Error> {
        match feed {
            Feed::User(id) if id == user => {}
            Feed::User(_) => return Err(Rejection::NotFound.into()),
            Feed::Server => {}
            Feed::Conversation(conversation) => {
                self.member(user, conversation).await?;
            }
        }
        rows_or_reset(&*self.inner().store, feed, rev, Rev::MAX).await
    }

    /// Everything a page shows first: the person's own feed, the newest conversations of their list, and the open one with a
    /// page of its messages.
    pub async fn snapshot(&self, user: UserId, open: Option<ConversationId>) -> Result<Snapshot, Error> {
        let store = &self.inner().store;
        let heads = store.heads(user).await?;
        let server = heads.iter().find(|head| head.feed == Feed::Server).map_or(0, |head| head.rev);
        let mut feeds = vec![server_feed(&**store, server, user).await?];
        feeds.push(store.load_user(user).await?);
        let is_in = |id: &ConversationId| heads.iter().any(|head| head.feed == Feed::Conversation(*id));
        let open = open.filter(is_in);
        let mut list = List::new(&heads, None, LIST_CONVERSATIONS, |id| Some(id) == open);
        while let Some(rows) = list.next(&**store).await {
            feeds.push(rows?);
        }
        if let Some(open) = open {
            feeds.extend(store.load_conversations(&[open], OPENED).await?);
        }
        Ok(Snapshot { feeds, next: list.position })
    }
}

/// The server's feed for a client that is new: other people come with the conversations they are in.
async fn server_feed(store: &dyn Store, rev: Rev, user: UserId) -> Result<FeedRows, Error> {
    let rows = store.people(&[user]).await?.into_iter().map(Row::Person).collect();
    Ok(FeedRows { feed: Feed::Server, from: 0, rev, rows })
}

/// Readers who hold the feed up to where the rows begin have the text of each message of which only the replies were counted since:
/// they get the count alone.
pub(crate) fn without_known_texts(mut rows: FeedRows) -> FeedRows {
    for row in &mut rows.rows {
        if let Row::Message(message) = row
            && let Some(thread) = message.thread_since(rows.from)
        {
            *row = Row::Thread(thread);
        }
    }
    rows
}

async fn rows_or_reset(store: &dyn Store, feed: Feed, cursor: Rev, head: Rev) -> Result<Caught, Error> {
    if let Some(rows) = store.rows_since(feed, cursor, MAX_ROWS).await? {
        return Ok(Caught::Rows(without_known_texts(rows)));
    }
    let fresh = match feed {
        Feed::User(user) => store.load_user(user).await?,
        Feed::Server => {
            let rev = store.revs(&[feed]).await?.first().map_or(0, |(_, rev)| *rev);
            FeedRows { feed, from: 0, rev, rows: Vec::new() }
        }
        Feed::Conversation(id) => store.load_conversations(&[id], OPENED).await?.pop().ok_or(Rejection::NotFound)?,
    };
    let reason = if cursor > head.min(fresh.rev) { ResetReason::UnknownCursor } else { ResetReason::TooFarBehind };
    Ok(Caught::Reset(reason, fresh))
}
