//! `myna-load`: runs a scenario against servers of its own, and says what came of it. It ends with an error when the
//! checker has found anything.

use anyhow::{Context, bail, ensure};
use clap::{Parser, Subcommand};
use myna_load::chaos::Chaos;
use myna_load::goals::Goals;
use myna_load::harness::Tools;
use myna_load::machine::Machine;
use myna_load::peers::Peers;
use myna_load::process::myna;
use myna_load::scenario::abuser::Abuser;
use myna_load::scenario::attacks::Attacks;
use myna_load::scenario::flaky::Flaky;
use myna_load::scenario::history::HistoryPages;
use myna_load::scenario::idle::Idle;
use myna_load::scenario::lone::Lone;
use myna_load::scenario::moving::Moving;
use myna_load::scenario::nodes::Nodes;
use myna_load::scenario::pairs::Pairs;
use myna_load::scenario::restart::Restart;
use myna_load::scenario::room::Room;
use myna_load::scenario::rooms::Rooms;
use myna_load::scenario::slow::Slow;
use myna_load::table::{Outcome, Report};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command as Program;

/// Virtual people for Myna: measures what it promises, and checks that nothing is lost.
#[derive(Debug, Parser)]
#[command(name = "myna-load", version, max_term_width = 100)]
struct Arguments {
    #[command(subcommand)]
    command: Command,

    /// The server's program [default: the release build]
    #[arg(long, visible_alias = "bin", env = "MYNA_BIN", value_name = "FILE", global = true)]
    program: Option<PathBuf>,

    /// Where stores are made: on the disk that is to be measured [default: beside the build]
    #[arg(long, value_name = "FOLDER", global = true)]
    folder: Option<PathBuf>,

    /// Also write everything into this file, as JSON
    #[arg(long, value_name = "FILE", global = true)]
    json: Option<PathBuf>,

    /// Give the generator the last processor and servers the others
    #[arg(long, global = true)]
    pin: bool,
}

#[derive(Debug, Subcommand)]
enum Command {
    Goals(Goals),
    Pairs(Pairs),
    Lone(Lone),
    Rooms(Rooms),
    Room(Room),
    Idle(Idle),
    History(HistoryPages),
    Restart(Restart),
    Flaky(Flaky),
    Slow(Slow),
    Abuser(Abuser),
    Attacks(Attacks),
    Nodes(Nodes),
    Moving(Moving),
    Chaos(Chaos),
    /// Be the baseline: a bare TCP broadcaster
    Baseline {
        /// Where to listen
        #[arg(long, default_value = "127.0.0.1:0")]
        listen: SocketAddr,
    },
    Peers(Peers),
}

fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    if let Command::Baseline { listen } = arguments.command {
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
        return runtime.block_on(myna_load::baseline::serve(listen));
    }
    let others = if arguments.pin { Some(pin()?) } else { None };
    let folder = arguments.folder.clone().unwrap_or_else(beside_the_build);
    if let Command::Peers(peers) = &arguments.command {
        return peers.run(&folder, others, arguments.json.as_deref());
    }
    let program = arguments.program.clone().map_or_else(myna, Ok)?;
    let tools = Tools::with(program.clone(), folder, others)?;
    let machine = Machine::here(&tools.folder);
    println!("{machine}\n");
    let (outcomes, dirty) = run(&arguments.command, &tools, &program)?;
    let report = Report { machine, outcomes };
    if let Some(file) = &arguments.json {
        std::fs::write(file, serde_json::to_string_pretty(&report)?).context("the results cannot be written")?;
    }
    ensure!(dirty.is_empty(), "something is wrong: {}", dirty.join("; "));
    Ok(())
}

/// What came of it, and the names of what was not clean.
fn run(command: &Command, tools: &Tools, program: &Path) -> anyhow::Result<(Vec<Outcome>, Vec<String>)> {
    let outcomes = match command {
        Command::Chaos(chaos) => {
            let rows = chaos.run(tools, program)?;
            let dirty = rows.iter().filter(|row| !row.is_clean()).map(|row| row.name.to_owned()).collect();
            return Ok((rows.iter().map(Outcome::from).collect(), dirty));
        }
        Command::Attacks(attacks) => {
            let (outcome, failed) = attacks.run(tools)?;
            return Ok((vec![outcome], failed));
        }
        Command::Goals(goals) => goals.run(tools)?,
        Command::Nodes(nodes) => nodes.run(tools)?,
        command => {
            let outcome = alone(command, tools, program)?;
            println!("{outcome}");
            vec![outcome]
        }
    };
    let dirty = outcomes.iter().filter(|outcome| !outcome.is_clean()).map(|outcome| outcome.name.clone()).collect();
    Ok((outcomes, dirty))
}

/// A scenario by itself.
fn alone(command: &Command, tools: &Tools, program: &Path) -> anyhow::Result<Outcome> {
    match command {
        Command::Pairs(pairs) => pairs.run(tools),
        Command::Lone(lone) => lone.run(tools),
        Command::Rooms(rooms) => rooms.run(tools),
        Command::Room(room) => room.run(tools),
        Command::Idle(idle) => idle.run(tools),
        Command::History(history) => history.run(tools),
        Command::Restart(restart) => restart.run(tools),
        Command::Flaky(flaky) => flaky.run(tools),
        Command::Slow(slow) => slow.run(tools),
        Command::Abuser(abuser) => abuser.run(tools),
        Command::Moving(moving) => moving.run(tools, program),
        Command::Attacks(_)
        | Command::Chaos(_)
        | Command::Goals(_)
        | Command::Nodes(_)
        | Command::Baseline { .. }
        | Command::Peers(_) => {
            bail!("it is no scenario")
        }
    }
}

/// A folder on the disk of the build, which lasts: a large store is made once.
fn beside_the_build() -> PathBuf {
    let target = match std::env::var_os("CARGO_TARGET_DIR") {
        Some(target) => PathBuf::from(target),
        None => Path::new(env!("CARGO_MANIFEST_DIR")).join("../target"),
    };
    target.join("load")
}

/// This process, and all threads that it will start, on the last processor; the others, as `taskset` names them.
fn pin() -> anyhow::Result<String> {
    let last = std::thread::available_parallelism()?.get() - 1;
    let pinned = Program::new("taskset").args(["-cp", &last.to_string(), &std::process::id().to_string()]).output()?;
    ensure!(pinned.status.success(), "the processor cannot be chosen (taskset)");
    Ok(format!("0-{}", last.saturating_sub(1)))
}
