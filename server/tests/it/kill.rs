//! `kill -9` in the middle of a burst, again and again: what was acknowledged is there, once, and in order.

use crate::support::{Person, Place, ServerProcess, Socket, Tab, messages, new_message, soon};
use futures_util::future::{join, join_all};
use myna_chat::{Clock, Ids, RandomIds, SystemClock};
use myna_protocol::{ClientId, Command, ConversationId, Event, Seq};
use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};
use std::io::Write;
use std::path::Path;
use std::time::Duration;
use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, timeout};

const REPETITIONS: usize = 20;
const CLIENTS: usize = 20;
/// Messages of one client in one burst.
const EACH: usize = 100;
const BURST: usize = CLIENTS * EACH;
/// Sends that a client has unanswered at a time: the server's limit for it.
const UNANSWERED: usize = 32;
/// How long one repetition may take.
const PATIENCE: Duration = Duration::from_secs(60);

/// Prints a line, whatever the test runner keeps to itself.
fn tell(line: &str) {
    // Nobody may be listening.
    let _ = writeln!(std::io::stderr(), "{line}");
}

/// Numbers that look random and follow from a seed (SplitMix64).
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % bound
    }
}

async fn start(folder: &Path) -> ServerProcess {
    ServerProcess::with(folder, &["--frames-per-second", "10000", "--frames-burst", "10000"]).await
}

/// One message of a burst, and its place once it is acknowledged.
struct Sent {
    client_id: ClientId,
    text: String,
    seq: Option<Seq>,
    /// How often it was said.
    said: usize,
}

/// One client's part of a burst: says its messages in order, many at a time, and comes back after each lost connection to
/// say again what was not answered.
struct Speaker {
    person: Person,
    conversation: ConversationId,
    messages: Vec<Sent>,
    places: watch::Receiver<Place>,
    /// Told of each acknowledgement.
    acknowledged: mpsc::UnboundedSender<()>,
}

impl Speaker {
    async fn speak(mut self) -> Vec<Sent> {
        while self.messages.iter().any(|message| message.seq.is_none()) {
            let place = self.places.borrow_and_update().clone();
            let Some(mut socket) = Socket::try_open(&self.person.at(&place)).await else {
                self.places.changed().await.expect("the server comes back");
                continue;
            };
            // However it ends: what is unanswered is said again.
            let _ = self.converse(&mut socket).await;
        }
        self.messages
    }

