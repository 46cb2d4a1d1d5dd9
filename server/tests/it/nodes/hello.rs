//! What it costs to come back when nothing has changed.

use super::site::{SETTINGS, untouched};
use crate::support::{ServerProcess, rows};
use myna_mongo_server::{Proxy, fresh_database_name};
use std::collections::BTreeMap;

/// Questions to the database, at most: how far one's feeds have come (two, at the same time), and who is there.
const QUESTIONS: u64 = 3;
/// A background task may ask something in the same moment, but not each time.
const TRIES: usize = 5;
const CONVERSATIONS: usize = 25;

#[tokio::test]
async fn who_comes_back_when_nothing_has_changed_costs_the_database_three_questions() {
    let Some(server) = untouched().await else { return };
    let proxy = Proxy::start(&server).await.expect("the proxy starts");
    let node = ServerProcess::over(&proxy.uri(&fresh_database_name()), &SETTINGS).await;
    let (ann, bea) = (node.place.sign_up("Ann").await, node.place.sign_up("Bea").await);
    let mut socket = ann.socket().await;
    for _ in 0..CONVERSATIONS {
        let group = socket.group(&[&bea]).await;
        socket.send(group, "hello").await;
    }
    socket.leave_page().await;
    let (socket, told) = ann.resume(BTreeMap::new()).await;
    let cursors: BTreeMap<_, _> = told.iter().filter_map(rows).map(|rows| (rows.feed, rows.rev)).collect();
    assert!(cursors.len() > CONVERSATIONS, "{} feeds", cursors.len());
    socket.leave_page().await;
    let mut questions = Vec::new();
    for _ in 0..TRIES {
        let mut socket = ann.open().await;
        let before = proxy.reads();
        let told = socket.hello(cursors.clone()).await;
        questions.push(proxy.reads() - before);
        assert!(told.iter().filter_map(rows).next().is_none(), "nothing has changed: {told:?}");
        socket.leave_page().await;
    }
    assert!(questions.iter().any(|questions| *questions > 0), "they are counted");
    assert!(questions.iter().any(|questions| *questions <= QUESTIONS), "{questions:?} questions");
}
