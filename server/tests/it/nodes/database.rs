//! MongoDB goes and comes back: killed in a burst, stopped for a while, and later than the node that needs it.

use super::burst::Talk;
use super::site::{REPETITIONS, SETTINGS, disposable, fresh, ready, two, until_ready};
use crate::support::{Dice, ServerProcess, Socket, Starting, messages, new_message, soon, tell};
use myna_mongo_server::Topology;
use myna_protocol::{Command, ConversationId, Event, Rejection};
use std::process::Stdio;
use std::time::Duration;
use tokio::time::{Instant, interval};

/// How long MongoDB is away.
const AWAY: Duration = Duration::from_secs(10);
/// Within which a node answers while it does not even ask.
const QUICK: Duration = Duration::from_secs(2);
/// Sends that have to be refused, at least.
const ENOUGH: usize = 20;
const ASK_EVERY: Duration = Duration::from_millis(100);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_lost_when_mongodb_is_killed_in_a_burst_twenty_times_over() {
    let Some(mut server) = disposable(Topology::ReplicaSet).await else { return };
    let store = fresh(&server);
    let [one, two] = two([&store, &store]).await;
    let mut talk = Talk::begin([&one.place, &two.place], 30).await;
    let (mut dice, seed) = Dice::seeded();
    let name = server.name().to_owned();
    tell(&format!(
        "MongoDB is killed with -9 in a burst of {} sends, {REPETITIONS} times over (MYNA_SEED={seed}; {name})",
        talk.size()
    ));
    for repetition in 1..=REPETITIONS {
        let kill_after = 1 + dice.below(talk.early());
        let trouble = talk.burst(async |progress, _| {
            progress.acknowledged(repetition % 2, kill_after).await;
            let killed = Instant::now();
            server.kill().expect("it is ours to kill");
            server.restart().await.expect("it starts again");
            let back = killed.elapsed();
            progress.next_at_both().await;
            (back, killed.elapsed())
        });
        let (spoken, (back, recovery)) = trouble.await;
        tell(&format!(
            "  {repetition:2}: killed after {kill_after:3} acknowledgements, back after {:4} ms, both nodes go on after {:4} \
             ms, {:3} said again, {:3} of them refused; messages {} to {}: each once, in order ({name})",
            back.as_millis(),
            recovery.as_millis(),
            spoken.again,
            spoken.refused,
            spoken.seqs.start,
            spoken.seqs.end - 1
        ));
    }
    talk.end("kill -9 of MongoDB", &name).await;
}

