//! Several nodes on one database: they start together, write together, and where they cannot hear each other only one may.

use crate::contract::verbs::{
    ann_and_bob, channel, direct, done, group, join, leave, load, member_of, messages, one, person, read, rename,
    rename_user, say, seqs,
};
use crate::place::Place;
use futures_util::TryStreamExt;
use futures_util::future::{join_all, try_join_all};
use mongodb::bson::{Document, doc};
use myna_protocol::{Rejection, Row};
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

/// A node keeps the rows that it wrote last. Nothing may be decided from one that another node has changed since.
#[tokio::test]
async fn what_a_node_remembers_of_rows_that_another_has_changed_decides_nothing() {
    let Some(place) = Place::on_replica_set().await else { return };
    let (here, there) = (place.opened().await, place.opened().await);
    let (ann, bob) = ann_and_bob(&*here).await;
    let cara = person(&*here, "Cara").await;

    // Who has left elsewhere renames nothing.
    let talk = group(&*here, ann, &[bob, cara]).await;
    done(&*here, say(talk, ann, "hello")).await;
    done(&*here, read(talk, bob, 1)).await;
    done(&*there, leave(talk, bob)).await;
    for _ in 0..2 {
        assert_eq!(one(&*here, rename(talk, bob, Some("Mine"))).await, Err(Rejection::NotFound));
    }

    // A place that was read is stored as it was acknowledged, where no receipts write the conversation either.
    let open = channel(&*here, ann).await;
    done(&*here, join(open, bob)).await;
    done(&*here, say(open, bob, "one")).await;
    for text in ["two", "three", "four"] {
        done(&*there, say(open, ann, text)).await;
    }
    done(&*here, read(open, bob, 4)).await;
    let own = here.load_user(bob).await.expect("the store answers");
    let place_read = own.rows.iter().find_map(|row| match row {
        Row::Membership(row) if row.conversation == open => Some(row.read_seq),
        _ => None,
    });
    assert_eq!(place_read, Some(4));

    // A name that was changed elsewhere is the one that is told.
    let other = channel(&*there, ann).await;
    done(&*there, rename_user(bob, "Robert")).await;
    let joined = done(&*here, join(other, bob)).await;
    let told = joined.events.iter().flat_map(|event| &event.rows).find_map(|row| match row {
        Row::Person(person) if person.id == bob => Some(person.name.clone()),
        _ => None,
    });
    assert_eq!(told.as_deref(), Some("Robert"));
    assert_eq!(member_of(&load(&*here, other).await.rows, bob).left_seq, None);
    drop((here, there));
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
