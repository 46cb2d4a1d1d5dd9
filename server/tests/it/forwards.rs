//! Forwarding: what is sent of it, and what is refused.

use crate::support::{TestServer, messages, new_conversation, new_message};
use myna_protocol::{Command, ConversationId, MessageRef, Origin, Rejection, RequestId};

fn forward(from: ConversationId, to: ConversationId) -> impl FnOnce(RequestId) -> Command {
    let (client_id, message) = (new_message(), MessageRef { conversation: from, seq: 1 });
    move |request| Command::Forward { request, conversation: to, client_id, message }
}

#[tokio::test]
async fn a_message_reaches_the_people_whom_it_is_forwarded_to() {
    let server = TestServer::start().await;
    let (ann, bea, cid) = (server.sign_up("Ann").await, server.sign_up("Bea").await, server.sign_up("Cid").await);
    let (mut first, mut from, mut to) = (ann.socket().await, bea.socket().await, cid.socket().await);
    let told = first.direct(bea.id).await;
    first.send(told, "the train is at nine").await;
    from.hears("the train is at nine").await;
    let further = from.direct(cid.id).await;
    from.ask(forward(told, further)).await;
    to.hears("the train is at nine").await;
    let seqs = vec![1];
    let loaded = to.ask(|request| Command::LoadMessages { request, conversation: further, seqs }).await;
    let [message] = &messages(&loaded)[..] else { panic!("{loaded:?}") };
    let origin = Origin { conversation: told, seq: 1, sender: ann.id };
    assert_eq!((message.sender, message.forwarded()), (bea.id, Some(origin)));
    // Where it comes from is no way in.
    for command in [forward(told, further), forward(new_conversation(), further), forward(further, told)] {
        assert_eq!(to.refused(command).await, Rejection::NotFound);
    }
    assert_eq!(
        to.refused(|request| Command::Load { request, conversation: told, before: None, limit: 9 }).await,
        Rejection::NotFound
    );
}

#[tokio::test]
async fn where_messages_cannot_be_forwarded_none_is_taken() {
    let server = TestServer::with(|config| config.forwards = false).await;
    let (ann, bea) = (server.sign_up("Ann").await, server.sign_up("Bea").await);
    let mut socket = ann.socket().await;
    let direct = socket.direct(bea.id).await;
    socket.send(direct, "one").await;
    assert_eq!(socket.refused(forward(direct, direct)).await, Rejection::NotAllowed);
    assert_eq!(socket.send(direct, "two").await, 2);
}
