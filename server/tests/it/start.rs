//! Starting: what stands in the way is said in one sentence, with an exit code, and nothing is harmed.

use crate::support::{ServerProcess, TestServer, myna, myna_until, soon};
use clap::CommandFactory;
use myna_server::config::Config;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;
use tokio::net::TcpStream;

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("the program prints text")
}

/// Asserts that the program ended with this code and one sentence, and answers the sentence.
#[track_caller]
fn sentence(output: &Output, code: i32) -> String {
    let error = text(&output.stderr);
    assert_eq!((output.status.code(), text(&output.stdout).as_str()), (Some(code), ""), "{error}");
    assert_eq!(error.lines().count(), 1, "one sentence: {error}");
    assert!(error.starts_with("myna: ") && !error.contains("panicked") && !error.contains("backtrace"), "{error}");
    error
}

/// Starts the program on this store, where it cannot start: what it says.
async fn refused(store: &Path) -> String {
    let store = format!("sqlite:{}", store.display());
    sentence(&myna(&["--listen", "127.0.0.1:0", "--store", &store], &[]).await, 1)
}

/// A store with somebody in it, closed.
async fn filled() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("there is a folder for temporary files");
    let mut server = ServerProcess::start(folder.path()).await;
    let (ann, bea) = (server.place.sign_up("Ann").await, server.place.sign_up("Bea").await);
    let mut socket = ann.socket().await;
    let direct = socket.direct(bea.id).await;
    socket.send_many(direct, (0..100).map(|n| format!("message {n}"))).await;
    server.signal("TERM").await;
    assert_eq!(server.ended().await, Some(0));
    let path = folder.path().join("myna.db");
    (folder, path)
}

#[tokio::test]
async fn a_port_in_use_is_named() {
    let server = TestServer::start().await;
    let listen = server.place.address.to_string();
    let error = sentence(&myna(&["--listen", &listen, "--store", "memory:"], &[]).await, 1);
    assert!(error.contains(&listen) && error.contains("--listen") && error.contains("in use"), "{error}");
    assert_eq!(server.place.get("/health").await.status, 200, "the other one goes on");
}

#[tokio::test]
async fn an_address_that_is_not_this_machines_is_named() {
    let error = sentence(&myna(&["--listen", "192.0.2.1:3000", "--store", "memory:"], &[]).await, 1);
    assert!(error.contains("192.0.2.1:3000"), "{error}");
}

#[tokio::test]
async fn a_data_folder_that_cannot_be_made_is_named() {
    let folder = tempfile::tempdir().expect("there is a folder for temporary files");
    let file = folder.path().join("file");
    fs::write(&file, "not a folder").expect("the file can be written");
    for store in [file.join("myna.db"), file.join("deep/er/myna.db")] {
        let error = refused(&store).await;
        assert!(error.contains(&file.display().to_string()), "{error}");
    }
    let error = refused(folder.path()).await;
    assert!(error.contains("it is a folder"), "{error}");
    assert_eq!(fs::read_to_string(&file).expect("it is still there"), "not a folder");
}

#[tokio::test]
async fn a_file_of_something_else_is_refused_and_left_alone() {
    let folder = tempfile::tempdir().expect("there is a folder for temporary files");
    let path = folder.path().join("myna.db");
    for content in [&b"dear diary, today I wrote a text file that is not a database at all"[..], &[0xff; 10_000]] {
        fs::write(&path, content).expect("the file can be written");
        let error = refused(&path).await;
        assert!(error.contains("myna.db") && error.contains("not a Myna store"), "{error}");
        assert_eq!(fs::read(&path).expect("it is still there"), content);
    }
}

#[tokio::test]
async fn a_damaged_store_is_refused_and_left_alone() {
    let (_folder, path) = filled().await;
    let whole = fs::read(&path).expect("the store is there");
    assert!(whole.len() > 5 * 4_096, "there is something to damage: {}", whole.len());
    let mut overwritten = whole.clone();
    overwritten[4_096..whole.len() - 4_096].fill(0x5a);
    for (name, damaged) in [("overwritten", overwritten), ("cut off", whole[..whole.len() - 3 * 4_096].to_vec())] {
        fs::write(&path, &damaged).expect("the file can be written");
        let error = refused(&path).await;
        assert!(error.contains("myna.db") && error.contains("damaged") && error.contains("backup"), "{name}: {error}");
        assert_eq!(fs::read(&path).expect("it is still there"), damaged, "{name}");
    }
    fs::write(&path, &whole).expect("the file can be written");
    let server = ServerProcess::start(path.parent().expect("it is in a folder")).await;
    assert!(server.place.sign_in("Ann").await.is_signed_in().await, "the backup of it is as good as before");
}

