//! A database that an earlier release has written: this one opens it, keeps everything, and goes on.

use crate::place::Place;
use crate::upgrade_content::{keeps_everything_and_goes_on, violations};
use mongodb::bson::{Bson, Document, Uuid, deserialize_from_slice, doc};
use myna_protocol::{Feed, UserId};
use myna_store::StoreUrl;
use std::collections::BTreeMap;

/// Written by release 0.1.0: one document, with a list of the documents of each collection.
const RELEASE_0_1_0: &[u8] = include_bytes!("../releases/0.1.0.bson");

async fn restore(place: &Place) {
    let collections: BTreeMap<String, Vec<Document>> = deserialize_from_slice(RELEASE_0_1_0).expect("it is BSON");
    let database = place.database().await;
    for (name, documents) in collections {
        database.collection::<Document>(&name).insert_many(documents).await.expect("they are put back");
    }
}

#[tokio::test]
async fn a_database_of_release_0_1_0_opens_with_everything_in_it() {
    for place in [Place::on_replica_set().await, Place::on_standalone().await] {
        let Some(place) = place else { return };
        restore(&place).await;
        let url: StoreUrl = place.uri().parse().expect("it is a store's URL");
        for _ in 0..2 {
            drop(place.opened().await);
            assert_eq!(violations(&url).await, [""; 0]);
        }
        let store = place.opened().await;
        keeps_everything_and_goes_on(&*store).await;
        store.close().await;
        drop(store);
        assert_eq!(violations(&url).await, [""; 0]);
        place.remove().await;
    }
}

/// A migration that ended anywhere is taken up by the next start.
#[tokio::test]
async fn a_step_that_was_cut_off_is_taken_again() {
    let Some(place) = Place::on_replica_set().await else { return };
    restore(&place).await;
    drop(place.opened().await);
    let database = place.database().await;
    let conversations = database.collection::<Document>("conversations");
    // As if the process had died in the middle of the step: half of the documents filled, the step not noted.
    let one = conversations.find_one(doc! {}).await.expect("it answers").expect("there is one");
    let this = doc! { "_id": one.get("_id").cloned() };
    conversations.update_one(this, doc! { "$unset": { "active_at": 1 } }).await.expect("it answers");
    let meta = database.collection::<Document>("meta");
    meta.update_one(doc! { "_id": "schema" }, doc! { "$unset": { "steps": 1 } }).await.expect("it answers");
    let store = place.opened().await;
    let missing = doc! { "active_at": { "$exists": false } };
    assert_eq!(conversations.count_documents(missing).await.expect("it answers"), 0);
    keeps_everything_and_goes_on(&*store).await;
    drop(store);
    place.remove().await;
}

/// Nodes of the release before go on beside new ones: what they write lacks the new fields.
#[tokio::test]
async fn what_an_older_node_writes_meanwhile_is_understood() {
    let Some(place) = Place::on_replica_set().await else { return };
    restore(&place).await;
    let store = place.opened().await;
    let database = place.database().await;
    let conversations = database.collection::<Document>("conversations");
    let mut one = conversations.find_one(doc! { "kind": "group" }).await.expect("it answers").expect("there is one");
    let id = Bson::from(Uuid::new());
    let first = one.get("_id").cloned().expect("it has an id");
    one.insert("_id", id.clone());
    one.remove("active_at");
    conversations.insert_one(one).await.expect("the validator allows it");
    let members = database.collection::<Document>("members");
    let theirs = members.find_one(doc! { "conversation_id": first }).await.expect("it answers").expect("there is one");
    let mut theirs = theirs;
    theirs.remove("_id");
    theirs.insert("conversation_id", id.clone());
    theirs.insert("name", "as the older node wrote it");
    members.insert_one(&theirs).await.expect("the validator allows it");
    let Bson::Binary(user) = theirs.get("user_id").expect("it is somebody's") else { panic!("no id") };
    let user = UserId::from_bytes(user.to_uuid().expect("it is an id").bytes());
    let heads = store.heads(user).await.expect("the store answers");
    let talks = heads.iter().filter(|head| matches!(head.feed, Feed::Conversation(_)));
    assert!(talks.clone().all(|head| head.active_at.millis() > 0), "{heads:?}");
    assert!(talks.count() >= 2, "{heads:?}");
    drop(store);
    place.remove().await;
}
