//! How many pages are rendered for one person at a time. Rendering takes many times the bytes of the page, and one person who
//! asks for a hundred pages at once would take the memory of everybody.

use myna_chat::lock;
use myna_protocol::UserId;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, Weak};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Pages of one person that are rendered at the same time. Browsers open six connections to a server.
const AT_ONCE: usize = 4;
/// From so many people on, those for whom nothing is rendered are forgotten.
const PEOPLE: usize = 1_024;

/// Who has how many pages under way.
#[derive(Debug, Clone, Default)]
pub(crate) struct PageTurns(Arc<Mutex<HashMap<UserId, Weak<Semaphore>>>>);

impl PageTurns {
    /// Waits until a page can be rendered for this person. The turn ends when the answer is dropped.
    pub(crate) async fn wait(&self, person: UserId) -> Option<OwnedSemaphorePermit> {
        let turns = self.of(person);
        // It is never closed.
        turns.acquire_owned().await.ok()
    }

    fn of(&self, person: UserId) -> Arc<Semaphore> {
        let mut people = lock(&self.0);
        if let Some(turns) = people.get(&person).and_then(Weak::upgrade) {
            return turns;
        }
        if people.len() >= PEOPLE {
            people.retain(|_, turns| turns.strong_count() > 0);
        }
        let turns = Arc::new(Semaphore::new(AT_ONCE));
        people.insert(person, Arc::downgrade(&turns));
        turns
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::FutureExt;

    #[tokio::test]
    async fn one_person_waits_for_a_turn_and_others_do_not() {
        let (turns, [one, other]) = (PageTurns::default(), [1, 2].map(|byte| UserId::from_bytes([byte; 16])));
        let mut taken = Vec::new();
        for _ in 0..AT_ONCE {
            taken.push(turns.wait(one).now_or_never().unwrap());
        }
        let mut waiting = Box::pin(turns.wait(one));
        assert!(waiting.as_mut().now_or_never().is_none());
        assert!(turns.wait(other).now_or_never().is_some());
        taken.pop();
        assert!(waiting.now_or_never().is_some());
    }

    #[tokio::test]
    async fn who_has_no_page_under_way_is_forgotten() {
        let turns = PageTurns::default();
        let person = |number: usize| UserId::from_bytes((number as u128).to_be_bytes());
        let _kept = turns.wait(person(0)).await;
        for number in 1..=PEOPLE {
            turns.wait(person(number)).await;
        }
        let people = lock(&turns.0);
        assert!(people.len() <= 2 && people.contains_key(&person(0)), "{}", people.len());
    }
}
