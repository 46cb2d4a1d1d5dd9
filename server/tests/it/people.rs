//! What people see of each other: who is there, who types, how far they have read.

use crate::support::{Socket, TestServer, assert_unnamed, rows};
use myna_protocol::{Command, ConversationId, Event, Feed, Rejection, Row, Seq, Signal, UserId};
use std::collections::BTreeMap;

#[tokio::test]
async fn typing_is_seen_by_the_others_in_the_conversation_and_by_nobody_else() {
    let server = TestServer::start().await;
    let (ann, bea, eve) = (server.sign_up("Ann").await, server.sign_up("Bea").await, server.sign_up("Eve").await);
    let (mut one, mut mine_too, mut two, mut other) =
        (ann.socket().await, ann.socket().await, bea.socket().await, eve.socket().await);
    let group = one.group(&[&bea]).await;
    // Eve knows Ann from elsewhere.
    one.direct(eve.id).await;
    for typing in [true, false] {
        one.type_in(group, typing).await;
        assert_eq!(two.sees_typing(ann.id).await, (group, typing));
    }
    for socket in [&mut one, &mut mine_too, &mut other] {
        let told = socket.everything().await;
        assert!(!told.iter().any(|event| matches!(event, Event::Signal(Signal::Typing { .. }))), "{told:?}");
    }
}

#[tokio::test]
async fn people_who_share_a_conversation_see_each_other_come_and_go_and_others_do_not() {
    let server = TestServer::start().await;
    let (ann, bea, eve) = (server.sign_up("Ann").await, server.sign_up("Bea").await, server.sign_up("Eve").await);
    let mut one = ann.socket().await;
    one.direct(bea.id).await;
    // A channel is no presence peer.
    let channel = one.channel("All").await;
    let mut other = eve.socket().await;
    other.join(channel).await;
    one.everything().await;

    let mut two = bea.open().await;
    let told = two.hello(BTreeMap::new()).await;
    assert!(told.contains(&Event::Signal(Signal::Presence { users: vec![ann.id], online: true })), "{told:?}");
    one.sees_presence(bea.id, true).await;
    two.leave_page().await;
    one.sees_presence(bea.id, false).await;

    let told = other.everything().await;
    assert!(!told.iter().any(|event| matches!(event, Event::Signal(_))), "{told:?}");
    assert_unnamed(&told, &bea.id);
}

#[tokio::test]
async fn a_reload_is_no_departure() {
    let server = TestServer::start().await;
    let (ann, bea) = (server.sign_up("Ann").await, server.sign_up("Bea").await);
    let mut one = ann.socket().await;
    let direct = one.direct(bea.id).await;
    let two = bea.socket().await;
    one.sees_presence(bea.id, true).await;
    two.leave_page().await;
    let mut again = bea.socket().await;
    tokio::time::pause();
    tokio::time::advance(std::time::Duration::from_secs(4)).await;
    tokio::time::resume();
    again.send(direct, "back").await;
    one.expect("Bea is back, and never went", |event| match event {
        Event::Signal(Signal::Presence { online: false, .. }) => panic!("Bea went"),
        Event::Rows(rows) if format!("{rows:?}").contains("back") => Some(()),
        _ => None,
    })
    .await;
}

#[tokio::test]
async fn who_begins_a_conversation_is_told_who_of_it_is_there() {
    let server = TestServer::start().await;
    let (ann, bea) = (server.sign_up("Ann").await, server.sign_up("Bea").await);
    let (mut one, mut two) = (ann.socket().await, bea.socket().await);
    one.direct(bea.id).await;
    one.sees_presence(bea.id, true).await;
    two.sees_presence(ann.id, true).await;
}

