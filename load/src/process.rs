//! A server as a process: started, told to stop, killed, and what it has used of the machine.

use anyhow::{Context, bail, ensure};
use serde::Serialize;
use std::ffi::OsStr;
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::ops::Add;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc;
use std::time::Duration;

/// How long a server may take to say where it is, and to end.
pub const DEADLINE: Duration = Duration::from_secs(60);
/// How long a process may take to be gone once its output is.
const MOMENT: Duration = Duration::from_secs(1);
/// What Linux counts a process's time in, whatever its own clock does.
const TICKS_PER_SECOND: f64 = 100.0;

/// A running server. One that was started here ends when this is dropped.
#[derive(Debug)]
pub struct Process {
    child: Option<Child>,
    pid: u32,
    address: SocketAddr,
}

/// What a process has used of the machine.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct Usage {
    /// Seconds of the processors.
    pub cpu: f64,
    /// KiB in memory.
    pub resident: u64,
    /// KiB in memory, with what is shared with others divided among them.
    pub proportional: u64,
}

impl Add for Usage {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            cpu: self.cpu + other.cpu,
            resident: self.resident + other.resident,
            proportional: self.proportional + other.proportional,
        }
    }
}

impl Usage {
    /// Seconds of the processors since an earlier moment.
    pub fn cpu_since(&self, earlier: &Self) -> f64 {
        (self.cpu - earlier.cpu).max(0.0)
    }
}

/// The release build of the server: `MYNA_BIN`, or where Cargo leaves it.
pub fn myna() -> anyhow::Result<PathBuf> {
    let target = match std::env::var_os("CARGO_TARGET_DIR") {
        Some(target) => PathBuf::from(target),
        None => Path::new(env!("CARGO_MANIFEST_DIR")).join("../target"),
    };
    let program = std::env::var_os("MYNA_BIN").map_or_else(|| target.join("release/myna"), PathBuf::from);
    ensure!(program.is_file(), "there is no {}: run `make build`, or set MYNA_BIN", program.display());
    Ok(program)
}

impl Process {
    /// Starts a program that says where it listens by a line with `http://`, and waits for that line.
    pub fn start<S: AsRef<OsStr>>(program: &Path, args: impl IntoIterator<Item = S>) -> anyhow::Result<Self> {
        let mut command = Command::new(program);
        command.args(args).stdin(Stdio::null()).stdout(Stdio::piped());
        let mut child = command.spawn().with_context(|| format!("{} cannot be started", program.display()))?;
        let output = child.stdout.take().context("its output is ours")?;
        let pid = child.id();
        let mut process = Self { child: Some(child), pid, address: SocketAddr::from(([127, 0, 0, 1], 0)) };
        let (said, place) = mpsc::channel();
        // It is read to its end: a program that cannot write any more would end.
        std::thread::spawn(move || {
            for line in BufReader::new(output).lines().map_while(Result::ok) {
                if let Some((_, address)) = line.split_once("http://") {
                    // Nobody waits for a second address.
                    let _ = said.send(address.trim().to_owned());
                }
            }
        });
        let Ok(address) = place.recv_timeout(DEADLINE) else {
            let program = program.display();
            let ended = process.child.as_mut().map(|child| ended_within(child, MOMENT)).transpose()?.flatten();
            match ended {
                Some(status) => bail!("{program} has ended with {status}, and has not said where it is"),
                None => bail!("{program} does not say where it is"),
            }
        };
        process.address = address.parse().with_context(|| format!("{address} is no address"))?;
        Ok(process)
    }

