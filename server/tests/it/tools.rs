//! `myna store`: moving to another store, measuring and checking one, as people run it.

use crate::support::{PASSWORD, ServerProcess, myna};
use myna_protocol::{Message, UserId};
use myna_store::archive::{Archive, Origin};
use myna_store::{Purpose, open_archive};
use std::fs;
use std::path::Path;
use std::process::Output;
use std::sync::Arc;
use std::time::Duration;

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("the program prints text")
}

fn url(path: &Path) -> String {
    format!("sqlite:{}", path.display())
}

/// Runs `myna store` to its end.
async fn store(args: &[&str]) -> Output {
    myna(&[&["store"], args].concat(), &[]).await
}

async fn copy(from: &str, to: &str) -> Output {
    store(&["copy", "--from", from, "--to", to]).await
}

/// Asserts that the program did it, without a word on stderr, and answers what it printed.
#[track_caller]
fn done(output: &Output) -> String {
    assert_eq!((output.status.code(), text(&output.stderr).as_str()), (Some(0), ""), "{output:?}");
    text(&output.stdout)
}

/// Asserts that the program failed with one sentence, and answers it.
#[track_caller]
fn sentence(output: &Output) -> String {
    let error = text(&output.stderr);
    assert_eq!((output.status.code(), error.lines().count()), (Some(1), 1), "{error}");
    assert!(error.starts_with("myna: ") && !error.contains("panicked"), "{error}");
    error
}

/// A folder with a store in which Ann has written to Bea.
async fn filled() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("there is a folder for temporary files");
    let mut server = ServerProcess::start(folder.path()).await;
    let (ann, bea) = (server.place.sign_up("Ann").await, server.place.sign_up("Bea").await);
    let mut socket = ann.socket().await;
    let direct = socket.direct(bea.id).await;
    socket.send_many(direct, (0..100).map(|n| format!("message {n}"))).await;
    server.signal("TERM").await;
    assert_eq!(server.ended().await, Some(0));
    folder
}

#[tokio::test]
async fn people_go_on_in_the_store_that_theirs_was_copied_to() {
    let folder = filled().await;
    let (from, moved) = (url(&folder.path().join("myna.db")), folder.path().join("moved"));
    let to = url(&moved.join("myna.db"));
    let printed = done(&copy(&from, &to).await);
    for expected in [
        &format!("{from} was copied to {to}: all counts and checksums are the same in both\n"),
        "2 people, 2 sessions, 2 conversations, 3 members, 101 messages, 0 reactions, 0 due jobs, 0 personal rows\n",
        "110 rows were written in ",
        " a second\n",
    ] {
        assert!(printed.contains(expected), "{expected}: {printed}");
    }
    assert_eq!(printed.contains("peak memory: "), Path::new("/proc/self/status").exists(), "{printed}");

    let server = ServerProcess::start(&moved).await;
    let bea = server.place.sign_in("Bea").await;
    let first = bea.first_page(None).await;
    assert!(format!("{first:?}").contains("message 99"), "{first:?}");
    server.place.enter("sign_up", "ann", PASSWORD).await.assert_refused(409, "name_taken");
    let error = sentence(&copy(&from, &to).await);
    assert!(error.contains("in use by another Myna"), "{error}");
}

#[tokio::test]
async fn a_store_in_use_and_one_that_is_not_there_are_refused() {
    let folder = tempfile::tempdir().expect("there is a folder for temporary files");
    let server = ServerProcess::start(folder.path()).await;
    let (used, none) = (url(&folder.path().join("myna.db")), url(&folder.path().join("none.db")));
    for output in [copy(&used, &none).await, store(&["stats", "--store", &used]).await] {
        let error = sentence(&output);
        assert!(error.contains("in use by another Myna: stop that one first"), "{error}");
    }
    for output in [copy(&none, "sqlite:other.db").await, store(&["check", "--store", &none]).await] {
        let error = sentence(&output);
        assert!(error.contains(&format!("there is no store at {none}")), "{error}");
    }
    assert!(!folder.path().join("none.db").exists(), "nothing is made by looking");
    let error = sentence(&copy(&none, &none).await);
    assert!(error.contains("--from and --to name the same store"), "{error}");
    let error = sentence(&copy("memory:", &none).await);
    assert!(error.contains("keeps nothing after: use sqlite:"), "{error}");
    drop(server);
}

#[tokio::test]
async fn a_store_with_something_in_it_is_not_copied_into() {
    let (one, other) = (filled().await, filled().await);
    let error = sentence(&copy(&url(&one.path().join("myna.db")), &url(&other.path().join("myna.db"))).await);
    assert!(error.contains("holds something already: name one that is empty"), "{error}");
    ServerProcess::start(other.path()).await.place.sign_in("Ann").await;
}