#[tokio::test]
async fn a_store_of_a_newer_version_is_refused_and_left_alone() {
    let (_folder, path) = filled().await;
    let mut bytes = fs::read(&path).expect("the store is there");
    // Where the file's header has the number of the schema.
    bytes[60..64].copy_from_slice(&99_u32.to_be_bytes());
    fs::write(&path, &bytes).expect("the file can be written");
    let error = refused(&path).await;
    assert!(error.contains("newer Myna") && error.contains("schema 99"), "{error}");
    assert_eq!(fs::read(&path).expect("it is still there"), bytes);
}

#[tokio::test]
async fn a_second_server_on_the_same_data_is_refused_and_the_first_goes_on() {
    let folder = tempfile::tempdir().expect("there is a folder for temporary files");
    let server = ServerProcess::start(folder.path()).await;
    let ann = server.place.sign_up("Ann").await;
    let error = refused(&folder.path().join("myna.db")).await;
    assert!(error.contains("in use by another Myna"), "{error}");
    let mut socket = ann.socket().await;
    let note = socket.direct(ann.id).await;
    socket.send(note, "still here").await;
}

#[tokio::test]
async fn after_a_kill_the_data_is_free_at_once() {
    let folder = tempfile::tempdir().expect("there is a folder for temporary files");
    let mut server = ServerProcess::start(folder.path()).await;
    server.place.sign_up("Ann").await;
    server.kill().await;
    let server = ServerProcess::start(folder.path()).await;
    server.place.sign_in("Ann").await;
}

#[tokio::test]
async fn a_database_that_cannot_be_reached_is_named_without_its_password_and_tried_again() {
    let url = "mongodb://ann:sesame@127.0.0.1:1/chat?serverSelectionTimeoutMS=100&appName=sesame";
    let by_parts = [("MONGO_HOST", "127.0.0.1:1"), ("MONGO_DB", "chat"), ("MONGO_USERNAME", "ann")];
    let mut variables = by_parts.to_vec();
    variables.extend([("MONGO_PASSWORD", "sesame"), ("MONGO_SERVER_SELECTION_TIMEOUT_MS", "100")]);
    for (args, variables) in [(vec!["--store", url], vec![]), (vec![], vec![("MONGO_URI", url)]), (vec![], variables)] {
        let args: Vec<&str> = ["--listen", "127.0.0.1:0"].into_iter().chain(args).collect();
        let log = myna_until(&args, &variables, "tried again").await;
        assert!(log.contains("mongodb://***@127.0.0.1:1/chat") && !log.contains("sesame"), "{log}");
    }
}

