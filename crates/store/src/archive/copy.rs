//! Copying a store into another one: in bounded memory, resumable, compared at the end.

mod compare;
mod progress;

pub use progress::{Progress, Step};

use super::{Archive, ConversationRecord, Counts, Origin, pages};
use futures_util::TryStreamExt;
use myna_chat::store::StoreError;
use myna_protocol::{ConversationId, Timestamp};
use progress::Tally;
use std::pin::pin;

/// Conversations that are copied, or compared, at a time: most are small, and each waits for the other side now and then.
const AT_ONCE: usize = 4;

/// Why a copy was not made, or not finished. What was copied stays, and the same copy again goes on from there.
#[derive(Debug, thiserror::Error)]
pub enum CopyError {
    #[error("the store to copy from cannot be read ({0}): mend that, and run the same command again to go on")]
    Source(#[source] StoreError),
    #[error("the store to copy to cannot be used ({0}): mend that, and run the same command again to go on")]
    Target(#[source] StoreError),
    /// The target has rows, and they are from no copy.
    #[error("the store to copy to holds something already: name one that is empty, or not there yet")]
    Occupied,
    /// The target has rows of another copy.
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

/// What a finished copy has done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Copied {
    /// What both stores hold now.
    pub counts: Counts,
    /// Rows that were written: fewer when an earlier copy was gone on with.
    pub written: u64,
}

/// Copies everything from one store into another, which is empty or the unfinished target of a copy from the same store.
/// `url` is how people are told where the content comes from: without a password. `progress` hears of
/// every page. Sessions that do not last beyond `until` are left out: they could end while they are copied.
///
/// Until everything is there, and was compared, the target says that it is unfinished, and is not served.
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
    copying.people().await?;
    copying.sessions().await?;
    pages::conversations(from)
        .map_err(CopyError::Source)
        .try_for_each_concurrent(AT_ONCE, |row| copying.conversation(row))
        .await?;
    compare::all(from, to, counts, until, progress).await?;
    to.set_origin(None).await.map_err(CopyError::Target)?;
    Ok(Copied { counts, written: copying.tally.written() })
}

/// Makes sure that the target may be written to, and says there what it becomes. Answers whether an earlier copy is gone
/// on with.
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
    async fn people(&self) -> Result<(), CopyError> {
        let mut pages = pin!(pages::users(self.from));
        while let Some(page) = pages.try_next().await.map_err(CopyError::Source)? {
            let count = page.len();
            self.to.put_users(page).await.map_err(CopyError::Target)?;
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

    /// The members, then the messages from the first that is missing, then the conversation's own row.
    async fn conversation(&self, row: ConversationRecord) -> Result<(), CopyError> {
        let id = row.id;
        self.members(id).await?;
        // A row that is there came after all that it counts.
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
        self.to.put_conversation(row).await.map_err(CopyError::Target)?;
        self.tally.wrote(1);
        Ok(())
    }

    /// What the target has of an earlier copy; without one there is nothing, and nothing is asked.
    async fn there<T: Default>(&self, ask: impl Future<Output = Result<T, StoreError>>) -> Result<T, CopyError> {
        if self.resumed { ask.await.map_err(CopyError::Target) } else { Ok(T::default()) }
    }

    /// Members change without a trace in their conversation (read places in channels), so each is looked at.
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
