//! What SQLite says, as the store's callers hear it.

use myna_chat::store::StoreError;
use rusqlite::{Error, ErrorCode, ffi};

/// The store's word for a driver's error.
pub(super) fn failure(error: Error) -> StoreError {
    match &error {
        Error::SqliteFailure(cause, _) => match cause.code {
            ErrorCode::ConstraintViolation if is_taken(cause.extended_code) => StoreError::Conflict,
            ErrorCode::DiskFull
            | ErrorCode::SystemIoFailure
            | ErrorCode::DatabaseBusy
            | ErrorCode::DatabaseLocked
            | ErrorCode::CannotOpen
            | ErrorCode::ReadOnly
            | ErrorCode::PermissionDenied
            | ErrorCode::OutOfMemory => StoreError::Unavailable(error.to_string()),
            ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase => StoreError::Corrupt(error.to_string()),
            _ => StoreError::Backend(Box::new(error)),
        },
        Error::FromSqlConversionFailure(..)
        | Error::IntegralValueOutOfRange(..)
        | Error::InvalidColumnType(..)
        | Error::Utf8Error(..) => StoreError::Corrupt(error.to_string()),
        _ => StoreError::Backend(Box::new(error)),
    }
}

/// Whether the constraint that was hurt is a unique key.
fn is_taken(extended_code: i32) -> bool {
    matches!(
        extended_code,
        ffi::SQLITE_CONSTRAINT_UNIQUE | ffi::SQLITE_CONSTRAINT_PRIMARYKEY | ffi::SQLITE_CONSTRAINT_ROWID
    )
}
