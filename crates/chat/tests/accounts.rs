//! What accounts and sessions promise.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use myna_chat::store::StoreError;
use myna_chat::{Chat, Clock, Error, Outgoing, Parts, Passwords, RandomIds, SignedIn, Token};
use myna_protocol::{ByeReason, Name, Password, Rejection, Timestamp};
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

const HERE: Option<IpAddr> = Some(IpAddr::V4(Ipv4Addr::LOCALHOST));
const ELSEWHERE: Option<IpAddr> = Some(IpAddr::V4(Ipv4Addr::new(127, 0, 0, 2)));
const DAY: i64 = 24 * 60 * 60 * 1_000;

/// A clock that stands still until a test moves it.
struct TestClock(AtomicI64);

impl TestClock {
    fn advance(&self, millis: i64) {
        self.0.fetch_add(millis, Ordering::Relaxed);
    }
}

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        Timestamp(self.0.load(Ordering::Relaxed))
    }
}

async fn chat() -> (Chat, Arc<TestClock>) {
    let store = myna_store::open(&"memory:".parse().unwrap(), Duration::ZERO).await.unwrap();
    let clock = Arc::new(TestClock(AtomicI64::new(1_800_000_000_000)));
    let parts = Parts {
        store,
        clock: clock.clone(),
        ids: Arc::new(RandomIds),
        passwords: Passwords::weak(),
        policy: Default::default(),
    };
    let (chat, tasks) = Chat::new(parts);
    tokio::spawn(tasks.run());
    (chat, clock)
}

async fn sign_up(chat: &Chat, name: &str) -> Result<SignedIn, Rejection> {
    let password = Password::parse("a long password").unwrap();
    chat.sign_up(Name::parse(name).unwrap(), password, HERE).await.map_err(|error| error.rejection())
}

async fn sign_in(chat: &Chat, name: &str, password: &str) -> Result<SignedIn, Rejection> {
    chat.sign_in(name, password, HERE).await.map_err(|error| error.rejection())
}

#[tokio::test]
async fn a_name_is_taken_whatever_its_letters_look_like() {
    let (chat, _) = chat().await;
    sign_up(&chat, "Lena Novak").await.unwrap();
    for same in ["lena novak", "LENA  NOVAK", " Lena Novak ", "Ｌｅｎａ Novak"] {
        assert_eq!(sign_up(&chat, same).await.unwrap_err(), Rejection::NameTaken, "{same}");
    }
    sign_up(&chat, "Lena Nowak").await.unwrap();
}

#[tokio::test]
async fn a_name_in_foreign_letters_that_look_like_a_taken_name_is_taken() {
    let (chat, _) = chat().await;
    sign_up(&chat, "Bob").await.unwrap();
    for same in ["\u{412}ob", "B\u{43e}b", "B\u{3bf}b", "\u{1d401}\u{1d428}\u{1d41b}"] {
        assert_eq!(sign_up(&chat, same).await.unwrap_err(), Rejection::NameTaken, "{same}");
    }
    for other in ["B\u{f6}b", "\u{411}\u{43e}\u{431}", "Rob"] {
        sign_up(&chat, other).await.unwrap();
    }
}

#[tokio::test]
async fn an_unknown_name_and_a_wrong_password_answer_alike() {
    let (chat, _) = chat().await;
    sign_up(&chat, "Lena").await.unwrap();
    sign_in(&chat, "lena", "a long password").await.unwrap();
    for (name, password) in
        [("Lena", "a wrong password"), ("Nobody", "a long password"), ("Lena", "short"), ("\u{0}", "a long password")]
    {
        assert_eq!(sign_in(&chat, name, password).await.unwrap_err(), Rejection::BadCredentials, "{name}");
    }
}

/// How many of these answers say that a password was verified and is wrong; the others say that there were too many attempts.
fn verified(answers: Vec<Result<SignedIn, Error>>) -> usize {
    let rejections = answers.into_iter().map(|answer| answer.unwrap_err().rejection());
    rejections.filter(|rejection| *rejection != Rejection::TooMany).count()
}

