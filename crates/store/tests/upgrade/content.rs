//! What release 0.1.0 has written into the stores under `releases`: four people with sessions, two direct conversations,
//! two groups, a channel.

use crate::contract::verbs::{ALL, done, members, rename, rename_user, say, texts};
use myna_chat::store::Store;
use myna_protocol::{Feed, Name, Row, UserId};
use myna_store::archive::check;
use myna_store::{Purpose, StoreUrl, open_archive};
use std::time::Duration;

async fn person(store: &dyn Store, name: &str) -> UserId {
    let people = store.search_users(&Name::search_key(name), 2).await.expect("the store answers");
    assert_eq!(people.len(), 1, "{name}");
    people[0].id
}

/// Everything is there, in order, and everything new works on it.
pub(crate) async fn keeps_everything_and_goes_on(store: &dyn Store) {
    let (ann, bob) = (person(store, "Ann").await, person(store, "Bob").await);
    for name in ["cruz", "Eve"] {
        person(store, name).await;
    }
    let heads = store.heads(ann).await.expect("the store answers");
    let mut talks = Vec::new();
    for head in heads {
        if let Feed::Conversation(id) = head.feed {
            assert!(head.active_at.millis() > 1_700_000_000_000, "{head:?}");
            talks.push(id);
        }
    }
    let loaded = store.load_conversations(&talks, ALL).await.expect("the store answers");
    let mut sizes: Vec<_> = loaded.iter().map(|talk| (texts(&talk.rows).len(), members(&talk.rows).len())).collect();
    sizes.sort_unstable();
    assert_eq!(sizes, [(0, 3), (1, 1), (1, 3), (12, 2), (12, 3)], "messages and members");
    let talk = loaded.iter().find(|talk| texts(&talk.rows).len() == 12 && members(&talk.rows).len() == 2);
    let talk = talk.expect("Ann and Bob have talked");
    assert_eq!(texts(&talk.rows)[11], "message 11 \u{1f986}");
    let is_bob = |row: &Row| matches!(row, Row::Person(person) if person.id == bob && person.name == "Bob");
    assert!(talk.rows.iter().any(is_bob), "people come with what is loaded");
    let Feed::Conversation(id) = talk.feed else { panic!("not a conversation: {}", talk.feed) };
    assert_eq!(done(store, say(id, ann, "and on")).await.seq, Some(13));
    done(store, rename_user(bob, "Robert")).await;
    let group = loaded.iter().find(|talk| texts(&talk.rows).is_empty()).expect("there is a silent group");
    let Feed::Conversation(group) = group.feed else { panic!("not a conversation: {}", group.feed) };
    done(store, rename(group, ann, Some("Friends"))).await;
}

/// What is wrong with a store, in words.
pub(crate) async fn violations(url: &StoreUrl) -> Vec<String> {
    let archive = open_archive(url, Purpose::Look, Duration::ZERO).await.expect("it opens as an archive");
    let mut found = Vec::new();
    check(&*archive, &mut |violation| found.push(violation.to_string())).await.expect("it can be read");
    found
}
