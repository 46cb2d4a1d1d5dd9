use super::*;
use crate::StoreUrl;
use mongodb::bson::serialize_to_document;
use myna_chat::rules::FeedAdvance;
use myna_mongo_server::{fresh_database_name, shared};
use std::sync::atomic::Ordering;

#[tokio::test]
async fn a_log_that_nobody_moves_on_in_is_shortened_all_the_same() {
    let Some(server) = shared().await.expect("a MongoDB server starts") else { return };
    let url = server.uri(&fresh_database_name()).parse().expect("this is an address");
    let StoreUrl::Mongo(url) = url else { panic!("this is a MongoDB") };
    let store = Mongo::open(&url, Duration::ZERO).await.expect("it opens");
    store.has_consumers.store(true, Ordering::SeqCst);
    let feed = feed_bytes(Feed::Server);
    // The next check comes with the next entry.
    let last = (KEPT / CHECKED_EVERY + 2) * CHECKED_EVERY - 1;
    for position in [1, last - KEPT, last - KEPT + 1, last] {
        let entry = serialize_to_document(&LogDoc { position, feed: feed.clone(), rev: 1 }).expect("it can be written");
        store.collection(LOG).insert_one(entry).await.expect("it is written");
    }
    let entries = store.new_entries(&[FeedAdvance { feed: Feed::Server, from: 1, rev: 2 }]).await.expect("it answers");
    assert_eq!(entries.iter().map(|entry| entry.position).collect::<Vec<_>>(), [last + 1]);
    let left: Vec<LogDoc> = store.find(LOG, Query::default().sorted(doc! { "_id": 1 })).await.expect("it answers");
    assert_eq!(left.iter().map(|entry| entry.position).collect::<Vec<_>>(), [last - KEPT + 1, last]);
    store.database.drop().await.expect("it is dropped");
}
