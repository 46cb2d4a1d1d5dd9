//! Rules of `Verb::RenameUser` and `Verb::RenameConversation`: of the verbs only what a driver has to keep for them.

use super::verbs::{
    ann_and_bob, begun, channel, commit, done, event_of, fresh, group, join, load, name, new_channel, one, people,
    person, rename, rename_user,
};
use myna_chat::store::{MAX_ROWS, Page, Store};
use myna_protocol::{Feed, FeedRows, Name, Person, Rejection, Row, UserId};

async fn found(store: &dyn Store, typed: &str) -> Vec<UserId> {
    let people = store.search_users(&Name::search_key(typed), 100).await.expect("the store answers");
    people.into_iter().map(|person| person.id).collect()
}

async fn server_since(store: &dyn Store, rev: u64, rows: u32) -> Option<FeedRows> {
    store.rows_since(Feed::Server, rev, Page { rows, ..MAX_ROWS }).await.expect("the store answers")
}

pub(crate) async fn a_renamed_person_is_found_by_the_new_name_alone(store: &dyn Store) {
    let (ann, bob) = ann_and_bob(store).await;
    let renamed = done(store, rename_user(ann, "Maria Anna Lopez")).await;
    assert_eq!(renamed.events.len(), 1, "one row, however many conversations");
    let event = event_of(&renamed.events, Feed::Server);
    let person = Person { id: ann, name: "Maria Anna Lopez".to_owned(), rev: event.rev };
    assert_eq!((event.from, event.rows.as_slice()), (event.rev - 1, &[Row::Person(person.clone())][..]));
    for typed in ["maria", "anna", "lopez", "anna lo"] {
        assert_eq!(found(store, typed).await, [ann], "{typed}");
    }
    assert_eq!(found(store, "ann l").await, []);
    let account = store.account_by_name_key(&name("MARIA ANNA LOPEZ").key()).await.expect("the store answers");
    assert_eq!(account.expect("she is there").user.id, ann);
    assert!(store.account_by_name_key(&name("Ann").key()).await.expect("the store answers").is_none());
    assert_eq!(store.people(&[ann]).await.expect("the store answers"), [person]);
    // The old name is free, the new one is not.
    done(store, rename_user(bob, "Ann")).await;
    assert_eq!(one(store, rename_user(bob, "maria anna LOPEZ")).await, Err(Rejection::NameTaken));
    assert_eq!(found(store, "bob").await, []);
}

pub(crate) async fn one_of_many_gets_a_new_name_asked_for_at_once(store: &dyn Store) {
    let crowd = people(store, 8).await;
    let asked = crowd.iter().map(|user| one(store, rename_user(*user, "The One")));
    let outcomes = futures_util::future::join_all(asked).await;
    assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 1);
    assert!(outcomes.iter().flat_map(|outcome| outcome.as_ref().err()).all(|refusal| *refusal == Rejection::NameTaken));
    assert_eq!(found(store, "the one").await.len(), 1);
}

pub(crate) async fn the_servers_feed_tells_who_changed_since(store: &dyn Store) {
    let (ann, bob) = ann_and_bob(store).await;
    let start = store.revs(&[Feed::Server]).await.expect("the store answers")[0].1;
    done(store, rename_user(ann, "Anna")).await;
    done(store, rename_user(bob, "Bobby")).await;
    done(store, rename_user(ann, "Annie")).await;
    assert!(done(store, rename_user(ann, "Annie")).await.events.is_empty(), "the same name changes nothing");
    let since = server_since(store, start, 100).await.expect("they are few");
    assert_eq!((since.from, since.rev), (start, start + 3));
    let names: Vec<_> = since
        .rows
        .iter()
        .map(|row| match row {
            Row::Person(person) => (person.id, person.name.as_str(), person.rev),
            other => panic!("not a person: {other:?}"),
        })
        .collect();
    assert_eq!(names, [(bob, "Bobby", start + 2), (ann, "Annie", start + 3)], "each once, by rev");
    assert_eq!(server_since(store, start, 1).await, None, "they are more than one");
    assert_eq!(server_since(store, start + 4, 100).await, None, "that is ahead of the feed");
    let heads = store.heads(ann).await.expect("the store answers");
    assert!(heads.iter().any(|head| (head.feed, head.rev) == (Feed::Server, start + 3)));
}

