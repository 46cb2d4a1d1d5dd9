//! What people learn of each other's coming and going, however many come and go at once.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use myna_chat::store::{NewUser, Store};
use myna_chat::{Chat, Connection, Content, Outgoing, Parts, Passwords, RandomIds, SystemClock};
use myna_protocol::limits::RECEIPT_MEMBERS;
use myna_protocol::{ConversationId, Name, SessionId, Signal, Timestamp, UserId};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;
use tokio::time::timeout;

const DEADLINE: Duration = Duration::from_secs(60);
/// More than any queue here ever held.
const PEOPLE: usize = 1_500;

fn id(n: usize) -> [u8; 16] {
    let mut id = [7; 16];
    id[..8].copy_from_slice(&n.to_be_bytes());
    id
}

fn user(n: usize) -> UserId {
    UserId::from_bytes(id(n))
}

/// Person 0, who shares a group with each of the others.
async fn everybody(store: &dyn Store, chat: &Chat) {
    for n in 0..=PEOPLE {
        let name = Name::parse(&format!("Person {n}")).unwrap();
        let new = NewUser { id: user(n), name, password_hash: "hash".to_owned(), created_at: Timestamp(0) };
        store.create_user(new).await.unwrap();
    }
    let others: Vec<UserId> = (1..=PEOPLE).map(user).collect();
    for (number, members) in others.chunks(RECEIPT_MEMBERS - 1).enumerate() {
        chat.group(user(0), ConversationId::from_bytes(id(number)), None, members)
            .await
            .unwrap()
            .committed()
            .await
            .unwrap();
    }
}

/// A connection that has said hello.
async fn come(chat: &Chat, n: usize) -> Connection {
    let connection = chat.hub().connect(user(n), SessionId::from_bytes(id(n)));
    chat.catch_up(&connection, &BTreeMap::new()).await.unwrap();
    chat.arrived(&connection);
    connection
}

#[tokio::test]
async fn a_watcher_learns_of_every_departure_when_1500_people_drop_at_once() {
    let store = myna_store::open(&"memory:".parse().unwrap(), Duration::ZERO).await.unwrap();
    let (clock, ids) = (Arc::new(SystemClock), Arc::new(RandomIds));
    let (chat, tasks) =
        Chat::new(Parts { store: store.clone(), clock, ids, passwords: Passwords::weak(), policy: Default::default() });
    tokio::spawn(tasks.run());
    everybody(&*store, &chat).await;
    let mut connections = Vec::new();
    for n in 1..=PEOPLE {
        connections.push(come(&chat, n).await);
    }
    let mut watcher = come(&chat, 0).await;
    assert_eq!(chat.online_for(&watcher).await.len(), PEOPLE);

    // On this runtime, with one thread, nothing else runs until all have left.
    connections.clear();
    (1..=PEOPLE).for_each(|n| chat.departed(user(n)));

    let mut left = BTreeSet::new();
    let all_left = async {
        while left.len() < PEOPLE {
            match watcher.next().await {
                Outgoing::Broadcast(broadcast) => match broadcast.content() {
                    Content::Signal(Signal::Presence { users, online: false }) => left.extend(users.iter().copied()),
                    other => panic!("not a departure: {other:?}"),
                },
                Outgoing::Bye(reason) => panic!("the watcher was ended: {reason:?}"),
            }
        }
    };
    timeout(DEADLINE, all_left).await.unwrap();
    assert_eq!(left, (1..=PEOPLE).map(user).collect());
    assert_eq!(chat.health().down, Vec::<&str>::new());
}
