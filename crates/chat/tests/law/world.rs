//! A few people with a client each, over the real rules and the embedded store in memory; their sockets are lines of
//! code, so that a test decides what gets lost.

use crate::history::History;
use crate::person::Person;
use crate::simulated_bus::SimulatedBus;
use crate::step::{Mishap, Step};
use myna_chat::store::Store;
use myna_chat::{Chat, Clock, Content, DueJobs, Ids, Parts, Passwords};
use myna_client::{Action, Line};
use myna_protocol::{
    ClientId, Command, ConversationId, Event, Feed, FeedRows, Name, Password, Rev, Row, Seq, SessionId, Text,
    Timestamp, User, UserId,
};
use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::Duration;
use tokio::task::{AbortHandle, JoinSet};

const MINUTE: i64 = 60_000;

pub(crate) struct TestClock(pub(crate) AtomicI64);

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        Timestamp(self.0.fetch_add(1, Ordering::Relaxed))
    }
}

/// Ids that are the same each time.
#[derive(Default)]
struct Counted(AtomicU64);

impl Ids for Counted {
    fn fill(&self, bytes: &mut [u8]) {
        let number = self.0.fetch_add(1, Ordering::Relaxed).to_be_bytes();
        bytes.iter_mut().zip(number.iter().cycle()).for_each(|(byte, digit)| *byte = *digit);
    }
}

/// A node while it lives.
pub(crate) struct Node {
    chat: Chat,
    /// All that it does by itself.
    tasks: AbortHandle,
    jobs: Arc<DueJobs>,
}

pub(crate) struct World {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) nodes: Vec<Node>,
    /// What lies between several nodes; one node alone needs none.
    pub(crate) bus: Option<Arc<SimulatedBus>>,
    /// Who has left which conversation, and how far that had come when the leaving was acknowledged.
    left: HashMap<(UserId, ConversationId), Rev>,
    pub(crate) history: History,
    pub(crate) clock: Arc<TestClock>,
    ids: Arc<Counted>,
    pub(crate) people: Vec<Person>,
    channels: Vec<ConversationId>,
    made: u64,
}

impl World {
    /// People on one node.
    pub(crate) async fn new(people: usize) -> Self {
        let mut world = Self::of(None).await;
        world.start_node();
        world.sign_up(people).await;
        world
    }

    /// People on two nodes in turn, and a second device of the first one on the other node.
    pub(crate) async fn on_two_nodes(people: usize) -> Self {
        let mut world = Self::of(Some(SimulatedBus::new(2))).await;
        for _ in 0..2 {
            world.start_node();
        }
        world.sign_up(people).await;
        let first = world.account(0);
        world.people.push(Person::new(first, 3, 1));
        world.come(people).await;
        world
    }

    async fn of(bus: Option<Arc<SimulatedBus>>) -> Self {
        Self {
            store: myna_store::open(&"memory:".parse().unwrap(), Duration::ZERO).await.unwrap(),
            nodes: Vec::new(),
            bus,
            left: HashMap::new(),
            history: History::default(),
            clock: Arc::new(TestClock(AtomicI64::new(1_800_000_000_000))),
            ids: Arc::default(),
            people: Vec::new(),
            channels: Vec::new(),
            made: 0,
        }
    }

    fn start_node(&mut self) {
        let node = self.node(self.nodes.len());
        self.nodes.push(node);
    }

    fn node(&self, number: usize) -> Node {
        let store = match &self.bus {
            Some(bus) => bus.node(number, self.store.clone()),
            None => self.store.clone(),
        };
        let (clock, ids) = (self.clock.clone(), self.ids.clone());
        let (chat, tasks) =
            Chat::new(Parts { store, clock, ids, passwords: Passwords::weak(), policy: Default::default() });
        Node { chat, jobs: tasks.due_jobs(), tasks: tokio::spawn(tasks.run()).abort_handle() }
    }

