//! Tells the people here who of those they know went, or came to another node.

use super::{LocalPresence, RemotePresence};
use crate::Hub;
use crate::each::each;
use crate::store::{EphemeralUpdate, NodeId, Store, StoreError};
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
    EphemeralUpdate(NodeId, EphemeralUpdate),
    /// Somebody is not here any more.
    Moved(UserId),
    /// These people know somebody new.
    SendPresence(Vec<UserId>),
}

/// Takes words for the presence_notifier.
#[derive(Clone)]
pub(crate) struct Words {
    queue: mpsc::Sender<Word>,
    remote_presence: Arc<RemotePresence>,
}

impl Words {
    /// Another node tells of its people.
    pub(crate) fn update(&self, from: NodeId, update: EphemeralUpdate) {
        self.put(Word::EphemeralUpdate(from, update));
    }

    /// Somebody is not here any more: unless they are on another node, those who know them are told.
    pub(crate) fn moved(&self, user: UserId) {
        self.put(Word::Moved(user));
    }

    /// These people came into a new conversation: they are told who of it is on another node.
    pub(crate) fn send_presence(&self, users: &[UserId]) {
        if !self.remote_presence.is_empty() {
            self.put(Word::SendPresence(users.to_vec()));
        }
    }

    fn put(&self, word: Word) {
        if self.queue.try_send(word).is_err() {
            tracing::debug!("more is told of other nodes' people than can be heard");
        }
    }
}

/// Listens to words. One runs in each process.
pub(crate) struct PresenceNotifier {
    crowd: Arc<Crowd>,
    words: mpsc::Receiver<Word>,
}

/// What is needed to tell somebody of somebody.
struct Crowd {
    store: Arc<dyn Store>,
    hub: Arc<Hub>,
    local_presence: Arc<LocalPresence>,
    remote_presence: Arc<RemotePresence>,
}

impl PresenceNotifier {
    pub(crate) fn new(
        store: Arc<dyn Store>,
        hub: Arc<Hub>,
        local_presence: Arc<LocalPresence>,
        remote_presence: Arc<RemotePresence>,
    ) -> (Self, Words) {
        let (queue, words) = mpsc::channel(QUEUE);
        let crowd = Arc::new(Crowd { store, hub, local_presence, remote_presence: remote_presence.clone() });
        (Self { crowd, words }, Words { queue, remote_presence })
    }

    /// Works until nobody is left who could say a word.
    pub(crate) async fn run(mut self) {
        let mut changed: HashSet<UserId> = HashSet::new();
        let mut again_at = None;
        loop {
            tokio::select! {
                word = self.words.recv() => match word {
                    Some(Word::EphemeralUpdate(node, update)) => {
                        changed.extend(self.crowd.remote_presence.hear(node, &update, Instant::now()));
                    }
                    Some(Word::Moved(user)) => {
                        changed.insert(user);
                    }
                    Some(Word::SendPresence(users)) => self.send_presence(users).await,
                    None => return,
                },
                () = until(self.crowd.remote_presence.next_lapse()) => {
                    changed.extend(self.crowd.remote_presence.lapse(Instant::now()));
                }
                () = until(again_at) => {}
            }
            changed = self.announce(changed).await;
            again_at = (!changed.is_empty()).then(|| Instant::now() + AGAIN);
        }
    }

    /// Tells the presence_peers of these people whether they are there; of whom the store could not say who that is.
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

    async fn send_presence(&self, users: Vec<UserId>) {
        let work = users.into_iter().map(|user| {
            let crowd = self.crowd.clone();
            async move { crowd.send_presence(user).await }
        });
        for error in each(work).await.into_iter().filter_map(Result::err) {
            tracing::debug!(%error, "people could not be introduced");
        }
    }
}

impl Crowd {
    /// Tells the people here who know this person whether they are there, unless they are here.
    async fn announce(&self, user: UserId) -> Result<(), StoreError> {
        if self.hub.is_deserted() || self.local_presence.is_here(user) {
            return Ok(());
        }
        let presence_peers = self.store.presence_peers(user).await?;
        let online = self.remote_presence.is_online(user);
        // Who came back here meanwhile has been announced.
        if self.local_presence.is_here(user) {
            return Ok(());
        }
        self.hub.tell(presence_peers, Signal::Presence { users: vec![user], online });
        Ok(())
    }

    /// Tells a person, if they are here, who of those they know is on another node.
    async fn send_presence(&self, user: UserId) -> Result<(), StoreError> {
        if !self.hub.is_online(user) {
            return Ok(());
        }
        let mut users = self.store.presence_peers(user).await?;
        users.retain(|other| self.remote_presence.is_online(*other));
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
