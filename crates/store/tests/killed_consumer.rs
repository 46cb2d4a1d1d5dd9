//! A consumer of the change log whose process is killed again and again: it sees every change at least once, in order.

use crate::contract::verbs::{begun, done, new_direct, people, say};
use myna_chat::store::{LogError, Store};
use myna_protocol::{ConversationId, Feed, Rev, Timestamp};
use myna_store::{StoreUrl, open};
use std::fs::{File, OpenOptions};
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

/// Names the folder in the process that is to be killed.
const FOLDER: &str = "MYNA_TEST_KILLED_CONSUMER";
const CONSUMER: &str = "test";
const HOLDER: [u8; 16] = [1; 16];
/// So often the process is killed.
const KILLS: usize = 8;

fn url(folder: &Path) -> StoreUrl {
    StoreUrl::Sqlite(folder.join("myna.db"))
}

/// Consumes once: writes down what came, and only then says that it is done with it.
async fn consume(store: &dyn Store, seen: &mut File) -> usize {
    let forever = Timestamp(i64::MAX / 2);
    assert!(store.lease(CONSUMER, HOLDER, Timestamp(0), forever).await.expect("the store writes"));
    let entries = match store.entries(CONSUMER, 7, Duration::from_millis(200)).await {
        Ok(entries) => entries,
        Err(LogError::TooOld) => panic!("the log has lost what was not consumed"),
        Err(LogError::Store(error)) => panic!("{error}"),
    };
    let Some(last) = entries.last() else { return 0 };
    for entry in &entries {
        writeln!(seen, "{} {}", entry.feed, entry.rev).expect("it is written down");
    }
    seen.sync_data().expect("it is on disk");
    assert!(store.advance(CONSUMER, HOLDER, &last.position).await.expect("the store writes"));
    entries.len()
}

/// The process that is killed: it sends messages, and consumes what comes of them. In an ordinary run it does nothing.
#[tokio::test(flavor = "multi_thread")]
async fn a_process_to_be_killed() {
    let Some(folder) = std::env::var_os(FOLDER) else { return };
    let folder = Path::new(&folder);
    let store = open(&url(folder), Duration::ZERO).await.expect("the store opens");
    let mut seen = OpenOptions::new().create(true).append(true).open(folder.join("seen")).expect("it opens");
    writeln!(seen, "\nstart").expect("it is written down");
    let text = std::fs::read_to_string(folder.join("talk")).expect("it is there");
    let (talk, sender) = text.split_once(' ').expect("a conversation and a person");
    let (talk, sender) = (talk.parse().expect("an id"), sender.parse().expect("an id"));
    let sending = {
        let store = store.clone();
        tokio::spawn(async move {
            loop {
                done(&*store, say(talk, sender, "hello")).await;
            }
        })
    };
    while !sending.is_finished() {
        if consume(&*store, &mut seen).await > 0 {
            println!("consumed");
        }
    }
}

#[tokio::test]
async fn a_consumer_that_is_killed_sees_every_change_in_order() {
    let folder = tempfile::tempdir().expect("there is a folder for temporary files");
    let talk: ConversationId = {
        let store = open(&url(folder.path()), Duration::ZERO).await.expect("the store opens");
        let people = people(&*store, 2).await;
        let talk = begun(&*store, new_direct(people[0], people[1])).await;
        store.register(CONSUMER).await.expect("the store writes");
        std::fs::write(folder.path().join("talk"), format!("{talk} {}", people[0])).expect("it is written");
        talk
    };
    let program = std::env::current_exe().expect("a test has a program");
    for round in 0..KILLS {
        let mut child = Command::new(&program)
            .args(["--exact", "killed_consumer::a_process_to_be_killed", "--nocapture"])
            .env(FOLDER, folder.path())
            .stdout(Stdio::piped())
            .spawn()
            .expect("it starts");
        let output = BufReader::new(child.stdout.take().expect("it is piped"));
        // At another place each time: between writing down and saying so, inside a commit, anywhere.
        let consumed = output.lines().map_while(Result::ok).filter(|line| line.ends_with("consumed"));
        assert_eq!(consumed.take(3 + 5 * round).count(), 3 + 5 * round, "it works until it is killed");
        child.kill().expect("it is killed");
        child.wait().expect("it has ended");
    }
    let store = open(&url(folder.path()), Duration::ZERO).await.expect("the store opens");
    let mut seen = OpenOptions::new().append(true).open(folder.path().join("seen")).expect("it opens");
    writeln!(seen, "\nstart").expect("it is written down");
    while consume(&*store, &mut seen).await > 0 {}

    let feed = Feed::Conversation(talk);
    let head = store.revs(&[feed]).await.expect("the store answers")[0].1;
    let text = std::fs::read_to_string(folder.path().join("seen")).expect("it can be read");
    let (mut last, mut greatest): (Rev, Rev) = (0, 1);
    let mut runs = 0;
    for line in text.lines() {
        if line == "start" {
            (last, runs) = (0, runs + 1);
            continue;
        }
        // The kill cut this line off. Its entry was not acknowledged, so it came again.
        let Some((name, rev)) = line.split_once(' ') else { continue };
        let (Ok(named), Ok(rev)) = (name.parse::<Feed>(), rev.parse::<Rev>()) else { continue };
        if named == feed {
            assert!(rev > last, "in order: {rev} after {last}");
            assert!(rev <= greatest + 1, "nothing is left out: {rev} after {greatest}");
            (last, greatest) = (rev, greatest.max(rev));
        }
    }
    assert_eq!((greatest, runs), (head, KILLS + 1), "to the last change");
    assert!(head > 100, "it has worked: {head}");
}
