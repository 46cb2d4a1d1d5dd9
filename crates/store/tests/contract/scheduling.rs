//! Rules of scheduled messages: each is sent once, at its time, and its person alone knows of it before.

use super::verbs::{
    MUCH, SCHEDULE, a_client_id, a_job_id, add, ann_and_bob, begun, commit, direct, done, event_of, feeds, group,
    leave, load, members, membership, messages, new_group, one, read, said, schedule, send, text, texts, unsend,
};
use futures_util::future::join_all;
use myna_chat::rules::{Actor, Change, ScheduleBounds, Verb};
use myna_chat::store::{Page, Store};
use myna_protocol::limits::{SCHEDULED_BYTES, TEXT_CHARS};
use myna_protocol::{
    ClientId, ConversationId, Feed, Message, Rejection, Row, Scheduled, ScheduledMessage, Timestamp, UserId,
};

/// Everything that is due at this time.
async fn run(store: &dyn Store, now: i64) -> Vec<Result<Option<u64>, Rejection>> {
    let due = store.due_jobs(Timestamp(now), 1_000).await.expect("the store answers");
    let run = |id| Change { actor: Actor::System, at: Timestamp(now), verb: Verb::RunJob { id } };
    let outcomes = commit(store, due.into_iter().map(run).collect()).await;
    outcomes
        .into_iter()
        .map(|outcome| outcome.expect("the job is fine"))
        .map(|done| done.refused.map_or(Ok(done.seq), Err))
        .collect()
}

fn edit_scheduled(user: UserId, client_id: ClientId, said: &str, send_at: i64) -> Change {
    let send_at = Timestamp(send_at);
    Verb::EditScheduled { client_id, text: text(said), send_at, bounds: SCHEDULE }.by(user, Timestamp(1))
}

fn send_now(user: UserId, client_id: ClientId) -> Change {
    Verb::SendScheduled { client_id, is_due: false }.by(user, Timestamp(2))
}

fn delete(user: UserId, client_id: ClientId) -> Change {
    Verb::DeleteScheduled { client_id }.by(user, Timestamp(2))
}

/// What the person has scheduled, by a fresh load.
async fn scheduled(store: &dyn Store, user: UserId) -> Vec<(ClientId, ScheduledMessage)> {
    let loaded = store.load_user(user).await.expect("the store answers");
    let rows = loaded.rows.into_iter().filter_map(|row| if let Row::Scheduled(row) = row { Some(row) } else { None });
    rows.map(|row| (row.client_id, row.message.expect("a fresh load has what is there"))).collect()
}

async fn last(store: &dyn Store, talk: ConversationId) -> Message {
    let rows = load(store, talk).await.rows;
    messages(&rows).last().map(|message| (*message).clone()).expect("there are some")
}

pub(crate) async fn a_scheduled_message_is_one_event_of_its_person_alone(store: &dyn Store) {
    let (ann, bob) = ann_and_bob(store).await;
    let talk = direct(store, ann, bob).await;
    let before = load(store, talk).await;
    let client_id = a_client_id();
    let committed = done(store, schedule(talk, ann, client_id, "later", 10)).await;
    assert_eq!(
        (committed.conversation, committed.seq, feeds(&committed.events)),
        (Some(talk), None, vec![Feed::User(ann)])
    );
    let event = event_of(&committed.events, Feed::User(ann));
    let message = ScheduledMessage {
        conversation: talk,
        text: "later".to_owned(),
        reply_to: None,
        send_at: Timestamp(10),
        failed: None,
    };
    let row = Row::Scheduled(Scheduled { client_id, message: Some(message.clone()), rev: event.rev });
    assert_eq!(event.rows, [row]);
    assert_eq!(scheduled(store, ann).await, [(client_id, message)]);
    assert!(scheduled(store, bob).await.is_empty());
    assert_eq!(load(store, talk).await, before);
    assert_eq!(store.next_due().await.expect("the store answers"), Some(Timestamp(10)));
}

pub(crate) async fn a_scheduled_message_is_sent_at_its_time_and_once(store: &dyn Store) {
    let (ann, bob) = ann_and_bob(store).await;
    let talk = direct(store, ann, bob).await;
    let client_id = a_client_id();
    done(store, schedule(talk, ann, client_id, "later", 10)).await;
    assert!(run(store, 9).await.is_empty());
    assert_eq!(run(store, 10).await, [Ok(Some(1))]);
    assert!(run(store, 11).await.is_empty());
    let sent = last(store, talk).await;
    assert_eq!(
        (sent.text.as_str(), sent.sender, sent.client_id, sent.sent_at),
        ("later", ann, client_id, Timestamp(10))
    );
    assert!(scheduled(store, ann).await.is_empty());
    assert_eq!(store.next_due().await.expect("the store answers"), None);
    // A person who had read everything has nothing unread because of it.
    assert_eq!(membership(store, ann, talk).await.map(|own| own.read_seq), Some(1));
    assert!(sent.is_read_by_sender());
}

