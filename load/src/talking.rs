//! Whole people who talk by a schedule while things happen to them and to their server.

use crate::clock::{Clock, Nanos, SECOND};
use crate::dataset::Dataset;
use crate::history::History;
use crate::quick::{ClientPool, Myna};
use crate::whole::Tabs;
use anyhow::ensure;
use std::net::SocketAddr;
use std::sync::Arc;

/// How long everybody may take to come back.
const PATIENCE: Nanos = 120 * SECOND;

/// People who talk by a schedule, each in the first of their conversations.
pub struct Talking {
    pub pool: ClientPool<Myna>,
    pub tabs: Tabs,
    pub history: History,
    dataset: Arc<Dataset>,
    start: Nanos,
    rate: f64,
    said: u64,
    /// Everything before this message is acknowledged.
    acked: usize,
}

impl Talking {
    /// Everybody of the dataset connects to this address; then they begin to talk, so many messages a second all together.
    pub fn begin(dataset: &Arc<Dataset>, clock: Clock, address: SocketAddr, rate: f64) -> anyhow::Result<Self> {
        let people = dataset.people.len();
        let myna = Myna::quick(dataset.clone(), address).with_whole(0..people);
        let mut pool = ClientPool::new(myna, people, address, clock)?;
        let (mut tabs, mut history) = (Tabs::new(dataset.clone(), 0..people), History::new(people));
        tabs.connect(&mut pool, &mut history)?;
        let start = clock.now();
        Ok(Self { pool, tabs, history, dataset: dataset.clone(), start, rate, said: 0, acked: 0 })
    }

    /// They edit, react, reply and send later too.
    pub fn with_changes(self) -> Self {
        Self { tabs: self.tabs.with_changes(), ..self }
    }

    /// The moment it is.
    pub fn now(&self) -> Nanos {
        self.pool.clock().now()
    }

    /// Says what is due, and lets the clients do what follows until the next word is due, something happens, or this moment
    /// comes.
    pub fn turn(&mut self, until: Nanos) -> anyhow::Result<()> {
        let due = |said: u64| self.start + (said as f64 * SECOND as f64 / self.rate) as Nanos;
        let people = self.pool.people() as u64;
        let (mut said, now) = (self.said, self.now());
        while due(said) <= now {
            let person = (said * 7 % people) as usize;
            let talk = self.dataset.people[person].talks[0];
            self.tabs.say(&mut self.pool, &mut self.history, person, talk, due(said))?;
            said += 1;
        }
        let next = due(said);
        self.said = said;
        self.tabs.turn(&mut self.pool, &mut self.history, next.min(until))
    }

    /// Lets them talk for so many seconds.
    pub fn last(&mut self, seconds: f64) -> anyhow::Result<()> {
        let end = self.now() + (seconds * SECOND as f64) as Nanos;
        while self.now() < end {
            self.turn(end)?;
        }
        Ok(())
    }

    /// They say nothing more, and go on until all know everything that was promised.
    pub fn settle(&mut self) -> anyhow::Result<()> {
        self.tabs.settle(&mut self.pool, &mut self.history)
    }

    /// All connections end: what everybody has written down.
    pub fn hang_up(self) -> History {
        self.history
    }

    /// Everybody's device says that it has a network: who waits to come back does so at once.
    pub fn online(&mut self) -> anyhow::Result<()> {
        (0..self.pool.people()).try_for_each(|person| self.tabs.online(&mut self.pool, person))
    }

    /// Lets them talk until everybody is told everything again, over connections of which so many were opened, and all that
    /// was said before is acknowledged: how long that took.
    pub fn recover(&mut self, opened: u64) -> anyhow::Result<Nanos> {
        let (start, said, people) = (self.now(), self.history.sent.len(), self.pool.people());
        loop {
            while self.history.sent.get(self.acked).is_some_and(|sent| sent.acked.is_some()) {
                self.acked += 1;
            }
            let (live, now) = (self.tabs.live(), self.now());
            if live == people && self.tabs.opened() >= opened && self.acked >= said {
                return Ok(now - start);
            }
            let missing = said.saturating_sub(self.acked);
            ensure!(
                now < start + PATIENCE,
                "{live} of {people} are back after a long while, {missing} not acknowledged"
            );
            self.turn(now + SECOND)?;
        }
    }
}
