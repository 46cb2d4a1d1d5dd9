//! The law, for every verb: old state + the rows delivered = a fresh load.

use super::held::{Held, is_in};
use super::verbs::{
    SCHEDULE, a_client_id, add, ann_and_bob, channel, direct, done, edit, fresh, group, join, leave, new_channel,
    new_direct, new_group, people, person, react, read, rename, rename_user, reply, said, said_many, say, schedule,
    text, unsend,
};
use myna_chat::rules::{Actor, Change, Verb};
use myna_chat::store::Store;
use myna_protocol::limits::RECEIPT_MEMBERS;
use myna_protocol::{Feed, Timestamp, UserId};

/// Makes the change, and brings everybody's old state up to date in two ways: by the events, and by a resync.
async fn holds(store: &dyn Store, people: &[UserId], change: Change) {
    let mut old = Vec::new();
    for user in people {
        old.push((*user, Held::load(store, *user).await));
    }
    let committed = done(store, change).await;
    assert!(!committed.events.is_empty(), "the verb changes something");
    for (user, old) in old {
        let mut live = old.clone();
        for event in &committed.events {
            let theirs = match event.feed {
                Feed::User(whose) => whose == user,
                Feed::Conversation(id) => is_in(store, user, id).await,
                Feed::Server => true,
            };
            if theirs {
                live.hear(store, event).await;
                // What comes twice changes nothing.
                live.hear(store, event).await;
            }
        }
        live.compare(store).await.expect("the events brought it up to date");
        let mut late = old;
        late.catch_up(store).await;
        late.compare(store).await.expect("the resync brought it up to date");
    }
}

pub(crate) async fn the_law_holds_for_sending(store: &dyn Store) {
    let (ann, bob) = ann_and_bob(store).await;
    for talk in [direct(store, ann, bob).await, group(store, ann, &[bob]).await, channel(store, ann).await] {
        said_many(store, talk, ann, 3).await;
        holds(store, &[ann, bob], say(talk, ann, "hello")).await;
    }
}

pub(crate) async fn the_law_holds_for_editing_and_unsending(store: &dyn Store) {
    let (ann, bob) = ann_and_bob(store).await;
    let open = channel(store, ann).await;
    done(store, join(open, bob)).await;
    for talk in [direct(store, ann, bob).await, group(store, ann, &[bob]).await, open] {
        said_many(store, talk, bob, 3).await;
        for change in [edit(talk, bob, 3, "new"), edit(talk, bob, 1, "old"), edit(talk, bob, 3, "newer")] {
            holds(store, &[ann, bob], change).await;
        }
        for change in [unsend(talk, bob, 3), unsend(talk, bob, 2)] {
            holds(store, &[ann, bob], change).await;
        }
    }
}

pub(crate) async fn the_law_holds_for_replying(store: &dyn Store) {
    let (ann, bob) = ann_and_bob(store).await;
    for talk in [direct(store, ann, bob).await, group(store, ann, &[bob]).await] {
        said_many(store, talk, bob, 2).await;
        for change in [
            reply(talk, ann, "a", 1),
            reply(talk, bob, "b", 3),
            edit(talk, bob, 1, "new"),
            reply(talk, ann, "c", 1),
            unsend(talk, ann, 3),
            unsend(talk, bob, 1),
            reply(talk, ann, "d", 4),
        ] {
            holds(store, &[ann, bob], change).await;
        }
    }
}

pub(crate) async fn the_law_holds_for_reacting(store: &dyn Store) {
    let (ann, bob) = ann_and_bob(store).await;
    let open = channel(store, ann).await;
    done(store, join(open, bob)).await;
    for talk in [direct(store, ann, bob).await, group(store, ann, &[bob]).await, open] {
        said_many(store, talk, bob, 3).await;
        for change in [
            react(talk, ann, 3, "👍"),
            react(talk, bob, 3, "❤️"),
            react(talk, ann, 3, "🎉"),
            react(talk, ann, 1, "🎉"),
            react(talk, ann, 3, ""),
            unsend(talk, bob, 3),
        ] {
            holds(store, &[ann, bob], change).await;
        }
    }
}

