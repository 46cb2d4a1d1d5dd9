//! A few people with a client each, over the real rules and the embedded store in memory; their sockets are lines of
//! code, so that a test decides what gets lost.

use crate::air::{Air, Fate};
use myna_chat::store::Store;
use myna_chat::{Catchup, Chat, Clock, Connection, Content, Error, Parts, Passwords, RandomIds};
use myna_client::{Action, Client, Line, SidebarRow, View};
use myna_protocol::{
    ClientId, Command, ConversationId, Event, Feed, FeedRows, Kind, Name, Password, Rev, Row, SessionId, Text,
    Timestamp, User, UserId,
};
use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

/// One thing that somebody does, or that happens to them. Numbers that name nothing do nothing.
#[derive(Debug, Clone)]
pub(crate) enum Step {
    Send {
        who: usize,
        place: usize,
    },
    Read {
        who: usize,
        place: usize,
    },
    Direct {
        who: usize,
        with: usize,
    },
    Group {
        who: usize,
        with: Vec<usize>,
    },
    Channel {
        who: usize,
    },
    Join {
        who: usize,
        channel: usize,
    },
    Leave {
        who: usize,
        place: usize,
    },
    /// What waits in the socket arrives.
    Hear {
        who: usize,
    },
    /// What waits in the socket is lost.
    Lose {
        who: usize,
    },
    /// What waits in the socket arrives twice, backwards.
    Repeat {
        who: usize,
    },
    /// The socket drops.
    Drop {
        who: usize,
    },
    /// The socket comes back.
    Return {
        who: usize,
    },
    /// The socket drops, and comes back on another node.
    Move {
        who: usize,
    },
    /// Something becomes of the rings that wait for a node.
    Ring {
        node: usize,
        fate: Fate,
    },
    /// The next commit of a node lands, and the node is told that it may not have.
    Uncertain {
        node: usize,
    },
}

/// Longer than any pause of a client.
const PAUSE_MILLIS: i64 = 31_000;

struct TestClock(AtomicI64);

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        Timestamp(self.0.fetch_add(1, Ordering::Relaxed))
    }
}

struct Person {
    user: User,
    client: Client,
    session: SessionId,
    connection: Option<Connection>,
    /// Which node they connect to.
    node: usize,
    /// Something was lost on the way from the hub to this client since it connected.
    lost: bool,
}

impl Person {
    fn new((user, session): (User, SessionId), seed: u64, node: usize) -> Self {
        Self { user, client: Client::new(seed), session, connection: None, node, lost: false }
    }
}

pub(crate) struct World {
    store: Arc<dyn Store>,
    chats: Vec<Chat>,
    /// What lies between several nodes; one node alone needs none.
    air: Option<Arc<Air>>,
    /// Who has left which conversation, and how far that had come when the leaving was acknowledged.
    left: HashMap<(UserId, ConversationId), Rev>,
    clock: Arc<TestClock>,
    people: Vec<Person>,
    channels: Vec<ConversationId>,
    made: u64,
}

/// Everything that a client shows.
#[derive(Debug, PartialEq)]
struct Shown {
    sidebar: Vec<SidebarRow>,
    conversations: Vec<(Option<View>, Vec<Line>)>,
}

impl World {
    /// People on one node.
    pub(crate) async fn new(people: usize) -> Self {
        let store = myna_store::open(&"memory:".parse().unwrap(), Duration::ZERO).await.unwrap();
        let mut world = Self::of(store.clone(), vec![store], None).await;
        world.sign_up(people, 1).await;
        world
    }

    /// People on two nodes in turn, and a second device of the first one on the other node.
    pub(crate) async fn on_two_nodes(people: usize) -> Self {
        let store = myna_store::open(&"memory:".parse().unwrap(), Duration::ZERO).await.unwrap();
        let air = Air::new(2);
        let nodes = (0..2).map(|node| air.node(node, store.clone())).collect();
        let mut world = Self::of(store, nodes, Some(air)).await;
        world.sign_up(people, 2).await;
        let first = world.account(0);
        world.people.push(Person::new(first, 3, 1));
        world.come(people).await;
        world
    }

    async fn of(store: Arc<dyn Store>, nodes: Vec<Arc<dyn Store>>, air: Option<Arc<Air>>) -> Self {
        let clock = Arc::new(TestClock(AtomicI64::new(1_800_000_000_000)));
        let mut chats = Vec::new();
        for store in nodes {
            let parts = Parts { store, clock: clock.clone(), ids: Arc::new(RandomIds), passwords: Passwords::weak() };
            let (chat, tasks) = Chat::new(parts);
            tokio::spawn(tasks.run());
            chats.push(chat);
        }
        Self { store, chats, air, left: HashMap::new(), clock, people: Vec::new(), channels: Vec::new(), made: 0 }
    }

