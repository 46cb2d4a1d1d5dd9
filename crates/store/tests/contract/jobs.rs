//! Rules of due jobs: a stored change is performed once, and not before its time.

use super::verbs::{SCHEDULE, a_client_id, a_job_id, ann_and_bob, begun, commit, done, load, new_direct, text, texts};
use futures_util::future::join_all;
use myna_chat::rules::{Actor, Change, JobId, Verb};
use myna_chat::store::Store;
use myna_protocol::{ConversationId, Timestamp, UserId};

fn later(user: UserId, id: JobId, due_at: i64, conversation: ConversationId, said: &str) -> Change {
    let (client_id, text, send_at) = (a_client_id(), text(said), Timestamp(due_at));
    let (reply_to, job, bounds) = (None, id, SCHEDULE);
    let verb = Verb::ScheduleMessage { conversation, client_id, text, reply_to, send_at, job, bounds };
    verb.by(user, Timestamp(1))
}

fn run(id: JobId, now: i64) -> Change {
    Change { actor: Actor::System, at: Timestamp(now), verb: Verb::RunJob { id } }
}

pub(crate) async fn jobs_are_due_in_their_order_and_gone_when_they_are_done(store: &dyn Store) {
    let (ann, bob) = ann_and_bob(store).await;
    let talk = begun(store, new_direct(ann, bob)).await;
    let (early, late) = (a_job_id(), a_job_id());
    done(store, later(ann, late, 20, talk, "second")).await;
    done(store, later(ann, early, 10, talk, "first")).await;
    let due = async |now| store.due_jobs(Timestamp(now), 10).await.expect("the store answers");
    assert_eq!((due(9).await, due(10).await, due(20).await), (vec![], vec![early], vec![early, late]));
    assert_eq!(store.due_jobs(Timestamp(20), 1).await.expect("the store answers"), [early]);
    assert_eq!(store.next_due().await.expect("the store answers"), Some(Timestamp(10)));
    done(store, run(late, 15)).await;
    assert!(texts(&load(store, talk).await.rows).is_empty(), "it is not due yet");
    for id in [early, late] {
        assert_eq!(done(store, run(id, 20)).await.events.len(), 2);
    }
    assert_eq!(texts(&load(store, talk).await.rows), ["first", "second"]);
    assert_eq!((due(99).await, store.next_due().await.expect("the store answers")), (vec![], None));
}

pub(crate) async fn a_job_that_many_perform_at_once_is_done_once(store: &dyn Store) {
    let (ann, bob) = ann_and_bob(store).await;
    let talk = begun(store, new_direct(ann, bob)).await;
    let id = a_job_id();
    done(store, later(ann, id, 10, talk, "once")).await;
    let outcomes = join_all((0..6).map(|_| done(store, run(id, 10)))).await;
    assert_eq!(outcomes.iter().filter(|outcome| !outcome.events.is_empty()).count(), 1);
    let both = commit(store, vec![run(id, 10), run(id, 10)]).await;
    assert!(both.iter().all(|outcome| outcome.as_ref().is_ok_and(|done| done.events.is_empty())));
    assert_eq!(texts(&load(store, talk).await.rows), ["once"]);
}