pub(crate) async fn the_law_holds_for_scheduling(store: &dyn Store) {
    let (ann, bob) = ann_and_bob(store).await;
    let talk = group(store, ann, &[bob]).await;
    said_many(store, talk, bob, 3).await;
    let ids: Vec<_> = (0..3).map(|_| a_client_id()).collect();
    for id in &ids {
        holds(store, &[ann, bob], schedule(talk, ann, *id, "later", 10)).await;
    }
    let (client_id, bounds, is_due) = (ids[0], SCHEDULE, false);
    let edited = Verb::EditScheduled { client_id, text: text("edited"), send_at: Timestamp(20), bounds };
    let first = edited.by(ann, Timestamp(1));
    let deleted = Verb::DeleteScheduled { client_id: ids[1] }.by(ann, Timestamp(2));
    for change in [first, deleted] {
        holds(store, &[ann, bob], change).await;
    }
    for due in store.due_jobs(Timestamp(10), 10).await.expect("the store answers") {
        let run = Change { actor: Actor::System, at: Timestamp(10), verb: Verb::RunJob { id: due } };
        holds(store, &[ann, bob], run).await;
    }
    holds(store, &[ann, bob], Verb::SendScheduled { client_id, is_due }.by(ann, Timestamp(15))).await;
}

pub(crate) async fn the_law_holds_for_reading(store: &dyn Store) {
    let crowd = people(store, RECEIPT_MEMBERS + 1).await;
    let (ann, bob) = (crowd[0], crowd[1]);
    let open = channel(store, ann).await;
    done(store, join(open, bob)).await;
    for talk in [direct(store, ann, bob).await, group(store, ann, &crowd[1..]).await, open] {
        said_many(store, talk, ann, 3).await;
        holds(store, &[ann, bob], read(talk, bob, 2)).await;
        said(store, talk, bob, "hello").await;
        said(store, talk, ann, "hello").await;
        holds(store, &[ann, bob], read(talk, bob, 5)).await;
    }
}

pub(crate) async fn the_law_holds_for_beginning_conversations(store: &dyn Store) {
    let (ann, bob) = ann_and_bob(store).await;
    let cy = person(store, "Cy").await;
    for change in [new_direct(ann, bob), new_direct(ann, ann), new_group(ann, &[bob, cy]), new_channel(bob, "News")] {
        holds(store, &[ann, bob, cy], change).await;
    }
}

pub(crate) async fn the_law_holds_for_joining_and_leaving(store: &dyn Store) {
    let (ann, bob) = ann_and_bob(store).await;
    let cy = person(store, "Cy").await;
    let everybody = [ann, bob, cy];
    let (talk, friends) = (channel(store, ann).await, group(store, ann, &[bob, cy]).await);
    said_many(store, talk, ann, 3).await;
    for change in [
        join(talk, bob),
        join(talk, cy),
        leave(talk, bob),
        leave(friends, cy),
        leave(friends, bob),
        add(friends, ann, &[bob, cy]),
        add(talk, ann, &[bob, cy]),
        leave(talk, bob),
    ] {
        holds(store, &everybody, change).await;
    }
    said_many(store, talk, ann, 3).await;
    for change in
        [join(talk, bob), leave(talk, ann), leave(talk, bob), leave(talk, cy), join(talk, ann), leave(friends, ann)]
    {
        holds(store, &everybody, change).await;
    }
}

pub(crate) async fn the_law_holds_for_names(store: &dyn Store) {
    let (ann, bob) = ann_and_bob(store).await;
    let cy = person(store, "Cy").await;
    let (talk, friends) = (channel(store, ann).await, group(store, ann, &[bob, cy]).await);
    done(store, join(talk, bob)).await;
    let everybody = [ann, bob, cy];
    holds(store, &everybody, rename_user(ann, &format!("Anna {}", fresh()))).await;
    holds(store, &everybody, rename_user(ann, &format!("Annie {}", fresh()))).await;
    holds(store, &everybody, rename_user(cy, &format!("Cyril {}", fresh()))).await;
    holds(store, &[ann, bob], rename(talk, ann, Some(&format!("Town {}", fresh())))).await;
    holds(store, &everybody, rename(friends, bob, Some("Friends"))).await;
    holds(store, &everybody, rename(friends, cy, None)).await;
}
