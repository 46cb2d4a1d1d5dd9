//! Several nodes on one database: they start together, write together, and where they cannot hear each other only one may.

use crate::contract::verbs::{ann_and_bob, direct, done, load, messages, say, seqs};
use crate::place::Place;
use futures_util::TryStreamExt;
use futures_util::future::{join_all, try_join_all};
use mongodb::bson::{Document, doc};
use myna_store::{MongoError, OpenError};

const NODES: usize = 8;

/// What a database is made of: collections with their validators, and indexes.
async fn made(place: &Place) -> Vec<(String, String, Vec<String>)> {
    let database = place.database().await;
    let mut made = Vec::new();
    let collections: Vec<_> =
        database.list_collections().await.expect("it answers").try_collect().await.expect("it answers");
    for collection in collections {
        let indexes = database.collection::<Document>(&collection.name).list_indexes().await.expect("it answers");
        let indexes: Vec<_> = indexes.try_collect().await.expect("it answers");
        let mut indexes: Vec<String> = indexes
            .iter()
            .map(|index| mongodb::bson::serialize_to_bson(index).expect("it answers").to_string())
            .collect();
        indexes.sort();
        let validator = collection.options.validator.map(|validator| validator.to_string()).unwrap_or_default();
        made.push((collection.name, validator, indexes));
    }
    made.sort();
    made
}

#[tokio::test]
async fn nodes_that_start_together_on_an_empty_database_all_open_it() {
    let (Some(place), Some(other)) = (Place::on_replica_set().await, Place::on_replica_set().await) else { return };
    drop(try_join_all((0..NODES).map(|_| place.try_open())).await.expect("all of them open"));
    drop(other.opened().await);
    let (together, alone) = (made(&place).await, made(&other).await);
    assert!(alone.len() >= 8, "{alone:?}");
    assert!(alone.iter().any(|(_, validator, _)| validator.contains("member_count")), "{alone:?}");
    assert_eq!(together, alone);
    let meta = place.database().await.collection::<Document>("meta");
    let schema = meta.find_one(doc! { "_id": "schema" }).await.expect("it answers").expect("it has a number");
    assert_eq!(schema.get_i64("number").ok(), Some(1));
    place.remove().await;
    other.remove().await;
}

#[tokio::test]
async fn nodes_that_write_to_one_conversation_at_once_leave_no_gap() {
    const EACH: usize = 20;
    let Some(place) = Place::on_replica_set().await else { return };
    let nodes = [place.opened().await, place.opened().await, place.opened().await];
    let (ann, bob) = ann_and_bob(&*nodes[0]).await;
    let talk = direct(&*nodes[0], ann, bob).await;
    let said = join_all(nodes.iter().enumerate().map(|(number, node)| async move {
        let sender = if number % 2 == 0 { ann } else { bob };
        let mut said = Vec::new();
        for place in 0..EACH {
            let text = format!("{number}:{place:02}");
            said.push((done(&**node, say(talk, sender, &text)).await.seq.expect("it has a seq"), text));
        }
        said
    }));
    let said = said.await;
    for own in &said {
        assert!(own.is_sorted(), "a node's messages keep their order: {own:?}");
    }
    let mut said = said.concat();
    said.sort();
    for node in &nodes {
        let loaded = load(&**node, talk).await;
        assert_eq!(seqs(&loaded.rows), (1..=(nodes.len() * EACH) as u64).collect::<Vec<_>>());
        let stored = messages(&loaded.rows).into_iter().map(|row| (row.seq, row.text.clone()));
        assert_eq!(stored.collect::<Vec<_>>(), said, "every answer named the place where the message is");
    }
    drop(nodes);
    place.remove().await;
}

#[tokio::test]
async fn a_node_is_known_by_another_name_than_every_other() {
    let Some(place) = Place::on_replica_set().await else { return };
    let (one, other) = (place.opened().await, place.opened().await);
    assert!(one.node().is_some() && other.node().is_some());
    assert_ne!(one.node(), other.node());
    drop((one, other));
    place.remove().await;
}

#[tokio::test]
async fn a_standalone_server_has_one_node_at_a_time() {
    let Some(place) = Place::on_standalone().await else { return };
    let first = place.opened().await;
    assert_eq!(first.node(), None);
    let (ann, bob) = ann_and_bob(&*first).await;
    let talk = direct(&*first, ann, bob).await;
    match place.try_open().await {
        Err(OpenError::Mongo(error @ MongoError::SecondNode { .. })) => {
            let said = error.to_string();
            assert!(said.contains("stop it, or make the server a replica set"), "{said}");
        }
        Err(other) => panic!("{other:?}"),
        Ok(_) => panic!("a second one opens"),
    }
    done(&*first, say(talk, ann, "the first goes on")).await;
    drop(first);
    let second = place.opened().await;
    assert_eq!(done(&*second, say(talk, bob, "so does the second")).await.seq, Some(2));
    drop(second);
    place.remove().await;
}
