//! What only the driver itself can show: which index answers each hot query.

use super::commit::{personal, personal_of, reactions_of, reactions_to, sent_before};
use super::documents::{
    AsUuid, CONVERSATIONS, JOBS, MEMBERS, MESSAGES, PERSONAL, Pair, REACTIONS, SESSIONS, USERS, token_hash, uuids,
};
use super::reading::{Query, by_id};
use super::{Mongo, conversations, feeds, history, jobs, users};
use mongodb::bson::{Bson, Document, doc};
use myna_chat::bus::Bus;
use myna_chat::health::Monitor;
use myna_chat::rules::{PersonalItem, ScheduleBounds, Verb};
use myna_chat::store::{CommitStore, NewSession, NewUser, SessionStore, UserStore};
use myna_protocol::{ClientId, ConversationId, Emoji, Name, SessionId, Text, Timestamp, UserId};
use std::io::Write;
use std::sync::Arc;
use std::time::Duration;

/// How many keys may be looked at for each document that is found.
const KEYS_A_DOCUMENT: i64 = 2;

/// A question, and whether its plan is that of an aggregation.
struct Hot {
    name: &'static str,
    command: Document,
}

fn id(n: u64) -> [u8; 16] {
    let mut bytes = [7; 16];
    bytes[8..].copy_from_slice(&n.to_be_bytes());
    bytes
}

fn user(n: u64) -> UserId {
    UserId::from_bytes(id(n))
}

fn conversation(n: u64) -> ConversationId {
    ConversationId::from_bytes(id(1_000 + n))
}

/// Twenty people; ten channels with all of them and forty messages each; a direct conversation for each with the first.
async fn fill(store: &Mongo) {
    let at = Timestamp(1);
    for n in 0..20 {
        let name = Name::parse(&format!("Person{n:02} Smith{n:02}")).expect("this is a name");
        let new = NewUser { id: user(n), name, password_hash: "none".to_owned(), created_at: at };
        store.create_user(new).await.expect("it is stored");
        let expires_at = Timestamp(4_000_000_000_000);
        let id = SessionId::from_bytes(id(n));
        let session = NewSession { id, token_hash: [n as u8; 32], user: user(n), created_at: at, expires_at };
        store.create_session(session).await.expect("it is stored");
    }
    let mut changes = Vec::new();
    for n in 0..10 {
        let name = Name::parse(&format!("Channel {n:02}")).expect("this is a name");
        changes.push(Verb::Channel { id: conversation(n), name }.by(user(0), at));
        changes.extend((1..20).map(|who| Verb::Join { conversation: conversation(n) }.by(user(who), at)));
    }
    changes.extend((1..20).map(|who| Verb::Direct { id: conversation(100 + who), with: user(who) }.by(user(0), at)));
    for n in 0..10 {
        changes.extend((0..40).map(|m| {
            let text = Text::parse("hello").expect("this is a text");
            let (conversation, client_id) = (conversation(n), ClientId::from_bytes(id(m)));
            Verb::Send { conversation, client_id, text, reply_to: (m >= 30).then_some(1) }.by(user(m % 20), at)
        }));
    }
    // Some of them are taken back.
    for n in 0..10 {
        let most = 500;
        let react = |seq, emoji: Option<&str>| {
            let emoji = emoji.map(|emoji| Emoji::parse(emoji).expect("it is an emoji"));
            Verb::React { conversation: conversation(n), seq, emoji, most }
        };
        changes.extend((1..=40).flat_map(|seq| (0..4).map(move |who| react(seq, Some("👍")).by(user(who), at))));
        changes.extend((1..=40).flat_map(|seq| (0..1).map(move |who| react(seq, None).by(user(who), at))));
    }
    let bounds = ScheduleBounds { messages: 100, ahead: 1_000 };
    for n in 1..20 {
        let text = Text::parse("later").expect("this is a text");
        let scheduled = |m: u64| Verb::ScheduleMessage {
            conversation: conversation(0),
            client_id: client_id(1_000 + m),
            text: text.clone(),
            reply_to: None,
            send_at: Timestamp(100),
            job: id(5_000 + 10 * n + m),
            bounds,
        };
        changes.extend((0..4).map(|m| scheduled(m).by(user(n), at)));
        // Some of them are deleted.
        changes.extend((2..4).map(|m| Verb::DeleteScheduled { client_id: client_id(1_000 + m) }.by(user(n), at)));
    }
    for n in 0..3 {
        let name = Name::parse(&format!("Person{n:02} Smythe{n:02}")).expect("this is a name");
        changes.push(Verb::RenameUser { name }.by(user(n), at));
    }
    for batch in changes.chunks(200) {
        let outcomes = store.commit(batch.into()).await.expect("it is committed");
        assert!(outcomes.iter().all(Result::is_ok), "all may be done");
    }
}

