//! Documents that are not what they have to be: reading them is an error, and everything else goes on.

use crate::contract::verbs::{
    ALL, a_client_id, a_session_id, ann_and_bob, commit, direct, done, load, now, said, said_many, say, seqs, text,
    texts,
};
use crate::place::Place;
use mongodb::Database;
use mongodb::bson::{Bson, Document, Uuid, doc};
use myna_chat::health::Circuit;
use myna_chat::store::{NewSession, Store, StoreError};
use myna_chat::{Chat, Parts, Passwords, RandomIds, SystemClock};
use myna_protocol::{ConversationId, UserId};
use std::sync::Arc;

/// Ann and Bob talk in one conversation, and Bob and Cas in another one that nobody damages.
struct Scene {
    place: Place,
    store: Arc<dyn Store>,
    database: Database,
    ann: UserId,
    bob: UserId,
    talk: ConversationId,
    other: ConversationId,
}

#[expect(clippy::needless_pass_by_value, reason = "an answer is of no use after this")]
fn corrupt<T: std::fmt::Debug>(answer: Result<T, StoreError>) {
    assert!(matches!(answer, Err(StoreError::Corrupt(_))), "{answer:?}");
}

impl Scene {
    async fn new() -> Option<Self> {
        let place = Place::on_replica_set().await?;
        let store = place.opened().await;
        let (ann, bob) = ann_and_bob(&*store).await;
        let talk = direct(&*store, ann, bob).await;
        let other = direct(&*store, bob, bob).await;
        said_many(&*store, talk, ann, 3).await;
        said(&*store, other, bob, "note").await;
        let database = place.database().await;
        // What somebody else does to a database need not be what our validators allow.
        for collection in ["users", "sessions", "conversations", "members", "messages"] {
            database.run_command(doc! { "collMod": collection, "validationLevel": "off" }).await.expect("it answers");
        }
        Some(Self { place, store, database, ann, bob, talk, other })
    }

    /// Changes one document as only somebody else would.
    async fn damage(&self, collection: &str, filter: Document, update: Document) {
        let changed =
            self.database.collection::<Document>(collection).update_one(filter, update).await.expect("it answers");
        assert_eq!(changed.modified_count, 1);
    }

    /// What is whole is read and written as ever.
    async fn end(self) {
        assert_eq!(self.store.circuit(), Circuit::Closed);
        assert_eq!(texts(&load(&*self.store, self.other).await.rows), ["note"]);
        assert_eq!(said(&*self.store, self.other, self.bob, "more").await, 2);
        drop(self.store);
        self.place.remove().await;
    }
}

fn id(id: ConversationId) -> Bson {
    Uuid::from_bytes(*id.as_bytes()).into()
}

fn person(id: UserId) -> Bson {
    Uuid::from_bytes(*id.as_bytes()).into()
}

#[tokio::test]
async fn a_message_that_is_none_is_corrupt_and_the_others_are_read() {
    for (number, damage) in [
        doc! { "$set": { "rev": -5_i64 } },
        doc! { "$set": { "sender_id": "Ann" } },
        doc! { "$set": { "created_at": "yesterday" } },
        doc! { "$set": { "body": { "$literal": 1 } } },
        doc! { "$unset": { "body": 1 } },
        doc! { "$unset": { "client_id": 1 } },
    ]
    .into_iter()
    .enumerate()
    {
        // A database holds what one needs for all of them, but the server need not be asked for each anew.
        let Some(scene) = Scene::new().await else { return };
        scene.damage("messages", doc! { "conversation_id": id(scene.talk), "seq": 2_i64 }, damage.clone()).await;
        corrupt(scene.store.load_conversations(&[scene.talk], ALL).await);
        corrupt(scene.store.messages_before(scene.talk, 4, 10).await);
        corrupt(scene.store.messages_before(scene.talk, 3, 10).await);
        // Pages without it are read.
        let page = scene.store.messages_before(scene.talk, 2, 10).await.expect("it answers");
        assert_eq!(seqs(&page), [1], "{number}: {damage}");
        scene.end().await;
    }
}

#[tokio::test]
async fn a_conversation_that_is_none_is_corrupt_and_takes_nothing() {
    for damage in [
        doc! { "$set": { "last_seq": -1_i64 } },
        doc! { "$set": { "rev": -1_i64 } },
        doc! { "$set": { "rev": i64::MAX } },
        doc! { "$set": { "rev": "seven" } },
        doc! { "$set": { "kind": "party" } },
        doc! { "$unset": { "created_at": 1 } },
    ] {
        let Some(scene) = Scene::new().await else { return };
        scene.damage("conversations", doc! { "_id": id(scene.talk) }, damage.clone()).await;
        // A node that knows nothing of it yet.
        let node = scene.place.opened().await;
        let sent = node.commit([say(scene.talk, scene.ann, "hello")].into()).await;
        assert!(matches!(sent, Err(StoreError::Corrupt(_))), "{damage}: {sent:?}");
        drop(node);
        let messages = scene.database.collection::<Document>("messages");
        assert_eq!(
            messages.count_documents(doc! { "conversation_id": id(scene.talk) }).await.expect("it answers"),
            3,
            "{damage}"
        );
        scene.end().await;
    }
}

