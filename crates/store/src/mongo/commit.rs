//! Durable changes: load what the rules need, let them decide, write what changed on condition that nobody has changed
//! meanwhile what was read. If somebody has, all of it is done again.
//!
//! The counters are the conditions: every change of a conversation takes its next `rev`, every change of a membership the
//! person's next `rev`. Unique indexes keep out what must not be there yet.

mod load;
mod puts;
mod session;
mod write;

#[cfg(test)]
pub(super) use load::{personal, personal_of, reactions_of, reactions_to, sent_before};
pub(super) use puts::{Put, PutKind, Puts};
pub(super) use session::{HELD_UP, Sessions};

use super::Mongo;
use super::failure::Failure;
use super::turns::Tries;
use myna_chat::rules::{Change, Committed, Facts};
use myna_chat::store::StoreError;
use myna_protocol::Rejection;

type Outcome = Result<Committed, Rejection>;

impl Mongo {
    /// Makes the changes in their order; see `CommitStore::commit`.
    pub(super) async fn commit_all(&self, batch: &[Change]) -> Result<Vec<Outcome>, StoreError> {
        if batch.is_empty() {
            return Ok(Vec::new());
        }
        let _alone = self.committing.lock().await;
        self.node.turns.give_way(batch).await;
        let tries = Tries::new();
        let outcomes = self
            .calls
            .call(|| async {
                // Only the first try believes what this node remembers.
                let outcomes = self.try_to_commit(batch, tries.is_first()).await;
                if let Err(failure) = &outcomes {
                    self.failed(batch, &tries, failure).await;
                }
                outcomes
            })
            .await;
        self.had_turn(&tries);
        self.commits.send_modify(|count| *count += 1);
        outcomes
    }

    async fn try_to_commit(&self, batch: &[Change], with_hot_rows: bool) -> Result<Vec<Outcome>, Failure> {
        let mut turn = match &self.journal {
            Some(journal) => Some(journal.turn(self).await?),
            None => None,
        };
        let mut hot = self.hot.take_for(batch, with_hot_rows, !self.is_standalone);
        let (mut facts, mut outcomes) = self.decided(batch, std::mem::take(&mut hot.facts)).await?;
        let (mut advances, mut writes) = (facts.advances(), facts.into_writes());
        // A stale row makes a write fail, but a refusal, or what was decided from a row that is not written, would stand.
        let is_unproven = |outcome: &Outcome| outcome.as_ref().map_or(true, |committed| committed.events.is_empty());
        if hot.is_guess() && (outcomes.iter().any(is_unproven) || !hot.are_proven_by(&writes)) {
            (facts, outcomes) = self.decided(batch, Facts::default()).await?;
            (advances, writes) = (facts.advances(), facts.into_writes());
        }
        let puts = Puts::of(&writes)?;
        let written = match &mut turn {
            _ if puts.0.is_empty() => Ok(()),
            Some(turn) => turn.write(self, puts, &advances).await,
            None => self.write_in_transaction(puts).await,
        };
        match written {
            Ok(()) => {
                self.node.turns.wrote(&writes);
                self.hot.keep(writes);
                Ok(outcomes)
            }
            // Something with the same key was made meanwhile: read again, it will be found.
            Err(Failure::DuplicateKey | Failure::WriteConflict) => {
                self.hot.invalidate(&writes);
                Err(Failure::WriteConflict)
            }
            Err(failure) => Err(failure),
        }
    }

    /// Loads what is missing, and decides.
    pub(super) async fn decided(&self, batch: &[Change], mut facts: Facts) -> Result<(Facts, Vec<Outcome>), Failure> {
        loop {
            let needs = facts.needs(batch);
            if needs.is_empty() {
                let outcomes = facts.decide_all(batch);
                return Ok((facts, outcomes));
            }
            self.load(needs, &mut facts).await?;
        }
    }
}