pub(crate) async fn many_who_send_what_is_due_send_it_once(store: &dyn Store) {
    let (ann, bob) = ann_and_bob(store).await;
    let talk = direct(store, ann, bob).await;
    for number in 0..20 {
        done(store, schedule(talk, ann, a_client_id(), &number.to_string(), 10)).await;
    }
    let due = store.due_jobs(Timestamp(10), 100).await.expect("the store answers");
    let run = |id| Change { actor: Actor::System, at: Timestamp(10), verb: Verb::RunJob { id } };
    join_all((0..4).map(|_| commit(store, due.iter().copied().map(run).collect()))).await;
    let mut texts: Vec<usize> =
        texts(&load(store, talk).await.rows).iter().map(|said| said.parse().expect("it is a number")).collect();
    texts.sort_unstable();
    assert_eq!(texts, (0..20).collect::<Vec<_>>());
}

pub(crate) async fn a_message_sent_while_its_sender_is_away_reads_nothing_for_them(store: &dyn Store) {
    let (ann, bob) = ann_and_bob(store).await;
    let talk = direct(store, ann, bob).await;
    said(store, talk, bob, "one").await;
    said(store, talk, bob, "two").await;
    done(store, read(talk, ann, 1)).await;
    done(store, schedule(talk, ann, a_client_id(), "later", 10)).await;
    let own = a_client_id();
    done(store, schedule(talk, ann, own, "now", 20)).await;
    assert_eq!(run(store, 10).await, [Ok(Some(3))]);
    assert!(!last(store, talk).await.is_read_by_sender());
    assert_eq!(membership(store, ann, talk).await.map(|own| own.read_seq), Some(1));
    // A person who sends it by hand is there.
    done(store, send_now(ann, own)).await;
    assert!(last(store, talk).await.is_read_by_sender());
    assert_eq!(membership(store, ann, talk).await.map(|own| own.read_seq), Some(4));
}

pub(crate) async fn a_message_scheduled_again_is_the_same(store: &dyn Store) {
    let (ann, bob) = ann_and_bob(store).await;
    let (talk, notes) = (direct(store, ann, bob).await, direct(store, ann, ann).await);
    let (client_id, sent) = (a_client_id(), a_client_id());
    done(store, send(talk, ann, sent, "sent")).await;
    done(store, schedule(talk, ann, client_id, "later", 10)).await;
    let reused = Err(Rejection::ClientIdReused);
    assert_eq!(one(store, schedule(notes, ann, client_id, "later", 10)).await, reused);
    assert_eq!(one(store, schedule(talk, ann, sent, "sent", 10)).await, reused);
    // The ids of one person are no matter of another's.
    done(store, schedule(talk, bob, client_id, "too", 10)).await;
    // An edit of another device stays.
    done(store, edit_scheduled(ann, client_id, "edited", 20)).await;
    let again = done(store, schedule(talk, ann, client_id, "later", 10)).await;
    assert_eq!((again.conversation, again.events.len()), (Some(talk), 0));
    assert_eq!(scheduled(store, ann).await[0].1.text, "edited");
    run(store, 20).await;
    assert_eq!(texts(&load(store, talk).await.rows), ["sent", "too", "edited"]);
    assert!(done(store, schedule(talk, ann, client_id, "later", 10)).await.events.is_empty());
    assert!(scheduled(store, ann).await.is_empty());
}

pub(crate) async fn an_edited_message_is_sent_with_its_new_text_at_its_new_time(store: &dyn Store) {
    let (ann, bob) = ann_and_bob(store).await;
    let talk = direct(store, ann, bob).await;
    let client_id = a_client_id();
    done(store, schedule(talk, ann, client_id, "later", 10)).await;
    assert_eq!(done(store, edit_scheduled(ann, client_id, "much later", 30)).await.events.len(), 1);
    assert!(done(store, edit_scheduled(ann, client_id, "much later", 30)).await.events.is_empty());
    assert!(run(store, 29).await.is_empty());
    done(store, edit_scheduled(ann, client_id, "sooner", 5)).await;
    assert_eq!(run(store, 5).await, [Ok(Some(1))]);
    assert_eq!(last(store, talk).await.text, "sooner");
    for change in [edit_scheduled(ann, client_id, "too late", 50), send_now(ann, client_id), delete(ann, client_id)] {
        assert_eq!(one(store, change).await, Err(Rejection::NotFound));
    }
}

