//! Compares two stores byte for byte.

use super::progress::{Progress, Step, Tally};
use super::{AT_ONCE, CopyError};
use crate::archive::{Archive, Counts, checksum, pages};
use futures_util::{TryStreamExt, future};
use myna_chat::store::StoreError;
use myna_protocol::{ConversationId, Timestamp};

/// Compares the counts, then the checksums. `counts` are those of `from`.
pub(super) async fn all(
    from: &dyn Archive,
    to: &dyn Archive,
    counts: Counts,
    until: Timestamp,
    progress: &(dyn Fn(Progress) + Sync),
) -> Result<(), CopyError> {
    let tally = &Tally::of(Step::Comparing, counts.total(), progress);
    same_counts(counts, to.counts().await.map_err(CopyError::Target)?)?;
    if both(checksum::server(from), checksum::server(to)).await? == Same::No {
        return Err(CopyError::Different("due jobs"));
    }
    tally.done(counts.jobs);
    if both(checksum::users(from), checksum::users(to)).await? == Same::No {
        return Err(CopyError::Different("people"));
    }
    tally.done(counts.users);
    if both(checksum::personal(from), checksum::personal(to)).await? == Same::No {
        return Err(CopyError::Different("personal rows"));
    }
    tally.done(counts.personal);
    if both(checksum::sessions(from, until), checksum::sessions(to, until)).await? == Same::No {
        return Err(CopyError::Different("sessions"));
    }
    tally.done(counts.sessions);
    // Both sides have the same number of conversations. So if each in `from` equals the one in `to`, all are equal.
    let conversation = async |id: ConversationId| {
        let told = |rows| tally.done(rows);
        let (here, there) = (checksum::conversation(from, id, &told), checksum::conversation(to, id, &|_| {}));
        match both(here, there).await? {
            Same::Yes => Ok(()),
            Same::No => Err(CopyError::DifferentConversation(id)),
        }
    };
    let conversation = &conversation;
    let conversations = pages::conversations(from).map_err(CopyError::Source);
    conversations.try_for_each_concurrent(AT_ONCE, |row| conversation(row.id)).await
}

#[derive(PartialEq, Eq)]
enum Same {
    Yes,
    No,
}

async fn both<T: PartialEq>(
    from: impl Future<Output = Result<T, StoreError>>,
    to: impl Future<Output = Result<T, StoreError>>,
) -> Result<Same, CopyError> {
    let (from, to) = future::join(from, to).await;
    let same = from.map_err(CopyError::Source)? == to.map_err(CopyError::Target)?;
    Ok(if same { Same::Yes } else { Same::No })
}

fn same_counts(from: Counts, to: Counts) -> Result<(), CopyError> {
    let nouns = [
        ("people", from.users, to.users),
        ("conversations", from.conversations, to.conversations),
        ("members", from.members, to.members),
        ("messages", from.messages, to.messages),
        ("reactions", from.reactions, to.reactions),
        ("due jobs", from.jobs, to.jobs),
        ("personal rows", from.personal, to.personal),
    ];
    match nouns.into_iter().find(|(_, from, to)| from != to) {
        Some((noun, from, to)) => Err(CopyError::Counts { noun, from, to }),
        None => Ok(()),
    }
}
