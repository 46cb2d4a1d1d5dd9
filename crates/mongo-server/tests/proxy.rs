//! How a proxy affects a driver.

use bson::{Document, doc};
use mongodb::change_stream::ChangeStream;
use mongodb::options::ClientOptions;
use mongodb::{Client, Collection};
use myna_mongo_server::{MongoServer, Options, Proxy, fresh_database_name, own, shared};
use std::io::Write;
use std::time::Duration;
use tokio::io::AsyncReadExt;
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout};

const PATIENCE: Duration = Duration::from_secs(60);
/// How long to wait for an event that must not happen.
const MOMENT: Duration = Duration::from_millis(300);

/// A client behind a proxy and a direct client, on a database of the test's own.
struct Place {
    proxy: Proxy,
    client: Client,
    /// Connects through the proxy.
    rows: Collection<Document>,
    /// Connects directly.
    direct: Collection<Document>,
}

impl Place {
    async fn new(server: &MongoServer) -> Self {
        let thread = std::thread::current();
        // An error means that stderr is closed.
        let _ = writeln!(std::io::stderr(), "{}: {}", thread.name().unwrap_or("a test"), server.name());
        let proxy = Proxy::start(server).await.expect("the proxy starts");
        let database = fresh_database_name();
        let mut options =
            ClientOptions::parse(proxy.uri(&database)).await.expect("the proxy gives a connection string");
        options.server_selection_timeout = Some(Duration::from_secs(5));
        let client = Client::with_options(options).expect("the options are sound");
        let rows = client.database(&database).collection("rows");
        let direct = Client::with_uri_str(server.uri(&database)).await.expect("the server gives a connection string");
        let direct = direct.database(&database).collection("rows");
        // This puts a connection into the pool. It writes nothing: the stand-in may tell a change stream of a row
        // that was written shortly before the stream was opened.
        client.database("admin").run_command(doc! { "ping": 1 }).await.expect("the proxy passes");
        Self { proxy, client, rows, direct }
    }

    async fn insert(&self, id: i32) -> mongodb::error::Result<()> {
        self.rows.insert_one(doc! { "_id": id }).await.map(|_| ())
    }

    async fn watch(&self) -> ChangeStream<Document> {
        self.rows.watch().await.expect("a stream is opened").with_type()
    }
}

/// The id of the next inserted row in a stream.
async fn next_id(stream: &mut ChangeStream<Document>) -> i32 {
    let next = async {
        loop {
            if let Some(change) = stream.next_if_any().await.expect("the stream goes on") {
                let key = change.get_document("documentKey").expect("a row was inserted");
                return key.get_i32("_id").expect("rows have numbers");
            }
        }
    };
    timeout(PATIENCE, next).await.expect("a change is told soon")
}

/// Whether the other side has closed this connection.
async fn is_closed(connection: &mut TcpStream) -> bool {
    let mut byte = [0];
    timeout(PATIENCE, connection.read(&mut byte)).await.expect("it is closed soon").map_or(true, |count| count == 0)
}

#[tokio::test]
async fn it_cuts_the_connections_of_now_and_passes_new_ones() {
    let Some(server) = shared().await.unwrap() else { return };
    let place = Place::new(server).await;
    let mut connection = TcpStream::connect(place.proxy.address()).await.unwrap();
    // The answer shows that the proxy has accepted the earlier connection.
    place.insert(1).await.unwrap();
    place.proxy.cut();
    assert!(is_closed(&mut connection).await);
    // The driver retries once on a new connection.
    place.insert(2).await.unwrap();
    assert_eq!(place.direct.count_documents(doc! {}).await.unwrap(), 2);
}

#[tokio::test]
async fn it_refuses_until_it_does_not() {
    let Some(server) = shared().await.unwrap() else { return };
    let place = Place::new(server).await;
    place.proxy.refuse(true);
    place.insert(1).await.unwrap_err();
    assert!(is_closed(&mut TcpStream::connect(place.proxy.address()).await.unwrap()).await);
    place.proxy.refuse(false);
    place.insert(2).await.unwrap();
    assert_eq!(place.direct.find_one(doc! { "_id": 1 }).await.unwrap(), None);
}

#[tokio::test]
async fn what_is_said_while_it_hangs_arrives_when_it_goes_on() {
    let Some(server) = shared().await.unwrap() else { return };
    let place = Place::new(server).await;
    place.proxy.hang(true);
    let insert = place.insert(1);
    let mut insert = std::pin::pin!(insert);
    assert!(timeout(MOMENT, &mut insert).await.is_err());
    assert_eq!(place.direct.find_one(doc! { "_id": 1 }).await.unwrap(), None);
    // The proxy accepts connections and sends nothing on them.
    let mut connection = TcpStream::connect(place.proxy.address()).await.unwrap();
    assert!(timeout(MOMENT, connection.read(&mut [0])).await.is_err());
    place.proxy.hang(false);
    timeout(PATIENCE, insert).await.unwrap().unwrap();
    assert_eq!(place.direct.find_one(doc! { "_id": 1 }).await.unwrap(), Some(doc! { "_id": 1 }));
}

#[tokio::test]
async fn it_delays() {
    let Some(server) = shared().await.unwrap() else { return };
    let place = Place::new(server).await;
    place.proxy.delay(MOMENT);
    let start = Instant::now();
    place.insert(1).await.unwrap();
    assert!(start.elapsed() >= MOMENT, "{:?}", start.elapsed());
}