    /// A server that somebody else has started, and ends.
    pub fn attach(pid: u32, address: SocketAddr) -> Self {
        Self { child: None, pid, address }
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Its number.
    pub fn pid(&self) -> u32 {
        self.pid
    }

    /// What it has used so far.
    pub fn usage(&self) -> anyhow::Result<Usage> {
        usage(self.pid).context("the server's use of the machine cannot be read: has it ended?")
    }

    /// Sends a signal, by its name.
    pub fn signal(&self, name: &str) -> anyhow::Result<()> {
        signal(self.pid, name)
    }

    /// How it has ended by itself, if it has.
    pub fn ended(&mut self) -> anyhow::Result<Option<ExitStatus>> {
        Ok(self.child.as_mut().map(Child::try_wait).transpose()?.flatten())
    }

    /// Asks it to stop, and waits until it has.
    pub fn stop(self) -> anyhow::Result<()> {
        let Some(status) = self.told_to_stop()? else { return Ok(()) };
        ensure!(status.success(), "the server has ended with {status}");
        Ok(())
    }

    /// Asks it to stop, and waits until it has ended, in whichever way. One that somebody else has started goes on.
    pub fn told_to_stop(mut self) -> anyhow::Result<Option<ExitStatus>> {
        let Some(mut child) = self.child.take() else { return Ok(None) };
        if let Err(error) = self.signal("TERM") {
            end(&mut child);
            return Err(error);
        }
        let ended = ended_within(&mut child, DEADLINE);
        if !matches!(ended, Ok(Some(_))) {
            end(&mut child);
        }
        ended?.context("the server does not stop").map(Some)
    }

    /// `kill -9`: it can say and save nothing any more.
    pub fn kill(mut self) {
        if let Some(child) = &mut self.child {
            end(child);
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        if let Some(child) = &mut self.child {
            end(child);
        }
    }
}

/// How a child has ended, if it does within this time.
fn ended_within(child: &mut Child, time: Duration) -> anyhow::Result<Option<ExitStatus>> {
    for _ in 0..time.as_millis() / 10 {
        if let Some(status) = child.try_wait()? {
            return Ok(Some(status));
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    Ok(None)
}

/// Ends a child that may have ended already.
fn end(child: &mut Child) {
    let _ = child.kill();
    let _ = child.wait();
}

/// Sends a signal, by its name, to the process of this number.
pub fn signal(pid: u32, name: &str) -> anyhow::Result<()> {
    let sent = Command::new("kill").args(["-s", name, &pid.to_string()]).status()?;
    ensure!(sent.success(), "signal {name} cannot be sent");
    Ok(())
}

/// What the process of this number has used so far.
pub fn usage(pid: u32) -> anyhow::Result<Usage> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat"))?;
    // After the name, which is in brackets, come the state and ten numbers before the time in user and system mode.
    let (_, numbers) = stat.rsplit_once(')').context("it has no name")?;
    let mut numbers = numbers.split_whitespace().skip(11);
    let mut ticks = || anyhow::Ok(numbers.next().context("it has no times")?.parse::<f64>()?);
    let cpu = (ticks()? + ticks()?) / TICKS_PER_SECOND;
    let kib = |text: &str, name: &str| -> u64 {
        let line = text.lines().find_map(|line| line.strip_prefix(name));
        line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok()).unwrap_or(0)
    };
    let status = std::fs::read_to_string(format!("/proc/{pid}/status"))?;
    // A kernel may lack it; then it is 0.
    let rollup = std::fs::read_to_string(format!("/proc/{pid}/smaps_rollup")).unwrap_or_default();
    Ok(Usage { cpu, resident: kib(&status, "VmRSS:"), proportional: kib(&rollup, "Pss:") })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_uses_some_of_the_machine() {
        let usage = usage(std::process::id()).unwrap();
        assert!(usage.resident > 1_000, "{usage:?}");
    }

    #[test]
    fn a_program_that_says_nothing_and_ends_is_no_server() {
        assert!(Process::start(Path::new("/bin/true"), [""; 0]).is_err());
    }

    #[test]
    fn a_program_that_says_where_it_is_can_be_stopped() {
        let process =
            Process::start(Path::new("/bin/sh"), ["-c", "echo at http://127.0.0.1:7; exec tail -f /dev/null"]);
        let process = process.unwrap();
        assert_eq!(process.address().port(), 7);
        process.kill();
    }
}
