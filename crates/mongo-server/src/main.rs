//! `myna-mongo-server`: a MongoDB server in the foreground, for manual trials, browser stories and benchmarks.

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

/// How often to check whether the server still runs.
const LOOK_EVERY: Duration = Duration::from_millis(200);
/// The exit code if there is nothing to start: a caller that can do without a server can tell that from a failure.
const NO_SERVER: u8 = 3;

/// Start a MongoDB server on 127.0.0.1 and print its connection string.
///
/// Prints the server's name on stderr. Ends on SIGINT or SIGTERM, or when its input is closed. The exit code is 3 if
/// this machine has no MongoDB server.
#[derive(Debug, Parser)]
#[command(name = "myna-mongo-server", version, max_term_width = 100)]
struct Arguments {
    /// The folder for the data, which is kept; a folder belongs to one port [default: a temporary one]
    #[arg(long, value_name = "FOLDER", requires = "port")]
    folder: Option<PathBuf>,

    /// The port to listen on [default: a free one]
    #[arg(long, value_name = "PORT", value_parser = clap::value_parser!(u16).range(1..))]
    port: Option<u16>,

    /// Start a standalone server instead of a replica set of one member
    #[arg(long)]
    standalone: bool,

    /// The database in the connection string [default: none]
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
        eprintln!("myna-mongo-server: this machine has no MongoDB server: put mongod or secantusd-rs on PATH");
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

/// Waits until the server ends by itself, and returns its last output.
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

/// Waits until our input is closed. A separate thread reads it, because a blocking read on a thread of the runtime
/// would keep the process alive.
async fn end_of_input() {
    let (closed, told) = oneshot::channel();
    std::thread::spawn(move || {
        let mut input = std::io::stdin().lock();
        let mut bytes = [0; 1024];
        while input.read(&mut bytes).is_ok_and(|count| count > 0) {}
        // The receiver is gone if the process is already ending.
        let _ = closed.send(());
    });
    // An error means the same: the thread has ended.
    let _ = told.await;
}
