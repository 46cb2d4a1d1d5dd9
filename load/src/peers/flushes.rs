//! How often a peer flushes to disk for a message: what it is classed by, whatever its documentation says.

use anyhow::{Context, ensure};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;
use tokio::time::Instant;

/// How long the tracer may take to attach itself, and to write what it has counted.
const DEADLINE: Duration = Duration::from_secs(20);

/// A tracer that counts the flushes of some processes.
pub(super) struct Flushes {
    tracer: Child,
    said: PathBuf,
}

impl Flushes {
    /// Counts from now on; `None` where there is no tracer, or it may not trace.
    pub(super) fn count(pids: &[u32], folder: &Path) -> Option<Self> {
        let (counts, said) = (folder.join("flushes"), folder.join("tracer"));
        let mut command = Command::new("strace");
        command.args(["-f", "-c", "-U", "calls,name", "-e", "trace=fsync,fdatasync,msync,sync_file_range", "-o"]);
        command.arg(&counts);
        for pid in pids {
            command.args(["-p", &pid.to_string()]);
        }
        let output = std::fs::File::create(&said).ok()?;
        let tracer = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(output).spawn().ok()?;
        let mut flushes = Self { tracer, said };
        let began = Instant::now();
        // It says so for each process; that of the last is enough, as they are attached one after another.
        while flushes.attached() < pids.len() {
            let has_ended = flushes.tracer.try_wait().ok()?.is_some();
            if has_ended || began.elapsed() > DEADLINE {
                return None;
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        Some(flushes)
    }

    fn attached(&self) -> usize {
        std::fs::read_to_string(&self.said).map_or(0, |said| said.matches("attached").count())
    }

    /// How many there were.
    pub(super) fn end(mut self) -> anyhow::Result<u64> {
        let asked = Command::new("kill").args(["-s", "INT", &self.tracer.id().to_string()]).status()?;
        ensure!(asked.success(), "the tracer cannot be told to end");
        self.tracer.wait()?;
        let counts = std::fs::read_to_string(self.said.with_file_name("flushes")).context("the tracer tells")?;
        Ok(total(&counts))
    }
}

impl Drop for Flushes {
    fn drop(&mut self) {
        let _ = self.tracer.kill();
        let _ = self.tracer.wait();
    }
}

/// The sum over all calls: the first column of each line that has a number there and a name after it.
fn total(counts: &str) -> u64 {
    let line = |line: &str| {
        let (calls, name) = line.trim().split_once(char::is_whitespace)?;
        if name.trim() == "total" { None } else { calls.parse::<u64>().ok() }
    };
    counts.lines().filter_map(line).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flushes_of_all_kinds_are_counted_once() {
        let counts = "    calls syscall\n--------- ----------------\n       51 fdatasync\n        3 fsync\n--------- ----------------\n       54 total\n";
        assert_eq!(total(counts), 54);
        assert_eq!(total(""), 0);
    }
}
