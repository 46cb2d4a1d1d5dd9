//! Very many scheduled messages that are due at one moment.

use super::{Person, Place, Socket, messages, new_message, soon};
use futures_util::future::join_all;
use myna_chat::{Clock, SystemClock};
use myna_protocol::{Command, ConversationId, Event, Rejection, Row, Seq, Timestamp};
use std::collections::{BTreeMap, BTreeSet};

const PEOPLE: usize = 10;
/// As many as one person can have scheduled.
const EACH: usize = 100;

/// What was scheduled, all for one moment.
pub(crate) struct Due {
    people: Vec<Person>,
    conversation: ConversationId,
    texts: BTreeSet<String>,
}

impl Due {
    /// People, in turn at these places, schedule what they can for a moment that is so many milliseconds ahead. On a slow machine
    /// some of it comes too late and is refused.
    pub(crate) async fn schedule(places: &[&Place], ahead: i64) -> Self {
        let mut people = Vec::new();
        for n in 0..PEOPLE {
            people.push(places[n % places.len()].sign_up(&format!("Person {n}")).await);
        }
        let others: Vec<&Person> = people[1..].iter().collect();
        let conversation = people[0].socket().await.group(&others).await;
        let send_at = SystemClock.now().plus(ahead);
        let texts =
            join_all(people.iter().enumerate().map(|(n, person)| all_of(person, n, conversation, send_at))).await;
        let texts: BTreeSet<String> = texts.into_iter().flatten().collect();
        assert!(texts.len() > PEOPLE * EACH / 2, "only {} could be scheduled in time", texts.len());
        Self { people, conversation, texts }
    }

    /// How many messages there are to come.
    pub(crate) fn count(&self) -> Seq {
        self.texts.len() as Seq
    }

    /// A socket at this place that waits until so many are sent.
    pub(crate) async fn wait_for(&self, place: &Place, count: Seq) {
        let mut socket = self.people[0].at(place).open().await;
        let told = socket.hello(BTreeMap::new()).await;
        let has_come = |event: &Event| messages(event).iter().any(|message| message.seq >= count).then_some(());
        if !told.iter().any(|event| has_come(event).is_some()) {
            socket.expect("they are sent", has_come).await;
        }
    }

    /// Each is sent once, and nobody has anything left to be sent.
    pub(crate) async fn assert_sent_once(&self, place: &Place) {
        soon("all are sent", self.wait_for(place, self.count())).await;
        let log = super::loaded(&self.people[1].at(place), self.conversation, 1, self.count()).await;
        let texts: BTreeSet<String> = log.into_iter().map(|(_, _, text)| text).collect();
        assert!(texts == self.texts, "as many as were scheduled, and none twice");
        for person in &self.people {
            let mut socket: Socket = person.at(place).open().await;
            let told = socket.hello(BTreeMap::new()).await;
            let is_left = |row: &Row| matches!(row, Row::Scheduled(row) if row.message.is_some());
            let rows = |event: &Event| super::rows(event).map(|rows| rows.rows.clone()).unwrap_or_default();
            assert!(!told.iter().flat_map(rows).any(|row| is_left(&row)), "nothing is left of {}", person.name);
        }
    }
}

/// The texts that a person could schedule.
async fn all_of(person: &Person, n: usize, conversation: ConversationId, send_at: Timestamp) -> Vec<String> {
    let mut socket = person.socket().await;
    let mut texts = Vec::new();
    for m in 0..EACH {
        let (text, client_id) = (format!("{n}:{m}"), new_message());
        let said = text.clone();
        let command =
            |request| Command::Schedule { request, conversation, client_id, text: said, reply_to: None, send_at };
        match socket.ask(command).await {
            Event::Ack { .. } => texts.push(text),
            Event::Rejected { code: Rejection::TimePast, .. } => break,
            other => panic!("not scheduled: {other:?}"),
        }
    }
    texts
}
