//! Operator objects, as attackers of databases send them where a text is expected: refused wherever they come, never a
//! match, nothing stored. Every command and every field is tried: from the snapshots of the protocol, so that new ones are too.

use crate::support::{Answer, PASSWORD, Person, Socket, TestServer, new_message};
use leptos::server_fn::axum::server_fn_paths;
use myna_app::server_fns::FirstPage;
use myna_protocol::{Command, Event, Rejection};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// What stands in place of a text.
fn operators() -> Vec<Value> {
    vec![
        json!({"$gt": ""}),
        json!({"$ne": null}),
        json!({"$regex": ".*"}),
        json!({"$where": "1"}),
        json!({"$in": ["a"]}),
        json!({}),
        json!([]),
        json!(["a"]),
        json!([{"$gt": ""}]),
    ]
}

/// What is no text either.
fn no_texts() -> Vec<Value> {
    vec![json!(7), json!(1.5), json!(true), json!(null)]
}

/// The commands in the protocol's snapshots.
fn samples() -> Vec<Value> {
    let snapshots = include_str!("../../../crates/protocol/tests/frames.rs");
    let texts = snapshots.split("@r#\"").skip(1).filter_map(|rest| rest.split("\"#").next());
    texts.filter(|text| serde_json::from_str::<Command>(text).is_ok()).map(|text| text.parse().expect("JSON")).collect()
}

