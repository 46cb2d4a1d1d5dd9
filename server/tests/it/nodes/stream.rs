//! The change stream, by which nodes hear each other, is cut or falls silent.

use super::burst::Talk;
use super::site::{self, until_ready, untouched};
use crate::support::{Dice, ServerProcess, Socket, tell};
use myna_mongo_server::{MongoServer, Proxy, fresh_database_name};
use myna_protocol::ConversationId;
use tokio::time::Instant;

const CUTS: usize = 5;

/// Two nodes that reach MongoDB through a proxy each.
async fn apart(server: &MongoServer) -> ([Proxy; 2], [ServerProcess; 2]) {
    let database = fresh_database_name();
    let one = Proxy::start(server).await.expect("the proxy starts");
    let two = Proxy::start(server).await.expect("the proxy starts");
    let nodes = site::two([&one.uri(&database), &two.uri(&database)]).await;
    ([one, two], nodes)
}

/// A socket on each node, of two people who talk, and their conversation. Each node has heard the other.
async fn talking(nodes: &[ServerProcess; 2]) -> (Socket, Socket, ConversationId) {
    let (ann, bea) = (nodes[0].place.sign_up("Ann").await, nodes[1].place.sign_up("Bea").await);
    let (mut on_one, mut on_two) = (ann.socket().await, bea.socket().await);
    let direct = on_one.direct(bea.id).await;
    on_one.send(direct, "heard").await;
    on_two.hears("heard").await;
    (on_one, on_two, direct)
}

fn is_live(status: u16, _: &str, bus: &str) -> bool {
    (status, bus) == (200, "live")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_change_stream_that_is_cut_in_a_burst_comes_back_and_misses_nothing() {
    let Some(server) = untouched().await else { return };
    let (proxies, nodes) = apart(&server).await;
    let mut talk = Talk::begin([&nodes[0].place, &nodes[1].place], 30).await;
    let (mut dice, seed) = Dice::seeded();
    let name = server.name();
    tell(&format!(
        "both change streams are cut in a burst of {} sends, {CUTS} times over (MYNA_SEED={seed}; {name})",
        talk.size()
    ));
    for repetition in 1..=CUTS {
        let after = 1 + dice.below(talk.early());
        let trouble = talk.burst(async |progress, _| {
            progress.acknowledged(0, after).await;
            proxies.iter().for_each(Proxy::cut_change_streams);
            Instant::now()
        });
        let (_, cut) = trouble.await;
        let everybody = cut.elapsed();
        for node in &nodes {
            until_ready(&node.place, "the node hears the others", is_live).await;
        }
        tell(&format!(
            "  {repetition}: cut after {after:3} acknowledgements, everybody has everything {:4} ms after it ({name})",
            everybody.as_millis()
        ));
    }
    talk.end("cut change streams", name).await;
}

#[tokio::test]
async fn a_node_whose_change_stream_falls_silent_says_so_and_asks_instead() {
    let Some(server) = untouched().await else { return };
    let (proxies, nodes) = apart(&server).await;
    let (mut on_one, mut on_two, direct) = talking(&nodes).await;
    until_ready(&nodes[1].place, "the node hears the others", is_live).await;

    let silent = Instant::now();
    proxies[1].hold_change_streams(true);
    until_ready(&nodes[1].place, "the node asks instead", |status, _, bus| (status, bus) == (200, "polling")).await;
    let noticed = silent.elapsed();
    let sent = Instant::now();
    on_one.send(direct, "asked for").await;
    on_two.hears("asked for").await;
    let brought = sent.elapsed();
    let back = Instant::now();
    proxies[1].hold_change_streams(false);
    until_ready(&nodes[1].place, "the node hears the others again", is_live).await;
    tell(&format!(
        "a silent change stream: polling after {} ms, a message from the other node comes in {} ms; live {} ms after it \
         speaks again ({})",
        noticed.as_millis(),
        brought.as_millis(),
        back.elapsed().as_millis(),
        server.name()
    ));
    on_one.send(direct, "heard again").await;
    on_two.hears("heard again").await;
}

/// The driver (mongodb 3.9) loses the resume token when it retries the automatic resumption of a stream.
#[tokio::test]
async fn a_change_stream_whose_resumption_is_refused_once_misses_nothing() {
    let Some(server) = untouched().await else { return };
    let (proxies, nodes) = apart(&server).await;
    let (mut on_one, mut on_two, direct) = talking(&nodes).await;
    for repetition in 1..=CUTS {
        until_ready(&nodes[1].place, "the node hears the others", is_live).await;
        // The node does not receive this message before the stream is cut.
        proxies[1].hold_change_streams(true);
        let text = format!("while the stream is cut, {repetition}");
        on_one.send(direct, &text).await;
        proxies[1].refuse_change_streams(1);
        proxies[1].cut_change_streams();
        proxies[1].refused_change_streams().await;
        proxies[1].hold_change_streams(false);
        on_two.hears(&text).await;
    }
}
