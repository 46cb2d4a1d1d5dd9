//! Who hashes when: sign-ups leave room for sign-ins, and one address cannot fill the queue.

use crate::Error;
use crate::accounts::Source;
use crate::store::StoreError;
use myna_protocol::Rejection;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::Semaphore;

/// Hashes that run at a time.
pub(super) const AT_A_TIME: usize = 2;
/// Hashes for sign-ups that run at a time: a sign-in never waits behind more than these.
const SIGN_UPS_AT_A_TIME: usize = 1;
/// Hashes of each purpose that run or wait; further callers have to come again.
const QUEUED: usize = 128;
/// Hashes from one source that run or wait.
const QUEUED_BY_SOURCE: usize = 16;

/// What a hash is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Purpose {
    SignIn,
    SignUp,
}

#[derive(Clone)]
pub(super) struct Queue {
    running: Arc<Semaphore>,
    sign_ups: Arc<Semaphore>,
    queued: Arc<Mutex<Queued>>,
}

/// How many hashes run or wait. Entries end with their last hash.
#[derive(Default)]
struct Queued {
    by_purpose: HashMap<Purpose, usize>,
    by_source: HashMap<Source, usize>,
}

impl Default for Queue {
    fn default() -> Self {
        Self {
            running: Arc::new(Semaphore::new(AT_A_TIME)),
            sign_ups: Arc::new(Semaphore::new(SIGN_UPS_AT_A_TIME)),
            queued: Arc::default(),
        }
    }
}

impl Queue {
    /// Does this work on a thread that may block, when its turn comes. `TooMany` when too much waits already.
    pub(super) async fn run<T: Send + 'static>(
        &self,
        purpose: Purpose,
        source: Option<Source>,
        work: impl FnOnce() -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, Error> {
        let place = Place::take(&self.queued, purpose, source).ok_or(Rejection::TooMany)?;
        let sign_up = match purpose {
            Purpose::SignUp => Some(self.sign_ups.clone().acquire_owned().await.map_err(|_| Error::Stopping)?),
            Purpose::SignIn => None,
        };
        let running = self.running.clone().acquire_owned().await.map_err(|_| Error::Stopping)?;
        let done = tokio::task::spawn_blocking(move || {
            // The work goes on when its caller has gone; it holds its place until it ends.
            let _held = (place, sign_up, running);
            work()
        });
        Ok(done.await.map_err(super::backend)??)
    }
}

/// A place in the queue, given back when it is dropped.
struct Place {
    queued: Arc<Mutex<Queued>>,
    purpose: Purpose,
    source: Option<Source>,
}

impl Place {
    fn take(queued: &Arc<Mutex<Queued>>, purpose: Purpose, source: Option<Source>) -> Option<Self> {
        let mut counts = lock(queued);
        let of_source = source.map_or(0, |source| counts.by_source.get(&source).copied().unwrap_or(0));
        let of_purpose = counts.by_purpose.get(&purpose).copied().unwrap_or(0);
        if of_purpose >= QUEUED || of_source >= QUEUED_BY_SOURCE {
            return None;
        }
        counts.by_purpose.insert(purpose, of_purpose + 1);
        if let Some(source) = source {
            counts.by_source.insert(source, of_source + 1);
        }
        drop(counts);
        Some(Self { queued: queued.clone(), purpose, source })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut counts = lock(&self.queued);
        less(&mut counts.by_purpose, &self.purpose);
        if let Some(source) = self.source {
            less(&mut counts.by_source, &source);
        }
    }
}

fn less<K: std::hash::Hash + Eq>(counts: &mut HashMap<K, usize>, key: &K) {
    if let Some(count) = counts.get_mut(key) {
        *count -= 1;
        if *count == 0 {
            counts.remove(key);
        }
    }
}

fn lock(queued: &Mutex<Queued>) -> MutexGuard<'_, Queued> {
    queued.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::{IpAddr, Ipv4Addr};
    use std::sync::mpsc::{self, Sender};
    use tokio::task::{JoinHandle, yield_now};

    fn source(n: u8) -> Option<Source> {
        Some(IpAddr::V4(Ipv4Addr::new(10, 0, 0, n)).into())
    }

    /// Work that lasts until the sender is dropped.
    fn blocked(queue: &Queue, purpose: Purpose, sources: &[u8]) -> (Vec<JoinHandle<Result<(), Error>>>, Sender<()>) {
        let (open, gate) = mpsc::channel::<()>();
        let gate = Arc::new(Mutex::new(gate));
        let run = |n: &u8| {
            let (queue, gate, source) = (queue.clone(), gate.clone(), source(*n));
            let wait = move || {
                let _ = gate.lock().unwrap().recv();
                Ok(())
            };
            tokio::spawn(async move { queue.run(purpose, source, wait).await })
        };
        (sources.iter().map(run).collect(), open)
    }

    async fn until_refused(work: &[JoinHandle<Result<(), Error>>], count: usize) {
        while work.iter().filter(|work| work.is_finished()).count() < count {
            yield_now().await;
        }
    }

    async fn done(work: Vec<JoinHandle<Result<(), Error>>>) -> usize {
        let mut done = 0;
        for work in work {
            match work.await.unwrap() {
                Ok(()) => done += 1,
                Err(error) => assert_eq!(error.rejection(), Rejection::TooMany),
            }
        }
        done
    }

    #[tokio::test]
    async fn a_sign_in_does_not_wait_for_two_hundred_sign_ups_of_one_address() {
        let queue = Queue::default();
        let (sign_ups, open) = blocked(&queue, Purpose::SignUp, &[1; 200]);
        until_refused(&sign_ups, 200 - QUEUED_BY_SOURCE).await;
        queue.run(Purpose::SignIn, source(2), || Ok(())).await.unwrap();
        drop(open);
        assert_eq!(done(sign_ups).await, QUEUED_BY_SOURCE);
    }

    #[tokio::test]
    async fn a_full_queue_of_sign_ups_has_room_for_sign_ins() {
        let queue = Queue::default();
        let sources: Vec<u8> = (0..200).collect();
        let (sign_ups, open) = blocked(&queue, Purpose::SignUp, &sources);
        until_refused(&sign_ups, 200 - QUEUED).await;
        queue.run(Purpose::SignIn, source(2), || Ok(())).await.unwrap();
        drop(open);
        assert_eq!(done(sign_ups).await, QUEUED);
    }

    #[tokio::test]
    async fn one_address_leaves_room_for_the_sign_ins_of_others() {
        let queue = Queue::default();
        let (sign_ins, open) = blocked(&queue, Purpose::SignIn, &[1; 200]);
        until_refused(&sign_ins, 200 - QUEUED_BY_SOURCE).await;
        let (others, others_open) = blocked(&queue, Purpose::SignIn, &[2, 3, 4]);
        drop((open, others_open));
        assert_eq!((done(sign_ins).await, done(others).await), (QUEUED_BY_SOURCE, 3));
        let counts = lock(&queue.queued);
        assert!(counts.by_source.is_empty() && counts.by_purpose.is_empty(), "nothing stays of what has ended");
    }
}
