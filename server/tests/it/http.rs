//! What every answer over HTTP has in common, and the paths beside pages and server functions.

use crate::support::{Answer, TestServer};
use bytes::Bytes;
use futures_util::StreamExt;
use http_body_util::StreamBody;
use hyper::body::Frame;
use std::collections::BTreeSet;

#[tokio::test]
async fn health_says_that_the_process_runs() {
    let server = TestServer::start().await;
    let answer = server.place.get("/health").await;
    assert_eq!(answer.status, 200);
    assert!(answer.body.contains(r#""status":"ok""#) && answer.body.contains(env!("CARGO_PKG_VERSION")), "{answer:?}");
}

#[tokio::test]
async fn ready_says_that_the_store_answers_and_that_every_task_runs() {
    let server = TestServer::start().await;
    let ready = server.place.get("/ready").await;
    assert_eq!(ready.status, 200);
    assert_eq!(ready.body, r#"{"status":"ok","store":"ok","circuit":"closed","bus":"alone","down":[]}"#);
}

#[tokio::test]
async fn an_unknown_path_is_a_404_page() {
    let server = TestServer::start().await;
    let ann = server.sign_up("Ann").await;
    for answer in [server.place.get("/nowhere").await, ann.get("/nowhere").await, ann.get("/c").await] {
        assert_eq!(answer.status, 404);
        assert!(answer.header("content-type").starts_with("text/html"), "{answer:?}");
    }
    assert_eq!(server.place.get("/pkg/nothing.css").await.status, 404);
    assert_eq!(server.place.get("/api/nothing").await.status, 404);
}

#[tokio::test]
async fn a_path_cannot_climb_out_of_the_folder_of_files() {
    let server = TestServer::start().await;
    for path in ["/pkg/../Cargo.toml", "/pkg/..%2fCargo.toml", "/pkg/%2e%2e/Cargo.toml", "/..%2f..%2fetc/passwd"] {
        let answer = server.place.get(path).await;
        assert!(answer.status == 404 && !answer.body.contains("[package]"), "{path}: {answer:?}");
    }
}

#[tokio::test]
async fn every_answer_carries_the_security_headers() {
    let server = TestServer::start().await;
    let ann = server.sign_up("Ann").await;
    let refused = server.place.by_way_of("http://evil.example").enter("sign_in", "Ann", "whatever it is").await;
    let answers = [
        server.place.get("/sign-in").await,
        ann.get("/").await,
        server.place.get("/nowhere").await,
        server.place.get("/health").await,
        server.place.get("/pkg/nothing.css").await,
        server.place.get("/ws").await,
        server.place.enter("sign_in", "Ann", "whatever it is").await,
        refused,
    ];
    for answer in answers {
        let policy = answer.header("content-security-policy");
        for rule in [
            "default-src 'none'",
            "base-uri 'none'",
            "frame-ancestors 'none'",
            "'strict-dynamic'",
            "form-action 'self'",
        ] {
            assert!(policy.contains(rule), "{rule}: {policy}");
        }
        for rule in ["unsafe-inline", "unsafe-eval' ", "*", "http:", "https:"] {
            assert!(!policy.contains(rule), "{rule}: {policy}");
        }
        assert_eq!(answer.header("x-content-type-options"), "nosniff");
        assert_eq!(answer.header("x-frame-options"), "DENY");
        assert_eq!(answer.header("referrer-policy"), "same-origin");
        assert_eq!(answer.header("strict-transport-security"), "", "there is no https here");
    }
}

#[tokio::test]
async fn a_page_has_scripts_of_its_own_nonce_only_and_each_answer_another_nonce() {
    let server = TestServer::start().await;
    let ann = server.sign_up("Ann").await;
    let mut nonces = BTreeSet::new();
    for answer in [server.place.get("/sign-in").await, server.place.get("/sign-in").await, ann.get("/").await] {
        let nonce = nonce(&answer).to_owned();
        let scripts: Vec<&str> = answer.body.split("<script").skip(1).collect();
        assert!(!scripts.is_empty());
        for script in scripts {
            let tag = script.split('>').next().expect("a tag ends");
            assert!(tag.contains(&format!("nonce=\"{nonce}\"")), "<script{tag}> does not have the nonce {nonce}");
        }
        assert!(nonce.len() >= 22, "128 bits at least: {nonce}");
        nonces.insert(nonce);
    }
    assert_eq!(nonces.len(), 3);
}

fn nonce(answer: &Answer) -> &str {
    let policy = answer.header("content-security-policy");
    let (_, rest) = policy.split_once("'nonce-").unwrap_or_else(|| panic!("there is a nonce: {policy}"));
    rest.split('\'').next().expect("a nonce ends")
}

#[tokio::test]
async fn nothing_that_people_wrote_is_cached() {
    let server = TestServer::start().await;
    let ann = server.sign_up("Ann").await;
    for answer in [
        ann.get("/").await,
        ann.get("/new").await,
        server.place.get("/sign-in").await,
        server.place.get("/health").await,
    ] {
        assert_eq!(answer.header("cache-control"), "no-store");
    }
    assert_eq!(ann.post("/api/first_page", &[]).await.header("cache-control"), "no-store");
}

#[tokio::test]
async fn where_people_come_by_https_browsers_are_told_to_use_nothing_else() {
    let server = TestServer::with(|config| {
        let args = ["myna", "--public-url", "https://chat.example"].map(Into::into);
        config.public_url = myna_server::config::Config::read(args.into()).expect("these are settings").public_url;
    })
    .await;
    let place = server.place.by_way_of("https://chat.example");
    assert_eq!(place.get("/health").await.header("strict-transport-security"), "max-age=31536000");

    let answer = place.enter("sign_up", "Ann", "correct horse battery staple").await;
    let cookie = answer.set_cookie().expect("Ann is let in");
    let mut parts = cookie.split("; ");
    assert!(parts.next().expect("a value").starts_with("__Host-myna="), "{cookie}");
    let flags: BTreeSet<&str> = parts.filter(|part| !part.starts_with("Max-Age=")).collect();
    assert_eq!(
        flags,
        BTreeSet::from(["HttpOnly", "Path=/", "SameSite=Lax", "Secure"]),
        "no Domain, or the prefix is void"
    );
}

#[tokio::test]
async fn without_https_the_cookie_is_still_out_of_reach_of_scripts_and_other_sites() {
    let server = TestServer::start().await;
    let answer = server.place.enter("sign_up", "Ann", "correct horse battery staple").await;
    let cookie = answer.set_cookie().expect("Ann is let in");
    assert!(cookie.starts_with("myna=") && cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax"), "{cookie}");
    assert!(!cookie.contains("Secure") && !cookie.contains("Domain"), "{cookie}");
}

#[tokio::test]
async fn a_body_that_is_too_large_is_refused_with_413() {
    let server = TestServer::start().await;
    for bytes in [65 * 1024, 10 * 1024 * 1024] {
        let request =
            server.place.request_post("/api/sign_up").header("content-type", "application/x-www-form-urlencoded");
        let answer = Answer::of(request.body("a".repeat(bytes))).await;
        assert_eq!(answer.status, 413, "{bytes}: {answer:?}");
    }
    server.sign_up("Ann").await;
}

#[tokio::test]
async fn a_body_of_unknown_length_is_not_read_for_ever() {
    let server = TestServer::start().await;
    let chunk = || Ok::<_, std::io::Error>(Frame::data(Bytes::from("name=a&".repeat(1_000))));
    let chunks = StreamBody::new(futures_util::stream::repeat_with(chunk).take(2_000));
    let request = server.place.request_post("/api/sign_up").header("content-type", "application/x-www-form-urlencoded");
    let answer = Answer::of(request.body(reqwest::Body::wrap(chunks))).await;
    assert!((400..500).contains(&answer.status), "{answer:?}");
}
