//! Giving way. Where two nodes write to one conversation as fast as they can, one that is a little faster wins each conflict,
//! and the other waits for seconds. So a node that has lost twice in a row asks the others, by the bus, for the next turn: they
//! wait until it has written, or for a moment. A request that is lost, or comes late, costs another try and nothing else.

use super::bus;
use super::failure::Failure;
use super::{Mongo, commit};
use moka::sync::Cache;
use myna_chat::bus::NodeId;
use myna_chat::lock;
use myna_chat::rules::{Change, Facts, Writes};
use myna_protocol::{ConversationId, Rev};
use std::collections::{BTreeSet, HashMap};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;
use tokio::sync::Notify;
use tokio::time::{Instant, timeout_at};

/// For how long others wait for a node that has asked for a turn.
const TURN: Duration = Duration::from_millis(100);
/// A node asks after so many conflicts, and again after each so many more.
const PATIENCE: u32 = 2;
/// Conversations in one request, and those whose last revs are remembered.
const ASKED: usize = 64;
const REMEMBERED: u64 = 10_000;

/// Who goes first in which conversation.
pub(super) struct Turns {
    state: Mutex<State>,
    /// Where this node has written last. What goes beyond is another node's.
    own: Cache<ConversationId, Rev>,
    changed: Notify,
}

#[derive(Default)]
struct State {
    /// Others have asked to go first, until then at most.
    given: HashMap<ConversationId, Instant>,
    /// This node has asked to go first.
    wanted: BTreeSet<ConversationId>,
}

impl Default for Turns {
    fn default() -> Self {
        let own = Cache::builder().max_capacity(REMEMBERED).build();
        Self { state: Mutex::default(), own, changed: Notify::new() }
    }
}

impl Turns {
    /// Another node asks for a turn. Of two that ask at once, the one with the lower id goes first.
    pub(super) fn asked(&self, me: NodeId, other: NodeId, ids: impl IntoIterator<Item = ConversationId>) {
        let until = Instant::now() + TURN;
        let mut state = lock(&self.state);
        let given: Vec<_> = ids.into_iter().filter(|id| other < me || !state.wanted.contains(id)).take(ASKED).collect();
        state.given.extend(given.into_iter().map(|id| (id, until)));
    }

    /// A conversation has come to this rev: where that is not this node's doing, the other has had its turn.
    pub(super) fn heard(&self, id: ConversationId, rev: Rev) {
        let is_foreign = || self.own.get(&id).is_none_or(|own| rev > own);
        let mut state = lock(&self.state);
        if !state.given.is_empty() && is_foreign() && state.given.remove(&id).is_some() {
            self.changed.notify_waiters();
        }
    }

    pub(super) fn wrote(&self, writes: &Writes) {
        for row in writes.conversations.iter().filter_map(|row| row.now.as_ref()) {
            self.own.insert(row.id, row.rev);
        }
    }

    /// Until when another node goes first in one of these conversations.
    fn given(&self, ids: impl FnOnce() -> BTreeSet<ConversationId>) -> Option<Instant> {
        let mut state = lock(&self.state);
        if state.given.is_empty() {
            return None;
        }
        let now = Instant::now();
        state.given.retain(|_, until| *until > now);
        ids().iter().filter_map(|id| state.given.get(id)).max().copied()
    }

    /// Waits while another node goes first in one of the conversations of this batch.
    pub(super) async fn give_way(&self, batch: &[Change]) {
        loop {
            let changed = self.changed.notified();
            let Some(until) = self.given(|| conversations(batch)) else { return };
            // Too late is late enough.
            let _ = timeout_at(until, changed).await;
        }
    }
}

fn conversations(batch: &[Change]) -> BTreeSet<ConversationId> {
    Facts::default().needs(batch).conversations
}

/// The tries of one batch.
pub(super) struct Tries {
    began: Instant,
    failures: AtomicU32,
}

impl Tries {
    pub(super) fn new() -> Self {
        Self { began: Instant::now(), failures: AtomicU32::new(0) }
    }

    pub(super) fn is_first(&self) -> bool {
        self.failures.load(Ordering::Relaxed) == 0
    }
}

impl Mongo {
    /// A try has failed. Where others were quicker, asks them for the next turn; and if they are dead, and hold what they were
    /// changing, that ends.
    pub(super) async fn failed(&self, batch: &[Change], tries: &Tries, failure: &Failure) {
        let failures = tries.failures.fetch_add(1, Ordering::Relaxed) + 1;
        if !matches!(failure, Failure::WriteConflict) {
            return;
        }
        if failures.is_multiple_of(PATIENCE) {
            let ids: Vec<ConversationId> = conversations(batch).into_iter().take(ASKED).collect();
            lock(&self.node.turns.state).wanted.extend(&ids);
            if let Err(failure) = bus::ask_for_turn(&self.node, &ids).await {
                tracing::debug!(?failure, "the other nodes could not be asked for a turn");
            }
        }
        if tries.began.elapsed() > commit::HELD_UP
            && let Err(failure) = bus::end_sessions_of_the_gone(&self.node).await
        {
            tracing::warn!(?failure, "what dead nodes were changing could not be released");
        }
    }

    /// The batch has had its turn.
    pub(super) fn had_turn(&self, tries: &Tries) {
        if !tries.is_first() {
            lock(&self.node.turns.state).wanted.clear();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use myna_chat::rules::Verb;
    use myna_protocol::{Timestamp, UserId};

    const ME: NodeId = [5; 16];
    const LOWER: NodeId = [4; 16];
    const HIGHER: NodeId = [6; 16];

    fn talk(n: u8) -> ConversationId {
        ConversationId::from_bytes([n; 16])
    }

    fn batch(n: u8) -> [Change; 1] {
        [Verb::Read { conversation: talk(n), seq: 1 }.by(UserId::from_bytes([1; 16]), Timestamp(1))]
    }

    #[tokio::test(start_paused = true)]
    async fn a_node_waits_for_the_one_that_has_asked_until_it_has_written_or_for_a_moment() {
        let (turns, start) = (Turns::default(), Instant::now());
        turns.asked(ME, HIGHER, [talk(1)]);
        turns.give_way(&batch(2)).await;
        assert_eq!(start.elapsed(), Duration::ZERO, "another conversation waits for nobody");
        turns.give_way(&batch(1)).await;
        assert!(start.elapsed() >= TURN);
        turns.give_way(&batch(1)).await;
        assert!(start.elapsed() < 2 * TURN, "once");

        let start = Instant::now();
        turns.own.insert(talk(1), 7);
        turns.asked(ME, HIGHER, [talk(1)]);
        let written = async {
            turns.heard(talk(1), 7);
            tokio::time::sleep(TURN / 2).await;
            turns.heard(talk(1), 8);
        };
        let batch = batch(1);
        tokio::join!(turns.give_way(&batch), written);
        assert_eq!(start.elapsed(), TURN / 2, "what it has written itself is no turn of the other");
    }

    #[tokio::test(start_paused = true)]
    async fn of_two_that_ask_at_once_the_one_with_the_lower_id_goes_first() {
        let turns = Turns::default();
        lock(&turns.state).wanted.insert(talk(1));
        turns.asked(ME, HIGHER, [talk(1)]);
        assert!(turns.given(|| BTreeSet::from([talk(1)])).is_none());
        turns.asked(ME, LOWER, [talk(1)]);
        assert!(turns.given(|| BTreeSet::from([talk(1)])).is_some());
    }
}
