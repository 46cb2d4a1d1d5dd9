//! `myna-mongo-server`: a MongoDB server in the foreground, for tries, browser stories and benches.

use anyhow::bail;
use clap::Parser;
use myna_mongo_server::{MongoServer, Options, Program, Topology};
use std::future::pending;
use std::io::{Read, Write};
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::oneshot;

/// How often it is looked whether the server still runs.
const LOOK_EVERY: Duration = Duration::from_millis(200);
/// The exit code when there is nothing to start: who needs no server can tell that from a failure.
const NO_SERVER: u8 = 3;

/// Starts a MongoDB server of this machine on 127.0.0.1 and prints its connection string.
///
/// Says its name on stderr. Ends on SIGINT or SIGTERM, or when its input is closed. The exit code is 3 when this machine has
/// no MongoDB server.
#[derive(Debug, Parser)]
#[command(name = "myna-mongo-server", version, max_term_width = 100)]
struct Arguments {
    /// Where it keeps its data, which then stays; a folder belongs to one port [default: a temporary one]
    #[arg(long, value_name = "FOLDER", requires = "port")]
    folder: Option<PathBuf>,

    /// Where it listens [default: a free one]
    #[arg(long, value_name = "PORT", value_parser = clap::value_parser!(u16).range(1..))]
    port: Option<u16>,

    /// A server alone instead of a replica set of one member
    #[arg(long)]
    standalone: bool,

    /// The database that the connection string names [default: none]
    #[arg(long, value_name = "NAME", default_value = "", hide_default_value = true)]
    database: String,
}

fn main() -> ExitCode {
    match run(Arguments::parse()) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("myna-mongo-server: {error:#}");
            ExitCode::FAILURE
        }
    }
}

#[tokio::main(flavor = "current_thread")]
async fn run(arguments: Arguments) -> anyhow::Result<ExitCode> {
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    let input = end_of_input();
    let told_to_stop = async {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
            () = input => {}
        }
    };
    tokio::pin!(told_to_stop);

    let Some(program) = Program::find()? else {
        eprintln!("myna-mongo-server: there is no MongoDB server: put mongod or secantusd-rs on PATH");
        return Ok(ExitCode::from(NO_SERVER));
    };
    let topology = if arguments.standalone { Topology::Standalone } else { Topology::ReplicaSet };
    let Arguments { folder, port, database, .. } = arguments;
    let options = Options { topology, folder, port, ..Options::default() };
    let mut server = tokio::select! {
        server = MongoServer::start(&program, &options) => server?,
        () = &mut told_to_stop => return Ok(ExitCode::SUCCESS),
    };
    eprintln!("{}", server.name());
    writeln!(std::io::stdout(), "{}", server.uri(&database))?;
    tokio::select! {
        () = told_to_stop => {}
        words = last_words(&mut server) => bail!("the server ended by itself: {}", words?),
    }
    if server.is_ours() {
        server.stop().await?;
    }
    Ok(ExitCode::SUCCESS)
}

/// Waits until the server has ended by itself.
async fn last_words(server: &mut MongoServer) -> anyhow::Result<String> {
    if !server.is_ours() {
        return pending().await;
    }
    loop {
        if let Some(words) = server.ended()? {
            return Ok(words);
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
}

/// Waits until nobody holds the other end of our input. A thread of its own reads it, since one of the runtime's would
/// not let the process end.
async fn end_of_input() {
    let (closed, told) = oneshot::channel();
    std::thread::spawn(move || {
        let mut input = std::io::stdin().lock();
        let mut bytes = [0; 1024];
        while input.read(&mut bytes).is_ok_and(|count| count > 0) {}
        // It may be ending already.
        let _ = closed.send(());
    });
    // An error means the same: the thread is gone.
    let _ = told.await;
}
