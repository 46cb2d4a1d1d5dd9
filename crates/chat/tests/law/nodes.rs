//! What people on different nodes hear of each other.

use crate::simulated_bus::{DeliveryFault, SimulatedBus};
use myna_chat::bus::{ChangeNotice, EphemeralUpdate};
use myna_chat::{Chat, Connection, Content, Outgoing, Parts, Passwords, RandomIds, SignedIn, SystemClock};
use myna_protocol::limits::RESYNC_ROWS;
use myna_protocol::{ByeReason, ClientId, ConversationId, Name, Password, Row, Signal, Text, UserId};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tokio::time::timeout;

const DEADLINE: Duration = Duration::from_secs(20);

/// Two nodes on one store.
struct Nodes {
    bus: Arc<SimulatedBus>,
    chats: Vec<Chat>,
    sent: AtomicU64,
}

impl Nodes {
    async fn new() -> Self {
        let store = myna_store::open(&"memory:".parse().unwrap(), Duration::ZERO).await.unwrap();
        let bus = SimulatedBus::new(2);
        let mut chats = Vec::new();
        for node in 0..2 {
            let store = bus.node(node, store.clone());
            let (clock, ids) = (Arc::new(SystemClock), Arc::new(RandomIds));
            let (chat, tasks) =
                Chat::new(Parts { store, clock, ids, passwords: Passwords::weak(), policy: Default::default() });
            tokio::spawn(tasks.run());
            chats.push(chat);
        }
        Self { bus, chats, sent: AtomicU64::new(0) }
    }

    async fn sign_up<const N: usize>(&self, names: [&str; N]) -> [SignedIn; N] {
        let mut people = Vec::new();
        for name in names {
            let password = Password::parse("a long password").unwrap();
            people.push(self.chats[0].sign_up(Name::parse(name).unwrap(), password, None).await.unwrap());
        }
        people.try_into().unwrap()
    }

    /// A connection to a node that has said hello.
    async fn come(&self, node: usize, who: &SignedIn) -> Connection {
        let chat = &self.chats[node];
        let connection = chat.hub().connect(who.user.id, who.session);
        chat.catch_up(&connection, &BTreeMap::new()).await.unwrap();
        chat.arrived(&connection);
        connection
    }

    /// Somebody's connection ends, and they do not come back in time.
    fn go(&self, node: usize, connection: Connection) {
        let user = connection.user();
        drop(connection);
        self.chats[node].departed(user);
    }

    async fn send(&self, node: usize, who: &SignedIn, conversation: ConversationId, text: &str) {
        let number = self.sent.fetch_add(1, Ordering::Relaxed);
        let (client_id, text) = (ClientId::from_parts(number, [0; 10]), Text::parse(text).unwrap());
        let pending = self.chats[node].send(who.user.id, conversation, client_id, text, None).await.unwrap();
        pending.committed().await.unwrap();
    }

    /// A direct conversation of two people, known on both nodes.
    async fn direct(&self, one: &SignedIn, two: &SignedIn) -> ConversationId {
        let id = self.chats[0].direct(one.user.id, two.user.id).await.unwrap().conversation().await.unwrap();
        self.deliver().await;
        id
    }

    /// Everything that waits is heard, on both nodes.
    async fn deliver(&self) {
        for node in 0..2 {
            self.bus.deliver(node, DeliveryFault::None);
        }
        self.bus.quiet().await;
    }

    /// Waits until a node has told of its people what is looked for, and lets both hear it.
    async fn deliver_news(&self, like: impl Fn(&EphemeralUpdate) -> bool) {
        self.until_told(like).await;
        self.deliver().await;
    }

    async fn until_told(&self, like: impl Fn(&EphemeralUpdate) -> bool) {
        for node in 0..2 {
            self.bus
                .until(node, |notice| matches!(notice, ChangeNotice::EphemeralUpdate(_, update) if like(update)))
                .await;
        }
    }
}

/// What waits for a connection.
fn heard(connection: &mut Connection) -> Vec<Content> {
    std::iter::from_fn(|| connection.waiting()).map(|broadcast| broadcast.content().clone()).collect()
}

fn texts(connection: &mut Connection) -> Vec<String> {
    let rows = heard(connection).into_iter().flat_map(|content| match content {
        Content::Rows(rows) => rows.rows,
        Content::Signal(_) => Vec::new(),
    });
    rows.filter_map(|row| match row {
        Row::Message(message) => Some(message.text),
        _ => None,
    })
    .collect()
}

