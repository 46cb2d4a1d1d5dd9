use super::*;
use crate::MongoUrl;
use crate::mongo::documents::{AsUuid, CONVERSATIONS};
use mongodb::bson::doc;
use myna_chat::rules::Verb;
use myna_chat::store::{CommitStore, NewUser, UserStore};
use myna_mongo_server::{Proxy, fresh_database_name, shared};
use myna_protocol::{ClientId, ConversationId, Name, Text, Timestamp, UserId};

async fn open(uri: &str) -> Mongo {
    let url: MongoUrl = uri.parse().expect("this is an address");
    Mongo::open(&url, Duration::from_secs(10)).await.expect("the store opens")
}

/// A store with somebody in it and their notes to themselves.
async fn notes(store: &Mongo) -> (UserId, ConversationId) {
    let (user, id, at) = (UserId::from_parts(1, [1; 10]), ConversationId::from_parts(1, [2; 10]), Timestamp(1));
    let name = Name::parse("Ann").expect("this is a name");
    store.create_user(NewUser { id: user, name, password_hash: String::new(), created_at: at }).await.expect("stored");
    let made = store.commit([Verb::Direct { id, with: user }.by(user, at)].into()).await.expect("committed");
    assert!(made[0].is_ok(), "{made:?}");
    (user, id)
}

#[tokio::test]
async fn a_node_that_died_in_the_middle_of_a_commit_holds_nobody_up_for_a_minute() {
    let Some(server) = shared().await.expect("the server starts") else { return };
    let database = fresh_database_name();
    let proxy = Proxy::start(server).await.expect("the proxy starts");
    let (dying, alive) = (open(&proxy.uri(&database)).await, open(&server.uri(&database)).await);
    let (sender, conversation) = notes(&alive).await;

    // It has changed the conversation, and is gone before it could commit that.
    let mut session = dying.session().await.expect("there is a session");
    session.start_transaction().await.expect("there is a transaction");
    let change = doc! { "$inc": { "rev": 1_i64 } };
    let conversations = dying.collection(CONVERSATIONS);
    let this = doc! { "_id": { "$eq": conversation.uuid() } };
    conversations.update_one(this, change).session(&mut session).await.expect("it is changed");
    proxy.refuse(true);

    let (client_id, at) = (ClientId::from_parts(1, [3; 10]), Timestamp(2));
    let text = Text::parse("hello").expect("this is a text");
    let sent = alive.commit([Verb::Send { conversation, client_id, text, reply_to: None }.by(sender, at)].into()).await;
    let sent = sent.expect("the other node is not held up for longer than one call");
    assert_eq!(sent[0].as_ref().map(|sent| sent.seq), Ok(Some(1)));
}
