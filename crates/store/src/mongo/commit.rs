//! Durable changes. What a batch needs is read, the changes are made in memory one after the other (`draft`), and what
//! came of them is written in one go (`write`), on condition that nobody has changed meanwhile what was read. If somebody
//! has, all of it is done again.
//!
//! The counters are the conditions: every change of a conversation takes its next `rev`, every change of a membership the
//! person's next `rev`. What must not be there yet is kept out by unique indexes.

mod create;
mod draft;
mod load;
mod membership;
mod read;
mod send;
mod session;
pub(super) mod write;

use super::failure::Failure;
use super::{Mongo, bus};
#[cfg(test)]
pub(super) use load::sent_before;

use draft::Draft;
use myna_chat::store::{Change, Committed, StoreError};
use myna_protocol::{ConversationId, Rejection};
pub(super) use session::Sessions;
use tokio::time::Instant;

type Outcome = Result<Committed, Rejection>;

/// Why a change was not made.
enum Stop {
    /// It may not be. The draft is as it was before it.
    Rejected(Rejection),
    /// What was read breaks the store's own rules.
    Failed(Failure),
}

impl From<Rejection> for Stop {
    fn from(rejection: Rejection) -> Self {
        Self::Rejected(rejection)
    }
}

impl From<Failure> for Stop {
    fn from(failure: Failure) -> Self {
        Self::Failed(failure)
    }
}

impl Mongo {
    /// Makes the changes in their order; see `ConversationStore::commit` for the rules.
    pub(super) async fn commit_all(&self, batch: &[Change]) -> Result<Vec<Outcome>, StoreError> {
        if batch.is_empty() {
            return Ok(Vec::new());
        }
        let _alone = self.committing.lock().await;
        let began = Instant::now();
        self.calls
            .call(|| async {
                let outcomes = self.try_to_commit(batch).await;
                // Those who are quicker may be dead, and hold what they were changing.
                let held_up = matches!(outcomes, Err(Failure::WriteConflict)) && began.elapsed() > session::HELD_UP;
                if held_up && let Err(failure) = bus::end_sessions_of_the_gone(&self.node).await {
                    tracing::warn!(?failure, "what dead nodes were changing could not be set free");
                }
                outcomes
            })
            .await
    }

    async fn try_to_commit(&self, batch: &[Change]) -> Result<Vec<Outcome>, Failure> {
        let mut turn = match &self.journal {
            Some(journal) => Some(journal.turn(self).await?),
            None => None,
        };
        let mut draft = Draft::load(self, batch).await?;
        let mut outcomes = Vec::with_capacity(batch.len());
        for change in batch {
            outcomes.push(match make(&mut draft, change) {
                Ok(committed) => Ok(committed),
                Err(Stop::Rejected(rejection)) => Err(rejection),
                Err(Stop::Failed(failure)) => return Err(failure),
            });
        }
        match self.write(&draft.into_writes(), turn.as_mut()).await {
            // Something with the same key was made meanwhile: read again, it will be found.
            Err(Failure::DuplicateKey) => Err(Failure::WriteConflict),
            Err(failure) => Err(failure),
            Ok(()) => Ok(outcomes),
        }
    }
}

fn make(draft: &mut Draft, change: &Change) -> Result<Committed, Stop> {
    match change {
        Change::Send { conversation, sender, client_id, text, at } => {
            send::send(draft, *conversation, *sender, *client_id, text, *at)
        }
        Change::Read { conversation, user, seq, at } => read::read(draft, *conversation, *user, *seq, *at),
        Change::Direct { id, user, with, at } => create::direct(draft, *id, *user, *with, *at),
        Change::Group { id, creator, name, members, at } => {
            create::group(draft, *id, *creator, name.as_ref(), members, *at)
        }
        Change::Channel { id, creator, name, at } => create::channel(draft, *id, *creator, name, *at),
        Change::Join { conversation, user, at: _ } => membership::join(draft, *conversation, *user),
        Change::Leave { conversation, user, at: _ } => membership::leave(draft, *conversation, *user),
    }
}

/// The answer to a change that was made before, or that changes nothing.
fn unchanged(conversation: ConversationId) -> Committed {
    Committed { conversation, seq: None, events: Vec::new(), joined: Vec::new(), left: Vec::new() }
}