/// The names of all commands, as the reader of commands knows them.
fn command_names() -> BTreeSet<String> {
    let error = serde_json::from_str::<Command>(r#"{"type":"no such command"}"#).expect_err("there is none");
    let error = error.to_string();
    let (_, names) = error.split_once("expected one of").unwrap_or_else(|| panic!("it lists the names: {error}"));
    names.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

/// Every frame that this one becomes when one thing in it, at any depth, is replaced.
fn replaced(value: &Value) -> Vec<(String, Value)> {
    let mut all = Vec::new();
    let with = if value.is_string() { [operators(), no_texts()].concat() } else { operators() };
    // An empty list is as good as a full one, and an empty map too.
    let empty = match value {
        Value::Array(_) => Some(json!([])),
        Value::Object(_) => Some(json!({})),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => None,
    };
    let with = with.into_iter().filter(|other| empty.as_ref() != Some(other));
    all.extend(with.map(|other| (String::new(), other)));
    match value {
        Value::Object(fields) => {
            for (name, field) in fields {
                for (path, other) in replaced(field) {
                    let mut changed = fields.clone();
                    changed.insert(name.clone(), other);
                    all.push((format!(".{name}{path}"), changed.into()));
                }
            }
        }
        Value::Array(items) => {
            for (place, item) in items.iter().enumerate() {
                for (path, other) in replaced(item) {
                    let mut changed = items.clone();
                    changed[place] = other;
                    all.push((format!("[{place}]{path}"), changed.into()));
                }
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
    all
}

/// Says something that is no command: it is refused, under its request where that can be read.
async fn refused(socket: &mut Socket, name: &str, frame: &Value) {
    socket.say_text(&frame.to_string()).await;
    let answer = socket.next().await;
    let Event::Rejected { request, code: Rejection::Malformed, .. } = &answer else {
        panic!("{name}: {frame} is answered by {answer:?}");
    };
    assert_eq!(*request, frame["request"].as_u64(), "{name}: {frame}");
}

/// All that is stored for these two, and everything that can be found.
async fn everything(people: [&Person; 2], socket: &mut Socket) -> String {
    let mut told = String::new();
    for person in people {
        told += &format!("{:?}", person.first_page(None).await.feeds);
    }
    match socket.ask(|request| Command::Search { request, text: String::new() }).await {
        Event::Found { people, channels, .. } => told + &format!("{people:?} {channels:?}"),
        other => panic!("a search finds: {other:?}"),
    }
}

#[tokio::test]
async fn an_operator_in_a_command_is_malformed_and_the_socket_goes_on() {
    let server = TestServer::patient().await;
    let (ann, bea) = (server.sign_up("Ann").await, server.sign_up("Bea").await);
    let mut socket = ann.socket().await;
    let direct = socket.direct(bea.id).await;
    socket.send(direct, "hello").await;
    let channel = socket.channel("general").await;
    socket.everything().await;
    let before = everything([&ann, &bea], &mut socket).await;

    let samples = samples();
    let named: BTreeSet<String> =
        samples.iter().filter_map(|sample| Some(sample["type"].as_str()?.to_owned())).collect();
    assert_eq!(named, command_names(), "every command has a snapshot");
    // The samples are made to act on what is there, so that each would do something if it were understood.
    let ids = BTreeMap::from([
        ("cccccccc-cccc-cccc-cccc-cccccccccccc", direct.to_string()),
        ("aaaaaaaa-aaaa-aaaa-aaaa-aaaaaaaaaaaa", ann.id.to_string()),
        ("bbbbbbbb-bbbb-bbbb-bbbb-bbbbbbbbbbbb", bea.id.to_string()),
        ("018bcfe5-6800-7111-9111-111111111111", new_message().to_string()),
    ]);
    let (mut tried, mut understood) = (0, BTreeSet::new());
    for sample in samples {
        let mut text = sample.to_string();
        for (id, real) in &ids {
            text = text.replace(id, real);
        }
        let sample: Value = text.parse().expect("it is still JSON");
        let name = sample["type"].as_str().expect("a command has a name").to_owned();
        for (path, frame) in replaced(&sample) {
            // What may be left out may be null.
            if serde_json::from_value::<Command>(frame.clone()).is_ok() {
                understood.insert(format!("{name}{path}"));
                continue;
            }
            refused(&mut socket, &format!("{name}{path}"), &frame).await;
            tried += 1;
        }
    }
    assert_eq!(
        understood,
        BTreeSet::from(["group.name", "members.after", "react.emoji", "rename.name"].map(str::to_owned)),
        "nothing else is taken for a command"
    );
    assert!(tried > 400, "each place of each command was tried: {tried}");
    socket.ping().await;
    assert_eq!(everything([&ann, &bea], &mut socket).await, before, "nothing was stored");
    assert_eq!(socket.send(direct, "after all that").await, 2);
    assert_eq!(socket.send(channel, "here too").await, 1);
}

#[tokio::test]
async fn what_only_looks_like_an_operator_is_text_and_finds_nobody() {
    let server = TestServer::start().await;
    let (ann, bea) = (server.sign_up("Ann").await, server.sign_up("Bea").await);
    let mut socket = ann.socket().await;
    for text in [r#"{"$gt":""}"#, r#"{"$regex":".*"}"#, ".*", "^", "$where", "a|b", "[a-z]", "\\w", "%", "_"] {
        let answer = socket.ask(|request| Command::Search { request, text: text.to_owned() }).await;
        assert!(
            matches!(&answer, Event::Found { people, channels, .. } if people.is_empty() && channels.is_empty()),
            "{text}: {answer:?}"
        );
        server.place.enter("sign_in", text, PASSWORD).await.assert_refused(401, "bad_credentials");
    }
    let direct = socket.direct(bea.id).await;
    let mut other = bea.socket().await;
    socket.send(direct, r#"{"$set":{"text":""}}"#).await;
    other.hears(r#"{"$set":{"text":""}}"#).await;
}

/// The fields of every server function. One that is new has to be written down here, and is tested with the others.
const FIELDS: [(&str, &[&str]); 4] = [
    ("/api/first_page", &["open"]),
    ("/api/sign_in", &["name", "password"]),
    ("/api/sign_out", &[]),
    ("/api/sign_up", &["name", "password"]),
];

/// Asserts that this was refused as the caller's mistake, and let nobody in.
#[track_caller]
fn assert_no_match(what: &str, answer: &Answer) {
    assert!((400..500).contains(&answer.status) && answer.set_cookie().is_none(), "{what}: {answer:?}");
}

#[tokio::test]
async fn every_field_of_every_form_refuses_operators_and_never_finds_anybody_by_them() {
    let server = TestServer::start().await;
    let (ann, bea) = (server.sign_up("Ann").await, server.sign_up("Bea").await);
    let mut socket = ann.socket().await;
    let before = everything([&ann, &bea], &mut socket).await;
    let mut known: Vec<String> = server_fn_paths().map(|(path, _)| path.to_owned()).collect();
    known.sort();
    assert_eq!(known, FIELDS.map(|(path, _)| path), "every server function is in the table");
    for (path, fields) in FIELDS {
        for field in fields {
            let others: Vec<&str> = fields.iter().copied().filter(|other| other != field).collect();
            for bad in ["[$gt]=", "[$ne]=x", "[$regex]=.*", "[]=a&{}[]=b", "[0][a]=b"] {
                let bad = bad.replace("{}", field);
                let good: String = others.iter().map(|other| format!("&{other}=correct+horse+battery")).collect();
                let body = format!("{field}{bad}{good}");
                let answer = ann_posts(&ann, path, "application/x-www-form-urlencoded", body.clone()).await;
                assert_no_match(&format!("{path} {body}"), &answer);
            }
            for bad in [operators(), no_texts()].concat() {
                let good = others.iter().map(|other| ((*other).to_owned(), json!("correct horse battery")));
                let body: serde_json::Map<String, Value> = good.chain([((*field).to_owned(), bad)]).collect();
                let body = Value::from(body).to_string();
                let answer = ann_posts(&ann, path, "application/json", body.clone()).await;
                // Only forms are read. To the one function whose field may be left out, this is a form without it.
                if *field == "open" && answer.status == 200 {
                    let page: FirstPage = serde_json::from_str(&answer.body).expect("it is the first page");
                    assert_eq!(page.feeds, ann.first_page(None).await.feeds, "{body}");
                    continue;
                }
                assert_no_match(&format!("{path} {body}"), &answer);
            }
        }
    }
    assert_eq!(everything([&ann, &bea], &mut socket).await, before, "nothing was stored");
    assert!(ann.is_signed_in().await);
}

async fn ann_posts(ann: &Person, path: &str, kind: &str, body: String) -> Answer {
    let request = ann.place.request_post(path).header("content-type", kind).header("cookie", &ann.cookie);
    Answer::of(request.body(body)).await
}

/// What a page shows, without the sentences that it brings for the browser.
fn drawn(body: &str) -> String {
    let (before, words) = body.split_once("<script type=\"text/plain\"").expect("the page brings its sentences");
    before.to_owned() + words.split_once("</script>").expect("they end").1
}

#[tokio::test]
async fn an_operator_in_an_address_opens_no_conversation() {
    let server = TestServer::start().await;
    let ann = server.sign_up("Ann").await;
    let mut socket = ann.socket().await;
    let note = socket.direct(ann.id).await;
    let opened = ann.get(&format!("/c/{note}")).await;
    assert!(opened.status == 200 && !drawn(&opened.body).contains("No conversation selected"), "{opened:?}");
    for path in ["/c/%7B%22$gt%22:%22%22%7D", "/c/[$ne]", "/c/$where", "/c/.*", "/c/null", "/c/0"] {
        let answer = ann.get(path).await;
        assert!(answer.status == 404 || drawn(&answer.body).contains("No conversation selected"), "{path}: {answer:?}");
    }
    for path in ["/", "/sign-in", "/health", "/ready", "/session", "/ws"] {
        let plain = ann.get(path).await;
        for query in ["?open[$ne]=1", "?name[$gt]=", "?$where=1", "?open=%7B%22$gt%22:%22%22%7D"] {
            let answer = ann.get(&format!("{path}{query}")).await;
            assert_eq!((answer.status, answer.set_cookie()), (plain.status, None), "{path}{query}: {answer:?}");
        }
    }
}
