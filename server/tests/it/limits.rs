//! What one client can take from the others: guesses, names, handles, time.

use crate::support::{PASSWORD, Place, ServerProcess, TestServer, handshake, myna_until, soon};
use myna_protocol::{Command, Event};
use myna_server::config::Config;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

fn config(args: &[&str]) -> Config {
    let args = std::iter::once("myna").chain(args.iter().copied()).map(Into::into).collect();
    Config::read(args).expect("these are settings")
}

/// What the server answers to these bytes before it closes the connection.
async fn say(place: &Place, bytes: &str) -> String {
    let talk = async {
        let mut stream = TcpStream::connect(place.address).await.expect("the server listens");
        stream.write_all(bytes.as_bytes()).await.expect("the server reads");
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).await.expect("the server answers and closes");
        String::from_utf8_lossy(&answer).into_owned()
    };
    soon("an answer", talk).await
}

#[tokio::test]
async fn a_target_without_a_path_is_refused_and_panics_nowhere() {
    let server = TestServer::start().await;
    for line in ["CONNECT example.com:443 HTTP/1.1", "GET example.com:443 HTTP/1.1", "CONNECT / HTTP/1.1"] {
        let answer = say(&server.place, &format!("{line}\r\nHost: localhost\r\nConnection: close\r\n\r\n")).await;
        assert!(answer.starts_with("HTTP/1.1 400"), "{line}: {answer:?}");
    }
    for line in ["OPTIONS * HTTP/1.1", "GET http://localhost/health HTTP/1.1"] {
        let answer = say(&server.place, &format!("{line}\r\nHost: localhost\r\nConnection: close\r\n\r\n")).await;
        assert!(answer.starts_with("HTTP/1.1 "), "{line}: {answer:?}");
    }
}

#[tokio::test]
async fn a_request_for_another_host_is_refused_with_421() {
    let server = TestServer::start().await;
    let evil =
        |path: &str| format!("{path} HTTP/1.1\r\nHost: evil.example:3000\r\nOrigin: http://evil.example:3000\r\n");
    for request in [
        evil("GET /sign-in") + "Connection: close\r\n\r\n",
        evil("POST /api/sign_up")
            + "Connection: close\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 26\r\n\r\nname=Eve&password=12345678",
        evil("GET /ws")
            + "Connection: Upgrade, close\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: myna.v1\r\n\r\n",
    ] {
        let answer = say(&server.place, &request).await;
        assert!(answer.starts_with("HTTP/1.1 421") && answer.contains("\"foreign_origin\""), "{answer}");
    }
    let typed = evil("GET /") + "Accept: text/html,*/*;q=0.8\r\nAccept-Language: en\r\nConnection: close\r\n\r\n";
    let answer = say(&server.place, &typed).await;
    assert!(answer.starts_with("HTTP/1.1 421") && answer.contains("text/plain"), "{answer}");
    assert!(
        answer.ends_with("The server doesn’t expect this address. Its administrator sets it with --public-url."),
        "{answer}"
    );
    let named = TestServer::with(|settings| {
        settings.public_url = config(&["--public-url", "https://chat.example"]).public_url;
    })
    .await;
    for (host, status) in [("chat.example", 200), ("evil.example", 421)] {
        let answer =
            say(&named.place, &format!("GET /health HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n")).await;
        assert!(answer.starts_with(&format!("HTTP/1.1 {status}")), "{host}: {answer}");
    }
}

#[tokio::test]
async fn a_session_has_sixteen_sockets_and_gets_one_more_when_one_ends() {
    let server = TestServer::start().await;
    let ann = server.sign_up("Ann").await;
    let mut sockets = Vec::new();
    for _ in 0..16 {
        sockets.push(ann.open().await);
    }
    let headers = [
        ("Origin", server.place.origin.as_str()),
        ("Cookie", ann.cookie.as_str()),
        ("Sec-WebSocket-Protocol", "myna.v1"),
    ];
    let (status, answer) = handshake(&server.place, &headers).await;
    assert!(status == 429 && answer.contains("\"too_many\""), "{answer}");
    server.sign_up("Bea").await.open().await;
    sockets.remove(0).leave_page().await;
    let again = async { while handshake(&server.place, &headers).await.0 != 101 {} };
    soon("there is room again", again).await;
}