fn signals(connection: &mut Connection) -> Vec<Signal> {
    let signals = heard(connection).into_iter().filter_map(|content| match content {
        Content::Signal(signal) => Some(signal),
        Content::Rows(_) => None,
    });
    signals.collect()
}

fn presence(user: &SignedIn, online: bool) -> Signal {
    Signal::Presence { users: vec![user.user.id], online }
}

fn tells_of(user: UserId, online: bool) -> impl Fn(&EphemeralUpdate) -> bool {
    move |update| match (&update.online, online) {
        (Some(all), _) => all.contains(&user) == online,
        (None, true) => update.connected.contains(&user),
        (None, false) => update.disconnected.contains(&user),
    }
}

async fn hears(connection: &mut Connection, signal: &Signal) {
    let hears = async {
        loop {
            match connection.next().await {
                Outgoing::Broadcast(broadcast) if *broadcast.content() == Content::Signal(signal.clone()) => return,
                Outgoing::Broadcast(_) => {}
                Outgoing::Bye(reason) => panic!("ended: {reason:?}"),
            }
        }
    };
    timeout(DEADLINE, hears).await.unwrap_or_else(|_| panic!("{signal:?} was not heard"));
}

async fn ends(connection: &mut Connection, why: ByeReason) {
    let ends = async {
        loop {
            if let Outgoing::Bye(reason) = connection.next().await {
                return reason;
            }
        }
    };
    assert_eq!(timeout(DEADLINE, ends).await.unwrap(), why);
}

#[tokio::test]
async fn after_leaving_on_one_node_the_other_node_sends_nothing_more_even_before_its_change_notice() {
    let nodes = Nodes::new().await;
    let [ada, bea, chidi] = nodes.sign_up(["Ada", "Bea", "Chidi"]).await;
    let others = [bea.user.id, chidi.user.id];
    let id = ConversationId::from_bytes([7; 16]);
    let group = nodes.chats[0].group(ada.user.id, id, None, &others).await.unwrap();
    group.committed().await.unwrap();
    let (mut adas, mut beas) = (nodes.come(1, &ada).await, nodes.come(1, &bea).await);
    nodes.deliver().await;
    nodes.send(1, &bea, id, "before").await;
    nodes.chats[0].leave(ada.user.id, id).await.unwrap().committed().await.unwrap();
    nodes.send(1, &bea, id, "after").await;
    nodes.bus.quiet().await;
    assert_eq!(texts(&mut adas), ["before"]);
    assert_eq!(texts(&mut beas), ["before", "after"]);
    nodes.deliver().await;
    nodes.send(0, &chidi, id, "later").await;
    nodes.deliver().await;
    assert_eq!(texts(&mut adas), Vec::<String>::new());
    assert_eq!(texts(&mut beas), ["later"]);
}

#[tokio::test]
async fn a_session_ended_on_one_node_ends_its_sockets_on_the_other_though_the_notice_is_lost() {
    for fault in [DeliveryFault::None, DeliveryFault::Lost] {
        let nodes = Nodes::new().await;
        let [ada, bea] = nodes.sign_up(["Ada", "Bea"]).await;
        let (mut adas, mut beas) = (nodes.come(1, &ada).await, nodes.come(1, &bea).await);
        nodes.chats[0].sign_out(ada.user.id, ada.session).await.unwrap();
        nodes.bus.deliver(1, fault);
        ends(&mut adas, ByeReason::Revoked).await;
        nodes.bus.quiet().await;
        let direct = nodes.direct(&bea, &bea).await;
        nodes.send(0, &bea, direct, "still here").await;
        nodes.deliver().await;
        assert_eq!(texts(&mut beas), ["still here"]);
    }
}

#[tokio::test]
async fn a_session_that_ended_elsewhere_does_not_wait_for_slow_reads_of_feeds() {
    for fault in [DeliveryFault::None, DeliveryFault::Lost] {
        let nodes = Nodes::new().await;
        let [ada, bea] = nodes.sign_up(["Ada", "Bea"]).await;
        let id = nodes.direct(&ada, &bea).await;
        let mut adas = nodes.come(1, &ada).await;
        nodes.bus.make_stuck(1);
        nodes.send(0, &bea, id, "this cannot be read").await;
        nodes.bus.deliver(1, DeliveryFault::None);
        nodes.bus.until_asked().await;
        nodes.chats[0].sign_out(ada.user.id, ada.session).await.unwrap();
        nodes.bus.deliver(1, fault);
        ends(&mut adas, ByeReason::Revoked).await;
        let mut late = nodes.chats[1].hub().connect(ada.user.id, ada.session);
        ends(&mut late, ByeReason::Revoked).await;
    }
}

