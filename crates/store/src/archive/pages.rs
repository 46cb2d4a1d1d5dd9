//! All rows of a noun, one page at a time, so that memory does not grow with the store.

use super::{Archive, SessionRecord, UserRecord};
use futures_util::stream::{self, Stream, TryStreamExt};
use myna_chat::rules::{ConversationRow, JobRow, MemberRow, PersonalRow};
use myna_chat::store::StoreError;
use myna_protocol::{ConversationId, Message, Reaction, Seq, Timestamp, UserId};

/// Rows in a page.
pub(super) const PAGE: u32 = 1_000;

/// All pages after `first`. `read` returns the page after a key.
fn pages<'a, R, K, F>(
    first: K,
    read: impl Fn(K) -> F + Copy + 'a,
    key: impl Fn(&R) -> K + Copy + 'a,
) -> impl Stream<Item = Result<Vec<R>, StoreError>> + 'a
where
    K: 'a,
    R: 'a,
    F: Future<Output = Result<Vec<R>, StoreError>> + 'a,
{
    stream::try_unfold(Some(first), move |after| async move {
        let Some(after) = after else { return Ok(None) };
        let page = read(after).await?;
        let next = page.last().map(key).filter(|_| page.len() >= PAGE as usize);
        Ok((!page.is_empty()).then_some((page, next)))
    })
}

pub(super) fn users(archive: &dyn Archive) -> impl Stream<Item = Result<Vec<UserRecord>, StoreError>> {
    pages(None, |after| archive.users(after, PAGE), |user| Some(user.id))
}

/// The sessions that expire after `until`. A driver may delete expired ones at any time.
pub(super) fn sessions(
    archive: &dyn Archive,
    until: Timestamp,
) -> impl Stream<Item = Result<Vec<SessionRecord>, StoreError>> {
    let pages = pages(None, |after| archive.sessions(after, PAGE), |session| Some(session.id));
    pages.map_ok(move |page| page.into_iter().filter(|session| session.expires_at > until).collect())
}

/// One by one.
pub(super) fn conversations(archive: &dyn Archive) -> impl Stream<Item = Result<ConversationRow, StoreError>> {
    let pages = pages(None, |after| archive.conversations(after, PAGE), |row| Some(row.id));
    pages.map_ok(|page| stream::iter(page.into_iter().map(Ok))).try_flatten()
}

pub(super) fn members(
    archive: &dyn Archive,
    id: ConversationId,
) -> impl Stream<Item = Result<Vec<MemberRow>, StoreError>> {
    pages(None, move |after| archive.members(id, after, PAGE), |member| Some(member.user))
}

pub(super) fn messages(
    archive: &dyn Archive,
    id: ConversationId,
    after: Seq,
) -> impl Stream<Item = Result<Vec<Message>, StoreError>> {
    pages(after, move |after| archive.messages(id, after, PAGE), |message| message.seq)
}

pub(super) fn reactions(
    archive: &dyn Archive,
    id: ConversationId,
) -> impl Stream<Item = Result<Vec<Reaction>, StoreError>> {
    let first = (0, UserId::from_bytes([0; 16]));
    pages(first, move |after| archive.reactions(id, after, PAGE), |reaction| (reaction.seq, reaction.user))
}

pub(super) fn jobs(archive: &dyn Archive) -> impl Stream<Item = Result<Vec<JobRow>, StoreError>> {
    pages(None, |after| archive.jobs(after, PAGE), |job| Some(job.id))
}

pub(super) fn personal(archive: &dyn Archive) -> impl Stream<Item = Result<Vec<PersonalRow>, StoreError>> {
    pages(None, |after| archive.personal(after, PAGE), |row| Some(row.key()))
}