pub(crate) async fn a_scheduled_message_is_sent_now_or_deleted(store: &dyn Store) {
    let (ann, bob) = ann_and_bob(store).await;
    let talk = direct(store, ann, bob).await;
    let (now, never) = (a_client_id(), a_client_id());
    done(store, schedule(talk, ann, now, "now", 10)).await;
    done(store, schedule(talk, ann, never, "never", 10)).await;
    let sent = done(store, send_now(ann, now)).await;
    assert_eq!((sent.seq, feeds(&sent.events)), (Some(1), vec![Feed::Conversation(talk), Feed::User(ann)]));
    assert!(!sent.erases());
    let deleted = done(store, delete(ann, never)).await;
    assert!(deleted.erases(), "its words are to be found nowhere");
    assert!(run(store, 100).await.is_empty());
    assert_eq!(texts(&load(store, talk).await.rows), ["now"]);
    for (user, client_id) in [(ann, now), (ann, never), (bob, never)] {
        assert_eq!(one(store, send_now(user, client_id)).await, Err(Rejection::NotFound));
        assert_eq!(one(store, delete(user, client_id)).await, Err(Rejection::NotFound));
    }
}

pub(crate) async fn a_time_that_is_past_or_far_is_refused(store: &dyn Store) {
    let (ann, bob) = ann_and_bob(store).await;
    let talk = direct(store, ann, bob).await;
    let client_id = a_client_id();
    let far = 1 + SCHEDULE.ahead as i64;
    done(store, schedule(talk, ann, client_id, "later", far)).await;
    for (send_at, rejection) in [
        (far + 1, Rejection::TimeTooFar),
        (i64::MAX, Rejection::TimeTooFar),
        (1, Rejection::TimePast),
        (0, Rejection::TimePast),
        (i64::MIN, Rejection::TimePast),
    ] {
        assert_eq!(one(store, schedule(talk, ann, a_client_id(), "no", send_at)).await, Err(rejection), "{send_at}");
        assert_eq!(one(store, edit_scheduled(ann, client_id, "no", send_at)).await, Err(rejection), "{send_at}");
    }
    assert_eq!(scheduled(store, ann).await[0].1.text, "later");
}

pub(crate) async fn a_person_schedules_so_many_messages_and_so_much_text(store: &dyn Store) {
    let (ann, bob) = ann_and_bob(store).await;
    let talk = direct(store, ann, bob).await;
    let few = |user, said: &str| {
        let (client_id, text, bounds) = (a_client_id(), text(said), ScheduleBounds { messages: 2, ..SCHEDULE });
        let (reply_to, send_at, job) = (None, Timestamp(10), a_job_id());
        let verb = Verb::ScheduleMessage { conversation: talk, client_id, text, reply_to, send_at, job, bounds };
        (client_id, verb.by(user, Timestamp(1)))
    };
    let (first, change) = few(ann, "one");
    let batch = vec![change, few(ann, "two").1, few(ann, "three").1, few(bob, "one").1];
    let refused: Vec<_> = commit(store, batch).await.into_iter().map(Result::err).collect();
    assert_eq!(refused, [None, None, Some(Rejection::TooManyScheduled), None]);
    assert_eq!(one(store, few(ann, "three").1).await, Err(Rejection::TooManyScheduled));
    done(store, delete(ann, first)).await;
    done(store, few(ann, "three").1).await;
    // Long texts: the last one that fits can be edited to another one as long, and to none longer.
    let long = "\u{1f426}".repeat(TEXT_CHARS);
    let fit = SCHEDULED_BYTES / long.len();
    let (cid, with) = (super::verbs::person(store, "Cid").await, bob);
    let own = direct(store, cid, with).await;
    let mut last = a_client_id();
    for _ in 0..fit {
        last = a_client_id();
        done(store, schedule(own, cid, last, &long, 10)).await;
    }
    assert_eq!(one(store, schedule(own, cid, a_client_id(), &long, 10)).await, Err(Rejection::TooManyScheduled));
    done(store, edit_scheduled(cid, last, &long, 20)).await;
    // A resync of more than an answer holds is none.
    let page = Page { bytes: 3 * long.len(), ..MUCH };
    let since = store.rows_since(Feed::User(cid), 0, page).await.expect("the store answers");
    assert_eq!(since, None);
}

