//! Rules of `FeedStore`: heads, resyncs and fresh loads.

use super::verbs::{
    ALL, MUCH, a_conversation_id, a_user_id, ann_and_bob, channel, commit, conversation_row, direct, done, group, join,
    leave, load, member_of, members, people, person, read, said, said_many, say, seqs, texts,
};
use futures_util::future;
use myna_chat::store::{Extent, Head, Page, Store};
use myna_protocol::limits::{ANSWER_BYTES, RECEIPT_MEMBERS};
use myna_protocol::{Feed, FeedRows, Rev, Row, Timestamp, UserId};

async fn since(store: &dyn Store, feed: Feed, rev: Rev, limit: u32) -> Option<FeedRows> {
    store.rows_since(feed, rev, Page { rows: limit, ..MUCH }).await.expect("the store answers")
}

/// The feed's own rows, without the people who come along.
fn own(rows: &[Row]) -> impl Iterator<Item = &Row> {
    rows.iter().filter(|row| !matches!(row, Row::Person(_)))
}

pub(crate) async fn a_living_store_answers(store: &dyn Store) {
    store.ping().await.expect("the store answers");
}

pub(crate) async fn heads_begin_with_ones_own_feed(store: &dyn Store) {
    let (ann, bob) = ann_and_bob(store).await;
    let own = Head { feed: Feed::User(ann), rev: 0, presence: false, active_at: Timestamp(0) };
    let server = Head { feed: Feed::Server, ..own };
    assert_eq!(store.heads(ann).await.expect("the store answers"), [own, server]);
    let (a_direct, a_group, a_channel) =
        (direct(store, ann, bob).await, group(store, ann, &[bob]).await, channel(store, ann).await);
    channel(store, bob).await;
    said_many(store, a_direct, bob, 3).await;
    done(store, read(a_direct, ann, 3)).await;
    let mut heads = store.heads(ann).await.expect("the store answers");
    assert_eq!((heads.remove(0), heads.remove(0)), (Head { rev: 4, ..own }, server));
    heads.sort_by_key(|head| head.feed);
    for head in &mut heads {
        // It is that of the last message, or of the beginning.
        assert!(head.active_at > Timestamp(1_700_000_000_000), "{head:?}");
        head.active_at = Timestamp(0);
    }
    let mut expected = [(a_direct, 5, true), (a_group, 1, true), (a_channel, 1, false)]
        .map(|(talk, rev, presence)| Head { feed: Feed::Conversation(talk), rev, presence, ..own });
    expected.sort_by_key(|head| head.feed);
    assert_eq!(heads, expected);
}

pub(crate) async fn heads_leave_out_what_one_has_left(store: &dyn Store) {
    let (ann, bob) = ann_and_bob(store).await;
    let talk = group(store, ann, &[bob]).await;
    done(store, leave(talk, bob)).await;
    let heads = store.heads(bob).await.expect("the store answers");
    assert_eq!(
        heads.iter().map(|head| (head.feed, head.rev)).collect::<Vec<_>>(),
        [(Feed::User(bob), 2), (Feed::Server, 0)]
    );
}

pub(crate) async fn nobody_has_no_heads_and_an_empty_feed(store: &dyn Store) {
    let nobody = a_user_id();
    assert_eq!(store.heads(nobody).await.expect("the store answers"), []);
    let own = store.load_user(nobody).await.expect("the store answers");
    assert_eq!(own, FeedRows { feed: Feed::User(nobody), from: 0, rev: 0, rows: Vec::new() });
}

pub(crate) async fn large_groups_and_channels_tell_no_presence(store: &dyn Store) {
    let crowd = people(store, RECEIPT_MEMBERS + 1).await;
    let (small, large) =
        (group(store, crowd[0], &crowd[1..RECEIPT_MEMBERS]).await, group(store, crowd[0], &crowd[1..]).await);
    let heads = store.heads(crowd[1]).await.expect("the store answers");
    for (talk, presence) in [(small, true), (large, false)] {
        let head = heads.iter().find(|head| head.feed == Feed::Conversation(talk)).expect("they are in it");
        assert_eq!(head.presence, presence);
    }
}

async fn revs(store: &dyn Store, feeds: &[Feed]) -> Vec<(Feed, Rev)> {
    let mut revs = store.revs(feeds).await.expect("the store answers");
    revs.sort_unstable();
    revs
}

