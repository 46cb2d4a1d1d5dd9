//! What the client wants to have or to say: each at most once under way, said again after a lost connection.

use crate::backoff::{Backoff, Pause};
use crate::set::Set;
use litemap::LiteMap;
use myna_protocol::{Command, ConversationId, Feed, RequestId, Seq, Target, Timestamp};

/// Requests under way at a time, beside sends: the rest waits its turn, so that no server takes it for a flood.
const AT_ONCE: usize = 16;

/// Something wanted. What to say for it is made up at the moment of saying it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Want {
    /// What a person asked for; first, since others may build on it, and in the order of asking.
    Ask(RequestId),
    /// What a feed has had since its cursor.
    Resync(Feed),
    /// A conversation afresh.
    Load(ConversationId),
    /// People by id.
    People,
    /// The next page of the list of conversations.
    List,
    /// The page before the oldest loaded message.
    Older(ConversationId),
    /// The page after the newest message of an excerpt.
    Newer(ConversationId),
    /// A page around a message that is not loaded.
    Around(ConversationId, Target),
    /// A page of the thread that begins with this message.
    Thread(ConversationId, Seq),
    /// What replies on the page answer.
    Quotes(ConversationId),
    /// The next page of a conversation's members.
    Members(ConversationId),
    /// To tell how far one has read.
    Read(ConversationId),
}

/// Wants, and the requests under way for them.
#[derive(Debug, Default)]
pub(crate) struct Requests {
    last_id: RequestId,
    wanted: Set<Want>,
    under_way: LiteMap<RequestId, Want>,
    asks: LiteMap<RequestId, Command>,
    pause: Pause,
}

impl Requests {
    /// An id that was never used before, on this connection or an earlier one.
    pub(crate) fn next_id(&mut self) -> RequestId {
        self.last_id = self.last_id.saturating_add(1);
        self.last_id
    }

    /// Wants this, once more where it is under way already.
    pub(crate) fn want(&mut self, want: Want) {
        self.wanted.insert(want);
    }

    /// Wants this unless it is under way.
    pub(crate) fn want_once(&mut self, want: Want) -> bool {
        !self.is_under_way(want) && self.wanted.insert(want)
    }

    /// Wants an answer to this command, whose id it carries.
    pub(crate) fn ask(&mut self, id: RequestId, command: Command) {
        self.asks.insert(id, command);
        self.wanted.insert(Want::Ask(id));
    }

    pub(crate) fn asked(&self, id: RequestId) -> Option<&Command> {
        self.asks.get(&id)
    }

    pub(crate) fn is_wanted(&self, want: Want) -> bool {
        self.wanted.contains(&want) || self.is_under_way(want)
    }

    pub(crate) fn is_under_way(&self, want: Want) -> bool {
        self.under_way.values().any(|other| *other == want)
    }

    /// What should be said now, but not what `waits`. Each is to be answered by `said` or `drop`.
    pub(crate) fn ready(&mut self, now: Timestamp, waits: impl Fn(Want) -> bool) -> Vec<Want> {
        if self.wanted.is_empty() || self.pause.holds(now) {
            return Vec::new();
        }
        let room = AT_ONCE.saturating_sub(self.under_way.len());
        let ready = self.wanted.iter().filter(|want| !waits(**want) && !self.is_under_way(**want));
        ready.take(room).copied().collect()
    }

    /// This has been said under this id.
    pub(crate) fn said(&mut self, want: Want, id: RequestId) {
        self.wanted.remove(&want);
        self.under_way.insert(id, want);
    }

    /// This is not wanted after all.
    pub(crate) fn drop(&mut self, want: Want) {
        self.wanted.remove(&want);
        if let Want::Ask(id) = want {
            self.asks.remove(&id);
        }
    }

    /// Gives up what was asked for, unless it is under way; whether it was given up.
    pub(crate) fn cancel(&mut self, id: RequestId) -> bool {
        let is_waiting = self.wanted.contains(&Want::Ask(id));
        if is_waiting {
            self.drop(Want::Ask(id));
        }
        is_waiting
    }

