//! Measures the release build as people run it: how soon it answers on an empty folder, and what an idle socket costs.
//!
//! `make bench` builds it and runs this. It fails where a figure is beyond its limit.

use anyhow::{Context, ensure};
use futures_util::{SinkExt, StreamExt};
use reqwest::Client;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::net::TcpStream;
use tokio::process::{Child, Command};
use tokio::time::{Instant, timeout};
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::{WebSocketStream, client_async_with_config};

const STARTS: usize = 10;
/// The longest that a start may take, as the middle one of all.
const START_LIMIT: Duration = Duration::from_millis(300);
const PEOPLE: usize = 200;
const SOCKETS: usize = 2_000;
/// Kilobytes (1,024 bytes) that an idle socket may cost.
const SOCKET_LIMIT: f64 = 24.0;
const DEADLINE: Duration = Duration::from_secs(60);

type Socket = WebSocketStream<TcpStream>;

fn main() -> anyhow::Result<()> {
    // Both ends of each socket are open files, and the usual limit is low.
    let _ = rlimit::increase_nofile_limit(u64::MAX);
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(async {
        let program = program()?;
        println!("{}", program.display());
        let start = starts(&program).await?;
        let socket = sockets(&program).await?;
        ensure!(start <= START_LIMIT, "a start takes {start:?}, more than {START_LIMIT:?}");
        ensure!(socket <= SOCKET_LIMIT, "an idle socket costs {socket:.1} KB, more than {SOCKET_LIMIT} KB");
        Ok(())
    })
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

/// A server that runs while this lives.
struct Server {
    child: Child,
    address: SocketAddr,
}

impl Server {
    async fn start(program: &Path, folder: &Path, more: &[&str]) -> anyhow::Result<Self> {
        let store = format!("sqlite:{}", folder.join("data/myna.db").display());
        let mut child = Command::new(program)
            .args(["--listen", "127.0.0.1:0", "--store", &store, "--log", "error"])
            .args(more)
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()?;
        let mut lines = BufReader::new(child.stdout.take().context("its output is ours")?).lines();
        let line = timeout(DEADLINE, lines.next_line()).await??.context("the server ended")?;
        let address = line.strip_prefix("Myna is at http://").context("the server says where it is")?.parse()?;
        Ok(Self { child, address })
    }

    /// Kilobytes that the process has in memory.
    fn resident(&self) -> anyhow::Result<f64> {
        let id = self.child.id().context("the server ended")?;
        let status = std::fs::read_to_string(format!("/proc/{id}/status"))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).context("the system tells it")?;
        Ok(line.trim().trim_end_matches(" kB").parse()?)
    }
}

/// Starts on empty folders, each until /health answers: the middle one.
async fn starts(program: &Path) -> anyhow::Result<Duration> {
    let client = Client::new();
    let mut times = Vec::new();
    for _ in 0..STARTS {
        let folder = tempfile::tempdir()?;
        let start = Instant::now();
        let server = Server::start(program, folder.path(), &[]).await?;
        client.get(format!("http://{}/health", server.address)).send().await?.error_for_status()?;
        times.push(start.elapsed());
    }
    times.sort();
    let middle = times[STARTS / 2];
    println!(
        "start on an empty folder until /health answers: {} ms (the middle one of {STARTS}; {} to {}), at most {}",
        middle.as_millis(),
        times[0].as_millis(),
        times[STARTS - 1].as_millis(),
        START_LIMIT.as_millis()
    );
    Ok(middle)
}

/// Opens many sockets that say hello and then nothing: kilobytes for each.
async fn sockets(program: &Path) -> anyhow::Result<f64> {
    let folder = tempfile::tempdir()?;
    let server = Server::start(program, folder.path(), &["--weak-passwords"]).await?;
    let client = Client::new();
    let mut cookies = Vec::new();
    for n in 0..PEOPLE {
        cookies.push(sign_up(&client, server.address, &format!("Person {n}")).await?);
    }
    // Everybody is in one channel, and has a note to self: nobody's list is empty.
    let channel = "0190f000-0000-7000-8000-000000000001";
    for (n, cookie) in cookies.iter().enumerate() {
        let (mut socket, welcome) = open(server.address, cookie).await?;
        let user = welcome["user"]["id"].as_str().context("who one is")?;
        let enter = match n {
            0 => format!(r#"{{"type":"channel","request":1,"conversation":"{channel}","name":"All"}}"#),
            _ => format!(r#"{{"type":"join","request":1,"conversation":"{channel}"}}"#),
        };
        for command in [enter, format!(r#"{{"type":"direct","request":2,"user":"{user}"}}"#)] {
            socket.send(Message::text(command)).await?;
            until(&mut socket, "ack").await?;
        }
        socket.close(None).await?;
    }
    let before = server.resident()?;
    let mut open_sockets = Vec::with_capacity(SOCKETS);
    for n in 0..SOCKETS {
        open_sockets.push(open(server.address, &cookies[n % PEOPLE]).await?.0);
    }
    let after = server.resident()?;
    let ready = client.get(format!("http://{}/ready", server.address)).send().await?.text().await?;
    ensure!(ready.contains(&format!("\"sockets\":{SOCKETS}")), "not all sockets are open: {ready}");
    let each = (after - before) / SOCKETS as f64;
    println!(
        "{SOCKETS} idle sockets of {PEOPLE} people: {before:.0} KB resident before, {after:.0} KB with them: \
         {each:.1} KB for each, at most {SOCKET_LIMIT}"
    );
    Ok(each)
}

async fn sign_up(client: &Client, address: SocketAddr, name: &str) -> anyhow::Result<String> {
    let request = client.post(format!("http://{address}/api/sign_up")).header("origin", format!("http://{address}"));
    let answer = request.form(&[("name", name), ("password", "correct horse battery")]).send().await?;
    let cookie = answer.headers().get("set-cookie").with_context(|| format!("{name} was not let in"))?;
    Ok(cookie.to_str()?.split(';').next().unwrap_or_default().to_owned())
}

/// A socket that has been told everything, and what it was welcomed with.
async fn open(address: SocketAddr, cookie: &str) -> anyhow::Result<(Socket, serde_json::Value)> {
    let mut request = format!("ws://{address}/ws").into_client_request()?;
    let origin = format!("http://{address}");
    for (name, value) in [("origin", origin.as_str()), ("cookie", cookie), ("sec-websocket-protocol", "myna.v1")] {
        request.headers_mut().insert(name, value.parse()?);
    }
    let small = WebSocketConfig::default().read_buffer_size(4_096);
    let stream = TcpStream::connect(address).await?;
    let (mut socket, _) = timeout(DEADLINE, client_async_with_config(request, stream, Some(small))).await??;
    socket.send(Message::text(r#"{"type":"hello","cursors":{}}"#)).await?;
    let welcome = until(&mut socket, "welcome").await?;
    until(&mut socket, "caught_up").await?;
    Ok((socket, welcome))
}

/// Waits for an event of this type.
async fn until(socket: &mut Socket, name: &str) -> anyhow::Result<serde_json::Value> {
    loop {
        let frame = timeout(DEADLINE, socket.next()).await?.context("the server closed the socket")??;
        if let Message::Text(text) = frame {
            let event: serde_json::Value = serde_json::from_str(&text)?;
            if event["type"] == name {
                return Ok(event);
            }
        }
    }
}
