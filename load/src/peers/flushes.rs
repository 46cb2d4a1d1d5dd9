//! How often a peer flushes to disk for a message: what it is classed by, whatever its documentation says.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// What writes to the disk before it returns, or makes another's write do so.
const CALLS: &str = "trace=fsync,fdatasync,msync,sync_file_range";

/// A tracer of every flush of a peer, from its start: one that came later would break calls that wait.
pub(super) struct Flushes(PathBuf);

impl Flushes {
    /// One that writes into this folder; `None` where there is no tracer.
    pub(super) fn in_folder(folder: &Path) -> Option<Self> {
        let mut asked = Command::new("strace");
        let asked = asked.arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
        asked.is_ok_and(|status| status.success()).then(|| Self(folder.join("flushes")))
    }

    /// The same command, traced. Other calls go on at their full speed.
    pub(super) fn traced(&self, command: &Command) -> Command {
        let mut traced = Command::new("strace");
        traced.args(["-f", "-qq", "--seccomp-bpf", "-e", CALLS, "-e", "signal=none", "-o"]).arg(&self.0);
        traced.arg(command.get_program()).args(command.get_args());
        traced
    }

    /// How many there were so far.
    pub(super) fn count(&self) -> usize {
        std::fs::read_to_string(&self.0).map_or(0, |said| count(&said))
    }
}

/// A line for each call, and another one where a call ended later than the next line was written.
fn count(said: &str) -> usize {
    said.lines().filter(|line| line.contains("sync") && !line.contains(" resumed>")).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flush_in_two_lines_is_one() {
        let said =
            "12 fdatasync(9 <unfinished ...>\n13 fsync(4) = 0\n12 <... fdatasync resumed>) = 0\n14 +++ exited +++\n";
        assert_eq!(count(said), 2);
    }
}
