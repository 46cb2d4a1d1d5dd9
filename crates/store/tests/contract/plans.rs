//! The law, for random plans: several people do random things, and what they hear comes, is lost, comes twice or late.

use super::held::Held;
use super::verbs::{
    SCHEDULE, a_client_id, a_conversation_id, a_job_id, commit, edit, fresh, join, leave, load, name, new_direct, now,
    people, react, read, rename, rename_user, reply, send, seqs, text, unsend,
};
use myna_chat::rules::{self, Actor, Change, JobId};
use myna_chat::store::Store;
use myna_protocol::{ClientId, ConversationId, Feed, FeedRows, Rev, Row, UserId};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, TestRunner};
use std::collections::{BTreeSet, HashMap};

const PEOPLE: usize = 4;

/// What somebody does. Numbers are taken modulo what there is.
#[derive(Clone, Debug)]
enum Verb {
    Say,
    SayAgain(usize),
    Reply(u64),
    Edit(u64),
    Unsend(u64),
    React(u64, usize),
    /// For a time so far ahead.
    Schedule(i64),
    /// One of those that were scheduled gets another text and time.
    EditScheduled(usize, i64),
    SendScheduled(usize),
    DeleteScheduled(usize),
    /// The time comes for one of those that are due.
    Due(usize),
    Read(u64),
    Direct(usize),
    Group(usize),
    Channel,
    Join,
    Leave,
    RenameMe(u8),
    Rename(u8),
}

/// How the events of a step reach each of the people.
#[derive(Clone, Copy, Debug)]
enum Delivery {
    Once,
    Twice,
    Lost,
    Late,
}

#[derive(Clone, Debug)]
struct Step {
    who: usize,
    /// Which of the conversations there are.
    talk: usize,
    verb: Verb,
    deliveries: [Delivery; PEOPLE],
    /// Whether the change shares its commit with the next one.
    with_next: bool,
    /// Who catches up and compares after it, if anybody.
    check: Option<usize>,
}

fn step() -> impl Strategy<Value = Step> {
    let verb = prop_oneof![
        6 => Just(Verb::Say),
        1 => any::<usize>().prop_map(Verb::SayAgain),
        3 => (1..8_u64).prop_map(Verb::Reply),
        2 => (1..8_u64).prop_map(Verb::Edit),
        1 => (1..8_u64).prop_map(Verb::Unsend),
        3 => (1..8_u64, 0..3_usize).prop_map(|(seq, emoji)| Verb::React(seq, emoji)),
        3 => (1..4_i64).prop_map(Verb::Schedule),
        1 => (any::<usize>(), 1..4_i64).prop_map(|(number, ahead)| Verb::EditScheduled(number, ahead)),
        1 => any::<usize>().prop_map(Verb::SendScheduled),
        1 => any::<usize>().prop_map(Verb::DeleteScheduled),
        3 => any::<usize>().prop_map(Verb::Due),
        3 => (0..12_u64).prop_map(Verb::Read),
        1 => any::<usize>().prop_map(Verb::Direct),
        1 => any::<usize>().prop_map(Verb::Group),
        1 => Just(Verb::Channel),
        2 => Just(Verb::Join),
        2 => Just(Verb::Leave),
        1 => any::<u8>().prop_map(Verb::RenameMe),
        1 => any::<u8>().prop_map(Verb::Rename),
    ];
    let delivery = || {
        prop_oneof![
            5 => Just(Delivery::Once),
            1 => Just(Delivery::Twice),
            1 => Just(Delivery::Lost),
            1 => Just(Delivery::Late),
        ]
    };
    let deliveries = [delivery(), delivery(), delivery(), delivery()];
    let check = prop_oneof![8 => Just(None), 1 => (0..PEOPLE).prop_map(Some)];
    (0..PEOPLE, 0..8_usize, verb, deliveries, prop::bool::weighted(0.3), check).prop_map(
        |(who, talk, verb, deliveries, with_next, check)| Step { who, talk, verb, deliveries, with_next, check },
    )
}

