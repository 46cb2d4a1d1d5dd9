//! What ends a server when the process that started it is gone, however it went.

use anyhow::Context;
use std::io::Write;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};

/// Reads which process to watch, one a line (or `none`), until the pipe closes, as it does when we end, also by kill -9.
/// The last one read is then killed, and the folder removed, which fails as long as a dying server writes to it.
const SCRIPT: &str = r#"
last=none
while read -r line; do last=$line; done
if [ "$last" != none ]; then kill -KILL "$last"; fi
tries=0
while [ -n "$1" ] && ! rm -rf -- "$1" && [ "$tries" -lt 100 ]; do
  sleep 0.05
  tries=$((tries + 1))
done
"#;

/// A shell beside the server that holds the other end of a pipe from us.
#[derive(Debug)]
pub(crate) struct Watcher {
    shell: Child,
    /// `None` only while this is dropped.
    pipe: Option<ChildStdin>,
}

impl Watcher {
    /// `remove`: a folder to remove at the end.
    pub(crate) fn start(remove: Option<&Path>) -> anyhow::Result<Self> {
        let mut command = Command::new("sh");
        command.args(["-c", SCRIPT, "sh"]).arg(remove.unwrap_or(Path::new("")));
        command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
        // What interrupts us at a terminal must not interrupt it.
        let mut shell = command.process_group(0).spawn().context("cannot start sh")?;
        let pipe = shell.stdin.take();
        Ok(Self { shell, pipe })
    }

    /// This process ends when we do; the one before is not watched any more.
    pub(crate) fn watch(&mut self, process: Option<u32>) -> anyhow::Result<()> {
        let line = process.map_or_else(|| "none\n".to_owned(), |id| format!("{id}\n"));
        let pipe = self.pipe.as_mut().context("the watcher has no pipe")?;
        pipe.write_all(line.as_bytes()).context("the watcher of the server is gone")
    }
}

impl Drop for Watcher {
    fn drop(&mut self) {
        self.pipe = None;
        let _ = self.shell.wait();
    }
}