/// Says a message and answers whether it was taken, or refused because the store is out of reach.
async fn says(socket: &mut Socket, conversation: ConversationId, text: &str) -> bool {
    let (client_id, text) = (new_message(), text.to_owned());
    match socket.ask(|request| Command::Send { request, conversation, client_id, text, reply_to: None }).await {
        Event::Ack { .. } => true,
        Event::Rejected { code: Rejection::Unavailable, .. } => false,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn while_mongodb_is_away_everything_is_refused_at_once_and_then_it_goes_on_by_itself() {
    let Some(mut server) = disposable(Topology::ReplicaSet).await else { return };
    let store = fresh(&server);
    let nodes = two([&store, &store]).await;
    let (ann, bea) = (nodes[0].place.sign_up("Ann").await, nodes[1].place.sign_up("Bea").await);
    let (mut on_one, mut on_two) = (ann.socket().await, bea.socket().await);
    let direct = on_one.direct(bea.id).await;
    on_one.send(direct, "before").await;
    on_two.hears("before").await;

    server.stop().await.expect("it is ours to stop");
    let stopped = Instant::now();
    let is_open = |status, circuit: &str, _: &str| status == 503 && circuit != "closed";
    let what = "the node says that its store is gone";
    let [one, two] = &nodes;
    tokio::join!(until_ready(&one.place, what, is_open), until_ready(&two.place, what, is_open));
    let noticed = stopped.elapsed();
    let (mut slowest, mut refused) = (Duration::ZERO, 0);
    let mut every = interval(ASK_EVERY);
    while stopped.elapsed() < AWAY || refused < ENOUGH {
        every.tick().await;
        for (node, socket) in nodes.iter().zip([&mut on_one, &mut on_two]) {
            let asked = Instant::now();
            let (status, circuit, _) = ready(&node.place).await;
            assert_eq!(status, 503);
            assert_ne!(circuit, "closed");
            let answered = asked.elapsed();
            assert!(!says(socket, direct, "into the void").await, "nobody can take it");
            refused += 1;
            slowest = slowest.max(answered).max(asked.elapsed() - answered);
        }
    }
    assert!(slowest < QUICK, "an answer took {slowest:?}");

    let away = stopped.elapsed();
    let back = Instant::now();
    server.restart().await.expect("it starts again");
    let started = back.elapsed();
    for (text, socket) in [("after, from one", &mut on_one), ("after, from two", &mut on_two)] {
        let trying = async {
            let mut every = interval(ASK_EVERY);
            while !says(socket, direct, text).await {
                every.tick().await;
            }
        };
        soon("messages are taken again", trying).await;
    }
    let recovery = back.elapsed();
    on_two.hears("after, from one").await;
    on_one.hears("after, from two").await;
    for node in &nodes {
        let is_well = |status, circuit: &str, bus: &str| (status, circuit, bus) == (200, "closed", "live");
        until_ready(&node.place, "the node is well again", is_well).await;
    }
    tell(&format!(
        "MongoDB stopped for {} s: noticed after {} ms, {refused} sends refused and as many questions answered within {} \
         ms each; started again in {} ms, both nodes take messages {} ms after its start, and are all well after {} ms ({})",
        away.as_secs(),
        noticed.as_millis(),
        slowest.as_millis(),
        started.as_millis(),
        recovery.as_millis(),
        back.elapsed().as_millis(),
        server.name()
    ));
}

#[tokio::test]
async fn a_mongodb_that_answers_nothing_is_told_by_ready_without_waiting_for_it() {
    let Some(server) = disposable(Topology::ReplicaSet).await else { return };
    let node = ServerProcess::over(&fresh(&server), &[]).await;
    let is_well = |status, circuit: &str, _: &str| (status, circuit) == (200, "closed");
    until_ready(&node.place, "the node is well", is_well).await;
    server.pause().expect("it is ours to pause");
    let mut every = interval(ASK_EVERY);
    let told = async {
        loop {
            every.tick().await;
            let asked = Instant::now();
            let (status, ..) = ready(&node.place).await;
            // The first question waits for as long as the store may take, and no longer.
            assert!(asked.elapsed() < QUICK + QUICK / 2, "an answer took {:?}", asked.elapsed());
            if status == 503 {
                break;
            }
        }
    };
    soon("the node says that its store does not answer", told).await;
    server.resume().expect("it is ours to resume");
    until_ready(&node.place, "the node is well again", is_well).await;
}

#[tokio::test]
async fn a_node_started_before_mongodb_waits_for_it_and_serves() {
    let Some(mut server) = disposable(Topology::ReplicaSet).await else { return };
    let store = fresh(&server);
    server.kill().expect("it is ours to kill");
    let impatient = ["--log", "warn", "--mongo-server-selection-timeout-ms", "500"];
    let settings: Vec<&str> = SETTINGS.into_iter().chain(impatient).collect();
    let mut starting = Starting::over(&store, &settings, Stdio::piped());
    starting.says("MongoDB cannot be reached yet").await;
    let back = Instant::now();
    server.restart().await.expect("it starts again");
    let node: ServerProcess = starting.ready().await;
    tell(&format!(
        "a node started before MongoDB serves {} ms after the start of MongoDB ({})",
        back.elapsed().as_millis(),
        server.name()
    ));
    let ann = node.place.sign_up("Ann").await;
    let mut socket = ann.socket().await;
    let notes = socket.direct(ann.id).await;
    let seq = socket.send(notes, "it works").await;
    assert_eq!(socket.hears("it works").await, seq);
    let page =
        socket.ask(|request| Command::Load { request, conversation: notes, before: Some(seq + 1), limit: 10 }).await;
    let places: Vec<_> = messages(&page).iter().map(|message| message.seq).collect();
    assert_eq!(places, (1..=seq).collect::<Vec<_>>(), "nothing is missing before it");
}
