use super::link::{acknowledges, says_something};
use super::{LinkConditions, Proxy};
use crate::quick::{OpCode, put_masked};
use myna_protocol::Event;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::{Instant, timeout};

/// How long anything here may take.
const DEADLINE: Duration = Duration::from_secs(10);

/// A link through a proxy: the proxy, and both ends.
async fn link() -> (Proxy, TcpStream, TcpStream) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let proxy = Proxy::start(vec![listener.local_addr().unwrap()], 1).await.unwrap();
    let client = TcpStream::connect(proxy.address()).await.unwrap();
    let (server, _) = timeout(DEADLINE, listener.accept()).await.unwrap().unwrap();
    (proxy, client, server)
}

/// What comes next, of this length.
async fn next(from: &mut TcpStream, count: usize) -> String {
    let mut read = vec![0; count];
    timeout(DEADLINE, from.read_exact(&mut read)).await.unwrap().unwrap();
    String::from_utf8(read).unwrap()
}

/// Whether nothing more can come.
async fn is_over(from: &mut TcpStream) -> bool {
    matches!(timeout(DEADLINE, from.read(&mut [0; 64])).await.unwrap(), Ok(0) | Err(_))
}

#[tokio::test]
async fn everything_passes_both_ways_whole_or_in_slices() {
    let (proxy, mut client, mut server) = link().await;
    for sliced in [false, true] {
        proxy.set_conditions(LinkConditions { sliced, ..LinkConditions::default() });
        client.write_all(b"question").await.unwrap();
        assert_eq!(next(&mut server, 8).await, "question");
        server.write_all(b"answer").await.unwrap();
        assert_eq!(next(&mut client, 6).await, "answer");
    }
}

#[tokio::test]
async fn what_was_held_comes_later_and_in_order() {
    let (proxy, mut client, mut server) = link().await;
    proxy.set_conditions(LinkConditions { holds_up: true, ..LinkConditions::default() });
    client.write_all(b"one ").await.unwrap();
    // The other way is open, and what comes on it was said later.
    server.write_all(b"down").await.unwrap();
    assert_eq!(next(&mut client, 4).await, "down");
    assert_eq!(server.try_read(&mut [0; 8]).unwrap_err().kind(), std::io::ErrorKind::WouldBlock);
    client.write_all(b"two").await.unwrap();
    proxy.set_conditions(LinkConditions::default());
    assert_eq!(next(&mut server, 7).await, "one two");
}

#[tokio::test]
async fn latency_keeps_the_order() {
    let (proxy, mut client, mut server) = link().await;
    let delay = Duration::from_millis(20);
    proxy.set_conditions(LinkConditions { delay, jitter: delay, ..LinkConditions::default() });
    let start = Instant::now();
    for word in ["a", "b", "c", "d"] {
        client.write_all(word.as_bytes()).await.unwrap();
    }
    assert_eq!(next(&mut server, 4).await, "abcd");
    assert!(start.elapsed() >= delay, "{:?}", start.elapsed());
}

#[tokio::test]
async fn an_acknowledgement_is_lost_with_its_link_and_nothing_else_is() {
    let (proxy, mut client, mut server) = link().await;
    server.write_all(b"before").await.unwrap();
    assert_eq!(next(&mut client, 6).await, "before");
    proxy.set_conditions(LinkConditions { loses_acks: 1.0, ..LinkConditions::default() });
    let send = said(r#"{"type":"send","request":1}"#);
    client.write_all(&send).await.unwrap();
    timeout(DEADLINE, server.read_exact(&mut vec![0; send.len()])).await.unwrap().unwrap();
    let ack = serde_json::to_string(&Event::Ack { request: 1, conversation: None, seq: Some(2) }).unwrap();
    server.write_all(ack.as_bytes()).await.unwrap();
    assert!(is_over(&mut client).await);
    assert_eq!(proxy.lost_acks(), 1);
}

/// A client's frame.
fn said(text: &str) -> Vec<u8> {
    let mut frame = Vec::new();
    put_masked(&mut frame, OpCode::Text, text.as_bytes());
    frame
}

#[test]
fn what_says_a_message_is_told_from_what_does_not() {
    let long = format!(r#"{{"type":"send","text":"{}"}}"#, "a".repeat(300));
    assert!(says_something(&said(&long)) && says_something(&said(r#"{"type":"send"}"#)));
    for other in [r#"{"type":"hello"}"#, "{}", ""] {
        assert!(!says_something(&said(other)), "{other}");
    }
    assert!(!says_something(b"GET /ws HTTP/1.1\r\n") && !says_something(b""));
}

#[test]
fn only_what_was_stored_is_acknowledged_with_a_place() {
    let ack = |seq| serde_json::to_vec(&Event::Ack { request: 1, conversation: None, seq }).unwrap();
    assert!(acknowledges(&ack(Some(7))));
    assert!(!acknowledges(&ack(None)));
    assert!(!acknowledges(&ack(Some(7))[..20]), "half of it");
}

#[tokio::test]
async fn a_cut_ends_both_sides_and_a_new_link_finds_a_server_that_is_there() {
    let (proxy, mut client, mut server) = link().await;
    proxy.cut();
    assert!(is_over(&mut client).await && is_over(&mut server).await);
    // Two servers, of which one is not there.
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let gone = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let proxy = Proxy::start(vec![gone, listener.local_addr().unwrap()], 7).await.unwrap();
    for _ in 0..4 {
        let _client = TcpStream::connect(proxy.address()).await.unwrap();
        timeout(DEADLINE, listener.accept()).await.unwrap().unwrap();
    }
}
