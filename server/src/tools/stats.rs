//! `myna store stats`.

use super::PATIENCE;
use super::words::{amount, say};
use myna_store::{Purpose, StoreUrl, open_archive};
use std::process::ExitCode;

pub(super) async fn run(url: &StoreUrl) -> anyhow::Result<ExitCode> {
    let stats = open_archive(url, Purpose::Look, PATIENCE).await?.stats().await?;
    say(format_args!("{url}: {} bytes", amount(stats.bytes)));
    for table in stats.tables {
        let bytes = table.bytes.map(|bytes| format!(", {} bytes", amount(bytes))).unwrap_or_default();
        say(format_args!("{}: {} rows{bytes}", table.name, amount(table.rows)));
        for index in table.indexes {
            say(format_args!("  index {index}"));
        }
    }
    Ok(ExitCode::SUCCESS)
}
