//! Compares journals with the store: what was promised is there, once, in order; and everybody who may was shown it, and
//! nobody else.

mod verdict;

pub use verdict::Verdict;

use crate::dataset::Dataset;
use crate::history::History;
use crate::marker::Marker;
use anyhow::Context;
use myna_protocol::{Seq, UserId};
use myna_store::archive::{Archive, check as look};
use myna_store::{Purpose, open_archive};
use std::collections::HashMap;
use std::time::Duration;

/// Rows in a page.
const PAGE: u32 = 5_000;
/// Up to so many messages the store's own rules are checked too: beyond, that takes longer than the run.
const LOOKED_THROUGH: u64 = 1_000_000;

/// A message as it is stored.
#[derive(Debug, Clone, Copy)]
pub struct Stored {
    pub seq: Seq,
    pub sender: UserId,
    /// Which message of the run it is, if it is one whose text says so too.
    pub number: Option<u64>,
}

/// Reads the store at this URL, whose server has stopped, and compares it with what everybody has written down.
pub async fn check(url: &str, dataset: &Dataset, history: &History) -> anyhow::Result<Verdict> {
    let url = url.parse().with_context(|| format!("{url} is no store"))?;
    let archive = open_archive(&url, Purpose::Source, Duration::from_secs(10)).await?;
    let mut stored = Vec::with_capacity(dataset.talks.len());
    for talk in &dataset.talks {
        stored.push(messages(&*archive, dataset, talk).await?);
    }
    let mut verdict = judge(dataset, history, &stored);
    if archive.counts().await?.messages <= LOOKED_THROUGH {
        look(&*archive, &mut |violation| verdict.broken(violation.to_string())).await?;
    }
    Ok(verdict)
}

async fn messages(
    archive: &dyn Archive,
    dataset: &Dataset,
    talk: &crate::dataset::Talk,
) -> anyhow::Result<Vec<Stored>> {
    let (mut after, mut stored) = (talk.messages, Vec::new());
    loop {
        let page = archive.messages(talk.id, after, PAGE).await?;
        let Some(last) = page.last() else { return Ok(stored) };
        after = last.seq;
        stored.extend(page.iter().map(|message| {
            let number = dataset.number_of(message.client_id);
            let said = Marker::read(message.text.as_bytes()).map(|marker| marker.number);
            Stored { seq: message.seq, sender: message.sender, number: number.filter(|number| said == Some(*number)) }
        }));
    }
}

/// Compares. `stored` has the messages of each conversation since the run began, in the order of their places.
pub fn judge(dataset: &Dataset, history: &History, stored: &[Vec<Stored>]) -> Verdict {
    let mut verdict = Verdict::default();
    let places = places(dataset, history, stored, &mut verdict);
    for (number, sent) in history.sent.iter().enumerate() {
        verdict.sent += 1;
        verdict.acked += u64::from(sent.acked.is_some());
        match (sent.acked, places[number]) {
            (Some((seq, _)), Some(place)) if seq == place => {}
            (Some((seq, _)), Some(place)) => {
                verdict.reordered(format!("message {number} was promised place {seq} and has {place}"));
            }
            (Some((seq, _)), None) => {
                verdict.lost(format!("message {number}, promised place {seq}, is not stored"));
            }
            (None, _) if !history.journals[sent.person as usize].absent && !sent.refused => {
                verdict.unanswered(format!("message {number} was never answered"));
            }
            (None, _) => {}
        }
    }
    for person in 0..history.journals.len() {
        shown(dataset, history, stored, &places, person, &mut verdict);
    }
    verdict
}

/// Where each message of the run is stored, and what is wrong with the store by itself.
fn places(dataset: &Dataset, history: &History, stored: &[Vec<Stored>], verdict: &mut Verdict) -> Vec<Option<Seq>> {
    let mut places = vec![None; history.sent.len()];
    for (place, (talk, stored)) in dataset.talks.iter().zip(stored).enumerate() {
        let mut last = talk.messages;
        // The last message of each sender: they were said in the order of their numbers.
        let mut said: HashMap<UserId, u64> = HashMap::new();
        for message in stored {
            verdict.stored += 1;
            if message.seq != last + 1 {
                verdict.broken(format!("conversation {}: after {last} comes {}", talk.id, message.seq));
            }
            last = message.seq;
            let sent = message.number.and_then(|number| Some((number, history.sent.get(number as usize)?)));
            let fits = sent.filter(|(_, sent)| {
                sent.talk as usize == place && dataset.people[sent.person as usize].id == message.sender
            });
            let Some((number, sent)) = fits else {
                verdict.phantom(format!("conversation {}: nobody has sent message {}", talk.id, message.seq));
                continue;
            };
            if let Some(first) = places[number as usize].replace(message.seq) {
                verdict.duplicated(format!("message {number} is stored at {first} and {}", message.seq));
            }
            let before = said.insert(message.sender, number).unwrap_or(0);
            if before > number {
                said.insert(message.sender, before);
                if !sent.refused && !sent.scheduled {
                    verdict.reordered(format!("message {number} is stored after {before}, which was said later"));
                }
            }
        }
    }
    places
}

/// What one person was shown.
fn shown(
    dataset: &Dataset,
    history: &History,
    stored: &[Vec<Stored>],
    places: &[Option<Seq>],
    person: usize,
    verdict: &mut Verdict,
) {
    let journal = &history.journals[person];
    verdict.repeats += journal.repeats;
    let mut seen = vec![false; history.sent.len()];
    let mut last: HashMap<u32, u32> = HashMap::new();
    for received in &journal.received {
        verdict.shown += 1;
        let number = received.number as usize;
        if !dataset.people[person].talks.contains(&received.talk) {
            verdict.unauthorised(format!("person {person} was shown message {number}, and is not in its conversation"));
        }
        let Some(place) = places.get(number).copied().flatten() else {
            verdict.phantom(format!("person {person} was shown message {number}, which is not stored"));
            continue;
        };
        if std::mem::replace(&mut seen[number], true) {
            verdict.duplicated(format!("person {person} was shown message {number} twice"));
        }
        let before = last.insert(received.talk, received.seq).unwrap_or(0);
        if before >= received.seq || place != Seq::from(received.seq) || history.sent[number].talk != received.talk {
            verdict.reordered(format!("person {person} was shown message {number} out of its place"));
        }
    }
    if journal.absent {
        return;
    }
    for talk in &dataset.people[person].talks {
        let numbers = stored.get(*talk as usize).into_iter().flatten().filter_map(|message| message.number);
        for number in numbers.filter(|number| seen.get(*number as usize) == Some(&false)) {
            verdict.unseen(format!("person {person} was never shown message {number}"));
        }
    }
}

#[cfg(test)]
mod tests;
