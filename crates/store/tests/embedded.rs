//! The embedded driver: the contract in memory and on file, and what only a file can show.

mod contract;
mod moving;
mod opening;

use myna_chat::store::Store;
use myna_store::{StoreUrl, open};
use std::sync::Arc;
use std::time::Duration;
use tempfile::TempDir;

async fn in_memory() -> (Arc<dyn Store>, ()) {
    (open(&StoreUrl::Memory, Duration::ZERO).await.expect("a store in memory opens"), ())
}

async fn on_file() -> (Arc<dyn Store>, TempDir) {
    let folder = tempfile::tempdir().expect("there is a folder for temporary files");
    let store = open(&StoreUrl::Sqlite(folder.path().join("myna.db")), Duration::ZERO)
        .await
        .expect("a store in a fresh folder opens");
    (store, folder)
}

contract!(memory, crate::in_memory);
contract!(file, crate::on_file);

#[test]
fn every_store_keeps_the_same_rules() {
    assert_eq!(memory::RULES, file::RULES);
    assert!(memory::RULES.len() >= 80, "rules were lost: {} are left", memory::RULES.len());
}
