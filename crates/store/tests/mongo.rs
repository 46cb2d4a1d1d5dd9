//! The MongoDB driver: the contract on a replica set and on a standalone server.

mod contract;

use myna_chat::store::Store;
use myna_store::{StoreUrl, open};
use std::sync::Arc;
use std::time::Duration;

async fn on(base: &str) -> Arc<dyn Store> {
    use std::sync::atomic::{AtomicU64, Ordering};
    static N: AtomicU64 = AtomicU64::new(0);
    let name = format!("t{}_{}", std::process::id(), N.fetch_add(1, Ordering::Relaxed));
    let url: StoreUrl = base.replace("DB", &name).parse().expect("a url");
    open(&url, Duration::ZERO).await.expect("it opens")
}

async fn replica() -> (Arc<dyn Store>, ()) {
    (on("mongodb://127.0.0.1:27999/DB?replicaSet=secantus").await, ())
}

async fn alone() -> (Arc<dyn Store>, ()) {
    (on("mongodb://127.0.0.1:27998/DB?directConnection=true").await, ())
}

contract!(mongo, crate::replica);
contract!(standalone, crate::alone);