    async fn sign_up(&mut self, people: usize, nodes: usize) {
        for (number, name) in ["Ada", "Bea", "Chidi", "Dana"].iter().take(people).enumerate() {
            let name = Name::parse(name).unwrap();
            let password = Password::parse("a long password").unwrap();
            let account = self.chats[0].sign_up(name, password).await.unwrap();
            self.people.push(Person::new((account.user, account.session), 1, number % nodes));
        }
        for who in 0..people {
            self.come(who).await;
        }
    }

    fn account(&self, who: usize) -> (User, SessionId) {
        (self.people[who].user.clone(), self.people[who].session)
    }

    /// Does a step, and lets the nodes do what follows from it.
    pub(crate) async fn take(&mut self, step: &Step) {
        self.take_step(step).await;
        self.quiet().await;
    }

    async fn quiet(&self) {
        if let Some(air) = &self.air {
            air.quiet().await;
        }
    }

    async fn take_step(&mut self, step: &Step) {
        match step {
            Step::Send { who, place } => {
                let Some(conversation) = self.place(*who, *place).await else { return };
                let (id, text) = (self.client_id(), Text::parse(&format!("message {}", self.made)).unwrap());
                let now = self.clock.now();
                let actions = self.people[*who].client.send(conversation, id, text, now);
                self.perform(*who, actions).await;
            }
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
            Step::Leave { who, place } => {
                let Some(conversation) = self.place(*who, *place).await else { return };
                self.ask(*who, |request| Command::Leave { request, conversation }).await;
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
                self.people[*who].node = (self.people[*who].node + 1) % self.chats.len();
                self.come(*who).await;
            }
            Step::Ring { node, fate } => {
                if let Some(air) = &self.air {
                    air.deliver(*node, *fate);
                }
            }
            Step::Uncertain { node } => {
                if let Some(air) = &self.air {
                    air.make_uncertain(*node);
                }
            }
        }
    }

    fn drop_socket(&mut self, who: usize) {
        let person = &mut self.people[who];
        if person.connection.take().is_some() {
            let now = self.clock.now();
            // The wake-up it asks for is `Return`.
            let _ = person.client.closed(None, now);
        }
    }

    /// Everybody is connected and has heard everything; then each client is compared with one that knew nothing before.
    pub(crate) async fn settle_and_compare(&mut self) {
        for who in 0..self.people.len() {
            self.come(who).await;
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
            let held = self.shown(who).await;
            self.people.push(Person::new(self.account(who), 2, self.people[who].node));
            let fresh_one = self.people.len() - 1;
            self.come(fresh_one).await;
            let fresh = self.shown(fresh_one).await;
            self.people.pop();
            assert_eq!(held, fresh, "{} holds something else than a fresh load", self.people[who].user.name);
        }
    }

    async fn deliver_all(&self) {
        let Some(air) = &self.air else { return };
        for node in 0..self.chats.len() {
            air.deliver(node, Fate::Heard);
        }
        air.quiet().await;
    }

    pub(crate) fn kinds(&self) -> Vec<Kind> {
        self.people.iter().flat_map(|person| person.client.sidebar()).map(|row| row.kind).collect()
    }