fn hot() -> Vec<Hot> {
    let talk = conversation(3).uuid();
    let many: Vec<_> = (0..10).map(conversation).collect();
    let find = |name, collection: &str, query: Query| Hot { name, command: query.command(collection) };
    let aggregate = |name, collection: &str, pipeline: Vec<Document>| Hot {
        name,
        command: doc! { "aggregate": collection, "pipeline": pipeline, "cursor": {} },
    };
    let of = |filter: Document| Query::of(filter);
    let newest = many.iter().map(|id| (id.uuid(), 40));
    vec![
        find("sign in: a person by name", USERS, of(doc! { "name_key": { "$eq": "person07 smith07" } })),
        find(
            "every request: a session by its token",
            SESSIONS,
            of(doc! { "token_hash": { "$eq": token_hash(&[7; 32]) } }),
        ),
        find("every request: a person by id", USERS, by_id(user(7).uuid())),
        find(
            "search: people by the beginning of a word",
            USERS,
            of(users::by_word("smith0")).sorted(doc! { "name_key": 1 }),
        ),
        find("search: channels by the beginning of a word", CONVERSATIONS, conversations::channels_by_word("chan", 20)),
        find("search: all channels by name", CONVERSATIONS, conversations::channels_by_word("", 5)),
        aggregate(
            "each command: what somebody is in a conversation",
            MEMBERS,
            conversations::access(user(7).uuid(), talk),
        ),
        find("load: a person's memberships", MEMBERS, feeds::memberships(user(7).uuid())),
        aggregate("hello: how far a person's feeds have come", USERS, feeds::heading(user(7).uuid())),
        aggregate("hello: whom a person sees online", MEMBERS, feeds::peering(user(7).uuid())),
        find("other nodes: how far feeds have come", CONVERSATIONS, feeds::counters(uuids(&many))),
        find("resync: people since a rev", USERS, feeds::changed_people(1, 100)),
        find("members: the next page of them", MEMBERS, feeds::members_from(talk, Some((3, user(2).uuid())), 10)),
        find("due jobs: those that are due", JOBS, jobs::due(Timestamp(100), 10)),
        find("due jobs: the next one", JOBS, jobs::next()),
        find("resync: messages since a rev", MESSAGES, feeds::stamped_since(talk, 50, 100)),
        find("resync: members since a rev", MEMBERS, feeds::stamped_since(talk, 15, 100)),
        find("load: what belongs to a person alone", PERSONAL, feeds::personal(user(7).uuid())),
        find(
            "resync: what belongs to a person alone since a rev",
            PERSONAL,
            feeds::personal_since(user(7).uuid(), 8, 100),
        ),
        find(
            "commit: a personal row",
            PERSONAL,
            of(personal(&[(user(7), PersonalItem::Scheduled(client_id(1_000)))]).expect("there are some")),
        ),
        find("commit: all personal rows", PERSONAL, of(personal_of(&[user(7)]).expect("there are some"))),
        find("resync: memberships since a rev", MEMBERS, feeds::memberships_since(user(7).uuid(), 8, 100)),
        find("history: the page before a message", MESSAGES, history::page_before(talk, 30, 20)),
        find("history: the replies of a thread", MESSAGES, history::replies(talk, 1, 40, 20)),
        find("history: messages at their places", MESSAGES, history::at(talk, vec![3, 4, 7, 30, 31, 32])),
        find("history: the reactions to such messages", REACTIONS, history::reactions_to(talk, vec![10, 20])),
        find("history: the page after a message", MESSAGES, history::page_after(talk, 10, 20)),
        find(
            "history: the senders of a page",
            MEMBERS,
            history::members(talk, (0..5).map(|n| user(n).uuid()).collect()),
        ),
        find("resync: reactions since a rev", REACTIONS, feeds::stamped_since(talk, 100, 100)),
        find("history: the reactions of a page", REACTIONS, history::reactions_of_one(talk, 10, 30)),
        find(
            "load: the reactions of many",
            REACTIONS,
            history::reactions_of_many(many.iter().map(|id| (id.uuid(), 36, 40))),
        ),
        find(
            "commit: how many reactions a message has",
            REACTIONS,
            reactions_to(&[(conversation(3), 7)]).expect("there are some"),
        ),
        find(
            "commit: a person's reaction to a message",
            REACTIONS,
            of(reactions_of(&[(conversation(3), 7, user(3))]).expect("there are some")),
        ),
        find("load: the newest messages of many", MESSAGES, history::newest_pages(newest, 5).expect("there are some")),
        aggregate("load: conversations and their first members", CONVERSATIONS, feeds::loading(uuids(&many), 8)),
        find("commit: conversations by id", CONVERSATIONS, of(doc! { "_id": { "$in": uuids(&many) } })),
        find("commit: the conversation of a pair", CONVERSATIONS, of(doc! { "pair": { "$in": [pair(0, 7)] } })),
        find("commit: a channel by name", CONVERSATIONS, of(doc! { "name_key": { "$in": ["channel 03"] } })),
        find(
            "commit: was it sent before",
            MESSAGES,
            of(sent_before(&[7, 27].map(|message| (conversation(3), user(7), client_id(message))))
                .expect("there are some")),
        ),
        find(
            "commit: a member as it was read",
            MEMBERS,
            of(doc! {
                "conversation_id": talk, "user_id": user(7).uuid(), "read_seq": { "$eq": 28_i64 },
            }),
        ),
    ]
}

