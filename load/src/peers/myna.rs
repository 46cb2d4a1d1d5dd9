//! Myna as one of its own peers: quick people who also remember how far each conversation has come, since here a server is
//! started again on a store that holds earlier rounds, and links are cut.

use super::SENDER;
use crate::dataset::Dataset;
use crate::marker::decimal;
use crate::quick::{Heard, Myna, ProtocolAdapter};
use anyhow::Context;
use memchr::memmem;
use myna_protocol::{Command, Feed, Rev};
use std::cell::RefCell;
use std::net::SocketAddr;
use std::rc::Rc;
use std::sync::Arc;

const ROWS: &[u8] = br#"{"type":"rows","feed":"conversation/"#;
const REV: &[u8] = br#","rev":"#;
/// An id as it is written.
const ID: usize = 36;

/// How far each conversation of a dataset has come, by its place.
pub(super) type Revs = Rc<RefCell<Vec<Rev>>>;

pub(super) struct Remembering {
    inner: Myna,
    dataset: Arc<Dataset>,
    /// How far the sender was told: in a settled pool that is how far everybody was.
    known: Revs,
    /// How far each person was told, where that may differ.
    each: Option<RefCell<Vec<Vec<Rev>>>>,
}

impl Remembering {
    /// People of a dataset who know as much as is known. `resumes`: each remembers for themselves.
    pub(super) fn new(dataset: Arc<Dataset>, address: SocketAddr, known: Revs, resumes: bool) -> Self {
        let each = resumes.then(|| RefCell::new(vec![known.borrow().clone(); dataset.people.len()]));
        Self { inner: Myna::quick(dataset.clone(), address), dataset, known, each }
    }

    fn remember(&self, person: usize, frame: &[u8]) -> anyhow::Result<()> {
        let Some(feed) = frame.strip_prefix(ROWS) else { return Ok(()) };
        let id = std::str::from_utf8(feed.get(..ID).context("a feed has an id")?)?;
        let talk = self.dataset.talk_of(id.parse()?).context("it is of this dataset")? as usize;
        let rev = memmem::find(feed, REV).and_then(|place| decimal(&feed[place + REV.len()..]));
        let (rev, _) = rev.context("rows say how far the feed has come")?;
        if person == SENDER {
            self.known.borrow_mut()[talk] = rev;
        }
        if let Some(each) = &self.each {
            each.borrow_mut()[person][talk] = rev;
        }
        Ok(())
    }
}

impl ProtocolAdapter for Remembering {
    fn request(&self, person: usize) -> String {
        self.inner.request(person)
    }

    fn greeting(&self, person: usize) -> Option<String> {
        let mut cursors = self.dataset.cursors(person);
        let rev = |talk: usize| match &self.each {
            Some(each) => each.borrow()[person][talk],
            None => self.known.borrow()[talk],
        };
        for talk in &self.dataset.people[person].talks {
            cursors.insert(Feed::Conversation(self.dataset.talks[*talk as usize].id), rev(*talk as usize));
        }
        serde_json::to_string(&Command::Hello { cursors }).ok()
    }

    fn message(&self, person: usize, talk: u32, number: u64, text: &str) -> String {
        self.inner.message(person, talk, number, text)
    }

    fn ping(&self) -> Option<&str> {
        self.inner.ping()
    }

    fn hear(&self, person: usize, frame: &[u8], tell: &mut dyn FnMut(Heard)) -> anyhow::Result<()> {
        if person == SENDER || self.each.is_some() {
            self.remember(person, frame)?;
        }
        self.inner.hear(person, frame, tell)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dataset::Plan;
    use myna_protocol::{Event, FeedRows};

    #[test]
    fn who_comes_back_says_how_far_they_were_told() {
        let dataset = Arc::new(Dataset::new(&Plan::room(2), 1));
        let feed = Feed::Conversation(dataset.talks[0].id);
        let frame = serde_json::to_string(&Event::Rows(FeedRows { feed, from: 1, rev: 41, rows: Vec::new() })).unwrap();
        let address = SocketAddr::from(([127, 0, 0, 1], 1));
        let known = Revs::new(RefCell::new(vec![1]));
        let people = Remembering::new(dataset, address, known.clone(), true);
        people.hear(1, frame.as_bytes(), &mut |_| ()).unwrap();
        let said = |person| serde_json::from_str(&people.greeting(person).unwrap()).unwrap();
        let (Command::Hello { cursors: one }, Command::Hello { cursors: other }) = (said(1), said(0)) else {
            panic!("they say hello");
        };
        assert_eq!((one[&feed], other[&feed], known.borrow()[0]), (41, 1, 1));
    }
}
