//! The server as a process, as people run it.

use super::{Place, soon};
use std::ffi::OsStr;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, BufReader};
use tokio::process::{Child, Command};

/// The program, in an environment without settings, and with backtraces for whoever would print one.
fn program<S: AsRef<OsStr>>(args: impl IntoIterator<Item = S>) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_myna"));
    command.args(args).env_clear().env("RUST_BACKTRACE", "1").kill_on_drop(true);
    command
}

/// Runs the program with these arguments and variables to its end.
pub(crate) async fn myna(args: &[&str], variables: &[(&str, &str)]) -> Output {
    let run = program(args).envs(variables.iter().copied()).stdin(Stdio::null()).output();
    soon("the program ends", run).await.expect("the program runs")
}

/// Runs the program until its log says this, and ends it: the log up to there.
pub(crate) async fn myna_until(args: &[&str], variables: &[(&str, &str)], said: &str) -> String {
    let mut command = program(args);
    command.envs(variables.iter().copied()).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("the program starts");
    let mut lines = BufReader::new(child.stderr.take().expect("its log is ours")).lines();
    let mut log = String::new();
    let reading = async {
        while !log.contains(said) {
            let line = lines.next_line().await.expect("its log can be read");
            log += &line.unwrap_or_else(|| panic!("it ended before it said {said:?}: {log}"));
            log.push('\n');
        }
    };
    soon("the program says it", reading).await;
    soon("a killed process ends", child.kill()).await.expect("it can be killed");
    log
}

/// A running server over the data in a folder.
pub(crate) struct ServerProcess {
    child: Child,
    pub(crate) place: Place,
}

impl ServerProcess {
    pub(crate) async fn start(folder: &Path) -> Self {
        Self::with(folder, &[]).await
    }

    pub(crate) async fn with(folder: &Path, more: &[&str]) -> Self {
        Self::spawned(folder, more, Stdio::inherit()).await
    }

    /// A server that logs into a file: where that is.
    pub(crate) async fn logging(folder: &Path, filter: &str) -> (Self, PathBuf) {
        let path = folder.join("log");
        let log = File::create(&path).expect("the file can be made");
        (Self::spawned(folder, &["--log", filter], log.into()).await, path)
    }

    /// A server over any store.
    pub(crate) async fn over(store: &str, more: &[&str]) -> Self {
        Starting::over(store, more, Stdio::inherit()).ready().await
    }

    async fn spawned(folder: &Path, more: &[&str], log: Stdio) -> Self {
        let store = format!("sqlite:{}", folder.join("myna.db").display());
        Starting::over(&store, more, log).ready().await
    }

    /// `kill -9`: nothing can be said or saved any more.
    pub(crate) async fn kill(&mut self) {
        soon("a killed process ends", self.child.kill()).await.expect("it can be killed");
    }

    /// Sends a signal, by its name.
    pub(crate) async fn signal(&self, name: &str) {
        send_signal(&self.child, name).await;
    }

    /// Tells it to stop, and waits for its end: what it has said in its log, which is ours.
    pub(crate) async fn stopped(mut self) -> String {
        let mut log = self.child.stderr.take().expect("its log is ours");
        self.signal("TERM").await;
        let mut said = String::new();
        soon("the log ends", log.read_to_string(&mut said)).await.expect("its log can be read");
        assert_eq!(self.ended().await, Some(0), "{said}");
        said
    }

    /// Waits for its end: the exit code.
    pub(crate) async fn ended(&mut self) -> Option<i32> {
        soon("the process ends", self.child.wait()).await.expect("it can be waited for").code()
    }
}

async fn send_signal(child: &Child, signal: &str) {
    let id = child.id().expect("it still runs").to_string();
    let sent = Command::new("kill").args(["-s", signal, &id]).status();
    assert!(soon("a signal is sent", sent).await.expect("there is a kill command").success());
}

/// A server that has not said where it is.
pub(crate) struct Starting(Child);

impl Starting {
    pub(crate) fn over(store: &str, more: &[&str], log: Stdio) -> Self {
        let args = ["--listen", "127.0.0.1:0", "--store", store, "--weak-passwords", "--log", "error"];
        let mut command = program(args.iter().chain(more));
        Self(command.stdout(Stdio::piped()).stderr(log).spawn().expect("the program starts"))
    }

    /// Waits until its log, which is ours, says this.
    pub(crate) async fn says(&mut self, said: &str) {
        let mut lines = BufReader::new(self.0.stderr.take().expect("its log is ours")).lines();
        let mut log = String::new();
        let reading = async {
            while !log.contains(said) {
                let line = lines.next_line().await.expect("its log can be read");
                log += &line.unwrap_or_else(|| panic!("it ended before it said {said:?}: {log}"));
            }
        };
        soon("the program says it", reading).await;
        // A program that cannot write its log any more would end.
        tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
    }

    /// Tells it to stop before it serves: the exit code.
    pub(crate) async fn stopped(mut self) -> Option<i32> {
        send_signal(&self.0, "TERM").await;
        soon("the process ends", self.0.wait()).await.expect("it can be waited for").code()
    }

    /// Waits until it serves.
    pub(crate) async fn ready(mut self) -> ServerProcess {
        let mut lines = BufReader::new(self.0.stdout.take().expect("its output is ours")).lines();
        let first = soon("the server says where it is", lines.next_line()).await;
        let line = first.expect("its output can be read").expect("it says where it is before it ends");
        let address = line.strip_prefix("Myna is at http://").unwrap_or_else(|| panic!("where is it? {line}"));
        ServerProcess { child: self.0, place: Place::new(address.parse().expect("this is an address")) }
    }
}
