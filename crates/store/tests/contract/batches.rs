//! Rules of a batch as a whole.

use super::verbs::{
    a_conversation_id, ann_and_bob, channel, commit, direct, join, leave, load, name, new_channel, now, people, person,
    read, say, seqs, texts,
};
use futures_util::future::join_all;
use myna_chat::rules::Verb;
use myna_chat::store::Store;
use myna_protocol::{Rejection, Row};

pub(crate) async fn an_empty_batch_is_answered_by_nothing(store: &dyn Store) {
    assert!(commit(store, Vec::new()).await.is_empty());
}

pub(crate) async fn a_refused_change_does_not_stop_the_others(store: &dyn Store) {
    let (ann, bob) = ann_and_bob(store).await;
    let eve = person(store, "Eve").await;
    let talk = direct(store, ann, bob).await;
    let outcomes = commit(
        store,
        vec![
            say(talk, ann, "one"),
            say(talk, eve, "refused"),
            leave(talk, bob),
            say(talk, bob, "two"),
            join(talk, eve),
            new_channel(eve, "News"),
            new_channel(ann, "nEWS"),
            say(talk, ann, "three"),
        ],
    )
    .await;
    let rejections: Vec<_> = outcomes.iter().map(|outcome| outcome.as_ref().err().copied()).collect();
    let (not_found, stays, taken) =
        (Some(Rejection::NotFound), Some(Rejection::DirectStays), Some(Rejection::NameTaken));
    assert_eq!(rejections, [None, not_found, stays, None, not_found, None, taken, None]);
    let loaded = load(store, talk).await;
    assert_eq!((texts(&loaded.rows), loaded.rev), (vec!["one", "two", "three"], 4));
}

pub(crate) async fn a_change_sees_those_before_it_in_its_batch(store: &dyn Store) {
    let (ann, bob) = ann_and_bob(store).await;
    let (id, at) = (a_conversation_id(), now());
    let outcomes = commit(
        store,
        vec![
            say(id, ann, "too early"),
            Verb::Channel { id, name: name("News") }.by(ann, at),
            say(id, ann, "one"),
            say(id, bob, "not in it yet"),
            join(id, bob),
            say(id, bob, "two"),
            read(id, ann, 2),
            leave(id, bob),
            say(id, bob, "not in it any more"),
        ],
    )
    .await;
    let done: Vec<_> = outcomes.iter().map(Result::is_ok).collect();
    assert_eq!(done, [false, true, true, false, true, true, true, true, false]);
    assert_eq!(texts(&load(store, id).await.rows), ["one", "two"]);
}

pub(crate) async fn the_events_of_a_feed_follow_each_other_without_a_gap(store: &dyn Store) {
    let (ann, bob) = ann_and_bob(store).await;
    let talk = channel(store, ann).await;
    let batch =
        vec![join(talk, bob), say(talk, bob, "one"), read(talk, ann, 1), say(talk, ann, "two"), leave(talk, bob)];
    let mut heads = std::collections::HashMap::new();
    for outcome in commit(store, batch).await {
        for event in outcome.expect("each is allowed").events {
            assert_eq!(event.rev, event.from + 1);
            let own = event.rows.iter().filter(|row| !matches!(row, Row::Person(_)));
            assert!(own.map(Row::rev).all(|rev| rev == event.rev), "{event:?}");
            if let Some(head) = heads.insert(event.feed, event.rev) {
                assert_eq!(event.from, head, "{:?}", event.feed);
            }
        }
    }
    assert_eq!(heads.len(), 3);
}

pub(crate) async fn a_batch_repeated_as_a_whole_is_harmless(store: &dyn Store) {
    let (ann, bob) = ann_and_bob(store).await;
    let (id, at) = (a_conversation_id(), now());
    let batch = vec![
        Verb::Group { id, name: None, members: vec![bob] }.by(ann, at),
        say(id, ann, "one"),
        say(id, bob, "two"),
        read(id, ann, 2),
    ];
    let first = commit(store, batch.clone()).await;
    let loaded = load(store, id).await;
    let again = commit(store, batch).await;
    for (first, again) in first.into_iter().zip(again) {
        let (first, again) = (first.expect("it is allowed"), again.expect("it is still allowed"));
        assert_eq!((first.conversation, first.seq), (again.conversation, again.seq));
        assert!(again.events.is_empty());
    }
    assert_eq!(load(store, id).await, loaded);
}

pub(crate) async fn batches_at_once_do_not_mix(store: &dyn Store) {
    let crowd = people(store, 8).await;
    let talk = channel(store, crowd[0]).await;
    // Each comes, says three things and goes, many times, all at once: who speaks was in it, and it ends as it began.
    let visits = join_all(crowd[1..].iter().map(|user| async {
        for number in 0..5 {
            let mut batch = vec![join(talk, *user)];
            batch.extend((0..3).map(|part| say(talk, *user, &format!("{number} {part}"))));
            batch.extend([leave(talk, *user), say(talk, *user, "gone")]);
            let outcomes = commit(store, batch).await;
            assert_eq!(outcomes.last(), Some(&Err(Rejection::NotFound)));
            assert!(outcomes[..5].iter().all(Result::is_ok), "{outcomes:?}");
        }
    }));
    visits.await;
    let loaded = load(store, talk).await;
    assert_eq!(super::verbs::conversation_row(&loaded.rows).members, 1);
    assert_eq!(seqs(&loaded.rows), (1..=105).collect::<Vec<_>>());
    assert_eq!(loaded.rev, 1 + 105 + 70);
}
