//! Rules of `Verb::React`.

use super::verbs::{
    ann_and_bob, channel, commit, direct, done, join, leave, load, now, one, people, react, said, say, unsend,
};
use myna_chat::rules::Verb;
use myna_chat::store::Store;
use myna_protocol::limits::{ANSWER_BYTES, REACTIONS};
use myna_protocol::{ConversationId, Emoji, Feed, Reaction, Rejection, Row, Seq};

fn reactions(rows: &[Row]) -> Vec<&Reaction> {
    rows.iter().filter_map(|row| if let Row::Reaction(reaction) = row { Some(reaction) } else { None }).collect()
}

/// The emoji of the reactions to each message, in a fresh load and in a page, which are the same.
async fn shown(store: &dyn Store, talk: ConversationId) -> Vec<(Seq, String)> {
    let emoji = |rows: &[Row]| {
        let mut all: Vec<_> =
            reactions(rows).into_iter().map(|row| (row.seq, row.emoji.clone().unwrap_or_default())).collect();
        all.sort();
        all
    };
    let loaded = emoji(&load(store, talk).await.rows);
    let page = store.messages_before(talk, Seq::MAX, 200).await.expect("the store answers");
    assert_eq!(emoji(&page), loaded);
    loaded
}

pub(crate) async fn a_reaction_is_one_event_with_its_row(store: &dyn Store) {
    let (ann, bob) = ann_and_bob(store).await;
    let talk = direct(store, ann, bob).await;
    said(store, talk, ann, "hello").await;
    let committed = done(store, react(talk, bob, 1, "❤")).await;
    let [event] = &committed.events[..] else { panic!("not one event: {committed:?}") };
    assert_eq!((event.feed, event.from, event.rev), (Feed::Conversation(talk), 2, 3));
    let emoji = Some("❤\u{fe0f}".to_owned());
    let row = Reaction { conversation: talk, seq: 1, user: bob, emoji, rev: 3 };
    assert_eq!(event.rows, [Row::Reaction(row.clone())]);
    assert_eq!(committed.seq, Some(1));
    assert_eq!(reactions(&load(store, talk).await.rows), [&row], "what is stored is what was told");
}

pub(crate) async fn a_reaction_takes_the_place_of_the_one_before_and_is_taken_back(store: &dyn Store) {
    let (ann, bob) = ann_and_bob(store).await;
    let talk = direct(store, ann, bob).await;
    said(store, talk, ann, "hello").await;
    said(store, talk, ann, "there").await;
    for change in
        [react(talk, bob, 1, "👍"), react(talk, ann, 1, "👍"), react(talk, bob, 1, "🎉"), react(talk, bob, 2, "👍")]
    {
        done(store, change).await;
    }
    let both = [(1, "🎉".to_owned()), (1, "👍".to_owned()), (2, "👍".to_owned())];
    let mut sorted = both.to_vec();
    sorted.sort();
    assert_eq!(shown(store, talk).await, sorted);
    let back = done(store, react(talk, bob, 1, "")).await;
    assert_eq!(reactions(&back.events[0].rows)[0].emoji, None);
    assert_eq!(shown(store, talk).await, [(1, "👍".to_owned()), (2, "👍".to_owned())]);
}

pub(crate) async fn the_same_reaction_again_changes_nothing(store: &dyn Store) {
    let (ann, bob) = ann_and_bob(store).await;
    let talk = direct(store, ann, bob).await;
    said(store, talk, ann, "hello").await;
    assert!(done(store, react(talk, bob, 1, "")).await.events.is_empty(), "there was none");
    done(store, react(talk, bob, 1, "👍")).await;
    let again = done(store, react(talk, bob, 1, "👍")).await;
    assert_eq!((again.seq, again.events.len()), (Some(1), 0));
}