pub(crate) async fn the_law_holds_for_random_plans(store: &dyn Store) {
    let config = Config::default();
    let cases = (config.cases / crate::PLANS_SHARE).max(1);
    let mut runner = TestRunner::new(config);
    let plans = prop::collection::vec(step(), 1..60);
    for _ in 0..cases {
        let mut plan = plans.new_tree(&mut runner).expect("no plan is filtered out");
        let Err(mut failure) = carry_out(store, &plan.current()).await else { continue };
        let mut smallest = plan.current();
        while plan.simplify() {
            while let Err(smaller) = carry_out(store, &plan.current()).await {
                (failure, smallest) = (smaller, plan.current());
                if !plan.simplify() {
                    break;
                }
            }
            if !plan.complicate() {
                break;
            }
        }
        panic!("the law broke: {failure}\nby the plan: {smallest:#?}");
    }
}

/// Everything that one plan needs to know.
struct Play<'a> {
    store: &'a dyn Store,
    people: Vec<UserId>,
    held: Vec<Held>,
    /// What each of them will hear later.
    late: Vec<Vec<FeedRows>>,
    talks: Vec<ConversationId>,
    inside: BTreeSet<(ConversationId, UserId)>,
    heads: HashMap<Feed, Rev>,
    sent: Vec<(ConversationId, UserId, ClientId)>,
    scheduled: Vec<(UserId, ClientId, JobId)>,
}

async fn carry_out(store: &dyn Store, plan: &[Step]) -> Result<(), String> {
    let people = people(store, PEOPLE).await;
    let mut held = Vec::new();
    for user in &people {
        held.push(Held::load(store, *user).await);
    }
    let mut play = Play {
        store,
        people,
        held,
        late: vec![Vec::new(); PEOPLE],
        talks: Vec::new(),
        inside: BTreeSet::new(),
        heads: store.revs(&[Feed::Server]).await.expect("the store answers").into_iter().collect(),
        sent: Vec::new(),
        scheduled: Vec::new(),
    };
    let mut steps = Vec::new();
    for step in plan {
        steps.push(step);
        if !step.with_next {
            play.go(&std::mem::take(&mut steps)).await?;
        }
    }
    play.go(&steps).await?;
    play.end().await
}

