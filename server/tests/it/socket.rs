//! A socket's beginning and end: who may open one, what comes first, and with which code it is closed.

use crate::support::{Person, TestServer, handshake, messages, soon};
use myna_protocol::{ByeReason, Command, Event, Rejection, close};
use std::collections::BTreeMap;
use std::time::Duration;
use tokio::time::timeout;

const LANGUAGE: (&str, &str) = ("Sec-WebSocket-Protocol", "myna.v1");

#[tokio::test]
async fn a_socket_needs_somebody_signed_in() {
    let server = TestServer::start().await;
    let origin = ("Origin", server.place.origin.as_str());
    for cookie in [None, Some("myna="), Some("myna=abc"), Some("other=1")] {
        let cookie = cookie.map(|cookie| ("Cookie", cookie));
        let headers: Vec<_> = [origin, LANGUAGE].into_iter().chain(cookie).collect();
        let (status, answer) = handshake(&server.place, &headers).await;
        assert!(status == 401 && answer.contains("\"unauthenticated\""), "{cookie:?}: {answer}");
    }
}

#[tokio::test]
async fn a_socket_needs_our_own_page() {
    let server = TestServer::start().await;
    let ann = server.sign_up("Ann").await;
    let own = server.place.origin.as_str();
    let cookie = ("Cookie", ann.cookie.as_str());
    for origin in [
        "http://evil.example",
        "null",
        "",
        "file://",
        &format!("{own}.evil.example"),
        &format!("{own}0"),
        "http://127.0.0.1",
    ] {
        let (status, answer) = handshake(&server.place, &[("Origin", origin), cookie, LANGUAGE]).await;
        assert!(status == 403 && answer.contains("\"foreign_origin\""), "{origin}: {answer}");
    }
    let (status, answer) = handshake(&server.place, &[cookie, LANGUAGE]).await;
    assert_eq!(status, 403, "no origin: {answer}");
    let (status, answer) =
        handshake(&server.place, &[("Origin", "http://evil.example"), ("Origin", own), cookie, LANGUAGE]).await;
    assert_eq!(status, 403, "two origins: {answer}");
    assert_eq!(handshake(&server.place, &[("Origin", own), cookie, LANGUAGE]).await.0, 101);
}

#[tokio::test]
async fn a_socket_needs_our_language() {
    let server = TestServer::start().await;
    let ann = server.sign_up("Ann").await;
    let headers = [("Origin", server.place.origin.as_str()), ("Cookie", ann.cookie.as_str())];
    for language in [None, Some("myna.v2"), Some("chat"), Some("MYNA.V1"), Some("myna.v1.x")] {
        let language = language.map(|language| ("Sec-WebSocket-Protocol", language));
        let headers: Vec<_> = headers.into_iter().chain(language).collect();
        let (status, answer) = handshake(&server.place, &headers).await;
        assert!(status == 400 && answer.contains("\"malformed\""), "{language:?}: {answer}");
    }
    let both = [headers[0], headers[1], ("Sec-WebSocket-Protocol", "myna.v2, myna.v1")];
    let (status, answer) = handshake(&server.place, &both).await;
    assert!(status == 101 && answer.to_ascii_lowercase().contains("sec-websocket-protocol: myna.v1"), "{answer}");
}

#[tokio::test]
async fn a_plain_request_for_the_socket_is_refused() {
    let server = TestServer::start().await;
    let ann = server.sign_up("Ann").await;
    assert!((400..500).contains(&ann.get("/ws").await.status));
    assert!((400..500).contains(&ann.post("/ws", &[]).await.status));
}

#[tokio::test]
async fn a_cookie_among_others_is_found() {
    let server = TestServer::start().await;
    let ann = server.sign_up("Ann").await;
    let cookies = format!("theme=dark; {}; notmyna=x", ann.cookie);
    let other = Person { cookie: cookies, ..ann.clone() };
    other.socket().await;
}

#[tokio::test]
async fn hello_is_answered_by_who_one_is_and_everything_one_lacks() {
    let server = TestServer::start().await;
    let ann = server.sign_up("Ann").await;
    let told = ann.open().await.hello(BTreeMap::new()).await;
    let Event::Welcome { user, limits, server_time } = &told[0] else { panic!("{told:?}") };
    assert_eq!((user.id, user.name.as_str()), (ann.id, "Ann"));
    assert_eq!(limits.text_chars, 8_000);
    assert!(server_time.millis() > 1_700_000_000_000);
    assert_eq!(told.last(), Some(&Event::CaughtUp { request: None, next: None }));
}