    /// A node ends where it stands, and another takes its place.
    async fn crash(&mut self, number: usize) {
        self.nodes[number].tasks.abort();
        for who in 0..self.people.len() {
            if self.people[who].node == number {
                self.drop_socket(who);
            }
        }
        self.quiet().await;
        // What it has handed to the store gets there: the store does one thing after the other.
        self.store.delete_expired_sessions(Timestamp(0)).await.unwrap();
        self.nodes[number] = self.node(number);
    }

    async fn sign_up(&mut self, people: usize) {
        let nodes = self.nodes.len();
        for (number, name) in ["Ada", "Bea", "Chidi", "Dana"].iter().take(people).enumerate() {
            let name = Name::parse(name).unwrap();
            let password = Password::parse("a long password").unwrap();
            let account = self.chat(0).sign_up(name, password, None).await.unwrap();
            self.people.push(Person::new((account.user, account.session), 1, number % nodes));
        }
        for who in 0..people {
            self.come(who).await;
        }
    }

    pub(crate) fn chat(&self, node: usize) -> &Chat {
        &self.nodes[node].chat
    }

    pub(crate) fn account(&self, who: usize) -> (User, SessionId) {
        (self.people[who].user.clone(), self.people[who].session)
    }

    /// Does a step, and lets the nodes do what follows from it.
    pub(crate) async fn take(&mut self, step: &Step) {
        self.take_step(step).await;
        self.quiet().await;
    }

    async fn quiet(&self) {
        if let Some(bus) = &self.bus {
            bus.quiet().await;
        }
    }

    /// They send a message.
    async fn say(&mut self, who: usize, conversation: ConversationId) {
        let (id, text) = (self.client_id(), Text::parse(&format!("message {}", self.made)).unwrap());
        self.history.say(id, who, conversation);
        let now = self.clock.now();
        let actions = self.people[who].client.send(conversation, id, text, now);
        self.perform(who, actions).await;
    }

