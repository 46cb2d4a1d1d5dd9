//! What the hub promises.

use super::*;
use myna_protocol::Timestamp;
use std::collections::HashSet;

fn user(n: u8) -> UserId {
    UserId::from_bytes([n; 16])
}

fn session(n: u8) -> SessionId {
    SessionId::from_bytes([n; 16])
}

fn conversation() -> ConversationId {
    ConversationId::from_bytes([9; 16])
}

fn feed() -> Feed {
    Feed::Conversation(conversation())
}

fn rows(rev: Rev) -> FeedRows {
    rows_since(rev - 1, rev)
}

fn rows_since(from: Rev, rev: Rev) -> FeedRows {
    FeedRows { feed: feed(), from, rev, rows: Vec::new() }
}

/// What the store says of somebody who is in one conversation: its rev, and that of their own feed.
fn heads(connection: &Connection, id: ConversationId, presence: bool, rev: Rev, own: Rev) -> [Head; 2] {
    let own = Head { feed: Feed::User(connection.user()), rev: own, presence: false, active_at: Timestamp(0) };
    [own, Head { feed: Feed::Conversation(id), rev, presence, ..own }]
}

/// Lets a connection listen to the conversation, of which nothing has been told.
fn follow(hub: &Hub, connection: &Connection, presence: bool) {
    hub.follow(connection, &heads(connection, conversation(), presence, 0, 1));
}

fn heard(connection: &mut Connection) -> Vec<Content> {
    std::iter::from_fn(|| connection.waiting()).map(|broadcast| broadcast.content().clone()).collect()
}

#[tokio::test]
async fn listeners_hear_in_order_and_others_hear_nothing() {
    let hub = Arc::new(Hub::default());
    let mut bea = hub.connect(user(1), session(1));
    let mut chidi = hub.connect(user(2), session(2));
    follow(&hub, &bea, false);
    hub.publish(rows(1));
    hub.publish(rows(2));
    assert_eq!(heard(&mut bea), [Content::Rows(rows(1)), Content::Rows(rows(2))]);
    assert_eq!(heard(&mut chidi), []);
}

#[tokio::test]
async fn a_dismissed_person_hears_nothing_more_even_from_an_older_answer_of_the_store() {
    let hub = Arc::new(Hub::default());
    let mut bea = hub.connect(user(1), session(1));
    hub.unsubscribe(user(1), conversation(), 2);
    follow(&hub, &bea, false);
    hub.publish(rows(1));
    assert_eq!(heard(&mut bea), []);
    hub.subscribe(user(1), conversation(), 3, false, &rows(2));
    hub.publish(rows(2));
    assert_eq!(heard(&mut bea), [Content::Rows(rows(2))], "who comes back hears again");
}

