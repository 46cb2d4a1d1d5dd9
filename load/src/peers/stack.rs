//! A peer as it runs: its starter, and every process that comes of it, the database's too. They are one group of processes,
//! by which they are counted and ended.

use crate::process::{Usage, usage};
use anyhow::{Context, bail, ensure};
use std::ffi::OsStr;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;
use tokio::time::Instant;

/// How long a peer may take to answer, and to end.
const DEADLINE: Duration = Duration::from_secs(60);
/// How often is asked whether it does.
const PAUSE: Duration = Duration::from_millis(2);

/// Where peers listen.
const PORTS: std::ops::Range<u16> = 20_000..32_000;

/// A running peer. It ends when this is dropped.
pub(super) struct Stack {
    child: Child,
    pub(super) address: SocketAddr,
    /// From the start of its starter until it answered a request.
    pub(super) took: Duration,
}

impl Stack {
    /// Runs a command that serves here, and waits until it answers; what it prints goes to this file.
    pub(super) fn start(mut command: Command, address: SocketAddr, output: &Path) -> anyhow::Result<Self> {
        let output = std::fs::File::options().create(true).append(true).open(output)?;
        command.stdin(Stdio::null()).stdout(output.try_clone()?).stderr(output).process_group(0);
        let began = Instant::now();
        let child = command.spawn().with_context(|| format!("{} cannot be started", name(&command)))?;
        let mut stack = Self { child, address, took: Duration::ZERO };
        while !answers(address) {
            if let Some(status) = stack.child.try_wait()? {
                bail!("{} has ended with {status}", name(&command));
            }
            ensure!(began.elapsed() < DEADLINE, "{} does not answer", name(&command));
            std::thread::sleep(PAUSE);
        }
        stack.took = began.elapsed();
        Ok(stack)
    }

    /// The numbers of its processes.
    pub(super) fn pids(&self) -> Vec<u32> {
        pids_of(self.child.id())
    }

    /// What all its processes have used so far.
    pub(super) fn usage(&self) -> anyhow::Result<Usage> {
        let mut sum = Usage::default();
        for pid in self.pids() {
            // One may have ended since.
            let Ok(one) = usage(pid) else { continue };
            sum.cpu += one.cpu;
            sum.resident += one.resident;
            sum.proportional += one.proportional;
        }
        ensure!(sum.resident > 0, "the peer has ended");
        Ok(sum)
    }

    fn signal(&self, name: &str) {
        // Whoever has ended already cannot be told.
        let _ = Command::new("kill")
            .args(["-s", name, "--", &format!("-{}", self.child.id())])
            .stderr(Stdio::null())
            .status();
    }
}

impl Drop for Stack {
    fn drop(&mut self) {
        self.signal("TERM");
        let began = Instant::now();
        let mut killed = false;
        loop {
            // The first of them stays in the list until somebody asks how it ended.
            let _ = self.child.try_wait();
            if self.pids().is_empty() {
                return;
            }
            if began.elapsed() > DEADLINE / 4 && !killed {
                self.signal("KILL");
                killed = true;
            }
            if began.elapsed() > DEADLINE {
                return;
            }
            std::thread::sleep(PAUSE);
        }
    }
}

fn name(command: &Command) -> String {
    Path::new(command.get_program()).display().to_string()
}

/// A port of this machine that is free, and so is the one after it. Connections take theirs, unasked, from those above.
pub(super) fn free_address() -> anyhow::Result<SocketAddr> {
    for _ in 0..100 {
        let port = fastrand::u16(PORTS);
        let both = [port, port + 1].map(|port| TcpListener::bind(("127.0.0.1", port)));
        if both.iter().all(Result::is_ok) {
            return Ok(SocketAddr::from(([127, 0, 0, 1], port)));
        }
    }
    bail!("there are no two free ports in a row")
}

/// Whether an HTTP server says anything to a plain question.
fn answers(address: SocketAddr) -> bool {
    let ask = || -> std::io::Result<usize> {
        let mut stream = TcpStream::connect(address)?;
        stream.set_read_timeout(Some(DEADLINE))?;
        stream.write_all(format!("GET / HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n").as_bytes())?;
        stream.read(&mut [0; 64])
    };
    ask().is_ok_and(|count| count > 0)
}

/// The processes of a group that have not ended.
fn pids_of(group: u32) -> Vec<u32> {
    let Ok(entries) = std::fs::read_dir("/proc") else { return Vec::new() };
    let of_group = |name: &OsStr| -> Option<u32> {
        let pid = name.to_str()?.parse().ok()?;
        let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
        // After the name, which is in brackets: the state, the parent, the group.
        let (_, rest) = stat.rsplit_once(')')?;
        let mut rest = rest.split_whitespace();
        let (state, of) = (rest.next()?, rest.nth(1)?.parse::<u32>().ok()?);
        (of == group && state != "Z").then_some(pid)
    };
    entries.filter_map(|entry| of_group(&entry.ok()?.file_name())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_group_is_counted_with_all_its_processes_and_ends_with_them() {
        let mut command = Command::new("sh");
        let mut child = command.args(["-c", "sleep 60 & sleep 60"]).process_group(0).spawn().unwrap();
        let group = child.id();
        while pids_of(group).len() < 3 {
            assert!(child.try_wait().unwrap().is_none(), "it has ended");
            std::thread::yield_now();
        }
        drop(Stack { child, address: SocketAddr::from(([127, 0, 0, 1], 1)), took: Duration::ZERO });
        assert_eq!(pids_of(group), [0; 0]);
    }

    #[test]
    fn a_starter_that_ends_is_no_peer() {
        let folder = tempfile::tempdir().unwrap();
        let address = free_address().unwrap();
        assert!(Stack::start(Command::new("false"), address, &folder.path().join("output")).is_err());
    }
}
