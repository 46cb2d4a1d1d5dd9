//! Who is too slow, and who is too fast: they are told so, and the others notice nothing.

use crate::support::{Person, Socket, TestServer, messages, rows, soon};
use myna_protocol::{ByeReason, Command, ConversationId, Event, Feed, Row, close};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;
use tokio::net::TcpSocket;
use tokio::time::Instant;

/// Messages in a burst: together more than the system and the server keep for one socket.
const BURST: usize = 800;

/// How long it takes until a burst has come to somebody who listens.
async fn burst(from: &mut Socket, to: &mut Socket, conversation: ConversationId, name: &str) -> Duration {
    let padding = "x".repeat(7_900);
    let start = Instant::now();
    let last = format!("{name} {} {padding}", BURST - 1);
    let talk = from.send_many(conversation, (0..BURST).map(|n| format!("{name} {n} {padding}")));
    tokio::join!(talk, to.hears(&last));
    start.elapsed()
}

/// A socket of somebody whose machine takes in little at a time.
async fn slow_socket(person: &Person) -> Socket {
    let connection = TcpSocket::new_v4().expect("there are sockets");
    connection.set_recv_buffer_size(4_096).expect("its buffer can be made small");
    let stream = soon("a connection", connection.connect(person.place.address)).await.expect("the server listens");
    soon("a socket", Socket::over(stream, person)).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_does_not_read_is_closed_as_lagging_and_slows_nobody_and_loses_nothing() {
    let server = TestServer::patient().await;
    let (ann, bea, eve) = (server.sign_up("Ann").await, server.sign_up("Bea").await, server.sign_up("Eve").await);
    let (mut one, mut two) = (ann.socket().await, bea.socket().await);
    let group = one.group(&[&bea, &eve]).await;
    let alone = burst(&mut one, &mut two, group, "without").await;

    let mut stuck = slow_socket(&eve).await;
    let before = stuck.hello(BTreeMap::new()).await;
    let beside_the_stuck_one = burst(&mut one, &mut two, group, "beside").await;
    assert!(
        beside_the_stuck_one < alone * 4 + Duration::from_secs(2),
        "{alone:?} without, {beside_the_stuck_one:?} with"
    );

    let (code, told) = stuck.closed().await;
    assert_eq!(code, Some(close::LAGGING));
    assert_eq!(told.last(), Some(&Event::Bye { reason: ByeReason::Lagging, retry_after: 0 }));
    let all: Vec<Event> = before.into_iter().chain(told).collect();
    let cursors: BTreeMap<Feed, u64> = all.iter().filter_map(rows).map(|rows| (rows.feed, rows.rev)).collect();
    let seqs = |events: &[Event]| events.iter().flat_map(messages).map(|message| message.seq).collect::<Vec<_>>();
    let (first, heard) = (BURST as u64, seqs(&all));
    let known = *heard.last().expect("the last message before the burst");
    assert_eq!(heard, (first..=known).collect::<Vec<_>>(), "each once, in order");
    assert!(known < 2 * first, "it was closed before it had all");
    // So much is no longer made up for row by row: the newest come afresh, and the others by pages.
    let (mut back, told) = eve.resume(cursors).await;
    let mut missed = seqs(&told);
    while missed[0] > known + 1 {
        let before = Some(missed[0]);
        let page = back.ask(|request| Command::Load { request, conversation: group, before, limit: 200 }).await;
        let Event::Page { rows, .. } = page else { panic!("{page:?}") };
        let older: Vec<u64> = rows
            .iter()
            .filter_map(|row| if let Row::Message(message) = row { Some(message.seq) } else { None })
            .collect();
        assert!(!older.is_empty(), "a page before {before:?}");
        missed.splice(0..0, older);
    }
    missed.retain(|seq| *seq > known);
    assert_eq!(missed, (known + 1..=2 * first).collect::<Vec<_>>(), "each once, in order");
}

#[tokio::test]
async fn a_flood_of_frames_is_closed_with_4009() {
    let server =
        TestServer::with(|config| (config.frames_per_second, config.frames_burst, config.frames_patience) = (1, 20, 0))
            .await;
    let ann = server.sign_up("Ann").await;
    let (mut flood, mut other) = (ann.open().await, ann.open().await);
    flood.hello(BTreeMap::new()).await;
    other.hello(BTreeMap::new()).await;
    for _ in 0..60 {
        flood.say(&Command::Ping {}).await;
    }
    let (code, told) = flood.closed().await;
    assert_eq!(code, Some(close::TOO_MANY_FRAMES));
    assert_eq!(told.last(), Some(&Event::Bye { reason: ByeReason::TooManyFrames, retry_after: 0 }));
    let pongs = told.iter().filter(|event| matches!(event, Event::Pong { .. })).count();
    assert!((19..40).contains(&pongs), "a burst is answered: {pongs}");
    other.ping().await;
}

#[tokio::test]
async fn who_speaks_too_fast_is_made_to_wait_and_nobody_else_is() {
    let server = TestServer::start().await;
    let (ann, bea, eve) = (server.sign_up("Ann").await, server.sign_up("Bea").await, server.sign_up("Eve").await);
    let mut fast = eve.socket().await;
    let (mut one, mut two) = (ann.socket().await, bea.socket().await);
    let direct = one.direct(bea.id).await;
    for _ in 0..400 {
        fast.say(&Command::Ping {}).await;
    }
    let start = Instant::now();
    for n in 0..20 {
        one.send(direct, &format!("number {n}")).await;
        two.hears(&format!("number {n}")).await;
    }
    let talk = start.elapsed();
    // Nearly 200 frames more than the burst, at 50 a second.
    let mut pongs = 0;
    while pongs < 400 {
        if matches!(fast.next().await, Event::Pong { .. }) {
            pongs += 1;
        }
    }
    assert!(
        start.elapsed() > Duration::from_secs(2) + talk / 2,
        "the fast one waited {:?}, the talk took {talk:?}",
        start.elapsed()
    );
}

/// Groups in which Ann is, each with messages of as many bytes as an answer may have: more in all than the buffers of a
/// connection can hold.
const GROUPS: usize = 24;
const MESSAGES: usize = 60;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_leaves_while_they_catch_up_slowly_is_told_no_more() {
    let server = TestServer::patient().await;
    let (ann, bea) = (server.sign_up("Ann").await, server.sign_up("Bea").await);
    let mut bea = bea.socket().await;
    let mut groups = Vec::new();
    let padding = "x".repeat(7_900);
    for group in 0..GROUPS {
        groups.push(bea.group(&[&ann]).await);
        bea.send_many(groups[group], (0..MESSAGES).map(|n| format!("{n} {padding}"))).await;
    }
    let mut elsewhere = ann.socket().await;
    let mut slow = slow_socket(&ann).await;
    // All that has been said: a fresh load would bring the newest message of each group alone.
    let cursors = groups.iter().map(|group| (Feed::Conversation(*group), 1)).collect();
    slow.say(&Command::Hello { cursors }).await;
    // The server writes, and nobody reads on.
    slow.expect("the welcome", |event| matches!(event, Event::Welcome { .. }).then_some(())).await;
    for group in &groups {
        elsewhere.leave(*group).await;
        bea.send(*group, "not for Ann").await;
    }
    let (mut told, mut texts) = (BTreeSet::new(), Vec::new());
    loop {
        let event = slow.next().await;
        texts.extend(messages(&event).iter().map(|message| message.text.clone()));
        told.extend(
            rows(&event)
                .filter(|rows| rows.rows.iter().any(|row| matches!(row, Row::Message(_))))
                .map(|rows| rows.feed),
        );
        if matches!(event, Event::CaughtUp { request: None, .. }) {
            break;
        }
    }
    let unheard = groups.iter().filter(|group| !told.contains(&Feed::Conversation(**group))).count();
    assert!(unheard > 0, "some were left before they were read");
    assert!(!texts.iter().any(|text| text == "not for Ann"), "{unheard} were not told");
}
