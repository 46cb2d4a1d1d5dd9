//! What the disk takes for a flush: no durable answer can come sooner.

use crate::clock::Clock;
use crate::latency::Latency;
use std::io::{Seek, Write};
use std::path::Path;

/// What a small commit writes to a log.
const BLOCK: [u8; 4_096] = [0x5a; 4_096];

/// Writes a block and flushes it, so many times, in a file of its own in this folder.
///
/// The file has its size before: a log is written over again and again, and a file that grows is flushed with its size,
/// which takes longer.
pub fn flushes(folder: &Path, count: usize) -> std::io::Result<Latency> {
    let mut file = tempfile::tempfile_in(folder)?;
    for _ in 0..count {
        file.write_all(&BLOCK)?;
    }
    file.sync_all()?;
    file.rewind()?;
    let mut times = Latency::default();
    for _ in 0..count {
        let clock = Clock::start();
        file.write_all(&BLOCK)?;
        file.sync_data()?;
        times.add(clock.now());
    }
    Ok(times)
}
