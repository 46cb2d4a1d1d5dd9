//! The end of every plan: everybody is back and has heard everything, and all of it is compared.

use crate::person::Person;
use crate::simulated_bus::DeliveryFault;
use crate::world::World;
use myna_chat::Clock;
use myna_client::{Bubble, Line, ScheduledItem, SidebarRow, State, View};
use myna_protocol::{ConversationId, Kind};
use std::sync::atomic::Ordering;

/// Longer than any pause of a client.
const PAUSE_MILLIS: i64 = 31_000;

/// Everything that a client shows.
#[derive(Debug, PartialEq)]
struct Shown {
    sidebar: Vec<SidebarRow>,
    conversations: Vec<(Option<View>, Vec<Line>)>,
    scheduled: Vec<ScheduledItem>,
}

impl World {
    /// Everybody is connected and has heard everything; then each client is compared with one that knew nothing before, and
    /// all of it with what was said.
    pub(crate) async fn settle_and_compare(&mut self) {
        for who in 0..self.people.len() {
            self.people[who].mishap = None;
            self.come(who).await;
        }
        // What a node could not tell is left to the next one.
        for _ in 0..3 {
            self.pass(PAUSE_MILLIS * 10).await;
        }
        // What one hears may make them say something that others hear, and a pause may have to pass before that.
        for _ in 0..3 {
            self.deliver_all().await;
            for who in 0..self.people.len() {
                self.hear(who).await;
                self.clock.0.fetch_add(PAUSE_MILLIS, Ordering::Relaxed);
                let now = self.clock.now();
                let actions = self.people[who].client.tick(now);
                self.perform(who, actions).await;
            }
        }
        self.deliver_all().await;
        for who in 0..self.people.len() {
            self.hear(who).await;
            // A row lost at the very end is found by the next one, or, as here, by coming back. Where none was lost, there
            // is nothing to find.
            if self.people[who].lost {
                self.drop_socket(who);
                self.come(who).await;
            }
            self.give_up(who);
            let held = self.shown(who).await;
            self.people.push(Person::new(self.account(who), 2, self.people[who].node));
            let fresh_one = self.people.len() - 1;
            self.come(fresh_one).await;
            let fresh = self.shown(fresh_one).await;
            self.people.pop();
            assert_eq!(held, fresh, "{} holds something else than a fresh load", self.people[who].user.name);
            for (row, (_, lines)) in held.sidebar.iter().zip(&held.conversations) {
                let bubbles = lines.iter().filter(|line| matches!(line, Line::Bubble(_))).count();
                self.history.shown(who, row.id, bubbles);
            }
        }
        self.history.check(&*self.store).await;
    }

    /// The person takes back what was refused: it is on this device only.
    fn give_up(&mut self, who: usize) {
        let client = &mut self.people[who].client;
        for row in client.sidebar() {
            for line in client.transcript(row.id) {
                if let Line::Bubble(Bubble { client_id, state: State::Failed(_), .. }) = line {
                    // What is kept in a browser's storage is not kept here.
                    let _ = client.discard(client_id);
                }
            }
        }
    }

    async fn deliver_all(&self) {
        let Some(bus) = &self.bus else { return };
        for node in 0..self.nodes.len() {
            bus.deliver(node, DeliveryFault::None);
        }
        bus.quiet().await;
    }

    pub(crate) fn kinds(&self) -> Vec<Kind> {
        self.people.iter().flat_map(|person| person.client.sidebar()).map(|row| row.kind).collect()
    }

    /// How many messages there are, each counted once.
    pub(crate) fn messages(&self) -> usize {
        let mut keys = Vec::new();
        for person in &self.people {
            for row in person.client.sidebar() {
                let lines = person.client.transcript(row.id).into_iter();
                keys.extend(lines.filter(|line| matches!(line, Line::Bubble(_))).map(|line| line.key()));
            }
        }
        keys.sort();
        keys.dedup();
        keys.len()
    }

    /// What a client shows once it has loaded all history.
    async fn shown(&mut self, who: usize) -> Shown {
        let ids: Vec<ConversationId> = self.people[who].client.sidebar().iter().map(|row| row.id).collect();
        for id in &ids {
            let now = self.clock.now();
            let actions = self.people[who].client.open(*id, now);
            self.perform(who, actions).await;
            while self.people[who].client.conversation(*id).is_some_and(|view| view.has_older) {
                let now = self.clock.now();
                let actions = self.people[who].client.older(*id, now);
                assert!(!actions.is_empty(), "older messages can be asked for");
                self.perform(who, actions).await;
            }
        }
        let client = &self.people[who].client;
        let mut sidebar = client.sidebar();
        // Conversations of the same moment have no order of their own.
        sidebar.sort_by_key(|row| row.id);
        let conversations =
            sidebar.iter().map(|row| (client.conversation(row.id), client.transcript(row.id))).collect();
        let scheduled = client.all_scheduled().into_iter().map(|(item, _)| item).collect();
        Shown { sidebar, conversations, scheduled }
    }
}
