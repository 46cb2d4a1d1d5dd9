//! What the hub promises.

use super::*;
use myna_protocol::Rev;

fn user(n: u8) -> UserId {
    UserId::from_bytes([n; 16])
}

fn session(n: u8) -> SessionId {
    SessionId::from_bytes([n; 16])
}

fn conversation() -> ConversationId {
    ConversationId::from_bytes([9; 16])
}

fn rows(rev: Rev) -> FeedRows {
    FeedRows { feed: Feed::Conversation(conversation()), from: rev - 1, rev, rows: Vec::new() }
}

fn heard(connection: &mut Connection) -> Vec<Content> {
    std::iter::from_fn(|| connection.waiting()).map(|parcel| parcel.content().clone()).collect()
}

#[tokio::test]
async fn listeners_hear_in_order_and_others_hear_nothing() {
    let hub = Arc::new(Hub::default());
    let mut bea = hub.connect(user(1), session(1));
    let mut chidi = hub.connect(user(2), session(2));
    hub.subscribe(&bea, conversation(), false);
    hub.publish(rows(1));
    hub.publish(rows(2));
    assert_eq!(heard(&mut bea), [Content::Rows(rows(1)), Content::Rows(rows(2))]);
    assert_eq!(heard(&mut chidi), []);
}

#[tokio::test]
async fn a_dismissed_person_hears_nothing_more_even_from_an_older_answer_of_the_store() {
    let hub = Arc::new(Hub::default());
    let mut bea = hub.connect(user(1), session(1));
    hub.dismiss(user(1), conversation());
    hub.subscribe(&bea, conversation(), false);
    hub.publish(rows(1));
    assert_eq!(heard(&mut bea), []);
    hub.admit(user(1), conversation(), false);
    hub.publish(rows(2));
    assert_eq!(heard(&mut bea), [Content::Rows(rows(2))], "who comes back hears again");
}

#[tokio::test]
async fn a_socket_that_does_not_keep_up_is_ended_and_the_others_go_on() {
    let hub = Arc::new(Hub::default());
    let mut slow = hub.connect(user(1), session(1));
    let mut quick = hub.connect(user(2), session(2));
    hub.subscribe(&slow, conversation(), false);
    hub.subscribe(&quick, conversation(), false);
    for rev in 1..=1_000 {
        hub.publish(rows(rev));
        assert_eq!(heard(&mut quick).len(), 1);
    }
    assert!(matches!(slow.next().await, Outgoing::Bye(ByeReason::Lagging)));
}

#[tokio::test]
async fn a_revoked_session_ends_its_sockets_and_no_others() {
    let hub = Arc::new(Hub::default());
    let mut here = hub.connect(user(1), session(1));
    let mut there = hub.connect(user(1), session(2));
    hub.end_session(user(1), session(1), ByeReason::SignedOut);
    assert!(matches!(here.next().await, Outgoing::Bye(ByeReason::SignedOut)));
    assert!(there.waiting().is_none());
    hub.subscribe(&there, conversation(), false);
    hub.publish(rows(1));
    assert!(matches!(there.next().await, Outgoing::Parcel(_)));
}

#[tokio::test]
async fn people_see_each_other_come_and_go_only_where_the_conversation_lets_them() {
    let hub = Arc::new(Hub::default());
    let mut bea = hub.connect(user(1), session(1));
    let mut chidi = hub.connect(user(2), session(2));
    let mut dana = hub.connect(user(3), session(3));
    let channel = ConversationId::from_bytes([8; 16]);
    for connection in [&bea, &chidi] {
        hub.subscribe(connection, conversation(), true);
    }
    for connection in [&bea, &dana] {
        hub.subscribe(connection, channel, false);
    }
    assert_eq!(hub.online_for(&bea), [user(2)]);
    assert_eq!(hub.online_for(&dana), []);
    hub.announce(&bea, true);
    assert_eq!(heard(&mut chidi), [Content::Signal(Signal::Presence { users: vec![user(1)], online: true })]);
    assert_eq!(heard(&mut dana), []);
    assert_eq!(heard(&mut bea), []);
}

#[tokio::test]
async fn a_dropped_connection_leaves_nothing_behind() {
    let hub = Arc::new(Hub::default());
    let bea = hub.connect(user(1), session(1));
    hub.subscribe(&bea, conversation(), true);
    assert_eq!(hub.connections(), 1);
    drop(bea);
    assert_eq!(hub.connections(), 0);
    assert!(!hub.is_online(user(1)));
    assert!(hub.shards.iter().all(|shard| lock(shard).is_empty()));
}

#[tokio::test]
async fn stopping_ends_every_connection_and_those_that_still_come() {
    let hub = Arc::new(Hub::default());
    let mut bea = hub.connect(user(1), session(1));
    hub.stop();
    let mut late = hub.connect(user(2), session(2));
    assert!(matches!(bea.next().await, Outgoing::Bye(ByeReason::Stopping)));
    assert!(matches!(late.next().await, Outgoing::Bye(ByeReason::Stopping)));
}
