//! The `myna` command: reads its settings, opens the store, serves until it is told to stop, or does what else it is told.

use myna_server::config::Config;
use myna_server::{logging, serve, tools};
use std::process::ExitCode;

fn main() -> ExitCode {
    let config = match Config::from_machine() {
        Ok(config) => config,
        Err(error) => error.exit(),
    };
    logging::start(&config);
    match run(&config) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("myna: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(config: &Config) -> anyhow::Result<ExitCode> {
    // Beside the workers of the machine's cores there is always one that can serve sockets while another renders a page.
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(cores.max(4)).enable_all().build()?;
    runtime.block_on(async {
        if let Some(command) = &config.command {
            return tools::run(command, config).await;
        }
        serve::serve(serve::Server::start(config)).await?;
        Ok(ExitCode::SUCCESS)
    })
}
