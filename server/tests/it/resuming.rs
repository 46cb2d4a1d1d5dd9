//! Coming back: a client says how far it is, and is told what it lacks, or to begin afresh.

use crate::support::{Person, TestServer, assert_unnamed, messages, new_conversation, rows, texts};
use myna_protocol::limits::RESYNC_ROWS;
use myna_protocol::{Command, ConversationId, Event, Feed, Rejection, ResetReason, Rev};
use std::collections::BTreeMap;

/// How far somebody is who was told these events.
fn cursors(told: &[Event]) -> BTreeMap<Feed, Rev> {
    told.iter().filter_map(rows).map(|rows| (rows.feed, rows.rev)).collect()
}

/// Two people with a conversation, and the cursors of the second one when it was empty.
async fn one_away(server: &TestServer) -> (Person, Person, ConversationId, BTreeMap<Feed, Rev>) {
    let (ann, bea) = (server.sign_up("Ann").await, server.sign_up("Bea").await);
    let direct = ann.socket().await.direct(bea.id).await;
    let told = bea.open().await.hello(BTreeMap::new()).await;
    (ann, bea, direct, cursors(&told))
}

#[tokio::test]
async fn who_was_away_is_told_exactly_what_they_missed() {
    let server = TestServer::start().await;
    let (ann, bea, direct, away) = one_away(&server).await;
    let mut socket = ann.socket().await;
    for text in ["one", "two", "three"] {
        socket.send(direct, text).await;
    }
    let feed = Feed::Conversation(direct);
    let (_, told) = bea.resume(away.clone()).await;
    let missed: Vec<_> = told.iter().filter_map(rows).collect();
    assert_eq!((missed.len(), missed[0].feed, missed[0].from, missed[0].rev), (1, feed, away[&feed], away[&feed] + 3));
    assert_eq!(texts(&told), ["one", "two", "three"]);

    let mut later = away.clone();
    later.extend(cursors(&told));
    let (_, told) = bea.resume(later).await;
    assert_eq!(told.iter().filter_map(rows).count(), 0, "who is up to date is told nothing: {told:?}");
}

