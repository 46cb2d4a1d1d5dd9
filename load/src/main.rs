//! `myna-load`: runs a scenario against a server of its own, and says what came of it.

use clap::{Parser, Subcommand};
use std::net::SocketAddr;

/// Virtual people for Myna: measures what it promises, and checks that nothing is lost.
#[derive(Debug, Parser)]
#[command(name = "myna-load", version, max_term_width = 100)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Be the bar: a bare TCP broadcaster
    Bar {
        /// Where to listen
        #[arg(long, default_value = "127.0.0.1:0")]
        listen: SocketAddr,
    },
    Peers(myna_load::peers::Arguments),
}

fn main() -> anyhow::Result<()> {
    match Arguments::parse().command {
        Command::Bar { listen } => {
            let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
            runtime.block_on(myna_load::bar::serve(listen))
        }
        Command::Peers(arguments) => myna_load::peers::run(arguments),
    }
}
