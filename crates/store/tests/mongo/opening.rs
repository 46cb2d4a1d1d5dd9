//! What is wrong with a database, or with the way to it, is said at the start in one sentence that says what to do.

use crate::ancient::Ancient;
use crate::contract::verbs::{ann_and_bob, direct, said};
use crate::place::{Place, tell, try_open};
use futures_util::TryStreamExt;
use mongodb::Database;
use mongodb::bson::{Bson, Document, Uuid, doc};
use myna_mongo_server::{Login, MongoServer, Options, own};
use myna_store::{MongoError, OpenError};
use std::collections::BTreeMap;
use std::time::Duration;
use tokio::net::TcpListener;

/// How long a server is looked for: none of these has one that is slow.
const QUICK: &str = "serverSelectionTimeoutMS=1000";
const PASSWORD: &str = "correct-horse";

fn quick(uri: &str) -> String {
    let separator = if uri.contains('?') { '&' } else { '?' };
    format!("{uri}{separator}{QUICK}")
}

/// Why a store at this address does not open, when nothing is waited for.
async fn refused(uri: &str) -> MongoError {
    match try_open(&quick(uri), Duration::ZERO).await {
        Err(OpenError::Mongo(error)) => {
            let said = format!("{error} {error:?}");
            assert!(!said.contains(PASSWORD) && !said.contains("swordfish"), "a password was told: {said}");
            assert!(!error.to_string().contains('\n'), "one sentence: {error}");
            error
        }
        Err(other) => panic!("not an error of MongoDB: {other:?}"),
        Ok(_) => panic!("it opens"),
    }
}

async fn works(uri: &str) {
    let store = try_open(uri, Duration::ZERO).await.expect("the store opens");
    let (ann, bob) = ann_and_bob(&*store).await;
    let talk = direct(&*store, ann, bob).await;
    assert_eq!(said(&*store, talk, ann, "hello").await, 1);
}

/// All documents and indexes, by collection.
async fn content(database: &Database) -> BTreeMap<String, (Vec<Document>, Vec<Bson>)> {
    let mut content = BTreeMap::new();
    for name in database.list_collection_names().await.expect("it answers") {
        let collection = database.collection::<Document>(&name);
        let documents = collection
            .find(doc! {})
            .sort(doc! { "_id": 1 })
            .await
            .expect("it answers")
            .try_collect()
            .await
            .expect("it answers");
        let indexes: Vec<_> =
            collection.list_indexes().await.expect("it answers").try_collect().await.expect("it answers");
        let indexes =
            indexes.iter().map(|index| mongodb::bson::serialize_to_bson(index).expect("it answers")).collect();
        content.insert(name, (documents, indexes));
    }
    content
}

#[tokio::test]
async fn a_server_that_does_not_listen_is_named() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("it answers");
    let address = listener.local_addr().expect("it answers");
    drop(listener);
    let error = refused(&format!("mongodb://ann:{PASSWORD}@{address}/chat")).await;
    assert!(matches!(error, MongoError::Unreachable { .. }), "{error:?}");
    let (error, address) = (error.to_string(), address.to_string());
    assert!(error.contains(&address) && error.contains("cannot be reached"), "{error}");
    assert!(error.contains("refused") && error.contains("is it running"), "{error}");
}

#[tokio::test]
async fn a_host_that_has_no_address_is_named() {
    let error = refused("mongodb://nowhere.invalid/chat").await;
    assert!(matches!(error, MongoError::Unreachable { .. }), "{error:?}");
    assert!(error.to_string().contains("nowhere.invalid"), "{error}");
}

#[tokio::test]
async fn a_server_that_starts_later_is_waited_for() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("it answers");
    let port = listener.local_addr().expect("it answers").port();
    let uri = quick(&format!("mongodb://127.0.0.1:{port}/chat?directConnection=true"));
    let opening = tokio::spawn(async move { try_open(&uri, Duration::from_secs(60)).await.map(drop) });
    // Somebody has tried, and was not answered.
    drop(listener.accept().await.expect("it answers"));
    drop(listener);
    let Some(server) = own(&Options { port: Some(port), ..Options::default() }).await.expect("it answers") else {
        opening.abort();
        return;
    };
    tell(&server);
    opening.await.expect("it answers").expect("it opens");
}

