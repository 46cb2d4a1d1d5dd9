//! A peer in a folder of its own: made ready once, started again and again.

use super::flushes::Flushes;
use super::matrix::Everybody;
use super::myna::{Remembering, Revs};
use super::socket_io::SocketIo;
use super::stack::{Stack, free_address};
use super::xmpp::Xmpp;
use super::{Language, Peer, Rooms, matrix};
use crate::clock::Clock;
use crate::dataset::{Dataset, Plan, TalkPlan};
use crate::quick::{Bare, ClientPool, ProtocolAdapter};
use myna_protocol::Kind;
use myna_protocol::limits::GROUP_MEMBERS;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use tempfile::TempDir;
use tokio::runtime::Runtime;

/// Lines of what a peer printed.
const SAID: usize = 3;

/// What every place needs.
pub(super) struct Tools {
    pub(super) runtime: Runtime,
    /// The folder with a folder for each peer, which says how to install and to start it.
    pub(super) scripts: PathBuf,
    /// Where peers keep what they keep.
    pub(super) folder: PathBuf,
    /// The processors that peers run on, where that is not all.
    pub(super) others: Option<String>,
}

impl Tools {
    /// Runs a program where peers run.
    fn command(&self, program: &Path) -> Command {
        let Some(others) = &self.others else { return Command::new(program) };
        let mut command = Command::new("taskset");
        command.args(["-c", others]).arg(program);
        command
    }
}

pub(super) struct Place<'a> {
    tools: &'a Tools,
    pub(super) peer: &'static Peer,
    pub(super) rooms: Rooms,
    folder: TempDir,
    /// Myna's people follow from it.
    seed: u64,
    known: Revs,
    everybody: Everybody,
}

/// Clients of any language.
pub(super) type Clients = ClientPool<Box<dyn ProtocolAdapter>>;

impl<'a> Place<'a> {
    /// A new place for a peer whose rooms these are.
    pub(super) fn new(tools: &'a Tools, peer: &'static Peer, rooms: Rooms) -> anyhow::Result<Self> {
        let folder = TempDir::new_in(&tools.folder)?;
        // What a new conversation has come to.
        let known = Revs::new(vec![1; rooms.sizes().len()].into());
        let place =
            Self { tools, peer, rooms, folder, seed: fastrand::u64(..), known, everybody: Everybody::default() };
        if peer.language == Language::Myna {
            // People and rooms are written into its store, as by somebody who moves in: it has no rooms of its own accord.
            let url = format!("sqlite:{}", place.folder.path().join("myna.db").display());
            tools.runtime.block_on(place.dataset().fill(&url, |_| ()))?;
        }
        Ok(place)
    }

    pub(super) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The last that the peer printed, for whoever wonders why it failed.
    pub(super) fn said(&self) -> String {
        let said = std::fs::read_to_string(self.folder().join("output")).unwrap_or_default();
        let last: Vec<&str> = said.lines().rev().take(SAID).collect();
        last.into_iter().rev().collect::<Vec<_>>().join("\n")
    }

    /// The same people each time, in another run.
    fn dataset(&self) -> Dataset {
        // The name of a channel is its own, and all that are made here have the same.
        let kind = |members: usize| if members <= GROUP_MEMBERS { Kind::Group } else { Kind::Channel };
        let talk =
            |members: usize| TalkPlan { kind: kind(members), members: (0..members as u32).collect(), messages: 0 };
        let plan = Plan::new(self.rooms.people(), self.rooms.sizes().iter().map(|size| talk(*size)).collect());
        Dataset::new(&plan, self.seed)
    }

    /// Starts the peer, under this tracer if there is one, and waits until it answers.
    pub(super) fn start(&self, tracer: Option<&Flushes>) -> anyhow::Result<Stack> {
        let address = free_address()?;
        let (output, port) = (self.folder().join("output"), address.port().to_string());
        let mut command;
        if self.peer.language == Language::Baseline {
            command = self.tools.command(&std::env::current_exe()?);
            command.args(["baseline", "--listen", &address.to_string()]);
        } else {
            command = self.tools.command(&self.tools.scripts.join(self.peer.folder).join("start"));
            command.arg(self.folder()).arg(port).args(self.peer.more);
        }
        if let Some(tracer) = tracer {
            command = tracer.traced(&command);
        }
        Stack::start(command, address, &output)
    }

    /// Everybody, connected and in their rooms. `resumed`: the room of which they remember how far they were told.
    pub(super) fn clients(&self, stack: &Stack, resumed: Option<usize>) -> anyhow::Result<Clients> {
        let (mut address, rooms) = (stack.address, self.rooms.clone());
        let adapter: Box<dyn ProtocolAdapter> = match self.peer.language {
            Language::Baseline => Box::new(Bare),
            Language::Myna => {
                let dataset = Arc::new(self.dataset());
                Box::new(Remembering::new(dataset, address, self.known.clone(), resumed.is_some()))
            }
            Language::SocketIo => Box::new(SocketIo::new(address, rooms, resumed.is_some())),
            Language::Xmpp => Box::new(Xmpp::new(address, rooms, resumed)),
            Language::Matrix => {
                address = matrix::gateway(&self.tools.runtime, address, &rooms, self.everybody.clone())?;
                Box::new(matrix::Gateway)
            }
        };
        let mut clients = ClientPool::new(adapter, self.rooms.people(), address, Clock::start())?;
        clients.connect_all(0..self.rooms.people(), |_| ())?;
        Ok(clients)
    }
}
