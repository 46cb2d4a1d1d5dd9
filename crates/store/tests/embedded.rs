//! The embedded driver: the contract in memory and on file, and what only a file can show.

mod contract;
mod erasing;
mod killed_consumer;
mod moving;
mod opening;
mod upgrade;

use contract::{Skipped, Stage};
use myna_store::{StoreUrl, open};
use std::time::Duration;

/// Plans of the contract's random ones: `PROPTEST_CASES` divided by this.
const PLANS_SHARE: u32 = 8;

async fn in_memory() -> Result<Stage, Skipped> {
    Ok(Stage::of(open(&StoreUrl::Memory, Duration::ZERO).await.expect("a store in memory opens"), None))
}

async fn on_file() -> Result<Stage, Skipped> {
    let folder = tempfile::tempdir().expect("there is a folder for temporary files");
    let store = open(&StoreUrl::Sqlite(folder.path().join("myna.db")), Duration::ZERO)
        .await
        .expect("a store in a fresh folder opens");
    Ok(Stage::of(store, None).then(async move { drop(folder) }))
}

contract!(memory, crate::in_memory);
contract!(file, crate::on_file);

#[test]
fn every_store_keeps_the_same_rules() {
    contract::assert_same([memory::RULES, file::RULES]);
}