#[tokio::test]
async fn a_store_is_measured_and_checked() {
    let folder = filled().await;
    let path = folder.path().join("myna.db");
    let here = url(&path);
    let printed = done(&store(&["stats", "--store", &here]).await);
    assert!(printed.starts_with(&format!("{here}: ")) && printed.contains(" bytes\n"), "{printed}");
    for expected in ["messages: 101 rows\n", "  index messages_by_rev\n", "users: 2 rows\n"] {
        assert!(printed.contains(expected), "{printed}");
    }
    // The store of the settings, when none is named.
    let output = myna(&["store", "check"], &[("MYNA_STORE", &here)]).await;
    let well = "all is well: 2 people, 2 sessions, 2 conversations, 3 members, 101 messages, 0 reactions, 0 due jobs, 0 personal rows\n";
    assert_eq!(done(&output), well);
    assert_eq!(done(&myna(&["--store", &here, "store", "check"], &[]).await), well);
    let settings = folder.path().join("myna.toml");
    fs::write(&settings, format!("store = {here:?}\n")).expect("the file can be written");
    let settings = settings.display().to_string();
    assert_eq!(done(&myna(&["--config", &settings, "store", "check"], &[]).await), well);
}

#[tokio::test]
async fn a_wrong_command_ends_with_code_2() {
    for (args, expected) in [
        (vec!["store"], "copy"),
        (vec!["store", "burn"], "burn"),
        (vec!["store", "copy"], "--from"),
        (vec!["store", "copy", "--from", "sqlite:a.db"], "--to"),
        (vec!["store", "copy", "--from", "sqlite:a.db", "--to", "postgres://ann:secret@one/db"], "--to"),
        (vec!["store", "copy", "--from", "postgres://ann:secret@one/db", "--to", "sqlite:a.db"], "--from"),
        (vec!["store", "check", "--store", "postgres://ann:secret@one/db"], "--store"),
    ] {
        let output = myna(&args, &[]).await;
        let error = text(&output.stderr);
        assert_eq!((output.status.code(), text(&output.stdout).as_str()), (Some(2), ""), "{args:?}: {error}");
        assert!(error.contains(expected) && !error.contains("secret"), "{args:?}: {error}");
    }
    let help = done(&myna(&["store", "--help"], &[]).await);
    for command in ["copy", "stats", "check"] {
        assert!(help.contains(&format!("\n  {command} ")), "{help}");
        assert!(done(&store(&[command, "--help"]).await).contains("URL"), "{command}");
    }
    assert!(done(&myna(&["--help"], &[]).await).contains("\n  store "), "the commands are listed");
}

/// The store in this folder, to be written to as it should not be.
async fn opened(path: &Path) -> Arc<dyn Archive> {
    let url = url(path).parse().expect("this is a store's URL");
    open_archive(&url, Purpose::Target, Duration::ZERO).await.expect("the store opens")
}

#[tokio::test]
async fn an_unfinished_copy_is_not_served_and_is_finished_by_the_command_it_names() {
    let folder = filled().await;
    let (from, moved) = (folder.path().join("myna.db"), folder.path().join("moved"));
    let to = moved.join("myna.db");
    let (source, target) = (opened(&from).await, opened(&to).await);
    let id = source.id().await.expect("the store answers");
    target.set_origin(Some(Origin { id, url: url(&from) })).await.expect("the store writes");
    target.put_users(source.users(None, 1).await.expect("the store answers")).await.expect("the store writes");
    drop((source, target));
    let error = sentence(&myna(&["--listen", "127.0.0.1:0", "--store", &url(&to)], &[]).await);
    let command = error.split('`').nth(1).expect("it names a command").to_owned();
    assert_eq!(command, format!("myna store copy --from {} --to {}", url(&from), url(&to)));
    sentence(&store(&["check", "--store", &url(&to)]).await);
    let words: Vec<&str> = command.split(' ').skip(1).collect();
    done(&myna(&words, &[]).await);
    ServerProcess::start(&moved).await.place.sign_in("Bea").await;
}

#[tokio::test]
async fn what_is_wrong_with_a_store_is_printed_up_to_a_hundred_times() {
    let folder = filled().await;
    let path = folder.path().join("myna.db");
    let archive = opened(&path).await;
    let talks = archive.conversations(None, 10).await.expect("the store answers");
    let talk = talks.into_iter().find(|talk| talk.last_seq == 100).expect("they have talked");
    let first = archive.messages(talk.id, 0, 1).await.expect("the store answers").remove(0);
    let strange = |n: u8| Message { seq: 100 + u64::from(n), sender: UserId::from_bytes([n; 16]), ..first.clone() };
    archive.put_messages((1..=120).map(strange).collect()).await.expect("the store writes");
    drop(archive);
    let output = store(&["check", "--store", &url(&path)]).await;
    let error = sentence(&output);
    assert!(error.contains("breaks its own rules 121 times: restore it from a backup"), "{error}");
    let printed = text(&output.stdout);
    assert_eq!(printed.lines().count(), 101, "{printed}");
    assert!(printed.ends_with("\nand 21 more\n"), "{printed}");
    let one = format!("conversation {}: 01010101-0101-0101-0101-010101010101, who sent message 101,", talk.id);
    assert!(printed.contains(&one), "{printed}");
}
