//! `myna store check`.

use super::PATIENCE;
use super::words::{Nouns, amount, say};
use myna_store::archive::check;
use myna_store::{Purpose, StoreUrl, open_archive};
use std::process::ExitCode;

/// Violations that are printed; of more, how many there are.
const PRINTED: u64 = 100;

pub(super) async fn run(url: &StoreUrl) -> anyhow::Result<ExitCode> {
    let archive = open_archive(url, Purpose::Source, PATIENCE).await?;
    let mut violations = 0;
    let mut violated = |violation| {
        violations += 1;
        if violations <= PRINTED {
            say(violation);
        }
    };
    let counts = check(&*archive, &mut violated).await?;
    if violations == 0 {
        say(format_args!("all is well: {}", Nouns(counts)));
        return Ok(ExitCode::SUCCESS);
    }
    if violations > PRINTED {
        say(format_args!("and {} more", amount(violations - PRINTED)));
    }
    anyhow::bail!("{url} breaks its own rules {} times: restore it from a backup", amount(violations))
}
