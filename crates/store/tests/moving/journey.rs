//! From one store to another: what is done on the way, and what has to hold after it, for every driver alike.

use super::content::{Content, fill, told};
use crate::contract::verbs::{fresh, person, said};
use futures_util::FutureExt;
use myna_chat::store::Store;
use myna_protocol::{Row, Timestamp};
use myna_store::archive::{Archive, Copied, CopyError, check, copy};
use myna_store::{OpenError, Purpose, StoreUrl, open, open_archive};
use std::future::poll_fn;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::Poll;
use std::time::Duration;

pub(crate) async fn served(url: &StoreUrl) -> Result<Arc<dyn Store>, OpenError> {
    open(url, Duration::ZERO).await
}

pub(crate) async fn refused(url: &StoreUrl) -> OpenError {
    served(url).await.err().expect("this is not served")
}

pub(crate) async fn archive(url: &StoreUrl, purpose: Purpose) -> Result<Arc<dyn Archive>, OpenError> {
    open_archive(url, purpose, Duration::ZERO).await
}

/// Something of everything, and all that the store answers about it.
pub(crate) async fn filled(url: &StoreUrl) -> (Content, Vec<String>) {
    let store = served(url).await.expect("the store opens");
    let content = fill(&*store).await;
    let told = told(&*store, &content).await;
    (content, told)
}

/// Both opened, copied, and closed again.
pub(crate) async fn copied(from: &StoreUrl, to: &StoreUrl) -> Result<Copied, CopyError> {
    let source = archive(from, Purpose::Source).await.expect("the source opens");
    let target = archive(to, Purpose::Target).await.expect("the target opens");
    copy(&*source, &from.to_string(), &*target, Timestamp(i64::MIN), &|_| {}).await
}

/// Begins to copy, and stops for good after it has told so much progress: nothing is said or saved any more.
pub(crate) async fn cut_off(from: &StoreUrl, to: &StoreUrl, after: u64) {
    let source = archive(from, Purpose::Source).await.expect("the source opens");
    let target = archive(to, Purpose::Target).await.expect("the target opens");
    let told = AtomicU64::new(0);
    let tell = |_| {
        told.fetch_add(1, Ordering::Relaxed);
    };
    let url = from.to_string();
    let mut copying = pin!(copy(&*source, &url, &*target, Timestamp(i64::MIN), &tell));
    poll_fn(|context| match copying.poll_unpin(context) {
        Poll::Ready(ended) => panic!("it ended before it was cut off: {ended:?}"),
        Poll::Pending if told.load(Ordering::Relaxed) >= after => Poll::Ready(()),
        Poll::Pending => Poll::Pending,
    })
    .await;
}

/// What is wrong with this store, in words.
pub(crate) async fn violations(url: &StoreUrl) -> Vec<String> {
    let archive = archive(url, Purpose::Look).await.expect("it opens");
    let mut violations = Vec::new();
    check(&*archive, &mut |violation| violations.push(violation.to_string())).await.expect("it can be read");
    violations
}

/// The store answers as another one did before, keeps every rule, and goes on.
pub(crate) async fn goes_on(url: &StoreUrl, content: &Content, before: &[String]) {
    assert_eq!(violations(url).await, [""; 0]);
    let store = served(url).await.expect("a finished copy opens");
    for (now, before) in told(&*store, content).await.iter().zip(before) {
        assert_eq!(now, before);
    }
    let (ann, talk) = (content.people[0], content.talks[1]);
    let last = store.messages_before(talk, u64::MAX, 1).await.expect("the store answers")[0].clone();
    let Row::Message(last) = last else { panic!("not a message: {last:?}") };
    assert_eq!(said(&*store, talk, ann, "onwards").await, last.seq + 1);
    person(&*store, &format!("Newcomer {}", fresh())).await;
}
