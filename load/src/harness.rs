//! The harness of a run: a dataset in a folder, a server on it, and the checker at the end.

use crate::checker::{Verdict, check};
use crate::clock::Clock;
use crate::dataset::{Dataset, Plan};
use crate::history::History;
use crate::latency::Latency;
use crate::load_loop::LoadLoop;
use crate::process::{DEADLINE, Process, Usage, usage};
use crate::progress::Progress;
use crate::quick::{ClientPool, Myna};
use anyhow::{Context, ensure};
use std::ffi::OsString;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::ExitStatus;
use std::sync::Arc;
use std::thread::JoinHandle;
use tempfile::TempDir;
use tokio::runtime::Runtime;

/// A server on a store, however it runs.
pub trait Host: Send {
    fn address(&self) -> SocketAddr;
    /// The process that it is, or is in.
    fn pid(&self) -> u32;
    /// How it has ended by itself, if it has. One in this process lasts as long as that.
    fn ended(&mut self) -> anyhow::Result<Option<ExitStatus>> {
        Ok(None)
    }
    /// Asks it to stop, and waits until the store is free.
    fn stop(self: Box<Self>) -> anyhow::Result<()>;
    /// Ends it without asking.
    fn kill(self: Box<Self>);
}

impl Host for Process {
    fn address(&self) -> SocketAddr {
        self.address()
    }

    fn pid(&self) -> u32 {
        self.pid()
    }

    fn ended(&mut self) -> anyhow::Result<Option<ExitStatus>> {
        self.ended()
    }

    fn stop(self: Box<Self>) -> anyhow::Result<()> {
        (*self).stop()
    }

    fn kill(self: Box<Self>) {
        (*self).kill();
    }
}

/// Starts a server with these arguments.
pub type Starter = Box<dyn Fn(&[String]) -> anyhow::Result<Box<dyn Host>>>;

/// What every run needs.
pub struct Tools {
    pub runtime: Runtime,
    /// Where stores are made, each in a folder of its own which goes with its run.
    pub folder: PathBuf,
    pub start: Starter,
}

impl Tools {
    /// Servers are processes of this program, on these processors (as `taskset` names them) or on any.
    pub fn with(program: PathBuf, folder: PathBuf, processors: Option<String>) -> anyhow::Result<Self> {
        let start: Starter = Box::new(move |args| {
            let process = match &processors {
                Some(processors) => {
                    let program = [OsString::from("-c"), processors.into(), program.clone().into()];
                    Process::start(Path::new("taskset"), program.into_iter().chain(args.iter().map(OsString::from)))?
                }
                None => Process::start(&program, args)?,
            };
            Ok(Box::new(process))
        });
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
        std::fs::create_dir_all(&folder)?;
        Ok(Self { runtime, folder, start })
    }
}

/// One person says much here, for many: the server's limits for one person are raised.
pub const PATIENT: &[&str] = &["--frames-per-second", "1000000", "--frames-burst", "1000000"];

/// A server on a dataset that was made for it.
pub struct Harness<'a> {
    pub tools: &'a Tools,
    pub dataset: Arc<Dataset>,
    pub clock: Clock,
    pub url: String,
    flags: Vec<String>,
    host: Option<Box<dyn Host>>,
    /// Where it listens, and where it will listen again.
    pub address: SocketAddr,
    folder: Option<TempDir>,
}

impl<'a> Harness<'a> {
    /// A new dataset by this plan, in a folder that goes with the harness, and a server with these flags.
    pub fn set(tools: &'a Tools, plan: &Plan, flags: &[&str]) -> anyhow::Result<Self> {
        let folder = TempDir::new_in(&tools.folder)?;
        let url = format!("sqlite:{}", folder.path().join("myna.db").display());
        let dataset = Dataset::new(plan, fastrand::u64(..));
        let progress = Progress::steps("preparing messages", plan.talks.iter().map(|talk| talk.messages).sum());
        tools.runtime.block_on(dataset.fill(&url, |messages| progress.at(messages)))?;
        drop(progress);
        Self::over(tools, dataset, url, Some(folder), flags)
    }

    /// A server on a dataset that is stored here already.
    pub fn over(
        tools: &'a Tools,
        dataset: Dataset,
        url: String,
        folder: Option<TempDir>,
        flags: &[&str],
    ) -> anyhow::Result<Self> {
        let mut harness = Self {
            tools,
            dataset: Arc::new(dataset),
            clock: Clock::start(),
            url,
            flags: flags.iter().map(|flag| (*flag).to_owned()).collect(),
            host: None,
            address: SocketAddr::from(([127, 0, 0, 1], 0)),
            folder,
        };
        harness.start()?;
        Ok(harness)
    }

