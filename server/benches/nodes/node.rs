//! A server process.

use anyhow::Context;
use std::net::SocketAddr;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};
use tokio::time::timeout;

pub(crate) const DEADLINE: Duration = Duration::from_secs(30);
/// What Linux counts a process's time in, whatever its own clock does.
const TICKS_PER_SECOND: f64 = 100.0;
/// Nobody is to be slowed down here.
const FRAMES: &str = "1000000";

/// It ends when this is dropped.
pub(crate) struct Node {
    child: Child,
    pub(crate) address: SocketAddr,
}

impl Node {
    pub(crate) async fn start(program: &Path, store: &str) -> anyhow::Result<Self> {
        let mut child = Command::new(program)
            .args(["--listen", "127.0.0.1:0", "--store", store, "--log", "error", "--weak-passwords"])
            .args(["--frames-per-second", FRAMES, "--frames-burst", FRAMES])
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()?;
        let mut lines = BufReader::new(child.stdout.take().context("its output is ours")?).lines();
        let line = timeout(DEADLINE, lines.next_line()).await??.context("the server ended")?;
        let address = line.strip_prefix("Myna is at http://").context("the server says where it is")?.parse()?;
        Ok(Self { child, address })
    }

    /// The time that the process has had of the processors.
    pub(crate) fn cpu(&self) -> anyhow::Result<Duration> {
        let id = self.child.id().context("the server ended")?;
        let stat = std::fs::read_to_string(format!("/proc/{id}/stat"))?;
        // After the name, which is in brackets, come the state and ten numbers before the time in user and system mode.
        let (_, numbers) = stat.rsplit_once(')').context("the system tells it")?;
        let mut numbers = numbers.split_whitespace().skip(11);
        let mut ticks = || anyhow::Ok(numbers.next().context("the system tells it")?.parse::<f64>()?);
        Ok(Duration::from_secs_f64((ticks()? + ticks()?) / TICKS_PER_SECOND))
    }
}