/// How far somebody has read, as these events tell it.
fn receipts(told: &[Event], conversation: ConversationId, who: UserId) -> Vec<Seq> {
    let told =
        told.iter().filter_map(rows).filter(|rows| rows.feed == Feed::Conversation(conversation) && rows.from > 0);
    told.flat_map(|rows| &rows.rows)
        .filter_map(|row| match row {
            Row::Member(member) if member.user == who => Some(member.read_seq),
            _ => None,
        })
        .collect()
}

/// How far oneself has read, as these events tell it.
fn read_places(told: &[Event], conversation: ConversationId) -> Vec<Seq> {
    let rows = told.iter().filter_map(rows).flat_map(|rows| &rows.rows);
    rows.filter_map(|row| match row {
        Row::Membership(row) if row.conversation == conversation => Some(row.read_seq),
        _ => None,
    })
    .collect()
}

async fn two_messages(from: &mut Socket, conversation: ConversationId) {
    from.send(conversation, "one").await;
    from.send(conversation, "two").await;
}

#[tokio::test]
async fn read_places_are_told_in_direct_conversations_and_small_groups() {
    let server = TestServer::start().await;
    let (ann, bea) = (server.sign_up("Ann").await, server.sign_up("Bea").await);
    let (mut one, mut two, mut twos_other) = (ann.socket().await, bea.socket().await, bea.socket().await);
    for in_group in [false, true] {
        let conversation = if in_group { one.group(&[&bea]).await } else { one.direct(bea.id).await };
        two_messages(&mut one, conversation).await;
        for seq in [1, 2, 1, 99] {
            two.read(conversation, seq).await;
        }
        assert_eq!(receipts(&one.everything().await, conversation, bea.id), [1, 2], "a read place never falls");
        let own = read_places(&twos_other.everything().await, conversation);
        assert_eq!(own, [0, 1, 2], "one's other devices are told too");
        assert_eq!(read_places(&one.everything().await, conversation), Vec::<Seq>::new());
    }
}

#[tokio::test]
async fn read_places_in_channels_are_told_to_ones_own_devices_only() {
    let server = TestServer::start().await;
    let (ann, bea) = (server.sign_up("Ann").await, server.sign_up("Bea").await);
    let (mut one, mut two, mut twos_other) = (ann.socket().await, bea.socket().await, bea.socket().await);
    let channel = one.channel("All").await;
    two.join(channel).await;
    two_messages(&mut one, channel).await;
    one.everything().await;
    two.read(channel, 2).await;
    assert_eq!(receipts(&one.everything().await, channel, bea.id), Vec::<Seq>::new());
    assert_eq!(read_places(&twos_other.everything().await, channel).last(), Some(&2));

    let told = ann.open().await.hello(BTreeMap::new()).await;
    let read: Vec<_> = told
        .iter()
        .filter_map(rows)
        .flat_map(|rows| &rows.rows)
        .filter_map(|row| match row {
            Row::Member(member) if member.conversation == channel => Some((member.read_seq, member.read_at)),
            _ => None,
        })
        .collect();
    assert_eq!(read, [(0, None), (0, None)], "nor does a fresh load tell it");
}

#[tokio::test]
async fn a_new_name_that_looks_like_anothers_is_taken_for_it() {
    let server = TestServer::start().await;
    let (_ann, eve) = (server.sign_up("Ann").await, server.sign_up("Eve").await);
    let mut socket = eve.socket().await;
    // The first letter is a Cyrillic one.
    let name = "\u{410}nn".to_owned();
    assert_eq!(socket.refused(|request| Command::SetName { request, name }).await, Rejection::NameTaken);
}

#[tokio::test]
async fn somebody_who_changes_their_name_again_and_again_has_to_wait() {
    let server = TestServer::start().await;
    let eve = server.sign_up("Eve").await;
    let mut socket = eve.socket().await;
    for number in 0..30 {
        socket.ask(|request| Command::SetName { request, name: format!("Eve {number}") }).await;
    }
    let again = |request| Command::SetName { request, name: "Eve".to_owned() };
    assert_eq!(socket.refused(again).await, Rejection::TooMany);
}
