//! The end of a run: whole people go on until each knows everything, and the run records what they show.

use super::changes::Changes;
use super::{SETTLE, Tabs};
use crate::clock::{MILLISECOND, Nanos};
use crate::history::{History, Received};
use crate::quick::{ClientPool, ProtocolAdapter};
use anyhow::{bail, ensure};
use myna_client::Line;
use myna_protocol::Seq;

impl Tabs {
    /// Lets them go on until all know everything that was promised and have loaded all of it, and writes down what each
    /// has on show.
    pub fn settle(&mut self, pool: &mut ClientPool<impl ProtocolAdapter>, history: &mut History) -> anyhow::Result<()> {
        let end = pool.clock().now() + SETTLE;
        self.settle_scheduled(pool, history, end)?;
        // Who knows all that was promised may know less than is promised later, as long as somebody still speaks.
        let mut waiting: Vec<usize> = Vec::new();
        loop {
            let again = waiting.is_empty();
            if again {
                waiting = self.places.clone().collect();
            }
            let promised = promised(history, self.dataset.talks.len());
            let mut rest = Vec::new();
            for person in waiting {
                if !self.has_all(pool, &promised, person)? {
                    rest.push(person);
                }
            }
            waiting = rest;
            let Some(first) = waiting.first() else {
                if again {
                    break;
                }
                continue;
            };
            if pool.clock().now() > end {
                let tab = &self.tabs[first - self.places.start];
                let (count, status, kept) = (waiting.len(), tab.client.status(), tab.kept.len());
                bail!("{count} do not come to know everything; {first} is {status:?}, with {kept} in the outbox");
            }
            self.turn(pool, history, pool.clock().now() + 100 * MILLISECOND)?;
        }
        self.settle_changes(pool, history, end)?;
        for person in self.places.clone() {
            history.journals[person].received = self.shown(person);
        }
        Ok(())
    }

    /// Lets them go on until everything that they scheduled is sent.
    fn settle_scheduled(
        &mut self,
        pool: &mut ClientPool<impl ProtocolAdapter>,
        history: &mut History,
        end: Nanos,
    ) -> anyhow::Result<()> {
        let is_mine = |person: u32| self.changes.is_some() && self.places.contains(&(person as usize));
        let mine: Vec<usize> = (0..history.sent.len()).filter(|number| is_mine(history.sent[*number].person)).collect();
        while let Some(number) = mine.iter().find(|number| history.sent[**number].acked.is_none()) {
            ensure!(pool.clock().now() < end, "message {number} is not sent");
            self.turn(pool, history, pool.clock().now() + 100 * MILLISECOND)?;
        }
        ensure!(self.overdue == 0 || self.clock_is_set, "{} scheduled messages were not sent in time", self.overdue);
        Ok(())
    }

    /// Lets them go on until everybody is shown every edit, reaction and reply that was acknowledged.
    fn settle_changes(
        &mut self,
        pool: &mut ClientPool<impl ProtocolAdapter>,
        history: &mut History,
        end: Nanos,
    ) -> anyhow::Result<()> {
        let mut waiting: Vec<usize> = self.places.clone().collect();
        loop {
            let Some(changes) = &self.changes else { return Ok(()) };
            waiting.retain(|person| self.wrong(changes, *person).is_some());
            let Some(first) = waiting.first() else {
                // Of so many messages some were edited, and some reacted to.
                ensure!(changes.count() > 0 || history.sent.len() < 40, "nobody has changed a message");
                return Ok(());
            };
            let wrong = self.wrong(changes, *first).unwrap_or_default();
            if pool.clock().now() > end {
                bail!("{} are not shown what was acknowledged; {first}: {wrong}", waiting.len());
            }
            self.turn(pool, history, pool.clock().now() + 100 * MILLISECOND)?;
        }
    }

    /// What a person is shown that is not what was acknowledged, or for whose answer others still wait.
    fn wrong(&self, changes: &Changes, person: usize) -> Option<String> {
        let talks = &self.dataset.people[person].talks;
        let client = &self.tabs[person - self.places.start].client;
        // Others may still be answered.
        if let Some(person) = self.places.clone().find(|person| !changes.is_settled(*person)) {
            return Some(format!("{person} waits for an answer"));
        }
        talks.iter().find_map(|talk| changes.wrong(client, self.dataset.talks[*talk as usize].id))
    }

    /// Whether somebody's outbox is empty and everything they are to know is loaded; if not, what is older is asked for.
    fn has_all(
        &mut self,
        pool: &mut ClientPool<impl ProtocolAdapter>,
        promised: &[Seq],
        person: usize,
    ) -> anyhow::Result<bool> {
        let tab = &self.tabs[person - self.places.start];
        if !tab.live || !tab.kept.is_empty() {
            return Ok(false);
        }
        let mut all = true;
        for talk in self.dataset.people[person].talks.clone() {
            let (id, promised) = (self.dataset.talks[talk as usize].id, promised[talk as usize]);
            let Some(view) = self.tabs[person - self.places.start].client.conversation(id) else { return Ok(false) };
            let is_whole = view.last_seq >= promised && !view.has_older;
            if view.has_older && !view.loading {
                self.act(pool, person, |client, now| client.open(id, now))?;
                self.act(pool, person, |client, now| client.older(id, now))?;
            }
            all &= is_whole;
        }
        Ok(all)
    }

    /// What somebody has on show, conversation by conversation.
    fn shown(&self, person: usize) -> Vec<Received> {
        self.dataset.people[person].talks.iter().flat_map(|talk| self.shown_of(person, *talk)).collect()
    }

    /// What somebody has on show of one conversation, of this run.
    fn shown_of(&self, person: usize, talk: u32) -> Vec<Received> {
        let lines = self.tabs[person - self.places.start].client.transcript(self.dataset.talks[talk as usize].id);
        let bubbles = lines.into_iter().filter_map(|line| match line {
            Line::Bubble(bubble) => Some(bubble),
            Line::Separator { .. } | Line::Unread | Line::Notice(_) => None,
        });
        bubbles
            .filter_map(|bubble| {
                let number = self.dataset.number_of(bubble.client_id)?;
                Some(Received { talk, seq: bubble.seq? as u32, number: number as u32 })
            })
            .collect()
    }
}

/// The greatest place that was promised in each conversation.
fn promised(history: &History, talks: usize) -> Vec<Seq> {
    let mut promised = vec![0; talks];
    for sent in &history.sent {
        if let Some((seq, _)) = sent.acked {
            let place = &mut promised[sent.talk as usize];
            *place = seq.max(*place);
        }
    }
    promised
}