    /// Ends when all is acknowledged, or with `None` when the connection is lost.
    async fn converse(&mut self, socket: &mut Socket) -> Option<()> {
        socket.queue(&Command::Hello { cursors: BTreeMap::new() }).await?;
        socket.flush().await?;
        while !socket.next_text().await?.starts_with(r#"{"type":"caught_up""#) {}
        let unanswered = self.messages.iter().enumerate().filter(|(_, message)| message.seq.is_none());
        let mut due: VecDeque<usize> = unanswered.map(|(place, _)| place).collect();
        let mut waiting = 0;
        loop {
            while waiting < UNANSWERED
                && let Some(place) = due.pop_front()
            {
                let message = &mut self.messages[place];
                message.said += 1;
                let (client_id, text) = (message.client_id, message.text.clone());
                let conversation = self.conversation;
                socket.queue(&Command::Send { request: place as u64, conversation, client_id, text }).await?;
                waiting += 1;
            }
            if waiting == 0 {
                return Some(());
            }
            socket.flush().await?;
            let text = socket.next_text().await?;
            assert!(!text.starts_with(r#"{"type":"rejected""#), "{text}");
            if text.starts_with(r#"{"type":"ack""#) {
                let Ok(Event::Ack { request, seq: Some(seq), .. }) = serde_json::from_str(&text) else {
                    panic!("{text}")
                };
                self.messages[request as usize].seq = Some(seq);
                waiting -= 1;
                // Nobody counts any more after the kill.
                let _ = self.acknowledged.send(());
            }
        }
    }
}

/// The messages from `from` to `to`, as somebody who comes afresh loads them, page by page.
async fn loaded(person: &Person, conversation: ConversationId, from: Seq, to: Seq) -> Vec<(Seq, ClientId, String)> {
    let mut socket = person.open().await;
    let told = socket.hello(BTreeMap::new()).await;
    let newest = told
        .iter()
        .flat_map(messages)
        .filter(|message| message.conversation == conversation)
        .map(|message| message.seq);
    assert_eq!(newest.max(), Some(to), "the newest message");
    let mut pages = VecDeque::new();
    let mut before = to + 1;
    while before > from {
        let limit = u32::try_from((before - from).min(200)).expect("it is at most 200");
        let page = socket.ask(|request| Command::Load { request, conversation, before: Some(before), limit }).await;
        let page: Vec<_> =
            messages(&page).iter().map(|message| (message.seq, message.client_id, message.text.clone())).collect();
        let seqs: Vec<Seq> = page.iter().map(|(seq, ..)| *seq).collect();
        assert_eq!(seqs, (before - u64::from(limit)..before).collect::<Vec<_>>(), "a page has no gaps");
        before = seqs[0];
        pages.push_front(page);
    }
    pages.into_iter().flatten().collect()
}

/// What the pages of a whole client have on show from this place on, after as much scrolling up as that takes; it may have
/// begun afresh when it came back. Nothing is on its way.
async fn shown(tab: &mut Tab, conversation: ConversationId, from: Seq) -> Vec<(Seq, ClientId, String)> {
    let first_of = |tab: &Tab| tab.bubbles(conversation).first().and_then(|bubble| bubble.seq);
    let mut first = first_of(tab).expect("something is shown");
    while first > from {
        tab.act(|client| client.older(conversation, SystemClock.now())).await;
        tab.until("an older page", |client| client.conversation(conversation).is_some_and(|view| !view.loading)).await;
        let earlier = first_of(tab).expect("something is shown");
        assert!(earlier < first, "an older page is older");
        first = earlier;
    }
    let bubbles = tab.bubbles(conversation).into_iter();
    bubbles
        .map(|bubble| (bubble.seq.expect("nothing is on its way"), bubble.client_id, bubble.text))
        .filter(|(seq, ..)| *seq >= from)
        .collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_acknowledged_survives_a_kill_in_the_middle_of_a_burst_twenty_times_over() {
    let folder = tempfile::tempdir().expect("there is a folder for temporary files");
    let mut server = start(folder.path()).await;
    let mut people = Vec::new();
    for n in 0..CLIENTS {
        people.push(server.place.sign_up(&format!("Client {n}")).await);
    }
    let others: Vec<&Person> = people[1..].iter().collect();
    let conversation = people[0].socket().await.group(&others).await;
    let places = watch::Sender::new(server.place.clone());
    let mut tab = Tab::open(&people[0], places.subscribe()).await;
    // What is on show is never trimmed.
    tab.look(conversation).await;

    let mut seed = [0; 8];
    RandomIds.fill(&mut seed);
    let seed = std::env::var("MYNA_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(u64::from_le_bytes(seed));
    tell(&format!(
        "kill -9 in a burst of {BURST} sends from {CLIENTS} clients, {REPETITIONS} times over (MYNA_SEED={seed})"
    ));
    let mut dice = Dice(seed);
    let start_of_all = Instant::now();
    let mut log: Vec<(Seq, ClientId, String)> = Vec::new();
    for repetition in 1..=REPETITIONS {
        let first = log.len() as Seq + 1;
        let last = first + BURST as Seq - 1;
        let kill_after = 1 + dice.below((BURST - EACH - UNANSWERED) as u64);
        let (acknowledged, mut acknowledgements) = mpsc::unbounded_channel();

        // The first client is a whole one, as the pages have it; the others are quick, and their answers are counted.
        let mut speakers = Vec::new();
        for (n, person) in people.iter().enumerate().skip(1) {
            let messages = (0..EACH)
                .map(|i| Sent { client_id: new_message(), text: format!("{n}:{repetition}:{i}"), seq: None, said: 0 })
                .collect();
            let (places, acknowledged) = (places.subscribe(), acknowledged.clone());
            let speaker = Speaker { person: person.clone(), conversation, messages, places, acknowledged };
            speakers.push(tokio::spawn(speaker.speak()));
        }
        let whole = async {
            for i in 0..EACH {
                tab.send(conversation, &format!("0:{repetition}:{i}")).await;
            }
            let has_all = |tab: &Tab| {
                tab.kept.is_empty() && tab.client.conversation(conversation).is_some_and(|view| view.last_seq == last)
            };
            while !has_all(&tab) {
                tab.turn().await;
            }
        };
        let killer = async {
            for _ in 0..kill_after {
                acknowledgements.recv().await.expect("the clients still speak");
            }
            let killed = Instant::now();
            server.kill().await;
            server = start(folder.path()).await;
            places.send_replace(server.place.clone());
            killed.elapsed()
        };
        let burst = join(join_all(speakers), join(whole, killer));
        let Ok((spoken, ((), away))) = timeout(PATIENCE, burst).await else {
            let view = tab.client.conversation(conversation).map(|view| (view.last_seq, view.loading));
            let (status, kept, ends) = (tab.client.status(), tab.kept.len(), &tab.ends);
            panic!(
                "burst {repetition} does not end; the whole client is {status:?}, keeps {kept}, has {view:?} of {last}, {ends:?}"
            );
        };
        let spoken: Vec<Vec<Sent>> = spoken.into_iter().map(|spoken| spoken.expect("no client fails")).collect();

        let witness = people[dice.below(CLIENTS as u64) as usize].at(&server.place);
        let now = loaded(&witness, conversation, first, last).await;
        check(&now, &spoken, repetition);
        // Not assert_eq: it would print thousands of messages.
        let seen = soon("all is shown", shown(&mut tab, conversation, first)).await;
        assert!(seen == now, "who was there all the time sees what who comes afresh sees");
        log.extend(now);
        let again: usize = spoken.iter().flatten().map(|message| message.said - 1).sum();
        tell(&format!(
            "  {repetition:2}: killed after {kill_after:4} acknowledgements, back after {:3} ms, {again:3} said again; \
             messages {first} to {last}: each once, in order",
            away.as_millis()
        ));
    }

    let all = REPETITIONS * BURST;
    for person in people.iter().map(|person| person.at(&server.place)) {
        let first = (all - BURST) as Seq + 1;
        let seen = loaded(&person, conversation, first, all as Seq).await;
        assert!(seen == log[all - BURST..], "{} sees the same", person.name);
    }
    let whole =
        soon("the whole log is loaded", loaded(&people[1].at(&server.place), conversation, 1, all as Seq)).await;
    assert!(whole == log, "no later kill has changed what was there before it");
    tell(&format!(
        "kill -9: {REPETITIONS} of {REPETITIONS} survived; {all} messages, 0 lost, 0 doubled, order kept, seq 1 to {all} without a gap; {} s",
        start_of_all.elapsed().as_secs()
    ));
}

/// Each message is there once, where its acknowledgement says, and each client's in the order in which it was said.
fn check(log: &[(Seq, ClientId, String)], spoken: &[Vec<Sent>], repetition: usize) {
    let places: HashMap<ClientId, Seq> = log.iter().map(|(seq, client_id, _)| (*client_id, *seq)).collect();
    assert_eq!((log.len(), places.len()), (BURST, BURST), "as many as were sent, and none twice");
    for message in spoken.iter().flatten() {
        assert_eq!(
            places.get(&message.client_id),
            message.seq.as_ref(),
            "{} is where it was acknowledged",
            message.text
        );
    }
    let texts: HashSet<&str> = log.iter().map(|(_, _, text)| text.as_str()).collect();
    assert_eq!(texts.len(), BURST);
    for n in 0..CLIENTS {
        let own = format!("{n}:{repetition}:");
        let said: Vec<&str> = log.iter().filter_map(|(_, _, text)| text.strip_prefix(&own)).collect();
        let expected: Vec<String> = (0..EACH).map(|i| i.to_string()).collect();
        assert_eq!(said, expected, "what client {n} said is in its order");
    }
}
