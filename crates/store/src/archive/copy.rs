//! Copies a store into another one: in bounded memory, resumable, with a comparison at the end.

mod compare;
mod progress;

pub use progress::{Progress, Step};

use super::{Archive, Counts, Origin, pages};
use futures_util::TryStreamExt;
use myna_chat::rules::ConversationRow;
use myna_chat::store::StoreError;
use myna_protocol::{ConversationId, Timestamp};
use progress::Tally;
use std::pin::pin;

/// How many conversations to copy or compare at a time. Most are small, and each sometimes waits for the other side.
const AT_ONCE: usize = 4;

/// Why a copy did not start or did not finish. The copied rows stay, and the same copy continues from there.
#[derive(Debug, thiserror::Error)]
pub enum CopyError {
    #[error("the store to copy from cannot be read ({0}): fix that, and run the same command again to continue")]
    Source(#[source] StoreError),
    #[error("the store to copy to cannot be used ({0}): fix that, and run the same command again to continue")]
    Target(#[source] StoreError),
    /// The target has rows that come from no copy.
    #[error("the store to copy to holds something already: name one that is empty, or does not exist yet")]
    Occupied,
    /// The target has rows from another copy.
    #[error("the store to copy to is the unfinished copy of another store ({0}): finish that one, or name another")]
    OtherOrigin(String),
    /// After copying, the numbers differ.
    #[error("after copying, one store has {from} {noun} and the other {to}: copy into a new, empty store instead")]
    Counts { noun: &'static str, from: u64, to: u64 },
    /// After copying, the people or the sessions differ.
    #[error("after copying, the {0} are not the same in both stores: copy into a new, empty store instead")]
    Different(&'static str),
    /// After copying, this conversation differs.
    #[error("after copying, conversation {0} is not the same in both stores: copy into a new, empty store instead")]
    DifferentConversation(ConversationId),
}

/// The result of a finished copy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Copied {
    /// The rows in both stores now.
    pub counts: Counts,
    /// The rows that this copy wrote: fewer if it continued an earlier one.
    pub written: u64,
}

/// Copies everything from one store into another, which must be empty or the unfinished target of a copy from the same
/// store. `url` names the source to people, without a password. `progress` is called after every page. Sessions that
/// expire at `until` or before are left out, because they could end while they are copied.
///
/// Until all rows are copied and compared, the target is marked as unfinished, and a server refuses it.
pub async fn copy(
    from: &dyn Archive,
    url: &str,
    to: &dyn Archive,
    until: Timestamp,
    progress: &(dyn Fn(Progress) + Sync),
) -> Result<Copied, CopyError> {
    let resumed = begin(from, url, to).await?;
    let counts = from.counts().await.map_err(CopyError::Source)?;
    let copying = Copying { from, to, until, resumed, tally: Tally::of(Step::Copying, counts.total(), progress) };
    copying.server().await?;
    copying.people().await?;
    copying.personal().await?;
    copying.sessions().await?;
    pages::conversations(from)
        .map_err(CopyError::Source)
        .try_for_each_concurrent(AT_ONCE, |row| copying.conversation(row))
        .await?;
    compare::all(from, to, counts, until, progress).await?;
    to.set_origin(None).await.map_err(CopyError::Target)?;
    Ok(Copied { counts, written: copying.tally.written() })
}

/// Checks that the copy may write to the target, and marks the target as unfinished. Returns whether this continues an
/// earlier copy.
async fn begin(from: &dyn Archive, url: &str, to: &dyn Archive) -> Result<bool, CopyError> {
    let origin = Origin { id: from.id().await.map_err(CopyError::Source)?, url: url.to_owned() };
    match to.origin().await.map_err(CopyError::Target)? {
        Some(earlier) if earlier.id == origin.id => Ok(true),
        Some(other) => Err(CopyError::OtherOrigin(other.url)),
        None if to.counts().await.map_err(CopyError::Target)? != Counts::default() => Err(CopyError::Occupied),
        None => {
            to.set_origin(Some(origin)).await.map_err(CopyError::Target)?;
            Ok(false)
        }
    }
}

struct Copying<'a> {
    from: &'a dyn Archive,
    to: &'a dyn Archive,
    until: Timestamp,
    resumed: bool,
    tally: Tally<'a>,
}

impl Copying<'_> {
    /// The server's own row, and the jobs that wait. Consumers of the change log stay behind: their positions are of that log.
    async fn server(&self) -> Result<(), CopyError> {
        let server = self.from.server().await.map_err(CopyError::Source)?;
        self.to.put_server(server).await.map_err(CopyError::Target)?;
        if self.resumed {
            self.to.forget_jobs().await.map_err(CopyError::Target)?;
        }
        let mut pages = pin!(pages::jobs(self.from));
        while let Some(page) = pages.try_next().await.map_err(CopyError::Source)? {
            let count = page.len();
            self.to.put_jobs(page).await.map_err(CopyError::Target)?;
            self.tally.wrote(count);
        }
        Ok(())
    }

    async fn people(&self) -> Result<(), CopyError> {
        let mut pages = pin!(pages::users(self.from));
        while let Some(page) = pages.try_next().await.map_err(CopyError::Source)? {
            let count = page.len();
            self.to.put_users(page).await.map_err(CopyError::Target)?;
            self.tally.wrote(count);
        }
        Ok(())
    }

    async fn personal(&self) -> Result<(), CopyError> {
        let mut pages = pin!(pages::personal(self.from));
        while let Some(page) = pages.try_next().await.map_err(CopyError::Source)? {
            let count = page.len();
            self.to.put_personal(page).await.map_err(CopyError::Target)?;
            self.tally.wrote(count);
        }
        Ok(())
    }

    async fn sessions(&self) -> Result<(), CopyError> {
        if self.resumed {
            self.to.forget_sessions().await.map_err(CopyError::Target)?;
        }
        let mut pages = pin!(pages::sessions(self.from, self.until));
        while let Some(page) = pages.try_next().await.map_err(CopyError::Source)? {
            let count = page.len();
            self.to.put_sessions(page).await.map_err(CopyError::Target)?;
            self.tally.wrote(count);
        }
        Ok(())
    }

    /// The members, then the messages from the first that is missing, the reactions, then the conversation's own row.
    async fn conversation(&self, row: ConversationRow) -> Result<(), CopyError> {
        let id = row.id;
        self.members(id).await?;
        // The row is written last. If it is there, everything that it counts is there.
        let there = self.there(self.to.conversation(id)).await?;
        if there.as_ref() == Some(&row) {
            self.tally.skipped(row.last_seq + 1);
            return Ok(());
        }
        let place = self.there(self.to.last_message(id)).await?;
        self.tally.skipped(place);
        let mut pages = pin!(pages::messages(self.from, id, place));
        while let Some(page) = pages.try_next().await.map_err(CopyError::Source)? {
            let count = page.len();
            self.to.put_messages(page).await.map_err(CopyError::Target)?;
            self.tally.wrote(count);
        }
        // Their rows are not compared first: each is put again where a copy goes on.
        let mut pages = pin!(pages::reactions(self.from, id));
        while let Some(page) = pages.try_next().await.map_err(CopyError::Source)? {
            let count = page.len();
            self.to.put_reactions(page).await.map_err(CopyError::Target)?;
            self.tally.wrote(count);
        }
        self.to.put_conversation(row).await.map_err(CopyError::Target)?;
        self.tally.wrote(1);
        Ok(())
    }

    /// The target's answer if this continues an earlier copy. Otherwise the target is empty, and this asks nothing.
    async fn there<T: Default>(&self, ask: impl Future<Output = Result<T, StoreError>>) -> Result<T, CopyError> {
        if self.resumed { ask.await.map_err(CopyError::Target) } else { Ok(T::default()) }
    }

    /// Copies the members. It compares each, because a member can change without a trace in the conversation's row
    /// (read places in channels).
    async fn members(&self, id: ConversationId) -> Result<(), CopyError> {
        let mut after = None;
        let mut pages = pin!(pages::members(self.from, id));
        while let Some(page) = pages.try_next().await.map_err(CopyError::Source)? {
            let there = self.there(self.to.members(id, after, pages::PAGE)).await?;
            after = page.last().map(|member| member.user);
            let count = page.len();
            if there == page {
                self.tally.skipped(count as u64);
            } else {
                self.to.put_members(page).await.map_err(CopyError::Target)?;
                self.tally.wrote(count);
            }
        }
        Ok(())
    }
}