#[tokio::test]
async fn a_relay_that_panics_starts_again_and_delivers_what_it_had_taken() {
    let nodes = Nodes::new().await;
    let [ada, bea] = nodes.sign_up(["Ada", "Bea"]).await;
    let id = nodes.direct(&ada, &bea).await;
    let mut adas = nodes.come(1, &ada).await;
    nodes.bus.quiet().await;
    nodes.send(0, &bea, id, "all the same").await;
    nodes.bus.make_panic(1);
    nodes.bus.deliver(1, DeliveryFault::Lost);
    let delivered = async {
        loop {
            match adas.next().await {
                Outgoing::Broadcast(broadcast) if matches!(broadcast.content(), Content::Rows(_)) => return,
                Outgoing::Broadcast(_) => {}
                Outgoing::Bye(reason) => panic!("ended: {reason:?}"),
            }
        }
    };
    timeout(DEADLINE, delivered).await.unwrap();
    assert_eq!(nodes.chats[1].health().down, Vec::<&str>::new(), "it runs again");
}

#[tokio::test]
async fn a_committer_that_panics_ends_the_process() {
    let nodes = Nodes::new().await;
    let [ada] = nodes.sign_up(["Ada"]).await;
    nodes.bus.make_panic(0);
    let answer = nodes.chats[0].direct(ada.user.id, ada.user.id).await.unwrap().committed().await;
    assert!(matches!(answer, Err(myna_chat::Error::Stopping)), "{answer:?}");
    assert_eq!(nodes.chats[0].supervisor().failed().await, "committer");
    assert_eq!(nodes.chats[0].health().down, ["committer"]);
    assert_eq!(nodes.chats[1].health().down, Vec::<&str>::new());
}

#[tokio::test]
async fn a_node_that_hears_the_others_supervises_each_of_its_tasks() {
    let nodes = Nodes::new().await;
    nodes.bus.quiet().await;
    let tasks: Vec<_> = nodes.chats[0].supervisor().tasks().into_keys().collect();
    let expected =
        ["committer", "due jobs", "notice listener", "presence notifier", "presence publisher", "relay", "revocations"];
    assert_eq!(tasks, expected);
}

#[tokio::test]
async fn typing_is_seen_on_the_other_node_by_the_others_in_the_conversation() {
    let nodes = Nodes::new().await;
    let [ada, bea, chidi] = nodes.sign_up(["Ada", "Bea", "Chidi"]).await;
    let id = nodes.direct(&ada, &bea).await;
    let adas = nodes.come(0, &ada).await;
    let mut theirs = [nodes.come(1, &ada).await, nodes.come(1, &chidi).await];
    let mut beas = nodes.come(1, &bea).await;
    for typing in [true, false] {
        nodes.chats[0].typing(&adas, id, typing).unwrap();
        nodes.deliver_news(|update| update.typing == [(id, ada.user.id, typing)]).await;
        let told = signals(&mut beas);
        let seen = |signal: &Signal| matches!(signal, Signal::Typing { user, typing: is, .. } if *user == ada.user.id && *is == typing);
        assert!(told.iter().any(seen), "{told:?}");
    }
    for connection in &mut theirs {
        let told = signals(connection);
        assert!(!told.iter().any(|signal| matches!(signal, Signal::Typing { .. })), "{told:?}");
    }
}

#[tokio::test]
async fn people_see_each_other_come_and_go_across_nodes() {
    let nodes = Nodes::new().await;
    let [ada, bea, chidi, dana] = nodes.sign_up(["Ada", "Bea", "Chidi", "Dana"]).await;
    nodes.direct(&ada, &bea).await;
    nodes.direct(&chidi, &bea).await;
    let (mut adas, mut chidis, mut danas) =
        (nodes.come(0, &ada).await, nodes.come(1, &chidi).await, nodes.come(0, &dana).await);
    nodes.deliver_news(tells_of(ada.user.id, true)).await;
    let beas = nodes.come(1, &bea).await;
    assert_eq!(nodes.chats[1].online_for(&beas).await, {
        let mut both = vec![ada.user.id, chidi.user.id];
        both.sort();
        both
    });
    nodes.deliver_news(tells_of(bea.user.id, true)).await;
    hears(&mut adas, &presence(&bea, true)).await;
    assert_eq!(nodes.chats[0].online_for(&adas).await, [bea.user.id]);

    // On both nodes, and then on one: she is still there.
    let second = nodes.come(0, &bea).await;
    nodes.deliver_news(tells_of(bea.user.id, true)).await;
    nodes.go(0, second);
    nodes.deliver_news(tells_of(bea.user.id, false)).await;
    for connection in [&mut adas, &mut chidis] {
        let told = signals(connection);
        assert!(!told.contains(&presence(&bea, false)), "{told:?}");
    }
    nodes.go(1, beas);
    hears(&mut chidis, &presence(&bea, false)).await;
    nodes.deliver_news(tells_of(bea.user.id, false)).await;
    hears(&mut adas, &presence(&bea, false)).await;
    assert_eq!(nodes.chats[0].online_for(&adas).await, []);
    assert_eq!(signals(&mut danas), [], "who shares no conversation is told nothing");
}