    /// How long a server takes to answer on this store, many times, each until /health answers.
    pub fn starts(tools: &'a Tools, url: &str, count: usize) -> anyhow::Result<Latency> {
        let mut times = Latency::default();
        for _ in 0..count {
            let clock = Clock::start();
            let mut harness = Self::over(tools, Dataset::default(), url.to_owned(), None, &[])?;
            harness.health()?;
            times.add(clock.now());
            harness.stop()?;
        }
        Ok(times)
    }

    /// Starts the server, where it was before if it was anywhere.
    pub fn start(&mut self) -> anyhow::Result<()> {
        ensure!(self.host.is_none(), "the server runs already");
        let address = self.address.to_string();
        let args = ["--listen", &address, "--store", &self.url, "--log", "error"].map(str::to_owned);
        let args: Vec<String> = args.into_iter().chain(self.flags.iter().cloned()).collect();
        let host = (self.tools.start)(&args)?;
        self.address = host.address();
        self.host = Some(host);
        Ok(())
    }

    /// Asks the server to stop, and waits until it has.
    pub fn stop(&mut self) -> anyhow::Result<()> {
        self.host.take().map_or(Ok(()), Host::stop)
    }

    /// The same, while other things go on.
    pub fn stopping(&mut self) -> JoinHandle<anyhow::Result<()>> {
        let host = self.host.take();
        std::thread::spawn(move || host.map_or(Ok(()), Host::stop))
    }

    /// Asks the server whether it runs, as whoever watches over it does.
    pub fn health(&self) -> anyhow::Result<()> {
        let answer = self.ask("/health")?;
        ensure!(answer.starts_with("HTTP/1.1 200 "), "the server is not healthy: {answer}");
        Ok(())
    }

    /// Asks the server whether it can serve.
    pub fn is_ready(&self) -> anyhow::Result<bool> {
        Ok(self.ask("/ready")?.starts_with("HTTP/1.1 200 "))
    }

    /// The day that the server's clock shows, as HTTP writes it.
    pub fn day(&self) -> anyhow::Result<String> {
        let answer = self.ask("/health")?;
        let date = answer.lines().find_map(|line| line.strip_prefix("date: ")).context("an answer has a date")?;
        Ok(date.chars().take("Sun, 06 Nov 1994".len()).collect())
    }

    /// What the server answers to a GET of this path.
    fn ask(&self, path: &str) -> anyhow::Result<String> {
        let mut stream = TcpStream::connect(self.address)?;
        stream.set_read_timeout(Some(DEADLINE))?;
        let request = format!("GET {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n", self.address);
        stream.write_all(request.as_bytes())?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        Ok(answer)
    }

    /// Ends the server without asking.
    pub fn kill(&mut self) {
        if let Some(host) = self.host.take() {
            host.kill();
        }
    }

    /// How the server has ended by itself, if it has.
    pub fn ended(&mut self) -> anyhow::Result<Option<ExitStatus>> {
        self.host.as_mut().map_or(Ok(None), |host| host.ended())
    }

    /// The server's process; 0 while there is none.
    pub fn pid(&self) -> u32 {
        self.host.as_ref().map_or(0, |host| host.pid())
    }

    /// What the server has used of the machine.
    pub fn usage(&self) -> anyhow::Result<Usage> {
        usage(self.pid())
    }

    /// The folder where the store lies.
    pub fn folder(&self) -> &Path {
        self.folder.as_ref().map_or(&self.tools.folder, |folder| folder.path())
    }

    /// Everybody of the dataset, quick, connected.
    pub fn quick(&self) -> anyhow::Result<ClientPool<Myna>> {
        self.quick_on(vec![self.address])
    }

    /// The same, in turn to these nodes on the store.
    pub fn quick_on(&self, nodes: Vec<SocketAddr>) -> anyhow::Result<ClientPool<Myna>> {
        let (people, myna) = (self.dataset.people.len(), Myna::quick(self.dataset.clone(), self.address));
        let mut pool = ClientPool::new(myna, people, self.address, self.clock)?.spread(nodes);
        let progress = Progress::steps("connecting people", people as u64);
        pool.connect_all(0..people, |live| progress.at(live as u64))?;
        Ok(pool)
    }

    /// A load loop over this pool: all members of a conversation receive what is sent there.
    pub fn load_loop<'c>(&self, pool: &'c mut ClientPool<Myna>) -> LoadLoop<'c, Myna> {
        let audience = self.dataset.talks.iter().map(|talk| talk.members.len() as u32).collect();
        LoadLoop::new(pool, audience, true)
    }

    /// Stops the server and compares what was written down with its store.
    pub fn check(mut self, history: &History) -> anyhow::Result<Verdict> {
        self.stop()?;
        self.tools.runtime.block_on(check(&self.url, &self.dataset, history))
    }
}