#[tokio::test]
async fn a_command_before_hello_is_refused_and_hello_may_still_follow() {
    let server = TestServer::start().await;
    let (ann, bea) = (server.sign_up("Ann").await, server.sign_up("Bea").await);
    let direct = ann.socket().await.direct(bea.id).await;
    let mut early = ann.open().await;
    let send = |request| Command::Send {
        request,
        conversation: direct,
        client_id: crate::support::new_message(),
        text: "too early".to_owned(),
        reply_to: None,
    };
    assert_eq!(early.refused(send).await, Rejection::OutOfOrder);
    assert_eq!(early.refused(|request| Command::Search { request, text: String::new() }).await, Rejection::OutOfOrder);
    early.ping().await;
    early.hello(BTreeMap::new()).await;
    assert_eq!(early.send(direct, "in time").await, 1, "what was refused was not sent");
}

#[tokio::test]
async fn a_second_hello_is_refused_and_the_socket_lives() {
    let server = TestServer::start().await;
    let ann = server.sign_up("Ann").await;
    let mut socket = ann.socket().await;
    socket.say(&Command::Hello { cursors: BTreeMap::new() }).await;
    let (request, code) = socket
        .expect("a refusal", |event| match event {
            Event::Rejected { request, code, .. } => Some((*request, *code)),
            _ => None,
        })
        .await;
    assert_eq!((request, code), (None, Rejection::OutOfOrder));
    socket.ping().await;
}

#[tokio::test]
async fn a_socket_that_never_says_hello_is_told_nothing_and_closed_after_ten_seconds() {
    let server = TestServer::start().await;
    let (ann, bea) = (server.sign_up("Ann").await, server.sign_up("Bea").await);
    let mut socket = ann.socket().await;
    let direct = socket.direct(bea.id).await;
    let mut silent = bea.open().await;
    socket.send(direct, "hello?").await;
    tokio::time::pause();
    tokio::time::advance(Duration::from_secs(11)).await;
    tokio::time::resume();
    let (code, told) = silent.closed().await;
    assert_eq!((code, told), (Some(1008), Vec::new()));
}

#[tokio::test]
async fn signing_out_closes_its_sockets_within_a_second_and_no_others() {
    let server = TestServer::start().await;
    let ann = server.sign_up("Ann").await;
    let bea = server.sign_up("Bea").await;
    let elsewhere = server.place.sign_in("Ann").await;
    let (mut one, mut two, mut silent) = (ann.socket().await, ann.socket().await, ann.open().await);
    let mut other = elsewhere.socket().await;
    let direct = other.direct(bea.id).await;

    ann.sign_out().await;
    let closed = async { [one.closed().await, two.closed().await, silent.closed().await] };
    let closed = timeout(Duration::from_secs(1), closed).await.expect("within a second");
    for (code, told) in closed {
        assert_eq!(code, Some(close::SIGNED_OUT));
        assert_eq!(told.last(), Some(&Event::Bye { reason: ByeReason::SignedOut, retry_after: 0 }));
    }
    assert_eq!(other.send(direct, "still here").await, 1);
}

#[tokio::test]
async fn a_socket_whose_session_is_gone_when_it_says_hello_is_told_nothing() {
    let server = TestServer::start().await;
    let ann = server.sign_up("Ann").await;
    let mut socket = ann.open().await;
    ann.sign_out().await;
    assert_eq!(socket.closed().await.0, Some(close::SIGNED_OUT));
}

#[tokio::test]
async fn a_closed_tab_leaves_nothing_behind() {
    let server = TestServer::start().await;
    let ann = server.sign_up("Ann").await;
    for _ in 0..5 {
        ann.socket().await.leave_page().await;
        drop(ann.socket().await);
    }
    let gone = async {
        while server.sockets() > 0 {
            tokio::task::yield_now().await;
        }
    };
    soon("every socket is gone", gone).await;
}

#[tokio::test]
async fn two_tabs_of_one_person_hear_the_same() {
    let server = TestServer::start().await;
    let (ann, bea) = (server.sign_up("Ann").await, server.sign_up("Bea").await);
    let (mut one, mut two) = (ann.socket().await, ann.socket().await);
    let direct = one.direct(bea.id).await;
    one.send(direct, "from one tab").await;
    bea.socket().await.send(direct, "from Bea").await;
    for tab in [&mut one, &mut two] {
        let told = tab.everything().await;
        let texts: Vec<_> =
            told.iter().flat_map(messages).map(|message| (message.seq, message.text.as_str())).collect();
        assert_eq!(texts, [(1, "from one tab"), (2, "from Bea")]);
    }
}