pub(crate) async fn nobody_reacts_where_they_cannot(store: &dyn Store) {
    let (ann, bob) = ann_and_bob(store).await;
    let talk = channel(store, ann).await;
    said(store, talk, ann, "hello").await;
    assert_eq!(one(store, react(talk, bob, 1, "👍")).await, Err(Rejection::NotFound), "never in it");
    done(store, join(talk, bob)).await;
    assert_eq!(one(store, react(talk, bob, 0, "👍")).await, Err(Rejection::NotFound), "no such message");
    assert_eq!(one(store, react(talk, bob, 2, "👍")).await, Err(Rejection::NotFound), "no such message");
    done(store, react(talk, bob, 1, "👍")).await;
    done(store, leave(talk, bob)).await;
    assert_eq!(one(store, react(talk, bob, 1, "")).await, Err(Rejection::NotFound), "no longer in it");
    done(store, unsend(talk, ann, 1)).await;
    assert_eq!(one(store, react(talk, ann, 1, "👍")).await, Err(Rejection::MessageUnsent));
}

pub(crate) async fn a_batch_sends_and_reacts(store: &dyn Store) {
    let (ann, bob) = ann_and_bob(store).await;
    let talk = direct(store, ann, bob).await;
    let batch =
        vec![say(talk, ann, "hello"), react(talk, bob, 1, "👍"), react(talk, bob, 1, ""), react(talk, ann, 1, "🎉")];
    for outcome in commit(store, batch).await {
        outcome.expect("the rules allow it");
    }
    assert_eq!(shown(store, talk).await, [(1, "🎉".to_owned())]);
}

pub(crate) async fn a_message_has_so_many_reactions_and_no_more(store: &dyn Store) {
    let crowd = people(store, REACTIONS as usize + 2).await;
    let talk = channel(store, crowd[0]).await;
    commit(store, crowd.iter().map(|user| join(talk, *user)).collect()).await;
    said(store, talk, crowd[0], "hello").await;
    let (all, late) = crowd.split_at(REACTIONS as usize);
    for outcome in commit(store, all.iter().map(|user| react(talk, *user, 1, "👍")).collect()).await {
        outcome.expect("there is room");
    }
    assert_eq!(one(store, react(talk, late[0], 1, "👍")).await, Err(Rejection::TooManyReactions));
    done(store, react(talk, all[7], 1, "🎉")).await;
    let outcomes =
        commit(store, vec![react(talk, all[7], 1, ""), react(talk, late[0], 1, "👍"), react(talk, late[1], 1, "👍")]);
    let refused: Vec<_> = outcomes.await.into_iter().map(Result::err).collect();
    assert_eq!(refused, [None, None, Some(Rejection::TooManyReactions)]);
    assert_eq!(shown(store, talk).await.len(), REACTIONS as usize);
    // A server may allow fewer, or none. What is there stays, and can be changed and taken back.
    let none = |user, emoji: &str| {
        let emoji = (!emoji.is_empty()).then(|| Emoji::parse(emoji).expect("it is an emoji"));
        Verb::React { conversation: talk, seq: 1, emoji, most: 0 }.by(user, now())
    };
    assert_eq!(one(store, none(all[7], "👍")).await, Err(Rejection::TooManyReactions));
    done(store, none(all[8], "🎉")).await;
    done(store, none(all[8], "")).await;
}

pub(crate) async fn a_page_ends_where_reactions_fill_the_answer(store: &dyn Store) {
    let crowd = people(store, REACTIONS as usize).await;
    let talk = channel(store, crowd[0]).await;
    commit(store, crowd.iter().map(|user| join(talk, *user)).collect()).await;
    for _ in 0..8 {
        let seq = said(store, talk, crowd[0], "hello").await;
        commit(store, crowd.iter().map(|user| react(talk, *user, seq, "👍")).collect()).await;
    }
    let rows = store.messages_before(talk, Seq::MAX, 50).await.expect("the store answers");
    assert!(rows.iter().map(myna_chat::row_weight).sum::<usize>() <= ANSWER_BYTES + 1_000);
    let messages = super::verbs::seqs(&rows);
    assert!((2..8).contains(&messages.len()), "{messages:?}");
    assert_eq!(messages.last(), Some(&8), "the newest are there");
    for seq in messages {
        assert_eq!(
            reactions(&rows).iter().filter(|row| row.seq == seq).count(),
            REACTIONS as usize,
            "all to message {seq}"
        );
    }
}
