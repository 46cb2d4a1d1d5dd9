//! Rules of `Verb::Direct`, `Verb::Group` and `Verb::Channel`.

use super::verbs::{
    a_conversation_id, a_user_id, ann_and_bob, begun, channel, commit, conversation_row, direct, done, event_of, feeds,
    group, load, members, membership, name, new_channel, new_direct, new_group, now, one, people, person, said,
};
use futures_util::future::join_all;
use myna_chat::rules::{Committed, Verb};
use myna_chat::store::Store;
use myna_protocol::{Conversation, ConversationId, Feed, Kind, Rejection, Row, UserId};

/// A conversation has begun as every conversation does: one event with all its rows, and one for each member.
async fn has_begun(store: &dyn Store, made: &Committed, expected: Conversation, people: &[UserId]) {
    let id = expected.id;
    assert_eq!((made.conversation, made.seq), (Some(id), None));
    let mut joined = made.joined.clone();
    let mut people = people.to_vec();
    joined.sort_unstable();
    people.sort_unstable();
    assert_eq!(joined, people);
    assert!(made.left.is_empty());
    assert_eq!(feeds(&made.events)[0], Feed::Conversation(id));
    assert_eq!(made.events.len(), 1 + people.len());

    let event = &made.events[0];
    assert_eq!((event.from, event.rev), (0, 1));
    assert_eq!(conversation_row(&event.rows), &expected);
    assert_eq!(event.rows.len(), 1 + 2 * people.len(), "each member with who they are");
    let mut told: Vec<UserId> = members(&event.rows).iter().map(|member| member.user).collect();
    told.sort_unstable();
    assert_eq!(told, people);
    for member in members(&event.rows) {
        assert_eq!(
            (member.joined_seq, member.left_seq, member.read_seq, member.read_at, member.rev),
            (0, None, 0, None, 1)
        );
    }
    for user in people {
        let event = event_of(&made.events, Feed::User(user));
        assert_eq!(event.rev, event.from + 1);
        let [Row::Membership(own)] = event.rows.as_slice() else { panic!("not a membership: {event:?}") };
        assert_eq!((own.conversation, own.joined, own.read_seq, own.rev), (id, true, 0, event.rev));
        assert_eq!(membership(store, user, id).await.as_ref(), Some(own), "what is stored is what was told");
    }
    let loaded = load(store, id).await;
    assert_eq!((loaded.rev, conversation_row(&loaded.rows)), (1, &expected));
}

pub(crate) async fn a_direct_conversation_begins_with_two(store: &dyn Store) {
    let (ann, bob) = ann_and_bob(store).await;
    let (id, at) = (a_conversation_id(), now());
    let made = done(store, Verb::Direct { id, with: bob }.by(ann, at)).await;
    let expected = Conversation {
        id,
        kind: Kind::Direct,
        name: None,
        created_by: ann,
        created_at: at,
        members: 2,
        receipts: true,
        rev: 1,
    };
    has_begun(store, &made, expected, &[ann, bob]).await;
}

pub(crate) async fn a_note_to_self_begins_with_one(store: &dyn Store) {
    let (ann, bob) = ann_and_bob(store).await;
    let (id, at) = (a_conversation_id(), now());
    let made = done(store, Verb::Direct { id, with: ann }.by(ann, at)).await;
    let expected = Conversation {
        id,
        kind: Kind::Direct,
        name: None,
        created_by: ann,
        created_at: at,
        members: 1,
        receipts: true,
        rev: 1,
    };
    has_begun(store, &made, expected, &[ann]).await;
    assert_eq!(direct(store, ann, ann).await, id);
    assert_ne!(direct(store, ann, bob).await, id);
    assert_eq!(said(store, id, ann, "milk").await, 1);
}

pub(crate) async fn a_pair_has_one_direct_conversation_in_either_order(store: &dyn Store) {
    let (ann, bob) = ann_and_bob(store).await;
    let cy = person(store, "Cy").await;
    let talk = direct(store, ann, bob).await;
    for (user, with) in [(ann, bob), (bob, ann)] {
        let again = done(store, new_direct(user, with)).await;
        assert_eq!(again.conversation, Some(talk));
        assert!(again.events.is_empty() && again.joined.is_empty());
    }
    let others = [direct(store, ann, cy).await, direct(store, cy, bob).await, group(store, ann, &[bob]).await];
    assert!(!others.contains(&talk));
}

pub(crate) async fn a_pair_that_meets_many_times_at_once_has_one_conversation(store: &dyn Store) {
    let (ann, bob) = ann_and_bob(store).await;
    let pairs = (0..20).map(|number| if number % 2 == 0 { (ann, bob) } else { (bob, ann) });
    let made = join_all(pairs.map(|(user, with)| done(store, new_direct(user, with)))).await;
    assert!(made.iter().all(|again| again.conversation == made[0].conversation));
    assert_eq!(made.iter().filter(|again| !again.events.is_empty()).count(), 1);
    assert_eq!(store.load_user(ann).await.expect("the store answers").rows.len(), 1);
}

pub(crate) async fn nobody_talks_with_somebody_who_does_not_exist(store: &dyn Store) {
    let (ann, bob) = ann_and_bob(store).await;
    assert_eq!(one(store, new_direct(ann, a_user_id())).await, Err(Rejection::NotFound));
    assert_eq!(one(store, new_group(ann, &[bob, a_user_id()])).await, Err(Rejection::NotFound));
    for user in [ann, bob] {
        let own = store.load_user(user).await.expect("the store answers");
        assert_eq!((own.rev, own.rows.len()), (0, 0), "nothing was made");
    }
}