#[tokio::test]
async fn what_is_said_while_somebody_comes_back_is_not_lost_between_the_old_and_the_new() {
    let server = TestServer::patient().await;
    let (ann, bea, direct, mut away) = one_away(&server).await;
    let mut socket = ann.socket().await;
    let talk = async {
        for burst in 0..20 {
            socket.send_many(direct, (0..10).map(|n| format!("{burst}:{n}"))).await;
        }
    };
    let come_and_go = async {
        let mut seqs = Vec::new();
        let feed = Feed::Conversation(direct);
        while seqs.len() < 200 {
            let (mut socket, told) = bea.resume(away.clone()).await;
            let mut told: Vec<Event> = told;
            if seqs.len() + told.iter().flat_map(messages).count() < 200 {
                told.push(socket.next().await);
            }
            for event in &told {
                let Some(rows) = rows(event).filter(|rows| rows.feed == feed) else { continue };
                // What is told twice is known by its rev.
                if rows.rev > away[&feed] {
                    assert!(rows.from <= away[&feed], "there is no gap: {rows:?} after {}", away[&feed]);
                    let known = away.insert(feed, rows.rev).expect("there is a cursor");
                    seqs.extend(
                        messages(event).iter().filter(|message| message.rev > known).map(|message| message.seq),
                    );
                }
            }
        }
        seqs
    };
    let (seqs, ()) = tokio::join!(come_and_go, talk);
    assert_eq!(seqs, (1..=200).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_cursor_of_another_store_is_reset() {
    let server = TestServer::start().await;
    let (ann, bea, direct, mut away) = one_away(&server).await;
    ann.socket().await.send(direct, "hello").await;
    for rev in [99, i64::MAX as u64, u64::MAX] {
        for feed in [Feed::Conversation(direct), Feed::User(bea.id)] {
            let right = away.insert(feed, rev).expect("there is a cursor");
            let (_, told) = bea.resume(away.clone()).await;
            away.insert(feed, right);
            let reset = Event::Reset { feed, reason: ResetReason::UnknownCursor };
            let place = told.iter().position(|event| *event == reset).unwrap_or_else(|| panic!("{rev}: {told:?}"));
            let afresh = rows(&told[place + 1]).expect("rows follow");
            assert_eq!((afresh.feed, afresh.from), (feed, 0));
        }
    }
}

#[tokio::test]
async fn who_was_away_for_too_long_begins_afresh() {
    let server = TestServer::patient().await;
    let (ann, bea, direct, away) = one_away(&server).await;
    let feed = Feed::Conversation(direct);
    let mut socket = ann.socket().await;
    socket.send_many(direct, (1..=RESYNC_ROWS).map(|n| format!("message {n}"))).await;
    let (_, told) = bea.resume(away.clone()).await;
    assert_eq!(texts(&told).len(), RESYNC_ROWS as usize, "so much can be made up for");

    socket.send(direct, "one too many").await;
    let (mut back, told) = bea.resume(away.clone()).await;
    let reset = Event::Reset { feed, reason: ResetReason::TooFarBehind };
    let place = told.iter().position(|event| *event == reset).unwrap_or_else(|| panic!("{told:?}"));
    let afresh = rows(&told[place + 1]).expect("rows follow");
    assert_eq!((afresh.feed, afresh.from, afresh.rev), (feed, 0, u64::from(RESYNC_ROWS) + 2));
    let page = texts(&told);
    assert_eq!((page.len(), page.last().map(String::as_str)), (50, Some("one too many")));

    let rev = away[&feed];
    let done = back.ask(|request| Command::Resync { request, feed, rev }).await;
    assert!(matches!(done, Event::CaughtUp { request: Some(_), .. }));
    assert_eq!(back.next().await, reset, "a gap in the middle is told alike");
}

#[tokio::test]
async fn a_gap_is_made_up_for_by_a_resync() {
    let server = TestServer::start().await;
    let (ann, bea, direct, away) = one_away(&server).await;
    let mut socket = ann.socket().await;
    socket.send(direct, "one").await;
    socket.send(direct, "two").await;
    let (mut back, _) = bea.resume(BTreeMap::new()).await;
    let feed = Feed::Conversation(direct);
    let rev = away[&feed];
    back.ask(|request| Command::Resync { request, feed, rev }).await;
    let answer = back.next().await;
    assert_eq!(texts(std::slice::from_ref(&answer)), ["one", "two"]);
    assert_eq!(rows(&answer).map(|rows| rows.from), Some(rev));
}

#[tokio::test]
async fn cursors_of_feeds_that_are_not_ones_own_bring_nothing() {
    let server = TestServer::start().await;
    let (ann, bea, eve) = (server.sign_up("Ann").await, server.sign_up("Bea").await, server.sign_up("Eve").await);
    let mut socket = ann.socket().await;
    let direct = socket.direct(bea.id).await;
    let unknown = new_conversation();
    let strange = [Feed::Conversation(direct), Feed::User(ann.id), Feed::Conversation(unknown)];
    let (mut other, told) = eve.resume(strange.map(|feed| (feed, 0)).into()).await;
    assert!(
        told.iter().filter_map(rows).all(|rows| [Feed::User(eve.id), Feed::Server].contains(&rows.feed)),
        "{told:?}"
    );
    assert_unnamed(&told, &direct);
    for feed in strange {
        assert_eq!(other.refused(|request| Command::Resync { request, feed, rev: 0 }).await, Rejection::NotFound);
    }
}

#[tokio::test]
async fn who_left_while_away_is_told_that_and_nothing_more() {
    let server = TestServer::start().await;
    let (ann, bea) = (server.sign_up("Ann").await, server.sign_up("Bea").await);
    let (mut one, mut two) = (ann.socket().await, bea.socket().await);
    let channel = one.channel("All").await;
    two.join(channel).await;
    let away = cursors(&bea.open().await.hello(BTreeMap::new()).await);
    two.leave(channel).await;
    one.send(channel, "without Bea").await;
    let (_, told) = bea.resume(away).await;
    assert_eq!(texts(&told), Vec::<String>::new());
    let feeds: Vec<_> = told.iter().filter_map(rows).map(|rows| rows.feed).collect();
    assert_eq!(feeds, [Feed::User(bea.id)]);
    let left = format!("{told:?}");
    assert!(left.contains("joined: false") && left.contains(&channel.to_string()), "{left}");
}