    /// How many messages there are, each counted once.
    pub(crate) fn messages(&self) -> usize {
        let mut keys: Vec<String> = Vec::new();
        for person in &self.people {
            for row in person.client.sidebar() {
                let lines = person.client.transcript(row.id).into_iter();
                keys.extend(lines.filter(|line| matches!(line, Line::Bubble(_))).map(|line| line.key().to_owned()));
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
        Shown { sidebar, conversations }
    }

    /// The person's conversation of this number, in an order that does not change. Who does not know of it listens first.
    async fn place(&mut self, who: usize, place: usize) -> Option<ConversationId> {
        if self.known(who).len() <= place {
            self.hear(who).await;
        }
        self.known(who).get(place).copied()
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
    async fn come(&mut self, who: usize) {
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
        person.connection = Some(self.chats[person.node].hub().connect(person.user.id, person.session));
        person.lost = false;
        let now = self.clock.now();
        let actions = self.people[who].client.opened(now);
        self.perform(who, actions).await;
    }

    async fn hear(&mut self, who: usize) {
        let rows = self.waiting(who);
        self.tell(who, rows).await;
    }

    fn waiting(&mut self, who: usize) -> Vec<FeedRows> {
        let Some(connection) = &mut self.people[who].connection else { return Vec::new() };
        let parcels = std::iter::from_fn(|| connection.waiting());
        let rows = parcels.filter_map(|parcel| match parcel.content() {
            Content::Rows(rows) => Some(rows.clone()),
            Content::Signal(_) => None,
        });
        let rows: Vec<FeedRows> = rows.collect();
        rows.iter().for_each(|rows| self.check(who, rows));
        rows
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
    async fn note(&mut self, who: usize, command: &Command) {
        let user = self.people[who].user.id;
        match command {
            Command::Leave { conversation, .. } => {
                let feed = Feed::Conversation(*conversation);
                let (_, rev) = self.store.revs(&[feed]).await.unwrap()[0];
                self.left.insert((user, *conversation), rev);
            }
            Command::Join { conversation, .. } => {
                self.left.remove(&(user, *conversation));
            }
            _ => {}
        }
    }

    async fn tell(&mut self, who: usize, rows: Vec<FeedRows>) {
        for rows in rows {
            let now = self.clock.now();
            let actions = self.people[who].client.event(Event::Rows(rows), now);
            self.perform(who, actions).await;
        }
    }

    /// Does what a client asks for, and all that follows from it.
    async fn perform(&mut self, who: usize, actions: Vec<Action>) {
        let mut queue = VecDeque::from(actions);
        while let Some(action) = queue.pop_front() {
            let Action::Say(command) = action else { continue };
            if self.people[who].connection.is_none() {
                continue;
            }
            for event in self.answer(who, command).await {
                let now = self.clock.now();
                queue.extend(self.people[who].client.event(event, now));
            }
        }
    }

    /// What a server would say, without its wire.
    async fn answer(&mut self, who: usize, command: Command) -> Vec<Event> {
        let request = command.request();
        match self.try_answer(who, command.clone()).await {
            Ok(events) => {
                self.note(who, &command).await;
                events
            }
            Err(error) => {
                let code = error.rejection();
                vec![Event::Rejected { request, code, text: code.to_string() }]
            }
        }
    }

    async fn try_answer(&self, who: usize, command: Command) -> Result<Vec<Event>, Error> {
        let person = &self.people[who];
        let (chat, me) = (&self.chats[person.node], person.user.id);
        let ack = |request, conversation, seq| vec![Event::Ack { request, conversation: Some(conversation), seq }];
        Ok(match command {
            Command::Hello { cursors } => {
                let connection = person.connection.as_ref().unwrap();
                let limits = Default::default();
                let mut events = vec![Event::Welcome { user: person.user.clone(), server_time: Timestamp(0), limits }];
                events.extend(chat.catch_up(connection, &cursors).await?.into_iter().flat_map(events_of));
                events.push(Event::CaughtUp { request: None });
                events
            }
            Command::Send { request, conversation, client_id, text } => {
                let pending = chat.send(me, conversation, client_id, Text::parse(&text)?).await?;
                ack(request, conversation, pending.committed().await?.seq)
            }
            Command::Read { request, conversation, seq } => {
                chat.read(me, conversation, seq).await?.committed().await?;
                ack(request, conversation, None)
            }
            Command::Leave { request, conversation } => {
                chat.leave(me, conversation).await?.committed().await?;
                ack(request, conversation, None)
            }
            Command::Load { request, conversation, before: Some(seq), .. } => {
                // Small pages, so that there are several of them.
                let rows = chat.member(me, conversation).await?.messages_before(seq, 3).await?;
                vec![Event::Page { request, conversation, rows }]
            }
            Command::Load { request, conversation, before: None, limit } => {
                let rows = chat.member(me, conversation).await?.load(limit).await?;
                vec![Event::Rows(rows), Event::CaughtUp { request: Some(request) }]
            }
            Command::Resync { request, feed, rev } => {
                let mut events = events_of(chat.resync(me, feed, rev).await?);
                events.push(Event::CaughtUp { request: Some(request) });
                events
            }
            Command::Direct { request, user } => ack(request, chat.direct(me, user).await?, None),
            Command::Group { request, conversation, name, users } => {
                let name = name.as_deref().map(Name::parse).transpose()?;
                ack(request, chat.group(me, conversation, name, &users).await?, None)
            }
            Command::Channel { request, conversation, name } => {
                ack(request, chat.channel(me, conversation, Name::parse(&name)?).await?, None)
            }
            Command::Join { request, conversation } => ack(request, chat.join(me, conversation).await?, None),
            Command::Ping {} => vec![Event::Pong { server_time: self.clock.now() }],
            Command::Typing { .. } | Command::Search { .. } => Vec::new(),
        })
    }
}

fn events_of(catchup: Catchup) -> Vec<Event> {
    match catchup {
        Catchup::Rows(rows) => vec![Event::Rows(rows)],
        Catchup::Reset(reason, rows) => vec![Event::Reset { feed: rows.feed, reason }, Event::Rows(rows)],
    }
}