#[tokio::test]
async fn a_wrong_setting_ends_with_code_2_and_its_name() {
    let folder = tempfile::tempdir().expect("there is a folder for temporary files");
    let file = folder.path().join("myna.toml");
    fs::write(&file, "listen = \"here\"\n").expect("the file can be written");
    let missing = folder.path().join("none.toml").display().to_string();
    let file = file.display().to_string();
    for (args, variables, name) in [
        (vec!["--listen", "here"], vec![], "--listen"),
        (vec!["--listen", "127.0.0.1"], vec![], "--listen"),
        (vec!["--store", "postgres://ann:secret@one/db"], vec![], "--store"),
        (vec!["--public-url", "chat.example"], vec![], "--public-url"),
        (vec!["--frames-per-second", "many"], vec![], "--frames-per-second"),
        (vec!["--colour", "red"], vec![], "--colour"),
        (vec!["surplus"], vec![], "surplus"),
        (vec!["--store", "mongodb://ann:sec@ret@one/db"], vec![], "the password of the MongoDB address"),
        (vec!["mongodb://ann:secret@one/db"], vec![], "unrecognized subcommand"),
        (vec![], vec![("MONGO_URI", "mongodb://ann:secret@one/db?maxPolSize=9")], "did you mean maxPoolSize?"),
        (vec![], vec![("MONGO_HOST", "one"), ("MONGO_PORT", "x")], "--mongo-port"),
        (vec![], vec![("MONGO_HOST", "one"), ("MONGO_PASSWORD", "secret")], "--mongo-username"),
        (vec![], vec![("MONGO_PASSWORD", "secret")], "--mongo-password"),
        (vec![], vec![("MYNA_LISTEN", "here")], "--listen"),
        (vec![], vec![("MYNA_LOG", "=")], "--log"),
        (vec!["--config", &file], vec![], "--listen"),
        (vec!["--config", &missing], vec![], "none.toml"),
    ] {
        let output = myna(&args, &variables).await;
        let error = text(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{args:?} {variables:?}: {error}");
        assert!(error.contains(name) && error.starts_with("error: "), "{args:?} {variables:?}: {error}");
        assert!(!error.contains("panicked") && !error.contains("secret"), "{args:?} {variables:?}: {error}");
        assert_eq!(text(&output.stdout), "");
    }
}

#[tokio::test]
async fn help_lists_every_setting_with_its_variable() {
    let output = myna(&["--help"], &[]).await;
    assert_eq!(output.status.code(), Some(0));
    let help = text(&output.stdout);
    let command = Config::command();
    let mut listed = 0;
    for arg in command.get_arguments().filter(|arg| !arg.is_hide_set()) {
        let flag = format!("--{}", arg.get_long().expect("every setting is a flag"));
        assert!(help.contains(&flag), "{flag}: {help}");
        let variable = arg.get_env().map(|name| format!("[env: {}", name.to_str().expect("a plain name")));
        assert!(variable.is_none_or(|variable| help.contains(&variable)), "{flag}: {help}");
        listed += 1;
    }
    assert!(listed >= 10, "{help}");
    assert!(text(&myna(&["--version"], &[]).await.stdout).contains(env!("CARGO_PKG_VERSION")));
}

#[tokio::test]
async fn help_does_not_show_what_may_hold_a_password() {
    let names = ["MYNA_STORE", "MONGO_URI", "MONGO_USERNAME", "MONGO_PASSWORD"];
    let output = myna(&["--help"], &names.map(|name| (name, "mongodb://ann:sesame@one"))).await;
    let help = text(&output.stdout);
    for name in names {
        assert!(help.contains(&format!("[env: {name}]")), "{name}: {help}");
    }
    assert!(output.status.success() && !help.contains("sesame"), "{help}");
}

#[tokio::test]
async fn secrets_are_not_in_the_log() {
    let folder = tempfile::tempdir().expect("there is a folder for temporary files");
    let (mut server, log) = ServerProcess::logging(folder.path(), "trace").await;
    let ann = server.place.sign_up("Ann").await;
    let mut socket = ann.socket().await;
    let note = socket.direct(ann.id).await;
    socket.send(note, "nobody else may read this").await;
    server.place.enter("sign_in", "Ann", "a wrong password").await.assert_refused(401, "bad_credentials");
    server.signal("TERM").await;
    assert_eq!(server.ended().await, Some(0));
    let log = fs::read_to_string(log).expect("there is a log");
    let token = ann.cookie.strip_prefix("myna=").expect("this is the cookie's name");
    assert!(
        log.contains("listening") && log.lines().all(|line| line.starts_with('{')),
        "one JSON object a line: {log}"
    );
    for secret in
        [token, crate::support::PASSWORD, "correct+horse", "a wrong password", "a+wrong+password", "nobody else may"]
    {
        let line = log.lines().find(|line| line.contains(secret));
        assert_eq!(line, None, "{secret}");
    }
}

#[tokio::test]
async fn who_comes_while_thousands_come_waits_and_is_not_turned_away() {
    // What a listener asks for is cut to what the system allows.
    let allowed = fs::read_to_string("/proc/sys/net/core/somaxconn").ok().and_then(|number| number.trim().parse().ok());
    if allowed.is_none_or(|allowed: u32| allowed < 4_096) {
        println!("SKIPPED: the system lets only {allowed:?} connections wait (net.core.somaxconn)");
        return;
    }
    rlimit::increase_nofile_limit(8_192).expect("thousands of files may be open");
    let folder = tempfile::tempdir().expect("there is a folder for temporary files");
    let server = ServerProcess::start(folder.path()).await;
    // Who stands still takes nobody: all wait.
    server.signal("STOP").await;
    let mut waiting = Vec::new();
    for number in 0..3_000 {
        let connecting = TcpStream::connect(server.place.address);
        waiting.push(soon(&format!("number {number} is let in"), connecting).await.expect("it connects"));
    }
    server.signal("CONT").await;
    drop(waiting);
    assert_eq!(server.place.get("/health").await.status, 200);
}