pub(crate) async fn revs_are_those_of_the_heads(store: &dyn Store) {
    let (ann, bob) = ann_and_bob(store).await;
    let talks = [direct(store, ann, bob).await, group(store, ann, &[bob]).await, channel(store, ann).await];
    for (count, talk) in (1..).zip(talks) {
        said_many(store, talk, ann, count).await;
    }
    done(store, read(talks[0], bob, 1)).await;
    let heads = store.heads(ann).await.expect("the store answers");
    let mut expected: Vec<_> = heads.iter().map(|head| (head.feed, head.rev)).collect();
    expected.sort_unstable();
    let feeds: Vec<Feed> = heads.iter().map(|head| head.feed).collect();
    assert_eq!(revs(store, &feeds).await, expected);
    // Not of one's own alone: whoever asks is no member, and asks for others.
    assert_eq!(revs(store, &[Feed::User(bob)]).await, [(Feed::User(bob), 3)]);
}

pub(crate) async fn revs_leave_out_feeds_that_do_not_exist(store: &dyn Store) {
    let (ann, bob) = ann_and_bob(store).await;
    let talk = Feed::Conversation(direct(store, ann, bob).await);
    let feeds = [Feed::User(a_user_id()), talk, Feed::Conversation(a_conversation_id()), Feed::User(ann)];
    let mut expected = [(talk, 1), (Feed::User(ann), 1)];
    expected.sort_unstable();
    assert_eq!(revs(store, &feeds).await, expected);
    assert_eq!(revs(store, &feeds[..1]).await, []);
    assert_eq!(revs(store, &[]).await, []);
}

async fn presence_peers(store: &dyn Store, user: UserId) -> Vec<UserId> {
    let mut people = store.presence_peers(user).await.expect("the store answers");
    people.sort_unstable();
    people
}

fn sorted<const N: usize>(mut people: [UserId; N]) -> [UserId; N] {
    people.sort_unstable();
    people
}

pub(crate) async fn presence_peers_are_given_once_and_on_both_sides(store: &dyn Store) {
    let (ann, bob) = ann_and_bob(store).await;
    let (cy, eve) = (person(store, "Cy").await, person(store, "Eve").await);
    direct(store, ann, ann).await;
    assert_eq!(presence_peers(store, ann).await, [], "nobody is their own presence peer");
    direct(store, ann, bob).await;
    group(store, bob, &[ann, cy]).await;
    group(store, ann, &[bob]).await;
    assert_eq!(presence_peers(store, ann).await, sorted([bob, cy]));
    assert_eq!(presence_peers(store, bob).await, sorted([ann, cy]));
    assert_eq!(presence_peers(store, cy).await, sorted([ann, bob]));
    assert_eq!(presence_peers(store, eve).await, []);
    assert_eq!(presence_peers(store, a_user_id()).await, []);
}

pub(crate) async fn who_left_is_no_presence_peer(store: &dyn Store) {
    let (ann, bob) = ann_and_bob(store).await;
    let cy = person(store, "Cy").await;
    let talk = group(store, ann, &[bob, cy]).await;
    done(store, leave(talk, bob)).await;
    assert_eq!(presence_peers(store, ann).await, [cy]);
    assert_eq!(presence_peers(store, bob).await, []);
    direct(store, ann, bob).await;
    assert_eq!(presence_peers(store, bob).await, [ann], "they still meet elsewhere");
}

pub(crate) async fn large_groups_and_channels_make_no_presence_peers(store: &dyn Store) {
    let crowd = people(store, RECEIPT_MEMBERS + 1).await;
    group(store, crowd[0], &crowd[1..]).await;
    let open = channel(store, crowd[0]).await;
    done(store, join(open, crowd[1])).await;
    assert_eq!(presence_peers(store, crowd[0]).await, []);
    group(store, crowd[0], &crowd[1..RECEIPT_MEMBERS]).await;
    assert_eq!(presence_peers(store, crowd[0]).await.len(), RECEIPT_MEMBERS - 1);
}

pub(crate) async fn a_feed_tells_what_changed_since(store: &dyn Store) {
    let (ann, bob) = ann_and_bob(store).await;
    let talk = channel(store, ann).await;
    said_many(store, talk, ann, 2).await;
    done(store, join(talk, bob)).await;
    said(store, talk, bob, "three").await;
    let feed = Feed::Conversation(talk);
    let all = since(store, feed, 0, 100).await.expect("they are few");
    assert_eq!((all.feed, all.from, all.rev), (feed, 0, 5));
    assert_eq!(own(&all.rows).map(Row::rev).collect::<Vec<_>>(), [1, 2, 3, 4, 4, 5], "by rev");
    let late = since(store, feed, 3, 100).await.expect("they are few");
    assert_eq!((late.from, late.rev, own(&late.rows).count()), (3, 5, 3));
    assert_eq!((texts(&late.rows), member_of(&late.rows, bob).joined_seq), (vec!["three"], 2));
    assert_eq!(conversation_row(&late.rows).members, 2);
    let none = since(store, feed, 5, 100).await.expect("there is nothing");
    assert_eq!(none, FeedRows { feed, from: 5, rev: 5, rows: Vec::new() });
}

