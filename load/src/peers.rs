//! Myna and its peers side by side: each does the same job on the same machine in the same run, in turns.

mod cuts;
mod flushes;
mod job;
mod matrix;
mod myna;
mod place;
mod report;
mod socket_io;
mod stack;
mod xmpp;

use crate::clock::nanos;
use crate::load_loop::LoadLoop;
use crate::machine::load_average;
use anyhow::{Context, anyhow, ensure};
use clap::Args;
use cuts::cut;
use flushes::Flushes;
use job::{Seconds, job, lone};
use place::{Place, Tools};
use report::{Record, Report};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;
use tokio::time::Instant;

/// Who speaks. Everybody else listens.
const SENDER: usize = 0;
/// The sizes of the rooms, of which the largest may be changed. Everybody of a smaller one is in the larger ones too.
const SIZES: [usize; 3] = [10, 100, 1_000];
/// Lone messages by which a peer's flushes are counted, and how many come before them.
const COUNTED: usize = 50;
const UNCOUNTED: usize = 10;
/// How long a peer has nothing to do before its memory is read.
const IDLE: Duration = Duration::from_secs(2);

/// Compare Myna with its peers: the same job for each, in turns
#[derive(Debug, Args)]
pub struct Peers {
    /// Only these peers, by their names, with commas between
    #[arg(long, value_delimiter = ',', value_name = "NAMES")]
    only: Vec<String>,
    /// Members of the largest room
    #[arg(long, default_value_t = 1_000, value_name = "N")]
    members: usize,
    /// Seconds for each part of the job
    #[arg(long, default_value_t = 3, value_name = "S")]
    seconds: u64,
    /// How often each peer does the job
    #[arg(long, default_value_t = 3, value_name = "N")]
    rounds: usize,
    /// Begin no round of a peer after so many minutes
    #[arg(long, default_value_t = 15, value_name = "N")]
    minutes: u64,
    /// One round of a second each among 100 members: whether everything runs, not how fast
    #[arg(long)]
    quick: bool,
    /// The folder with a folder for each peer
    #[arg(long, default_value = "bench/peers", value_name = "FOLDER")]
    scripts: PathBuf,
}

/// What a peer speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Language {
    Baseline,
    Myna,
    SocketIo,
    Xmpp,
    Matrix,
}

#[derive(Debug)]
struct Peer {
    name: &'static str,
    language: Language,
    /// Of its scripts.
    folder: &'static str,
    /// What its starter is told beside a folder and a port.
    more: &'static [&'static str],
    /// A room with more members takes it longer than anybody waits.
    most: usize,
}

const fn peer(name: &'static str, language: Language, folder: &'static str, more: &'static [&'static str]) -> Peer {
    Peer { name, language, folder, more, most: usize::MAX }
}

static PEERS: [Peer; 8] = [
    peer("baseline", Language::Baseline, "", &[]),
    peer("myna", Language::Myna, "myna", &[]),
    peer("node-sqlite", Language::SocketIo, "node", &["sqlite"]),
    peer("node-mongo", Language::SocketIo, "node", &["mongo"]),
    peer("flask", Language::SocketIo, "flask", &[]),
    peer("ejabberd", Language::Xmpp, "ejabberd", &[]),
    peer("prosody", Language::Xmpp, "prosody", &[]),
    Peer { most: 100, ..peer("synapse", Language::Matrix, "synapse", &[]) },
];

/// Rooms by their sizes, smallest first: people are numbered, and a room of so many has the first so many of them.
#[derive(Debug, Clone)]
struct Rooms(Vec<usize>);

impl Rooms {
    fn new(sizes: &[usize]) -> Self {
        Self(sizes.to_vec())
    }

    fn sizes(&self) -> &[usize] {
        &self.0
    }

    fn people(&self) -> usize {
        self.0.last().copied().unwrap_or(0)
    }

    /// The rooms that somebody is in.
    fn of(&self, person: usize) -> Vec<usize> {
        (0..self.0.len()).filter(|room| self.0[*room] > person).collect()
    }
}

/// A request for a WebSocket, with these header lines more.
fn handshake(address: SocketAddr, path: &str, more: &str) -> String {
    format!(
        "GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
         Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n{more}\r\n"
    )
}

impl Peers {
    /// Runs the comparison, prints what came of it, and writes it to the file. Peers keep what they keep in this folder, and
    /// run on these processors, as `taskset` names them. One that cannot be had is said loudly, and left out.
    pub fn run(&self, folder: &Path, others: Option<String>, json: Option<&Path>) -> anyhow::Result<()> {
        let (rounds, seconds, members) =
            if self.quick { (1, 1, self.members.min(100)) } else { (self.rounds, self.seconds, self.members) };
        let unknown = self.only.iter().find(|name| PEERS.iter().all(|peer| peer.name != **name));
        ensure!(unknown.is_none(), "there is no peer {unknown:?}");
        let wanted = |peer: &&Peer| self.only.is_empty() || self.only.iter().any(|name| name == peer.name);
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
        let scripts = self.scripts.canonicalize().context("there are no scripts of peers")?;
        std::fs::create_dir_all(folder)?;
        let tools = Tools { runtime, scripts, folder: folder.canonicalize()?, others };

        let began = Instant::now();
        let mut report = Report::begin(&tools, rounds)?;
        let mut places = Vec::new();
        for peer in PEERS.iter().filter(wanted) {
            match install(&tools.scripts, peer) {
                Ok(version) => {
                    report.peers.push(Record::new(peer, version));
                    places.push(places_of(&tools, peer, members)?);
                }
                Err(error) => eprintln!("\n*** {} IS LEFT OUT: {error:#} ***\n", peer.name),
            }
        }
        for (record, places) in report.peers.iter_mut().zip(&places) {
            eprintln!("{}: rehearsal", record.name);
            // The baseline's place of 100, or the one that others have.
            let place = &places[places.len().min(2) - 1];
            let rehearsed = rehearse(place, seconds, record).with_context(|| place.said());
            noted(record, rehearsed);
        }
        for round in 1..=rounds {
            for (record, places) in report.peers.iter_mut().zip(&places) {
                if began.elapsed() > Duration::from_secs(60 * self.minutes) {
                    noted(record, Err(anyhow!("round {round} is left out: there was no time for it")));
                    continue;
                }
                eprintln!("{}: round {round} of {rounds}", record.name);
                let played = places
                    .iter()
                    .try_for_each(|place| play(place, members, seconds, record).with_context(|| place.said()));
                noted(record, played);
            }
            report.load_average.push(load_average());
        }
        println!("{report}");
        if let Some(json) = json {
            std::fs::write(json, serde_json::to_string_pretty(&report)?).context("the results cannot be written")?;
        }
        Ok(())
    }
}

