//! Ends a server when the process that started it ends, for whatever reason.

use anyhow::Context;
use std::io::Write;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};

/// Reads the id of the process to watch, one per line (or `none`), until the pipe closes. The pipe closes when we end,
/// even by SIGKILL. The script then kills the last process that it read and deletes the folder. It tries that several
/// times, because deleting fails while a dying server still writes to the folder.
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

/// A shell that runs beside the server and holds the other end of our pipe.
#[derive(Debug)]
pub(crate) struct Watcher {
    shell: Child,
    /// `None` only during drop.
    pipe: Option<ChildStdin>,
}

impl Watcher {
    /// Starts the shell. It deletes the folder `remove` at the end.
    pub(crate) fn start(remove: Option<&Path>) -> anyhow::Result<Self> {
        let mut command = Command::new("sh");
        command.args(["-c", SCRIPT, "sh"]).arg(remove.unwrap_or(Path::new("")));
        command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
        // Ctrl-C at the terminal must not reach it.
        let mut shell = command.process_group(0).spawn().context("cannot start sh")?;
        let pipe = shell.stdin.take();
        Ok(Self { shell, pipe })
    }

    /// From now on, the watcher ends this process when we end, and no longer the previous one.
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
