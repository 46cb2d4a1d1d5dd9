//! Argon2's memory, used again.
//!
//! The allocator keeps freed blocks of this size for itself, one for each thread that hashed: the process would grow
//! with each rush of sign-ins. So the buffers stay here, one for each hash that runs at a time.

use argon2::Block;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The buffers that no hash uses now.
#[derive(Clone)]
pub(super) struct Memory {
    free: Arc<Mutex<Vec<Vec<Block>>>>,
    /// The size of the buffers that are kept, in blocks of 1 KiB.
    kept: usize,
}

impl Memory {
    pub(super) fn new(kept: usize) -> Self {
        Self { free: Arc::default(), kept }
    }

    /// Does this work with a buffer of so many blocks.
    pub(super) fn lend<T>(&self, blocks: usize, work: impl FnOnce(&mut [Block]) -> T) -> T {
        let mut buffer = self.lock().pop().unwrap_or_default();
        if buffer.len() < blocks {
            buffer.resize(blocks, Block::new());
        }
        let result = work(&mut buffer[..blocks]);
        // A stored hash may need more than ours do: that is not kept.
        if buffer.len() <= self.kept {
            self.lock().push(buffer);
        }
        result
    }

    /// How many buffers are kept.
    #[cfg(test)]
    pub(super) fn buffers(&self) -> usize {
        self.lock().len()
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Vec<Block>>> {
        self.free.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_buffer_is_used_again_and_a_larger_one_is_not_kept() {
        let memory = Memory::new(8);
        let first = memory.lend(8, |blocks| blocks.as_ptr());
        assert_eq!(memory.lend(4, |blocks| (blocks.as_ptr(), blocks.len())), (first, 4));
        assert_eq!(memory.buffers(), 1);
        memory.lend(16, |blocks| assert_eq!(blocks.len(), 16));
        assert_eq!(memory.buffers(), 0);
    }
}
