//! Where faults happen: a server with people who talk.

use super::Row;
use crate::clock::Nanos;
use crate::dataset::Plan;
use crate::harness::{Harness, Tools};
use crate::proxy::Proxy;
use crate::talking::Talking;
use anyhow::{Context, ensure};
use std::path::Path;
use std::process::{Command, Stdio};

/// Members of each room.
const EACH: usize = 4;
/// Nobody reads what a server says while it is ill-treated: what matters it says to its clients.
pub(super) const QUIET: &[&str] = &["--log", "off"];

/// Who talks, how much, and for how long.
#[derive(Debug, Clone, Copy, PartialEq, clap::Args)]
pub struct Load {
    /// How many people, in rooms of 4
    #[arg(long, default_value_t = 40)]
    pub people: usize,
    /// Messages a second, all together
    #[arg(long, default_value_t = 100.0)]
    pub rate: f64,
    /// Seconds that a fault lasts, where it lasts
    #[arg(long, default_value_t = 3.0)]
    pub seconds: f64,
    /// Seconds for which nothing passes on half-open links
    #[arg(long, default_value_t = 5.0)]
    pub half_open: f64,
}

/// What every fault is given.
pub struct FaultHarness<'a> {
    pub tools: &'a Tools,
    /// The server's program, for what else it does than serve.
    pub program: &'a Path,
    /// The program of a server with faults of its own, where it was built.
    pub faulty: Option<&'a Path>,
    pub load: Load,
}

/// A server with people who talk.
pub(super) struct Play<'a> {
    faults: &'a FaultHarness<'a>,
    pub(super) harness: Harness<'a>,
    pub(super) talking: Talking,
    pub(super) proxy: Option<Proxy>,
}

impl FaultHarness<'_> {
    /// Who is in which room.
    pub(super) fn plan(&self) -> Plan {
        Plan::rooms(self.load.people.div_ceil(EACH), EACH)
    }

    /// Makes a store and starts a server on it; everybody connects and talks.
    pub(super) fn play(&self) -> anyhow::Result<Play<'_>> {
        self.play_with(&[])
    }

    /// The same with more flags for the server.
    pub(super) fn play_with(&self, flags: &[&str]) -> anyhow::Result<Play<'_>> {
        self.play_on(Harness::set(self.tools, &self.plan(), &[QUIET, flags].concat())?, false)
    }

    /// Starts servers of the program that has faults of its own.
    pub(super) fn faulty_tools(&self) -> anyhow::Result<Tools> {
        let program = self.faulty.context("it was there")?;
        Tools::with(program.to_owned(), self.tools.folder.clone(), None)
    }

    /// What [`Self::play_with`] does, with that program.
    pub(super) fn play_faulty<'a>(&'a self, tools: &'a Tools, flags: &[&str]) -> anyhow::Result<Play<'a>> {
        self.play_on(Harness::set(tools, &self.plan(), &[QUIET, flags].concat())?, false)
    }

    /// The same with a proxy before the server.
    pub(super) fn play_by_proxy(&self) -> anyhow::Result<Play<'_>> {
        self.play_on(Harness::set(self.tools, &self.plan(), QUIET)?, true)
    }

    /// Everybody of a harness connected, by a proxy or without one, and talking.
    pub(super) fn play_on<'a>(&'a self, harness: Harness<'a>, by_proxy: bool) -> anyhow::Result<Play<'a>> {
        let proxy = Proxy::start(vec![harness.address], fastrand::u64(..));
        let proxy = if by_proxy { Some(self.tools.runtime.block_on(proxy)?) } else { None };
        let address = proxy.as_ref().map_or(harness.address, Proxy::address);
        let talking = Talking::begin(&harness.dataset, harness.clock, address, self.load.rate)?.with_changes();
        Ok(Play { faults: self, harness, talking, proxy })
    }

    /// `myna store check` says that all is well.
    pub(super) fn look_at(&self, url: &str) -> anyhow::Result<()> {
        let mut command = Command::new(self.program);
        let looked = command.args(["store", "check", "--store", url]).stdin(Stdio::null()).output()?;
        let said = [looked.stdout, looked.stderr].map(|said| String::from_utf8_lossy(&said).into_owned()).concat();
        ensure!(looked.status.success() && said.starts_with("all is well"), "myna store check says: {said}");
        Ok(())
    }
}

/// So many seconds by chance.
pub(super) fn some(seconds: std::ops::Range<f64>) -> f64 {
    seconds.start + fastrand::f64() * (seconds.end - seconds.start)
}

impl Play<'_> {
    /// Everybody talks for some while before anything goes wrong.
    pub(super) fn calm(&mut self) -> anyhow::Result<()> {
        self.talking.last(some(0.3..1.0))
    }

    /// How many connections there will have been when everybody has connected once more.
    pub(super) fn all_anew(&self) -> u64 {
        self.talking.tabs.opened() + self.talking.pool.people() as u64
    }

    /// The server, which has ended, is started again, and everybody comes back over new connections, of which there will
    /// then have been so many.
    pub(super) fn start_again(&mut self, row: &mut Row, opened: u64) -> anyhow::Result<()> {
        self.harness.kill();
        let start = self.talking.now();
        self.harness.start()?;
        let started = self.talking.now() - start;
        let back = self.talking.recover(opened)?;
        row.recovered(started + back);
        Ok(())
    }

    /// The fault is over: everybody is told everything again.
    pub(super) fn recover(&mut self, row: &mut Row) -> anyhow::Result<Nanos> {
        let back = self.talking.recover(0)?;
        row.recovered(back);
        Ok(back)
    }

    /// The talk ends, and everything that was promised is looked for.
    pub(super) fn end(self, row: &mut Row) -> anyhow::Result<()> {
        self.end_after(row, |_, _| Ok(()))
    }

    /// The same; in between, the server has stopped, and `look` is given its store's URL.
    pub(super) fn end_after(
        mut self,
        row: &mut Row,
        look: impl FnOnce(&mut Row, &str) -> anyhow::Result<()>,
    ) -> anyhow::Result<()> {
        self.talking.last(0.2)?;
        self.talking.online()?;
        self.talking.settle()?;
        let history = self.talking.hang_up();
        drop(self.proxy);
        let (url, faults) = (self.harness.url.clone(), self.faults);
        self.harness.stop()?;
        look(row, &url)?;
        if url.starts_with("sqlite:") {
            faults.look_at(&url)?;
        }
        row.judged(self.harness.check(&history)?);
        Ok(())
    }
}