/// A server on which only Ann may do anything.
async fn anns_server() -> Option<MongoServer> {
    let login = Login { user: "ann".to_owned(), password: PASSWORD.to_owned() };
    let server = own(&Options { login: Some(login), ..Options::default() }).await.expect("it answers")?;
    tell(&server);
    Some(server)
}

#[tokio::test]
async fn who_signs_in_wrongly_is_told_what_to_check() {
    let Some(server) = anns_server().await else { return };
    let uri = server.uri("chat");
    for wrong in [uri.replace(PASSWORD, "swordfish"), uri.replace("//ann:", "//eve:")] {
        let error = refused(&wrong).await;
        assert!(matches!(error, MongoError::Credentials { .. }), "{error:?}");
        assert!(error.to_string().contains("check MONGO_USERNAME, MONGO_PASSWORD"), "{error}");
    }
    works(&uri).await;
}

#[tokio::test]
async fn who_does_not_sign_in_where_one_has_to_is_told_so() {
    let Some(server) = anns_server().await else { return };
    let uri = server.uri("chat").replace(&format!("ann:{PASSWORD}@"), "").replace("authSource=admin&", "");
    let error = refused(&uri).await;
    assert!(matches!(error, MongoError::Forbidden { .. }), "{error:?}");
    assert!(error.to_string().contains("grant it the role readWrite"), "{error}");
}

#[tokio::test]
async fn another_replica_set_is_named_beside_the_right_one() {
    let Some(place) = Place::on_replica_set().await else { return };
    let uri = place.uri();
    let (before, set) = uri.split_once("replicaSet=").expect("it is a replica set");
    let set = set.split('&').next().expect("it answers");
    let error = refused(&format!("{before}replicaSet=nobodys")).await;
    let MongoError::ReplicaSet { found, wanted, .. } = &error else { panic!("{error:?}") };
    assert_eq!((found.as_str(), wanted.as_str()), (set, "nobodys"));
    assert!(error.to_string().ends_with("correct replicaSet (MONGO_REPLICA_SET)"), "{error}");
}

#[tokio::test]
async fn a_standalone_server_belongs_to_no_replica_set() {
    let Some(place) = Place::on_standalone().await else { return };
    let error = refused(&place.uri().replace("directConnection=true", "replicaSet=nobodys")).await;
    assert!(matches!(&error, MongoError::ReplicaSet { found, .. } if found == "none"), "{error:?}");
}

#[tokio::test]
async fn tls_has_to_be_spoken_by_both_and_trusted() {
    let Some(server) = own(&Options { tls: true, ..Options::default() }).await.expect("it answers") else { return };
    tell(&server);
    let uri = server.uri("chat");
    works(&uri).await;

    let (before, trusted) = uri.split_once("tlsCAFile=").expect("it names an authority");
    let after = trusted.split_once('&').map_or("", |(_, after)| after);
    let error = refused(&format!("{before}{after}")).await;
    assert!(matches!(error, MongoError::Unreachable { .. }), "{error:?}");
    assert!(error.to_string().contains("certificate"), "who does not trust its authority: {error}");

    let error = refused(&format!("{before}{after}").replace("tls=true&", "")).await;
    assert!(matches!(error, MongoError::Unreachable { .. }), "{error:?}");
    assert!(error.to_string().contains("TLS settings"), "who does not use TLS: {error}");

    let missing = trusted.split('&').next().expect("it answers");
    let error = refused(&uri.replace(missing, "%2Fnowhere%2Fauthority.pem")).await;
    assert!(matches!(error, MongoError::Url { .. }), "{error:?}");
    assert!(error.to_string().contains("/nowhere/authority.pem"), "which file is missing: {error}");
}

#[tokio::test]
async fn tls_is_not_spoken_with_a_server_that_has_none() {
    let Some(place) = Place::on_replica_set().await else { return };
    let error = refused(&format!("{}&tls=true", place.uri())).await;
    assert!(matches!(error, MongoError::Unreachable { .. }), "{error:?}");
    assert!(error.to_string().contains("TLS settings"), "{error}");
}

