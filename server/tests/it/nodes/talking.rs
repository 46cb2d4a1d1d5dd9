//! Two people on two nodes: what they say, read and type, who comes and goes, and who hears nothing more.

use super::burst::Talk;
use super::site::{SETTINGS, fresh, two, untouched};
use crate::support::{Person, ServerProcess, Socket, Starting, rows, tell, texts};
use myna_mongo_server::MongoServer;
use myna_protocol::{ConversationId, Feed, Row, Seq, UserId, close};
use std::process::Stdio;
use std::time::Duration;
use tokio::time::{Instant, timeout};

/// Two nodes, Ann on the first, and Bea on the second.
async fn ann_and_bea(server: &MongoServer) -> ([ServerProcess; 2], Person, Person) {
    let store = fresh(server);
    let nodes = two([&store, &store]).await;
    let (ann, bea) = (nodes[0].place.sign_up("Ann").await, nodes[1].place.sign_up("Bea").await);
    (nodes, ann, bea)
}

async fn sees_conversation(socket: &mut Socket, conversation: ConversationId) {
    let is_new = |rows: &&myna_protocol::FeedRows| rows.feed == Feed::Conversation(conversation) && rows.from == 0;
    socket.expect("the conversation appears", |event| rows(event).filter(is_new).map(|_| ())).await;
}

async fn sees_member(socket: &mut Socket, conversation: ConversationId, user: UserId, read: Seq) {
    let is_there = |row: &Row| {
        matches!(row, Row::Member(member) if member.conversation == conversation && member.user == user
            && member.left_seq.is_none() && member.read_seq >= read)
    };
    socket
        .expect("the member's row comes", |event| rows(event).filter(|rows| rows.rows.iter().any(is_there)).map(|_| ()))
        .await;
}

#[tokio::test]
async fn a_node_that_is_told_to_stop_in_the_middle_of_its_work_ends_without_a_word() {
    let Some(server) = untouched().await else { return };
    let store = fresh(&server);
    for n in 0..5 {
        let node = Starting::over(&store, &SETTINGS, Stdio::piped()).ready().await;
        let ann = node.place.sign_up(&format!("Ann {n}")).await;
        let mut socket = ann.socket().await;
        let notes = socket.direct(ann.id).await;
        let seq = socket.send(notes, "milk").await;
        assert_eq!(socket.hears("milk").await, seq);
        assert_eq!(node.stopped().await, "");
    }
}

#[tokio::test]
async fn people_on_two_nodes_talk_and_see_each_other_read_type_come_and_go() {
    let Some(server) = untouched().await else { return };
    let (_nodes, ann, bea) = ann_and_bea(&server).await;
    let (mut on_one, mut on_two) = (ann.socket().await, bea.socket().await);
    let direct = on_one.direct(bea.id).await;
    sees_conversation(&mut on_two, direct).await;
    assert_eq!(on_one.send(direct, "hello").await, 1);
    assert_eq!(on_two.hears("hello").await, 1);
    assert_eq!(on_two.send(direct, "hello yourself").await, 2);
    assert_eq!(on_one.hears("hello yourself").await, 2);
    assert_eq!(on_one.send(direct, "are you there?").await, 3);
    assert_eq!(on_two.hears("are you there?").await, 3);
    on_two.read(direct, 3).await;
    sees_member(&mut on_one, direct, bea.id, 3).await;

    on_two.type_in(direct, true).await;
    assert_eq!(on_one.sees_typing(bea.id).await, (direct, true));
    on_two.type_in(direct, false).await;
    assert_eq!(on_one.sees_typing(bea.id).await, (direct, false));
    on_two.leave_page().await;
    on_one.sees_presence(bea.id, false).await;
    let _on_two = bea.socket().await;
    on_one.sees_presence(bea.id, true).await;
}

#[tokio::test]
async fn who_leaves_on_one_node_hears_nothing_more_on_the_other() {
    let Some(server) = untouched().await else { return };
    let (nodes, ann, bea) = ann_and_bea(&server).await;
    let (mut on_one, mut on_two) = (ann.socket().await, bea.socket().await);
    let mut ann_on_two = ann.at(&nodes[1].place).socket().await;
    let group = on_one.group(&[&bea]).await;
    sees_conversation(&mut on_two, group).await;
    sees_conversation(&mut ann_on_two, group).await;
    on_two.send(group, "a group of two nodes").await;
    on_one.hears("a group of two nodes").await;

    let channel = on_one.channel("Everybody").await;
    sees_conversation(&mut ann_on_two, channel).await;
    on_two.join(channel).await;
    sees_member(&mut on_one, channel, bea.id, 0).await;
    // The word of the leaving and the message after it race each other to the second node.
    for n in 0..5 {
        on_one.send(channel, &format!("before {n}")).await;
        ann_on_two.hears(&format!("before {n}")).await;
        on_one.leave(channel).await;
        on_two.send(channel, &format!("after {n}")).await;
        on_two.hears(&format!("after {n}")).await;
        let told = ann_on_two.everything().await;
        assert!(!texts(&told).iter().any(|text| text.starts_with("after")), "{told:?}");
        on_one.join(channel).await;
        let is_back = |row: &Row| matches!(row, Row::Membership(row) if row.conversation == channel && row.joined);
        let back = |rows: &&myna_protocol::FeedRows| rows.rows.iter().any(is_back);
        ann_on_two.expect("Ann is back", |event| rows(event).filter(back).map(|_| ())).await;
    }
}

#[tokio::test]
async fn a_session_ended_on_one_node_closes_its_socket_on_the_other() {
    let Some(server) = untouched().await else { return };
    let (nodes, ann, _bea) = ann_and_bea(&server).await;
    let ann_on_two = ann.at(&nodes[1].place);
    let mut socket = ann_on_two.socket().await;
    let ended = Instant::now();
    ann.sign_out().await;
    let closed = timeout(Duration::from_secs(5), socket.closed()).await;
    let (code, _) = closed.expect("the socket on the other node is closed within seconds");
    assert!(matches!(code, Some(close::SIGNED_OUT | close::REVOKED)), "{code:?}");
    assert!(!ann_on_two.is_signed_in().await);
    tell(&format!(
        "a session ended on one node: its socket on the other closed after {} ms ({})",
        ended.elapsed().as_millis(),
        server.name()
    ));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bursts_from_two_nodes_into_one_conversation_make_one_order() {
    let Some(server) = untouched().await else { return };
    let store = fresh(&server);
    let [one, two] = two([&store, &store]).await;
    let mut talk = Talk::begin([&one.place, &two.place], 60).await;
    for _ in 0..3 {
        let began = Instant::now();
        let (spoken, ()) = talk.burst(async |_, _| ()).await;
        assert_eq!((spoken.again, spoken.refused), (0, 0), "nothing went wrong");
        tell(&format!(
            "  {} sends from two nodes at once into one conversation: everybody has them after {} ms ({})",
            talk.size(),
            began.elapsed().as_millis(),
            server.name()
        ));
    }
    talk.end("two nodes at once", server.name()).await;
}
