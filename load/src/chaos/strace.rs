//! `strace` on a running server: it ends it, delays it or lies to it at a system call of our choice, without a word in the
//! server's code.

use crate::process::{DEADLINE, signal};
use anyhow::{Context, ensure};
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;

/// What is done, as `strace -e inject=` has it, to calls on these files.
#[derive(Debug, Clone, Copy)]
pub(super) struct Injection<'a> {
    pub(super) calls: &'a str,
    pub(super) what: &'a str,
    /// Any file when there is none.
    pub(super) files: &'a [&'a Path],
}

impl Injection<'_> {
    /// The arguments that say so.
    pub(super) fn arguments(&self) -> Vec<String> {
        let Self { calls, what, files } = self;
        let mut arguments = vec!["-f".to_owned(), "-q".to_owned(), "-o".to_owned(), "/dev/null".to_owned()];
        arguments.extend(files.iter().flat_map(|file| ["-P".to_owned(), file.display().to_string()]));
        arguments.extend([
            "-e".to_owned(),
            format!("trace={calls}"),
            "-e".to_owned(),
            format!("inject={calls}:{what}"),
        ]);
        arguments
    }
}

/// One that is attached. Once it is dropped, the server goes on as before.
#[derive(Debug)]
pub(super) struct Strace(Child);

impl Strace {
    /// Attaches to all threads of this process. When this returns, it holds for all of them.
    pub(super) fn attach(pid: u32, injection: &Injection<'_>) -> anyhow::Result<Self> {
        // Without -q it says when it is attached.
        let arguments = injection.arguments().into_iter().filter(|argument| argument != "-q");
        let mut command = Command::new("strace");
        command.args(arguments).args(["-p", &pid.to_string()]).stdin(Stdio::null()).stderr(Stdio::piped());
        let mut child = command.spawn().context("strace cannot be started")?;
        let said = child.stderr.take().context("its words are ours")?;
        let strace = Self(child);
        let (tell, attached) = mpsc::channel();
        std::thread::spawn(move || {
            for line in BufReader::new(said).lines().map_while(Result::ok) {
                // Nobody waits for a second word.
                let _ = tell.send(line);
            }
        });
        let word = attached.recv_timeout(DEADLINE).unwrap_or_default();
        ensure!(word.contains("attached"), "strace does not attach: {word}");
        Ok(strace)
    }

    /// Lets go of it.
    pub(super) fn detach(self) {}
}

impl Drop for Strace {
    fn drop(&mut self) {
        // With its process it has ended already; told to end it detaches first.
        if matches!(self.0.try_wait(), Ok(None)) {
            let _ = signal(self.0.id(), "INT");
        }
        let _ = self.0.wait();
    }
}