#[tokio::test]
async fn a_socket_that_does_not_keep_up_is_ended_and_the_others_go_on() {
    let hub = Arc::new(Hub::default());
    let mut slow = hub.connect(user(1), session(1));
    let mut quick = hub.connect(user(2), session(2));
    follow(&hub, &slow, false);
    follow(&hub, &quick, false);
    for rev in 1..=2_000 {
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
    let mut remote_presence = hub.connect(user(2), session(3));
    hub.end_session(user(1), session(1), ByeReason::SignedOut);
    hub.revoke(&HashSet::from([session(3)]));
    assert!(matches!(remote_presence.next().await, Outgoing::Bye(ByeReason::Revoked)));
    assert!(matches!(here.next().await, Outgoing::Bye(ByeReason::SignedOut)));
    assert!(there.waiting().is_none());
    follow(&hub, &there, false);
    hub.publish(rows(1));
    assert!(matches!(there.next().await, Outgoing::Broadcast(_)));
}

#[tokio::test]
async fn a_connection_that_comes_just_after_its_session_ended_is_over_at_once() {
    let hub = Arc::new(Hub::default());
    hub.end_session(user(1), session(1), ByeReason::SignedOut);
    hub.revoke(&HashSet::from([session(2)]));
    for ended in [session(1), session(2)] {
        let mut late = hub.connect(user(1), ended);
        assert!(matches!(late.next().await, Outgoing::Bye(ByeReason::Revoked)));
    }
    let mut other = hub.connect(user(1), session(3));
    follow(&hub, &other, false);
    hub.publish(rows(1));
    assert!(matches!(other.next().await, Outgoing::Broadcast(_)));
}

#[tokio::test]
async fn people_see_each_other_come_and_go_only_where_the_conversation_lets_them() {
    let hub = Arc::new(Hub::default());
    let mut bea = hub.connect(user(1), session(1));
    let mut chidi = hub.connect(user(2), session(2));
    let mut dana = hub.connect(user(3), session(3));
    let channel = ConversationId::from_bytes([8; 16]);
    for connection in [&bea, &chidi] {
        follow(&hub, connection, true);
    }
    for connection in [&bea, &dana] {
        hub.follow(connection, &heads(connection, channel, false, 0, 1));
    }
    assert_eq!(hub.online_for(&bea), [user(2)]);
    assert_eq!(hub.online_for(&dana), []);
    hub.announce(&bea);
    assert_eq!(heard(&mut chidi), [Content::Signal(Signal::Presence { users: vec![user(1)], online: true })]);
    assert_eq!(heard(&mut dana), []);
    assert_eq!(heard(&mut bea), []);
}

#[tokio::test]
async fn a_dropped_connection_leaves_nothing_behind() {
    let hub = Arc::new(Hub::default());
    let bea = hub.connect(user(1), session(1));
    follow(&hub, &bea, true);
    assert_eq!(hub.connections(), 1);
    drop(bea);
    assert_eq!(hub.connections(), 0);
    assert!(!hub.is_online(user(1)));
    assert!(hub.is_deserted());
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

#[tokio::test]
async fn what_was_told_is_told_once_whoever_publishes_it() {
    let hub = Arc::new(Hub::default());
    let mut bea = hub.connect(user(1), session(1));
    hub.follow(&bea, &heads(&bea, conversation(), false, 4, 1));
    hub.publish(rows(4));
    hub.publish(rows(5));
    hub.publish(rows_since(3, 5));
    hub.publish(rows_since(3, 6));
    hub.publish(rows(6));
    assert_eq!(heard(&mut bea), [Content::Rows(rows(5)), Content::Rows(rows_since(3, 6))]);
    assert_eq!(hub.take_behind(), HashMap::new());
}

#[tokio::test]
async fn what_comes_too_early_waits_for_what_lies_before_it() {
    let hub = Arc::new(Hub::default());
    let mut bea = hub.connect(user(1), session(1));
    hub.follow(&bea, &heads(&bea, conversation(), false, 4, 1));
    hub.publish(rows(7));
    hub.publish(rows(6));
    assert_eq!(heard(&mut bea), []);
    hub.fallen_behind().await;
    assert_eq!(hub.take_behind(), HashMap::from([(feed(), 7)]));
    hub.publish(rows_since(4, 7));
    assert_eq!(heard(&mut bea), [Content::Rows(rows_since(4, 7))]);
    assert_eq!(hub.delivered(feed()), Delivered::UpTo(7));
}

#[tokio::test]
async fn a_second_listener_does_not_change_how_far_a_feed_was_told() {
    let hub = Arc::new(Hub::default());
    let mut bea = hub.connect(user(1), session(1));
    hub.follow(&bea, &heads(&bea, conversation(), false, 4, 1));
    let mut chidi = hub.connect(user(2), session(2));
    hub.follow(&chidi, &heads(&chidi, conversation(), false, 6, 1));
    hub.publish(rows_since(4, 6));
    for connection in [&mut bea, &mut chidi] {
        assert_eq!(heard(connection), [Content::Rows(rows_since(4, 6))]);
    }
}

#[tokio::test]
async fn ones_own_feed_is_told_from_the_start_and_counted_from_the_first_hello() {
    let hub = Arc::new(Hub::default());
    let mut bea = hub.connect(user(1), session(1));
    let own = |rev| FeedRows { feed: Feed::User(user(1)), from: rev - 1, rev, rows: Vec::new() };
    assert_eq!(hub.delivered(Feed::User(user(1))), Delivered::Unknown);
    hub.publish(own(9));
    assert_eq!(hub.delivered(Feed::User(user(1))), Delivered::Unknown, "what lies before it may not have been told");
    follow(&hub, &bea, false);
    assert_eq!(hub.delivered(Feed::User(user(1))), Delivered::UpTo(1));
    hub.publish(own(2));
    assert_eq!(heard(&mut bea), [Content::Rows(own(9)), Content::Rows(own(2))]);
    assert_eq!(hub.delivered(Feed::User(user(2))), Delivered::ToNobody);
}

#[tokio::test]
async fn of_two_words_on_a_membership_the_later_one_holds_in_whatever_order_they_come() {
    let hub = Arc::new(Hub::default());
    let mut bea = hub.connect(user(1), session(1));
    hub.subscribe(user(1), conversation(), 6, false, &rows(1));
    hub.unsubscribe(user(1), conversation(), 5);
    hub.publish(rows(1));
    assert_eq!(heard(&mut bea), [Content::Rows(rows(1))], "an old leaving ends nothing");
    hub.unsubscribe(user(1), conversation(), 7);
    hub.subscribe(user(1), conversation(), 6, false, &rows(2));
    hub.publish(rows(2));
    assert_eq!(heard(&mut bea), [], "an old joining begins nothing");
    assert!(!hub.listens(user(1), conversation()));
}

#[tokio::test]
async fn who_comes_in_hears_the_first_rows_even_where_they_were_told_before() {
    let hub = Arc::new(Hub::default());
    let mut bea = hub.connect(user(1), session(1));
    let mut chidi = hub.connect(user(2), session(2));
    hub.follow(&bea, &heads(&bea, conversation(), false, 5, 1));
    hub.subscribe(user(2), conversation(), 1, false, &rows(5));
    hub.publish(rows(5));
    assert_eq!(heard(&mut chidi), [Content::Rows(rows(5))]);
    hub.subscribe(user(2), conversation(), 1, false, &rows(5));
    assert_eq!((heard(&mut chidi), heard(&mut bea)), (vec![], vec![]));
}

#[tokio::test]
async fn listeners_of_a_feed_that_is_given_up_resume() {
    let hub = Arc::new(Hub::default());
    let mut bea = hub.connect(user(1), session(1));
    follow(&hub, &bea, false);
    hub.skip(feed(), 2_000);
    assert!(matches!(bea.next().await, Outgoing::Bye(ByeReason::Lagging)));
    assert_eq!(hub.delivered(feed()), Delivered::UpTo(2_000));
}

#[test]
fn two_who_publish_to_one_feed_at_once_leave_no_gap() {
    for _ in 0..50 {
        let hub = Arc::new(Hub::default());
        let mut bea = hub.connect(user(1), session(1));
        follow(&hub, &bea, false);
        std::thread::scope(|scope| {
            for _ in 0..2 {
                scope.spawn(|| (1..=100).for_each(|rev| hub.publish(rows(rev))));
            }
        });
        let told: Vec<_> = heard(&mut bea);
        assert_eq!(told, (1..=100).map(|rev| Content::Rows(rows(rev))).collect::<Vec<_>>());
    }
}