pub(crate) async fn ones_own_feed_tells_what_one_has_left(store: &dyn Store) {
    let (ann, bob) = ann_and_bob(store).await;
    let (first, second) = (group(store, ann, &[bob]).await, direct(store, ann, bob).await);
    said(store, second, ann, "hello").await;
    done(store, read(second, bob, 1)).await;
    done(store, leave(first, bob)).await;
    let feed = Feed::User(bob);
    let told = since(store, feed, 2, 100).await.expect("they are few");
    let told: Vec<_> = told
        .rows
        .iter()
        .map(|row| match row {
            Row::Membership(row) => (row.conversation, row.joined, row.read_seq, row.rev),
            other => panic!("a person's own feed has memberships only, not {other:?}"),
        })
        .collect();
    assert_eq!(told, [(second, true, 1, 3), (first, false, 0, 4)]);
    let fresh = store.load_user(bob).await.expect("the store answers");
    assert_eq!((fresh.from, fresh.rev, fresh.rows.len()), (0, 4, 1), "a fresh load tells what one is in alone");
}

pub(crate) async fn more_rows_than_the_limit_are_not_told(store: &dyn Store) {
    let (ann, bob) = ann_and_bob(store).await;
    let talk = direct(store, ann, bob).await;
    said_many(store, talk, ann, 10).await;
    done(store, read(talk, bob, 10)).await;
    let feed = Feed::Conversation(talk);
    // Its row, two members, ten messages.
    assert_eq!(since(store, feed, 0, 13).await.expect("they are not more").rows.len(), 15, "and who the members are");
    assert_eq!(since(store, feed, 0, 12).await, None);
    assert_eq!(since(store, feed, 1, 10).await, None);
    assert_eq!(since(store, feed, 1, 11).await.expect("they are not more").rows.len(), 12);
    assert!(since(store, feed, 12, 0).await.expect("there is nothing").rows.is_empty());
    assert_eq!(since(store, Feed::User(bob), 0, 0).await, None);
    assert!(since(store, feed, 0, u32::MAX).await.is_some());
}

pub(crate) async fn a_rev_ahead_of_its_feed_is_not_answered(store: &dyn Store) {
    let (ann, bob) = ann_and_bob(store).await;
    let talk = direct(store, ann, bob).await;
    for feed in [Feed::Conversation(talk), Feed::User(ann)] {
        assert!(since(store, feed, 1, 100).await.is_some());
        for rev in [2, i64::MAX as u64, i64::MAX as u64 + 1, u64::MAX] {
            assert_eq!(since(store, feed, rev, 100).await, None);
        }
    }
}

pub(crate) async fn a_feed_that_does_not_exist_is_not_answered(store: &dyn Store) {
    for feed in [Feed::Conversation(a_conversation_id()), Feed::User(a_user_id())] {
        assert_eq!(since(store, feed, 0, 100).await, None);
    }
}

pub(crate) async fn a_fresh_load_has_the_newest_messages_and_everybody(store: &dyn Store) {
    let crowd = people(store, 4).await;
    let talk = group(store, crowd[0], &crowd[1..]).await;
    said_many(store, talk, crowd[0], 9).await;
    done(store, read(talk, crowd[1], 9)).await;
    done(store, leave(talk, crowd[2])).await;
    let mut loaded = store.load_conversations(&[talk], Extent { messages: 4, ..ALL }).await.expect("the store answers");
    let loaded = loaded.remove(0);
    assert_eq!((loaded.feed, loaded.from, loaded.rev), (Feed::Conversation(talk), 0, 12));
    assert_eq!(seqs(&loaded.rows), [6, 7, 8, 9], "oldest first");
    assert_eq!(members(&loaded.rows).len(), 4, "who left is still told");
    assert_eq!(conversation_row(&loaded.rows).members, 3);
    assert_eq!(loaded.rows.len(), 1 + 4 + 2 * 4, "each member with who they are");
    let none = store.load_conversations(&[talk], Extent { messages: 0, ..ALL }).await.expect("the store answers");
    assert_eq!((seqs(&none[0].rows).len(), members(&none[0].rows).len()), (0, 4));
}

pub(crate) async fn conversations_are_loaded_in_the_order_asked_for(store: &dyn Store) {
    let (ann, bob) = ann_and_bob(store).await;
    let talks = [direct(store, ann, bob).await, group(store, ann, &[bob]).await, channel(store, ann).await];
    for order in [[0, 1, 2], [2, 0, 1], [1, 2, 0]] {
        let [first, second, third] = order.map(|place| talks[place]);
        let ids = [first, a_conversation_id(), second, third];
        let loaded = store.load_conversations(&ids, Extent { messages: 1, ..ALL }).await.expect("the store answers");
        let feeds: Vec<Feed> = loaded.iter().map(|rows| rows.feed).collect();
        assert_eq!(feeds, [first, second, third].map(Feed::Conversation));
    }
    assert!(store.load_conversations(&[], ALL).await.expect("the store answers").is_empty());
}

