//! What a frame costs on its way in and out: a message is written once for all who get it, and read once by each.

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use myna_protocol::{ClientId, Command, ConversationId, Event, Feed, FeedRows, Message, Row, Timestamp, UserId};
use std::hint::black_box;

fn message(seq: u64) -> Row {
    Row::Message(Message {
        conversation: ConversationId::from_bytes([1; 16]),
        seq,
        sender: UserId::from_bytes([2; 16]),
        client_id: ClientId::from_bytes([3; 16]),
        text: "x".repeat(200),
        sent_at: Timestamp(1_700_000_000_000),
        rev: seq + 1,
        extra: None,
    })
}

/// An event with so many messages of 200 bytes.
fn rows(count: u64) -> Event {
    let feed = Feed::Conversation(ConversationId::from_bytes([1; 16]));
    Event::Rows(FeedRows { feed, from: 1, rev: count + 1, rows: (1..=count).map(message).collect() })
}

fn frames(criterion: &mut Criterion) {
    let send = Command::Send {
        request: 7,
        conversation: ConversationId::from_bytes([1; 16]),
        client_id: ClientId::from_bytes([3; 16]),
        text: "x".repeat(200),
        reply_to: None,
    };
    let send = serde_json::to_string(&send).expect("a command is JSON");
    criterion.bench_function("frames/read a send of 200 bytes", |bencher| {
        bencher.iter(|| serde_json::from_str::<Command>(black_box(&send)).expect("it is a command"));
    });
    let mut group = criterion.benchmark_group("frames");
    for count in [1, 1_000] {
        let event = rows(count);
        let text = serde_json::to_string(&event).expect("an event is JSON");
        group.throughput(Throughput::Elements(count));
        group.bench_function(format!("write {count} messages of 200 bytes"), |bencher| {
            bencher.iter(|| serde_json::to_string(black_box(&event)).expect("an event is JSON"));
        });
        group.bench_function(format!("read {count} messages of 200 bytes"), |bencher| {
            bencher.iter(|| serde_json::from_str::<Event>(black_box(&text)).expect("it is an event"));
        });
    }
    group.finish();
}

criterion_group!(benches, frames);
criterion_main!(benches);
