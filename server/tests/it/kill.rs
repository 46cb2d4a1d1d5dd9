//! `kill -9` in the middle of a burst, again and again: what was acknowledged is there, once, and in order.

use crate::support::{
    Dice, Entry, Person, Sent, ServerProcess, Speaker, Tab, UNANSWERED, check, loaded, shown, soon, tell,
};
use futures_util::future::{join, join_all};
use myna_protocol::Seq;
use std::path::Path;
use std::time::Duration;
use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, timeout};

const REPETITIONS: usize = 20;
const CLIENTS: usize = 20;
/// Messages of one client in one burst.
const EACH: usize = 100;
const BURST: usize = CLIENTS * EACH;
/// How long one repetition may take.
const PATIENCE: Duration = Duration::from_secs(60);

async fn start(folder: &Path) -> ServerProcess {
    ServerProcess::with(folder, &["--frames-per-second", "10000", "--frames-burst", "10000"]).await
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

    let (mut dice, seed) = Dice::seeded();
    tell(&format!(
        "kill -9 in a burst of {BURST} sends from {CLIENTS} clients, {REPETITIONS} times over (MYNA_SEED={seed})"
    ));
    let start_of_all = Instant::now();
    let mut log: Vec<Entry> = Vec::new();
    for repetition in 1..=REPETITIONS {
        let first = log.len() as Seq + 1;
        let last = first + BURST as Seq - 1;
        let kill_after = 1 + dice.below((BURST - EACH - UNANSWERED) as u64);
        let (acknowledged, mut acknowledgements) = mpsc::unbounded_channel();

        // The first client is a whole one, as the pages have it; the others are quick, and their answers are counted.
        let mut speakers = Vec::new();
        for (n, person) in people.iter().enumerate().skip(1) {
            let messages = (0..EACH).map(|i| Sent::new(format!("{n}:{repetition}:{i}"))).collect();
            let (places, acknowledged) = (places.subscribe(), acknowledged.clone());
            let speaker = Speaker { person: person.clone(), conversation, messages, places, acknowledged };
            speakers.push(tokio::spawn(speaker.speak()));
        }
        let written: Vec<String> = (0..EACH).map(|i| format!("0:{repetition}:{i}")).collect();
        let whole = async {
            for text in &written {
                tab.send(conversation, text).await;
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
        assert!(spoken.iter().flatten().all(|message| message.refused == 0), "this store is never out of reach");
        check(&now, &spoken, &[written]);
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