    /// An answer came; to what. A second answer is to nothing.
    pub(crate) fn answered(&mut self, id: RequestId) -> Option<Want> {
        let want = self.under_way.remove(&id)?;
        self.pause.succeeded();
        if let Want::Ask(id) = want {
            self.asks.remove(&id);
        }
        Some(want)
    }

    /// The server could not do it now: it is wanted again, after a pause. To what that was the answer.
    pub(crate) fn refused_for_now(&mut self, id: RequestId, now: Timestamp, backoff: &mut Backoff) -> Option<Want> {
        let want = self.under_way.remove(&id)?;
        self.pause.refused(now, backoff);
        self.wanted.insert(want);
        Some(want)
    }

    /// The want that this request is under way for.
    pub(crate) fn purpose(&self, id: RequestId) -> Option<Want> {
        self.under_way.get(&id).copied()
    }

    /// The connection is lost, and with it every answer. What was missing from feeds comes with the next `hello`.
    pub(crate) fn lost(&mut self) {
        self.pause.end();
        self.wanted.extend(std::mem::take(&mut self.under_way).into_tuple_vec().into_iter().map(|(_, want)| want));
        self.wanted.retain(|want| !matches!(want, Want::Resync(_) | Want::Load(_)));
    }

    /// The conversations whose read place is to be sent once no such request is under way.
    pub(crate) fn reads(&self) -> impl Iterator<Item = ConversationId> {
        let waiting = self.wanted.iter().filter(|want| !self.is_under_way(**want));
        waiting.filter_map(|want| if let Want::Read(id) = want { Some(*id) } else { None })
    }

    /// When to try again what was refused.
    pub(crate) fn deadline(&self) -> Option<Timestamp> {
        self.pause.until().filter(|_| !self.wanted.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::conversation;

    const T: Timestamp = Timestamp(1_000_000);

    fn send_due(requests: &mut Requests) -> Vec<Want> {
        let ready = requests.ready(T, |_| false);
        for want in &ready {
            let id = requests.next_id();
            requests.said(*want, id);
        }
        ready
    }

    #[test]
    fn one_of_a_kind_is_under_way_and_one_more_waits_for_its_answer() {
        let want = Want::Load(conversation(1));
        let mut requests = Requests::default();
        requests.want(want);
        requests.want(want);
        assert_eq!(send_due(&mut requests), [want]);
        requests.want(want);
        requests.want(want);
        assert_eq!(send_due(&mut requests), []);
        assert_eq!(requests.answered(1), Some(want));
        assert_eq!(requests.answered(1), None);
        assert_eq!(send_due(&mut requests), [want]);
        requests.want_once(want);
        requests.answered(2);
        assert_eq!(send_due(&mut requests), []);
    }

    #[test]
    fn asks_go_first_and_outlive_the_connection() {
        let mut requests = Requests::default();
        requests.want(Want::Older(conversation(1)));
        requests.want(Want::Load(conversation(1)));
        let id = requests.next_id();
        requests.ask(id, Command::Search { request: id, text: String::new() });
        assert_eq!(send_due(&mut requests)[0], Want::Ask(id));
        requests.lost();
        assert_eq!(send_due(&mut requests), [Want::Ask(id), Want::Older(conversation(1))]);
        assert!(requests.asked(id).is_some());
    }

    #[test]
    fn never_more_than_a_few_are_under_way() {
        let mut requests = Requests::default();
        (0..100).for_each(|n| requests.want(Want::Load(conversation(n))));
        assert_eq!(send_due(&mut requests).len(), AT_ONCE);
        assert_eq!(send_due(&mut requests).len(), 0);
        requests.answered(3);
        assert_eq!(send_due(&mut requests).len(), 1);
    }

    #[test]
    fn what_a_busy_server_refused_is_said_again_after_a_pause() {
        let want = Want::Read(conversation(1));
        let mut requests = Requests::default();
        requests.want(want);
        send_due(&mut requests);
        assert_eq!(requests.refused_for_now(1, T, &mut Backoff::new(3)), Some(want));
        let until = requests.deadline().expect("there is a pause");
        assert!(until.since(T) <= 1_000);
        assert_eq!(requests.ready(until, |_| false), [want]);
    }
}