pub(crate) async fn a_direct_conversation_takes_no_taken_id(store: &dyn Store) {
    let (ann, bob) = ann_and_bob(store).await;
    let id = group(store, ann, &[bob]).await;
    let refused = one(store, Verb::Direct { id, with: bob }.by(ann, now())).await;
    assert_eq!(refused, Err(Rejection::IdTaken));
}

pub(crate) async fn a_group_begins_with_its_people(store: &dyn Store) {
    let crowd = people(store, 4).await;
    let (id, at) = (a_conversation_id(), now());
    let called = Some(name("The Four"));
    let made = done(store, Verb::Group { id, name: called, members: crowd[1..].to_vec() }.by(crowd[0], at)).await;
    let expected = Conversation {
        id,
        kind: Kind::Group,
        name: Some("The Four".to_owned()),
        created_by: crowd[0],
        created_at: at,
        members: 4,
        receipts: true,
        rev: 1,
    };
    has_begun(store, &made, expected, &crowd).await;
}

pub(crate) async fn a_channel_begins_with_its_maker(store: &dyn Store) {
    let (ann, _) = ann_and_bob(store).await;
    let (id, at) = (a_conversation_id(), now());
    let made = done(store, Verb::Channel { id, name: name("News") }.by(ann, at)).await;
    let expected = Conversation {
        id,
        kind: Kind::Channel,
        name: Some("News".to_owned()),
        created_by: ann,
        created_at: at,
        members: 1,
        receipts: false,
        rev: 1,
    };
    has_begun(store, &made, expected, &[ann]).await;
}

pub(crate) async fn a_conversation_made_again_is_the_first_one(store: &dyn Store) {
    let (ann, bob) = ann_and_bob(store).await;
    for change in [new_group(ann, &[bob]), new_channel(ann, "News")] {
        let first = begun(store, change.clone()).await;
        said(store, first, ann, "hello").await;
        let before = (load(store, first).await, store.load_user(ann).await.expect("the store answers"));
        let again = done(store, change).await;
        assert_eq!(again.conversation, Some(first));
        assert!(again.events.is_empty() && again.joined.is_empty() && again.left.is_empty());
        assert_eq!((load(store, first).await, store.load_user(ann).await.expect("the store answers")), before);
    }
}

pub(crate) async fn a_taken_id_makes_no_other_conversation(store: &dyn Store) {
    let (ann, bob) = ann_and_bob(store).await;
    let at = now();
    let as_group =
        |id: ConversationId, creator, member| Verb::Group { id, name: None, members: vec![member] }.by(creator, at);
    let as_channel = |id: ConversationId, creator| Verb::Channel { id, name: name("Other") }.by(creator, at);
    let (a_direct, a_group, a_channel) =
        (direct(store, ann, bob).await, group(store, ann, &[bob]).await, channel(store, ann).await);
    let uses = vec![
        as_group(a_direct, ann, bob),
        as_group(a_group, bob, ann),
        as_group(a_channel, ann, bob),
        as_channel(a_direct, ann),
        as_channel(a_group, ann),
        as_channel(a_channel, bob),
    ];
    for outcome in commit(store, uses).await {
        assert_eq!(outcome, Err(Rejection::IdTaken));
    }
    assert_eq!(store.search_channels("other", 10).await.expect("the store answers"), []);
}

pub(crate) async fn a_channels_name_is_taken_whatever_its_case(store: &dyn Store) {
    let (ann, bob) = ann_and_bob(store).await;
    let news = begun(store, new_channel(ann, "News")).await;
    for creator in [ann, bob] {
        assert_eq!(one(store, new_channel(creator, "nEWS")).await, Err(Rejection::NameTaken));
    }
    let found = store.search_channels("news", 10).await.expect("the store answers");
    assert_eq!(found.iter().map(|channel| channel.id).collect::<Vec<_>>(), [news]);
    let same_name =
        Verb::Group { id: a_conversation_id(), name: Some(name("News")), members: vec![ann] }.by(bob, now());
    done(store, same_name).await;
}

pub(crate) async fn one_of_many_gets_a_channels_name_asked_for_at_once(store: &dyn Store) {
    let crowd = people(store, 10).await;
    let asked = join_all(crowd.iter().map(|creator| one(store, new_channel(*creator, "News")))).await;
    assert_eq!(asked.iter().filter(|answer| answer.is_ok()).count(), 1);
    assert_eq!(asked.iter().filter(|answer| **answer == Err(Rejection::NameTaken)).count(), 9);
}

pub(crate) async fn channels_are_found_by_the_beginning_of_any_word(store: &dyn Store) {
    let (ann, bob) = ann_and_bob(store).await;
    for called in ["Rust News", "Rusty nails", "Trust", "news from home"] {
        done(store, new_channel(ann, called)).await;
    }
    let hidden = Verb::Group { id: a_conversation_id(), name: Some(name("Rust")), members: vec![bob] }.by(ann, now());
    done(store, hidden).await;
    let found = async |prefix, limit| {
        let channels = store.search_channels(prefix, limit).await.expect("the store answers");
        channels.into_iter().filter_map(|channel| channel.name).collect::<Vec<_>>()
    };
    assert_eq!(found("rust", 10).await, ["Rust News", "Rusty nails"]);
    assert_eq!(found("news", 10).await, ["news from home", "Rust News"]);
    assert_eq!(found("rust n", 10).await, ["Rust News"]);
    assert_eq!(found("", 10).await, ["news from home", "Rust News", "Rusty nails", "Trust"]);
    assert_eq!(found("", 1).await, ["news from home"]);
    assert_eq!(found("%", 10).await, [""; 0]);
}
