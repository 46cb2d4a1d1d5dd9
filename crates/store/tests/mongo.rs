//! The MongoDB driver: the contract on a replica set and on a standalone server, and what only a database over the network
//! can show.

#[path = "mongo/ancient.rs"]
mod ancient;
#[path = "moving/content.rs"]
mod content;
mod contract;
#[path = "mongo/damage.rs"]
mod damage;
#[path = "moving/journey.rs"]
mod journey;
#[path = "mongo/moving.rs"]
mod moving;
#[path = "mongo/opening.rs"]
mod opening;
#[path = "mongo/place.rs"]
mod place;
#[path = "mongo/together.rs"]
mod together;
#[path = "mongo/upgrade.rs"]
mod upgrade;
#[path = "upgrade/content.rs"]
mod upgrade_content;

use contract::{Skipped, Stage};
use myna_mongo_server::Topology;
use place::Place;

/// Plans of the contract's random ones: `PROPTEST_CASES` divided by this. Each step is a round trip here and flushed to disk.
const PLANS_SHARE: u32 = 32;

async fn on_replica_set() -> Result<Stage, Skipped> {
    stage(Topology::ReplicaSet).await
}

async fn on_standalone() -> Result<Stage, Skipped> {
    stage(Topology::Standalone).await
}

async fn stage(topology: Topology) -> Result<Stage, Skipped> {
    let place = Place::new(topology).await.map_err(Skipped)?;
    let stage = Stage::of(place.opened().await, Some(place.server.name()));
    Ok(stage.then(async move { place.remove().await }))
}

contract!(mongo, crate::on_replica_set);
contract!(standalone, crate::on_standalone);

#[test]
fn every_store_keeps_the_same_rules() {
    contract::assert_same([mongo::RULES, standalone::RULES]);
}
