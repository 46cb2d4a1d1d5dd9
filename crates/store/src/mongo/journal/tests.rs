use super::*;
use crate::StoreUrl;
use myna_chat::rules::{Change, Facts, Verb};
use myna_chat::store::{CommitStore, FeedStore, NewUser, UserStore};
use myna_mongo_server::{Topology, fresh_database_name, shared_of};
use myna_protocol::{ClientId, ConversationId, Name, Row, Text, Timestamp, UserId};
use std::time::Duration;

const ANN: UserId = UserId::from_bytes([1; 16]);
const NOTES: ConversationId = ConversationId::from_bytes([2; 16]);

fn say(text: &str) -> Change {
    let client_id = ClientId::from_bytes([text.as_bytes()[0] ^ text.as_bytes()[1]; 16]);
    let text = Text::parse(text).expect("this is a text");
    Verb::Send { conversation: NOTES, client_id, text, reply_to: None }.by(ANN, Timestamp(2))
}

/// A store on a standalone server, with Ann and her notes.
async fn standalone() -> Option<Mongo> {
    let server = match shared_of(Topology::Standalone).await.expect("a MongoDB server starts") {
        Ok(server) => server,
        Err(why) => {
            myna_mongo_server::skipped(why);
            return None;
        }
    };
    let url = server.uri(&fresh_database_name()).parse().expect("this is an address");
    let StoreUrl::Mongo(url) = url else { panic!("this is a MongoDB") };
    let store = Mongo::open(&url, Duration::ZERO).await.expect("it opens");
    let name = Name::parse("Ann").expect("this is a name");
    let user = NewUser { id: ANN, name, password_hash: "none".to_owned(), created_at: Timestamp(1) };
    store.create_user(user).await.expect("it is stored");
    let made = store.commit([Verb::Direct { id: NOTES, with: ANN }.by(ANN, Timestamp(1))].into()).await;
    assert!(made.expect("it is committed")[0].is_ok());
    Some(store)
}

#[tokio::test]
async fn a_commit_whose_answer_was_lost_is_not_written_over() {
    let Some(store) = standalone().await else { return };
    store.commit([say("one")].into()).await.expect("it is committed")[0].as_ref().expect("it may be sent");
    // The next one is in the journal, and nobody knows.
    let journal = store.journal.as_ref().expect("a standalone server has one");
    {
        let mut turn = journal.turn(&store).await.expect("it is free");
        let (facts, _) = store.decided(&[say("two")], Facts::default()).await.expect("it is decided");
        let puts = Puts::of(&facts.into_writes()).expect("they can be written");
        let entry = Entry { puts: puts.0.into_iter().map(Put::of).collect(), ..Entry::default() };
        let put = doc! { "$set": { "entry": serialize_to_document(&entry).expect("it can be written") } };
        store.collection(META).update_one(journal.mine(), put).await.expect("it is written");
        *turn.unsure = true;
    }
    let said = store.commit([say("three")].into()).await.expect("it is committed");
    assert_eq!(said[0].as_ref().expect("it may be sent").seq, Some(3));
    let rows = store.messages_before(NOTES, 10, 10).await.expect("it answers");
    let mut texts: Vec<_> = rows
        .iter()
        .filter_map(
            |row| if let Row::Message(message) = row { Some((message.seq, message.text.as_str())) } else { None },
        )
        .collect();
    texts.sort_unstable();
    assert_eq!(texts, [(1, "one"), (2, "two"), (3, "three")]);
    store.database.drop().await.expect("it is dropped");
}
