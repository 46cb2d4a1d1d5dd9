//! Stopping: everybody is told, nothing that was acknowledged is lost, and it does not take long.

use crate::support::{RawSocket, ServerProcess, Starting, TestServer, messages, soon};
use futures_util::future::join_all;
use myna_protocol::{ByeReason, Command, Event, Seq, close};
use std::collections::{BTreeMap, BTreeSet};
use std::process::Stdio;
use std::time::Duration;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio::time::timeout;

/// How long stopping may take, and a little for a slow machine.
const STOP: Duration = Duration::from_secs(6);

#[track_caller]
fn assert_told(code: Option<u16>, told: &[Event]) {
    assert_eq!(code, Some(close::STOPPING));
    let Some(Event::Bye { reason: ByeReason::Stopping, retry_after }) = told.last() else { panic!("{told:?}") };
    assert!((1..=60_000).contains(retry_after), "when to come back: {retry_after}");
}

#[tokio::test]
async fn every_socket_is_told_and_stopping_takes_at_most_five_seconds() {
    let server = TestServer::start().await;
    let ann = server.sign_up("Ann").await;
    let (mut one, mut silent) = (ann.socket().await, ann.open().await);
    // One that answers nothing, and a request that never ends.
    let _deaf = RawSocket::open(&ann).await;
    let mut request = TcpStream::connect(server.place.address).await.expect("the server listens");
    request.write_all(b"POST /api/sign_in HTTP/1.1\r\nHost: ").await.expect("the server reads");

    let place = server.place.clone();
    let stopped = async { timeout(STOP, server.stop()).await.expect("within five seconds") };
    let ((), one, silent) = tokio::join!(stopped, one.closed(), silent.closed());
    for (code, told) in [one, silent] {
        assert_told(code, &told);
    }
    assert!(TcpStream::connect(place.address).await.is_err(), "nothing is taken any more");
}

#[tokio::test]
async fn what_was_acknowledged_before_the_stop_is_there_after_it() {
    let folder = tempfile::tempdir().expect("there is a folder for temporary files");
    let mut server = ServerProcess::with(folder.path(), &["--frames-burst", "10000"]).await;
    let (ann, bea) = (server.place.sign_up("Ann").await, server.place.sign_up("Bea").await);
    let direct = ann.socket().await.direct(bea.id).await;

    let mut talking = Vec::new();
    for n in 0..4 {
        let mut socket = if n % 2 == 0 { ann.socket().await } else { bea.socket().await };
        talking.push(async move {
            for request in 0..60 {
                let client_id = crate::support::new_message();
                let command = Command::Send {
                    request: 1_000 + request,
                    conversation: direct,
                    client_id,
                    text: format!("{n}:{request}"),
                    reply_to: None,
                };
                if !socket.try_say(&command).await {
                    break;
                }
            }
            let (code, told) = socket.closed().await;
            assert_told(code, &told);
            told.into_iter()
                .filter_map(|event| match event {
                    Event::Ack { request: 1_000.., seq, .. } => seq,
                    _ => None,
                })
                .collect::<BTreeSet<Seq>>()
        });
    }
    let mut witness = ann.socket().await;
    let stop = async {
        witness.expect("a message", |event| messages(event).first().map(|_| ())).await;
        server.signal("TERM").await;
        assert_eq!(server.ended().await, Some(0));
    };
    let (acknowledged, ()) = tokio::join!(join_all(talking), stop);
    let acknowledged: BTreeSet<Seq> = acknowledged.into_iter().flatten().collect();
    assert!(!acknowledged.is_empty());

    let server = ServerProcess::start(folder.path()).await;
    let mut socket = ann.at(&server.place).open().await;
    socket.hello(BTreeMap::new()).await;
    let page =
        socket.ask(|request| Command::Load { request, conversation: direct, before: Some(1_000), limit: 200 }).await;
    let mut stored: BTreeSet<Seq> = messages(&page).iter().map(|message| message.seq).collect();
    if let Some(first) = stored.first().copied().filter(|first| *first > 1) {
        let page = socket
            .ask(|request| Command::Load { request, conversation: direct, before: Some(first), limit: 200 })
            .await;
        stored.extend(messages(&page).iter().map(|message| message.seq));
    }
    let lost: Vec<_> = acknowledged.difference(&stored).collect();
    assert!(lost.is_empty(), "acknowledged and lost: {lost:?}");
}

#[tokio::test]
async fn the_process_ends_with_code_0_on_sigterm_and_on_sigint() {
    let folder = tempfile::tempdir().expect("there is a folder for temporary files");
    for signal in ["TERM", "INT"] {
        let mut server = ServerProcess::start(folder.path()).await;
        let ann = server.place.sign_up(&format!("Ann {signal}")).await;
        let mut socket = ann.socket().await;
        let _deaf = RawSocket::open(&ann).await;
        server.signal(signal).await;
        let ended = async { timeout(STOP, server.ended()).await.expect("within five seconds") };
        let (ended, (code, told)) = tokio::join!(ended, socket.closed());
        assert_eq!(ended, Some(0), "{signal}");
        assert_told(code, &told);
        let left: Vec<_> = std::fs::read_dir(folder.path())
            .expect("the folder is there")
            .map(|entry| entry.expect("it can be read").file_name().into_string().expect("a plain name"))
            .filter(|name| name.ends_with("-wal"))
            .collect();
        assert!(left.is_empty(), "everything is in the one file: {left:?}");
    }
}

#[tokio::test]
async fn a_client_that_hangs_in_the_middle_of_a_request_does_not_keep_the_process() {
    let folder = tempfile::tempdir().expect("there is a folder for temporary files");
    let mut server = ServerProcess::start(folder.path()).await;
    let mut request = soon("a connection", TcpStream::connect(server.place.address)).await.expect("the server listens");
    let head = "POST /api/sign_up HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 500\r\n\r\nname=";
    request.write_all(head.as_bytes()).await.expect("the server reads");
    assert_eq!(server.place.get("/health").await.status, 200);
    server.signal("TERM").await;
    assert_eq!(timeout(STOP, server.ended()).await.expect("within five seconds"), Some(0));
}

#[tokio::test]
async fn who_is_told_to_stop_while_it_waits_for_its_database_ends_without_an_error() {
    let impatient = ["--log", "warn", "--mongo-server-selection-timeout-ms", "500"];
    let mut waiting = Starting::over("mongodb://127.0.0.1:1/myna", &impatient, Stdio::piped());
    waiting.says("cannot be reached yet").await;
    assert_eq!(waiting.stopped().await, Some(0));
}