fn client_id(message: u64) -> ClientId {
    ClientId::from_bytes(id(message))
}

fn pair(one: u64, other: u64) -> Document {
    let Pair { low, high } = Pair::of(user(one), user(other));
    doc! { "low": low, "high": high }
}

/// Every value under this key, at any depth.
fn all<'a>(document: &'a Document, key: &str, found: &mut Vec<&'a Bson>) {
    for (name, value) in document {
        if name == key {
            found.push(value);
        }
        match value {
            Bson::Document(inner) => all(inner, key, found),
            Bson::Array(items) => items.iter().filter_map(Bson::as_document).for_each(|inner| all(inner, key, found)),
            _ => {}
        }
    }
}

/// What an `explain` says: the stages of the plan, the indexes, and the keys and documents of its main part.
struct Plan {
    stages: Vec<String>,
    indexes: Vec<String>,
    keys: i64,
    found: i64,
}

impl Plan {
    fn of(explained: &Document) -> Self {
        let texts = |key| {
            let mut found = Vec::new();
            all(explained, key, &mut found);
            let mut texts: Vec<String> = found.iter().filter_map(|it| it.as_str()).map(str::to_owned).collect();
            texts.sort();
            texts.dedup();
            texts
        };
        let number = |key| {
            let mut found = Vec::new();
            all(explained, key, &mut found);
            let number = |it: &&Bson| it.as_i64().or_else(|| it.as_i32().map(i64::from));
            found.iter().find_map(number).unwrap_or_else(|| panic!("no {key} in {explained}"))
        };
        let mut stages = texts("stage");
        stages.retain(|stage| stage.ends_with("SCAN") || stage.contains("IDHACK"));
        let keys = number("totalKeysExamined");
        Self { stages, indexes: texts("indexName"), keys, found: number("nReturned") }
    }
}

#[tokio::test]
async fn every_hot_query_reads_an_index_and_little_more_of_it_than_it_finds() {
    let Some(server) = myna_mongo_server::shared().await.expect("a MongoDB server starts") else { return };
    let url = server.uri(&myna_mongo_server::fresh_database_name()).parse().expect("this is an address");
    let crate::StoreUrl::Mongo(url) = url else { panic!("this is a MongoDB") };
    let store = Mongo::open(&url, Duration::ZERO).await.expect("it opens");
    fill(&store).await;
    let mut told = format!("explain on {}\n", server.name());
    let mut wrong = Vec::new();
    for Hot { name, command } in hot() {
        let explain = doc! { "explain": command, "verbosity": "executionStats" };
        let explained = store.database.run_command(explain).await.expect("it can be explained");
        let Plan { stages, indexes, keys, found } = Plan::of(&explained);
        told +=
            &format!("  {name:52} {:14} {:28} {keys:4} keys {found:4} found\n", stages.join(" "), indexes.join(" "));
        let scans = stages.is_empty() || stages.iter().any(|stage| stage.contains("COLLSCAN"));
        if scans || found == 0 || keys > found * KEYS_A_DOCUMENT {
            wrong.push(name);
        }
    }
    // Somebody may have closed it.
    let _ = std::io::stderr().write_all(told.as_bytes());
    assert!(wrong.is_empty(), "{wrong:?}\n{told}");
    store.database.drop().await.expect("it is dropped");
}

#[tokio::test]
async fn the_tasks_of_a_node_are_supervised() {
    let Some(server) = myna_mongo_server::shared().await.expect("a MongoDB server starts") else { return };
    let url = server.uri(&myna_mongo_server::fresh_database_name()).parse().expect("this is an address");
    let crate::StoreUrl::Mongo(url) = url else { panic!("this is a MongoDB") };
    let store = Mongo::open(&url, Duration::ZERO).await.expect("it opens");
    let notices = store.listen().expect("there may be other nodes");
    let expected: &[_] =
        if store.is_standalone { &["MongoDB heartbeat"] } else { &["MongoDB change stream", "MongoDB heartbeat"] };
    let started = async {
        while store.supervisor().tasks().len() < expected.len() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), started).await.expect("they start");
    assert_eq!(store.supervisor().tasks().into_keys().collect::<Vec<_>>(), expected);
    assert!(Arc::ptr_eq(&notices, &store.listen().expect("there still may be")), "there is one stream");
    store.database.drop().await.expect("it is dropped");
    store.close().await;
}
