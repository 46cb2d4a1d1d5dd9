//! Rules of `UserStore`.

use super::verbs::{a_user_id, fresh, name, new_user, person};
use futures_util::future::join_all;
use myna_chat::store::{Store, StoreError};
use myna_protocol::{Name, UserId};

async fn found(store: &dyn Store, typed: &str) -> Vec<String> {
    let people = store.search_users(&Name::search_key(typed), 100).await.expect("the store answers");
    people.into_iter().map(|person| person.name).collect()
}

pub(crate) async fn a_person_is_found_by_the_key_of_their_name(store: &dyn Store) {
    let ann = new_user("Ánn Ｍaria");
    store.create_user(ann.clone()).await.expect("the name is free");
    let account = store.account_by_name_key(&name("áNN mARIA").key()).await.expect("the store answers");
    let account = account.expect("she is there");
    assert_eq!(account.user.id, ann.id);
    assert_eq!(account.user.name, ann.name.as_str());
    assert_eq!(account.password_hash, ann.password_hash);
}

pub(crate) async fn nobody_has_an_unknown_name(store: &dyn Store) {
    person(store, "Ann").await;
    for key in ["an", "ann ", "Ann", "%", ""] {
        assert!(store.account_by_name_key(key).await.expect("the store answers").is_none(), "{key:?}");
    }
}

pub(crate) async fn a_name_is_taken_whatever_its_case(store: &dyn Store) {
    let ann = person(store, "Ann").await;
    let other = new_user("aNN");
    let refused = store.create_user(other.clone()).await;
    assert!(matches!(refused, Err(StoreError::Conflict)), "{refused:?}");
    assert_eq!(
        store.account_by_name_key("ann").await.expect("the store answers").map(|found| found.user.id),
        Some(ann)
    );
    assert_eq!(found(store, "ann").await, ["Ann"]);
    assert!(store.people(&[other.id]).await.expect("the store answers").is_empty());
}

pub(crate) async fn one_of_many_gets_a_name_asked_for_at_once(store: &dyn Store) {
    let asked = join_all((0..20).map(|_| store.create_user(new_user("Ann")))).await;
    assert_eq!(asked.iter().filter(|answer| answer.is_ok()).count(), 1);
    assert!(asked.iter().all(|answer| matches!(answer, Ok(()) | Err(StoreError::Conflict))));
    assert_eq!(found(store, "").await, ["Ann"]);
}

pub(crate) async fn a_password_hash_is_replaced(store: &dyn Store) {
    let ann = person(store, "Ann").await;
    person(store, "Bob").await;
    store.set_password_hash(ann, "$argon2id$new").await.expect("the store writes");
    let hash = async |key| {
        let account = store.account_by_name_key(key).await.expect("the store answers");
        account.expect("they are there").password_hash
    };
    assert_eq!(hash("ann").await, "$argon2id$new");
    assert_eq!(hash("bob").await, "$argon2id$hash");
}

pub(crate) async fn people_are_found_by_their_ids(store: &dyn Store) {
    let ann = person(store, "Ann").await;
    let bob = person(store, "Bob").await;
    person(store, "Cy").await;
    let mut found = store.people(&[bob, a_user_id(), ann, bob]).await.expect("the store answers");
    found.sort_by(|one, other| one.name.cmp(&other.name));
    let found: Vec<(UserId, &str)> = found.iter().map(|user| (user.id, user.name.as_str())).collect();
    assert_eq!(found, [(ann, "Ann"), (bob, "Bob")]);
    assert!(store.people(&[]).await.expect("the store answers").is_empty());
}

pub(crate) async fn people_are_found_by_the_beginning_of_any_word(store: &dyn Store) {
    for called in ["Ann Maria Bo", "Mary", "Bob", "Joann"] {
        person(store, called).await;
    }
    assert_eq!(found(store, "MAR").await, ["Ann Maria Bo", "Mary"]);
    assert_eq!(found(store, "bo").await, ["Ann Maria Bo", "Bob"]);
    assert_eq!(found(store, "ann").await, ["Ann Maria Bo"], "the middle of a word does not count");
    assert_eq!(found(store, "bobb").await, [""; 0]);
}

pub(crate) async fn people_are_found_by_several_words_in_a_row(store: &dyn Store) {
    for called in ["Ann Maria Bo", "Maria Cy"] {
        person(store, called).await;
    }
    assert_eq!(found(store, "ann mar").await, ["Ann Maria Bo"]);
    assert_eq!(found(store, "maria b").await, ["Ann Maria Bo"]);
    assert_eq!(found(store, "ann bo").await, [""; 0]);
}

pub(crate) async fn a_person_is_found_once_however_many_words_match(store: &dyn Store) {
    person(store, "An Anna Annabel").await;
    assert_eq!(found(store, "an").await, ["An Anna Annabel"]);
}

pub(crate) async fn people_are_listed_by_the_key_of_their_name(store: &dyn Store) {
    for called in ["cy", "Ann", "ánn", "bob", "Ann B"] {
        person(store, called).await;
    }
    assert_eq!(found(store, "").await, ["Ann", "Ann B", "bob", "cy", "ánn"]);
    let limited = async |prefix, limit| {
        let people = store.search_users(prefix, limit).await.expect("the store answers");
        people.into_iter().map(|person| person.name).collect::<Vec<_>>()
    };
    assert_eq!(limited("", 2).await, ["Ann", "Ann B"]);
    assert_eq!(limited("a", 1).await, ["Ann"]);
    assert_eq!(limited("", 0).await, [""; 0]);
}

pub(crate) async fn signs_of_query_languages_stand_for_themselves(store: &dyn Store) {
    person(store, "Ann").await;
    for typed in [
        "%",
        "_nn",
        "a%",
        "*",
        "a*",
        ".*",
        "^a",
        "$ne",
        "{\"$gt\":\"\"}",
        "' OR 1=1 --",
        "\\",
        "[a-z]",
        "\0",
        "\u{10ffff}",
    ] {
        assert_eq!(found(store, typed).await, [""; 0], "{typed:?}");
    }
    for odd in ["100%", "a_b", "$where", "o'neil", "\"quoted\"", "back\\slash", "z\u{10ffff}"] {
        let called = format!("{odd} {}", fresh());
        person(store, &called).await;
        assert_eq!(found(store, odd).await, [called]);
    }
    assert_eq!(found(store, "z").await.len(), 1);
}