#[tokio::test]
async fn guessing_gets_slower_for_the_guesser_and_the_owner_still_signs_in() {
    let (chat, clock) = chat().await;
    sign_up(&chat, "Lena").await.unwrap();
    for _ in 0..5 {
        let guess = chat.sign_in("Lena", "a wrong password", ELSEWHERE).await;
        assert_eq!(guess.unwrap_err().rejection(), Rejection::BadCredentials);
    }
    let right = chat.sign_in("Lena", "a long password", ELSEWHERE).await;
    assert_eq!(right.unwrap_err().rejection(), Rejection::TooMany, "there a right password waits too");
    sign_in(&chat, "Lena", "a long password").await.unwrap();
    clock.advance(20_000);
    chat.sign_in("Lena", "a long password", ELSEWHERE).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn of_parallel_guesses_from_one_address_only_a_handful_is_verified() {
    let (chat, _) = chat().await;
    sign_up(&chat, "Lena").await.unwrap();
    let guess = |_| {
        let chat = chat.clone();
        tokio::spawn(async move { chat.sign_in("Lena", "a wrong password", ELSEWHERE).await })
    };
    let guesses: Vec<_> = (0..66).map(guess).collect();
    let mut answers = Vec::new();
    for guess in guesses {
        answers.push(guess.await.unwrap());
    }
    assert_eq!(verified(answers), 5);
}

#[tokio::test]
async fn an_address_that_tries_one_password_on_many_names_has_to_wait() {
    let (chat, _) = chat().await;
    let mut answers = Vec::new();
    for n in 0..100 {
        answers.push(chat.sign_in(&format!("Person {n}"), "a long password", ELSEWHERE).await);
    }
    assert_eq!(verified(answers), 30);
    sign_up(&chat, "Lena").await.unwrap();
    sign_in(&chat, "Lena", "a long password").await.unwrap();
}

#[tokio::test]
async fn a_session_ends_after_thirty_days_and_its_row_goes() {
    let (chat, clock) = chat().await;
    let lena = sign_up(&chat, "Lena").await.unwrap();
    assert_eq!(chat.session(&lena.token).await.unwrap().unwrap().user, lena.user);
    clock.advance(30 * DAY - 1);
    assert!(chat.session(&lena.token).await.unwrap().is_some());
    assert!(chat.session_holds(lena.session).await.unwrap());
    clock.advance(1);
    assert!(chat.session(&lena.token).await.unwrap().is_none());
    assert!(!chat.session_holds(lena.session).await.unwrap());
    clock.advance(1);
    assert_eq!(chat.forget_expired_sessions().await.unwrap(), 1);
}

#[tokio::test]
async fn signing_out_ends_this_session_and_its_sockets_and_no_other() {
    let (chat, _) = chat().await;
    let here = sign_up(&chat, "Lena").await.unwrap();
    let there = sign_in(&chat, "Lena", "a long password").await.unwrap();
    assert_ne!(here.token, there.token, "each sign-in has a token of its own");
    let mut socket_here = chat.hub().connect(here.user.id, here.session);
    let mut socket_there = chat.hub().connect(there.user.id, there.session);
    chat.sign_out(here.user.id, here.session).await.unwrap();
    assert!(matches!(socket_here.next().await, Outgoing::Bye(ByeReason::SignedOut)));
    assert!(socket_there.waiting().is_none());
    assert!(chat.session(&here.token).await.unwrap().is_none());
    assert!(chat.session(&there.token).await.unwrap().is_some());
    chat.sign_out(here.user.id, here.session).await.unwrap();
}

#[tokio::test]
async fn a_guessed_token_is_nobodys() {
    let (chat, _) = chat().await;
    sign_up(&chat, "Lena").await.unwrap();
    let guess = Token::from_text(&"0".repeat(64)).unwrap();
    assert!(chat.session(&guess).await.unwrap().is_none());
}

#[test]
fn what_is_ours_to_mend_is_not_told_in_detail() {
    let error = Error::Store(StoreError::Corrupt("page 7 of /secret/path".to_owned()));
    assert_eq!(error.rejection(), Rejection::Unavailable);
}
