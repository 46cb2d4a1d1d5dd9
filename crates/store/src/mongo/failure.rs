//! What MongoDB says, sorted by what can be done about it.

use mongodb::error::{Error, ErrorKind, TRANSIENT_TRANSACTION_ERROR, UNKNOWN_TRANSACTION_COMMIT_RESULT, WriteFailure};
use myna_chat::store::StoreError;
use std::error::Error as _;

/// Why something was not done, or is not known to be done.
#[derive(Debug)]
pub(super) enum Failure {
    /// A unique key is taken.
    DuplicateKey,
    /// Somebody else was quicker: done again from the start it may succeed.
    WriteConflict,
    /// The server cannot be reached, or cannot do it now.
    Unreachable(Error),
    /// The same, in our own words.
    Unavailable(String),
    /// A document is not what it has to be.
    Corrupt(String),
    /// Anything else.
    Other(Error),
}

pub(super) const DUPLICATE_KEY: i32 = 11_000;
const WRITE_CONFLICT: i32 = 112;
/// Not the primary, shutting down, interrupted by a change of state, no primary known: another try may find another one.
const PASSING: [i32; 15] = [6, 7, 89, 91, 134, 189, 262, 9_001, 10_058, 10_107, 11_600, 11_602, 13_388, 13_435, 13_436];
/// The write was made, but not yet by as many as had to: `WriteConcernFailed`, `UnsatisfiableWriteConcern`.
const NOT_ENOUGH: [i32; 2] = [64, 100];

impl From<Error> for Failure {
    fn from(mut error: Error) -> Self {
        // Of many writes that went in several commands, the one that ended them.
        if let (ErrorKind::BulkWrite(_), Some(cause)) = (error.kind.as_ref(), error.source())
            && let Some(cause) = cause.downcast_ref::<Error>()
        {
            error = cause.clone();
        }
        if code(&error) == Some(DUPLICATE_KEY) {
            return Self::DuplicateKey;
        }
        let unknown = error.contains_label(UNKNOWN_TRANSACTION_COMMIT_RESULT);
        match error.kind.as_ref() {
            ErrorKind::Io(_)
            | ErrorKind::ServerSelection { .. }
            | ErrorKind::ConnectionPoolCleared { .. }
            | ErrorKind::DnsResolve { .. }
            | ErrorKind::Shutdown => Self::Unreachable(error),
            ErrorKind::BsonDeserialization(_) | ErrorKind::Bson(_) => Self::Corrupt(error.to_string()),
            _ if code(&error) == Some(WRITE_CONFLICT) => Self::WriteConflict,
            _ if unknown || code(&error).is_some_and(|code| PASSING.contains(&code) || NOT_ENOUGH.contains(&code)) => {
                Self::Unreachable(error)
            }
            _ if error.contains_label(TRANSIENT_TRANSACTION_ERROR) => Self::WriteConflict,
            _ => Self::Other(error),
        }
    }
}

impl From<mongodb::bson::error::Error> for Failure {
    fn from(error: mongodb::bson::error::Error) -> Self {
        Self::Corrupt(error.to_string())
    }
}

/// The code that the server gave, wherever the driver keeps it.
pub(super) fn code(error: &Error) -> Option<i32> {
    match error.kind.as_ref() {
        ErrorKind::Command(error) => Some(error.code),
        ErrorKind::Write(WriteFailure::WriteError(error)) => Some(error.code),
        ErrorKind::Write(WriteFailure::WriteConcernError(error)) => Some(error.code),
        ErrorKind::InsertMany(error) => {
            let written = error.write_errors.as_ref().and_then(|errors| errors.first()).map(|error| error.code);
            written.or(error.write_concern_error.as_ref().map(|error| error.code))
        }
        ErrorKind::BulkWrite(error) => {
            let first = error.write_errors.iter().min_by_key(|(place, _)| **place).map(|(_, error)| error.code);
            first.or(error.write_concern_errors.first().map(|error| error.code))
        }
        _ => None,
    }
}

impl From<Failure> for StoreError {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::DuplicateKey => Self::Conflict,
            Failure::WriteConflict => Self::Unavailable("others changed the same things all the time".to_owned()),
            Failure::Unreachable(error) => Self::Unavailable(said(&error)),
            Failure::Unavailable(why) => Self::Unavailable(why),
            Failure::Corrupt(what) => Self::Corrupt(what),
            Failure::Other(error) => Self::Backend(said(&error).into()),
        }
    }
}

/// What the driver says in one line, without what was sent. Its errors name hosts, commands and codes, never a password.
pub(super) fn said(error: &Error) -> String {
    match error.kind.as_ref() {
        ErrorKind::ServerSelection { message, .. } => {
            // Behind this the driver lists all it knows of every server.
            let first = message.split_once("Topology:").map_or(message.as_str(), |(first, _)| first);
            first.trim().trim_end_matches('.').to_owned()
        }
        ErrorKind::Command(error) => format!("{} ({} {})", error.message, error.code, error.code_name),
        ErrorKind::Write(WriteFailure::WriteError(error)) => format!("{} ({})", error.message, error.code),
        ErrorKind::Write(WriteFailure::WriteConcernError(error)) => {
            format!("{} ({} {})", error.message, error.code, error.code_name)
        }
        kind => kind.to_string(),
    }
}
