//! Tests that start, kill, stop and pause servers, and that servers end with the process that started them.

use bson::{Document, doc};
use mongodb::options::{Acknowledgment, ClientOptions, WriteConcern};
use mongodb::{Client, Collection};
use myna_mongo_server::{Login, MongoServer, Options, Topology, fresh_database_name, own, shared};
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;
use tokio::time::{Instant, timeout};

const PATIENCE: Duration = Duration::from_secs(60);

/// Reports on stderr which server a verdict comes from. The test runner does not capture it.
fn tell(server: &MongoServer) {
    let thread = std::thread::current();
    // An error means that stderr is closed.
    let _ = writeln!(std::io::stderr(), "{}: {}", thread.name().unwrap_or("a test"), server.name());
}

async fn client(uri: &str) -> Client {
    let mut options = ClientOptions::parse(uri).await.expect("it is a connection string");
    options.server_selection_timeout = Some(Duration::from_secs(5));
    Client::with_options(options).expect("the options are sound")
}

async fn collection(uri: &str) -> Collection<Document> {
    client(uri).await.default_database().expect("it names a database").collection("rows")
}

/// Asks again every 10 ms until the answer is yes.
async fn until(what: &str, mut condition: impl FnMut() -> bool) {
    let mut every = tokio::time::interval(Duration::from_millis(10));
    let deadline = Instant::now() + PATIENCE;
    while !condition() {
        assert!(Instant::now() < deadline, "{what}: not after {PATIENCE:?}");
        every.tick().await;
    }
}

#[tokio::test]
async fn a_server_starts_and_answers() {
    let Some(server) = shared().await.unwrap() else { return };
    tell(server);
    let rows = collection(&server.uri(&fresh_database_name())).await;
    rows.insert_one(doc! { "_id": 1 }).await.unwrap();
    assert_eq!(rows.find_one(doc! {}).await.unwrap(), Some(doc! { "_id": 1 }));
}

#[tokio::test]
async fn tests_share_a_server_and_not_a_database() {
    let Some(server) = shared().await.unwrap() else { return };
    tell(server);
    let (one, other) = (fresh_database_name(), fresh_database_name());
    collection(&server.uri(&one)).await.insert_one(doc! { "_id": 1 }).await.unwrap();
    assert_eq!(collection(&server.uri(&other)).await.find_one(doc! {}).await.unwrap(), None);
    assert!(std::ptr::eq(server, shared().await.unwrap().unwrap()));
}

#[tokio::test]
async fn what_was_written_with_j_true_survives_kill_and_restart() {
    let Some(mut server) = own(&Options::default()).await.unwrap() else { return };
    tell(&server);
    let uri = server.uri("myna");
    let rows = collection(&uri).await;
    let durable = WriteConcern::builder().w(Acknowledgment::Majority).journal(true).build();
    for count in 1..=3 {
        rows.insert_one(doc! {}).write_concern(durable.clone()).await.unwrap();
        server.kill().unwrap();
        server.restart().await.unwrap();
        assert_eq!(server.uri("myna"), uri, "it is where it was");
        // The earlier client also finds it again.
        assert_eq!(rows.count_documents(doc! {}).await.unwrap(), count);
    }
}

#[tokio::test]
async fn a_killed_server_is_gone_and_a_stopped_one_too() {
    let Some(mut server) = own(&Options::default()).await.unwrap() else { return };
    tell(&server);
    let mut options = ClientOptions::parse(server.uri("myna")).await.unwrap();
    options.server_selection_timeout = Some(Duration::from_millis(300));
    let rows = Client::with_options(options).unwrap().database("myna").collection::<Document>("rows");
    rows.insert_one(doc! { "_id": 1 }).await.unwrap();

    server.kill().unwrap();
    rows.insert_one(doc! { "_id": 2 }).await.unwrap_err();
    assert!(server.pause().is_err(), "there is nothing to pause");
    server.restart().await.unwrap();
    server.stop().await.unwrap();
    rows.insert_one(doc! { "_id": 3 }).await.unwrap_err();
    server.restart().await.unwrap();
    let rows = collection(&server.uri("myna")).await;
    assert_eq!(rows.find_one(doc! { "_id": 1 }).await.unwrap(), Some(doc! { "_id": 1 }));
}

#[tokio::test]
async fn a_paused_server_answers_when_it_goes_on() {
    let Some(server) = own(&Options::default()).await.unwrap() else { return };
    tell(&server);
    let rows = collection(&server.uri("myna")).await;
    rows.insert_one(doc! { "_id": 1 }).await.unwrap();
    server.pause().unwrap();
    let asked = tokio::spawn(async move { rows.insert_one(doc! { "_id": 2 }).await });
    let mut asked = std::pin::pin!(asked);
    assert!(timeout(Duration::from_millis(300), &mut asked).await.is_err(), "nothing answers");
    server.resume().unwrap();
    timeout(PATIENCE, asked).await.unwrap().unwrap().unwrap();
}

#[tokio::test]
async fn a_server_alone_has_no_replica_set() {
    let options = Options { topology: Topology::Standalone, ..Options::default() };
    let Some(server) = own(&options).await.unwrap() else { return };
    tell(&server);
    let client = client(&server.uri("myna")).await;
    let hello = client.database("admin").run_command(doc! { "hello": 1 }).await.unwrap();
    assert!(!hello.contains_key("setName"), "{hello}");
    assert!(client.database("myna").watch().await.is_err(), "change streams are for replica sets");
    client.database("myna").collection("rows").insert_one(doc! { "_id": 1 }).await.unwrap();
}

