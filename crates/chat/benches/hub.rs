//! What it costs the hub to hand one message to everybody who listens, and the sockets' ends to take it.

use bytes::Bytes;
use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use myna_chat::store::Head;
use myna_chat::{Connection, Content, Hub};
use myna_protocol::{ClientId, ConversationId, Event, Feed, FeedRows, Message, Rev, Row, SessionId, Timestamp, UserId};
use std::sync::Arc;

const ROOM: ConversationId = ConversationId::from_bytes([9; 16]);

fn id(number: usize) -> [u8; 16] {
    let mut id = [7; 16];
    id[..8].copy_from_slice(&number.to_be_bytes());
    id
}

/// A room in which so many listen.
fn room(listeners: usize) -> (Arc<Hub>, Vec<Connection>) {
    let hub = Arc::new(Hub::default());
    let connect = |number| {
        let connection = hub.connect(UserId::from_bytes(id(number)), SessionId::from_bytes(id(number)));
        let own = Head { feed: Feed::User(connection.user()), rev: 1, presence: false, active_at: Timestamp(0) };
        hub.follow(
            &connection,
            &[own, Head { feed: Feed::Conversation(ROOM), rev: 0, presence: false, active_at: Timestamp(0) }],
        );
        connection
    };
    let connections = (0..listeners).map(connect).collect();
    (hub, connections)
}

/// The next message of the room.
fn message(rev: Rev) -> FeedRows {
    let message = Message {
        conversation: ROOM,
        seq: rev,
        sender: UserId::from_bytes(id(0)),
        client_id: ClientId::from_bytes([3; 16]),
        text: "x".repeat(200),
        sent_at: Timestamp(1_700_000_000_000),
        rev,
        extra: None,
    };
    FeedRows { feed: Feed::Conversation(ROOM), from: rev - 1, rev, rows: vec![Row::Message(message)] }
}

fn encoded(content: &Content) -> Bytes {
    let Content::Rows(rows) = content else { panic!("not rows: {content:?}") };
    Bytes::from(serde_json::to_vec(&Event::Rows(rows.clone())).expect("an event is JSON"))
}

fn fan_out(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("hub");
    for listeners in [10, 1_000, 10_000] {
        let (hub, mut connections) = room(listeners);
        let mut rev = 0;
        group.throughput(Throughput::Elements(listeners as u64));
        group.bench_function(format!("a message to {listeners} queues, encoded once, and out of them"), |bencher| {
            bencher.iter_batched(
                || {
                    rev += 1;
                    message(rev)
                },
                |message| {
                    hub.publish(message);
                    for connection in &mut connections {
                        let broadcast = connection.waiting().expect("everybody hears it");
                        std::hint::black_box(broadcast.encoding(encoded));
                    }
                },
                BatchSize::PerIteration,
            );
        });
    }
    group.finish();
}

criterion_group!(benches, fan_out);
criterion_main!(benches);