/// Members that a load brings.
const FIRST: usize = 40;

pub(crate) async fn a_large_channel_tells_who_came_first_and_who_spoke(store: &dyn Store) {
    let crowd = people(store, FIRST + 20).await;
    let talk = channel(store, crowd[0]).await;
    let joining = crowd[1..].iter().map(|user| join(talk, *user)).collect();
    for outcome in commit(store, joining).await {
        outcome.expect("a channel is open");
    }
    // What members do later does not change who came first.
    done(store, leave(talk, crowd[3])).await;
    done(store, leave(talk, crowd[4])).await;
    done(store, join(talk, crowd[4])).await;
    let last = *crowd.last().expect("there are some");
    said(store, talk, last, "hello").await;
    said(store, talk, crowd[1], "hello").await;
    said(store, talk, last, "again").await;
    let extent = Extent { messages: 10, members: FIRST as u32 };
    let loaded = store.load_conversations(&[talk], extent).await.expect("the store answers").remove(0);
    let mut told: Vec<_> = members(&loaded.rows).iter().map(|member| member.user).collect();
    let mut expected = crowd[..FIRST].to_vec();
    expected.push(last);
    told.sort_unstable();
    expected.sort_unstable();
    assert_eq!(told, expected);
    assert_eq!(conversation_row(&loaded.rows).members as usize, crowd.len() - 1);
}

pub(crate) async fn an_answer_is_one_snapshot(store: &dyn Store) {
    let (ann, bob) = ann_and_bob(store).await;
    let talk = direct(store, ann, bob).await;
    let writing = async {
        for number in 0..40 {
            said(store, talk, ann, &number.to_string()).await;
        }
    };
    let reading = async {
        for _ in 0..40 {
            let loaded = load(store, talk).await;
            assert_eq!(loaded.rev, 1 + seqs(&loaded.rows).len() as u64, "the rev and the rows are of one moment");
            assert_eq!(member_of(&loaded.rows, ann).read_seq, loaded.rev - 1);
            let rows = since(store, Feed::Conversation(talk), 1, 1_000).await.expect("they are few");
            assert_eq!(rows.rev, 1 + rows.rows.len() as u64);
        }
    };
    future::join(writing, reading).await;
}

pub(crate) async fn what_is_answered_can_be_read_at_once(store: &dyn Store) {
    let (ann, _) = ann_and_bob(store).await;
    for number in 0..20 {
        let talk = channel(store, ann).await;
        assert_eq!(said(store, talk, ann, &number.to_string()).await, 1);
        assert_eq!(texts(&load(store, talk).await.rows), [number.to_string()]);
        let name = format!("Reader {number}");
        let reader = person(store, &name).await;
        assert_eq!(store.people(&[reader]).await.expect("the store answers")[0].name, name);
    }
}

pub(crate) async fn more_bytes_than_the_page_holds_are_not_answered(store: &dyn Store) {
    let (ann, bob) = ann_and_bob(store).await;
    let talk = direct(store, ann, bob).await;
    for _ in 0..3 {
        said(store, talk, ann, &"x".repeat(4_000)).await;
    }
    let feed = Feed::Conversation(talk);
    let within = async |bytes| store.rows_since(feed, 1, Page { bytes, ..MUCH }).await.expect("the store answers");
    assert!(within(16_000).await.is_some());
    assert_eq!(within(8_000).await, None);
}

pub(crate) async fn a_load_and_a_page_hold_no_more_bytes_than_an_answer(store: &dyn Store) {
    let (ann, bob) = ann_and_bob(store).await;
    let talk = direct(store, ann, bob).await;
    let long = "x".repeat(8_000);
    let batch = (0..100).map(|_| say(talk, ann, &long)).collect();
    commit(store, batch).await.into_iter().for_each(|outcome| assert!(outcome.is_ok()));
    let loaded = load(store, talk).await;
    let seqs = seqs(&loaded.rows);
    assert!(seqs.len() < 100 && seqs.len() * 9_000 > ANSWER_BYTES / 2, "{seqs:?}");
    assert_eq!(seqs.last(), Some(&100), "the newest stay");
    let page = store.messages_before(talk, 100, 100).await.expect("the store answers");
    assert!(page.iter().map(myna_chat::row_weight).sum::<usize>() <= ANSWER_BYTES + 1_024);
}
