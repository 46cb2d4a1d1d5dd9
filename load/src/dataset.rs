//! A store made ready for a run: people with their sessions, who are in conversations already. It is written by the
//! archive before the server starts, since thousands of sign-ups would take longer than the run.

mod fill;
mod plan;

pub use plan::{Plan, TalkPlan, Texts};

use myna_protocol::{ClientId, ConversationId, Feed, Kind, Rev, Seq, UserId};
use std::collections::BTreeMap;

/// When everything of a dataset was made: milliseconds since 1970.
const MADE: u64 = 1_700_000_000_000;

/// Somebody who can sign in by a cookie.
#[derive(Debug, Clone)]
pub struct Person {
    pub id: UserId,
    pub name: String,
    /// What the cookie holds is its hexadecimal digits.
    token: [u8; 32],
    /// The places of their conversations, in the order in which they came in.
    pub talks: Vec<u32>,
}

/// A conversation.
#[derive(Debug, Clone)]
pub struct Talk {
    pub id: ConversationId,
    pub kind: Kind,
    /// The places of its members among the people, the maker first.
    pub members: Vec<u32>,
    /// Messages that are in it from the start.
    pub messages: Seq,
}

/// Everybody and everything that a run begins with. Two datasets of one plan and one seed are the same.
#[derive(Debug, Clone, Default)]
pub struct Dataset {
    pub people: Vec<Person>,
    pub talks: Vec<Talk>,
    texts: Texts,
    /// What tells the messages of this run from those of others on the same store.
    run: u64,
}

/// An id whose last 12 digits are the number.
fn parts(salt: u64, number: u64) -> [u8; 10] {
    let mut parts = [0; 10];
    parts[..4].copy_from_slice(&(salt as u32).to_be_bytes());
    parts[4..].copy_from_slice(&number.to_be_bytes()[2..]);
    parts
}

/// The number in the last 12 digits of an id.
fn number(id: &[u8; 16]) -> u64 {
    id[10..].iter().fold(0, |number, byte| number << 8 | u64::from(*byte))
}

impl Dataset {
    /// What the plan says, with ids and tokens that follow from the seed.
    pub fn new(plan: &Plan, seed: u64) -> Self {
        let mut random = fastrand::Rng::with_seed(seed);
        let salt = random.u64(..);
        let mut people: Vec<Person> = (0..plan.people)
            .map(|place| {
                let mut token = [0; 32];
                random.fill(&mut token);
                let id = UserId::from_parts(MADE, parts(salt, place as u64));
                Person { id, name: format!("Person {place}"), token, talks: Vec::new() }
            })
            .collect();
        let talks = plan.talks.iter().enumerate().map(|(place, talk)| {
            for member in &talk.members {
                people[*member as usize].talks.push(place as u32);
            }
            Talk {
                id: ConversationId::from_parts(MADE, parts(salt, place as u64)),
                kind: talk.kind,
                members: talk.members.clone(),
                messages: talk.messages,
            }
        });
        let talks = talks.collect();
        Self { people, talks, texts: plan.texts, run: fastrand::u64(..1 << 40) }
    }

    /// The token in a person's cookie.
    pub fn token(&self, person: usize) -> String {
        self.people[person].token.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// How far everything of a person's has come before the run.
    pub fn cursors(&self, person: usize) -> BTreeMap<Feed, Rev> {
        let person = &self.people[person];
        let talks = person.talks.iter().map(|talk| {
            let talk = &self.talks[*talk as usize];
            (Feed::Conversation(talk.id), talk.messages + 1)
        });
        talks.chain([(Feed::User(person.id), person.talks.len() as Rev)]).collect()
    }

    /// The client id of a message of this run.
    pub fn client_id(&self, number: u64) -> ClientId {
        // As clients make them: each a little later than the one before.
        ClientId::from_parts(MADE + self.run + number, parts(self.run, number))
    }

    /// Which message of this run it is; `None` when it is of no message of it.
    pub fn number_of(&self, client_id: ClientId) -> Option<u64> {
        let number = number(client_id.as_bytes());
        (self.client_id(number) == client_id).then_some(number)
    }

    /// Which conversation it is.
    pub fn talk_of(&self, id: ConversationId) -> Option<u32> {
        let place = number(id.as_bytes());
        let talk = self.talks.get(usize::try_from(place).ok()?)?;
        (talk.id == id).then_some(place as u32)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_tell_their_numbers_and_those_of_others_tell_none() {
        let (one, other) = (Dataset::new(&Plan::pairs(3), 1), Dataset::new(&Plan::pairs(3), 2));
        assert_eq!(one.number_of(one.client_id(1_234_567)), Some(1_234_567));
        assert_eq!(one.number_of(other.client_id(7)), None);
        assert_eq!(one.talk_of(one.talks[2].id), Some(2));
        assert_eq!(one.talk_of(other.talks[2].id), None);
    }

    #[test]
    fn a_dataset_follows_from_its_seed() {
        let datasets = [7, 7, 8].map(|seed| Dataset::new(&Plan::rooms(2, 3), seed));
        let told = |dataset: &Dataset| {
            (0..6).map(|person| (dataset.people[person].id, dataset.token(person))).collect::<Vec<_>>()
        };
        assert_eq!(told(&datasets[0]), told(&datasets[1]));
        assert_ne!(told(&datasets[0]), told(&datasets[2]));
    }
}
