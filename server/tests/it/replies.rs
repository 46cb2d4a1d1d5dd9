//! Replies: what is sent of them, and what is refused.

use crate::support::{TestServer, messages, new_message};
use myna_protocol::limits::PAGE_MESSAGES_MAX;
use myna_protocol::{Command, ConversationId, Event, Feed, Rejection, RequestId, Row, Seq};

fn reply(conversation: ConversationId, seq: Seq) -> impl FnOnce(RequestId) -> Command {
    let (client_id, text) = (new_message(), "a reply".to_owned());
    move |request| Command::Send { request, conversation, client_id, text, reply_to: Some(seq) }
}

/// The rows of an event that are about the message at this place: whether each is the whole message.
fn about(event: &Event, seq: Seq) -> Vec<bool> {
    let is_whole = |row: &Row| match row {
        Row::Message(message) => (message.seq == seq).then_some(true),
        Row::Thread(thread) => (thread.seq == seq).then_some(false),
        _ => None,
    };
    let Event::Rows(rows) = event else { return Vec::new() };
    rows.rows.iter().filter_map(is_whole).collect()
}

#[tokio::test]
async fn a_long_message_is_not_sent_again_because_it_was_answered() {
    let server = TestServer::start().await;
    let (ann, bea) = (server.sign_up("Ann").await, server.sign_up("Bea").await);
    let (mut from, mut to) = (ann.socket().await, bea.socket().await);
    let direct = from.direct(bea.id).await;
    from.send(direct, &"long ".repeat(1_000)).await;
    to.hears("long ".repeat(1_000).trim()).await;
    let answered = from.ask(reply(direct, 1)).await;
    assert!(matches!(answered, Event::Ack { seq: Some(2), .. }), "{answered:?}");
    let is_it = |event: &Event| (!about(event, 1).is_empty()).then(|| about(event, 1));
    assert_eq!(to.expect("the number of replies", is_it).await, [false]);
    // Nor to a reader who asks what has changed since then, unless that reader does not have the message yet.
    let feed = Feed::Conversation(direct);
    for (rev, is_whole) in [(2, false), (1, true)] {
        to.say(&Command::Resync { request: 70 + rev, feed, rev }).await;
        let told =
            to.expect("the rows since then", |event| (!about(event, 1).is_empty()).then(|| about(event, 1))).await;
        assert_eq!(told, [is_whole], "{rev}");
    }
}

#[tokio::test]
async fn messages_and_threads_are_loaded_and_no_more_than_a_page() {
    let server = TestServer::patient().await;
    let (ann, bea) = (server.sign_up("Ann").await, server.sign_up("Bea").await);
    let mut socket = ann.socket().await;
    let conversation = socket.direct(bea.id).await;
    for text in ["one", "two"] {
        socket.send(conversation, text).await;
    }
    for _ in 0..3 {
        socket.ask(reply(conversation, 1)).await;
    }
    let seqs = |event: Event| messages(&event).iter().map(|message| message.seq).collect::<Vec<_>>();
    let at = |seqs: Vec<Seq>| move |request| Command::LoadMessages { request, conversation, seqs };
    assert_eq!(seqs(socket.ask(at(vec![4, 2, 4, 99, 0])).await), [2, 4]);
    let many: Vec<Seq> = (1..=u64::from(PAGE_MESSAGES_MAX) + 1).collect();
    assert_eq!(socket.refused(at(many)).await, Rejection::Malformed);
    let thread =
        |thread, before, limit| move |request| Command::LoadThread { request, conversation, thread, before, limit };
    assert_eq!(seqs(socket.ask(thread(1, None, 2)).await), [1, 4, 5]);
    assert_eq!(seqs(socket.ask(thread(1, Some(4), 2)).await), [3]);
    assert_eq!(seqs(socket.ask(thread(1, None, 0)).await), [1, 5], "at least one");
    assert_eq!(seqs(socket.ask(thread(2, None, 50)).await), [2]);
    assert_eq!(seqs(socket.ask(thread(u64::MAX, None, u32::MAX)).await), [0; 0]);
    for nowhere in [0, 6, u64::MAX] {
        assert_eq!(socket.refused(reply(conversation, nowhere)).await, Rejection::NotFound);
    }
}

#[tokio::test]
async fn where_there_are_no_replies_none_is_taken() {
    let server = TestServer::with(|config| config.replies = false).await;
    let (ann, bea) = (server.sign_up("Ann").await, server.sign_up("Bea").await);
    let mut socket = ann.socket().await;
    let direct = socket.direct(bea.id).await;
    socket.send(direct, "one").await;
    assert_eq!(socket.refused(reply(direct, 1)).await, Rejection::NotAllowed);
    assert_eq!(socket.send(direct, "two").await, 2);
}
