//! Messages on their way: drawn at once, said in order, kept until the server's word settles them.

use crate::backoff::{Backoff, Pause};
use myna_protocol::{ClientId, ConversationId, MessageRef, Origin, Rejection, RequestId, Seq, Timestamp};
use serde::{Deserialize, Serialize};

/// What waited for longer is not sent before the person has been asked.
const STALE_MILLIS: i64 = 60 * 60 * 1_000;

/// A message that the server has not acknowledged, as it is kept across reloads.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unsent {
    pub conversation: ConversationId,
    pub client_id: ClientId,
    pub text: String,
    /// The message that it answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reply_to: Option<Seq>,
    /// The message that it forwards.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub forwards: Option<Forwarding>,
    /// When it was written, or tried again, by the clock of this device.
    pub at: Timestamp,
    /// Why it is not tried any more, until the person says so.
    pub failed: Option<Failure>,
}

/// What a message forwards.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Forwarding {
    /// The message that the person chose.
    pub message: MessageRef,
    /// Where its text comes from.
    pub origin: Origin,
}

/// Why a message was not sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Failure {
    /// The server refuses it.
    Rejected(Rejection),
    /// It waited for more than an hour: the person is asked before it is sent after all.
    Expired,
}

/// How far a message on its way has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stage {
    /// To be said when its turn comes.
    Waiting,
    /// Said on this connection; the answer is to this request.
    Said(RequestId),
    /// Acknowledged with this place; its row has not come yet.
    Acked(Seq),
    Failed(Failure),
}

/// A message in the outbox.
#[derive(Debug)]
pub(crate) struct Entry {
    pub(crate) conversation: ConversationId,
    pub(crate) client_id: ClientId,
    pub(crate) text: String,
    pub(crate) reply_to: Option<Seq>,
    pub(crate) forwards: Option<Forwarding>,
    pub(crate) at: Timestamp,
    pub(crate) stage: Stage,
}

impl Entry {
    /// As it is to be kept.
    pub(crate) fn unsent(&self) -> Unsent {
        let failed = match self.stage {
            Stage::Failed(failure) => Some(failure),
            Stage::Waiting | Stage::Said(_) | Stage::Acked(_) => None,
        };
        let Self { conversation, client_id, ref text, reply_to, forwards, at, .. } = *self;
        Unsent { conversation, client_id, text: text.clone(), reply_to, forwards, at, failed }
    }

    /// Whether it has waited for too long to be sent without asking.
    fn is_stale(&self, now: Timestamp) -> bool {
        now.since(self.at) > STALE_MILLIS
    }
}

impl From<Unsent> for Entry {
    fn from(unsent: Unsent) -> Self {
        let Unsent { conversation, client_id, text, reply_to, forwards, at, failed } = unsent;
        let stage = failed.map_or(Stage::Waiting, Stage::Failed);
        Self { conversation, client_id, text, reply_to, forwards, at, stage }
    }
}

/// The messages on their way, in the order in which they were written.
#[derive(Debug, Default)]
pub(crate) struct Outbox {
    entries: Vec<Entry>,
    pause: Pause,
}

impl Outbox {
    /// Takes a message in as the newest; false when it is in already.
    pub(crate) fn add(&mut self, entry: Entry) -> bool {
        let new = self.entry(entry.client_id).is_none();
        if new {
            self.entries.push(entry);
        }
        new
    }

