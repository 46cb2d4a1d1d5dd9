//! Many requests whose bodies arrive a byte at a time, so that each keeps a connection.

use super::finding::Finding;
use super::http_client::{HttpClient, source};
use crate::dataset::Plan;
use crate::harness::{Harness, Tools};
use std::net::SocketAddr;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::{Instant, MissedTickBehavior, interval, sleep, timeout};

const BODIES: usize = 650;
/// How often a byte of each body is sent.
const EVERY: Duration = Duration::from_secs(5);
/// When the attack gives up.
const LASTS: Duration = Duration::from_secs(60);
/// When a newcomer asks for a page, and how long it may take.
const NEWCOMER_AFTER: Duration = Duration::from_secs(5);
const NEWCOMER_WAITS: Duration = Duration::from_secs(5);

/// When the server has ended the last of them, and whether a newcomer gets a page meanwhile.
pub(super) fn attack(tools: &Tools) -> anyhow::Result<Vec<Finding>> {
    let harness = Harness::set(tools, &Plan::strangers(0), &[])?;
    tools.runtime.block_on(hold(harness.address)).map(|finding| vec![finding])
}

async fn hold(server: SocketAddr) -> anyhow::Result<Finding> {
    let start = Instant::now();
    let mut bodies = JoinSet::new();
    for _ in 0..BODIES {
        bodies.spawn(async move {
            // A connection that breaks has ended as one that the server closes.
            timeout(LASTS, send_slowly(server)).await.is_ok().then(|| start.elapsed().as_secs_f64())
        });
    }
    sleep(NEWCOMER_AFTER).await;
    let newcomer = HttpClient::new(source(2), server)?;
    let page = timeout(NEWCOMER_WAITS, newcomer.page("/sign-in", None)).await;
    let served = matches!(page, Ok(Ok((status, _))) if status.is_success());
    let ends = bodies.join_all().await;
    let held = ends.iter().filter(|end| end.is_none()).count();
    let last = ends.iter().map(|end| end.unwrap_or(LASTS.as_secs_f64())).fold(0.0, f64::max);
    let name = format!("{BODIES} bodies of a byte each 5 s: the server ends the last");
    Ok(Finding::at_most(name, last, 30.0, "s", "30 s, a newcomer gets the page")
        .only_if(served && held == 0)
        .with_note(format!("{held} still open; a newcomer {} the page", if served { "gets" } else { "does not get" })))
}

/// Sends a request and then its body, slowly, until the server closes the connection.
async fn send_slowly(server: SocketAddr) -> std::io::Result<()> {
    let mut stream = TcpStream::connect(server).await?;
    let head = format!(
        "POST /api/sign_in HTTP/1.1\r\nHost: {server}\r\nContent-Type: application/x-www-form-urlencoded\r\n\
         Content-Length: 1000\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).await?;
    let (mut reader, mut writer) = stream.split();
    let mut ticks = interval(EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut answer = [0; 1_024];
    loop {
        tokio::select! {
            read = reader.read(&mut answer) => {
                if read? == 0 {
                    return Ok(());
                }
            }
            _ = ticks.tick() => writer.write_all(b"a").await?,
        }
    }
}