#[tokio::test]
async fn behind_a_trusted_proxy_each_client_has_attempts_of_its_own() {
    let server = TestServer::with(|settings| {
        settings.trusted_proxies = config(&["--trusted-proxies", "127.0.0.0/8"]).trusted_proxies;
    })
    .await;
    let status = async |from: &str, password: &str| {
        let request = server.place.request_post("/api/sign_in").header("x-forwarded-for", from);
        let answer = soon("an answer", request.form(&[("name", "Ann"), ("password", password)]).send()).await;
        answer.expect("the server answers").status().as_u16()
    };
    server.sign_up("Ann").await;
    for _ in 0..5 {
        assert_eq!(status("203.0.113.1", "a wrong password").await, 401);
    }
    assert_eq!(status("203.0.113.1", PASSWORD).await, 429);
    assert_eq!(status("198.51.100.7, 203.0.113.1", PASSWORD).await, 429, "what a client claims does not count");
    assert_eq!(status("203.0.113.2", PASSWORD).await, 200);
}

#[tokio::test]
async fn who_has_a_new_name_still_gets_in_by_it_from_the_address_they_are_at() {
    let server = TestServer::with(|settings| {
        settings.trusted_proxies = config(&["--trusted-proxies", "127.0.0.0/8"]).trusted_proxies;
    })
    .await;
    let status = async |from: &str, password: &str| {
        let request = server.place.request_post("/api/sign_in").header("x-forwarded-for", from);
        let answer = soon("an answer", request.form(&[("name", "Anna"), ("password", password)]).send()).await;
        answer.expect("the server answers").status().as_u16()
    };
    // Her socket comes from the address of the tests.
    let mut ann = server.sign_up("Ann").await.socket().await;
    let answer = ann.ask(|request| Command::SetName { request, name: "Anna".to_owned() }).await;
    assert!(matches!(answer, Event::Ack { .. }), "{answer:?}");
    for n in 0..100 {
        let refused = status(&format!("203.0.113.{n}"), "a wrong password").await;
        assert_eq!(refused, 401, "attempt {n}");
    }
    assert_eq!(status("203.0.113.200", PASSWORD).await, 429, "strangers have used up their attempts");
    assert_eq!(status("127.0.0.1", PASSWORD).await, 200);
}

#[tokio::test]
async fn one_address_cannot_choose_another_without_a_trusted_proxy() {
    let server = TestServer::start().await;
    server.sign_up("Ann").await;
    let mut statuses = Vec::new();
    for n in 0..6 {
        let request = server.place.request_post("/api/sign_in").header("x-forwarded-for", format!("203.0.113.{n}"));
        let answer = soon("an answer", request.form(&[("name", "Ann"), ("password", "a wrong password")]).send()).await;
        statuses.push(answer.expect("the server answers").status().as_u16());
    }
    assert_eq!(statuses, [401, 401, 401, 401, 401, 429]);
}

#[tokio::test]
async fn a_server_for_other_machines_without_a_public_address_says_what_is_open() {
    let args = ["--listen", "0.0.0.0:0", "--store", "memory:", "--log", "warn"];
    let log = myna_until(&args, &[], "DNS rebinding").await;
    assert!(log.contains("the session cookie goes without `Secure`") && log.contains("--public-url"), "{log}");
}

#[tokio::test]
async fn the_log_says_once_what_a_proxy_lacks() {
    let folder = tempfile::tempdir().expect("there is a folder for temporary files");
    let (server, log) = ServerProcess::logging(folder.path(), "info").await;
    let ask = |path: &str, host: &str, more: &str| {
        format!("GET {path} HTTP/1.1\r\nHost: {host}\r\n{more}Connection: close\r\n\r\n")
    };
    let ann = server.place.sign_up("Ann").await;
    for _ in 0..2 {
        say(&server.place, &ask("/health", "evil.example", "")).await;
        say(&server.place, &ask("/health", "localhost", "X-Forwarded-For: 192.0.2.7\r\n")).await;
        ann.get("/ws").await;
    }
    let said = std::fs::read_to_string(log).expect("the log can be read");
    for line in [
        "is --public-url right?",
        "its peer is not in --trusted-proxies",
        "does the proxy pass Upgrade and Connection on?",
    ] {
        assert_eq!(said.matches(line).count(), 1, "{line}: {said}");
    }
}
