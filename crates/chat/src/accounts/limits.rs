//! How often an address may try to sign in or sign up.
//!
//! Each question counts the attempt in the same step, before the password is verified: parallel guesses cannot pass
//! together. An address that signed in to a name before is known for that name, and strangers cannot use up its attempts.

use super::source::Source;
use crate::Clock;
use governor::middleware::NoOpMiddleware;
use governor::nanos::Nanos;
use governor::state::keyed::HashMapStateStore;
use governor::{Quota, RateLimiter};
use moka::sync::Cache;
use myna_protocol::UserId;
use std::hash::Hash;
use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

/// Attempts on one name from one address: people mistype. Then one in 20 s.
const BY_PAIR: (u32, Duration) = (5, Duration::from_secs(20));
/// Attempts from one address on all names: an office or a school may share it. Then one in 2 s.
const BY_ADDRESS: (u32, Duration) = (30, Duration::from_secs(2));
/// Attempts on one name from all addresses that are not known for it. Then one in 2 s: many machines that guess together
/// get no further, and its owner still gets in from a known address.
const BY_NAME: (u32, Duration) = (100, Duration::from_secs(2));
/// Accounts that one address may try to create. Then one in 36 s, 100 in an hour.
const SIGN_UPS: (u32, Duration) = (100, Duration::from_secs(36));
/// Groups and channels that one person may create. Then one in 10 s: whoever creates many puts others into all of them.
const CREATIONS: (u32, Duration) = (30, Duration::from_secs(10));
/// New names that one person may give, to themselves and to conversations. Then one in 10 s: everybody is told of them.
const RENAMES: (u32, Duration) = (30, Duration::from_secs(10));
/// Direct conversations that one person may open. Then one in a second.
const DIRECTS: (u32, Duration) = (200, Duration::from_secs(1));
/// Keys that each limiter remembers.
const KEYS: usize = 10_000;

type Pair = (String, Option<Source>);

/// The limits of this process. They live in memory; a restart forgets them.
pub(crate) struct Limits {
    pairs: Limiter<Pair>,
    addresses: Limiter<Source>,
    names: Limiter<String>,
    sign_ups: Limiter<Source>,
    creations: Limiter<UserId>,
    directs: Limiter<UserId>,
    renames: Limiter<UserId>,
    /// Pairs that signed in, with limits of their own.
    known: Cache<Pair, ()>,
    known_pairs: Limiter<Pair>,
}

impl Limits {
    pub(crate) fn new(clock: &Arc<dyn Clock>) -> Self {
        Self {
            pairs: Limiter::new(BY_PAIR, clock),
            addresses: Limiter::new(BY_ADDRESS, clock),
            names: Limiter::new(BY_NAME, clock),
            sign_ups: Limiter::new(SIGN_UPS, clock),
            creations: Limiter::new(CREATIONS, clock),
            directs: Limiter::new(DIRECTS, clock),
            renames: Limiter::new(RENAMES, clock),
            known: Cache::new(KEYS as u64),
            known_pairs: Limiter::new(BY_PAIR, clock),
        }
    }

    /// Counts an attempt to sign in to the name with this key; false when there were too many. `from` is `None` for calls
    /// from inside the process.
    pub(crate) fn count_sign_in(&self, name_key: &str, from: Option<IpAddr>) -> bool {
        let source = from.map(Source::from);
        let pair = (name_key.to_owned(), source);
        if self.known.contains_key(&pair) {
            return self.known_pairs.count(pair);
        }
        source.is_none_or(|source| self.addresses.count(source))
            && self.pairs.count(pair)
            && self.names.count(name_key.to_owned())
    }

    /// Remembers that somebody at this address has the password of this name.
    pub(crate) fn know(&self, name_key: String, from: Option<IpAddr>) {
        self.known.insert((name_key, from.map(Source::from)), ());
    }

    /// Counts an attempt to create an account; false when there were too many. Calls from inside the process, without an
    /// address, have no limit.
    pub(crate) fn count_sign_up(&self, from: Option<IpAddr>) -> bool {
        from.is_none_or(|from| self.sign_ups.count(from.into()))
    }

    /// Counts a group or channel that a person creates, or people whom they add; false when there were too many.
    pub(crate) fn count_creation(&self, user: UserId) -> bool {
        self.creations.count(user)
    }

    /// Counts a direct conversation that a person opens; false when there were too many.
    pub(crate) fn count_direct(&self, user: UserId) -> bool {
        self.directs.count(user)
    }

    /// Counts a name that a person gives, to themselves or to a conversation; false when there were too many.
    pub(crate) fn count_rename(&self, user: UserId) -> bool {
        self.renames.count(user)
    }
}

/// One bucket of attempts for each key, for a bounded number of keys.
struct Limiter<K: Hash + Eq + Clone> {
    /// The key `None` is one bucket for all keys that find no room.
    buckets: RateLimiter<Option<K>, HashMapStateStore<Option<K>>, LimitClock, NoOpMiddleware<Nanos>>,
}

impl<K: Hash + Eq + Clone> Limiter<K> {
    fn new((burst, then_one_in): (u32, Duration), clock: &Arc<dyn Clock>) -> Self {
        let burst = NonZeroU32::new(burst).expect("each limit allows something");
        let quota = Quota::with_period(then_one_in).expect("each limit has a period").allow_burst(burst);
        Self { buckets: RateLimiter::hashmap_with_clock(quota, LimitClock(clock.clone())) }
    }

