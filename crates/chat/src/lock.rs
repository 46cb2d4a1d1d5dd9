//! Locking a mutex whatever became of its last holder.

use std::sync::{Mutex, MutexGuard, PoisonError};

/// Locks a mutex, also after a holder of it has panicked. For sections that leave nothing half done when they panic: plain
/// assignments, and operations on a collection.
pub fn lock<T: ?Sized>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
