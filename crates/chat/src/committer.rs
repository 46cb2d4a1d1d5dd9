//! The one writer of a process: takes the changes that wait, commits them together, and publishes them in order.

mod event_batch;

use crate::presence::PresenceQueue;
use crate::rules::{Change, Committed};
use crate::store::{Store, StoreError};
use crate::{Error, Hub};
use event_batch::EventBatch;
use myna_protocol::{ConversationId, Feed, Rejection, Rev, Row, UserId};
use std::collections::HashMap;
use std::sync::Arc;
use tokio::sync::{Notify, mpsc, oneshot};

/// Changes in one commit, at most. While one group is being flushed to disk, the next one gathers.
const GROUP: usize = 256;
/// Bytes of text in one commit, about: its broadcasts have to fit into the queues of readers who keep up.
const GROUP_BYTES: usize = 256 * 1024;
/// Changes that may wait before callers have to wait.
const QUEUE: usize = 1_024;

type Answer = Result<Committed, Error>;

struct Job {
    change: Change,
    answer: oneshot::Sender<Answer>,
}

/// Takes changes for the committer.
#[derive(Clone)]
pub(crate) struct Commits(mpsc::Sender<Job>);

/// A change on its way: in the queue, in the order in which it was handed in.
#[must_use]
pub struct Pending(oneshot::Receiver<Answer>);

impl Pending {
    /// Waits until the change is durable, or refused.
    pub async fn committed(self) -> Answer {
        self.0.await.unwrap_or(Err(Error::Stopping))
    }

    /// Waits until the change is durable, or refused; the conversation that it was about.
    pub async fn conversation(self) -> Result<ConversationId, Error> {
        let missing = || StoreError::Corrupt("a change of a conversation answered none".to_owned());
        Ok(self.committed().await?.conversation.ok_or_else(missing)?)
    }
}

impl Commits {
    /// Hands a change in. Waits while the queue is full.
    pub(crate) async fn hand_in(&self, change: Change) -> Result<Pending, Error> {
        let (answer, pending) = oneshot::channel();
        self.0.send(Job { change, answer }).await.map_err(|_| Error::Stopping)?;
        Ok(Pending(pending))
    }
}

/// Commits and publishes. One runs in each process.
pub(crate) struct Committer {
    store: Arc<dyn Store>,
    hub: Arc<Hub>,
    presence_queue: Arc<PresenceQueue>,
    queue: mpsc::Receiver<Job>,
    /// Wakes the worker of due jobs.
    stored_job: Arc<Notify>,
}

impl Committer {
    pub(crate) fn new(
        store: Arc<dyn Store>,
        hub: Arc<Hub>,
        presence_queue: Arc<PresenceQueue>,
        stored_job: Arc<Notify>,
    ) -> (Self, Commits) {
        let (sender, queue) = mpsc::channel(QUEUE);
        (Self { store, hub, presence_queue, queue, stored_job }, Commits(sender))
    }

    /// Works until no one is left who could hand in a change.
    pub(crate) async fn run(mut self) {
        let mut jobs = Vec::with_capacity(GROUP);
        while self.queue.recv_many(&mut jobs, GROUP).await > 0 {
            while !jobs.is_empty() {
                let group = jobs.drain(..first_group(&jobs)).map(|job| (job.change, job.answer)).unzip();
                self.commit(group).await;
            }
        }
    }

    async fn commit(&self, (changes, answers): (Vec<Change>, Vec<oneshot::Sender<Answer>>)) {
        let changes: Arc<[Change]> = changes.into();
        let _turn = self.hub.turn().await;
        match self.store.commit(changes.clone()).await {
            // One of them may meet a corrupt row: that is no reason to refuse the others.
            Err(error) if answers.len() > 1 && !matches!(error, StoreError::Unavailable(_)) => {
                tracing::error!(%error, changes = answers.len(), "a group of changes is committed one by one");
                for (change, answer) in changes.iter().zip(answers) {
                    let outcomes = self.store.commit(Arc::from([change.clone()])).await;
                    self.answer(outcomes, vec![answer]);
                }
            }
            outcomes => self.answer(outcomes, answers),
        }
    }

