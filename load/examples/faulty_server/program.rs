//! The `myna` program with two more flags for its server: `--panics FILE`, its tasks panic at random while this file exists;
//! `--consumed FILE`, its change log has a consumer, which records there what it is given.

use crate::panicking_store::PanickingStore;
use anyhow::Context;
use myna_chat::store::Store;
use myna_chat::{Consumers, Ids, RandomIds, SystemClock};
use myna_load::chaos::Recorder;
use myna_server::config::Config;
use myna_server::serve::{Server, serve};
use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

/// What the server does beside serving.
#[derive(Default)]
struct Faults {
    panics: Option<PathBuf>,
    consumed: Option<PathBuf>,
}

/// Serves, or does what else the arguments tell `myna` to do.
pub(crate) fn run(arguments: Vec<OsString>) -> anyhow::Result<ExitCode> {
    let (mut faults, mut others) = (Faults::default(), Vec::new());
    let mut arguments = arguments.into_iter();
    while let Some(argument) = arguments.next() {
        let fault = match argument.to_str() {
            Some("--panics") => &mut faults.panics,
            Some("--consumed") => &mut faults.consumed,
            _ => {
                others.push(argument);
                continue;
            }
        };
        *fault = Some(arguments.next().context("the flag needs a file")?.into());
    }
    if faults.panics.is_some() {
        // There are hundreds of them, and all are wanted.
        std::panic::set_hook(Box::new(|_| ()));
    }
    let config = Config::read(others).unwrap_or_else(|error| error.exit());
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(4).enable_all().build()?;
    runtime.block_on(async {
        if let Some(command) = &config.command {
            return myna_server::tools::run(command, &config).await;
        }
        let recorder = faults.consumed.as_deref().map(Recorder::open).transpose()?;
        let starting = Server::start_with(&config, |store| {
            if let Some(recorder) = recorder {
                tokio::spawn(consume(store.clone(), recorder));
            }
            match faults.panics {
                Some(file) => Arc::new(PanickingStore::new(store, file)),
                None => store,
            }
        });
        serve(starting).await?;
        Ok(ExitCode::SUCCESS)
    })
}

async fn consume(store: Arc<dyn Store>, recorder: Recorder) {
    let mut holder = [0; 16];
    RandomIds.fill(&mut holder);
    Consumers::new(store, Arc::new(SystemClock), holder).run(&recorder).await;
}