pub(crate) async fn a_load_brings_people_as_they_are_called_now(store: &dyn Store) {
    let (ann, bob) = ann_and_bob(store).await;
    let talk = group(store, ann, &[bob]).await;
    done(store, rename_user(bob, "Robert")).await;
    let loaded = load(store, talk).await;
    let robert = loaded.rows.iter().find_map(|row| match row {
        Row::Person(person) if person.id == bob => Some(person),
        _ => None,
    });
    assert_eq!(robert.expect("he comes with the load").name, "Robert");
}

pub(crate) async fn a_renamed_channel_is_found_by_the_new_name_alone(store: &dyn Store) {
    let (ann, bob) = ann_and_bob(store).await;
    let (old, new) = (format!("Kitchen {}", fresh()), format!("Garden Party {}", fresh()));
    let talk = begun(store, new_channel(ann, &old)).await;
    done(store, join(talk, bob)).await;
    assert_eq!(one(store, rename(talk, bob, Some(&new))).await, Err(Rejection::NotAllowed));
    assert_eq!(one(store, rename(talk, ann, None)).await, Err(Rejection::NameInvalid));
    done(store, rename(talk, ann, Some(&new))).await;
    let channels = async |typed: &str| {
        let found = store.search_channels(&Name::search_key(typed), 10).await.expect("the store answers");
        found.into_iter().map(|channel| channel.id).collect::<Vec<_>>()
    };
    assert_eq!((channels("party").await, channels("kitchen").await), (vec![talk], vec![]));
    let other = channel(store, ann).await;
    assert_eq!(one(store, rename(other, ann, Some(&new.to_uppercase()))).await, Err(Rejection::NameTaken));
    done(store, rename(other, ann, Some(&old))).await;
    assert_eq!(channels("kitchen").await, [other]);
}

pub(crate) async fn groups_may_share_a_name_and_lose_it(store: &dyn Store) {
    let (ann, bob) = ann_and_bob(store).await;
    let eve = person(store, "Eve").await;
    let (one_group, other) = (group(store, ann, &[bob]).await, group(store, ann, &[bob]).await);
    for talk in [one_group, other] {
        done(store, rename(talk, bob, Some("Friends"))).await;
    }
    assert_eq!(one(store, rename(other, eve, Some("Mine"))).await, Err(Rejection::NotFound));
    done(store, rename(other, ann, None)).await;
    let named = async |talk| super::verbs::conversation_row(&load(store, talk).await.rows).name.clone();
    assert_eq!((named(one_group).await.as_deref(), named(other).await), (Some("Friends"), None));
}

/// A driver writes rows in any order: a unique index must not meet one name twice meanwhile.
pub(crate) async fn a_name_that_a_batch_gives_up_is_free_in_the_next(store: &dyn Store) {
    let (ann, bob) = ann_and_bob(store).await;
    for [giver, taker] in [[ann, bob], [bob, ann]] {
        done(store, rename_user(ann, "Anton")).await;
        done(store, rename_user(bob, "Bertha")).await;
        let given = if giver == ann { "Anton" } else { "Bertha" };
        let outcomes = commit(store, vec![rename_user(giver, "Carla"), rename_user(taker, given)]).await;
        assert!(outcomes[0].is_ok());
        assert_eq!(outcomes[1], Err(Rejection::NameTaken));
        done(store, rename_user(taker, given)).await;
        done(store, rename_user(taker, &format!("Taker {}", fresh()))).await;
    }
    let mut channels = [channel(store, ann).await, channel(store, ann).await];
    for _ in 0..2 {
        channels.reverse();
        let [one, two] = channels;
        let (first, second) = (format!("first {}", fresh()), format!("second {}", fresh()));
        done(store, rename(one, ann, Some(&first))).await;
        let outcomes = commit(store, vec![rename(one, ann, Some(&second)), rename(two, ann, Some(&first))]).await;
        assert!(outcomes[0].is_ok());
        assert_eq!(outcomes[1], Err(Rejection::NameTaken));
        done(store, rename(two, ann, Some(&first))).await;
    }
}
