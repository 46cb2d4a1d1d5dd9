//! One person asks for many pages over HTTP, and reads none of the answers.

use super::finding::Finding;
use super::memory::MemoryWatch;
use super::unread_sockets::{PERSON, plan};
use crate::harness::{Harness, Tools};
use std::time::Duration;
use tokio::io::AsyncWriteExt;
use tokio::net::{TcpSocket, TcpStream};

const PAGES: usize = 60;
/// How long the server works on the pages before its memory is read.
const WAIT: Duration = Duration::from_secs(10);
/// Bytes of the system's buffer for what arrives.
const RECEIVE_BUFFER: u32 = 4 * 1_024;

/// The growth of the server's memory.
pub(super) fn attack(tools: &Tools) -> anyhow::Result<Vec<Finding>> {
    let harness = Harness::set(tools, &plan(), &[])?;
    tools.runtime.block_on(ask(&harness)).map(|finding| vec![finding])
}

async fn ask(harness: &Harness<'_>) -> anyhow::Result<Finding> {
    let mut memory = MemoryWatch::begin(harness)?;
    let (mut unread, mut refused) = (Vec::new(), 0);
    for _ in 0..PAGES {
        match request(harness).await {
            Ok(stream) => unread.push(stream),
            Err(_) => refused += 1,
        }
        if memory.must_stop()? {
            break;
        }
    }
    memory.watch(WAIT).await?;
    let name = format!("{PAGES} pages of one person over HTTP, none read: growth of RSS after 10 s");
    let finding = memory.finding(name, 64.0, "64 MB")?;
    let note = format!("{}; {} asked for, {refused} refused", finding.note, unread.len());
    Ok(finding.with_note(note))
}

/// Asks for the page of a conversation; the connection on which its answer waits.
async fn request(harness: &Harness<'_>) -> anyhow::Result<TcpStream> {
    let socket = TcpSocket::new_v4()?;
    socket.set_recv_buffer_size(RECEIVE_BUFFER)?;
    let mut stream = socket.connect(harness.address).await?;
    let (host, token) = (harness.address, harness.dataset.token(PERSON));
    let talk = harness.dataset.talks[0].id;
    let request = format!("GET /c/{talk} HTTP/1.1\r\nHost: {host}\r\nCookie: myna={token}\r\n\r\n");
    stream.write_all(request.as_bytes()).await?;
    Ok(stream)
}