#[tokio::test]
async fn a_server_with_authentication_serves_who_signs_in() {
    let login = Login { user: "ann".to_owned(), password: "p/a@s:s?".to_owned() };
    let options = Options { login: Some(login), ..Options::default() };
    let Some(server) = own(&options).await.unwrap() else { return };
    tell(&server);
    let uri = server.uri("myna");
    collection(&uri).await.insert_one(doc! { "_id": 1 }).await.unwrap();
    let wrong = uri.replace("ann:", "ann:x");
    assert_ne!(wrong, uri);
    collection(&wrong).await.insert_one(doc! { "_id": 2 }).await.unwrap_err();
    let nobody = uri.replacen("ann:p%2Fa%40s%3As%3F@", "", 1).replace("authSource=admin&", "");
    assert!(!nobody.contains('@'), "{nobody}");
    collection(&nobody).await.insert_one(doc! { "_id": 3 }).await.unwrap_err();
}

#[tokio::test]
async fn a_server_with_tls_is_reached_by_who_trusts_its_authority() {
    let options = Options { tls: true, ..Options::default() };
    let Some(server) = own(&options).await.unwrap() else { return };
    tell(&server);
    assert!(server.authority().unwrap().is_file());
    let uri = server.uri("myna");
    collection(&uri).await.insert_one(doc! { "_id": 1 }).await.unwrap();
    let fails = async |uri: String| collection(&uri).await.insert_one(doc! { "_id": 2 }).await.is_err();
    let (start, rest) = uri.split_once("tlsCAFile=").unwrap();
    let (_, rest) = rest.split_once('&').unwrap();
    assert!(fails(format!("{start}{rest}")).await, "who does not trust it");
    assert!(fails(uri.replace("tls=true&", "").replace("tlsCAFile", "appName")).await, "who does not use TLS");
}

/// A running `myna-mongo-server`.
struct Foreground {
    child: Child,
    uri: String,
}

impl Foreground {
    fn start(arguments: &[&str], folder: &Path) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_myna-mongo-server"));
        command.args(arguments).env("TMPDIR", folder);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("it can be started");
        let mut uri = String::new();
        let output = child.stdout.take().expect("its output is ours");
        BufReader::new(output).read_line(&mut uri).expect("it says where it is");
        Self { child, uri: uri.trim_end().to_owned() }
    }

    /// Whether a process listens at the address that it printed.
    fn listens(&self) -> bool {
        let host = self.uri.trim_start_matches("mongodb://").split('/').next().unwrap_or_default();
        std::net::TcpStream::connect(host).is_ok()
    }
}

impl Drop for Foreground {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let files = std::fs::read_dir(folder).expect("it is there");
    files.map(|file| file.expect("it can be read").path()).collect()
}

#[tokio::test]
async fn a_server_ends_when_the_process_that_started_it_is_killed() {
    // Only to skip the test if there is no server.
    let Some(server) = own(&Options::default()).await.unwrap() else { return };
    tell(&server);
    let folder = tempfile::tempdir().unwrap();
    let mut foreground = Foreground::start(&["--database", "myna"], folder.path());
    collection(&foreground.uri).await.insert_one(doc! { "_id": 1 }).await.unwrap();
    assert!(foreground.listens());
    assert_eq!(files(folder.path()).len(), 1, "its folder");
    foreground.child.kill().unwrap();
    foreground.child.wait().unwrap();
    until("the server is gone", || !foreground.listens()).await;
    until("its folder is gone", || files(folder.path()).is_empty()).await;
}

#[tokio::test]
async fn the_command_ends_with_its_input_and_leaves_a_named_folder() {
    let Some(server) = own(&Options { topology: Topology::Standalone, ..Options::default() }).await.unwrap() else {
        return;
    };
    tell(&server);
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let port = (20_000..30_000).find(|port| std::net::TcpListener::bind(("127.0.0.1", *port)).is_ok()).unwrap();
    let (data, port) = (data.to_str().unwrap(), port.to_string());
    for count in 1..=2 {
        let mut foreground = Foreground::start(&["--standalone", "--folder", data, "--port", &port], folder.path());
        assert_eq!(foreground.uri, format!("mongodb://127.0.0.1:{port}/?directConnection=true"));
        let rows = collection(&foreground.uri.replace("/?", "/myna?")).await;
        rows.insert_one(doc! {}).await.unwrap();
        assert_eq!(rows.count_documents(doc! {}).await.unwrap(), count, "what was there stays");
        drop(foreground.child.stdin.take());
        assert!(foreground.child.wait().unwrap().success());
        assert!(!foreground.listens());
    }
}

#[test]
fn the_command_says_by_its_exit_code_that_there_is_no_server() {
    let code = |required: &str| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_myna-mongo-server"));
        command.env_remove("MYNA_TEST_MONGO_URI").env_remove("MONGOD").env("PATH", "/nowhere");
        let output = command.env("REQUIRE_MONGO", required).stdin(Stdio::null()).output().expect("it can be started");
        let words = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(words.contains("no MongoDB server"), "{words}");
        output.status.code()
    };
    assert_eq!(code("0"), Some(3), "a caller that can do without a server gets its own code");
    assert_eq!(code("1"), Some(1), "a caller that requires a server gets a failure");
}