    /// Takes one attempt out of the key's bucket; false when it is empty.
    fn count(&self, key: K) -> bool {
        if self.buckets.len() >= KEYS {
            // Only full buckets go: they say nothing.
            self.buckets.retain_recent();
        }
        let key = if self.buckets.len() < KEYS { Some(key) } else { None };
        self.buckets.check_key(&key).is_ok()
    }
}

/// The injected clock, as governor reads it.
#[derive(Clone)]
struct LimitClock(Arc<dyn Clock>);

impl governor::clock::Clock for LimitClock {
    type Instant = Nanos;

    fn now(&self) -> Nanos {
        Duration::from_millis(u64::try_from(self.0.now().millis()).unwrap_or(0)).into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use myna_protocol::Timestamp;
    use std::net::Ipv4Addr;
    use std::sync::atomic::{AtomicI64, Ordering};

    #[derive(Default)]
    struct TestClock(AtomicI64);

    impl Clock for TestClock {
        fn now(&self) -> Timestamp {
            Timestamp(1_800_000_000_000 + self.0.load(Ordering::Relaxed))
        }
    }

    fn limits() -> (Limits, Arc<TestClock>) {
        let clock = Arc::new(TestClock::default());
        (Limits::new(&(clock.clone() as Arc<dyn Clock>)), clock)
    }

    fn address(n: u32) -> Option<IpAddr> {
        Some(Ipv4Addr::from_bits(0x0a00_0000 + n).into())
    }

    #[test]
    fn a_person_creates_thirty_groups_at_once_and_then_one_every_ten_seconds() {
        let (limits, clock) = limits();
        let (ann, bea) = (UserId::from_bytes([1; 16]), UserId::from_bytes([2; 16]));
        assert_eq!(passes(400, |_| limits.count_creation(ann)), 30);
        assert!(limits.count_creation(bea), "others have their own");
        clock.0.fetch_add(10_000, Ordering::Relaxed);
        assert_eq!(passes(5, |_| limits.count_creation(ann)), 1);
        assert_eq!(passes(1_000, |_| limits.count_direct(ann)), 200);
    }

    fn passes(attempts: usize, attempt: impl Fn(usize) -> bool) -> usize {
        (0..attempts).filter(|n| attempt(*n)).count()
    }

    #[test]
    fn one_address_guesses_a_name_five_times_and_then_every_twenty_seconds() {
        let (limits, clock) = limits();
        assert_eq!(passes(66, |_| limits.count_sign_in("lena", address(1))), 5);
        clock.0.fetch_add(19_999, Ordering::Relaxed);
        assert!(!limits.count_sign_in("lena", address(1)));
        clock.0.fetch_add(1, Ordering::Relaxed);
        assert_eq!(passes(66, |_| limits.count_sign_in("lena", address(1))), 1);
        assert!(limits.count_sign_in("lena", address(2)), "another address has attempts of its own");
    }

    #[test]
    fn one_address_tries_thirty_names_and_then_one_every_two_seconds() {
        let (limits, clock) = limits();
        assert_eq!(passes(500, |n| limits.count_sign_in(&format!("name {n}"), address(1))), 30);
        clock.0.fetch_add(2_000, Ordering::Relaxed);
        assert_eq!(passes(500, |n| limits.count_sign_in(&format!("other {n}"), address(1))), 1);
    }

    #[test]
    fn many_addresses_guess_a_name_a_hundred_times_and_a_known_address_still_has_its_attempts() {
        let (limits, _) = limits();
        limits.know("lena".to_owned(), address(1));
        assert_eq!(passes(1_000, |n| limits.count_sign_in("lena", address(2 + n as u32))), 100);
        assert_eq!(passes(66, |_| limits.count_sign_in("lena", address(1))), 5);
    }

    #[test]
    fn an_address_that_tried_many_names_still_signs_in_to_the_name_it_is_known_for() {
        let (limits, _) = limits();
        limits.know("lena".to_owned(), address(1));
        passes(500, |n| limits.count_sign_in(&format!("name {n}"), address(1)));
        assert!(limits.count_sign_in("lena", address(1)));
    }

    #[test]
    fn one_address_creates_a_hundred_accounts_an_hour() {
        let (limits, clock) = limits();
        assert_eq!(passes(200, |_| limits.count_sign_up(address(1))), 100);
        assert!(limits.count_sign_up(address(2)));
        clock.0.fetch_add(60 * 60 * 1_000, Ordering::Relaxed);
        assert_eq!(passes(200, |_| limits.count_sign_up(address(1))), 100);
        assert_eq!(passes(200, |_| limits.count_sign_up(None)), 200);
    }

    #[test]
    fn memory_is_bounded_and_full_buckets_make_room() {
        let (limits, clock) = limits();
        let count =
            |from: usize| passes(KEYS + 200, |n| limits.addresses.count(address((from + n) as u32).unwrap().into()));
        assert_eq!(count(0), KEYS + 30, "all that find no room share one bucket");
        assert_eq!(limits.addresses.buckets.len(), KEYS + 1);
        clock.0.fetch_add(60 * 60 * 1_000, Ordering::Relaxed);
        assert_eq!(count(2 * KEYS), KEYS + 30, "what is an hour old is forgotten");
        assert_eq!(limits.addresses.buckets.len(), KEYS + 1);
    }
}
