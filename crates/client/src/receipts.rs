//! The pace of one's read receipts: the first at once, and then at most one each second and conversation.

use litemap::LiteMap;
use myna_protocol::{ConversationId, Timestamp};

const PAUSE_MILLIS: i64 = 1_000;

/// Until when each conversation's next receipt waits.
#[derive(Debug, Default)]
pub(crate) struct Receipts {
    pauses: LiteMap<ConversationId, Timestamp>,
}

impl Receipts {
    /// A receipt of this conversation was sent.
    pub(crate) fn sent(&mut self, id: ConversationId, now: Timestamp) {
        self.pauses.insert(id, now.plus(PAUSE_MILLIS));
    }

    /// Forgets the pauses that have passed. A clock that was set back ends a pause too.
    pub(crate) fn pass(&mut self, now: Timestamp) {
        self.pauses.retain(|_, until| *until > now && until.since(now) <= PAUSE_MILLIS);
    }

    /// Until when a receipt of this conversation waits, if it does.
    pub(crate) fn pause(&self, id: ConversationId) -> Option<Timestamp> {
        self.pauses.get(&id).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::conversation;

    const T: Timestamp = Timestamp(1_000_000);

    #[test]
    fn a_pause_is_of_one_conversation_and_lasts_a_second() {
        let mut receipts = Receipts::default();
        receipts.sent(conversation(1), T);
        receipts.pass(T.plus(999));
        assert_eq!((receipts.pause(conversation(1)), receipts.pause(conversation(2))), (Some(T.plus(1_000)), None));
        receipts.pass(T.plus(1_000));
        assert_eq!(receipts.pause(conversation(1)), None);
    }

    #[test]
    fn a_clock_that_is_set_back_keeps_nothing_waiting() {
        let mut receipts = Receipts::default();
        receipts.sent(conversation(1), T);
        receipts.pass(Timestamp(0));
        assert_eq!(receipts.pause(conversation(1)), None);
    }
}