pub(crate) async fn what_cannot_be_sent_when_it_is_due_stays_with_its_reason(store: &dyn Store) {
    let (ann, bob) = ann_and_bob(store).await;
    let talk = begun(store, new_group(ann, &[bob])).await;
    let client_id = a_client_id();
    done(store, schedule(talk, bob, client_id, "later", 10)).await;
    done(store, leave(talk, bob)).await;
    assert_eq!(one(store, schedule(talk, bob, a_client_id(), "no", 10)).await, Err(Rejection::NotFound));
    assert_eq!(one(store, send_now(bob, client_id)).await, Err(Rejection::NotFound));
    assert_eq!(run(store, 10).await, [Err(Rejection::NotFound)]);
    assert!(run(store, 1_000).await.is_empty(), "it is not tried again");
    let [(_, failed)] = &scheduled(store, bob).await[..] else { panic!("it is kept") };
    assert_eq!((failed.text.as_str(), failed.failed), ("later", Some(Rejection::NotFound)));
    assert!(texts(&load(store, talk).await.rows).is_empty());
    // Back again, it can be scheduled again.
    done(store, add(talk, ann, &[bob])).await;
    done(store, edit_scheduled(bob, client_id, "later", 20)).await;
    assert_eq!(run(store, 20).await, [Ok(Some(1))]);
    assert!(scheduled(store, bob).await.is_empty());
}

pub(crate) async fn a_scheduled_reply_is_a_reply(store: &dyn Store) {
    let (ann, bob) = ann_and_bob(store).await;
    let talk = direct(store, ann, bob).await;
    said(store, talk, bob, "question").await;
    let answer = |to| {
        let (client_id, text, send_at) = (a_client_id(), text("answer"), Timestamp(10));
        let (reply_to, job, bounds) = (Some(to), a_job_id(), SCHEDULE);
        let verb = Verb::ScheduleMessage { conversation: talk, client_id, text, reply_to, send_at, job, bounds };
        verb.by(ann, Timestamp(1))
    };
    assert_eq!(one(store, answer(2)).await, Err(Rejection::NotFound));
    done(store, answer(1)).await;
    // What it answers may be unsent meanwhile.
    done(store, unsend(talk, bob, 1)).await;
    assert_eq!(run(store, 10).await, [Ok(Some(2))]);
    let rows = load(store, talk).await.rows;
    let all = messages(&rows);
    assert_eq!((all[0].replies(), all[1].reply().map(|reply| reply.to)), (1, Some(1)));
}

pub(crate) async fn a_batch_schedules_edits_and_sends(store: &dyn Store) {
    let (ann, bob) = ann_and_bob(store).await;
    let talk = group(store, ann, &[bob]).await;
    let (first, second, third) = (a_client_id(), a_client_id(), a_client_id());
    let changes = vec![
        schedule(talk, ann, first, "one", 10),
        edit_scheduled(ann, first, "two", 20),
        send_now(ann, first),
        schedule(talk, ann, second, "three", 10),
        delete(ann, second),
        send_now(ann, second),
        schedule(talk, ann, third, "four", 10),
        leave(talk, bob),
    ];
    let seqs: Vec<_> = commit(store, changes).await.into_iter().map(|outcome| outcome.map(|done| done.seq)).collect();
    let not_found = Err(Rejection::NotFound);
    assert_eq!(seqs, [Ok(None), Ok(None), Ok(Some(1)), Ok(None), Ok(None), not_found, Ok(None), Ok(None)]);
    assert_eq!(run(store, 20).await, [Ok(Some(2))]);
    let rows = load(store, talk).await.rows;
    assert_eq!((texts(&rows), members(&rows).len()), (vec!["two", "four"], 2));
}

pub(crate) async fn what_was_sent_or_deleted_is_told_to_those_who_come_back(store: &dyn Store) {
    let (ann, bob) = ann_and_bob(store).await;
    let talk = direct(store, ann, bob).await;
    let (sent, stays) = (a_client_id(), a_client_id());
    done(store, schedule(talk, ann, sent, "one", 10)).await;
    let before = store.load_user(ann).await.expect("the store answers").rev;
    done(store, schedule(talk, ann, stays, "two", 20)).await;
    run(store, 10).await;
    let since = store.rows_since(Feed::User(ann), before, MUCH).await.expect("the store answers").expect("it fits");
    let rows: Vec<_> = since
        .rows
        .iter()
        .filter_map(|row| match row {
            Row::Scheduled(row) => Some((row.client_id, row.message.is_some(), row.rev)),
            _ => None,
        })
        .collect();
    assert_eq!(rows, [(stays, true, before + 1), (sent, false, before + 2)]);
}
