//! The long-lived tasks of a process: what each is called, how it is, and what happens when it panics.
//!
//! A task that panics is never silently gone. The supervisor logs it and names it to [`Supervisor::down`]; then it starts
//! the task again, or, where the process cannot work without it, [`Supervisor::failed`] resolves and the process ends.

use crate::{Backoff, lock};
use std::any::Any;
use std::collections::BTreeMap;
use std::future::poll_fn;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::sync::{Arc, Mutex};
use std::task::Poll;
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::{Instant, sleep};

/// The wait before a task that panicked starts again; each further one is twice as long, up to the limit.
const FIRST_WAIT: Duration = Duration::from_millis(100);
const LONGEST_WAIT: Duration = Duration::from_secs(5);
/// A task that has run for so long starts again after the first wait.
const STEADY: Duration = Duration::from_secs(60);

/// How a task is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TaskState {
    Running,
    /// It panicked, and starts again soon.
    Restarting,
    /// It panicked, and the process has to end.
    Failed,
}

/// Watches over the tasks of one process. Cheap to clone: all clones are one.
#[derive(Debug, Clone, Default)]
pub struct Supervisor(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    tasks: Mutex<BTreeMap<&'static str, TaskState>>,
    failed: watch::Sender<Option<&'static str>>,
}

impl Supervisor {
    /// Runs a task until it ends by itself. When it panics, `start` makes it anew after a short wait.
    pub async fn restart_on_panic<F>(self, name: &'static str, mut start: impl FnMut() -> F)
    where
        F: Future<Output = ()>,
    {
        let mut restarts = Restarts::default();
        self.set(name, TaskState::Running);
        while let Err(panic) = caught(start()).await {
            sleep(self.restarting(name, &*panic, &mut restarts)).await;
            self.set(name, TaskState::Running);
        }
        self.forget(name);
    }

    /// Runs a task until it ends by itself. When it panics, the process has to end: what the task held in memory cannot be
    /// trusted any more.
    pub async fn fail_on_panic(self, name: &'static str, task: impl Future<Output = ()>) {
        self.set(name, TaskState::Running);
        match caught(task).await {
            Ok(()) => self.forget(name),
            Err(panic) => self.fail(name, &*panic),
        }
    }

    /// What [`Self::restart_on_panic`] is to a task, for the work of a thread. Blocks.
    pub fn restart_thread_on_panic(&self, name: &'static str, mut work: impl FnMut()) {
        let mut restarts = Restarts::default();
        self.set(name, TaskState::Running);
        while let Err(panic) = catch_unwind(AssertUnwindSafe(&mut work)) {
            std::thread::sleep(self.restarting(name, &*panic, &mut restarts));
            self.set(name, TaskState::Running);
        }
        self.forget(name);
    }

    /// What [`Self::fail_on_panic`] is to a task, for the work of a thread. Blocks.
    pub fn fail_thread_on_panic(&self, name: &'static str, work: impl FnOnce()) {
        self.set(name, TaskState::Running);
        match catch_unwind(AssertUnwindSafe(work)) {
            Ok(()) => self.forget(name),
            Err(panic) => self.fail(name, &*panic),
        }
    }

    /// The tasks that were started and have not ended by themselves, by name.
    pub fn tasks(&self) -> BTreeMap<&'static str, TaskState> {
        lock(&self.0.tasks).clone()
    }

    /// The names of the tasks that do not run now, in the order of the alphabet.
    pub fn down(&self) -> Vec<&'static str> {
        let tasks = lock(&self.0.tasks);
        tasks.iter().filter(|(_, state)| **state != TaskState::Running).map(|(name, _)| *name).collect()
    }

    /// Waits until a task has failed without which the process cannot work; its name. Cancel safe.
    pub async fn failed(&self) -> &'static str {
        let mut failed = self.0.failed.subscribe();
        match failed.wait_for(Option::is_some).await.map(|name| *name) {
            Ok(Some(name)) => name,
            // The sender lives as long as `self`.
            Ok(None) | Err(_) => std::future::pending().await,
        }
    }

    /// Takes note of a panic; how long to wait before the task starts again.
    fn restarting(&self, name: &'static str, panic: &(dyn Any + Send), restarts: &mut Restarts) -> Duration {
        let wait = restarts.wait(Instant::now());
        tracing::error!(task = name, why = panic_text(panic), ?wait, "a task panicked: it starts again");
        self.set(name, TaskState::Restarting);
        wait
    }

    fn fail(&self, name: &'static str, panic: &(dyn Any + Send)) {
        tracing::error!(task = name, why = panic_text(panic), "a task panicked: the process cannot work without it");
        self.set(name, TaskState::Failed);
        self.0.failed.send_replace(Some(name));
    }

    fn set(&self, name: &'static str, state: TaskState) {
        lock(&self.0.tasks).insert(name, state);
    }

    fn forget(&self, name: &'static str) {
        lock(&self.0.tasks).remove(name);
    }
}

/// When one task starts again.
struct Restarts {
    backoff: Backoff,
    started: Instant,
}

impl Default for Restarts {
    fn default() -> Self {
        Self { backoff: Backoff::new(FIRST_WAIT, LONGEST_WAIT), started: Instant::now() }
    }
}

impl Restarts {
    fn wait(&mut self, now: Instant) -> Duration {
        if now.duration_since(self.started) >= STEADY {
            self.backoff.reset();
        }
        let wait = self.backoff.wait();
        self.started = now + wait;
        wait
    }
}

/// Runs a future to its end; an error when it panics. Either way it is dropped by then.
async fn caught<F: Future>(future: F) -> Result<F::Output, Box<dyn Any + Send>> {
    let mut future = pin!(future);
    poll_fn(|context| match catch_unwind(AssertUnwindSafe(|| future.as_mut().poll(context))) {
        Ok(Poll::Pending) => Poll::Pending,
        Ok(Poll::Ready(output)) => Poll::Ready(Ok(output)),
        Err(panic) => Poll::Ready(Err(panic)),
    })
    .await
}

/// What a panic said, for the log.
pub fn panic_text(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("it did not say why")
}

#[cfg(test)]
mod tests;