    async fn take_step(&mut self, step: &Step) {
        match step {
            Step::Reply { who, place, seq } => {
                let Some(conversation) = self.place(*who, *place).await else { return };
                // Nobody replies to what they do not see.
                if self.people[*who].client.message(conversation, *seq).is_none() {
                    return;
                }
                let now = self.clock.now();
                let actions = self.people[*who].client.reply_to(conversation, Some(*seq), now);
                self.perform(*who, actions).await;
                self.say(*who, conversation).await;
            }
            Step::Forward { who, place, seq, to } => {
                let Some(conversation) = self.place(*who, *place).await else { return };
                let Some(to) = self.place(*who, *to).await else { return };
                // Nobody forwards what they do not see.
                let message = self.people[*who].client.forwardable(conversation, &[*seq]).pop();
                let Some(message) = message else { return };
                let (id, now) = (self.client_id(), self.clock.now());
                self.history.say(id, *who, to);
                let actions = self.people[*who].client.forward(message, to, id, now);
                self.perform(*who, actions).await;
            }
            Step::Send { who, place } => {
                let Some(conversation) = self.place(*who, *place).await else { return };
                self.say(*who, conversation).await;
            }
            Step::Edit { who, place, back } => {
                let Some((conversation, seq)) = self.own_message(*who, *place, *back).await else { return };
                self.made += 1;
                let text = format!("edited {}", self.made);
                self.change_message(*who, conversation, seq, Some(Text::parse(&text).unwrap())).await;
            }
            Step::Unsend { who, place, back } => {
                let Some((conversation, seq)) = self.own_message(*who, *place, *back).await else { return };
                self.change_message(*who, conversation, seq, None).await;
            }
            Step::React { who, place, seq, emoji } => {
                let Some(conversation) = self.place(*who, *place).await else { return };
                let emoji = emoji.checked_sub(1).map(|at| ["\u{1f44d}", "\u{2764}\u{fe0f}"][at].to_owned());
                let now = self.clock.now();
                let (_, actions) = self.people[*who].client.react(conversation, *seq, emoji, now);
                self.perform(*who, actions).await;
            }
            Step::Schedule { who, place, minutes } => {
                let Some(conversation) = self.place(*who, *place).await else { return };
                let (id, text) = (self.client_id(), Text::parse(&format!("later {}", self.made)).unwrap());
                self.history.schedule(id, *who, self.people[*who].user.id, conversation);
                let now = self.clock.now();
                let send_at = now.plus(minutes * MINUTE);
                let (_, actions) = self.people[*who].client.schedule(conversation, id, text, send_at, now);
                self.perform(*who, actions).await;
            }
            Step::EditScheduled { who, number, minutes } => {
                let Some(id) = self.scheduled(*who, *number) else { return };
                self.made += 1;
                let (text, now) = (Text::parse(&format!("later {}", self.made)).unwrap(), self.clock.now());
                let send_at = now.plus(minutes * MINUTE);
                let (_, actions) = self.people[*who].client.edit_scheduled(id, text, send_at, now);
                self.perform(*who, actions).await;
            }
            Step::SendScheduled { who, number } => {
                let Some(id) = self.scheduled(*who, *number) else { return };
                let now = self.clock.now();
                let (_, actions) = self.people[*who].client.send_scheduled(id, now);
                self.perform(*who, actions).await;
            }
            Step::DeleteScheduled { who, number } => {
                let Some(id) = self.scheduled(*who, *number) else { return };
                self.history.asked_to_delete(id);
                let now = self.clock.now();
                let (_, actions) = self.people[*who].client.delete_scheduled(id, now);
                self.perform(*who, actions).await;
            }
            Step::Minute => self.pass(MINUTE).await,
            Step::Read { who, place } => {
                let Some(conversation) = self.place(*who, *place).await else { return };
                let now = self.clock.now();
                let actions = self.people[*who].client.read(conversation, now);
                self.perform(*who, actions).await;
            }
            Step::Direct { who, with } => {
                let user = self.people[*with].user.id;
                self.ask(*who, |request| Command::Direct { request, user }).await;
            }
            Step::Group { who, with } => {
                let users = with.iter().map(|n| self.people[*n].user.id).collect();
                let conversation = self.conversation_id();
                self.ask(*who, |request| Command::Group { request, conversation, name: None, users }).await;
            }
            Step::Channel { who } => {
                let conversation = self.conversation_id();
                let name = format!("channel {}", self.made);
                if self.people[*who].connection.is_some() {
                    self.channels.push(conversation);
                }
                self.ask(*who, |request| Command::Channel { request, conversation, name }).await;
            }
            Step::Join { who, channel } => {
                let Some(conversation) = self.channels.get(*channel).copied() else { return };
                self.ask(*who, |request| Command::Join { request, conversation }).await;
            }
            Step::Add { who, place, with } => {
                let Some(conversation) = self.place(*who, *place).await else { return };
                let users = vec![self.people[*with].user.id];
                self.ask(*who, |request| Command::Add { request, conversation, users }).await;
            }
            Step::Leave { who, place } => {
                let Some(conversation) = self.place(*who, *place).await else { return };
                self.ask(*who, |request| Command::Leave { request, conversation }).await;
            }
            Step::RenameMe { who, number } => {
                let name = format!("Called {number}");
                self.ask(*who, |request| Command::SetName { request, name }).await;
            }
            Step::Rename { who, place, number } => {
                let Some(conversation) = self.place(*who, *place).await else { return };
                let name = (*number > 0).then(|| format!("named {number}"));
                self.ask(*who, |request| Command::Rename { request, conversation, name }).await;
            }
            Step::Hear { who } => self.hear(*who).await,
            Step::Lose { who } => self.people[*who].lost |= !self.waiting(*who).is_empty(),
            Step::Repeat { who } => {
                let mut rows = self.waiting(*who);
                rows.extend(rows.clone());
                rows.reverse();
                self.tell(*who, rows).await;
            }
            Step::Drop { who } => self.drop_socket(*who),
            Step::Return { who } => self.come(*who).await,
            Step::Move { who } => {
                self.drop_socket(*who);
                self.people[*who].node = (self.people[*who].node + 1) % self.nodes.len();
                self.come(*who).await;
            }
            Step::ChangeNotice { node, fault } => {
                if let Some(bus) = &self.bus {
                    bus.deliver(*node, *fault);
                }
            }
            Step::Uncertain { node } => {
                if let Some(bus) = &self.bus {
                    bus.make_uncertain(*node);
                }
            }
            Step::Mishap { who, mishap } => self.people[*who].mishap = Some(*mishap),
            Step::Crash { node } => self.crash(node % self.nodes.len()).await,
        }
    }

