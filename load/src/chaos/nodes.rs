//! Two nodes over one MongoDB, each with some of the people: a node ends, the database ends, or is slow.

use super::fault_harness::{FaultHarness, QUIET, some};
use super::{recorder, row::Row};
use crate::dataset::Dataset;
use crate::harness::{Harness, Tools};
use crate::proxy::Proxy;
use crate::talking::Talking;
use anyhow::Context;
use myna_mongo_server::{MongoServer, Options, Program, fresh_database_name};
use std::time::Duration;
use tempfile::TempDir;

/// What is said a second here, as a share of what is said elsewhere: stand-ins for MongoDB are slow.
const SHARE: f64 = 0.3;
/// What a slow database takes for each word.
const SLOW: Duration = Duration::from_millis(100);

/// Two nodes, and everybody connected to one of them by a proxy, which finds the other when one is gone.
struct Nodes<'a> {
    faults: &'a FaultHarness<'a>,
    mongo: MongoServer,
    /// What stands before the database, and lets pass everything unless it is told otherwise.
    link: myna_mongo_server::Proxy,
    nodes: [Harness<'a>; 2],
    _proxy: Proxy,
    talking: Talking,
}

impl<'a> Nodes<'a> {
    fn begin(faults: &'a FaultHarness<'a>) -> anyhow::Result<Self> {
        Self::begin_with(faults, faults.tools, &[])
    }

    /// The same with servers of these tools, and with more flags for them.
    fn begin_with(faults: &'a FaultHarness<'a>, tools: &'a Tools, flags: &[&str]) -> anyhow::Result<Self> {
        let runtime = &faults.tools.runtime;
        let program = Program::find()?.context("it was there")?;
        let mongo = runtime.block_on(MongoServer::start(&program, &Options::default()))?;
        let link = runtime.block_on(myna_mongo_server::Proxy::start(&mongo))?;
        let url = link.uri(&fresh_database_name());
        let dataset = Dataset::new(&faults.plan(), fastrand::u64(..));
        runtime.block_on(dataset.fill(&url, |_| ()))?;
        let node = || Harness::over(tools, dataset.clone(), url.clone(), None, &[QUIET, flags].concat());
        let nodes = [node()?, node()?];
        let addresses = nodes.iter().map(|node| node.address).collect();
        let proxy = runtime.block_on(Proxy::start(addresses, fastrand::u64(..)))?;
        let rate = faults.load.rate * SHARE;
        let mut talking = Talking::begin(&nodes[0].dataset, nodes[0].clock, proxy.address(), rate)?.with_changes();
        talking.last(some(0.5..1.0))?;
        Ok(Self { faults, mongo, link, nodes, _proxy: proxy, talking })
    }

    fn recover(&mut self, row: &mut Row) -> anyhow::Result<()> {
        row.recovered(self.talking.recover(0)?);
        Ok(())
    }

    fn end(self, row: &mut Row) -> anyhow::Result<()> {
        self.end_after(row, |_, _| Ok(()))
    }

    /// The same; in between, both servers have stopped, and `look` is given their store's URL.
    fn end_after(
        mut self,
        row: &mut Row,
        look: impl FnOnce(&mut Row, &str) -> anyhow::Result<()>,
    ) -> anyhow::Result<()> {
        self.talking.last(0.2)?;
        self.talking.online()?;
        self.talking.settle()?;
        let history = self.talking.hang_up();
        let [mut one, mut other] = self.nodes;
        one.stop()?;
        other.stop()?;
        look(row, &one.url.clone())?;
        row.judged(one.check(&history)?);
        Ok(())
    }
}

/// Who was on the node that ends goes to the other; later there are two again.
pub(super) fn killed(faults: &FaultHarness<'_>, row: &mut Row) -> anyhow::Result<()> {
    let mut play = Nodes::begin(faults)?;
    kill_one(&mut play, row)?;
    play.end(row)
}

/// Both run a consumer of the change log, one at a time by its lease.
pub(super) fn consumer_killed(faults: &FaultHarness<'_>, row: &mut Row) -> anyhow::Result<()> {
    let folder = TempDir::new_in(&faults.tools.folder)?;
    let file = folder.path().join("consumed");
    let tools = faults.faulty_tools()?;
    let mut play = Nodes::begin_with(faults, &tools, &["--consumed", &file.display().to_string()])?;
    for _ in 0..2 {
        kill_one(&mut play, row)?;
    }
    play.end_after(row, |row, url| {
        row.count("entries consumed", faults.tools.runtime.block_on(recorder::finish(url, &file))?);
        Ok(())
    })
}

fn kill_one(play: &mut Nodes<'_>, row: &mut Row) -> anyhow::Result<()> {
    let gone = fastrand::usize(..2);
    let start = play.talking.now();
    play.nodes[gone].kill();
    // Whose connection has ended hears of it at once, and then looks no more as if they were there.
    play.talking.last(0.1)?;
    play.talking.recover(0)?;
    row.recovered(play.talking.now() - start);
    play.talking.last(play.faults.load.seconds)?;
    play.nodes[gone].start()?;
    play.talking.last(1.0)
}

pub(super) fn paused(faults: &FaultHarness<'_>, row: &mut Row) -> anyhow::Result<()> {
    let mut play = Nodes::begin(faults)?;
    play.mongo.pause()?;
    let talked = play.talking.last(faults.load.seconds);
    play.mongo.resume()?;
    talked?;
    play.recover(row)?;
    play.end(row)
}

pub(super) fn database_killed(faults: &FaultHarness<'_>, row: &mut Row) -> anyhow::Result<()> {
    let mut play = Nodes::begin(faults)?;
    play.mongo.kill()?;
    play.talking.last(faults.load.seconds)?;
    let tools = play.faults.tools;
    tools.runtime.block_on(play.mongo.restart())?;
    play.recover(row)?;
    play.end(row)
}

pub(super) fn slow(faults: &FaultHarness<'_>, row: &mut Row) -> anyhow::Result<()> {
    let mut play = Nodes::begin(faults)?;
    let from = play.talking.now();
    play.link.delay(SLOW);
    play.talking.last(2.0 * faults.load.seconds)?;
    play.link.delay(Duration::ZERO);
    play.recover(row)?;
    row.most("due to acknowledged, 99 % of them", play.talking.history.answers(from).at(0.99) / 1_000.0, "s");
    play.end(row)
}
