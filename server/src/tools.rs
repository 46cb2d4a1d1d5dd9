//! What `myna` does besides serving: moving, measuring and checking a whole store that no server uses meanwhile.

mod check;
mod copy;
mod meter;
mod stats;
mod words;

use crate::config::Config;
use clap::Subcommand;
use myna_store::StoreUrl;
use std::process::ExitCode;
use std::time::Duration;

/// How long a database that cannot be reached is waited for.
const PATIENCE: Duration = Duration::from_secs(30);

/// What to do instead of serving.
#[derive(Debug, Clone, Subcommand)]
pub enum Command {
    /// Look after a store while no server uses it
    #[command(subcommand)]
    Store(StoreCommand),
}

/// What to do with a store.
#[derive(Debug, Clone, Subcommand)]
pub enum StoreCommand {
    /// Copy everything from one store into another, and compare the two
    ///
    /// The other store is made when there is none; it has to be empty, or an earlier copy from the same store that was cut
    /// off: that one is gone on with. Until the copy is finished Myna refuses to serve it. No server may use either.
    Copy {
        /// The store to copy from
        #[arg(long, value_name = "URL")]
        from: StoreUrl,
        /// The store to copy to
        #[arg(long, value_name = "URL")]
        to: StoreUrl,
    },
    /// Print how much a store holds: bytes, rows and indexes
    Stats {
        /// The store [default: that of the settings]
        #[arg(long, value_name = "URL")]
        store: Option<StoreUrl>,
    },
    /// Look at every row of a store, and print each rule that one breaks; the exit code is then 1
    Check {
        /// The store [default: that of the settings]
        #[arg(long, value_name = "URL")]
        store: Option<StoreUrl>,
    },
}

/// Does it: the exit code. The error is one sentence to print.
pub async fn run(command: &Command, config: &Config) -> anyhow::Result<ExitCode> {
    let Command::Store(command) = command;
    match command {
        StoreCommand::Copy { from, to } => copy::run(from, to).await,
        StoreCommand::Stats { store } => stats::run(store.as_ref().unwrap_or(&config.store)).await,
        StoreCommand::Check { store } => check::run(store.as_ref().unwrap_or(&config.store)).await,
    }
}