    pub(crate) fn drop_socket(&mut self, who: usize) {
        let person = &mut self.people[who];
        if person.connection.take().is_some() {
            let now = self.clock.now();
            // The wake-up it asks for is `Return`.
            let _ = person.client.closed(None, now);
        }
    }

    /// Time passes, and all nodes at once do what is due.
    pub(crate) async fn pass(&mut self, millis: i64) {
        self.clock.0.fetch_add(millis, Ordering::Relaxed);
        let jobs = self.nodes.iter().map(|node| node.jobs.clone());
        // A node that cannot tell whether it has done it leaves it to the next time.
        let due: JoinSet<_> = jobs.map(|jobs| async move { jobs.perform_due().await }).collect();
        due.join_all().await;
        self.quiet().await;
    }

    /// What the person sees as their scheduled message of this number.
    fn scheduled(&self, who: usize, number: usize) -> Option<ClientId> {
        self.people[who].client.all_scheduled().get(number).map(|(item, _)| item.client_id)
    }

    /// The person's conversation of this number, in an order that does not change. Who does not know of it listens first.
    async fn place(&mut self, who: usize, place: usize) -> Option<ConversationId> {
        if self.known(who).len() <= place {
            self.hear(who).await;
        }
        self.known(who).get(place).copied()
    }

    /// A conversation of the person's, and the place of their message there that is so many before their newest.
    async fn own_message(&mut self, who: usize, place: usize, back: usize) -> Option<(ConversationId, Seq)> {
        let conversation = self.place(who, place).await?;
        let lines = self.people[who].client.transcript(conversation);
        let own = lines.iter().rev().filter_map(|line| match line {
            Line::Bubble(bubble) if bubble.mine => bubble.seq,
            _ => None,
        });
        Some((conversation, own.clone().nth(back)?))
    }

    async fn change_message(&mut self, who: usize, conversation: ConversationId, seq: Seq, text: Option<Text>) {
        let now = self.clock.now();
        let client = &mut self.people[who].client;
        let (_, actions) = match text {
            Some(text) => client.edit(conversation, seq, text, now),
            None => client.unsend(conversation, seq, now),
        };
        self.perform(who, actions).await;
    }

    fn known(&self, who: usize) -> Vec<ConversationId> {
        let mut ids: Vec<ConversationId> = self.people[who].client.sidebar().iter().map(|row| row.id).collect();
        ids.sort();
        ids
    }

    fn random(&mut self) -> (u64, [u8; 10]) {
        self.made += 1;
        let mut random = [0; 10];
        random[..8].copy_from_slice(&self.made.to_be_bytes());
        (1_800_000_000_000 + self.made, random)
    }

    fn client_id(&mut self) -> ClientId {
        let (millis, random) = self.random();
        ClientId::from_parts(millis, random)
    }

    fn conversation_id(&mut self) -> ConversationId {
        let (millis, random) = self.random();
        ConversationId::from_parts(millis, random)
    }

    async fn ask(&mut self, who: usize, command: impl FnOnce(u64) -> Command) {
        let now = self.clock.now();
        let (_, actions) = self.people[who].client.ask(command, now);
        self.perform(who, actions).await;
    }

    /// Connects the person's client, if it is not connected.
    pub(crate) async fn come(&mut self, who: usize) {
        if self.people[who].connection.is_some() {
            return;
        }
        let now = self.clock.now();
        let mut actions = self.people[who].client.connect(now);
        // A client that waits before its next attempt takes the network's return as a sign.
        if !actions.contains(&Action::Connect) {
            actions.extend(self.people[who].client.online(now));
        }
        assert!(actions.contains(&Action::Connect), "{actions:?}");
        let person = &mut self.people[who];
        person.connection = Some(self.nodes[person.node].chat.hub().connect(person.user.id, person.session));
        person.lost = false;
        let now = self.clock.now();
        let actions = self.people[who].client.opened(now);
        self.perform(who, actions).await;
    }

