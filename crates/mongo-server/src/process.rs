//! A server's process: start it, signal it, end it, and start it again in the same place.

use crate::command::Run;
use crate::watcher::Watcher;
use anyhow::{Context, bail, ensure};
use std::fs::OpenOptions;
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::Duration;
use tokio::time::Instant;

/// How long a server may take to end after SIGTERM.
const END_TIMEOUT: Duration = Duration::from_secs(30);
const POLL: Duration = Duration::from_millis(10);

#[derive(Debug)]
pub(crate) struct Process {
    pub(crate) run: Run,
    /// `None` if we ended it.
    server: Option<Child>,
    watcher: Watcher,
}

impl Process {
    /// With `temporary`, the folder is deleted with this process.
    pub(crate) fn start(run: Run, temporary: bool) -> anyhow::Result<Self> {
        let watcher = Watcher::start(temporary.then_some(run.folder.as_path()))?;
        let mut process = Self { run, server: None, watcher };
        process.start_again()?;
        Ok(process)
    }

    /// Starts the server again after it was ended.
    pub(crate) fn start_again(&mut self) -> anyhow::Result<()> {
        ensure!(self.server.is_none(), "the server runs already");
        let path = self.run.log();
        let log = OpenOptions::new().create(true).append(true).open(&path);
        let log = log.with_context(|| format!("cannot write {}", path.display()))?;
        let mut command = self.run.command()?;
        command.stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log).process_group(0);
        let title = self.run.program.title();
        let server = command.spawn().with_context(|| format!("cannot start {title}"))?;
        let watched = self.watcher.watch(Some(server.id()));
        self.server = Some(server);
        watched
    }

    /// The exit status, if the server ended by itself.
    pub(crate) fn ended(&mut self) -> anyhow::Result<Option<ExitStatus>> {
        match &mut self.server {
            Some(server) => Ok(server.try_wait()?),
            None => Ok(None),
        }
    }

    /// The last ten lines of its log.
    pub(crate) fn last_words(&self) -> String {
        let log = std::fs::read(self.run.log()).unwrap_or_default();
        let log = String::from_utf8_lossy(&log);
        let lines: Vec<&str> = log.lines().collect();
        lines[lines.len().saturating_sub(10)..].join("\n")
    }

    /// Sends SIGKILL and waits until the process is gone.
    pub(crate) fn kill(&mut self) -> anyhow::Result<()> {
        if let Some(mut server) = self.server.take() {
            server.kill().context("cannot kill the server")?;
            server.wait().context("cannot wait for the server")?;
            // The system may give its process id to another process.
            self.watcher.watch(None)?;
        }
        Ok(())
    }

    /// Sends SIGTERM and waits until the process is gone.
    pub(crate) async fn stop(&mut self) -> anyhow::Result<()> {
        if self.server.is_none() {
            return Ok(());
        }
        self.signal("TERM")?;
        let deadline = Instant::now() + END_TIMEOUT;
        while self.ended()?.is_none() {
            if Instant::now() > deadline {
                bail!("the server has not ended {END_TIMEOUT:?} after SIGTERM:\n{}", self.last_words());
            }
            tokio::time::sleep(POLL).await;
        }
        self.server = None;
        self.watcher.watch(None)
    }

    pub(crate) fn signal(&self, signal: &str) -> anyhow::Result<()> {
        let server = self.server.as_ref().context("the server does not run")?;
        // The shell's built-in: not every machine has a `kill` program.
        let mut shell = Command::new("sh");
        let sent = shell.args(["-c", r#"kill -"$1" "$2""#, "sh", signal, &server.id().to_string()]).status();
        ensure!(sent.context("cannot start sh")?.success(), "cannot send SIG{signal} to the server");
        Ok(())
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // There is no caller to return an error to. The watcher ends what is left.
        let _ = self.kill();
    }
}
