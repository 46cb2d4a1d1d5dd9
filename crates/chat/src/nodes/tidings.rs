//! What this node has to tell the others, gathered until it is told.

use crate::store::News;
use myna_protocol::{ConversationId, UserId};
use std::collections::{HashMap, HashSet};
use std::sync::{Mutex, MutexGuard, PoisonError};
use tokio::sync::Notify;

/// The people of this node, and what happened among them since the others were told. Of two words on one thing the last
/// is kept, so that it stays small however much happens.
#[derive(Default)]
pub(crate) struct Tidings {
    waiting: Mutex<Waiting>,
    bell: Notify,
}

#[derive(Default)]
struct Waiting {
    here: HashSet<UserId>,
    typing: HashMap<(ConversationId, UserId), bool>,
    /// Who came (true) or went.
    moved: HashMap<UserId, bool>,
    /// Whether the others may believe that somebody is here.
    believed: bool,
}

impl Tidings {
    pub(crate) fn typing(&self, conversation: ConversationId, user: UserId, typing: bool) {
        self.lock().typing.insert((conversation, user), typing);
        self.bell.notify_one();
    }

    /// Somebody is here: from their first `hello` until a while after their last connection ended.
    pub(crate) fn came(&self, user: UserId) {
        let mut waiting = self.lock();
        if waiting.here.insert(user) {
            waiting.moved.insert(user, true);
            self.bell.notify_one();
        }
    }

    /// Somebody is not here any more; whether they were.
    pub(crate) fn went(&self, user: UserId) -> bool {
        let mut waiting = self.lock();
        let was = waiting.here.remove(&user);
        if was {
            waiting.moved.insert(user, false);
            self.bell.notify_one();
        }
        was
    }

    pub(crate) fn is_here(&self, user: UserId) -> bool {
        self.lock().here.contains(&user)
    }

    /// Waits until there may be something to tell.
    pub(crate) async fn ring(&self) {
        self.bell.notified().await;
    }

    /// Takes what there is to tell, with everybody here if the roll is called.
    pub(crate) fn take(&self, roll_call: bool) -> Option<News> {
        let mut waiting = self.lock();
        let typing: Vec<_> = waiting.typing.drain().map(|((id, user), typing)| (id, user, typing)).collect();
        let moved = std::mem::take(&mut waiting.moved);
        let mut news = News { typing, ..News::default() };
        if roll_call && (waiting.believed || !waiting.here.is_empty()) {
            waiting.believed = !waiting.here.is_empty();
            news.online = Some(waiting.here.iter().copied().collect());
        } else {
            let (came, went): (Vec<_>, Vec<_>) = moved.into_iter().partition(|(_, came)| *came);
            waiting.believed |= !came.is_empty();
            news.came = came.into_iter().map(|(user, _)| user).collect();
            news.went = went.into_iter().map(|(user, _)| user).collect();
        }
        (news != News::default()).then_some(news)
    }

    /// What was taken may not have been heard: the next roll call is not left out.
    pub(crate) fn unheard(&self) {
        self.lock().believed = true;
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn user(n: u8) -> UserId {
        UserId::from_bytes([n; 16])
    }

    #[test]
    fn of_two_words_on_one_thing_the_last_is_told() {
        let (tidings, id) = (Tidings::default(), ConversationId::from_bytes([9; 16]));
        tidings.typing(id, user(1), true);
        tidings.typing(id, user(1), false);
        tidings.came(user(1));
        tidings.came(user(2));
        assert!(tidings.went(user(2)));
        assert!(!tidings.went(user(3)), "who was not here does not go");
        let news = tidings.take(false).expect("there is something to tell");
        assert_eq!(
            news,
            News { typing: vec![(id, user(1), false)], came: vec![user(1)], went: vec![user(2)], online: None }
        );
        assert_eq!(tidings.take(false), None, "it is told once");
    }

    #[test]
    fn the_roll_is_called_while_somebody_is_here_and_once_after() {
        let tidings = Tidings::default();
        assert_eq!(tidings.take(true), None);
        tidings.came(user(1));
        let all = News { online: Some(vec![user(1)]), ..News::default() };
        assert_eq!(tidings.take(true), Some(all.clone()), "it says who came, too");
        assert_eq!(tidings.take(true), Some(all));
        tidings.went(user(1));
        assert_eq!(tidings.take(true), Some(News { online: Some(Vec::new()), ..News::default() }));
        assert_eq!(tidings.take(true), None);
        tidings.unheard();
        assert!(tidings.take(true).is_some());
    }
}