#[tokio::test]
async fn a_server_too_old_is_told_to_be_replaced() {
    let server = Ancient::start().await;
    let error = refused(&format!("mongodb://{}/chat", server.address)).await;
    assert!(matches!(error, MongoError::TooOld { found: 21, .. }), "{error:?}");
    assert!(error.to_string().ends_with("older than MongoDB 8.0: use a newer server"), "{error}");
}

#[tokio::test]
async fn a_newer_schema_is_refused_and_left_alone() {
    let Some(place) = Place::on_replica_set().await else { return };
    works(&place.uri()).await;
    let database = place.database().await;
    let newer = doc! { "$set": { "number": 77_i64 } };
    database.collection::<Document>("meta").update_one(doc! { "_id": "schema" }, newer).await.expect("it answers");
    database.collection::<Document>("nodes").delete_many(doc! {}).await.expect("it answers");
    let before = content(&database).await;
    let error = refused(&place.uri()).await;
    assert!(matches!(error, MongoError::Newer { found: 77, known: 1, .. }), "{error:?}");
    assert!(error.to_string().ends_with("(schema 77, this one knows 1): run that version"), "{error}");
    assert_eq!(content(&database).await, before);
    place.remove().await;
}

#[tokio::test]
async fn doubles_that_must_not_be_are_named_and_left_alone() {
    let Some(place) = Place::on_replica_set().await else { return };
    let database = place.database().await;
    let messages = database.collection::<Document>("messages");
    let talk = Uuid::new();
    let message = || {
        doc! {
            "conversation_id": talk, "seq": 1_i64, "sender_id": Uuid::new(), "client_id": Uuid::new(), "body": "hello",
            "created_at": mongodb::bson::DateTime::now(), "rev": 2_i64,
        }
    };
    messages.insert_many([message(), message()]).await.expect("it answers");
    let error = refused(&place.uri()).await;
    assert!(matches!(error, MongoError::Schema { number: 1, .. }), "{error:?}");
    let said = error.to_string();
    assert!(said.contains("messages has several documents with one key"), "{said}");
    assert!(said.ends_with("remove the others, or restore the database from a backup"), "{said}");
    assert_eq!(messages.count_documents(doc! {}).await.expect("it answers"), 2);

    messages.delete_one(doc! {}).await.expect("it answers");
    place.opened().await;
    place.remove().await;
}

#[tokio::test]
async fn an_index_that_is_another_one_is_named() {
    let Some(place) = Place::on_replica_set().await else { return };
    let database = place.database().await;
    let other = doc! { "name": "conversation_seq", "key": { "conversation_id": 1, "seq": 1 } };
    database.run_command(doc! { "createIndexes": "messages", "indexes": [other] }).await.expect("it answers");
    let error = refused(&place.uri()).await;
    assert!(matches!(error, MongoError::Schema { .. }), "{error:?}");
    assert!(error.to_string().ends_with("drop it, and it is made anew"), "{error}");

    database.collection::<Document>("messages").drop_index("conversation_seq").await.expect("it answers");
    place.opened().await;
    place.remove().await;
}

#[tokio::test]
async fn an_index_that_somebody_has_dropped_comes_back() {
    let Some(place) = Place::on_replica_set().await else { return };
    drop(place.opened().await);
    let database = place.database().await;
    let before: Vec<_> = content(&database).await.into_values().map(|(_, indexes)| indexes).collect();
    database.collection::<Document>("messages").drop_index("conversation_seq").await.expect("it answers");
    drop(place.opened().await);
    let after: Vec<_> = content(&database).await.into_values().map(|(_, indexes)| indexes).collect();
    let sorted = |indexes: Vec<Vec<Bson>>| -> Vec<Vec<String>> {
        let sorted = |indexes: Vec<Bson>| {
            let mut told: Vec<String> = indexes.iter().map(ToString::to_string).collect();
            told.sort();
            told
        };
        indexes.into_iter().map(sorted).collect()
    };
    assert_eq!(sorted(after), sorted(before));
    place.remove().await;
}
