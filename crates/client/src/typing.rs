//! Who is typing: what others signal, which lapses by itself, and what is signalled of oneself.

use crate::set::Set;
use litemap::LiteMap;
use myna_protocol::{ConversationId, Timestamp, UserId};

/// How often one's own typing is said again while it goes on: well before it would lapse.
const REPEAT_MILLIS: i64 = 4_000;
/// No signal holds for longer, whatever it says.
const TTL_MILLIS_MAX: u32 = 60_000;

/// The typing of others and of oneself.
#[derive(Debug, Default)]
pub(crate) struct Typing {
    /// Until when each of the others types.
    others: LiteMap<ConversationId, LiteMap<UserId, Timestamp>>,
    /// Where it was last said that one types oneself, and when.
    mine: Option<(ConversationId, Timestamp)>,
}

impl Typing {
    /// Somebody types, or stopped; whether anything changed in sight.
    pub(crate) fn signal(&mut self, id: ConversationId, user: UserId, typing: bool, ttl: u32, now: Timestamp) -> bool {
        if !typing {
            return self.stopped(id, user);
        }
        let until = now.plus(i64::from(ttl.min(TTL_MILLIS_MAX)));
        self.others.entry(id).or_default().insert(user, until).is_none()
    }

    /// Somebody does not type any more, for one because their message came; whether they did.
    pub(crate) fn stopped(&mut self, id: ConversationId, user: UserId) -> bool {
        let Some(people) = self.others.get_mut(&id) else { return false };
        let typed = people.remove(&user).is_some();
        if people.is_empty() {
            self.others.remove(&id);
        }
        typed
    }

    /// Nobody types in this conversation any more.
    pub(crate) fn forget(&mut self, id: ConversationId) {
        self.others.remove(&id);
    }

    /// Ends the typing whose time has passed; where that was.
    pub(crate) fn lapse(&mut self, now: Timestamp) -> Set<ConversationId> {
        let mut lapsed = Set::default();
        for (id, people) in &mut self.others {
            let before = people.len();
            // A clock that was set back must not keep anybody typing.
            people.retain(|_, until| *until > now && until.since(now) <= i64::from(TTL_MILLIS_MAX));
            if people.len() < before {
                lapsed.insert(*id);
            }
        }
        self.others.retain(|_, people| !people.is_empty());
        lapsed
    }

    /// Nothing is known any more; where somebody typed.
    pub(crate) fn clear(&mut self) -> Set<ConversationId> {
        self.mine = None;
        std::mem::take(&mut self.others).keys().copied().collect()
    }

    /// When the next typing lapses.
    pub(crate) fn deadline(&self) -> Option<Timestamp> {
        self.others.values().flat_map(LiteMap::values).min().copied()
    }

    /// Who types there.
    pub(crate) fn people(&self, id: ConversationId) -> impl Iterator<Item = UserId> {
        self.others.get(&id).into_iter().flat_map(|people| people.keys().copied())
    }

    /// The text in the composer changed: what to say of it, if anything.
    pub(crate) fn typed(&mut self, id: ConversationId, text_is_empty: bool, now: Timestamp) -> Option<bool> {
        let said = self.mine.filter(|(conversation, _)| *conversation == id).map(|(_, at)| at);
        match (said, text_is_empty) {
            (None, true) => None,
            (Some(_), true) => {
                self.mine = None;
                Some(false)
            }
            // The clock may have been set back: then it is said once too often.
            (Some(at), false) if (0..REPEAT_MILLIS).contains(&now.since(at)) => None,
            (_, false) => {
                self.mine = Some((id, now));
                Some(true)
            }
        }
    }

    /// The text was sent: the message itself ends the typing for everybody.
    pub(crate) fn sent(&mut self, id: ConversationId) {
        self.mine = self.mine.filter(|(conversation, _)| *conversation != id);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{conversation, user};

    const T: Timestamp = Timestamp(1_000_000);

    fn people(typing: &Typing) -> Vec<UserId> {
        typing.people(conversation(1)).collect()
    }

    #[test]
    fn the_typing_of_others_lapses_unless_it_is_said_again() {
        let mut typing = Typing::default();
        assert!(typing.signal(conversation(1), user(1), true, 6_000, T));
        assert!(!typing.signal(conversation(1), user(1), true, 6_000, T.plus(4_000)));
        assert!(typing.lapse(T.plus(9_999)).is_empty());
        assert_eq!(typing.deadline(), Some(T.plus(10_000)));
        assert_eq!(typing.lapse(T.plus(10_000)), Set::from([conversation(1)]));
        assert_eq!((people(&typing), typing.deadline()), (vec![], None));
    }

    #[test]
    fn who_stops_is_gone_at_once() {
        let mut typing = Typing::default();
        typing.signal(conversation(1), user(1), true, 6_000, T);
        typing.signal(conversation(1), user(2), true, 6_000, T);
        assert!(typing.signal(conversation(1), user(1), false, 0, T));
        assert!(!typing.stopped(conversation(1), user(1)));
        assert_eq!(people(&typing), [user(2)]);
    }

    #[test]
    fn nobody_types_for_ever() {
        let mut typing = Typing::default();
        typing.signal(conversation(1), user(1), true, u32::MAX, T);
        assert_eq!(typing.lapse(T.plus(60_000)).len(), 1);
        typing.signal(conversation(1), user(1), true, 6_000, T);
        assert_eq!(typing.lapse(Timestamp(0)).len(), 1, "the clock was set back");
    }

    #[test]
    fn typing_is_said_every_four_seconds_and_ends_with_an_empty_text() {
        let mut typing = Typing::default();
        let said: Vec<_> = (0..10).map(|second| typing.typed(conversation(1), false, T.plus(second * 1_000))).collect();
        let again = said.iter().enumerate().filter(|(_, said)| said.is_some()).map(|(second, _)| second);
        assert_eq!(again.collect::<Vec<_>>(), [0, 4, 8]);
        assert_eq!(typing.typed(conversation(1), true, T.plus(9_000)), Some(false));
        assert_eq!(typing.typed(conversation(1), true, T.plus(9_001)), None);
    }

    #[test]
    fn a_sent_text_needs_no_word_that_typing_has_ended() {
        let mut typing = Typing::default();
        typing.typed(conversation(1), false, T);
        typing.sent(conversation(1));
        assert_eq!(typing.typed(conversation(1), true, T), None);
        assert_eq!(typing.typed(conversation(1), false, T), Some(true));
    }
}
