//! Looking into a store: every kind of damage is found, and nothing else.

use super::{places, served, violations};
use crate::contract::verbs::{
    a_client_id, ann_and_bob, begun, direct, done, group, join, leave, new_channel, person, read, reply, said_many,
    say, schedule,
};
use myna_chat::store::NewSession;
use myna_protocol::{SessionId, Timestamp};
use rusqlite::Connection;
use std::fs;
use std::path::Path;

/// A store with a few rows of everything.
async fn filled(path: &Path) {
    let store = served(path).await.expect("the store opens");
    let (ann, bob) = ann_and_bob(&*store).await;
    let eve = person(&*store, "Eve").await;
    let (talk, notes) = (direct(&*store, ann, bob).await, direct(&*store, eve, eve).await);
    let friends = group(&*store, ann, &[bob, eve]).await;
    let news = begun(&*store, new_channel(eve, "News")).await;
    said_many(&*store, talk, ann, 9).await;
    said_many(&*store, notes, eve, 2).await;
    done(&*store, read(talk, bob, 5)).await;
    for change in [say(friends, ann, "who is there?"), reply(friends, bob, "I am", 1)] {
        done(&*store, change).await;
    }
    for change in [join(news, bob), say(news, bob, "hello"), leave(news, bob), leave(friends, eve)] {
        done(&*store, change).await;
    }
    done(&*store, schedule(talk, ann, a_client_id(), "later", 10)).await;
    let session = NewSession {
        id: SessionId::from_bytes([3; 16]),
        token_hash: [7; 32],
        user: ann,
        created_at: Timestamp(1),
        expires_at: Timestamp(2),
    };
    store.create_session(session).await.expect("the store writes");
}

/// The direct conversation of Ann and Bob.
const TALK: &str = "(SELECT id FROM conversations WHERE kind = 'direct' AND last_seq = 9)";
const ANN: &str = "(SELECT id FROM users WHERE name = 'Ann')";

#[tokio::test]
async fn every_kind_of_damage_is_found() {
    let (folder, from, _) = places();
    filled(&from).await;
    assert_eq!(violations(&from).await, [""; 0]);
    let nobody = "x'00000000000000000000000000000001'";
    // What keeps one message from being there twice has to go before one can be.
    let twice = "CREATE TABLE other AS SELECT * FROM messages; DROP TABLE messages;
        CREATE TABLE messages (conversation_id BLOB NOT NULL, seq INTEGER NOT NULL, sender_id BLOB NOT NULL,
        client_id BLOB NOT NULL, text TEXT NOT NULL, sent_at INTEGER NOT NULL, rev INTEGER NOT NULL,
        extra TEXT, PRIMARY KEY (conversation_id, seq)) STRICT, WITHOUT ROWID;
        INSERT INTO messages SELECT * FROM other; DROP TABLE other;
        UPDATE messages SET client_id = (SELECT client_id FROM messages WHERE seq = 3) WHERE seq IN (3, 8)";
    let damages = [
        ("DELETE FROM messages WHERE seq = 4", vec!["after message 3 comes message 5"]),
        ("DELETE FROM messages WHERE seq IN (1, 2)", vec!["after message 0 comes message 3", "last message is 0"]),
        ("DELETE FROM messages WHERE seq = 9", vec!["its last message is 8, and its row says 9"]),
        ("UPDATE messages SET rev = 99 WHERE seq = 6", vec!["message 6 has rev 99, beyond the conversation's 11"]),
        ("UPDATE members SET rev = 99 WHERE conversation_id = TALK AND user_id = ANN", vec!["has rev 99, beyond"]),
        ("UPDATE conversations SET row_rev = 99 WHERE id = TALK", vec!["its row has rev 99, beyond its feed's 11"]),
        (
            "UPDATE members SET user_rev = 99 WHERE conversation_id = TALK AND user_id = ANN",
            vec!["rev 99, beyond their"],
        ),
        ("UPDATE members SET read_seq = 10 WHERE conversation_id = TALK AND user_id = ANN", vec!["up to message 10"]),
        ("UPDATE members SET joined_seq = 10 WHERE conversation_id = TALK AND user_id = ANN", vec!["joined after"]),
        ("UPDATE conversations SET member_count = 7 WHERE id = TALK", vec!["2 people are in it, and its row says 7"]),
        ("UPDATE messages SET sender_id = NOBODY WHERE seq = 7", vec!["sent message 7, was never in it"]),
        ("UPDATE conversations SET direct_key = zeroblob(32) WHERE id = TALK", vec!["not the pair"]),
        ("UPDATE sessions SET user_id = NOBODY", vec!["session 03030303-0303-0303-0303-030303030303: its user"]),
        (
            "UPDATE members SET user_id = NOBODY WHERE conversation_id = TALK AND user_id <> ANN",
            vec!["member 00000000-0000-0000-0000-000000000001 does not exist", "not the pair"],
        ),
        ("DELETE FROM conversations WHERE id = TALK", vec!["it has members, and", "it has messages, and"]),
        (
            r#"UPDATE messages SET extra = '{"reply":{"to":9,"thread":9}}' WHERE extra LIKE '%thread%'"#,
            vec![
                "message 2 answers message 9, which is not before it",
                "message 1 has 0 replies, and says that it has 1",
                "message 9 has 1 replies, and says that it has 0",
            ],
        ),
        (
            "UPDATE messages SET extra = NULL WHERE extra LIKE '%count%'",
            vec!["message 1 has 1 replies, and says that it has 0"],
        ),
        (twice, vec!["messages 3 and 8 of "]),
        ("UPDATE personal SET rev = 99", vec!["has rev 99, beyond their feed's"]),
        (
            "UPDATE personal SET user_id = NOBODY",
            vec!["its person 00000000-0000-0000-0000-000000000001 does not exist"],
        ),
        ("DELETE FROM jobs", vec!["no due job sends it at its time"]),
        ("UPDATE jobs SET due_at = 11", vec!["no due job sends it at its time"]),
    ];
    for (number, (damage, expected)) in damages.into_iter().enumerate() {
        let path = folder.path().join(format!("{number}.db"));
        fs::copy(&from, &path).expect("it can be copied");
        let damage = damage.replace("TALK", TALK).replace("ANN", ANN).replace("NOBODY", nobody);
        let other = Connection::open(&path).expect("it can be opened");
        other.execute_batch(&format!("PRAGMA foreign_keys = OFF; {damage}")).expect("the damage can be done");
        drop(other);
        let found = violations(&path).await;
        assert!(!found.is_empty(), "{damage}");
        for expected in &expected {
            assert!(found.iter().any(|violation| violation.contains(expected)), "{damage}: {found:#?}");
        }
        for violation in &found {
            assert!(expected.iter().any(|expected| violation.contains(expected)), "{damage}: {violation}");
        }
    }
}

#[tokio::test]
async fn a_last_message_that_cannot_be_is_found_at_once() {
    let (_folder, from, _) = places();
    filled(&from).await;
    let damage = "UPDATE conversations SET last_seq = 9000000000000000000";
    Connection::open(&from).and_then(|other| other.execute(damage, [])).expect("the damage can be done");
    assert_eq!(violations(&from).await.len(), 4, "one for each conversation");
}
