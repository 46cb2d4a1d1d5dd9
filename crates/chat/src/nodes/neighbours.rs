//! Tells the people here who of those they know went, or came to another node.

use super::{Elsewhere, Tidings, each};
use crate::Hub;
use crate::store::{News, NodeId, Store, StoreError};
use myna_protocol::{Signal, UserId};
use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep_until};

/// Words that may wait. One more is lost: it will be told again.
const QUEUE: usize = 1_024;
/// When people are told whom the store could not say to tell.
const AGAIN: Duration = Duration::from_secs(1);

/// Something to be done about who is where.
enum Word {
    /// Another node tells of its people.
    News(NodeId, News),
    /// Somebody is not here any more.
    Moved(UserId),
    /// These people know somebody new.
    Introduced(Vec<UserId>),
}

/// Takes words for the neighbours.
#[derive(Clone)]
pub(crate) struct Words {
    queue: mpsc::Sender<Word>,
    elsewhere: Arc<Elsewhere>,
}

impl Words {
    /// Another node tells of its people.
    pub(crate) fn news(&self, from: NodeId, news: News) {
        self.put(Word::News(from, news));
    }

    /// Somebody is not here any more: unless they are on another node, those who know them are told.
    pub(crate) fn moved(&self, user: UserId) {
        self.put(Word::Moved(user));
    }

    /// These people came into a new conversation: they are told who of it is on another node.
    pub(crate) fn introduce(&self, users: &[UserId]) {
        if !self.elsewhere.is_empty() {
            self.put(Word::Introduced(users.to_vec()));
        }
    }

    fn put(&self, word: Word) {
        if self.queue.try_send(word).is_err() {
            tracing::debug!("more is told of other nodes' people than can be heard");
        }
    }
}

/// Listens to words. One runs in each process.
pub(crate) struct Neighbours {
    crowd: Arc<Crowd>,
    words: mpsc::Receiver<Word>,
}

/// What is needed to tell somebody of somebody.
struct Crowd {
    store: Arc<dyn Store>,
    hub: Arc<Hub>,
    tidings: Arc<Tidings>,
    elsewhere: Arc<Elsewhere>,
}

impl Neighbours {
    pub(crate) fn new(
        store: Arc<dyn Store>,
        hub: Arc<Hub>,
        tidings: Arc<Tidings>,
        elsewhere: Arc<Elsewhere>,
    ) -> (Self, Words) {
        let (queue, words) = mpsc::channel(QUEUE);
        let crowd = Arc::new(Crowd { store, hub, tidings, elsewhere: elsewhere.clone() });
        (Self { crowd, words }, Words { queue, elsewhere })
    }

    /// Works until nobody is left who could say a word.
    pub(crate) async fn run(mut self) {
        let mut changed: HashSet<UserId> = HashSet::new();
        let mut again_at = None;
        loop {
            tokio::select! {
                word = self.words.recv() => match word {
                    Some(Word::News(node, news)) => {
                        changed.extend(self.crowd.elsewhere.hear(node, &news, Instant::now()));
                    }
                    Some(Word::Moved(user)) => {
                        changed.insert(user);
                    }
                    Some(Word::Introduced(users)) => self.introduce(users).await,
                    None => return,
                },
                () = until(self.crowd.elsewhere.next_lapse()) => {
                    changed.extend(self.crowd.elsewhere.lapse(Instant::now()));
                }
                () = until(again_at) => {}
            }
            changed = self.announce(changed).await;
            again_at = (!changed.is_empty()).then(|| Instant::now() + AGAIN);
        }
    }

    /// Tells the acquaintances of these people whether they are there; of whom the store could not say who that is.
    async fn announce(&self, users: HashSet<UserId>) -> HashSet<UserId> {
        let work = users.into_iter().map(|user| {
            let crowd = self.crowd.clone();
            async move { crowd.announce(user).await.map_err(|error| (user, error)) }
        });
        let failed = each(work).await.into_iter().filter_map(Result::err);
        failed
            .map(|(user, error)| {
                tracing::debug!(%error, "people could not be told who is there");
                user
            })
            .collect()
    }

    async fn introduce(&self, users: Vec<UserId>) {
        let work = users.into_iter().map(|user| {
            let crowd = self.crowd.clone();
            async move { crowd.introduce(user).await }
        });
        for error in each(work).await.into_iter().filter_map(Result::err) {
            tracing::debug!(%error, "people could not be introduced");
        }
    }
}

impl Crowd {
    /// Tells the people here who know this person whether they are there, unless they are here.
    async fn announce(&self, user: UserId) -> Result<(), StoreError> {
        if self.hub.is_deserted() || self.tidings.is_here(user) {
            return Ok(());
        }
        let acquaintances = self.store.acquaintances(user).await?;
        let online = self.elsewhere.is_online(user);
        // Who came back here meanwhile has been announced.
        if self.tidings.is_here(user) {
            return Ok(());
        }
        self.hub.tell(acquaintances, Signal::Presence { users: vec![user], online });
        Ok(())
    }

    /// Tells a person, if they are here, who of those they know is on another node.
    async fn introduce(&self, user: UserId) -> Result<(), StoreError> {
        if !self.hub.is_online(user) {
            return Ok(());
        }
        let mut users = self.store.acquaintances(user).await?;
        users.retain(|other| self.elsewhere.is_online(*other));
        if !users.is_empty() {
            self.hub.tell([user], Signal::Presence { users, online: true });
        }
        Ok(())
    }
}

/// Waits until this moment, or for ever.
async fn until(moment: Option<Instant>) {
    match moment {
        Some(moment) => sleep_until(moment).await,
        None => std::future::pending().await,
    }
}
