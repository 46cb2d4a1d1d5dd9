//! A server of long ago, as far as saying how old it is.

use mongodb::bson::{Document, doc};
use std::net::{Ipv4Addr, SocketAddr};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{JoinHandle, JoinSet};

/// The wire version of MongoDB 7.0.
const WIRE_VERSION: i32 = 21;
/// Kinds of messages: the first that a driver says is still of the oldest kind, and so is the answer to it.
const OP_REPLY: i32 = 1;
const OP_QUERY: i32 = 2_004;
const OP_MSG: i32 = 2_013;

/// A member of a replica set on loopback that says hello, and nothing else.
pub(crate) struct Ancient {
    pub(crate) address: SocketAddr,
    accepting: JoinHandle<()>,
}

impl Ancient {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a port is free");
        let address = listener.local_addr().expect("it has an address");
        let accepting = tokio::spawn(async move {
            let mut connections = JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                connections.spawn(answer(stream, address));
            }
        });
        Self { address, accepting }
    }
}

impl Drop for Ancient {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

/// Answers until the other side has gone.
async fn answer(mut stream: TcpStream, address: SocketAddr) -> std::io::Result<()> {
    loop {
        let length = stream.read_i32_le().await?;
        let mut rest = vec![0; usize::try_from(length - 4).expect("a message has a length")];
        stream.read_exact(&mut rest).await?;
        let number = |place: usize| i32::from_le_bytes(rest[place..place + 4].try_into().expect("four bytes"));
        let (id, kind) = (number(0), number(8));
        let hello = hello(address).to_vec().expect("it is a document");
        let (kind, head) = match kind {
            // Flags, a cursor, where it starts, and one document.
            OP_QUERY => (OP_REPLY, [&[0; 16][..], &1_i32.to_le_bytes()].concat()),
            // Flags, and a section with one document.
            OP_MSG => (OP_MSG, vec![0; 5]),
            other => panic!("a message of kind {other}"),
        };
        let length = i32::try_from(16 + head.len() + hello.len()).expect("it is short");
        let header = [length, 0, id, kind].map(i32::to_le_bytes).concat();
        stream.write_all(&[header, head, hello].concat()).await?;
    }
}

fn hello(address: SocketAddr) -> Document {
    let address = address.to_string();
    doc! {
        "ok": 1.0, "helloOk": true, "ismaster": true, "isWritablePrimary": true, "setName": "ancient", "setVersion": 1,
        "hosts": [&address], "me": &address, "primary": &address, "minWireVersion": 0, "maxWireVersion": WIRE_VERSION,
        "maxBsonObjectSize": 16_777_216, "maxMessageSizeBytes": 48_000_000, "maxWriteBatchSize": 100_000,
        "logicalSessionTimeoutMinutes": 30, "readOnly": false,
    }
}
