//! The baseline: a broadcaster of nothing but TCP and tokio. It reads a text and writes it to everybody, without rules, a store,
//! an acknowledgement or JSON: what the machine can do at most, measured in the same run as what is compared with it.

use crate::quick::{Frame, Frames, OpCode, put_plain};
use bytes::Bytes;
use std::io::IoSlice;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;

/// What it is, in words.
pub const BASELINE: &str = "bare TCP broadcaster on tokio, a task a connection, all that waits in one vectored write";

/// Texts that wait for one connection.
const QUEUE: usize = 1_024;
/// Texts that are written at once where they wait.
const AT_ONCE: usize = 64;

type Members = Arc<Mutex<Vec<mpsc::Sender<Bytes>>>>;

/// Serves until the process ends. It says where it is.
pub async fn serve(listen: SocketAddr) -> anyhow::Result<()> {
    let listener = TcpListener::bind(listen).await?;
    println!("The baseline is at http://{}", listener.local_addr()?);
    let _ = rlimit::increase_nofile_limit(u64::MAX);
    let members = Members::default();
    loop {
        let (stream, _) = listener.accept().await?;
        tokio::spawn(connection(stream, members.clone()));
    }
}

/// One connection: what it says goes to everybody, until it ends.
async fn connection(stream: TcpStream, members: Members) {
    let _ = stream.set_nodelay(true);
    let (reader, writer) = stream.into_split();
    let (sender, queue) = mpsc::channel(QUEUE);
    tokio::spawn(write(writer, queue));
    // However it ends, nobody is told.
    let _ = read(reader, sender, &members).await;
}

async fn read(mut reader: OwnedReadHalf, sender: mpsc::Sender<Bytes>, members: &Members) -> anyhow::Result<()> {
    let mut buffer = vec![0; 4 * 1_024];
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(reader.read_u8().await?);
    }
    let mut welcome = b"HTTP/1.1 101 Come in\r\n\r\n".to_vec();
    put_plain(&mut welcome, OpCode::Text, b"");
    sender.try_send(welcome.into())?;
    members.lock().unwrap_or_else(PoisonError::into_inner).push(sender);
    let mut frames = Frames::default();
    loop {
        let count = reader.read(&mut buffer).await?;
        anyhow::ensure!(count > 0, "it has ended");
        frames.take(&buffer[..count], |frame| {
            if let Frame::Message(text) = frame {
                let mut out = Vec::with_capacity(text.len() + 4);
                put_plain(&mut out, OpCode::Text, text);
                let out = Bytes::from(out);
                let members = members.lock().unwrap_or_else(PoisonError::into_inner);
                for member in members.iter() {
                    // Who has gone, or reads nothing, misses it.
                    let _ = member.try_send(out.clone());
                }
            }
            Ok(())
        })?;
    }
}

/// Writes what waits, all of it at once.
async fn write(mut writer: OwnedWriteHalf, mut queue: mpsc::Receiver<Bytes>) {
    let mut texts = Vec::with_capacity(AT_ONCE);
    while queue.recv_many(&mut texts, AT_ONCE).await > 0 {
        let slices: Vec<IoSlice<'_>> = texts.iter().map(|text| IoSlice::new(text)).collect();
        let Ok(mut written) = writer.write_vectored(&slices).await else { return };
        // What the system did not take at once goes on its own.
        for text in &texts {
            let done = written.min(text.len());
            written -= done;
            if done < text.len() && writer.write_all(&text[done..]).await.is_err() {
                return;
            }
        }
        texts.clear();
    }
}
