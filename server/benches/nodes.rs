//! Measures what a message takes from its sender to its reader, on one node and from node to node, and how many are sent in
//! a second: on the embedded store, and on MongoDB by one node and by two.
//!
//! `make bench-stores` builds the program and runs this; it takes about a minute. Programs and clients share the machine.

#[path = "nodes/load.rs"]
mod load;
#[path = "nodes/node.rs"]
mod node;
#[path = "nodes/person.rs"]
mod person;
#[path = "nodes/times.rs"]
mod times;

use anyhow::ensure;
use load::{Load, Talks};
use myna_mongo_server::{fresh_database_name, shared};
use node::Node;
use person::Person;
use std::path::{Path, PathBuf};
use std::time::Duration;
use times::Times;
use tokio::time::{Instant, MissedTickBehavior, interval};

/// Lone messages, and the time between two of them.
const LONE_SENDS: usize = 200;
const LONE_EVERY: Duration = Duration::from_millis(20);

fn main() -> anyhow::Result<()> {
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(measure())
}

/// A store to measure: its URL, and what an acknowledged message has outlived.
struct Kind {
    name: String,
    durability: &'static str,
}

async fn measure() -> anyhow::Result<()> {
    let program = program()?;
    println!("{}", program.display());
    let folder = tempfile::tempdir()?;
    let file = || format!("sqlite:{}", folder.path().join(fresh_database_name()).display());
    let embedded =
        Kind { name: "embedded SQLite".to_owned(), durability: "synchronous=FULL: flushed to disk before the ack" };
    let server = shared().await?;
    let mongo = server.map(|server| Kind {
        name: server.name().to_owned(),
        durability: "w=majority, j=true: in the journal of a majority before the ack; here one member",
    });

    println!("\n{LONE_SENDS} lone messages, {} ms apart, milliseconds from the sending", LONE_EVERY.as_millis());
    println!("{:<34}{:>14}{:>14}", "", "p50", "p99");
    lone(&program, &embedded, &[file()]).await?;
    if let (Some(kind), Some(server)) = (&mongo, server) {
        let database = server.uri(&fresh_database_name());
        lone(&program, kind, &[database.clone(), database]).await?;
    }

    println!(
        "\n{} clients with {} unanswered messages each, for {} s",
        load::CLIENTS,
        load::WINDOW,
        load::LASTS.as_secs()
    );
    println!(
        "{:<34}{:>14}{:>14}{:>14}{:>26}",
        "", "sends/s", "ack p50, ms", "ack p99, ms", "CPU of Myna, ms per 1,000"
    );
    println!("{}: {}", embedded.name, embedded.durability);
    loaded(&program, "  one node", &[file()], Talks::Apart).await?;
    if let (Some(kind), Some(server)) = (&mongo, server) {
        println!("{}: {}", kind.name, kind.durability);
        let database = || server.uri(&fresh_database_name());
        loaded(&program, "  one node", &[database()], Talks::Apart).await?;
        let both = database();
        loaded(&program, "  two nodes", &[both.clone(), both], Talks::Apart).await?;
        let both = database();
        loaded(&program, "  two nodes, one conversation", &[both.clone(), both], Talks::Together).await?;
    }
    Ok(())
}

/// The release build: `MYNA_BIN`, or where Cargo leaves it.
fn program() -> anyhow::Result<PathBuf> {
    let target = match std::env::var_os("CARGO_TARGET_DIR") {
        Some(target) => PathBuf::from(target),
        None => Path::new(env!("CARGO_MANIFEST_DIR")).join("../target"),
    };
    let program = std::env::var_os("MYNA_BIN").map_or_else(|| target.join("release/myna"), PathBuf::from);
    ensure!(program.is_file(), "there is no {}: run `make build`, or set MYNA_BIN", program.display());
    Ok(program)
}

async fn nodes(program: &Path, stores: &[String]) -> anyhow::Result<Vec<Node>> {
    let mut nodes = Vec::new();
    for store in stores {
        nodes.push(Node::start(program, store).await?);
    }
    Ok(nodes)
}

/// Ann says something to Bob now and then; he is there on every node.
async fn lone(program: &Path, kind: &Kind, stores: &[String]) -> anyhow::Result<()> {
    println!("{}: {}", kind.name, kind.durability);
    let nodes = nodes(program, stores).await?;
    let ann = Person::sign_up(&nodes[0], "Ann").await?;
    let bob = Person::sign_up(&nodes[0], "Bob").await?;
    let mut sender = ann.connect(&nodes[0]).await?;
    let talk = sender.direct(bob.id).await?;
    let mut readers = Vec::new();
    for node in &nodes {
        readers.push(bob.connect(node).await?);
    }
    let mut acks = Times::default();
    let mut arrivals = vec![Times::default(); nodes.len()];
    let mut every = interval(LONE_EVERY);
    every.set_missed_tick_behavior(MissedTickBehavior::Delay);
    for _ in 0..LONE_SENDS {
        every.tick().await;
        let start = Instant::now();
        let (request, client_id) = sender.say(talk).await?;
        let acked = async {
            sender.acked(request).await?;
            anyhow::Ok(start.elapsed())
        };
        let arrived = readers.iter_mut().map(|reader| async move {
            reader.reads(client_id).await?;
            anyhow::Ok(start.elapsed())
        });
        let (acked, arrived) = tokio::try_join!(acked, futures_util::future::try_join_all(arrived))?;
        acks.add(acked);
        for (times, arrived) in arrivals.iter_mut().zip(arrived) {
            times.add(arrived);
        }
    }
    println!("{:<34}{:>14}{:>14}", "  to the ack", acks.at(50), acks.at(99));
    for (number, times) in arrivals.iter().enumerate() {
        let whose = if number == 0 { "  to a reader on the same node" } else { "  to a reader on the other node" };
        println!("{whose:<34}{:>14}{:>14}", times.at(50), times.at(99));
    }
    Ok(())
}

async fn loaded(program: &Path, name: &str, stores: &[String], talks: Talks) -> anyhow::Result<()> {
    let nodes = nodes(program, stores).await?;
    let load = Load::run(&nodes, talks).await?;
    println!(
        "{name:<34}{:>14.0}{:>14}{:>14}{:>26.0}",
        load.sends_per_second(),
        load.acks.at(50),
        load.acks.at(99),
        load.cpu_per_thousand().as_secs_f64() * 1_000.0
    );
    Ok(())
}