#[tokio::test]
async fn an_insert_during_a_step_down_succeeds_by_the_drivers_second_try() {
    let Some(server) = shared().await.unwrap() else { return };
    let place = Place::new(server).await;
    place.proxy.step_down(1);
    place.insert(1).await.unwrap();
    timeout(PATIENCE, place.proxy.stepped_down()).await.unwrap();
    assert_eq!(place.direct.count_documents(doc! { "_id": 1 }).await.unwrap(), 1);
    // There is no third one.
    place.proxy.step_down(2);
    let error = place.insert(2).await.unwrap_err();
    assert!(error.to_string().contains("NotWritablePrimary"), "{error}");
    assert!(error.contains_label("RetryableWriteError"));
    place.insert(3).await.unwrap();
}

#[tokio::test]
async fn a_transaction_during_a_step_down_is_begun_again_by_the_driver() {
    let Some(server) = shared().await.unwrap() else { return };
    let place = Place::new(server).await;
    place.proxy.step_down(1);
    let mut session = place.client.start_session().await.unwrap();
    let rows = place.rows.clone();
    let mut tries = 0;
    session
        .start_transaction()
        .and_run2(async |session| {
            tries += 1;
            rows.insert_one(doc! { "_id": 1 }).session(&mut *session).await?;
            rows.insert_one(doc! { "_id": 2 }).session(session).await
        })
        .await
        .unwrap();
    assert_eq!(tries, 2);
    assert_eq!(place.direct.count_documents(doc! {}).await.unwrap(), 2);
}

#[tokio::test]
async fn a_change_stream_goes_on_after_a_cut_of_its_connection_alone() {
    let Some(server) = shared().await.unwrap() else { return };
    let place = Place::new(server).await;
    let mut stream = place.watch().await;
    place.insert(1).await.unwrap();
    assert_eq!(next_id(&mut stream).await, 1);
    let mut other = TcpStream::connect(place.proxy.address()).await.unwrap();
    place.insert(2).await.unwrap();

    // Once where it would ask for the next change, once where it waits for it.
    place.proxy.cut_change_streams();
    assert_eq!(next_id(&mut stream).await, 2);
    let waiting = tokio::spawn(async move { next_id(&mut stream).await });
    place.insert(3).await.unwrap();
    assert_eq!(timeout(PATIENCE, waiting).await.unwrap().unwrap(), 3);
    assert!(timeout(MOMENT, other.read(&mut [0])).await.is_err(), "another connection stays");
}

#[tokio::test]
async fn a_cut_is_seen_by_who_reads_a_change_stream_without_the_driver_resuming_it() {
    let Some(server) = shared().await.unwrap() else { return };
    let place = Place::new(server).await;
    // A plain command opens the stream, so the driver does not know it. The cursor belongs to the session.
    let database = place.client.default_database().unwrap();
    let mut session = place.client.start_session().await.unwrap();
    let open = doc! { "aggregate": "rows", "pipeline": [{ "$changeStream": {} }], "cursor": {} };
    let opened = database.run_command(open).session(&mut session).await.unwrap();
    let cursor = opened.get_document("cursor").unwrap().get_i64("id").unwrap();
    let mut ask = async move || {
        let more = doc! { "getMore": cursor, "collection": "rows", "maxTimeMS": 60_000 };
        database.run_command(more).session(&mut session).await
    };
    // Commands pass on other connections while the stream waits.
    let (told, inserted) = tokio::join!(ask(), place.insert(1));
    inserted.unwrap();
    told.unwrap();

    let waiting = tokio::spawn(async move { ask().await });
    place.proxy.cut_change_streams();
    let error = timeout(PATIENCE, waiting).await.unwrap().unwrap().unwrap_err();
    assert!(matches!(*error.kind, mongodb::error::ErrorKind::Io(_)), "{error}");
}

#[tokio::test]
async fn a_change_stream_can_fall_silent_while_commands_pass() {
    let Some(server) = shared().await.unwrap() else { return };
    let place = Place::new(server).await;
    let mut stream = place.watch().await;
    place.insert(1).await.unwrap();
    assert_eq!(next_id(&mut stream).await, 1);
    place.proxy.hold_change_streams(true);
    place.insert(2).await.unwrap();
    {
        let next = next_id(&mut stream);
        let mut next = std::pin::pin!(next);
        assert!(timeout(MOMENT, &mut next).await.is_err());
        place.insert(3).await.unwrap();
        place.proxy.hold_change_streams(false);
        assert_eq!(timeout(PATIENCE, next).await.unwrap(), 2);
    }
    assert_eq!(next_id(&mut stream).await, 3);
}

#[tokio::test]
async fn a_change_stream_whose_primary_steps_down_is_resumed() {
    let Some(server) = shared().await.unwrap() else { return };
    let place = Place::new(server).await;
    let mut stream = place.watch().await;
    place.insert(1).await.unwrap();
    assert_eq!(next_id(&mut stream).await, 1);
    place.proxy.step_down(1);
    let (id, ()) = tokio::join!(next_id(&mut stream), async {
        timeout(PATIENCE, place.proxy.stepped_down()).await.unwrap();
        place.insert(2).await.unwrap();
    });
    assert_eq!(id, 2);
}

#[tokio::test]
async fn a_server_that_was_killed_is_found_again_through_the_proxy() {
    let Some(mut server) = own(&Options::default()).await.unwrap() else { return };
    let place = Place::new(&server).await;
    server.kill().unwrap();
    place.insert(1).await.unwrap_err();
    server.restart().await.unwrap();
    place.insert(2).await.unwrap();
    assert_eq!(place.rows.find_one(doc! { "_id": 1 }).await.unwrap(), None);
}
