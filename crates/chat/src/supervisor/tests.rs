//! What becomes of tasks that panic.

use super::*;
use std::pin::Pin;
use std::sync::atomic::{AtomicU32, Ordering};
use tokio::sync::Notify;

type Task = Pin<Box<dyn Future<Output = ()> + Send>>;

/// A task that panics so many times, and then runs until it is told to end; and how often it was started.
fn task(panics: u32, end: &Arc<Notify>) -> (impl FnMut() -> Task + use<>, Arc<AtomicU32>) {
    let (runs, end) = (Arc::new(AtomicU32::new(0)), end.clone());
    let counted = runs.clone();
    let start = move || {
        let (run, end) = (counted.fetch_add(1, Ordering::SeqCst), end.clone());
        Box::pin(async move {
            tokio::task::yield_now().await;
            assert!(run >= panics, "panic number {run}");
            end.notified().await;
        }) as Task
    };
    (start, runs)
}

#[tokio::test(start_paused = true)]
async fn a_task_that_panics_is_down_until_it_runs_again() {
    let (supervisor, end) = (Supervisor::default(), Arc::new(Notify::new()));
    let (start, runs) = task(1, &end);
    let running = tokio::spawn(supervisor.clone().restart_on_panic("relay", start));
    while supervisor.down().is_empty() {
        tokio::task::yield_now().await;
    }
    assert_eq!(supervisor.down(), ["relay"]);
    assert_eq!(supervisor.tasks(), BTreeMap::from([("relay", TaskState::Restarting)]));
    tokio::time::advance(FIRST_WAIT).await;
    while !supervisor.down().is_empty() {
        tokio::task::yield_now().await;
    }
    assert_eq!(runs.load(Ordering::SeqCst), 2);
    end.notify_one();
    running.await.unwrap();
    assert_eq!(supervisor.tasks(), BTreeMap::new(), "a task that ended by itself is not down");
}

#[tokio::test(start_paused = true)]
async fn a_task_that_panics_again_and_again_waits_longer_each_time() {
    let (supervisor, end) = (Supervisor::default(), Arc::new(Notify::new()));
    let (start, runs) = task(4, &end);
    let began = Instant::now();
    end.notify_one();
    supervisor.restart_on_panic("relay", start).await;
    assert_eq!(runs.load(Ordering::SeqCst), 5);
    assert_eq!(began.elapsed(), FIRST_WAIT * (1 + 2 + 4 + 8));
}

#[test]
fn a_task_that_ran_well_for_a_while_starts_again_soon() {
    let mut restarts = Restarts::default();
    let start = Instant::now();
    assert_eq!(restarts.wait(start), FIRST_WAIT);
    assert_eq!(restarts.wait(start), FIRST_WAIT * 2);
    assert_eq!(restarts.wait(start + STEADY * 2), FIRST_WAIT);
}

#[tokio::test]
async fn a_task_that_the_process_needs_ends_the_process() {
    let (supervisor, end) = (Supervisor::default(), Arc::new(Notify::new()));
    let (mut start, runs) = task(1, &end);
    tokio::join!(supervisor.clone().fail_on_panic("committer", start()), async {
        assert_eq!(supervisor.failed().await, "committer");
    });
    assert_eq!(runs.load(Ordering::SeqCst), 1);
    assert_eq!(supervisor.failed().await, "committer", "it stays failed");
    assert_eq!((supervisor.down(), supervisor.tasks()["committer"]), (vec!["committer"], TaskState::Failed));
}

#[tokio::test]
async fn a_thread_that_panics_runs_again_or_ends_the_process() {
    let supervisor = Supervisor::default();
    let mut runs = 0;
    supervisor.restart_thread_on_panic("checkpoints", || {
        runs += 1;
        assert!(runs > 1, "the first run panics");
    });
    assert_eq!((runs, supervisor.down()), (2, Vec::new()));
    supervisor.fail_thread_on_panic("writer", || panic!("a test"));
    assert_eq!((supervisor.down(), supervisor.failed().await), (vec!["writer"], "writer"));
}