/// A peer that fails does not end the comparison of the others.
fn noted(record: &mut Record, result: anyhow::Result<()>) {
    if let Err(error) = result {
        eprintln!("\n*** {}: {error:#} ***\n", record.name);
        record.failures.push(format!("{error:#}"));
    }
}

/// Installs what is missing of a peer. The last line that its installer prints says what it is.
fn install(scripts: &Path, peer: &Peer) -> anyhow::Result<String> {
    if peer.language == Language::Baseline {
        return Ok("tokio, nothing else".to_owned());
    }
    let installer = scripts.join(peer.folder).join("install");
    let mut command = Command::new(&installer);
    let output = command.args(peer.more).stdin(Stdio::null()).stderr(Stdio::inherit()).output()?;
    ensure!(output.status.success(), "{} has ended with {}", installer.display(), output.status);
    let said = String::from_utf8_lossy(&output.stdout);
    Ok(said.lines().last().unwrap_or_default().to_owned())
}

/// Where a peer plays. The baseline has no rooms, only everybody: each size is a place of its own.
fn places_of<'a>(tools: &'a Tools, peer: &'static Peer, members: usize) -> anyhow::Result<Vec<Place<'a>>> {
    let mut sizes: Vec<usize> =
        SIZES.iter().map(|size| (*size).min(members)).filter(|size| *size <= peer.most).collect();
    sizes.dedup();
    if peer.language == Language::Baseline {
        return sizes.iter().map(|size| Place::new(tools, peer, Rooms::new(&[*size]))).collect();
    }
    Ok(vec![Place::new(tools, peer, Rooms::new(&sizes))?])
}

/// What is done once, before anything is timed: accounts are made, flushes counted, links cut.
fn rehearse(place: &Place<'_>, seconds: u64, record: &mut Record) -> anyhow::Result<()> {
    let rooms = place.rooms.sizes();
    // A room of 100 where each delivery is cheap, else the smallest.
    let talk = if place.peer.most < SIZES[2] { 0 } else { 1.min(rooms.len() - 1) };
    let tracer = Flushes::in_folder(place.folder());
    let stack = place.start(tracer.as_ref())?;
    let mut pool = place.clients(&stack, Some(talk))?;
    let audience = rooms.iter().map(|size| *size as u32).collect();
    let mut load_loop = LoadLoop::new(&mut pool, audience, place.peer.language != Language::Baseline);
    lone(&mut load_loop, 0, UNCOUNTED).context("before flushes are counted")?;
    let count = || tracer.as_ref().map_or(0, Flushes::count);
    let before = count();
    lone(&mut load_loop, 0, COUNTED).context("while flushes are counted")?;
    if tracer.is_some() {
        record.flushes = Some((count() - before) as f64 / COUNTED as f64);
    } else {
        eprintln!("\n*** {}: flushes are not counted, as there is no strace ***\n", record.name);
    }
    // Messages of this run are numbered on.
    let first = load_loop.history.sent.len() as u64;
    record.cuts = Some(cut(&mut pool, talk as u32, rooms[talk], 3 * seconds, first).context("while links are cut")?);
    Ok(())
}

/// One round of a peer.
fn play(place: &Place<'_>, largest: usize, seconds: u64, record: &mut Record) -> anyhow::Result<()> {
    let rooms = place.rooms.sizes();
    let stack = place.start(None)?;
    std::thread::sleep(IDLE);
    let empty = stack.usage()?;
    let mut pool = place.clients(&stack, None)?;
    let audience = rooms.iter().map(|size| *size as u32).collect();
    let mut load_loop = LoadLoop::new(&mut pool, audience, place.peer.language != Language::Baseline);
    load_loop.listen(load_loop.clock().now() + nanos(IDLE))?;
    let idle = stack.usage()?;
    let people = place.rooms.people();
    if people == largest.min(place.peer.most) {
        record.cold_start_millis.add(stack.took.as_secs_f64() * 1e3);
        record.empty_mb.add(empty.proportional as f64 / 1_024.0);
        record.idle_kb.add((idle.proportional as f64 - empty.proportional as f64) / people as f64);
    }
    for (talk, members) in rooms.iter().enumerate() {
        let done = job(&mut load_loop, &stack, talk as u32, *members, Seconds { low: seconds + 1, flood: seconds })?;
        record.done(*members, &done);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everybody_of_a_small_room_is_in_the_larger_ones_too() {
        let rooms = Rooms::new(&[10, 100]);
        assert_eq!((rooms.of(9), rooms.of(10), rooms.people()), (vec![0, 1], vec![1], 100));
    }
}