impl Play<'_> {
    /// The steps in one commit, and what comes of them.
    async fn go(&mut self, steps: &[&Step]) -> Result<(), String> {
        let batch: Vec<Change> = steps.iter().map(|step| self.change(step)).collect();
        let outcomes = commit(self.store, batch).await;
        for (step, outcome) in steps.iter().zip(outcomes) {
            let Ok(committed) = outcome else { continue };
            if let Some(talk) = committed.conversation {
                if !self.talks.contains(&talk) {
                    self.talks.push(talk);
                }
                self.inside.extend(committed.joined.iter().map(|user| (talk, *user)));
                for user in &committed.left {
                    self.inside.remove(&(talk, *user));
                }
            }
            for event in committed.events {
                let head = self.heads.entry(event.feed).or_insert(0);
                let is_own = |row: &&Row| event.feed == Feed::Server || !matches!(row, Row::Person(_));
                let is_stamped = event.rows.iter().filter(is_own).all(|row| row.rev() == event.rev);
                if (event.from, event.rev) != (*head, *head + 1) || !is_stamped {
                    return Err(format!("after {head} came {event:?}"));
                }
                *head = event.rev;
                self.deliver(&event, step.deliveries).await;
            }
            if let Some(who) = step.check {
                self.check(who).await?;
            }
        }
        Ok(())
    }

    fn change(&mut self, step: &Step) -> Change {
        let user = self.people[step.who];
        let nth = |number: usize, count: usize| number % count.max(1);
        let talk = self.talks.get(nth(step.talk, self.talks.len())).copied().unwrap_or_else(a_conversation_id);
        match step.verb {
            Verb::Say => {
                let client_id = a_client_id();
                self.sent.push((talk, user, client_id));
                send(talk, user, client_id, "said")
            }
            Verb::SayAgain(number) => match self.sent.get(nth(number, self.sent.len())) {
                Some((talk, user, client_id)) => send(*talk, *user, *client_id, "said"),
                None => send(talk, user, a_client_id(), "said"),
            },
            Verb::Reply(seq) => reply(talk, user, "replied", seq),
            Verb::Edit(seq) => edit(talk, user, seq, &format!("edited {}", self.sent.len())),
            Verb::Unsend(seq) => unsend(talk, user, seq),
            Verb::React(seq, emoji) => react(talk, user, seq, ["", "👍", "🎉"][emoji]),
            Verb::Schedule(ahead) => {
                let (client_id, job, at) = (a_client_id(), a_job_id(), now());
                self.scheduled.push((user, client_id, job));
                let (text, reply_to, send_at, bounds) = (text("later"), None, at.plus(ahead), SCHEDULE);
                let verb = rules::Verb::ScheduleMessage {
                    conversation: talk,
                    client_id,
                    text,
                    reply_to,
                    send_at,
                    job,
                    bounds,
                };
                verb.by(user, at)
            }
            Verb::EditScheduled(number, ahead) => {
                let ((user, client_id, _), at) = (self.scheduled(number), now());
                let (text, send_at, bounds) = (text(&format!("later {}", fresh())), at.plus(ahead), SCHEDULE);
                rules::Verb::EditScheduled { client_id, text, send_at, bounds }.by(user, at)
            }
            Verb::SendScheduled(number) => {
                let (user, client_id, _) = self.scheduled(number);
                rules::Verb::SendScheduled { client_id, is_due: false }.by(user, now())
            }
            Verb::DeleteScheduled(number) => {
                let (user, client_id, _) = self.scheduled(number);
                rules::Verb::DeleteScheduled { client_id }.by(user, now())
            }
            Verb::Due(number) => {
                let (_, _, id) = self.scheduled(number);
                Change { actor: Actor::System, at: now(), verb: rules::Verb::RunJob { id } }
            }
            Verb::Read(seq) => read(talk, user, seq),
            Verb::Direct(number) => new_direct(user, self.people[nth(number, PEOPLE)]),
            Verb::Group(number) => {
                let members = self.people.iter().enumerate().filter(|(place, _)| number >> place & 1 == 1);
                let members = members.map(|(_, member)| *member).filter(|member| *member != user).collect();
                rules::Verb::Group { id: a_conversation_id(), name: None, members }.by(user, now())
            }
            Verb::Channel => {
                let id = a_conversation_id();
                rules::Verb::Channel { id, name: name(&format!("Channel {id}")) }.by(user, now())
            }
            Verb::Join => join(talk, user),
            Verb::Leave => leave(talk, user),
            // Names that others may have by then, and mostly have not.
            Verb::RenameMe(number) => {
                rename_user(user, &format!("Called {} {}", &self.people[0].to_string()[24..], number % 8))
            }
            Verb::Rename(number) => {
                let called = format!("Named {} {}", &self.people[0].to_string()[24..], number % 4);
                rename(talk, user, (number > 50).then_some(called.as_str()))
            }
        }
    }

    /// One of those that were scheduled, whatever became of it.
    fn scheduled(&self, number: usize) -> (UserId, ClientId, JobId) {
        let nothing = || (self.people[0], a_client_id(), a_job_id());
        self.scheduled.get(number % self.scheduled.len().max(1)).copied().unwrap_or_else(nothing)
    }

    /// Everybody who may hear the event hears it, loses it, or will hear it later.
    async fn deliver(&mut self, event: &FeedRows, deliveries: [Delivery; PEOPLE]) {
        for (place, delivery) in deliveries.into_iter().enumerate() {
            let user = self.people[place];
            let theirs = match event.feed {
                Feed::User(whose) => whose == user,
                Feed::Conversation(talk) => self.inside.contains(&(talk, user)),
                Feed::Server => true,
            };
            if !theirs {
                continue;
            }
            let times = match delivery {
                Delivery::Once => 1,
                Delivery::Twice => 2,
                Delivery::Lost => 0,
                Delivery::Late => {
                    self.late[place].push(event.clone());
                    0
                }
            };
            for _ in 0..times {
                self.held[place].hear(self.store, event).await;
            }
        }
    }

    /// Late events come, the newest first; then the person catches up, and holds what a fresh load would be.
    async fn check(&mut self, place: usize) -> Result<(), String> {
        for event in std::mem::take(&mut self.late[place]).iter().rev() {
            self.held[place].hear(self.store, event).await;
        }
        self.held[place].catch_up(self.store).await;
        self.held[place].compare(self.store).await
    }

    async fn end(mut self) -> Result<(), String> {
        for place in 0..PEOPLE {
            self.check(place).await?;
        }
        for talk in &self.talks {
            let loaded = load(self.store, *talk).await;
            let seqs = seqs(&loaded.rows);
            if !seqs.iter().copied().eq(1..=seqs.len() as u64) || self.heads[&loaded.feed] != loaded.rev {
                return Err(format!("not gapless: {seqs:?}, or not at its head: {}", loaded.rev));
            }
        }
        Ok(())
    }
}