    pub(crate) async fn hear(&mut self, who: usize) {
        let rows = self.waiting(who);
        self.tell(who, rows).await;
    }

    fn waiting(&mut self, who: usize) -> Vec<FeedRows> {
        let Some(connection) = &mut self.people[who].connection else { return Vec::new() };
        let broadcasts = std::iter::from_fn(|| connection.waiting());
        let rows = broadcasts.filter_map(|broadcast| match broadcast.content() {
            Content::Rows(rows) => Some(rows.clone()),
            Content::Signal(_) => None,
        });
        let rows: Vec<FeedRows> = rows.collect();
        rows.iter().for_each(|rows| self.check(who, rows));
        rows
    }

    async fn tell(&mut self, who: usize, rows: Vec<FeedRows>) {
        for rows in rows {
            let now = self.clock.now();
            let actions = self.people[who].client.event(Event::Rows(rows), now);
            self.perform(who, actions).await;
        }
    }

    /// Does what a client asks for, and all that follows from it.
    pub(crate) async fn perform(&mut self, who: usize, actions: Vec<Action>) {
        let mut queue = VecDeque::from(actions);
        while let Some(action) = queue.pop_front() {
            let Action::Send(command) = action else { continue };
            if self.people[who].connection.is_none() {
                continue;
            }
            let Some(answer) = self.answer_through(who, &command).await else { continue };
            for event in answer {
                self.history.answered(&command, &event);
                let now = self.clock.now();
                queue.extend(self.people[who].client.event(event, now));
            }
        }
    }

    /// What the server answers, unless that does not arrive.
    async fn answer_through(&mut self, who: usize, command: &Command) -> Option<Vec<Event>> {
        // Whatever becomes of the answer, these may be in it from now on.
        match command {
            Command::Add { conversation, users, .. } => {
                self.left.retain(|(user, left), _| left != conversation || !users.contains(user));
            }
            Command::Join { conversation, .. } => {
                self.left.remove(&(self.people[who].user.id, *conversation));
            }
            _ => {}
        }
        match self.people[who].mishap.take() {
            None => return Some(self.answer(who, command.clone()).await),
            Some(Mishap::Unheard) => self.drop_socket(who),
            Some(Mishap::Unanswered) => {
                self.answer(who, command.clone()).await;
                self.drop_socket(who);
            }
            Some(Mishap::NodeDies { looks }) => {
                tokio::select! {
                    biased;
                    _ = self.answer(who, command.clone()) => {}
                    () = looking(looks) => {}
                }
                self.crash(self.people[who].node).await;
            }
        }
        None
    }

    /// Delivery is authorised: of a conversation that somebody has left, nothing later reaches them.
    fn check(&self, who: usize, rows: &FeedRows) {
        let Feed::Conversation(id) = rows.feed else { return };
        let user = &self.people[who].user;
        if let Some(left) = self.left.get(&(user.id, id)) {
            let later = rows.rows.iter().find(|row| matches!(row, Row::Message(message) if message.rev > *left));
            assert!(later.is_none(), "{} has left and hears {later:?}", user.name);
        }
    }

    /// Remembers who has left what.
    pub(crate) async fn note(&mut self, who: usize, command: &Command) {
        let user = self.people[who].user.id;
        if let Command::Leave { conversation, .. } = command {
            let feed = Feed::Conversation(*conversation);
            let (_, rev) = self.store.revs(&[feed]).await.unwrap()[0];
            self.left.insert((user, *conversation), rev);
        }
    }
}

/// Lets everything else look what there is to do, so many times.
async fn looking(looks: u8) {
    for _ in 0..looks {
        tokio::task::yield_now().await;
    }
}
