//! Durable changes: each is checked before it writes, so that a refused one has nothing to undo.

mod create;
mod membership;
mod read;
mod send;
mod stamp;

use myna_chat::store::{Change, Committed};
use myna_protocol::{ConversationId, Rejection};
use rusqlite::{Connection, Error};

#[cfg(test)]
pub(super) const QUERIES: &[&[(&str, &str)]] =
    &[create::QUERIES, membership::QUERIES, read::QUERIES, send::QUERIES, stamp::QUERIES];

/// Why a change was not made.
enum Stop {
    /// It may not be. Nothing was written for it.
    Rejected(Rejection),
    /// It could not be. Everything that the transaction has written for its batch must be undone.
    Failed(Error),
}

impl From<Rejection> for Stop {
    fn from(rejection: Rejection) -> Self {
        Self::Rejected(rejection)
    }
}

impl From<Error> for Stop {
    fn from(error: Error) -> Self {
        Self::Failed(error)
    }
}

/// Makes the changes in their order; see `ConversationStore::commit` for the rules.
pub(super) fn commit(
    connection: &Connection,
    batch: Vec<Change>,
) -> rusqlite::Result<Vec<Result<Committed, Rejection>>> {
    batch
        .into_iter()
        .map(|change| match make(connection, change) {
            Ok(committed) => Ok(Ok(committed)),
            Err(Stop::Rejected(rejection)) => Ok(Err(rejection)),
            Err(Stop::Failed(error)) => Err(error),
        })
        .collect()
}

fn make(connection: &Connection, change: Change) -> Result<Committed, Stop> {
    match change {
        Change::Send { conversation, sender, client_id, text, at } => {
            send::send(connection, conversation, sender, client_id, text, at)
        }
        Change::Read { conversation, user, seq, at } => read::read(connection, conversation, user, seq, at),
        Change::Direct { id, user, with, at } => create::direct(connection, id, user, with, at),
        Change::Group { id, creator, name, members, at } => {
            create::group(connection, id, creator, name.as_ref(), &members, at)
        }
        Change::Channel { id, creator, name, at } => create::channel(connection, id, creator, &name, at),
        Change::Join { conversation, user, at: _ } => membership::join(connection, conversation, user),
        Change::Leave { conversation, user, at: _ } => membership::leave(connection, conversation, user),
    }
}

/// The answer to a change that was made before, or that changes nothing.
fn unchanged(conversation: ConversationId) -> Committed {
    Committed { conversation, seq: None, events: Vec::new(), joined: Vec::new(), left: Vec::new() }
}
