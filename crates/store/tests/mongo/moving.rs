//! Moving to MongoDB and away from it, and looking into a store there.

use crate::contract::verbs::{ann_and_bob, begun, direct, done, join, leave, new_channel, read, said, said_many};
use crate::journey::{archive, copied, cut_off, filled, goes_on, refused, violations};
use crate::place::Place;
use mongodb::Database;
use mongodb::bson::{Bson, Document, Uuid, doc};
use myna_store::{OpenError, Purpose, StoreUrl};
use std::path::Path;

fn file(folder: &Path, name: &str) -> StoreUrl {
    StoreUrl::Sqlite(folder.join(name))
}

async fn there_and_back(place: Option<Place>) {
    let Some(place) = place else { return };
    let folder = tempfile::tempdir().expect("there is a folder for temporary files");
    let (first, last) = (file(folder.path(), "first.db"), file(folder.path(), "last.db"));
    let other: StoreUrl = place.uri().parse().expect("it is a store's URL");
    let (content, before) = filled(&first).await;
    for (from, to) in [(&first, &other), (&other, &last)] {
        let done = copied(from, to).await.expect("it is copied");
        assert_eq!(done.written, done.counts.total());
        assert_eq!((done.counts.users, done.counts.sessions, done.counts.conversations), (1_053, 1_020, 8));
    }
    for store in [&other, &last] {
        goes_on(store, &content, &before).await;
    }
    place.remove().await;
}

#[tokio::test]
async fn everything_goes_to_a_replica_set_and_back() {
    there_and_back(Place::on_replica_set().await).await;
}

#[tokio::test]
async fn everything_goes_to_a_standalone_server_and_back() {
    there_and_back(Place::on_standalone().await).await;
}

#[tokio::test]
async fn a_copy_that_was_cut_off_is_served_by_nobody_and_gone_on_with() {
    let Some(place) = Place::on_replica_set().await else { return };
    let folder = tempfile::tempdir().expect("there is a folder for temporary files");
    let from = file(folder.path(), "from.db");
    let to: StoreUrl = place.uri().parse().expect("it is a store's URL");
    let (content, before) = filled(&from).await;
    for after in [1, 5, 14, 25] {
        cut_off(&from, &to, after).await;
        let error = refused(&to).await;
        assert!(matches!(error, OpenError::Unfinished { .. }), "{error}");
        assert!(archive(&to, Purpose::Source).await.is_err(), "it is not copied further either");
    }
    let done = copied(&from, &to).await.expect("it is finished");
    assert!(done.written < done.counts.total(), "what was there was not written again: {done:?}");
    goes_on(&to, &content, &before).await;
    place.remove().await;
}

/// Does to a database what only somebody else would.
struct Vandal {
    database: Database,
    talk: Uuid,
    ann: Uuid,
}

impl Vandal {
    fn talk(&self, more: Document) -> Document {
        let mut filter = doc! { "conversation_id": { "$eq": self.talk } };
        filter.extend(more);
        filter
    }

    fn row(&self) -> Document {
        doc! { "_id": { "$eq": self.talk } }
    }

    async fn change(&self, collection: &str, filter: Document, change: Document) {
        let documents = self.database.collection::<Document>(collection);
        let changed = documents.update_one(filter, doc! { "$set": change }).await.expect("it answers");
        assert_eq!(changed.modified_count, 1);
    }

    async fn remove(&self, collection: &str, filter: Document) {
        let removed = self.database.collection::<Document>(collection).delete_one(filter).await.expect("it answers");
        assert_eq!(removed.deleted_count, 1);
    }

    /// Does one kind of damage: what the check has to say of it. `None` when there is no such kind.
    async fn damage(&self, number: usize) -> Option<&'static [&'static str]> {
        let ann = doc! { "user_id": { "$eq": self.ann } };
        let nobody = || Bson::from(Uuid::from_bytes([1; 16]));
        Some(match number {
            0 => {
                self.remove("messages", self.talk(doc! { "seq": { "$eq": 4 } })).await;
                &["after message 3 comes message 5"]
            }
            1 => {
                self.remove("messages", self.talk(doc! { "seq": { "$eq": 9 } })).await;
                &["its last message is 8, and its row says 9"]
            }
            2 => {
                self.change("messages", self.talk(doc! { "seq": { "$eq": 6 } }), doc! { "rev": 99_i64 }).await;
                &["message 6 has rev 99, beyond the conversation's 11"]
            }
            3 => {
                self.change("members", self.talk(ann), doc! { "read_seq": 10_i64 }).await;
                &["up to message 10"]
            }
            4 => {
                self.change("conversations", self.row(), doc! { "member_count": 7 }).await;
                &["2 people are in it, and its row says 7"]
            }
            5 => {
                self.change("messages", self.talk(doc! { "seq": { "$eq": 7 } }), doc! { "sender_id": nobody() }).await;
                &["sent message 7, was never in it"]
            }
            6 => {
                self.remove("conversations", self.row()).await;
                &["it has members, and", "it has messages, and"]
            }
            7 => {
                let filter = self.talk(doc! { "user_id": { "$ne": self.ann } });
                self.change("members", filter, doc! { "user_id": nobody() }).await;
                &["does not exist", "not the pair"]
            }
            _ => return None,
        })
    }
}

#[tokio::test]
async fn every_kind_of_damage_is_found() {
    for number in 0.. {
        let Some(place) = Place::on_replica_set().await else { return };
        let store = place.opened().await;
        let (ann, bob) = ann_and_bob(&*store).await;
        let (talk, notes) = (direct(&*store, ann, bob).await, direct(&*store, ann, ann).await);
        let news = begun(&*store, new_channel(bob, "News")).await;
        said_many(&*store, talk, ann, 9).await;
        said(&*store, notes, ann, "milk").await;
        for change in [read(talk, bob, 5), join(news, ann), leave(news, ann)] {
            done(&*store, change).await;
        }
        drop(store);
        let url: StoreUrl = place.uri().parse().expect("it is a store's URL");
        assert_eq!(violations(&url).await, [""; 0]);

        let [talk, ann] = [*talk.as_bytes(), *ann.as_bytes()].map(Uuid::from_bytes);
        let vandal = Vandal { database: place.database().await, talk, ann };
        for collection in ["conversations", "members", "messages"] {
            let off = doc! { "collMod": collection, "validationLevel": "off" };
            vandal.database.run_command(off).await.expect("it answers");
        }
        let Some(expected) = vandal.damage(number).await else {
            place.remove().await;
            return;
        };
        let found = violations(&url).await;
        assert!(!found.is_empty(), "damage {number}");
        for expected in expected {
            assert!(found.iter().any(|violation| violation.contains(expected)), "damage {number}: {found:#?}");
        }
        for violation in &found {
            assert!(expected.iter().any(|expected| violation.contains(expected)), "damage {number}: {violation}");
        }
        place.remove().await;
    }
}