    fn answer(
        &self,
        outcomes: Result<Vec<Result<Committed, Rejection>>, StoreError>,
        answers: Vec<oneshot::Sender<Answer>>,
    ) {
        match outcomes {
            Ok(outcomes) => {
                let mut batch = EventBatch::default();
                let publish = |outcome: Result<Committed, _>| match outcome {
                    Ok(committed) => Ok(self.publish(committed, &mut batch)),
                    Err(rejection) => Err(Error::Rejected(rejection)),
                };
                let outcomes: Vec<Answer> = outcomes.into_iter().map(publish).collect();
                self.publish_batch(&mut batch);
                for (outcome, answer) in outcomes.into_iter().zip(answers) {
                    // The caller may be gone; what was committed stays.
                    let _ = answer.send(outcome);
                }
            }
            Err(error) => {
                tracing::error!(%error, changes = answers.len(), "a group of changes was not committed");
                for answer in answers {
                    let _ = answer.send(Err(Error::Store(StoreError::Unavailable(error.to_string()))));
                }
            }
        }
    }

    fn publish_batch(&self, batch: &mut EventBatch) {
        for rows in batch.take() {
            self.hub.publish(rows);
        }
    }

    /// Delivery follows membership: people who left get nothing of this change in the conversation, people who joined do. A
    /// change of no membership goes into the batch.
    fn publish(&self, mut committed: Committed, batch: &mut EventBatch) -> Committed {
        let events = std::mem::take(&mut committed.events);
        if committed.has_jobs {
            self.stored_job.notify_one();
        }
        let moved = !committed.joined.is_empty() || !committed.left.is_empty();
        let Some(id) = committed.conversation.filter(|_| moved) else {
            events.into_iter().for_each(|event| batch.add(event));
            return committed;
        };
        // Earlier commits go to those who were members then.
        self.publish_batch(batch);
        let own: HashMap<UserId, Rev> = events
            .iter()
            .filter_map(|event| match event.feed {
                Feed::User(user) => Some((user, event.rev)),
                Feed::Conversation(_) | Feed::Server => None,
            })
            .collect();
        for user in &committed.left {
            self.hub.unsubscribe(*user, id, own.get(user).copied().unwrap_or(Rev::MAX));
        }
        let shared = events.iter().find(|event| event.feed == Feed::Conversation(id));
        if let Some(first) = shared.filter(|_| !committed.joined.is_empty()) {
            let presence = first.rows.iter().any(|row| matches!(row, Row::Conversation(row) if row.receipts));
            for user in &committed.joined {
                self.hub.subscribe(*user, id, own.get(user).copied().unwrap_or(0), presence, first);
            }
        }
        for event in events {
            self.hub.publish(event);
        }
        if !committed.joined.is_empty() {
            self.hub.send_presence(id);
            self.presence_queue.send_presence(committed.joined.iter().copied());
        }
        committed
    }
}

/// How many of these changes, of which there are some, go into one commit.
fn first_group(jobs: &[Job]) -> usize {
    let mut bytes = 0;
    let fits = |job: &&Job| {
        bytes += job.change.weight();
        bytes <= GROUP_BYTES
    };
    jobs.iter().take_while(fits).count().max(1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hub::QUEUE_BYTES;
    use crate::rules::Verb;
    use myna_protocol::{ClientId, ConversationId, Text, Timestamp};

    fn job(length: usize) -> Job {
        let verb = Verb::Send {
            conversation: ConversationId::from_bytes([1; 16]),
            client_id: ClientId::from_bytes([3; 16]),
            text: Text::parse(&"x".repeat(length)).expect("it is a text"),
            reply_to: None,
        };
        Job { change: verb.by(UserId::from_bytes([2; 16]), Timestamp(0)), answer: oneshot::channel().0 }
    }

    #[test]
    fn the_broadcasts_of_one_commit_fit_into_the_queue_of_a_reader_who_keeps_up() {
        let jobs: Vec<Job> = (0..GROUP).map(|_| job(8_000)).collect();
        let count = first_group(&jobs);
        assert!(count > 1 && count < GROUP, "{count}");
        assert!(count * (8_000 + 256) <= QUEUE_BYTES / 3, "{count}");
    }

    #[test]
    fn short_texts_go_into_one_commit() {
        let jobs: Vec<Job> = (0..GROUP).map(|_| job(200)).collect();
        assert_eq!(first_group(&jobs), GROUP);
        assert_eq!(first_group(&jobs[..1]), 1);
    }
}