#[tokio::test]
async fn who_begins_a_conversation_is_told_who_of_it_is_on_the_other_node() {
    let nodes = Nodes::new().await;
    let [ada, bea] = nodes.sign_up(["Ada", "Bea"]).await;
    let (mut adas, mut beas) = (nodes.come(0, &ada).await, nodes.come(1, &bea).await);
    nodes.until_told(tells_of(ada.user.id, true)).await;
    nodes.deliver_news(tells_of(bea.user.id, true)).await;
    assert_eq!((signals(&mut adas), signals(&mut beas)), (vec![], vec![]));
    nodes.direct(&ada, &bea).await;
    hears(&mut adas, &presence(&bea, true)).await;
    hears(&mut beas, &presence(&ada, true)).await;
}

#[tokio::test]
async fn a_node_that_falls_silent_loses_its_people() {
    let nodes = Nodes::new().await;
    let [ada, bea] = nodes.sign_up(["Ada", "Bea"]).await;
    nodes.direct(&ada, &bea).await;
    let mut adas = nodes.come(0, &ada).await;
    let _beas = nodes.come(1, &bea).await;
    nodes.deliver_news(tells_of(bea.user.id, true)).await;
    hears(&mut adas, &presence(&bea, true)).await;
    for (seconds, told) in [(50, vec![]), (11, vec![presence(&bea, false)])] {
        tokio::time::pause();
        tokio::time::advance(Duration::from_secs(seconds)).await;
        tokio::time::resume();
        nodes.bus.quiet().await;
        assert_eq!(signals(&mut adas), told, "{seconds} s later");
    }
}

#[tokio::test]
async fn a_node_that_receives_no_notices_asks_the_store_instead() {
    let nodes = Nodes::new().await;
    let [ada, bea] = nodes.sign_up(["Ada", "Bea"]).await;
    let mut beas = nodes.come(1, &bea).await;
    nodes.bus.set_polling(1, true);
    let id = nodes.chats[0].direct(ada.user.id, bea.user.id).await.unwrap().conversation().await.unwrap();
    nodes.send(0, &ada, id, "hello").await;
    let hears = async { while !texts_of(beas.next().await).contains(&"hello".to_owned()) {} };
    timeout(DEADLINE, hears).await.unwrap();
}

fn texts_of(outgoing: Outgoing) -> Vec<String> {
    let Outgoing::Broadcast(broadcast) = outgoing else { panic!("ended") };
    let Content::Rows(rows) = broadcast.content() else { return Vec::new() };
    let texts = rows.rows.iter().filter_map(|row| match row {
        Row::Message(message) => Some(message.text.clone()),
        _ => None,
    });
    texts.collect()
}

#[tokio::test]
async fn a_question_that_fails_is_asked_again() {
    let nodes = Nodes::new().await;
    let [ada, bea] = nodes.sign_up(["Ada", "Bea"]).await;
    let id = nodes.direct(&ada, &bea).await;
    let mut beas = nodes.come(1, &bea).await;
    nodes.bus.make_fail(1, 3);
    nodes.send(0, &ada, id, "hello").await;
    nodes.deliver().await;
    let hears = async { while !texts_of(beas.next().await).contains(&"hello".to_owned()) {} };
    timeout(DEADLINE, hears).await.unwrap();
}

#[tokio::test]
async fn who_missed_more_than_can_be_told_comes_back_and_resumes() {
    let nodes = Nodes::new().await;
    let [ada, bea] = nodes.sign_up(["Ada", "Bea"]).await;
    let id = nodes.direct(&ada, &bea).await;
    let mut beas = nodes.come(1, &bea).await;
    for number in 0..=RESYNC_ROWS {
        nodes.send(0, &ada, id, &format!("message {number}")).await;
    }
    nodes.deliver().await;
    ends(&mut beas, ByeReason::Lagging).await;
    let mut beas = nodes.come(1, &bea).await;
    nodes.send(0, &ada, id, "the next one").await;
    nodes.deliver().await;
    assert_eq!(texts(&mut beas), ["the next one"]);
}