    pub(crate) fn entry(&self, client_id: ClientId) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.client_id == client_id)
    }

    /// Bytes of text that wait in it.
    pub(crate) fn bytes(&self) -> usize {
        self.entries.iter().map(|entry| entry.text.len()).sum()
    }

    /// Whether nothing is on its way that the server has not acknowledged.
    pub(crate) fn is_empty(&self) -> bool {
        self.entries.iter().all(|entry| matches!(entry.stage, Stage::Acked(_)))
    }

    /// The messages on their way to this conversation, in order.
    pub(crate) fn of(&self, id: ConversationId) -> impl DoubleEndedIterator<Item = &Entry> {
        self.entries.iter().filter(move |entry| entry.conversation == id)
    }

    /// Fails what has waited for too long and has not been said on this connection; what that was.
    pub(crate) fn expire(&mut self, now: Timestamp) -> Vec<&Entry> {
        let stale = self.entries.iter_mut().filter(|entry| entry.stage == Stage::Waiting && entry.is_stale(now));
        stale
            .map(|entry| {
                entry.stage = Stage::Failed(Failure::Expired);
                &*entry
            })
            .collect()
    }

    /// The next message to say, unless so many are unanswered already or a busy server has asked for a pause. Say it and
    /// tell `said`.
    pub(crate) fn next(&mut self, unanswered: usize, now: Timestamp) -> Option<&Entry> {
        let waiting = self.entries.iter().position(|entry| entry.stage == Stage::Waiting)?;
        let said = self.entries.iter().filter(|entry| matches!(entry.stage, Stage::Said(_))).count();
        if said >= unanswered || self.pause.holds(now) {
            return None;
        }
        self.entries.get(waiting)
    }

    /// This message has been said under this request.
    pub(crate) fn said(&mut self, client_id: ClientId, request: RequestId) {
        if let Some(entry) = self.entry_mut(client_id) {
            entry.stage = Stage::Said(request);
        }
    }

    /// The message that this request said.
    pub(crate) fn by_request(&self, request: RequestId) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.stage == Stage::Said(request))
    }

    /// The server has it, at this place. It stays in sight until its row is here.
    pub(crate) fn acked(&mut self, client_id: ClientId, seq: Seq) {
        self.pause.succeeded();
        if let Some(entry) = self.entry_mut(client_id) {
            entry.stage = Stage::Acked(seq);
        }
    }

    /// The server refuses it. No text of a message that was unsent before it was forwarded is left on this device.
    pub(crate) fn failed(&mut self, client_id: ClientId, code: Rejection) -> Option<&Entry> {
        let entry = self.entry_mut(client_id)?;
        if entry.forwards.is_some() && code == Rejection::MessageUnsent {
            entry.text.clear();
        }
        entry.stage = Stage::Failed(Failure::Rejected(code));
        Some(entry)
    }

    /// The server cannot take it now: it is said again after a pause, in its old place. What was said after it and is
    /// under way already may overtake it; nothing else does.
    pub(crate) fn refused_for_now(&mut self, client_id: ClientId, now: Timestamp, backoff: &mut Backoff) {
        self.pause.refused(now, backoff);
        if let Some(entry) = self.entry_mut(client_id) {
            entry.stage = Stage::Waiting;
        }
    }

    /// Tries a failed message again, as the newest; `None` when it has not failed.
    pub(crate) fn retry(&mut self, client_id: ClientId, now: Timestamp) -> Option<&Entry> {
        let place = self.entries.iter().position(|entry| entry.client_id == client_id)?;
        if !matches!(self.entries[place].stage, Stage::Failed(_)) {
            return None;
        }
        let mut entry = self.entries.remove(place);
        (entry.stage, entry.at) = (Stage::Waiting, now);
        self.entries.push(entry);
        self.entries.last()
    }

    /// Takes a message out: its row is here, or it was given up.
    pub(crate) fn remove(&mut self, client_id: ClientId) -> Option<Entry> {
        let place = self.entries.iter().position(|entry| entry.client_id == client_id)?;
        Some(self.entries.remove(place))
    }

    /// Takes out the acknowledged messages of a conversation that is known up to `last`.
    pub(crate) fn known_up_to(&mut self, id: ConversationId, last: Seq) {
        self.entries
            .retain(|entry| entry.conversation != id || !matches!(entry.stage, Stage::Acked(seq) if seq <= last));
    }

    /// The connection is lost: what was said and not answered is to be said again, in order.
    pub(crate) fn lost(&mut self) {
        self.pause.end();
        for entry in &mut self.entries {
            if matches!(entry.stage, Stage::Said(_)) {
                entry.stage = Stage::Waiting;
            }
        }
    }

    /// When to try again what was refused.
    pub(crate) fn deadline(&self) -> Option<Timestamp> {
        self.pause.until().filter(|_| self.entries.iter().any(|entry| entry.stage == Stage::Waiting))
    }

    fn entry_mut(&mut self, client_id: ClientId) -> Option<&mut Entry> {
        self.entries.iter_mut().find(|entry| entry.client_id == client_id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{client_id, conversation};

    const T: Timestamp = Timestamp(1_700_000_000_000);

    fn outbox(count: u64) -> Outbox {
        let mut outbox = Outbox::default();
        for n in 1..=count {
            let text = format!("text {n}");
            let unsent = Unsent {
                conversation: conversation(1),
                client_id: client_id(n),
                text,
                reply_to: None,
                forwards: None,
                at: T,
                failed: None,
            };
            assert!(outbox.add(unsent.into()));
        }
        outbox
    }

    fn say(outbox: &mut Outbox, request: RequestId) -> Option<ClientId> {
        let next = outbox.next(2, T)?.client_id;
        outbox.said(next, request);
        Some(next)
    }

    #[test]
    fn messages_are_said_in_order_and_only_so_many_at_a_time() {
        let mut outbox = outbox(4);
        assert_eq!(
            [say(&mut outbox, 1), say(&mut outbox, 2), say(&mut outbox, 3)],
            [Some(client_id(1)), Some(client_id(2)), None]
        );
        outbox.acked(client_id(1), 9);
        assert_eq!(say(&mut outbox, 3), Some(client_id(3)));
    }

    #[test]
    fn what_was_not_answered_is_said_again_in_order_after_a_lost_connection() {
        let mut outbox = outbox(3);
        say(&mut outbox, 1);
        say(&mut outbox, 2);
        outbox.lost();
        assert_eq!([say(&mut outbox, 3), say(&mut outbox, 4)], [Some(client_id(1)), Some(client_id(2))]);
        assert!(outbox.by_request(1).is_none());
    }

    #[test]
    fn nothing_overtakes_what_a_busy_server_refused() {
        let mut outbox = outbox(3);
        say(&mut outbox, 1);
        outbox.refused_for_now(client_id(1), T, &mut Backoff::new(1));
        let until = outbox.deadline().expect("there is a pause");
        assert!(outbox.next(9, until.plus(-1)).is_none());
        assert_eq!(outbox.next(9, until).map(|entry| entry.client_id), Some(client_id(1)));
    }

    #[test]
    fn after_an_hour_the_person_is_asked() {
        let mut outbox = outbox(2);
        say(&mut outbox, 1);
        assert!(outbox.expire(T.plus(STALE_MILLIS)).is_empty());
        let expired: Vec<_> = outbox.expire(T.plus(STALE_MILLIS + 1)).iter().map(|entry| entry.unsent()).collect();
        assert_eq!(
            expired.iter().map(|unsent| (unsent.client_id, unsent.failed)).collect::<Vec<_>>(),
            [(client_id(2), Some(Failure::Expired))]
        );
        assert!(outbox.retry(client_id(1), T).is_none());
        assert_eq!(
            outbox.retry(client_id(2), T.plus(STALE_MILLIS + 2)).map(|entry| entry.at),
            Some(T.plus(STALE_MILLIS + 2))
        );
    }

    #[test]
    fn the_same_client_id_is_taken_once() {
        let mut outbox = outbox(1);
        let again = Unsent {
            conversation: conversation(2),
            client_id: client_id(1),
            text: "b".into(),
            reply_to: None,
            forwards: None,
            at: T,
            failed: None,
        };
        assert!(!outbox.add(again.into()));
        assert_eq!(outbox.entries.len(), 1);
    }

    #[test]
    fn an_acknowledged_message_stays_in_sight_until_its_row_is_here() {
        let mut outbox = outbox(1);
        outbox.acked(client_id(1), 5);
        outbox.known_up_to(conversation(1), 4);
        outbox.known_up_to(conversation(2), 9);
        assert_eq!(outbox.of(conversation(1)).count(), 1);
        outbox.known_up_to(conversation(1), 5);
        assert_eq!(outbox.of(conversation(1)).count(), 0);
    }

    #[test]
    fn what_is_kept_can_be_read_back() {
        let unsent = Unsent {
            conversation: conversation(1),
            client_id: client_id(1),
            text: "a".into(),
            reply_to: Some(4),
            forwards: None,
            at: T,
            failed: Some(Failure::Rejected(Rejection::NotFound)),
        };
        let json = serde_json::to_string(&unsent).expect("it is plain data");
        assert_eq!(serde_json::from_str::<Unsent>(&json).expect("it was just written"), unsent);
        assert!(json.contains(r#""failed":{"rejected":"not_found"}"#), "{json}");
    }
}