#[tokio::test]
async fn a_member_that_is_none_is_corrupt_for_that_person_alone() {
    for damage in [
        doc! { "$set": { "read_seq": -1_i64 } },
        doc! { "$set": { "user_rev": "one" } },
        doc! { "$unset": { "joined_seq": 1 } },
    ] {
        let Some(scene) = Scene::new().await else { return };
        let theirs = doc! { "conversation_id": id(scene.talk), "user_id": person(scene.ann) };
        scene.damage("members", theirs, damage).await;
        corrupt(scene.store.load_user(scene.ann).await);
        corrupt(scene.store.load_conversations(&[scene.talk], ALL).await);
        assert_eq!(scene.store.load_user(scene.bob).await.expect("it answers").rows.len(), 2, "Bob sees what is his");
        scene.end().await;
    }
}

#[tokio::test]
async fn who_meets_what_is_corrupt_keeps_nobody_else_out() {
    let Some(scene) = Scene::new().await else { return };
    scene.damage("conversations", doc! { "_id": id(scene.talk) }, doc! { "$set": { "rev": -1_i64 } }).await;
    let (clock, ids) = (Arc::new(SystemClock), Arc::new(RandomIds));
    let (chat, tasks) = Chat::new(Parts {
        store: scene.store.clone(),
        clock,
        ids,
        passwords: Passwords::weak(),
        policy: Default::default(),
    });
    let tasks = tokio::spawn(tasks.run());
    let (damaged, whole) = ((scene.ann, scene.talk), (scene.bob, scene.other));
    // Those that wait while the first is committed come into one group.
    let mut sent = Vec::new();
    for (sender, talk) in [whole, damaged, whole, damaged, whole] {
        sent.push(chat.send(sender, talk, a_client_id(), text("hello"), None).await.expect("it answers"));
    }
    let mut seqs = Vec::new();
    for sent in sent {
        seqs.push(sent.committed().await.ok().and_then(|committed| committed.seq));
    }
    assert_eq!(seqs, [Some(2), None, Some(3), None, Some(4)]);
    tasks.abort();
    drop(tasks.await);
    drop(chat);
    drop(scene.store);
    scene.place.remove().await;
}

#[tokio::test]
async fn a_person_or_a_session_that_is_none_is_corrupt() {
    let Some(scene) = Scene::new().await else { return };
    let session =
        NewSession { id: a_session_id(), token_hash: [7; 32], user: scene.bob, created_at: now(), expires_at: now() };
    scene.store.create_session(session).await.expect("it answers");
    scene.damage("sessions", doc! {}, doc! { "$set": { "expires_at": "never" } }).await;
    corrupt(scene.store.session_by_token_hash(&[7; 32]).await);

    scene.damage("users", doc! { "_id": person(scene.ann) }, doc! { "$unset": { "name": 1 } }).await;
    corrupt(scene.store.people(&[scene.ann]).await);
    corrupt(scene.store.account_by_name_key("ann").await);
    assert_eq!(scene.store.people(&[scene.bob]).await.expect("it answers").len(), 1);
    scene.end().await;
}

#[tokio::test]
async fn what_the_validator_refuses_changes_nothing_and_stops_nothing_else() {
    let Some(scene) = Scene::new().await else { return };
    let short = doc! { "$jsonSchema": { "properties": { "body": { "bsonType": "string", "maxLength": 5 } } } };
    let strict = doc! {
        "collMod": "messages", "validator": short, "validationLevel": "strict", "validationAction": "error",
    };
    scene.database.run_command(strict).await.expect("it answers");
    let before = load(&*scene.store, scene.talk).await;
    let refused = scene.store.commit([say(scene.talk, scene.ann, "far too long")].into()).await;
    assert!(matches!(refused, Err(StoreError::Backend(_))), "{refused:?}");
    // One of a batch keeps out all of it, and no place is taken.
    let batch = vec![say(scene.talk, scene.bob, "short"), say(scene.talk, scene.ann, "far too long")];
    assert!(matches!(scene.store.commit(batch.into()).await, Err(StoreError::Backend(_))));
    assert_eq!(load(&*scene.store, scene.talk).await, before);
    assert_eq!(done(&*scene.store, say(scene.talk, scene.ann, "short")).await.seq, Some(4));
    let both = commit(&*scene.store, vec![say(scene.talk, scene.ann, "a"), say(scene.other, scene.bob, "b")]).await;
    assert!(both.iter().all(Result::is_ok), "{both:?}");
    drop(scene.store);
    scene.place.remove().await;
}
